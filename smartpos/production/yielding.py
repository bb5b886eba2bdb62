"""What a completion costs and who carries it: pure arithmetic. ``docs/money.md`` tells the rules in prose.

Nothing is lost and nothing comes from nowhere: what was consumed with labour and overhead equals what was
produced with by-products and scrap, to the last digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from smartpos.core.money import COST_LIMIT, HUNDRED, QUANTITY_LIMIT, round_cost, round_quantity
from smartpos.production.errors import ProductionTooLarge

NOTHING = Decimal("0.000")
WORTHLESS = Decimal("0.0000")


@dataclass(frozen=True, slots=True)
class ByProduct:
    """What came out besides: so much of a product, and what of the costs it carries."""

    product_id: int
    quantity: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class Yield:
    """How the costs of a completion are divided."""

    output: Decimal
    scrap: Decimal
    by_products: tuple[ByProduct, ...]

    @property
    def by_product_cost(self) -> Decimal:
        """What all by-products carry."""
        return sum((one.value for one in self.by_products), WORTHLESS)


def standard(per_batch: Decimal, made: Decimal, batch: Decimal) -> Decimal:
    """What so much of a product costs by a figure per batch, four digits. Raises ProductionTooLarge."""
    return round_cost(within(per_batch * made / batch))


def needed(quantity: Decimal, per_unit: Decimal) -> Decimal:
    """What a quantity of a product takes of a material, three digits. Raises ProductionTooLarge."""
    return _held(quantity * per_unit)


def in_proportion(planned: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """What is planned for a whole, for a part of it or for more; three digits. Raises ProductionTooLarge."""
    return _held(planned * part / whole)


def _held(quantity: Decimal) -> Decimal:
    # Asked before it is rounded: what is far too long for the books may be too long for rounding, too.
    if quantity > QUANTITY_LIMIT:
        raise ProductionTooLarge
    return round_quantity(quantity)


def within(cost: Decimal) -> Decimal:
    """A cost that the books can hold. Raises ProductionTooLarge for all others."""
    if abs(cost) > COST_LIMIT:
        raise ProductionTooLarge
    return cost


def share_out(
    cost: Decimal, good: Decimal, scrapped: Decimal, besides: Sequence[tuple[int, Decimal, Decimal]]
) -> Yield:
    """Divide all that a completion has cost over what came of it.

    ``besides``: (product id, quantity per unit made, per cent of the costs) of each by-product; they carry their
    percentages, one of which nothing came carries nothing. The rest is shared by good and scrapped by quantity; what
    rounding leaves is the good ones'. ``good + scrapped`` is above zero.
    """
    made = good + scrapped
    rest = cost
    found = []
    for product_id, per_unit, percent in besides:
        quantity = needed(made, per_unit)
        if not quantity:
            continue
        value = min(round_cost(cost * percent / HUNDRED), rest)
        rest -= value
        found.append(ByProduct(product_id, quantity, value))
    scrap = rest if not good else round_cost(rest * scrapped / made)
    return Yield(rest - scrap, scrap, tuple(found))
