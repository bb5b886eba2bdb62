"""Writing the cash ledger; nothing else writes it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from smartpos.core.db import utc_now
from smartpos.core.sql import send
from smartpos.finance.models import CashEntryKind
from smartpos.identity.actors import Actor

_INSERT = """
INSERT INTO cash_entries (organization_id, branch_id, till_id, shift_id, kind, amount, currency, note, client_uuid,
                          origin_kind, origin_id, created_by, occurred_at, created_at)
VALUES (%(organization_id)s, %(branch_id)s, %(till_id)s, %(shift_id)s, %(kind)s, %(amount)s, %(currency)s, %(note)s,
        %(client_uuid)s, %(origin_kind)s, %(origin_id)s, %(created_by)s, %(occurred_at)s, %(now)s)
RETURNING id
"""


def record_cash(
    *,
    branch_id: int,
    till_id: int,
    shift_id: int,
    kind: CashEntryKind,
    amount: Decimal,
    origin_kind: str,
    origin_id: int,
    currency: str | None = None,
    note: str | None = None,
    client_uuid: UUID | None = None,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> int:
    """Note cash that came into a till's drawer (positive) or left it (negative), with its cause; gives the entry's id.

    One statement. ``currency`` None is the shop's own. The caller holds the shift's row locked, so that it cannot be
    closed and counted meanwhile, and keeps its balance right (``sales.operations.drawer``).
    """
    now = utc_now()
    rows = send(
        _INSERT,
        {
            "organization_id": actor.organization.id,
            "branch_id": branch_id,
            "till_id": till_id,
            "shift_id": shift_id,
            "kind": kind.value,
            "amount": amount,
            "currency": currency,
            "note": note,
            "client_uuid": client_uuid,
            "origin_kind": origin_kind,
            "origin_id": origin_id,
            "created_by": actor.user_id,
            "occurred_at": occurred_at or now,
            "now": now,
        },
    )
    return int(rows[0][0])
