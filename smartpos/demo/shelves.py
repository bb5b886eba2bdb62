"""The stock ledger of the history in memory, at moving average cost as ``stock.operations`` keeps it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from smartpos.core.money import round_cost
from smartpos.demo.records import ZERO, Document, MovementRecord, SaleRecord


@dataclass(slots=True)
class Level:
    """What lies in one place of one product."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO
    average_cost: Decimal = ZERO
    moved_at: datetime | None = None


class Shelves:
    """All levels, and every movement that led to them in the order of time."""

    def __init__(self) -> None:
        self.levels: dict[tuple[int, int], Level] = {}
        self.movements: list[MovementRecord] = []

    def quantity(self, place: int, product: int) -> Decimal:
        """How much is there."""
        level = self.levels.get((place, product))
        return level.quantity if level else ZERO

    def put(self, cause: Document, product: int, quantity: Decimal, unit_cost: Decimal) -> None:
        """Receive at a cost."""
        value = round_cost(quantity * unit_cost)
        self._post(MovementRecord(cause.place, product, quantity, unit_cost, value, cause.at, cause))

    def take(self, cause: Document, product: int, quantity: Decimal) -> Decimal:
        """Issue at average cost, which is returned."""
        return self._issue(cause, place=cause.place, product=product, quantity=quantity, at=cause.at)

    def sell(self, sale: SaleRecord, product: int, quantity: Decimal) -> Decimal:
        """Issue to a customer at average cost, which is returned."""
        return self._issue(sale, place=sale.shift.store.place, product=product, quantity=quantity, at=sale.at)

    def _issue(
        self, cause: Document | SaleRecord, *, place: int, product: int, quantity: Decimal, at: datetime
    ) -> Decimal:
        level = self.levels[place, product]
        if quantity > level.quantity:
            raise ValueError("the history would take more than there is", place, product, quantity)
        # The last piece takes the rest of the value along, so that an empty shelf is worth nothing.
        value = level.value if quantity == level.quantity else round_cost(quantity * level.average_cost)
        unit_cost = level.average_cost
        self._post(MovementRecord(place, product, -quantity, unit_cost, -value, at, cause))
        return unit_cost

    def _post(self, movement: MovementRecord) -> None:
        level = self.levels.setdefault((movement.place, movement.product), Level())
        level.quantity += movement.quantity
        level.value += movement.value
        level.moved_at = movement.at
        if level.quantity > 0:
            level.average_cost = round_cost(level.value / level.quantity)
        self.movements.append(movement)
