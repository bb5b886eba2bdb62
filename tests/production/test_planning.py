"""The plan of a workshop: what it is fed with, what it says, and the orders and drafts that come of a click."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.crm.models import Supplier
from smartpos.production.errors import CircularRecipe, NothingToMakeItOf
from smartpos.production.models import OrderStatus, ProductionOrder
from smartpos.production.netting import Reason, first_gap
from smartpos.production.operations.orders import cancel_order, schedule_order
from smartpos.production.operations.planning import PlanLine, draft_purchases, make_orders, make_parts
from smartpos.production.queries.planning import Plan, ToGet, ToMake, net_needs, what_if
from smartpos.purchasing.models import Purchase, PurchaseItem, SupplierPrice
from smartpos.stock.models import StockTransfer, StockTransferLine
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from smartpos.stock.operations.lots import Lot
from smartpos.stock.operations.transfers import TransferLine, TransferRequest, create_transfer
from tests.cast import Shop
from tests.conftest import Api, csrf_of
from tests.production.machines import machine
from tests.production.making import Bakery, recipe

D = Decimal


def post(shop: Shop, product: int, quantity: str, branch_id: int, kind: str = "test", **facts: Any) -> None:
    """Move goods in or, with less than nothing, out; yesterday."""
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, D(quantity), None if D(quantity) < 0 else D(1), **facts)],
            origin_kind=kind,
            origin_id=1,
            branch_id=branch_id,
            occurred_at=utc_now() - timedelta(days=1),
            allow_negative=True,
            actor=shop.actor("warehouse"),
        )


def sells(shop: Shop, product: int, per_day: int, branch_id: int) -> None:
    """So many a day were sold in the last 28 days, and nothing is left of them."""
    post(shop, product, str(28 * per_day), branch_id)
    post(shop, product, str(-28 * per_day), branch_id, "sale")


def level(shop: Shop, product: int, least: str, branch_id: int, most: str | None = None) -> None:
    wanted = WantedLevels(product, D(least), max_quantity=D(most) if most else None)
    with shop.inside("warehouse"):
        set_levels_of_branch(branch_id, [wanted], actor=shop.actor("warehouse"))


def plan_of(shop: Shop, days: int = 7, branch_id: int | None = None, **options: Any) -> Plan:
    with shop.inside("manager"):
        return net_needs(branch_id or shop.branch_id, days, shop.actor("manager"), **options)


def made(found: Plan) -> dict[int, ToMake]:
    return {one.product.id: one for one in found.orders}


def got(found: Plan) -> dict[int, ToGet]:
    return {one.product.id: one for one in found.purchases}


@contextmanager
def counted() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


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


# --- Pages and API ----------------------------------------------------------------------------------------------------


def test_a_click_makes_orders_and_drafts_once(bakery: Bakery, client_of: Callable[..., FlaskClient]) -> None:
    shop = bakery.shop
    post(shop, bakery.flour, "20", shop.warehouse_id)
    level(shop, bakery.bread, "1000", shop.branch_id)
    client = client_of("manager")
    page = client.get(f"/production/plan?branch={shop.branch_id}").get_data(as_text=True)
    assert f'name="order-{bakery.bread}"' in page
    assert f'name="for-{bakery.dough}" value="{bakery.bread}"' in page
    form = {
        "csrf_token": csrf_of(client),
        "branch": shop.branch_id,
        "form_uuid": str(uuid4()),
        "order": [bakery.bread, bakery.dough],
        f"order-{bakery.bread}": "990",
        f"order-{bakery.dough}": "500",
        f"for-{bakery.dough}": bakery.bread,
        f"ready-{bakery.bread}": str(bakery.today),
        "buy": [bakery.flour],
        f"buy-{bakery.flour}": "180,5",
        "move": [f"{bakery.flour}-{shop.warehouse_id}"],
        f"move-{bakery.flour}-{shop.warehouse_id}": "20",
    }
    for _click in range(2):
        answer = client.post("/production/plan", data=form)
        assert answer.status_code == 302
    with shop.inside("manager"):
        orders = db.session.execute(
            select(ProductionOrder.product_id, ProductionOrder.quantity_to_produce, ProductionOrder.status)
        ).all()
        assert set(orders) == {
            (bakery.bread, D(990), OrderStatus.PENDING),
            (bakery.dough, D(500), OrderStatus.PENDING),
        }
        bought = db.session.execute(
            select(PurchaseItem.product_id, PurchaseItem.quantity, Purchase.expected_on).join(
                Purchase, Purchase.id == PurchaseItem.purchase_id
            )
        ).all()
        assert [tuple(row) for row in bought] == [
            (bakery.flour, D("180.5"), bakery.today + timedelta(days=3))
        ]
        moved = db.session.execute(
            select(StockTransfer.from_branch_id, StockTransferLine.quantity).join(
                StockTransferLine, StockTransferLine.transfer_id == StockTransfer.id
            )
        ).all()
        assert [tuple(row) for row in moved] == [(shop.warehouse_id, D(20))]
    # Nothing, text for a number, less than nothing, and another shop's branch: told, and nothing is made.
    for wrong in (
        {"order": [], "buy": [], "move": []},
        {f"order-{bakery.bread}": "many"},
        {f"order-{bakery.bread}": "-1"},
        {"order": ["17-3"]},
        {"form_uuid": "x"},
        {f"ready-{bakery.bread}": "soon"},
    ):
        answer = client.post("/production/plan", data=form | {"form_uuid": str(uuid4())} | wrong)
        assert answer.status_code in {302, 422}
    with shop.inside("manager"):
        assert len(db.session.scalars(select(ProductionOrder.id)).all()) == 2


def test_pages_of_nothing_of_one_and_of_thousands(
    bakery: Bakery, client_of: Callable[..., FlaskClient]
) -> None:
    shop, client = bakery.shop, client_of("manager")
    address = f"/production/plan?branch={shop.branch_id}"
    assert "data-plan" not in client.get(address).get_data(as_text=True)
    level(shop, bakery.dough, "1", shop.branch_id)
    assert client.get(address).get_data(as_text=True).count("data-product=") == 1
    assert client.get(f"{address}&days=many").status_code == 422
    cakes = [shop.product(stock=None) for _number in range(105)]
    for cake in cakes:
        recipe(shop, cake, {bakery.salt: "0.001"})
    wanted = [WantedLevels(cake, D(1)) for cake in cakes]
    with shop.inside("warehouse"):
        set_levels_of_branch(shop.branch_id, wanted, actor=shop.actor("warehouse"))
    rows = [
        client.get(f"{address}&page={page}").get_data(as_text=True).count("data-product=")
        for page in (1, 2, 9)
    ]
    assert rows == [100, 6, 6]


def test_what_if_page_makes_the_order_with_its_parts(
    bakery: Bakery, client_of: Callable[..., FlaskClient]
) -> None:
    shop, client = bakery.shop, client_of("manager")
    address = f"/production/what-if?branch={shop.branch_id}&product={bakery.bread}"
    assert client.get(f"{address}&quantity=30").get_data(as_text=True).count("data-product=") == 5
    for wrong in ("x", "0", "-1"):
        assert client.get(f"{address}&quantity={wrong}").status_code == 422
    form = {
        "csrf_token": csrf_of(client),
        "branch": shop.branch_id,
        "product": bakery.bread,
        "quantity": "30",
        "form_uuid": str(uuid4()),
    }
    for _click in range(2):
        assert client.post("/production/what-if", data=form).status_code == 302
    with shop.inside("manager"):
        found = db.session.execute(
            select(ProductionOrder.product_id, ProductionOrder.quantity_to_produce).order_by(
                ProductionOrder.id
            )
        ).all()
    assert [tuple(row) for row in found] == [(bakery.bread, D(30)), (bakery.dough, D(15))]
    choices = client.get("/production/made?query=Non").json
    assert [bakery.bread] == [int(one[0]) for one in choices]


def test_the_plan_over_the_api(bakery: Bakery, manager: Api, operator: Api) -> None:
    shop = bakery.shop
    level(shop, bakery.bread, "1000", shop.branch_id)
    found = manager.get(f"/api/production-plan?branch_id={shop.branch_id}&horizon_days=7").json
    bread, dough = found["orders"]
    assert (bread["product_id"], bread["quantity"], bread["level"]) == (bakery.bread, "1000.000", 0)
    assert dough["reasons"] == [
        {"kind": "product", "quantity": "500.000", "product_id": bakery.bread, "product": "Non"}
    ]
    flour = {one["product_id"]: one for one in found["purchases"]}[bakery.flour]
    assert (flour["missing"], flour["order_quantity"], flour["lead_days"]) == ("200.000", "200.000", 3)
    short = manager.get(
        f"/api/production-plan/what-if?branch_id={shop.branch_id}&product_id={bakery.bread}&quantity=30"
    ).json
    assert [one["product_id"] for one in short["items"]][:2] == [bakery.bread, bakery.dough]
    assert operator.get(f"/api/production-plan?branch_id={shop.branch_id}").status_code == 403
    assert manager.get("/api/production-plan?branch_id=1&horizon_days=9999").status_code == 422
    assert manager.get("/api/production-plan?branch_id=999999").status_code == 404
