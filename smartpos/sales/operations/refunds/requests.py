"""What a client asks for when goods come back, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from smartpos.core.idempotency import fingerprint_of
from smartpos.core.money import plain
from smartpos.sales.models import PaymentMethod, Restock
from smartpos.sales.requests import NOTHING, SaleLine


@dataclass(frozen=True, slots=True)
class RefundLine:
    """How much of a line comes back, counted as it was sold, and where it goes."""

    sale_item_id: int
    quantity: Decimal
    restock: Restock = Restock.SALE

    def fingerprint(self) -> list[Any]:
        """What makes it this line and no other."""
        return [self.sale_item_id, plain(self.quantity.normalize()), self.restock.value]


@dataclass(frozen=True, slots=True)
class LooseLine:
    """Goods that come back without a receipt; ``price`` None is the shop's."""

    product_id: int | None
    barcode: str | None
    quantity: Decimal
    price: Decimal | None = None
    restock: Restock = Restock.SALE

    def fingerprint(self) -> list[Any]:
        """What makes it this line and no other."""
        price = None if self.price is None else plain(self.price.normalize())
        return [self.product_id, self.barcode, plain(self.quantity.normalize()), price, self.restock.value]


@dataclass(frozen=True, slots=True)
class RefundTender:
    """Money that goes back, as a positive amount, or what the customer adds in an exchange.

    ``amount`` None: all of it. Of foreign cash it counts in ``currency``.
    """

    method: PaymentMethod
    amount: Decimal | None = None
    currency: str | None = None
    due_date: date | None = None

    def fingerprint(self) -> list[Any]:
        """What makes it this tender and no other."""
        amount = None if self.amount is None else plain(self.amount.normalize())
        due = self.due_date.isoformat() if self.due_date else None
        return [self.method.value, amount, self.currency, due]


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Goods of one receipt come back; with ``exchange_items`` others go out for them.

    ``payments`` None: money goes back the way it came, and what is to be added in an exchange is cash. ``discount`` is
    one of the new goods, ``foreign_change`` the part of the change given in foreign money. ``customer_id`` is who takes
    part in an exchange of goods that nobody in particular had bought.
    """

    client_uuid: UUID
    items: tuple[RefundLine, ...]
    payments: tuple[RefundTender, ...] | None = None
    reason: str | None = None
    approvals: tuple[UUID, ...] = ()
    exchange_items: tuple[SaleLine, ...] = ()
    discount: Decimal = NOTHING
    foreign_change: Decimal = NOTHING
    customer_id: int | None = None
    sold_at: datetime | None = None

    def fingerprint(self, sale_id: int) -> str:
        """SHA-256 of what is asked for; with which approvals takes no part."""
        facts = [
            "refund",
            sale_id,
            [line.fingerprint() for line in self.items],
            None if self.payments is None else [one.fingerprint() for one in self.payments],
            self.reason,
            [line.fingerprint() for line in self.exchange_items],
            plain(self.discount.normalize()),
            plain(self.foreign_change.normalize()),
            self.customer_id,
            self.sold_at.isoformat() if self.sold_at else None,
        ]
        return fingerprint_of(facts)


@dataclass(frozen=True, slots=True)
class LooseRefundRequest:
    """Goods come back without a receipt. ``payments`` None: all in cash."""

    client_uuid: UUID
    items: tuple[LooseLine, ...]
    reason: str
    payments: tuple[RefundTender, ...] | None = None
    customer_id: int | None = None
    approvals: tuple[UUID, ...] = ()
    sold_at: datetime | None = None

    def fingerprint(self) -> str:
        """SHA-256 of what is asked for; with which approvals takes no part."""
        facts = [
            "loose refund",
            [line.fingerprint() for line in self.items],
            None if self.payments is None else [one.fingerprint() for one in self.payments],
            self.reason,
            self.customer_id,
            self.sold_at.isoformat() if self.sold_at else None,
        ]
        return fingerprint_of(facts)
