"""Moving average cost: what stock is worth after any history."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartpos.stock.errors import StockTooLarge
from smartpos.stock.valuation import Level, issue, receive

quantities = st.decimals(min_value=Decimal("0.001"), max_value=1000, places=3)
costs = st.decimals(min_value=0, max_value=1_000_000, places=4)
step = st.one_of(
    st.tuples(st.just("in"), quantities, costs),
    st.tuples(st.just("out"), quantities, st.just(Decimal(0))),
    st.tuples(st.just("all"), st.just(Decimal(0)), st.just(Decimal(0))),
)


def after(*steps: tuple[str, str, str]) -> Level:
    level = Level()
    for kind, quantity, cost in steps:
        if kind == "in":
            receive(level, Decimal(quantity), Decimal(cost))
        else:
            issue(level, Decimal(quantity))
    return level


def test_goods_come_in_at_their_cost_and_leave_at_the_average() -> None:
    level = after(("in", "10", "100"), ("in", "30", "140"))
    assert (level.quantity, level.value, level.average_cost) == (40, 5200, 130)
    assert issue(level, Decimal(10)) == (130, 1300)
    assert (level.quantity, level.value, level.average_cost) == (30, 3900, 130)


def test_nothing_is_left_over_when_the_last_piece_goes() -> None:
    level = after(("in", "3", "33.3333"), ("out", "1", ""), ("out", "1", ""), ("out", "1", ""))
    assert (level.quantity, level.value) == (0, 0)
    assert level.average_cost == Decimal("33.3333")


def test_what_is_sold_below_zero_leaves_at_the_last_average() -> None:
    level = after(("in", "2", "50"), ("out", "5", ""))
    assert (level.quantity, level.value, level.average_cost) == (-3, -150, 50)


def test_what_never_had_a_cost_leaves_at_the_products_own() -> None:
    level = Level()
    assert issue(level, Decimal(2), Decimal(70)) == (70, 140)
    assert (level.quantity, level.value, level.average_cost) == (-2, -140, 70)


def test_goods_that_fill_up_negative_stock_put_its_value_right() -> None:
    level = after(("in", "2", "50"), ("out", "5", ""))
    assert receive(level, Decimal(10), Decimal(60)) == (600, -30)
    assert (level.quantity, level.value, level.average_cost) == (7, 420, 60)


def test_goods_that_only_lessen_negative_stock_put_its_value_right_too() -> None:
    level = after(("in", "2", "50"), ("out", "5", ""))
    assert receive(level, Decimal(3), Decimal(60)) == (180, -30)
    assert (level.quantity, level.value, level.average_cost) == (0, 0, 60)


def test_a_cost_too_small_for_its_digits_never_makes_stock_worth_less_than_nothing() -> None:
    level = after(("in", "10000", "0.0001"), ("out", "9999", ""))
    assert level.quantity == 1
    assert level.value >= 0


@given(steps=st.lists(step, max_size=40))
def test_values_of_movements_add_up_to_the_value_of_stock(
    steps: list[tuple[str, Decimal, Decimal]],
) -> None:
    level = Level()
    quantity = value = Decimal(0)
    for kind, amount, cost in steps:
        if kind == "in":
            came, revalued = receive(level, amount, cost)
            quantity += amount
            value += came + revalued
        else:
            leaving = level.quantity if kind == "all" and level.quantity > 0 else amount
            if leaving == 0:
                continue
            _cost, left = issue(level, leaving, Decimal(5))
            quantity -= leaving
            value -= left
        assert level.quantity == quantity
        assert level.value == value
        assert level.average_cost >= 0
        assert level.quantity != 0 or level.value == 0
        assert level.value * level.quantity >= 0


@pytest.mark.parametrize(
    ("quantity", "cost"), [("99999999999.999", "99999999999999"), ("99999999999.999", "5000")]
)
def test_what_the_books_cannot_hold_is_refused(quantity: str, cost: str) -> None:
    with pytest.raises(StockTooLarge):
        receive(Level(), Decimal(quantity), Decimal(cost))


def test_goods_come_back_with_exactly_what_they_took_along() -> None:
    level = after(("in", "3", "33.3333"))
    taken = issue(level, Decimal(2))[1]
    assert receive(level, Decimal(2), Decimal("33.3333"), taken)[0] == taken == Decimal("66.6666")
    assert (level.quantity, level.value) == (3, Decimal("99.9999"))


def test_what_came_in_with_a_value_leaves_with_it() -> None:
    level = after(("in", "10", "100"))
    receive(level, Decimal(2), Decimal(70), Decimal("139.99"))
    assert issue(level, Decimal(2), value=Decimal("139.99")) == (Decimal("69.9950"), Decimal("139.9900"))
    assert (level.quantity, level.value, level.average_cost) == (10, 1000, 100)


@pytest.mark.parametrize("known", ["1", "500"])
def test_a_known_value_never_leaves_something_for_nothing(known: str) -> None:
    level = after(("in", "3", "100"))
    issue(level, Decimal(2), value=Decimal("299.999"))
    assert (level.quantity, level.value) == (1, Decimal("0.001"))
    # The last piece takes all that is left, whatever it was believed to be worth.
    assert issue(level, Decimal(1), value=Decimal(known))[1] == Decimal("0.001")
    assert (level.quantity, level.value) == (0, 0)
    level = after(("in", "3", "100"))
    assert issue(level, Decimal(2), value=Decimal(1000))[1] == 300


def test_a_known_value_below_zero() -> None:
    level = Level()
    assert issue(level, Decimal(2), Decimal(70), Decimal("130")) == (65, 130)
    assert (level.quantity, level.value, level.average_cost) == (-2, -130, 65)
