"""What goods cost that are bought: pure arithmetic. ``docs/purchasing.md`` tells the rules in prose.

Source: IAS 2 (Inventories), paragraphs 10 and 11: the cost of goods is the purchase price less discounts, plus import
duties, transport, handling and other costs directly attributable to acquiring them, without the taxes that the buyer
gets back. Uzbekistan's national standard BHMS 4 follows it, and Kazakhstan applies it as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from smartpos.core.money import (
    COST_LIMIT,
    HUNDRED,
    ZERO,
    part_of,
    percent_of,
    round_cost,
    round_money,
    spread,
    tax_inside,
    tax_on_top,
)
from smartpos.purchasing.errors import PurchaseTooLarge
from smartpos.purchasing.models import SpreadBy

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """The money of a line, in the tenant's currency with two digits.

    ``amount`` = price × quantity − ``discount``; ``total`` is what the supplier is owed for it, VAT included;
    ``tax`` is the VAT in it.
    """

    discount: Decimal
    amount: Decimal
    tax: Decimal
    total: Decimal

    def worth(self, *, vat_recoverable: bool) -> Decimal:
        """What the goods of the line are worth before landed costs: without the VAT that the shop gets back."""
        return self.total - self.tax if vat_recoverable else self.total


@dataclass(frozen=True, slots=True)
class CostedLine:
    """A line as landed costs see it. ``worth`` is money, ``weight`` kilograms per base unit, where it is known.

    ``takes_costs`` is false for services and the like: freight is not paid for them.
    """

    quantity: Decimal
    worth: Decimal
    weight: Decimal | None = None
    takes_costs: bool = True


def line_amounts(
    quantity: Decimal, price: Decimal, discount_percent: Decimal, vat_rate: Decimal, *, vat_included: bool
) -> LineAmounts:
    """The money of a line of ``quantity`` base units at ``price`` each; rates are per cent.

    gross = price × quantity, discount = gross × discount_percent ÷ 100, each rounded to the minor unit, half up. With
    VAT in the price: tax = amount × rate ÷ (100 + rate), total = amount. With VAT on top: tax = amount × rate ÷ 100,
    total = amount + tax. Raises PurchaseTooLarge.
    """
    # Looked at before it is rounded: beyond this the decimals themselves would give up.
    if price * max(quantity, Decimal(1)) > COST_LIMIT / 2:
        raise PurchaseTooLarge
    gross = round_money(price * quantity)
    discount = percent_of(gross, discount_percent)
    amount = gross - discount
    if vat_included:
        return LineAmounts(discount, amount, tax_inside(amount, vat_rate), amount)
    tax = tax_on_top(amount, vat_rate)
    return LineAmounts(discount, amount, tax, amount + tax)


def spread_as(spread_by: SpreadBy, lines: Sequence[CostedLine]) -> SpreadBy:
    """By what a cost is spread in fact: without any weight by value, without any value by quantity."""
    if spread_by is SpreadBy.WEIGHT and not any(_weights(SpreadBy.WEIGHT, lines)):
        spread_by = SpreadBy.VALUE
    if spread_by is SpreadBy.VALUE and not any(_weights(SpreadBy.VALUE, lines)):
        spread_by = SpreadBy.QUANTITY
    return spread_by


def spread_costs(costs: Sequence[tuple[Decimal, SpreadBy]], lines: Sequence[CostedLine]) -> list[Decimal]:
    """Each line's share of the landed costs, exact to the minor unit: the shares add up to the costs.

    share = cost × weight of the line ÷ weight of all lines, where the weight is the line's worth, its quantity or its
    quantity × the product's weight. What is left over by rounding goes to the largest remainders, the earlier line
    first. Lines of which nothing arrived take nothing; without a line that takes costs all lines share them.
    """
    shares = [NOTHING for _line in lines]
    for amount, spread_by in costs:
        parts = spread(amount, _weights(spread_as(spread_by, lines), lines))
        shares = [share + part for share, part in zip(shares, parts, strict=True)]
    return shares


def price_with_vat(price: Decimal, vat_rate: Decimal) -> Decimal:
    """A price per unit to which VAT is added: price × (100 + rate) ÷ 100, to four digits."""
    return round_cost(price * (HUNDRED + vat_rate) / HUNDRED)


def price_without_vat(price: Decimal, vat_rate: Decimal) -> Decimal:
    """A price per unit without the VAT in it: price × 100 ÷ (100 + rate), to four digits.

    It takes back exactly what ``price_with_vat`` made of a price of four digits.
    """
    return round_cost(price * HUNDRED / (HUNDRED + vat_rate))


def unit_cost(value: Decimal, quantity: Decimal) -> Decimal:
    """What one base unit costs, to four digits; the exact worth of a line is its value, never unit cost × quantity."""
    return round_cost(value / quantity)


def part(whole: Decimal, taken: Decimal, after: Decimal, quantity: Decimal) -> Decimal:
    """What a portion takes of an amount for ``quantity`` units; with it ``after`` units have gone, and the portions
    before it have ``taken`` so much.

    part = round(whole × after ÷ quantity) − taken, and never below zero, so that the parts of all units add up to the
    whole exactly, in whatever portions they go and whichever of them came back meanwhile.
    """
    return max(part_of(whole, after, quantity) - taken, NOTHING)


def _weights(spread_by: SpreadBy, lines: Sequence[CostedLine]) -> list[Decimal]:
    those = [line.takes_costs and line.quantity > 0 for line in lines]
    if not any(those):
        those = [line.quantity > 0 for line in lines]
    return [_weight(spread_by, line) if takes else ZERO for line, takes in zip(lines, those, strict=True)]


def _weight(spread_by: SpreadBy, line: CostedLine) -> Decimal:
    if spread_by is SpreadBy.VALUE:
        return line.worth
    if spread_by is SpreadBy.QUANTITY:
        return line.quantity
    return (line.weight or ZERO) * line.quantity
