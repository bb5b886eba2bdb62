"""What a client asks for when it sells, as plain values."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from smartpos.core.money import plain
from smartpos.sales.models import PaymentMethod

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class SaleLine:
    """Goods by id or by barcode. ``quantity`` counts what the barcode names: pieces, kilograms or packs."""

    product_id: int | None
    barcode: str | None
    quantity: Decimal
    discount: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Tender:
    """Money that is handed over."""

    method: PaymentMethod
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SaleRequest:
    """A sale as the client sends it. It carries no prices: these are the server's."""

    client_uuid: UUID
    items: tuple[SaleLine, ...]
    payments: tuple[Tender, ...]
    discount: Decimal = NOTHING
    customer_id: int | None = None
    sold_at: datetime | None = None

    def fingerprint(self) -> str:
        """SHA-256 of what is asked for; the same whether a number was written as 2 or as 2.000."""
        facts = [
            [
                [line.product_id, line.barcode, _text(line.quantity), _text(line.discount)]
                for line in self.items
            ],
            [[tender.method.value, _text(tender.amount)] for tender in self.payments],
            _text(self.discount),
            self.customer_id,
            self.sold_at.isoformat() if self.sold_at else None,
        ]
        return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()


def _text(value: Decimal) -> str:
    return plain(value.normalize())
