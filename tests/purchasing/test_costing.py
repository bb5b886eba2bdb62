"""Landed costs: what goods are worth is what was paid for them, to the last tiyin."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartpos.purchasing.costing import (
    CostedLine,
    line_amounts,
    part,
    spread_as,
    spread_costs,
    unit_cost,
)
from smartpos.purchasing.errors import PurchaseTooLarge
from smartpos.purchasing.models import SpreadBy

D = Decimal
MONEY = st.decimals(0, 10**9, places=2)
QUANTITIES = st.decimals(D("0.001"), 10**6, places=3)
LINES = st.lists(
    st.tuples(
        QUANTITIES | st.just(D("0.000")),
        st.decimals(0, 10**6, places=4),
        st.decimals(0, 100, places=2),
        st.sampled_from([D(0), D(12), D(16)]),
        st.none() | st.decimals(0, 100, places=3),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
COSTS = st.lists(
    st.tuples(st.decimals(D("0.01"), 10**7, places=2), st.sampled_from(list(SpreadBy))), max_size=4
)


def test_the_money_of_a_line() -> None:
    inside = line_amounts(D(3), D("111.11"), D(10), D(12), vat_included=True)
    assert (inside.discount, inside.amount, inside.tax, inside.total) == (
        D("33.33"),
        D("300.00"),
        D("32.14"),
        D("300.00"),
    )
    on_top = line_amounts(D(3), D("111.11"), D(10), D(12), vat_included=False)
    assert (on_top.amount, on_top.tax, on_top.total) == (D("300.00"), D("36.00"), D("336.00"))
    assert on_top.worth(vat_recoverable=True) == D("300.00")
    assert on_top.worth(vat_recoverable=False) == D("336.00")


def test_what_no_book_can_hold_is_refused() -> None:
    with pytest.raises(PurchaseTooLarge):
        line_amounts(D("99999999999.999"), D("99999999999999.9999"), D(0), D(12), vat_included=True)


@pytest.mark.parametrize(
    ("spread_by", "shares"),
    [
        (SpreadBy.VALUE, ["75.00", "25.00"]),
        (SpreadBy.QUANTITY, ["10.00", "90.00"]),
        (SpreadBy.WEIGHT, ["50.00", "50.00"]),
    ],
)
def test_costs_go_by_value_quantity_or_weight(spread_by: SpreadBy, shares: list[str]) -> None:
    lines = [CostedLine(D(1), D(300), D(9)), CostedLine(D(9), D(100), D(1))]
    assert spread_costs([(D(100), spread_by)], lines) == [D(share) for share in shares]


def test_what_cannot_be_weighed_goes_by_value_and_what_is_free_by_quantity() -> None:
    assert spread_as(SpreadBy.WEIGHT, [CostedLine(D(1), D(5))]) is SpreadBy.VALUE
    assert spread_as(SpreadBy.WEIGHT, [CostedLine(D(1), D(0))]) is SpreadBy.QUANTITY
    assert spread_as(SpreadBy.WEIGHT, [CostedLine(D(1), D(5), D(2))]) is SpreadBy.WEIGHT


@given(lines=LINES, costs=COSTS, vat_included=st.booleans(), vat_recoverable=st.booleans())
def test_goods_are_worth_what_was_paid_for_them(
    lines: list[tuple[Decimal, Decimal, Decimal, Decimal, Decimal | None, bool]],
    costs: list[tuple[Decimal, SpreadBy]],
    vat_included: bool,
    vat_recoverable: bool,
) -> None:
    amounts = [line_amounts(*line[:4], vat_included=vat_included) for line in lines]
    worths = [amount.worth(vat_recoverable=vat_recoverable) for amount in amounts]
    costed = [CostedLine(line[0], worth, line[4], line[5]) for line, worth in zip(lines, worths, strict=True)]
    if not any(line.quantity > 0 for line in costed):
        return
    shares = spread_costs(costs, costed)
    paid = sum((amount.total for amount in amounts), D(0))
    if vat_recoverable:
        paid -= sum((amount.tax for amount in amounts), D(0))
    values = [worth + share for worth, share in zip(worths, shares, strict=True)]
    assert sum(values, D(0)) == paid + sum((amount for amount, _by in costs), D(0))
    for line, share, value in zip(costed, shares, values, strict=True):
        assert share >= 0
        if line.quantity == 0:
            assert share == 0
        else:
            assert abs(unit_cost(value, line.quantity) * line.quantity - value) <= line.quantity * D(
                "0.00005"
            )


@given(whole=MONEY, portions=st.lists(QUANTITIES, min_size=1, max_size=8))
def test_portions_of_a_line_add_up_to_it(whole: Decimal, portions: list[Decimal]) -> None:
    together = sum(portions, D(0))
    before, taken = D(0), D(0)
    for portion in portions:
        before += portion
        one = part(whole, taken, before, together)
        assert one >= 0
        taken += one
    assert taken == whole


@given(
    whole=MONEY,
    portions=st.lists(st.tuples(QUANTITIES, st.booleans()), min_size=1, max_size=8),
)
def test_portions_add_up_whichever_of_them_come_back(
    whole: Decimal, portions: list[tuple[Decimal, bool]]
) -> None:
    together = sum((portion for portion, _back in portions), D(0))
    before, taken, back = D(0), D(0), D(0)
    for portion, comes_back in portions:
        one = part(whole, taken, before + portion, together)
        assert 0 <= one <= whole - taken
        if comes_back:
            back += portion
        else:
            before, taken = before + portion, taken + one
    assert taken + (part(whole, taken, together, together) if back else D(0)) == whole
