"""The law of promotions: pure arithmetic, the same on server and browser (``tests/vectors/promotions.json``).

``docs/money.md`` tells the rules in prose; ``static/till/promotions.js`` is this file once more, with whole numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from smartpos.catalog.models import CustomerTier, PromotionKind
from smartpos.catalog.queries import PromotionRule
from smartpos.core.money import part_of, percent_of, round_money
from smartpos.sales.pricing import NOTHING, line_gross

Rule = PromotionRule

DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Line:
    """Goods of a cart: ``quantity`` of what is counted (base units or packs), at the price of one of it.

    ``multiplier`` base units are in one of it; ``digits`` says how finely a base unit may be divided. A line whose
    price a person ``changed_by_hand`` takes no promotion.
    """

    product_id: int
    category_id: int | None
    price: Decimal
    quantity: Decimal
    multiplier: Decimal = Decimal(1)
    digits: int = 0
    changed_by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Where, to whom and when: ``at`` is the moment in the tenant's time zone, whose clock and days count."""

    branch_id: int | None
    tier: CustomerTier | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What a promotion takes off a line: more than nothing, at most the line's gross."""

    promotion_id: int
    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class _Goods:
    """A line that takes promotions: its place in the cart, its gross, and its quantity in base units."""

    place: int
    line: Line
    gross: Decimal
    base: Decimal

    @property
    def is_countable(self) -> bool:
        return self.line.digits == 0 and self.base % 1 == 0

    @property
    def unit_price(self) -> Fraction:
        return Fraction(self.line.price) / Fraction(self.line.multiplier)


@dataclass(frozen=True, slots=True)
class _Group:
    """What an N-for-M promotion would do: the lines its full groups touch, and what it takes off each.

    ``gain`` is how much more that is than what the same lines would get otherwise.
    """

    rule: Rule
    taken: dict[int, Decimal]
    gain: Decimal


def apply(rules: Iterable[Rule], lines: Sequence[Line], context: Context) -> list[Taken | None]:
    """What promotions take off each line, in the order of the lines; None where none does.

    Raises AmountTooLarge, as pricing the lines would.
    """
    holding = [rule for rule in rules if is_holding(rule, context)]
    taken: list[Taken | None] = [None] * len(lines)
    if not holding:
        return taken
    free = [
        _Goods(place, line, gross, line.quantity * line.multiplier)
        for place, line in enumerate(lines)
        if not line.changed_by_hand and (gross := line_gross(line.price, line.quantity)) > 0
    ]
    holding.sort(key=lambda rule: (-rule.priority, rule.id))
    for _priority, level in groupby(holding, key=lambda rule: rule.priority):
        claimed = _apply_level(list(level), free)
        for place, one in claimed.items():
            taken[place] = one if one.amount > 0 else None
        free = [goods for goods in free if goods.place not in claimed]
    return taken


def is_holding(rule: Rule, context: Context) -> bool:
    """Whether a promotion holds at all: its branch, its tier, its period, its days of the week and its hours."""
    return (
        (rule.branch_id is None or rule.branch_id == context.branch_id)
        and (rule.tier is None or rule.tier == context.tier)
        and (rule.valid_from is None or rule.valid_from <= context.at)
        and (rule.valid_to is None or rule.valid_to > context.at)
        and _is_in_hours(rule, context.at)
    )


def _is_in_hours(rule: Rule, at: datetime) -> bool:
    day, clock = at.weekday(), at.time()
    if rule.time_from is not None and rule.time_to is not None:
        if rule.time_from < rule.time_to:
            if not rule.time_from <= clock < rule.time_to:
                return False
        elif clock < rule.time_to:
            # The hours after midnight belong to the evening before.
            day = (day - 1) % DAYS_OF_WEEK
        elif clock < rule.time_from:
            return False
    return bool(rule.weekdays >> day & 1)


