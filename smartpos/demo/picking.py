"""Goods for the receipts of the demo's counter: found on the shelves by category, and counted as they go."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from smartpos.demo.catalogue import DemoProduct
from smartpos.demo.offers import PROMOTED
from smartpos.demo.shelves import Shelves
from smartpos.sales.requests import SaleLine

# Categories of which there is one by that name.
OILS, BARS, GRAIN, SUGAR, TINS, WASHING, FRUIT = (
    "Yog'",
    "Shokolad va batonchiklar",
    "Guruch va yormalar",
    "Shakar va tuz",
    "Konservalar",
    "Kir yuvish vositalari",
    "Mevalar",
)
BARS_IN_THE_GROUP = 6
DEAREST_BAR = 20_000
ENOUGH = 6


@dataclass(slots=True)
class PickedGoods:
    """What can be sold in one place; ``ids`` are the products' in the order of the list."""

    products: Sequence[DemoProduct]
    ids: Sequence[int]
    shelves: Shelves
    place: int
    _taken: dict[int, Decimal] = field(default_factory=dict)

    def find(self, category: str, *, least: int = ENOUGH, pieces: bool = False, nth: int = 0) -> int:
        """The position of a good seller of a category that is on the shelf and may be paid for in cash."""
        fitting = [
            index
            for index, product in enumerate(self.products)
            if product.category[-1] == category
            and product.is_sold
            and product.is_stocked
            and product.cash_allowed
            and not (pieces and product.is_weighed)
        ]
        there = [index for index in fitting if self._on_shelf(index) >= least]
        if not there:
            # On a bad day a category is sold out; then it is anything of which there is much.
            return max(self._plain_goods(), key=self._on_shelf)
        there.sort(key=lambda index: -self.products[index].weight)
        return there[nth % len(there)]

    def _plain_goods(self) -> list[int]:
        """Pieces that are in no promotion and may be paid for in cash."""
        return [
            index
            for index, product in enumerate(self.products)
            if product.is_sold
            and product.is_stocked
            and product.cash_allowed
            and not product.is_weighed
            and not {BARS, OILS, *PROMOTED} & set(product.category)
        ]

    def _on_shelf(self, index: int) -> Decimal:
        there = self.shelves.quantity(self.place, index)
        return there - self._taken.get(index, Decimal(0))

    def bars(self) -> list[int]:
        """The bars of the group of which three cost as much as two; the first is on the shelf."""
        first = self.find(BARS, pieces=True)
        others = [
            index
            for index, product in enumerate(self.products)
            if product.category[-1] == BARS and index != first and product.price <= DEAREST_BAR
        ]
        others.sort(key=lambda index: -self.products[index].weight)
        return [first, *others[: BARS_IN_THE_GROUP - 1]]

    def line(self, index: int, quantity: Decimal | int = 1) -> SaleLine:
        """A line of a sale; what it takes is not on the shelf any more."""
        self._taken[index] = self._taken.get(index, Decimal(0)) + quantity
        return SaleLine(self.ids[index], None, Decimal(quantity))

    def worth(self, lines: Sequence[tuple[int, int]]) -> Decimal:
        """What goods cost that are in no promotion."""
        return sum((self.products[index].price * quantity for index, quantity in lines), Decimal(0))
