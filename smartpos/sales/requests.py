"""What a client asks for when it sells, as plain values."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from smartpos.core.idempotency import fingerprint_of
from smartpos.core.money import plain
from smartpos.sales.models import PaymentMethod

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class SaleLine:
    """Goods by id or by barcode. ``quantity`` counts what the barcode names: pieces, kilograms or packs.

    ``price`` is one set by hand. ``shown_price`` and ``shown_promotion`` (an amount) are what the till charged; they
    hold for a sale that was made offline, and otherwise for nothing.
    """

    product_id: int | None
    barcode: str | None
    quantity: Decimal
    discount: Decimal = NOTHING
    price: Decimal | None = None
    shown_price: Decimal | None = None
    shown_promotion: Decimal = NOTHING
    promotion_id: int | None = None
    batch_number: str | None = None
    expiration_date: date | None = None
    marking_code: str | None = None

    def fingerprint(self) -> list[Any]:
        """What makes it this line and no other; what is not given takes no part."""
        facts: list[Any] = [self.product_id, self.barcode, _text(self.quantity), _text(self.discount)]
        extras = {
            "price": _text(self.price) if self.price is not None else None,
            "batch": self.batch_number,
            "expires": self.expiration_date.isoformat() if self.expiration_date else None,
            "mark": self.marking_code,
        }
        return _with(facts, extras)


@dataclass(frozen=True, slots=True)
class Tender:
    """Money that is handed over, in ``currency`` (None: the shop's own); credit is due on ``due_date``."""

    method: PaymentMethod
    amount: Decimal
    due_date: date | None = None
    currency: str | None = None

    def fingerprint(self) -> list[Any]:
        """What makes it this tender and no other."""
        facts: list[Any] = [self.method.value, _text(self.amount)]
        due = self.due_date.isoformat() if self.due_date else None
        return _with(facts, {"due": due, "currency": self.currency})


@dataclass(frozen=True, slots=True)
class SaleRequest:
    """A sale as the client sends it.

    Its prices are the server's, unless the sale was made ``offline``: then it has happened, as the till showed it.
    ``total`` is what the customer was told.
    """

    client_uuid: UUID
    items: tuple[SaleLine, ...]
    payments: tuple[Tender, ...]
    discount: Decimal = NOTHING
    customer_id: int | None = None
    customer_uuid: UUID | None = None
    price_type_id: int | None = None
    foreign_change: Decimal = NOTHING
    approvals: tuple[UUID, ...] = ()
    sold_at: datetime | None = None
    total: Decimal | None = None
    offline: bool = False
    shift_id: int | None = None
    cashier_id: int | None = None

    def fingerprint(self) -> str:
        """SHA-256 of what is asked for; the same whether a number was written as 2 or as 2.000.

        Whether it arrived offline, with which approvals and with which shown prices takes no part: a till that got no
        answer sends the same sale again.
        """
        facts: list[Any] = [
            [line.fingerprint() for line in self.items],
            [tender.fingerprint() for tender in self.payments],
            _text(self.discount),
            self.customer_id,
            self.sold_at.isoformat() if self.sold_at else None,
        ]
        extras = {
            "customer": str(self.customer_uuid) if self.customer_uuid else None,
            "price_type": self.price_type_id,
            "change": _text(self.foreign_change) if self.foreign_change else None,
        }
        return fingerprint_of(_with(facts, extras))


def _with(facts: list[Any], extras: dict[str, Any]) -> list[Any]:
    # What is not given leaves no trace, so that a client of before finds its sales again.
    given = {name: value for name, value in extras.items() if value is not None}
    return [*facts, given] if given else facts


def _text(value: Decimal) -> str:
    return plain(value.normalize())
