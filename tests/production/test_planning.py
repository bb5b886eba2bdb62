"""The plan of a workshop: what it is fed with, what it says, and the orders and drafts that come of a click."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.crm.models import Supplier
from smartpos.production.errors import CircularRecipe, NothingToMakeItOf
from smartpos.production.models import OrderStatus
from smartpos.production.netting import Reason, first_gap
from smartpos.production.operations.orders import cancel_order, schedule_order
from smartpos.production.operations.planning import PlanLine, draft_purchases, make_orders, make_parts
from smartpos.production.queries.planning import what_if
from smartpos.purchasing.models import SupplierPrice
from smartpos.stock.operations.lots import Lot
from smartpos.stock.operations.transfers import TransferLine, TransferRequest, create_transfer
from tests.production.machines import machine
from tests.production.making import Bakery, recipe
from tests.production.plans import counted, got, level, made, plan_of, post, sells

D = Decimal


def test_sales_of_all_branches_are_planned_down_to_what_is_bought(bakery: Bakery) -> None:
    shop = bakery.shop
    sells(shop, bakery.bread, 10, shop.branch_id)
    sells(shop, bakery.bread, 20, shop.warehouse_id)
    post(shop, bakery.bread, "45", shop.warehouse_id)
    found = plan_of(shop)
    orders = made(found)
    # 70 here and 140 there, of which 45 are there; ten to a batch.
    bread = orders[bakery.bread]
    assert [(why.peg.reason, why.peg.quantity) for why in bread.reasons] == [
        (Reason.SALES, D(70)),
        (Reason.BRANCHES, D(95)),
    ]
    assert (bread.need.net, bread.need.quantity, bread.need.level) == (D(165), D(170), 0)
    assert orders[bakery.dough].need.quantity == D(85)
    assert orders[bakery.dough].need.parent_id == bakery.bread
    assert [why.product.name for why in orders[bakery.dough].reasons if why.product] == ["Non"]
    # 51 kg of flour and 1.7 kg of salt are there; nothing is bought.
    assert found.purchases == []
    only_here = made(plan_of(shop, supplies=set()))
    assert only_here[bakery.bread].need.quantity == D(70)


def test_what_is_there_on_its_way_or_under_way_is_not_made_again(bakery: Bakery) -> None:
    shop, bread = bakery.shop, bakery.bread
    level(shop, bread, "100", shop.branch_id)
    assert made(plan_of(shop))[bread].need.net == D(100)
    post(shop, bread, "12", shop.branch_id)
    post(shop, bread, "30", shop.warehouse_id)
    with shop.inside("warehouse"):
        moved = TransferRequest(shop.warehouse_id, shop.branch_id, [TransferLine(bread, D(8))])
        create_transfer(moved, actor=shop.actor("warehouse"))
    order = bakery.ask(quantity="20")
    found = made(plan_of(shop))
    assert found[bread].need.net == D(100 - 12 - 8 - 20)
    # The order under way takes dough, which is not there: that is a reason of its own.
    reasons = [(why.peg.reason, why.peg.quantity) for why in found[bakery.dough].reasons]
    assert reasons == [(Reason.ORDERS, D(10)), (Reason.PRODUCT, D(30))]
    assert found[bakery.dough].need.parent_id is None
    bakery.complete(bakery.ask(bakery.dough, "10"), "10")
    with shop.inside("manager"):  # what is set aside for the order is still the order's
        start = utc_now() + timedelta(hours=1)
        schedule_order(order, start, start + timedelta(hours=1), actor=shop.actor("manager"))
    assert made(plan_of(shop))[bakery.dough].need.net == D(30)
    with shop.inside("manager"):
        cancel_order(order, actor=shop.actor("manager"))
    after = made(plan_of(shop))
    assert after[bread].need.net == D(80)
    assert after[bakery.dough].need.net == D(30)  # 40 for the bread, and ten lie there


def test_lots_that_have_expired_are_not_counted_upon(bakery: Bakery) -> None:
    shop = bakery.shop
    cream = shop.product("Krem", unit="kg", stock=None, track_batches=True)
    cake = shop.product("Tort", stock=None)
    recipe(shop, cake, {cream: "1"})
    level(shop, cake, "5", shop.branch_id)
    today = bakery.today
    post(shop, cream, "4", shop.branch_id, lot=Lot("OLD", today - timedelta(days=1)))
    post(shop, cream, "2", shop.branch_id, lot=Lot("NEW", today))
    assert got(plan_of(shop))[cream].need.net == D(3)


def test_materials_come_from_other_branches_first_and_then_from_the_supplier(bakery: Bakery) -> None:
    shop = bakery.shop
    with shop.inside("owner"):
        supplier = Supplier(name="Agro", lead_time_days=3)
        db.session.add(supplier)
        db.session.flush()
        db.session.add(
            SupplierPrice(supplier_id=supplier.id, product_id=bakery.flour, price=D(4100), min_quantity=D(50))
        )
    post(shop, bakery.flour, "20", shop.warehouse_id)
    level(shop, bakery.bread, "1000", shop.branch_id)
    found = plan_of(shop)
    flour = got(found)[bakery.flour]
    assert flour.need.net == D(200)  # 300 for 500 kg of dough, and 100 are there
    assert flour.suggestion.transfers == ((shop.warehouse_id, D(20)),)
    assert flour.suggestion.order == D(180)
    assert flour.goods is not None
    assert (flour.goods.supplier, flour.goods.lead_days(9)) == ("Agro", 3)
    days = [(one - bakery.today).days for one in (flour.order_on, flour.expected_on)]
    assert days == [0, 3]
    bread = made(found)[bakery.bread]
    assert ((bread.begin_on - bakery.today).days, bread.need.late_days) == (3, 3)


def test_what_is_ordered_for_the_first_time_is_not_ordered_again(bakery: Bakery) -> None:
    shop = bakery.shop
    yeast, cake = shop.product("Xamirturush", stock=None), shop.product("Tort", stock=None)
    recipe(shop, cake, {yeast: "2"})
    level(shop, cake, "3", shop.branch_id)
    assert got(plan_of(shop))[yeast].suggestion.order == D(6)
    with shop.inside("manager"):
        draft_purchases(shop.branch_id, {yeast: D(4)}, form_uuid=uuid4(), actor=shop.actor("manager"))
    assert got(plan_of(shop))[yeast].suggestion.order == D(2)


def test_what_is_made_in_another_branch_is_planned_there(bakery: Bakery) -> None:
    shop = bakery.shop
    oven = machine(shop, branch_id=shop.warehouse_id)
    cream, cake = shop.product("Krem", stock=None), shop.product("Tort", stock=None)
    recipe(shop, cream, {bakery.salt: "1"}, machine_id=oven)
    recipe(shop, cake, {cream: "2"})
    level(shop, cake, "3", shop.branch_id)
    found = plan_of(shop)
    assert set(made(found)) == {cake}
    assert (got(found)[cream].made_elsewhere, got(found)[cream].suggestion.order) == (True, 0)
    bakery.ask(cake, "3")
    there = plan_of(shop, branch_id=shop.warehouse_id)
    assert made(there)[cream].need.net == D(6)
    assert made(there)[cream].machine is not None


def test_recipes_that_go_round_are_told(bakery: Bakery) -> None:
    recipe(bakery.shop, bakery.flour, {bakery.bread: "1"})
    with pytest.raises(CircularRecipe) as told:
        plan_of(bakery.shop)
    assert {"Non", "Xamir", "Un"} == set(told.value.facts["path"])


def test_as_many_statements_for_many_products_as_for_few(bakery: Bakery) -> None:
    shop = bakery.shop
    level(shop, bakery.bread, "1000", shop.branch_id)
    with counted() as few:
        plan_of(shop)
    for _number in range(12):
        cake = shop.product(stock=None)
        recipe(shop, cake, {bakery.dough: "1", bakery.flour: "1", shop.product(stock=None): "2"})
        level(shop, cake, "5", shop.branch_id)
    with counted() as many:
        assert len(plan_of(shop).orders) == 14
    assert len(many) <= len(few) + 1


def test_what_if_leaves_to_orders_what_they_take(bakery: Bakery) -> None:
    shop = bakery.shop
    bakery.ask(bakery.dough, "150")  # takes 90 of the 100 kg of flour
    with shop.inside("manager"):
        lines = what_if(bakery.bread, D(30), shop.branch_id, shop.actor("manager"))
        short = {one.product.id: (one.need.gross, one.need.free, one.need.net) for one in lines}
        assert lines[0].product.id == bakery.bread
        with pytest.raises(NothingToMakeItOf):
            what_if(bakery.flour, D(1), shop.branch_id, shop.actor("manager"))
    assert short == {
        bakery.bread: (D(30), D(0), D(30)),
        bakery.dough: (D(15), D(150), D(0)),
        bakery.salt: (D("0.3"), D(100), D(0)),
    }
    with shop.inside("manager"):
        lines = what_if(bakery.bread, D(400), shop.branch_id, shop.actor("manager"))
    assert {one.product.id: one.need.net for one in lines} == {
        bakery.bread: D(400),
        bakery.dough: D(50),
        bakery.salt: D(0),
        bakery.flour: D(20),
        bakery.water: D(0),
    }


def test_orders_are_made_once_with_their_parents_and_put_on_machines_without_meeting(bakery: Bakery) -> None:
    shop = bakery.shop
    oven = machine(shop)
    lines = [
        PlanLine(bakery.dough, D(20), bakery.today, bakery.today, bakery.bread, oven),
        PlanLine(bakery.bread, D(40), bakery.today, bakery.today + timedelta(days=1), machine_id=oven),
    ]
    form = uuid4()

    def make(some: list[PlanLine] = lines, name: UUID = form) -> dict[int, int]:
        with shop.inside("manager"):
            actor = shop.actor("manager")
            found = make_orders(shop.branch_id, some, form_uuid=name, schedule=True, actor=actor)
            return {order.product_id: order.id for order in found}

    first = make()
    again = make()
    assert first == again
    dough, bread = bakery.order(first[bakery.dough]), bakery.order(first[bakery.bread])
    assert dough.parent_id == bread.id
    assert bread.parent_id is None
    assert (dough.status, bread.status) == (OrderStatus.SCHEDULED, OrderStatus.SCHEDULED)
    assert dough.planned_end_at is not None
    assert bread.planned_start_at is not None
    assert utc_now() < dough.planned_end_at <= bread.planned_start_at
    assert bread.due_at is not None
    # Dough that several orders take has no single parent, and yet comes before the bread on another machine.
    bench = machine(shop)
    both = make(
        [PlanLine(bakery.bread, D(10), machine_id=bench), PlanLine(bakery.dough, D(5), machine_id=oven)],
        uuid4(),
    )
    assert (
        bakery.order(both[bakery.bread]).planned_start_at == bakery.order(both[bakery.dough]).planned_end_at
    )
    with shop.inside("manager"):
        cancel_order(both[bakery.dough], actor=shop.actor("manager"))
    other = make([PlanLine(bakery.bread, D(10), machine_id=oven)], uuid4())[bakery.bread]
    assert bakery.order(other).planned_start_at == bread.planned_end_at
    with pytest.raises(Invalid):
        make(
            [
                PlanLine(bakery.bread, D(1), for_product_id=bakery.dough),
                PlanLine(bakery.dough, D(1), for_product_id=bakery.bread),
            ],
            uuid4(),
        )


def test_the_first_gap() -> None:
    hour, at = timedelta(hours=1), datetime(2026, 1, 5, 8, tzinfo=UTC)
    taken = [(at + hour, at + 2 * hour), (at + 3 * hour, at + 5 * hour)]
    assert first_gap([], at, hour) == at
    assert first_gap(taken, at, hour) == at
    assert first_gap(taken, at, 2 * hour) == at + 5 * hour
    assert first_gap(reversed(taken), at + hour / 2, hour) == at + 2 * hour


def test_all_parts_of_an_order_are_made_once(bakery: Bakery) -> None:
    shop = bakery.shop
    post(shop, bakery.dough, "2", shop.branch_id)
    other = bakery.ask(quantity="2")  # takes one of them
    order = bakery.ask(quantity="20", origin=("invoice", 7))
    with shop.inside("manager"):
        found = make_parts(order, actor=shop.actor("manager"))
        parts = [(one.product_id, one.quantity_to_produce, one.parent_id, one.origin_id) for one in found]
        assert parts == [(bakery.dough, D(9), order, 7)]
        assert make_parts(order, actor=shop.actor("manager")) == []
        assert make_parts(other, actor=shop.actor("manager")) == []
