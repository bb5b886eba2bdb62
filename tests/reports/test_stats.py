"""The statistics of 001, and the figures of the start page: right, and for everybody no more than they may see."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from smartpos.core.db import db, utc_now
from smartpos.crm.models import Customer
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.models import Branch, RolePermission, User, UserWorkspace, Workspace
from smartpos.sales.queries import SoldSale
from smartpos.stock.models import BranchStock
from tests.browsing import speak_english
from tests.cast import Shop
from tests.conftest import Api
from tests.reports.test_dashboards import move, settle
from tests.sales.counter import make_customer, set_setting
from tests.sales.test_statement_budget import statements

Sell = Callable[..., SoldSale]


@pytest.fixture
def trade(shop: Shop, open_till: int, sell: Sell, api_of: Callable[..., Api]) -> dict[str, int]:
    """40 000 today of which 15 000 were earned, 10 000 yesterday, and 5 000 spent."""
    tea = shop.product("Choy", price="10000", cost="6000")
    rice = shop.product("Guruch", price="20000", cost="13000")
    move(shop, sell((tea, "1"), cash="10000").id, days=1)
    sell((tea, "2"), cash="20000")
    settle(shop)
    sell((rice, "1"), card="20000")
    body = {"amount": "5000", "description": "Suv", "source": "office"}
    assert api_of("manager").post("/api/expenses", body).status_code == 201
    return {"tea": tea, "rice": rice}


def test_the_figures_of_a_period(shop: Shop, trade: dict[str, int], api_of: Callable[..., Api]) -> None:
    owner = api_of("owner")
    with shop.inside("owner"):
        today = shop.actor().organization.today
    found = owner.get("/api/stats").json
    assert found == {
        "from": today.isoformat(),
        "to": today.isoformat(),
        "branch_id": None,
        "revenue": "40000.00",
        "tax": "4285.72",
        "cost": "25000.00",
        "gross_profit": "10714.28",
        "expenses": "5000.00",
        "net_profit": "5714.28",
        "receipts": 2,
        "average_receipt": "20000.00",
        "top_products": [
            {
                "product_id": product,
                "name": name,
                "quantity": quantity,
                "revenue": "20000.00",
                "profit": profit,
            }
            for product, name, quantity, profit in (
                (trade["tea"], "Choy", "2.000", "5857.14"),
                (trade["rice"], "Guruch", "1.000", "4857.14"),
            )
        ],
    }
    yesterday = (today - timedelta(days=1)).isoformat()
    assert owner.get("/api/stats", query_string={"from": yesterday}).json["revenue"] == "50000.00"
    asked = {"from": yesterday, "to": yesterday, "branch_id": shop.branch_id}
    assert owner.get("/api/stats", query_string=asked).json["receipts"] == 1
    for slug, profit in (("profit", "gross"), ("sales-by-day", "profit"), ("sales-by-product", "profit")):
        totals = owner.get(f"/api/reports/{slug}?period=today").json["totals"]
        assert totals[profit] == found["gross_profit"], slug
    nothing = owner.get("/api/stats", query_string={"branch_id": shop.warehouse_id}).json
    assert (nothing["revenue"], nothing["average_receipt"], nothing["top_products"]) == ("0.00", None, [])


def test_what_a_caller_may_not_see_is_null(
    shop: Shop, trade: dict[str, int], api_of: Callable[..., Api]
) -> None:
    cashier = api_of("cashier").get("/api/stats").json
    assert (cashier["revenue"], cashier["receipts"]) == ("40000.00", 2)
    for name in ("cost", "gross_profit", "net_profit"):
        assert cashier[name] is None
    assert [one["profit"] for one in cashier["top_products"]] == [None, None]
    with shop.inside("owner"):
        role = select(User.role_id).where(User.id == shop.users["manager"]).scalar_subquery()
        db.session.execute(
            delete(RolePermission).where(
                RolePermission.role_id == role,
                RolePermission.permission.in_(
                    [FinancePermission.REPORT_READ, FinancePermission.EXPENSE_READ]
                ),
            ),
            execution_options={"synchronize_session": False},
        )
    manager = api_of("manager").get("/api/stats").json
    assert (manager["gross_profit"], manager["net_profit"], manager["expenses"]) == ("10714.28", None, None)
    assert api_of("warehouse").get("/api/stats").status_code == 403


def test_periods_and_branches_that_make_no_sense(
    shop: Shop, stranger: Shop, trade: dict[str, int], api_of: Callable[..., Api]
) -> None:
    owner = api_of("owner")
    for asked, field in (
        ({"from": "2026-02-30"}, "from"),
        ({"from": "0001-01-01", "to": "0001-02-01"}, "from"),
        ({"from": "2026-01-02", "to": "2026-01-01"}, "to"),
        ({"from": "2001-01-01", "to": "2101-01-01"}, "to"),
        ({"branch_id": "abc"}, "branch_id"),
        ({"branch_id": "0"}, "branch_id"),
        ({"branch_id": str(stranger.branch_id)}, "branch_id"),
    ):
        answer = owner.get("/api/stats", query_string=asked)
        assert answer.status_code == 422, asked
        assert field in answer.json["errors"], (asked, answer.json)
    future = (utc_now().date() + timedelta(days=40)).isoformat()
    assert owner.get("/api/stats", query_string={"from": future}).json["revenue"] == "0.00"


def test_other_workspaces_are_not_counted(
    shop: Shop, trade: dict[str, int], api_of: Callable[..., Api]
) -> None:
    with shop.inside("owner"):
        here, elsewhere = Workspace(name="Here"), Workspace(name="Elsewhere")
        db.session.add_all([here, elsewhere])
        db.session.flush()
        db.session.get_one(Branch, shop.branch_id).workspace_id = here.id
        db.session.add(UserWorkspace(user_id=shop.users["manager"], workspace_id=elsewhere.id))
    found = api_of("manager").get("/api/stats").json
    assert (found["revenue"], found["top_products"]) == ("0.00", [])
    asked = {"branch_id": shop.branch_id}
    assert api_of("manager").get("/api/stats", query_string=asked).status_code == 422


def test_the_endpoints_of_001_are_there(
    shop: Shop, trade: dict[str, int], api_of: Callable[..., Api]
) -> None:
    owner, cashier = api_of("owner"), api_of("cashier")
    [expense] = owner.get("/api/expenses").json["items"]
    assert expense["amount"] == "5000.00"
    assert cashier.delete(f"/api/expenses/{expense['id']}?reason=xato").status_code == 403
    assert cashier.get("/api/audits").status_code == 403
    assert owner.get("/api/audits").json["items"]
    assert owner.delete(f"/api/expenses/{expense['id']}?reason=xato").status_code == 200
    assert owner.get("/api/stats").json["expenses"] == "0.00"


def test_the_start_page_has_true_figures(
    shop: Shop, open_till: int, sell: Sell, api_of: Callable[..., Api], client_of: Callable[..., FlaskClient]
) -> None:
    speak_english(shop)
    goods = shop.product("Tuz", price="10000", stock="5")
    customer = make_customer(shop, "Vali Karimov", credit_limit=Decimal(10**9))
    with shop.inside("owner"):
        today = shop.actor().organization.today
        db.session.get_one(Customer, customer).birth_date = today.replace(year=1988)
        db.session.get_one(User, shop.users["cashier"]).birth_date = today.replace(year=1996)
        stock = db.session.scalars(select(BranchStock).where(BranchStock.product_id == goods)).one()
        stock.min_quantity = Decimal(10)
    set_setting(shop, "default_credit_limit", "1000000000")
    body: dict[str, Any] = {
        "client_uuid": "6f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b77",
        "items": [{"product_id": goods, "quantity": 3}],
        "payments": [{"method": "credit", "amount": "30000", "due_date": today.isoformat()}],
        "customer_id": customer,
    }
    assert api_of("cashier").post("/api/sell", body).status_code == 201
    page = client_of("owner").get("/admin/").get_data(as_text=True)
    for words in ("Overdue debts", "in three days: 30\u202f000", "Running low", "Vali Karimov", "Cashier"):
        assert words in page, words
    assert "/customers/debts" in page or "/reports/debts-ageing" in page
    with shop.inside("owner"):
        db.session.get_one(Customer, customer).birth_date = None
    assert "Vali Karimov" not in client_of("owner").get("/admin/").get_data(as_text=True)
    # A storekeeper sees what runs low, and nobody's debts.
    page = client_of("warehouse").get("/admin/").get_data(as_text=True)
    assert "Running low" in page and "Overdue debts" not in page and "Cashier" not in page
    with statements() as sent:
        client_of("owner").get("/admin/")
    assert len([one for one in sent if "customer_transactions" in one]) <= 1
