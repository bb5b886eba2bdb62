"""Questions about cash."""

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.finance.models import CashEntry, CashEntryKind


def expected_cash(shift_id: int) -> Decimal:
    """What should lie in a shift's drawer, in the shop's own currency: its entries without the difference found."""
    return expected_cash_of([shift_id]).get(shift_id, Decimal("0.00"))


def expected_cash_of(shift_ids: Collection[int]) -> dict[int, Decimal]:
    """The expected cash of several shifts by one statement; shifts without entries are missing."""
    query = (
        select(CashEntry.shift_id, func.sum(CashEntry.amount))
        .where(
            CashEntry.shift_id.in_(list(shift_ids)),
            CashEntry.kind != CashEntryKind.DIFFERENCE,
            CashEntry.currency.is_(None),
        )
        .group_by(CashEntry.shift_id)
    )
    return dict(db.session.execute(query).all())


def cash_entry_by_client_uuid(client_uuid: UUID) -> CashEntry | None:
    """The entry that a client made by hand under this name."""
    query = select(CashEntry).where(CashEntry.client_uuid == client_uuid)
    return db.session.execute(query).scalar_one_or_none()