def _is_for(rule: Rule, goods: _Goods) -> bool:
    """Whether a promotion is for these goods, and there are enough of them."""
    if goods.base < rule.min_quantity:
        return False
    if not rule.product_ids and not rule.category_ids:
        return True
    return goods.line.product_id in rule.product_ids or goods.line.category_id in rule.category_ids


def _apply_level(rules: Sequence[Rule], free: Sequence[_Goods]) -> dict[int, Taken]:
    """What the promotions of one priority do with the lines that are free, by place.

    A line that only paid for what another got free is in it too, with nothing taken off: it has had its promotion.
    """
    alone: dict[int, Taken] = {}
    grouping: list[tuple[Rule, list[_Goods]]] = []
    for rule in rules:
        wanted = [goods for goods in free if _is_for(rule, goods)]
        if rule.kind is PromotionKind.N_FOR_M:
            grouping.append((rule, [goods for goods in wanted if goods.is_countable]))
            continue
        for goods in wanted:
            amount = _taken_off(rule, goods)
            before = alone.get(goods.place)
            # Rules come by their ids, so that of equals the lower one stays.
            if amount > (before.amount if before else 0):
                alone[goods.place] = Taken(rule.id, rule.name, amount)
    claimed: dict[int, Taken] = {}
    while best := _best_group(grouping, alone):
        rule = best.rule
        claimed |= {place: Taken(rule.id, rule.name, amount) for place, amount in best.taken.items()}
        grouping = [
            (other, [goods for goods in wanted if goods.place not in best.taken])
            for other, wanted in grouping
            if other is not rule
        ]
    return alone | claimed


def _taken_off(rule: Rule, goods: _Goods) -> Decimal:
    """What a percentage, an amount or a fixed price takes off one line."""
    if rule.kind is PromotionKind.PERCENT:
        return min(percent_of(goods.gross, rule.percent or NOTHING), goods.gross)
    exact = (rule.amount or NOTHING) * goods.base
    amount = goods.gross if exact >= goods.gross else min(round_money(exact), goods.gross)
    return goods.gross - amount if rule.kind is PromotionKind.FIXED_PRICE else amount


def _best_group(
    grouping: Sequence[tuple[Rule, Sequence[_Goods]]], alone: Mapping[int, Taken]
) -> _Group | None:
    """The N-for-M promotion that takes off most beyond what its lines would get otherwise; None when none does."""
    best: _Group | None = None
    for rule, wanted in grouping:
        # What another promotion is better for does not keep this one from the rest.
        for tried in (wanted, [goods for goods in wanted if goods.place not in alone]):
            group = _grouped(rule, tried, alone)
            if group.gain > (best.gain if best else 0):
                best = group
    return best


def _grouped(rule: Rule, wanted: Sequence[_Goods], alone: Mapping[int, Taken]) -> _Group:
    """Put units into groups of N by their price, the dearest first; the cheapest N − M of a full group are free.

    Lines are runs of equal units, so nothing is counted one by one.
    """
    size, paid = rule.buy_quantity or 1, rule.pay_quantity or 0
    order = sorted(wanted, key=lambda goods: (-goods.unit_price, goods.place))
    full = sum(int(goods.base) for goods in order) // size * size
    taken: dict[int, Decimal] = {}
    start = 0
    for goods in order:
        if start >= full:
            break
        end = min(start + int(goods.base), full)
        free = _free_before(end, size, paid) - _free_before(start, size, paid)
        taken[goods.place] = part_of(goods.line.price, free, goods.line.multiplier)
        start = end
    gain = sum(taken.values(), NOTHING)
    gain -= sum((alone[place].amount for place in taken if place in alone), NOTHING)
    return _Group(rule, taken, gain)


def _free_before(units: int, size: int, paid: int) -> int:
    """How many of the first ``units`` are free when the last ``size − paid`` of every ``size`` are."""
    groups, rest = divmod(units, size)
    return groups * (size - paid) + max(0, rest - paid)
