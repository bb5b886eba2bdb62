"""Receipts of the history of which something comes back, found by what they must be like."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from smartpos.core.db import db
from smartpos.sales.models import PaymentSummary, Sale, SaleItem

LOOKED_AT = 120
SMALL_MONEY = 50
"""The smallest coin; a drawer out of which nothing smaller goes can be counted by its notes."""


@dataclass(slots=True)
class RecentReceipts:
    """The last receipts of a branch that nobody in particular has bought. Each is given once."""

    branch_id: int
    _left: list[Sale] = field(default_factory=list)

    def __post_init__(self) -> None:
        query = (
            select(Sale)
            .where(Sale.branch_id == self.branch_id, Sale.customer_id.is_(None))
            .options(selectinload(Sale.items))
            .order_by(Sale.sold_at.desc(), Sale.id.desc())
            .limit(LOOKED_AT)
        )
        self._left = list(db.session.scalars(query))

    def take(self, fits: Callable[[Sale], bool]) -> Sale | None:
        """The latest that fits; None when there is none, on a day that was too quiet."""
        found = next((sale for sale in self._left if fits(sale)), None)
        if found is not None:
            self._left.remove(found)
        return found


def is_small_in_cash(sale: Sale) -> bool:
    """Paid in cash, a few goods that all went out of stock."""
    return (
        sale.payment_method is PaymentSummary.CASH
        and len(sale.items) in {1, 2, 3}
        and sale.total_amount <= 150_000
        and all(item.is_tracked and item.total_amount % SMALL_MONEY == 0 for item in sale.items)
    )


def has_several_of_one(sale: Sale) -> bool:
    """Paid by card, and two of something were bought among other things."""
    return (
        sale.payment_method is PaymentSummary.CARD
        and len(sale.items) > 1
        and any(is_several(item) for item in sale.items)
    )


def is_several(item: SaleItem) -> bool:
    """Two or more whole pieces."""
    return item.is_tracked and item.quantity >= 2 and item.quantity % 1 == 0
