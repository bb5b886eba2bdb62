"""The shift a piece of work belongs to, and the cash in its drawer."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.sql import send
from smartpos.finance.models import CashEntryKind
from smartpos.finance.operations import record_cash
from smartpos.identity.actors import Actor
from smartpos.sales.models import Shift
from smartpos.sales.totals import Totals, with_cash

_LOCK = """
SELECT shift.id, shift.number, shift.last_number, shift.opened_at, shift.branch_id, branch.name,
       shift.till_id, till.number, till.name, shift.cashier_id, shift.status = 'open', shift.cash_balance,
       shift.foreign_currency, shift.exchange_rate, shift.foreign_balance, shift.totals, shift.late_count,
       shift.late_total
FROM shifts AS shift
JOIN tills AS till ON till.organization_id = shift.organization_id AND till.id = shift.till_id
JOIN branches AS branch ON branch.organization_id = shift.organization_id AND branch.id = shift.branch_id
WHERE shift.organization_id = %(organization_id)s AND {which}
FOR NO KEY UPDATE OF shift
"""
_LOCK_BY_ID = _LOCK.format(which="shift.id = %(shift_id)s")
_LOCK_OWN = _LOCK.format(which="shift.cashier_id = %(cashier_id)s AND shift.status = 'open'")
_LOCK_AT_TILL = _LOCK.format(which="shift.till_id = %(till_id)s AND shift.status = 'open'")

_SAVE = """
UPDATE shifts SET last_number = %(last_number)s, cash_balance = %(cash_balance)s, foreign_balance = %(foreign_balance)s,
                  totals = %(totals)s, late_count = %(late_count)s, late_total = %(late_total)s
WHERE organization_id = %(organization_id)s AND id = %(shift_id)s
"""


@dataclass(slots=True)
class LockedShift:
    """A shift whose row is locked until the commit. Its figures are changed here and written by ``save``."""

    id: int
    number: int
    last_number: int
    opened_at: datetime
    branch_id: int
    branch_name: str
    till_id: int
    till_number: int
    till_name: str
    cashier_id: int
    is_open: bool
    cash_balance: Decimal
    foreign_currency: str | None
    exchange_rate: Decimal | None
    foreign_balance: Decimal
    totals: Totals = field(default_factory=dict)
    late_count: int = 0
    late_total: Decimal = Decimal("0.00")

    def figures(self) -> dict[str, Any]:
        """What is written back, as parameters of a statement."""
        return {
            "shift_id": self.id,
            "last_number": self.last_number,
            "cash_balance": self.cash_balance,
            "foreign_balance": self.foreign_balance,
            "totals": Jsonb(self.totals),
            "late_count": self.late_count,
            "late_total": self.late_total,
        }


def lock_shift(shift_id: int, actor: Actor) -> LockedShift:
    """Lock a shift, open or closed. Raises NotFound."""
    rows = send(_LOCK_BY_ID, {"organization_id": actor.organization.id, "shift_id": shift_id})
    if not rows:
        raise NotFound
    return LockedShift(*rows[0])


def lock_open_shift(actor: Actor) -> LockedShift | None:
    """Lock the shift in which the actor sells: their own, or the till's where shifts are shared.

    The lock keeps the shift from being closed and counted while something is on its way, and gives receipts their
    numbers one after the other. Tills do not wait for each other.
    """
    parameters = {
        "organization_id": actor.organization.id,
        "cashier_id": actor.user_id,
        "till_id": actor.till_id,
    }
    rows = send(_LOCK_OWN, parameters)
    if not rows and actor.till_id is not None and actor.setting("shared_shifts"):
        rows = send(_LOCK_AT_TILL, parameters)
    return LockedShift(*rows[0]) if rows else None


def save_shift(shift: LockedShift, actor: Actor) -> None:
    """Write the figures of a locked shift back."""
    send(_SAVE, {"organization_id": actor.organization.id, **shift.figures()})
    forget_shift(shift.id)


def forget_shift(shift_id: int) -> None:
    """A statement went past the ORM: a row that somebody has loaded must not answer with its old figures."""
    for row in db.session.identity_map.values():
        if isinstance(row, Shift) and row.id == shift_id:
            db.session.expire(row)


def note_cash(
    shift: LockedShift,
    *,
    kind: CashEntryKind,
    amount: Decimal,
    currency: str | None = None,
    origin_kind: str,
    origin_id: int,
    note: str | None = None,
    client_uuid: UUID | None = None,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> int:
    """Enter cash that came into the drawer of a locked shift (positive) or left it; ``save_shift`` is still to come.

    Gives the entry's id.

    ``currency`` None is the shop's own. What arrives after the shift was closed has been counted already: it is entered
    as late, with the same amount taken off the difference that was found.
    """
    entries = [(kind, amount)]
    if not shift.is_open:
        entries = [(CashEntryKind.LATE, amount), (CashEntryKind.LATE_OFFSET, -amount)]
    made = [
        record_cash(
            branch_id=shift.branch_id,
            till_id=shift.till_id,
            shift_id=shift.id,
            kind=entry_kind,
            amount=entry_amount,
            currency=currency,
            origin_kind=origin_kind,
            origin_id=origin_id,
            note=note,
            client_uuid=client_uuid if entry_kind is entries[0][0] else None,
            occurred_at=occurred_at,
            actor=actor,
        )
        for entry_kind, entry_amount in entries
    ]
    return made[0]


def count_cash(shift: LockedShift, kind: CashEntryKind, amount: Decimal, *, foreign: bool = False) -> None:
    """Keep the balances and totals of a locked shift right with what ``note_cash`` enters; a closed one has its own."""
    if not shift.is_open:
        return
    if foreign:
        shift.foreign_balance += amount
    else:
        shift.cash_balance += amount
    shift.totals = with_cash(shift.totals, kind.value, amount, foreign=foreign)


def move_cash(
    shift: LockedShift,
    *,
    kind: CashEntryKind,
    amount: Decimal,
    currency: str | None = None,
    origin_kind: str,
    origin_id: int,
    note: str | None = None,
    client_uuid: UUID | None = None,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> int:
    """Enter cash and write the shift's figures: ``note_cash``, ``count_cash`` and ``save_shift`` together.

    Gives the entry's id.
    """
    entry_id = note_cash(
        shift,
        kind=kind,
        amount=amount,
        currency=currency,
        origin_kind=origin_kind,
        origin_id=origin_id,
        note=note,
        client_uuid=client_uuid,
        occurred_at=occurred_at,
        actor=actor,
    )
    count_cash(shift, kind, amount, foreign=currency is not None)
    save_shift(shift, actor)
    return entry_id
