"""What the demo's history consists of, before it becomes rows. Products and places are positions in lists."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TillPlan:
    """A till, and the position of the cashier who mostly works there."""

    number: int
    name: str
    cashier: int


@dataclass(frozen=True, slots=True)
class StorePlan:
    """A store of the chain: its part of the trade, and how much its customers mind the price."""

    place: int
    name: str
    share: float
    thrift: float
    tills: tuple[TillPlan, ...]


@dataclass(eq=False, slots=True)
class Document:
    """The paper behind movements of stock that are not sales."""

    place: int
    reason: str
    notes: str
    at: datetime


@dataclass(eq=False, slots=True)
class ShiftRecord:
    """A day of a till. ``number`` counts the shifts of the till, ``last_number`` its receipts."""

    store: StorePlan
    till: TillPlan
    cashier: int
    number: int
    opened_at: datetime
    closed_at: datetime
    opening_cash: Decimal
    expected_cash: Decimal = ZERO
    closing_cash: Decimal = ZERO
    last_number: int = 0


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One line of a receipt."""

    product: int
    quantity: Decimal
    discount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """One tender: what counts towards the total and what was handed over."""

    method: str
    amount: Decimal
    tendered: Decimal


@dataclass(eq=False, slots=True)
class SaleRecord:
    """One receipt as the customer asked for it; ``number`` counts within the shift."""

    shift: ShiftRecord
    number: int
    at: datetime
    lines: list[LineRecord]
    discount: Decimal
    payments: list[PaymentRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MovementRecord:
    """One signed movement of stock with its cause."""

    place: int
    product: int
    quantity: Decimal
    unit_cost: Decimal
    value: Decimal
    at: datetime
    cause: Document | SaleRecord
