"""What the demo's history consists of, before it becomes rows. Products and places are positions in lists."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from smartpos.sales.operations.payments import Settlement
from smartpos.sales.pricing import PricedCart

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
    """One line of a receipt, with what the goods cost the shop."""

    product: int
    quantity: Decimal
    vat_rate: Decimal
    unit_cost: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a receipt did to a regular's account; ``regular`` is a position."""

    regular: int
    credit: Decimal = ZERO
    due_date: date | None = None
    points_earned: Decimal = ZERO
    points_used: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class DebtRecord:
    """Cash that a regular brought to a till to pay what they owed."""

    regular: int
    shift: ShiftRecord
    at: datetime
    amount: Decimal


@dataclass(eq=False, slots=True)
class SaleRecord:
    """One receipt; ``number`` counts within the shift, ``priced`` has a line for each of ``lines``."""

    shift: ShiftRecord
    number: int
    at: datetime
    priced: PricedCart
    paid: Settlement
    lines: list[LineRecord] = field(default_factory=list)
    purchase: Purchase | None = None


@dataclass(frozen=True, slots=True)
class MovementRecord:
    """One signed movement of stock with its cause."""

    place: int
    product: int
    quantity: Decimal
    unit_cost: Decimal
    value: Decimal
    at: datetime
    cause: "Document | SaleRecord | BakeRecord"


@dataclass(frozen=True, slots=True)
class UseRecord:
    """A material that a bake took; ``standard`` is what the recipe asks for."""

    product: int
    quantity: Decimal
    standard: Decimal
    value: Decimal
    unit_cost: Decimal


@dataclass(eq=False, slots=True)
class BakeRecord:
    """A production order of the workshop that was made in one go: ``good`` and ``scrapped`` of what was planned.

    ``machine`` and ``operator`` are positions. What went in with ``labor`` and ``overhead`` is ``output`` and
    ``scrap``.
    """

    place: int
    product: int
    good: Decimal
    scrapped: Decimal
    reason: str | None
    machine: int
    operator: int
    begins: datetime
    at: datetime
    labor: Decimal
    overhead: Decimal
    uses: list[UseRecord] = field(default_factory=list)
    material: Decimal = ZERO
    output: Decimal = ZERO
    scrap: Decimal = ZERO

    @property
    def made(self) -> Decimal:
        """All of it, which is what was planned."""
        return self.good + self.scrapped
