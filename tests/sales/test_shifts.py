"""Opening a till with counted cash, closing it, and who may."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.finance.models import CashEntry
from smartpos.identity.models import Branch, Till, UserWorkspace, Workspace
from tests.cast import Shop
from tests.conftest import Api


def opened(api: Api, till_id: int, cash: str = "50000") -> Any:
    return api.post("/api/shifts/open", {"till_id": till_id, "opening_cash": cash})


def sold(api: Api, product_id: int, **given: str) -> Any:
    payments = [{"method": method, "amount": amount} for method, amount in given.items()]
    body = {
        "client_uuid": str(uuid4()),
        "items": [{"product_id": product_id, "quantity": 1}],
        "payments": payments,
    }
    return api.post("/api/sell", body)


def test_a_day_at_the_till(shop: Shop, api_of: Callable[..., Api], books: Callable[[], list[str]]) -> None:
    milk = shop.product("Sut", price="13500", stock="20", cost="9000")
    cashier = api_of("cashier")
    assert cashier.get("/api/shifts/current").json["code"] == "no_open_shift"
    shift = opened(cashier, shop.till_id).json
    assert (shift["status"], shift["opening_cash"], shift["expected_cash"]) == ("open", "50000.00", None)
    assert (shift["number"], shift["cashier"], shift["till"]) == (1, "Cashier", "1-kassa")

    assert sold(cashier, milk, cash="20000").json["change"] == "6500.00"
    assert sold(cashier, milk, card="13500").status_code == 201
    assert sold(cashier, milk, card="3500", cash="10000").status_code == 201
    current = cashier.get("/api/shifts/current").json
    assert (current["sales_count"], current["sales_total"]) == (3, "40500.00")
    assert current["payments"] == {"cash": "23500.00", "card": "17000.00"}

    closed = cashier.post(f"/api/shifts/{shift['id']}/close", {"closing_cash": "73000"}).json
    assert (closed["expected_cash"], closed["closing_cash"], closed["difference"]) == (
        "73500.00",
        "73000.00",
        "-500.00",
    )
    assert closed["status"] == "closed"
    assert cashier.get("/api/shifts/current").status_code == 404
    assert sold(cashier, milk, cash="13500").json["code"] == "no_open_shift"
    with shop.inside():
        entries = db.session.execute(select(CashEntry.kind, CashEntry.amount).order_by(CashEntry.id)).all()
        assert [(kind.value, amount) for kind, amount in entries] == [
            ("opening", 50000),
            ("sale", 13500),
            ("sale", 10000),
            ("difference", -500),
        ]
    manager = api_of("manager")
    assert [one["id"] for one in manager.get("/api/sales").json["items"]] == sorted(
        (one["id"] for one in cashier.get("/api/sales").json["items"]), reverse=True
    )
    assert books() == []
    assert opened(cashier, shop.till_id, "73000").json["number"] == 2


def test_a_till_has_one_shift_and_says_whose(shop: Shop, api_of: Callable[..., Api]) -> None:
    assert opened(api_of("cashier"), shop.till_id).status_code == 201
    answer = opened(api_of("cashier2"), shop.till_id)
    assert (answer.status_code, answer.json["code"], answer.json["cashier"]) == (
        409,
        "till_is_busy",
        "Cashier",
    )
    assert opened(api_of("cashier"), shop.till_id).json["code"] == "till_is_busy"


def test_a_cashier_has_one_shift_and_is_told_where(shop: Shop, api_of: Callable[..., Api]) -> None:
    cashier = api_of("cashier")
    assert opened(cashier, shop.till_id).status_code == 201
    answer = opened(cashier, shop.till2_id)
    assert (answer.status_code, answer.json["code"], answer.json["till"]) == (
        409,
        "shift_open_elsewhere",
        "1-kassa",
    )


def test_a_till_that_is_switched_off_does_not_open(shop: Shop, api_of: Callable[..., Api]) -> None:
    with shop.inside("owner"):
        db.session.get_one(Till, shop.till_id).is_active = False
    answer = opened(api_of("cashier"), shop.till_id)
    assert (answer.status_code, answer.json["code"]) == (409, "till_is_off")


def test_a_foreign_till_is_not_there(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    for till_id in (stranger.till_id, 10**9):
        answer = opened(api_of("cashier"), till_id)
        assert (answer.status_code, answer.json["code"]) == (404, "till_not_found")


def test_only_the_own_shift_is_closed_or_a_manager_closes_it(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api]
) -> None:
    shift = opened(api_of("cashier"), shop.till_id).json
    path = f"/api/shifts/{shift['id']}/close"
    assert api_of("cashier2").post(path, {"closing_cash": "50000"}).status_code == 403
    assert api_of("warehouse").post(path, {"closing_cash": "50000"}).status_code == 403
    assert api_of("stranger").post(path, {"closing_cash": "50000"}).status_code == 404
    assert api_of("manager").post(path, {"closing_cash": "50000"}).json["difference"] == "0.00"
    answer = api_of("cashier").post(path, {"closing_cash": "50000"})
    assert (answer.status_code, answer.json["code"]) == (409, "shift_is_closed")


def test_one_sees_ones_own_shifts_and_a_manager_all(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api]
) -> None:
    first = opened(api_of("cashier"), shop.till_id).json["id"]
    second = opened(api_of("cashier2"), shop.till2_id).json["id"]

    def seen(who: str, query: str = "") -> list[int]:
        return [shift["id"] for shift in api_of(who).get(f"/api/shifts{query}").json["items"]]

    assert seen("cashier") == [first]
    assert seen("manager") == [second, first]
    assert seen("manager", f"?till_id={shop.till_id}&status=open") == [first]
    assert seen("manager", "?status=closed") == []
    assert seen("stranger") == []
    page = api_of("manager").get("/api/shifts?limit=1").json
    assert [shift["id"] for shift in page["items"]] == [second]
    rest = api_of("manager").get(f"/api/shifts?limit=1&cursor={page['next_cursor']}").json
    assert ([shift["id"] for shift in rest["items"]], rest["next_cursor"]) == ([first], None)


@pytest.mark.parametrize(
    "cash", [None, "", "abc", "-1", "1.005", "NaN", "1e400", True, [], "99999999999999999999"]
)
def test_counted_cash_must_be_money(
    shop: Shop, api_of: Callable[..., Api], open_till: int, cash: Any
) -> None:
    assert opened(api_of("cashier2"), shop.till2_id, cash).status_code == 422
    answer = api_of("cashier").post(f"/api/shifts/{open_till}/close", {"closing_cash": cash})
    assert answer.status_code == 422
    assert "closing_cash" in answer.json["errors"]


def test_receipts_are_seen_by_their_cashier_and_by_managers(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], open_till: int
) -> None:
    milk = shop.product(price="13500")
    sale = sold(api_of("cashier"), milk, cash="20000").json
    path = f"/api/sales/{sale['id']}"
    assert api_of("cashier").get(path).json == sale
    assert api_of("manager").get(path).json == sale
    assert api_of("cashier2").get(path).status_code == 404
    assert api_of("stranger").get(path).status_code == 404
    assert api_of("warehouse").get(path).status_code == 403
    assert api_of("cashier2").get("/api/sales").json == {"items": [], "next_cursor": None}
    assert api_of("stranger").get("/api/sales").json["items"] == []


def test_receipts_are_listed_by_shift_and_by_business_day(
    shop: Shop, api_of: Callable[..., Api], open_till: int
) -> None:
    milk = shop.product(price="1000")
    cashier = api_of("cashier")
    numbers = [sold(cashier, milk, cash="1000").json["number"] for _sale in range(5)]

    def listed(query: str) -> list[str]:
        return [sale["number"] for sale in cashier.get(f"/api/sales?{query}").json["items"]]

    today = cashier.get("/api/sales?limit=1").json["items"][0]["business_date"]
    assert listed(f"shift_id={open_till}") == numbers[::-1]
    assert listed(f"shift_id={open_till + 1}") == []
    assert listed(f"from={today}&to={today}") == numbers[::-1]
    assert listed("to=2020-01-01") == []
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        page = cashier.get(f"/api/sales?limit=2&cursor={cursor}").json
        found += [sale["number"] for sale in page["items"]]
        cursor = page["next_cursor"]
    assert found == numbers[::-1]
    assert cashier.get("/api/sales?cursor=nonsense").status_code == 422
    assert cashier.get("/api/sales?limit=100000").status_code == 422


def test_a_shift_without_cash_writes_no_empty_entry(shop: Shop, api_of: Callable[..., Api]) -> None:
    cashier = api_of("cashier")
    shift = opened(cashier, shop.till_id, "0").json
    closed = cashier.post(f"/api/shifts/{shift['id']}/close", {"closing_cash": 0}).json
    assert (closed["expected_cash"], closed["difference"]) == ("0.00", "0.00")
    with shop.inside():
        assert db.session.execute(select(CashEntry.amount)).scalars().all() == []
        assert Decimal(closed["difference"]) == 0


def test_shifts_of_another_workspace_are_out_of_sight(
    shop: Shop, api_of: Callable[..., Api], client_of: Callable[..., Any]
) -> None:
    there = opened(api_of("cashier"), shop.till_id).json["id"]
    with shop.inside("owner"):
        here, elsewhere = Workspace(name="Shahar"), Workspace(name="Viloyat")
        db.session.add_all([here, elsewhere])
        db.session.flush()
        db.session.get_one(Branch, shop.branch_id).workspace_id = here.id
        db.session.add(UserWorkspace(user_id=shop.users["manager"], workspace_id=elsewhere.id))
    manager = api_of("manager")
    assert manager.get("/api/shifts").json["items"] == []
    assert manager.get(f"/api/shifts/{there}/report").status_code == 404
    assert manager.post(f"/api/shifts/{there}/close", {"closing_cash": "0"}).status_code == 404
    assert (
        manager.post(f"/api/shifts/{there}/cash", {"kind": "in", "amount": "1", "reason": "x"}).status_code
        == 404
    )
    browser = client_of("manager")
    assert browser.get(f"/shifts/{there}/report").status_code == 404
    assert browser.get("/admin/shifts/").status_code == 200
