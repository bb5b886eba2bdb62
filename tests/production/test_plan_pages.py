"""The pages and the API of planning: what they show, what a click makes, and that it makes it once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.production.models import OrderStatus, ProductionOrder
from smartpos.purchasing.models import Purchase, PurchaseItem
from smartpos.stock.models import StockTransfer, StockTransferLine
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from tests.conftest import Api, csrf_of
from tests.production.making import Bakery, recipe
from tests.production.plans import level, post

D = Decimal


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
