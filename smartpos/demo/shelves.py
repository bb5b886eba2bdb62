"""The stock ledger of the history in memory, by the same arithmetic as the real one."""

from datetime import datetime
from decimal import Decimal

from smartpos.core.money import round_cost
from smartpos.demo.records import ZERO, BakeRecord, Document, MovementRecord, SaleRecord
from smartpos.stock.valuation import Level, issue, receive


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
        level = self.levels.setdefault((cause.place, product), Level())
        value, _revaluation = receive(level, quantity, unit_cost)
        self.movements.append(
            MovementRecord(cause.place, product, quantity, unit_cost, value, cause.at, cause)
        )

    def bring(self, cause: BakeRecord, product: int, quantity: Decimal, value: Decimal) -> None:
        """Receive what was made, at all that it has cost."""
        level = self.levels.setdefault((cause.place, product), Level())
        unit_cost = round_cost(value / quantity)
        receive(level, quantity, unit_cost, value)
        self.movements.append(
            MovementRecord(cause.place, product, quantity, unit_cost, value, cause.at, cause)
        )

    def use(self, cause: BakeRecord, product: int, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """Issue to the workshop; gives the unit cost and the value of what went in."""
        return self._issue(cause, cause.place, product, quantity, cause.at)

    def take(self, cause: Document, product: int, quantity: Decimal) -> Decimal:
        """Issue at average cost, which is returned."""
        unit_cost, _value = self._issue(cause, cause.place, product, quantity, cause.at)
        return unit_cost

    def sell(self, sale: SaleRecord, product: int, quantity: Decimal) -> tuple[Decimal, Decimal]:
        """Issue to a customer; gives the unit cost and the value of what went out."""
        return self._issue(sale, sale.shift.store.place, product, quantity, sale.at)

    def _issue(
        self,
        cause: Document | SaleRecord | BakeRecord,
        place: int,
        product: int,
        quantity: Decimal,
        at: datetime,
    ) -> tuple[Decimal, Decimal]:
        level = self.levels[place, product]
        if quantity > level.quantity:
            raise ValueError("the history would take more than there is", place, product, quantity)
        unit_cost, value = issue(level, quantity)
        self.movements.append(MovementRecord(place, product, -quantity, unit_cost, -value, at, cause))
        return unit_cost, value
