"""Dashboards: right at any moment, for those who may see them, and new without being loaded again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, insert, select

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch, RolePermission, User, UserWorkspace, Workspace
from smartpos.reports.operations.summaries import rebuild_summaries, refresh_summaries
from smartpos.sales.operations import open_shift
from smartpos.sales.queries import SoldSale
from smartpos.stock.models import BranchStock
from tests.browsing import PHONE, speak_english
from tests.cast import PASSWORD, Shop
from tests.conftest import Api, LiveServer
from tests.sales.counter import everything, item, refund, sold
from tests.sales.test_statement_budget import statements

BUDGET = 26
Widgets = dict[str, dict[str, Any]]
Sell = Callable[..., SoldSale]


def widgets(client: FlaskClient, path: str = "/dashboard/data", **asked: Any) -> Widgets:
    answer = client.get(path, query_string=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {one["key"]: one for one in answer.json["widgets"]}


def move(shop: Shop, sale_id: int, *, days: int = 0, hours: int = 0) -> None:
    """Let a receipt have been made earlier; as nobody of the product can."""
    with shop.app.app_context(), platform_scope(reason="test"):
        connection = db.session.connection()
        connection.exec_driver_sql("RESET ROLE")
        connection.exec_driver_sql(
            f"UPDATE sales SET sold_at = sold_at - interval '{days} days {hours} hours', "
            f"business_date = ((sold_at - interval '{days} days {hours} hours') AT TIME ZONE 'Asia/Tashkent')::date, "
            f"created_at = created_at - interval '1 hour' WHERE id = {sale_id}"
        )
        db.session.commit()


def settle(shop: Shop) -> None:
    with shop.inside():
        refresh_summaries(shop.organization_id, settles_after=timedelta(0))


@pytest.fixture
def trade(shop: Shop, open_till: int, sell: Sell) -> dict[str, Any]:
    """Today 50 000 in three receipts and one week ago 20 000; half of it summed up, half of it not."""
    speak_english(shop)
    milk = shop.product("Sut", price="10000", cost="7000")
    bread = shop.product("Non", price="5000", cost="4000")
    ago = sell((milk, "2"), cash="20000")
    move(shop, ago.id, days=7)
    first = sell((milk, "3"), cash="30000")
    settle(shop)
    sell((milk, "1"), (bread, "1"), card="15000")
    sell((bread, "1"), cash="5000")
    return {"milk": milk, "bread": bread, "ago": ago.id, "first": first.id}


def test_today_stands_against_a_week_ago(
    shop: Shop, trade: dict[str, Any], client_of: Callable[..., FlaskClient], api_of: Callable[..., Api]
) -> None:
    owner = client_of("owner")
    found = widgets(owner)
    assert found["revenue"]["value"] == 50_000
    assert (
        found["revenue"]["change"]["text"].endswith("150%") and found["revenue"]["change"]["tone"] == "good"
    )
    # Without VAT of 12 per cent: 3 214.29 + 1 071.43 + 535.71 + 535.71.
    assert found["profit"]["value"] == 50_000 - 5_357.14 - 4 * 7000 - 2 * 4000
    assert (found["receipts"]["value"], found["receipts"]["change"]["tone"]) == (3, "good")
    assert round(found["average"]["value"]) == 16_667
    assert [row["label"] for row in found["products"]["rows"]] == ["Sut", "Non"]
    assert [row["share"] for row in found["products"]["rows"]] == [1.0, 0.25]
    assert {row["label"]: row["shown"] for row in found["payments"]["rows"]} == {
        "Cash": "35\u202f000",
        "Card": "15\u202f000",
    }
    assert sum(value or 0 for value in found["hours"]["series"][0]["values"]) == 50_000
    assert sum(found["days"]["series"][0]["values"]) == 70_000
    assert [row["note"].partition(",")[0] for row in found["shifts"]["rows"]] == ["Cashier"]
    # Some of it comes back: everything nets, whatever was summed up already.
    manager = api_of("manager")
    with shop.inside("manager"):
        open_shift(shop.till2_id, opening_cash=Decimal(100_000), actor=shop.actor("manager"))
    receipt = manager.get(f"/api/sales/{trade['first']}").json
    assert refund(manager, receipt, *everything(receipt)).status_code == 201
    found = widgets(owner)
    assert (found["revenue"]["value"], found["refunds"]["value"]) == (20_000, 30_000)
    settle(shop)
    assert widgets(owner) == found


def test_what_was_sold_later_that_day_a_week_ago_is_not_compared(
    shop: Shop, trade: dict[str, Any], client_of: Callable[..., FlaskClient]
) -> None:
    with shop.inside("owner"):
        zone = shop.actor().organization.zone
    if datetime.now(zone).hour == 23:
        pytest.skip("there is no later hour of this day")
    move(shop, trade["ago"], hours=-1)
    with shop.inside():
        rebuild_summaries(shop.organization_id, settles_after=timedelta(0))
    assert widgets(client_of("owner"))["revenue"]["change"] is None


def test_a_period_stands_against_the_days_before(
    shop: Shop, trade: dict[str, Any], client_of: Callable[..., FlaskClient]
) -> None:
    found = widgets(client_of("owner"), "/dashboard/sales/data", days=7)
    assert found["revenue"]["value"] == 50_000
    assert found["revenue"]["note"] == "before: 20\u202f000"
    assert widgets(client_of("owner"), "/dashboard/sales/data", days=30)["revenue"]["value"] == 70_000
    assert found["revenue"]["link"].startswith("/reports/sales-by-day?from=")


def test_nothing_new_is_not_sent_again(
    shop: Shop, trade: dict[str, Any], sell: Sell, client_of: Callable[..., FlaskClient]
) -> None:
    owner = client_of("owner")
    stamp = owner.get("/dashboard/warehouse/data").headers["ETag"]
    again = owner.get("/dashboard/warehouse/data", headers={"If-None-Match": stamp})
    assert (again.status_code, again.get_data()) == (304, b"")
    with shop.inside("owner"):
        stock = db.session.scalars(select(BranchStock).where(BranchStock.product_id == trade["milk"])).one()
        stock.min_quantity = Decimal(500)
    changed = owner.get("/dashboard/warehouse/data", headers={"If-None-Match": stamp})
    assert changed.status_code == 200
    found = {one["key"]: one for one in changed.json["widgets"]}
    assert (found["low"]["value"], found["out"]["value"]) == (1, 0)
    assert [row["label"] for row in found["low-list"]["rows"]] == ["Sut"]


def test_margins_are_for_those_who_may_see_them(
    shop: Shop, trade: dict[str, Any], client_of: Callable[..., FlaskClient]
) -> None:
    with shop.inside("owner"):
        role = select(User.role_id).where(User.id == shop.users["manager"]).scalar_subquery()
        db.session.execute(
            delete(RolePermission).where(
                RolePermission.role_id == role, RolePermission.permission == CatalogPermission.COST_READ
            ),
            execution_options={"synchronize_session": False},
        )
    manager = client_of("manager")
    for path in ("/dashboard", "/dashboard/sales", "/dashboard/warehouse"):
        found = widgets(manager, f"{path}/data")
        assert not {"profit", "value", "stock-by-branch"} & found.keys()
        body = manager.get(path).get_data(as_text=True).lower()
        assert body.count("margin") == body.count("profit") == 0, path
        assert manager.get(f"{path}/data").get_data(as_text=True).lower().count("profit") == 0
    assert widgets(manager)["revenue"]["value"] == 50_000
    # Whoever sees no sales meets none, and no page that is about them.
    storekeeper = client_of("warehouse")
    assert not {"revenue", "products", "days", "map", "payments"} & widgets(storekeeper).keys()
    assert storekeeper.get("/dashboard/sales").status_code == 403
    assert "attention" in widgets(storekeeper, "/dashboard/warehouse/data")


def test_branches_and_workspaces_are_respected(
    shop: Shop, trade: dict[str, Any], stranger: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    owner = client_of("owner")
    assert widgets(owner, branch=shop.branch_id)["revenue"]["value"] == 50_000
    assert widgets(owner, branch=shop.warehouse_id)["revenue"]["value"] == 0
    assert {"branches"} <= widgets(owner).keys() and "branches" not in widgets(owner, branch=shop.branch_id)
    with shop.inside("owner"):
        here, elsewhere = Workspace(name="Here"), Workspace(name="Elsewhere")
        db.session.add_all([here, elsewhere])
        db.session.flush()
        db.session.get_one(Branch, shop.branch_id).workspace_id = here.id
        db.session.add(UserWorkspace(user_id=shop.users["manager"], workspace_id=elsewhere.id))
    manager = client_of("manager")
    found = widgets(manager)
    assert (found["revenue"]["value"], found["shifts"]["rows"]) == (0, [])
    assert manager.get("/dashboard/data", query_string={"branch": shop.branch_id}).status_code == 422
    for asked in (
        {"branch": stranger.branch_id},
        {"branch": "x"},
        {"branch": "9" * 30},
        {"days": "36500"},
        {"days": "-1"},
    ):
        for path in ("/dashboard", "/dashboard/data"):
            answer = owner.get(path, query_string=asked)
            assert answer.status_code == 422, (path, asked)


def test_an_empty_shop_has_a_dashboard(stranger: Shop, client_of: Callable[..., FlaskClient]) -> None:
    speak_english_to(stranger, "stranger")
    client = client_of("stranger")
    for path in ("/dashboard", "/dashboard/sales", "/dashboard/warehouse"):
        assert client.get(path).status_code == 200
        found = widgets(client, f"{path}/data")
        assert all(one["value"] == 0 for one in found.values() if one["kind"] == "tile")
        assert all(one["empty"] for one in found.values() if one["kind"] != "tile")


def speak_english_to(shop: Shop, who: str) -> None:
    with shop.inside(who):
        db.session.get_one(User, shop.users[who]).locale = "en"


def test_dashboards_take_so_many_statements_and_no_more(
    shop: Shop, trade: dict[str, Any], sell: Sell, client_of: Callable[..., FlaskClient]
) -> None:
    owner = client_of("owner")

    def count(path: str) -> int:
        with statements() as sent:
            assert owner.get(path).status_code == 200
        assert len(sent) <= BUDGET, "\n".join(sent)
        return len(sent)

    paths = [f"/dashboard{name}{data}" for name in ("", "/sales", "/warehouse") for data in ("", "/data")]
    before = [count(path) for path in paths]
    for number in range(5):
        product = shop.product(price="3000")
        move(shop, sell((product, "1"), cash="3000").id, days=number)
    assert [count(path) for path in paths] == before


def test_what_waits_is_told_with_a_way_to_it(
    shop: Shop, trade: dict[str, Any], client_of: Callable[..., FlaskClient]
) -> None:
    with shop.inside("owner"):
        today = shop.actor().organization.today
        db.session.add(
            Customer(name="Malika Saidova", customer_number="C-9", birth_date=today.replace(year=1992))
        )
        db.session.execute(
            insert(BranchStock).values(
                organization_id=shop.organization_id,
                branch_id=shop.warehouse_id,
                product_id=trade["milk"],
                min_quantity=5,
            )
        )
    rows = {row["label"]: row for row in widgets(client_of("owner"))["attention"]["rows"]}
    assert rows["Out of stock"]["shown"] == "1" and rows["Out of stock"]["link"]
    assert rows["Customers' birthdays today"]["note"] == "Malika Saidova"
    assert rows["Customers' birthdays today"]["link"].startswith("/admin/customers/details/")
    # In a branch that was closed nobody waits for goods.
    with shop.inside("owner"):
        db.session.get_one(Branch, shop.warehouse_id).deleted_at = utc_now()
    rows = {row["label"]: row for row in widgets(client_of("owner"))["attention"]["rows"]}
    assert "Out of stock" not in rows
    assert widgets(client_of("owner"), "/dashboard/warehouse/data")["out"]["value"] == 0


def test_a_sale_appears_on_the_open_dashboard(live_server: LiveServer, browse: Callable[..., Any]) -> None:
    shop = live_server.shop
    speak_english(shop)
    goods = shop.product("Choy", price="12000")
    with shop.inside("cashier"):
        open_shift(shop.till_id, opening_cash=Decimal(0), actor=shop.actor("cashier"))
    client = live_server.app.test_client()
    token = client.post("/token", data={"username": "cashier", "password": PASSWORD}).json
    page = browse("manager")
    page.goto(f"{live_server.url}/dashboard")
    page.locator('[data-key="revenue"] .tile-value').wait_for()
    revenue = page.locator('[data-key="revenue"] .tile-value .sr-only')
    assert revenue.inner_text() == "0"
    page.evaluate("window.neverLoadedAgain = true")
    sold(Api(client, token["access_token"]), item(goods, 2), cash="24000")
    page.wait_for_function(
        """() => document.querySelector('[data-key="revenue"] .tile-value .sr-only').textContent === "24\\u202f000" """
    )
    page.locator('[data-key="products"]').get_by_text("Choy").wait_for()
    assert page.locator('[data-key="hours"] canvas').count() == 1
    assert page.evaluate("window.neverLoadedAgain")
    # From the tile to its report.
    page.locator('[data-key="revenue"] a').click()
    page.wait_for_url("**/reports/sales-by-**")
    phone = browse("manager", **PHONE)
    for path in ("/dashboard", "/dashboard/sales", "/dashboard/warehouse"):
        phone.goto(f"{live_server.url}{path}")
        phone.locator(".cards .widget-head").first.wait_for()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, path
