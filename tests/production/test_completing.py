"""Completing orders: what goes out, what comes in, and what it costs."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from smartpos.core.errors import Forbidden, Invalid
from smartpos.production.errors import (
    AboveTolerance,
    CircularRecipe,
    ClientUuidReused,
    GoodsAreGone,
    MaterialsAreShort,
    OrderInOtherState,
    QualityNotChecked,
)
from smartpos.production.models import OrderStatus, OutputKind
from tests.production.making import Bakery, D


def test_what_is_made_costs_what_it_took(bakery: Bakery) -> None:
    dough = bakery.ask(bakery.dough, "10")
    bakery.complete(dough, "10")
    # 6 kg of flour at 4 000 and 4 kg of water at 10.
    assert bakery.holds(bakery.dough) == (10, 24040)
    assert bakery.holds(bakery.flour) == (94, 376000)
    number = bakery.ask(quantity="10")
    done = bakery.completion(bakery.complete(number, "10"))
    order = bakery.order(number)
    # 5 kg of dough, 100 g of salt, a batch of labour and overhead.
    assert (done.material_cost, done.labor_cost, done.overhead_cost) == (12220, 1000, 500)
    assert (done.output_cost, done.scrap_cost) == (13720, 0)
    assert bakery.holds(bakery.bread) == (10, 13720)
    assert bakery.holds(bakery.dough) == (5, 12020)
    assert order.status is OrderStatus.COMPLETED and order.completed_at
    assert (order.quantity_completed, order.actual_cost) == (10, 13720)
    assert {one.product_id: one.used_quantity for one in order.materials} == {
        bakery.dough: D(5),
        bakery.salt: D("0.1"),
    }
    assert done.standard_cost == 13500
    with bakery.shop.inside():
        from smartpos.catalog.models import Product
        from smartpos.core.db import db

        assert db.session.get_one(Product, bakery.bread).cost_price == 1372
    assert bakery.books() == []


def test_scrap_carries_its_share_and_comes_to_no_stock(bakery: Bakery) -> None:
    bakery.complete(bakery.ask(bakery.dough, "20"), "20")
    number = bakery.ask(quantity="10")
    done = bakery.completion(bakery.complete(number, "7", "2", scrap_reason="kuygan"))
    # Nine were made: 4.5 kg of dough (10 818), 90 g of salt (180), 900 and 450.
    assert (done.material_cost, done.labor_cost, done.overhead_cost) == (10998, 900, 450)
    assert done.scrap_cost == D("2744.0000")
    assert done.output_cost == D("9604.0000")
    assert bakery.holds(bakery.bread) == (7, 9604)
    assert {one.kind: one.quantity for one in done.outputs} == {OutputKind.PRODUCT: 7, OutputKind.SCRAP: 2}
    order = bakery.order(number)
    assert order.status is OrderStatus.IN_PROGRESS
    assert order.quantity_left == 1 and order.scrap_cost == 2744
    last = bakery.completion(bakery.complete(number, "0", "1"))
    assert (last.output_cost, last.scrap_cost) == (0, last.material_cost + 150)
    assert bakery.order(number).status is OrderStatus.COMPLETED
    assert bakery.holds(bakery.bread) == (7, 9604)
    assert bakery.books() == []


def test_thirds_leave_nothing_behind(bakery: Bakery) -> None:
    bakery.complete(bakery.ask(bakery.dough, "10"), "10")
    number = bakery.ask(quantity="3")
    for _third in range(3):
        bakery.complete(number, "1")
    order = bakery.order(number)
    assert {one.product_id: one.used_quantity for one in order.materials} == {
        bakery.dough: D("1.5"),
        bakery.salt: D("0.03"),
    }
    assert order.status is OrderStatus.COMPLETED
    assert bakery.books() == []


def test_what_was_really_used_goes_out(bakery: Bakery) -> None:
    rye = bakery.shop.product("Javdar uni", unit="kg", cost="6000", stock="10")
    number = bakery.ask(bakery.dough, "10")
    done = bakery.completion(bakery.complete(number, "10", materials={bakery.flour: "4", rye: "2.5"}))
    assert done.material_cost == 4 * 4000 + D("2.5") * 6000 + 40
    assert {one.product_id: (one.quantity, one.standard_quantity) for one in done.uses} == {
        bakery.flour: (4, 6),
        bakery.water: (4, 4),
        rye: (D("2.5"), 0),
    }
    lines = {
        one.product_id: (one.planned_quantity, one.used_quantity) for one in bakery.order(number).materials
    }
    assert lines == {bakery.flour: (6, 4), bakery.water: (4, 4), rye: (0, D("2.5"))}
    bakery.revert(number)
    assert {one.product_id for one in bakery.order(number).materials} == {bakery.flour, bakery.water}
    assert bakery.holds(rye) == (10, 60000)
    assert bakery.books() == []


def test_all_that_is_short_is_told_together(bakery: Bakery) -> None:
    number = bakery.ask(bakery.dough, "200")
    with pytest.raises(MaterialsAreShort) as refused:
        bakery.complete(number, "200")
    assert {
        (one["product_id"], one["requested"], one["available"]) for one in refused.value.facts["lines"]
    } == {(bakery.flour, "120.000", "100.000")}
    number = bakery.ask(quantity="20000")
    with pytest.raises(MaterialsAreShort) as refused:
        bakery.complete(number, "20000")
    assert {one["product_id"] for one in refused.value.facts["lines"]} == {bakery.dough, bakery.salt}
    assert "10\u202f000" in str(refused.value), "people read numbers as everywhere"
    assert bakery.order(number).status is OrderStatus.PENDING
    assert bakery.books() == []


def test_below_zero_where_the_shop_allows_it(bakery: Bakery) -> None:
    with bakery.shop.inside("owner"):
        from smartpos.identity.operations import save_settings

        save_settings({"sell_below_zero": True}, actor=bakery.shop.actor("owner"))
    bakery.complete(bakery.ask(quantity="10"), "10")
    assert bakery.holds(bakery.dough)[0] == -5
    bakery.complete(bakery.ask(bakery.dough, "10"), "10")
    # What had gone out at a guess is put right.
    assert bakery.holds(bakery.dough) == (5, 12020)
    assert bakery.books() == []


def test_more_than_planned_is_tolerated_in_bounds(bakery: Bakery) -> None:
    number = bakery.ask(bakery.dough, "10")
    with pytest.raises(AboveTolerance) as refused:
        bakery.complete(number, "10.5", "0.501")
    assert refused.value.facts["most"] == "11"
    bakery.complete(number, "10.5", "0.5")
    order = bakery.order(number)
    assert order.status is OrderStatus.COMPLETED
    assert {one.product_id: one.used_quantity for one in order.materials} == {
        bakery.flour: D("6.6"),
        bakery.water: D("4.4"),
    }
    with pytest.raises(OrderInOtherState):
        bakery.complete(number, "1")


def test_said_twice_it_happens_once(bakery: Bakery) -> None:
    number = bakery.ask(bakery.dough, "10")
    name = uuid4()
    first = bakery.complete(number, "4", client_uuid=name)
    assert bakery.complete(number, "4", client_uuid=name) == first
    with pytest.raises(ClientUuidReused):
        bakery.complete(number, "5", client_uuid=name)
    assert bakery.holds(bakery.dough)[0] == 4
    assert bakery.complete(number, "4", client_uuid=uuid4()) != first
    assert bakery.holds(bakery.dough)[0] == 8


@pytest.mark.parametrize(
    ("quantity", "scrapped", "facts"),
    [
        ("0", "0", {}),
        ("-1", "2", {}),
        ("2", "-1", {}),
        ("0.5", "0", {}),
        ("1", "0", {"materials": {"salt": "-1"}}),
        ("1", "0", {"batch_number": "A-1"}),
        ("1", "0", {"labor_cost": D(-1)}),
    ],
)
def test_nothing_and_nonsense_are_refused(
    bakery: Bakery, quantity: str, scrapped: str, facts: dict[str, object]
) -> None:
    bakery.complete(bakery.ask(bakery.dough, "10"), "10")
    number = bakery.ask()
    if "materials" in facts:
        facts = {"materials": {bakery.salt: "-1"}}
    before = bakery.stock()
    with pytest.raises(Invalid):
        bakery.complete(number, quantity, scrapped, **facts)
    assert bakery.stock() == before
    assert bakery.order(number).status is OrderStatus.PENDING


def test_a_product_is_not_used_up_by_its_own_order(bakery: Bakery) -> None:
    number = bakery.ask(bakery.dough, "10")
    bakery.complete(number, "5")
    with pytest.raises(CircularRecipe):
        bakery.complete(number, "5", materials={bakery.dough: "1"})


def test_quality_is_asked_for_where_it_must_be(bakery: Bakery) -> None:
    from tests.production.making import recipe

    cake = bakery.shop.product("Tort", unit="dona", stock=None)
    recipe(bakery.shop, cake, {bakery.flour: "1"}, qc_required=True)
    number = bakery.ask(cake, "3")
    for told in (None, False):
        with pytest.raises(QualityNotChecked):
            bakery.complete(number, "1", qc_passed=told)
    bakery.complete(number, "0", "1", qc_passed=False, qc_notes="xom")
    bakery.complete(number, "2", qc_passed=True)
    assert bakery.order(number).status is OrderStatus.COMPLETED


def test_costs_of_ones_own_need_the_right_to_see_costs(bakery: Bakery) -> None:
    number = bakery.ask(bakery.dough, "10")
    with pytest.raises(Forbidden):
        bakery.complete(number, "5", who="operator", labor_cost=D(7))
    done = bakery.completion(bakery.complete(number, "5", labor_cost=D(7), overhead_cost=D("0.5")))
    assert (done.labor_cost, done.overhead_cost) == (7, D("0.5"))
    assert done.output_cost == 12020 + D("7.5")


def test_lots_and_days_of_what_is_made(bakery: Bakery) -> None:
    from tests.production.making import recipe

    shop = bakery.shop
    cake = shop.product("Tort", unit="dona", stock=None, track_batches=True, shelf_life_days=3)
    recipe(shop, cake, {bakery.flour: "1"})
    number = bakery.ask(cake, "10")
    first = bakery.completion(bakery.complete(number, "4"))
    assert first.expiration_date == bakery.today + timedelta(days=3)
    same = bakery.completion(bakery.complete(number, "2", batch_number="K-7", expiration_date=bakery.today))
    more = bakery.completion(bakery.complete(number, "1", batch_number="K-7"))
    assert more.batch_id == same.batch_id and more.expiration_date == bakery.today
    assert bakery.lots() == {first.batch_id: 4, same.batch_id: 3}
    with bakery.shop.inside():
        from smartpos.core.db import db
        from smartpos.stock.models import Batch

        assert db.session.get_one(Batch, first.batch_id).batch_number == f"{bakery.order(number).number}/1"
    with pytest.raises(Invalid):
        bakery.complete(number, "1", expiration_date=bakery.today - timedelta(days=1))
    bakery.revert(number)
    assert bakery.lots() == {}
    assert bakery.holds(bakery.flour) == (100, 400000)
    assert bakery.books() == []


def test_by_products_carry_their_part(bakery: Bakery) -> None:
    from tests.production.making import recipe

    shop = bakery.shop
    crumbs = shop.product("Urvoq", unit="kg", stock=None, cost="5")
    waste = shop.product("Chiqindi", unit="kg", stock=None, cost="9")
    loaf = shop.product("Buxanka", unit="dona", stock=None)
    recipe(shop, loaf, {bakery.flour: "1"}, by_products=[(crumbs, "0.05", "10"), (waste, "0.0001", "0")])
    number = bakery.ask(loaf, "10")
    done = bakery.completion(bakery.complete(number, "3", "1"))
    assert done.by_product_cost == 1600
    assert (done.output_cost, done.scrap_cost) == (10800, 3600)
    assert bakery.holds(crumbs) == (D("0.2"), 1600)
    assert bakery.holds(waste) == (0, 0)
    bakery.complete(number, "6")
    assert bakery.holds(waste) == (D("0.001"), 0)
    assert bakery.books() == []
    bakery.revert(number)
    assert bakery.holds(crumbs) == (0, 0)
    assert bakery.holds(bakery.flour) == (100, 400000)
    assert bakery.books() == []


def test_reverting_brings_everything_back_or_refuses(bakery: Bakery) -> None:
    from smartpos.stock.operations import Movement, post_movements

    shop = bakery.shop
    before = bakery.stock()
    number = bakery.ask(bakery.dough, "10")
    first, second = bakery.complete(number, "6", "1"), bakery.complete(number, "3")
    assert bakery.order(number).status is OrderStatus.COMPLETED
    bakery.revert(number, second)
    order = bakery.order(number)
    assert order.status is OrderStatus.ON_HOLD and order.completed_at is None
    assert (order.quantity_completed, order.quantity_scrapped) == (6, 1)
    assert order.actual_cost == bakery.completion(first).material_cost
    with shop.inside("manager"):
        post_movements(
            [Movement(bakery.dough, D(-1))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=shop.actor("manager"),
        )
    with pytest.raises(GoodsAreGone) as refused:
        bakery.revert(number)
    assert [one["product_id"] for one in refused.value.facts["lines"]] == [bakery.dough]
    with pytest.raises(OrderInOtherState):
        bakery.revert(number, second)
    with shop.inside("manager"):
        post_movements(
            [Movement(bakery.dough, D(1))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=shop.actor("manager"),
        )
    bakery.revert(number)
    assert bakery.stock() == before
    assert bakery.order(number).actual_cost == 0
    assert {one.used_quantity for one in bakery.order(number).materials} == {Decimal(0)}
    with pytest.raises(OrderInOtherState):
        bakery.revert(number)
    bakery.complete(number, "10")
    assert bakery.books() == []
