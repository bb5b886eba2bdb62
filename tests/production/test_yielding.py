"""Who carries the costs of a completion: pure arithmetic."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartpos.production.errors import ProductionTooLarge
from smartpos.production.yielding import ByProduct, share_out, standard

D = Decimal
quantities = st.decimals(min_value=0, max_value=99999, places=3)
besides = st.lists(
    st.tuples(
        st.integers(1, 99),
        st.decimals(min_value="0.000001", max_value=9, places=6),
        st.decimals(min_value=0, max_value=40, places=2),
    ),
    max_size=4,
)


def test_the_example_of_the_book() -> None:
    found = share_out(D(12348), D(7), D(2), [(5, D("0.03"), D(5))])
    assert found.by_products == (ByProduct(5, D("0.27"), D("617.4")),)
    assert (found.scrap, found.output) == (D("2606.8"), D("9123.8"))


@given(
    cost=st.decimals(min_value=0, max_value=10**9, places=4), good=quantities, bad=quantities, others=besides
)
def test_nothing_is_lost(cost: D, good: D, bad: D, others: list[tuple[int, D, D]]) -> None:
    if good + bad == 0:
        bad = D(1)
    found = share_out(cost, good, bad, others)
    assert found.output + found.scrap + found.by_product_cost == cost
    assert min(found.output, found.scrap, found.by_product_cost) >= 0
    assert good or not found.output
    assert bad or not found.scrap


def test_what_the_books_cannot_hold_is_refused() -> None:
    with pytest.raises(ProductionTooLarge):
        standard(D(10) ** 15, D(10) ** 9, D("0.001"))
