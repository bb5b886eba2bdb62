"""Gross to net, level by level: the arithmetic of planning alone, without a database."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartpos.core.money import round_quantity
from smartpos.production.netting import (
    GoesRoundError,
    Making,
    Need,
    Part,
    Peg,
    Place,
    Reason,
    low_level_codes,
    plan,
)

D = Decimal
WORKSHOP, SHOP = 1, 2
BREAD, DOUGH, FLOUR, SALT, BUN = 10, 20, 30, 40, 50


def making(product: int, batch: str, parts: dict[int, str], **facts: Any) -> Making:
    return Making(
        product, product, D(batch), tuple(Part(one, D(each)) for one, each in parts.items()), **facts
    )


def here(free: str = "0", **facts: str) -> Place:
    return Place(WORKSHOP, D(free), **{name: D(value) for name, value in facts.items()})


def there(free: str = "0", branch: int = SHOP, **facts: str) -> Place:
    return Place(branch, D(free), **{name: D(value) for name, value in facts.items()})


BAKERY = {
    BREAD: making(BREAD, "20", {DOUGH: "0.5", SALT: "0.01"}, lead_days=1),
    DOUGH: making(DOUGH, "10", {FLOUR: "0.63"}, lead_days=1),
}


def needs(
    places: dict[int, list[Place]], lead_days: dict[int, int] | None = None, **options: Any
) -> dict[int, Need]:
    options.setdefault("horizon", 6)
    found = plan(WORKSHOP, options.pop("makings", BAKERY), places, lead_days or {}, **options)
    return {need.product_id: need for need in found}


def test_what_sells_is_made_in_whole_batches_and_exploded_to_the_flour() -> None:
    # Ten a day for six days and one to make it are 70; 45 lie there.
    found = needs({BREAD: [here("45", velocity="10")]})
    assert [(one.product_id, one.net, one.quantity) for one in found.values()] == [
        (BREAD, D(25), D(40)),
        (DOUGH, D(20), D(20)),
        (SALT, D("0.400"), D("0.400")),
        (FLOUR, D("12.600"), D("12.600")),
    ]
    assert found[BREAD].pegs == [Peg(Reason.SALES, D(70))]
    assert found[FLOUR].pegs == [Peg(Reason.PRODUCT, D("12.600"), DOUGH)]
    assert found[DOUGH].parent_id == BREAD
    assert found[BREAD].parent_id is None


def test_a_sub_assembly_is_netted_before_it_is_exploded_further() -> None:
    found = needs({BREAD: [here("45", velocity="10")], DOUGH: [here("14")], FLOUR: [here("2")]})
    assert (found[DOUGH].net, found[DOUGH].quantity) == (D(6), D(10))
    assert found[FLOUR].net == D("4.300")
    nothing = needs({BREAD: [here("45", velocity="10")], DOUGH: [here("20")]})
    assert nothing[DOUGH].quantity == 0
    assert FLOUR not in nothing


def test_other_branches_are_supplied_and_keep_what_they_have() -> None:
    places = {BREAD: [here("0"), there("5", velocity="10"), there("100", branch=3)]}
    assert BREAD not in needs(places)  # a branch that has too much gives to one that has too little
    places = {BREAD: [here("10"), there("5", velocity="10"), there("15", branch=3)]}
    found = needs(places)
    assert found[BREAD].pegs == [Peg(Reason.BRANCHES, D(50))]
    assert (found[BREAD].net, found[BREAD].quantity) == (D(40), D(40))
    # Nobody bakes with the dough that lies in a shop, and nobody orders flour for others.
    found = needs({BREAD: [there("0", level="20")], DOUGH: [there("99")], FLOUR: [there("0", level="500")]})
    assert found[DOUGH].net == D(10)
    assert found[FLOUR].net == D("6.300")


@pytest.mark.parametrize(
    ("place", "net", "reasons"),
    [
        (here("3", level="10"), "7", [Reason.LEVEL]),
        (here("10", level="10"), None, []),
        (here("0", level="50", most="30"), "30", [Reason.LEVEL]),
        (here("0", velocity="10", most="30"), "30", [Reason.SALES]),
        (here("4", taken="9"), "5", [Reason.ORDERS]),
        (here("-4"), "4", [Reason.BELOW_ZERO]),
        (here("-4", level="10"), "14", [Reason.BELOW_ZERO, Reason.LEVEL]),
    ],
)
def test_levels_orders_under_way_and_what_is_below_zero(
    place: Place, net: str | None, reasons: list[Reason]
) -> None:
    need = needs({BREAD: [place]}).get(BREAD)
    if net is None:
        assert need is None or need.net == 0
    else:
        assert need is not None
        assert need.net == D(net)
        assert [peg.reason for peg in need.pegs] == reasons


def test_what_two_products_take_is_netted_once_and_has_no_single_parent() -> None:
    makings = BAKERY | {BUN: making(BUN, "10", {DOUGH: "0.1", BREAD: "0.2"})}
    places = {BREAD: [here(level="20")], BUN: [here(level="20")], DOUGH: [here("5")]}
    found = needs(places, makings=makings)
    assert low_level_codes(makings) == {BUN: 0, BREAD: 1, DOUGH: 2, SALT: 2, FLOUR: 3}
    assert found[BREAD].quantity == D(40)  # its own level, and four for the buns
    assert (found[DOUGH].gross, found[DOUGH].net) == (D(22), D(17))
    assert found[DOUGH].parent_id is None
    assert found[SALT].parent_id == BREAD


def test_days_follow_lead_times_and_nothing_begins_before_today() -> None:
    # 45 last for four days at ten a day, with five left over.
    bread = {BREAD: [here("45", velocity="10")]}
    found = needs(bread, {FLOUR: 1, SALT: 0})
    days = {one.product_id: (one.begin, one.ready, one.late_days) for one in found.values()}
    assert days == {BREAD: (3, 4, 0), DOUGH: (2, 3, 0), SALT: (3, 3, 0), FLOUR: (1, 2, 0)}
    found = needs(bread, {FLOUR: 7})
    days = {one.product_id: (one.begin, one.ready, one.late_days) for one in found.values()}
    assert days == {BREAD: (8, 9, 5), DOUGH: (7, 8, 0), SALT: (8, 8, 0), FLOUR: (0, 7, 0)}
    slow = {BREAD: making(BREAD, "1", {}, batch_minutes=600, setup_minutes=60)}
    found = needs({BREAD: [here(level="5")]}, makings=slow)
    assert (found[BREAD].ready, slow[BREAD].minutes(D(5))) == (2, 3060)


def test_what_if_asks_whatever_is_there_and_without_whole_batches() -> None:
    found = needs({BREAD: [here("1000")], DOUGH: [here("1.5")]}, asked={BREAD: D(7)}, whole_batches=False)
    assert found[BREAD].quantity == D(7)
    assert (found[DOUGH].gross, found[DOUGH].quantity) == (D("3.500"), D("2.000"))
    assert found[FLOUR].quantity == D("1.260")


def test_a_product_made_of_itself_is_told_with_the_way_round() -> None:
    round_trip = BAKERY | {FLOUR: making(FLOUR, "1", {BREAD: "1"})}
    with pytest.raises(GoesRoundError) as told:
        low_level_codes(round_trip)
    path = told.value.path
    assert path[0] == path[-1]
    assert set(path) == {BREAD, DOUGH, FLOUR}
    for above, below in pairwise(path):
        assert below in {part.product_id for part in round_trip[above].parts}


quantities = st.decimals(0, 300, places=3)
rates = st.decimals(0, 5, places=6)


@st.composite
def shops(draw: st.DrawFn) -> dict[str, Any]:
    """Products in which each is made of later ones only, at random, with stock, sales and levels at random."""
    count = draw(st.integers(1, 9))
    makings = {}
    for product in range(count):
        below = draw(st.sets(st.integers(product + 1, count), max_size=3)) if draw(st.booleans()) else set()
        if below:
            parts = tuple(Part(one, draw(rates)) for one in sorted(below))
            batch = draw(st.decimals("0.001", 50, places=3))
            makings[product] = Making(product, product, batch, parts, draw(st.integers(0, 5)))
    places = {
        product: [
            Place(
                branch,
                draw(st.decimals(-20, 300, places=3)),
                draw(quantities),
                draw(st.decimals(0, 20, places=2)),
                draw(quantities),
                draw(st.none() | quantities),
            )
            for branch in draw(st.sets(st.sampled_from([WORKSHOP, SHOP, 3])))
        ]
        for product in range(count + 1)
    }
    leads = {product: draw(st.integers(0, 9)) for product in range(count + 1)}
    return {"makings": makings, "places": places, "leads": leads, "horizon": draw(st.integers(0, 14))}


@given(shops())
def test_everything_that_is_asked_for_is_met_by_the_least_whole_batches_in_time(case: dict[str, Any]) -> None:
    makings: dict[int, Making] = case["makings"]
    found = plan(WORKSHOP, makings, case["places"], case["leads"], horizon=case["horizon"])
    by_product = {need.product_id: need for need in found}
    assert len(by_product) == len(found)
    for need in found:
        assert need.free + need.quantity >= need.gross
        assert need.net == max(need.gross - need.free, 0)
        if need.making is None:
            assert need.quantity == need.net
        else:
            assert need.quantity % need.making.batch == 0
            assert need.net <= need.quantity < need.net + need.making.batch
        assert 0 <= need.begin <= need.ready
        for part in need.making.parts if need.making and need.quantity else ():
            takes = round_quantity(need.quantity * part.per_unit)
            below = by_product.get(part.product_id)
            if takes > 0:
                assert below is not None
                assert below.level > need.level
                assert Peg(Reason.PRODUCT, takes, need.product_id) in below.pegs
                if below.quantity > 0:
                    assert below.ready <= need.begin
        for peg in need.pegs:
            assert peg.quantity > 0
            assert (peg.product_id is not None) == (peg.reason is Reason.PRODUCT)
