"""What a purchase is made of, as plain values: what clients, imports and suggestions hand to the operations."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from smartpos.core.idempotency import fingerprint_of
from smartpos.core.money import ZERO, plain
from smartpos.purchasing.models import CostKind, SpreadBy

MOST_LINES = 2000
MOST_COSTS = 50


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value.normalize())


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One line: a product by ``product_id`` or ``barcode``, or only the supplier's words for it.

    ``quantity``, ``received`` and ``price`` count base units with a ``product_id``. With a ``barcode`` alone they count
    what it stands on: a pack's are turned into base units by its multiplier. ``price`` contains VAT if the purchase
    says so. ``vat_rate`` None is the one of the product in the country on the document's date. ``received`` is what was
    unloaded, None while nobody has looked. ``sale_price`` is to be set when the purchase is confirmed.
    """

    quantity: Decimal
    price: Decimal
    product_id: int | None = None
    barcode: str | None = None
    product_name_raw: str | None = None
    discount_percent: Decimal = ZERO
    vat_rate: Decimal | None = None
    batch_number: str | None = None
    expiration_date: date | None = None
    sale_price: Decimal | None = None
    received: Decimal | None = None

    def fingerprint(self) -> list[Any]:
        """What makes it this line and no other."""
        return [
            self.product_id,
            self.barcode,
            self.product_name_raw,
            _number(self.quantity),
            _number(self.price),
            _number(self.discount_percent),
            _number(self.vat_rate),
            self.batch_number,
            self.expiration_date.isoformat() if self.expiration_date else None,
            _number(self.sale_price),
            _number(self.received),
        ]


@dataclass(frozen=True, slots=True)
class CostLine:
    """What it cost besides, and what each line's share of it goes by."""

    amount: Decimal
    kind: CostKind = CostKind.TRANSPORT
    spread_by: SpreadBy = SpreadBy.VALUE
    note: str | None = None

    def fingerprint(self) -> list[Any]:
        """What makes it this cost and no other."""
        return [self.kind.value, _number(self.amount), self.spread_by.value, self.note]


@dataclass(frozen=True, slots=True)
class PurchaseFacts:
    """A purchase as it is entered. ``document_date`` None is today in the tenant's time zone."""

    branch_id: int
    items: tuple[PurchaseLine, ...]
    supplier_id: int | None = None
    document_number: str | None = None
    document_date: date | None = None
    expected_on: date | None = None
    due_date: date | None = None
    vat_included: bool = True
    costs: tuple[CostLine, ...] = ()
    notes: str | None = None
    client_uuid: UUID | None = None
    raw_text: str | None = None
    processed_data: dict[str, Any] | None = None

    def fingerprint(self) -> str:
        """SHA-256 of what is asked for."""
        dates = (self.document_date, self.expected_on, self.due_date)
        return fingerprint_of(
            [
                "purchase",
                self.branch_id,
                self.supplier_id,
                self.document_number,
                [day.isoformat() if day else None for day in dates],
                self.vat_included,
                [line.fingerprint() for line in self.items],
                [cost.fingerprint() for cost in self.costs],
                self.notes,
            ]
        )
