"""What stock is worth: pure arithmetic of moving average cost. ``docs/money.md`` tells the rules in prose.

The value of a branch's stock of a product is the sum of the values of its movements, always. Goods leave at their
share of that value rather than at a rounded average, so that nothing is left over when the last piece has gone.
"""

from dataclasses import dataclass
from decimal import Decimal

from smartpos.core.money import COST_LIMIT, QUANTITY_LIMIT, round_cost
from smartpos.stock.errors import StockTooLarge

NOTHING = Decimal("0.0000")


@dataclass(slots=True)
class Level:
    """Quantity and value of a product in a branch, changed by ``issue`` and ``receive``.

    ``average_cost`` is value divided by quantity; at zero and below it keeps the last one.
    """

    quantity: Decimal = Decimal("0.000")
    value: Decimal = NOTHING
    average_cost: Decimal = NOTHING


def issue(
    level: Level, quantity: Decimal, fallback_cost: Decimal = NOTHING, value: Decimal | None = None
) -> tuple[Decimal, Decimal]:
    """Let ``quantity`` (positive) go out. Gives the unit cost and the value that leaves with it, both not negative.

    Going below zero is the caller's decision; what is not there leaves at the last average, or at
    ``fallback_cost`` when there never was one. ``value`` says what goods are worth of which it is known: they came in
    with it a moment ago. It holds unless all or more than all would leave, because nothing is worth nothing.
    """
    before = level.quantity
    unit_cost = level.average_cost
    if value is not None and (quantity < before or before <= 0):
        # What lies there is never worth less than nothing.
        value = round_cost(value if before <= 0 else min(value, level.value))
        unit_cost = round_cost(value / quantity)
        if before <= 0:
            level.average_cost = level.average_cost or unit_cost
    elif before <= 0:
        unit_cost = level.average_cost = unit_cost or fallback_cost
        value = round_cost(_within(unit_cost * quantity))
    elif quantity < before:
        value = round_cost(level.value * quantity / before)
    elif quantity == before:
        value = level.value
        unit_cost = round_cost(value / quantity)
    else:
        value = level.value + round_cost(_within(unit_cost * (quantity - before)))
    _settle(level, before - quantity, level.value - value)
    return unit_cost, value


def receive(
    level: Level, quantity: Decimal, unit_cost: Decimal, value: Decimal | None = None
) -> tuple[Decimal, Decimal]:
    """Let ``quantity`` (positive) come in at ``unit_cost``. Gives the value that comes with it and the revaluation.

    ``value`` is what comes with goods that bring back exactly what they took along; None: quantity × unit cost.

    The revaluation is not zero only when stock was negative: what had gone out at a guess is then put right, so
    that what is there (or still missing) is worth its true cost.
    """
    before = level.quantity
    value = round_cost(_within(unit_cost * quantity)) if value is None else round_cost(value)
    after = before + quantity
    revaluation = NOTHING
    if before < 0:
        revaluation = round_cost(_within(unit_cost * after)) - (level.value + value)
        level.average_cost = unit_cost
    _settle(level, after, level.value + value + revaluation)
    return value, revaluation


def _settle(level: Level, quantity: Decimal, value: Decimal) -> None:
    if abs(quantity) > QUANTITY_LIMIT or abs(value) > COST_LIMIT:
        raise StockTooLarge
    level.quantity = quantity
    level.value = value
    if quantity > 0:
        level.average_cost = round_cost(value / quantity)


def _within(value: Decimal) -> Decimal:
    if abs(value) > COST_LIMIT:
        raise StockTooLarge
    return value
