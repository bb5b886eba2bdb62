"""Promotions over the API: tills fetch them, programs of the back office keep them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from smartpos.core.db import utc_now
from smartpos.sales.promotions import apply
from tests.cast import Shop
from tests.javascript import run_javascript
from tests.sales.promotion_cases import SCRIPT, context_of, line_of, rule_of

SHAPE = {
    *("id", "name", "kind", "percent", "amount", "buy_quantity", "pay_quantity", "product_ids"),
    *("category_ids", "target_category_ids", "branch_id", "tier", "valid_from", "valid_to", "weekdays"),
    *("time_from", "time_to", "min_quantity", "priority", "is_active", "deleted", "updated_at"),
}
NIGHT = {
    "name": "Kechki narx",
    "kind": "amount",
    "amount": "500",
    "weekdays": 31,
    "time_from": "22:00",
    "time_to": "02:00",
    "min_quantity": "2",
    "priority": 5,
    "tier": "gold",
}


@pytest.fixture
def manager(api_of: Callable[[str], Any]) -> Any:
    return api_of("manager")


def test_a_promotion_is_made_changed_ended_and_removed(shop: Shop, manager: Any) -> None:
    bread = shop.product("Non", price="4000")
    made = manager.post("/api/promotions", {**NIGHT, "product_ids": [bread], "branch_id": shop.branch_id})
    assert made.status_code == 201, made.json
    item = made.json
    assert set(item) == SHAPE
    assert (item["amount"], item["percent"], item["min_quantity"]) == ("500.00", None, "2.000")
    assert (item["time_from"], item["time_to"], item["weekdays"]) == ("22:00", "02:00", 31)
    assert (item["product_ids"], item["category_ids"], item["branch_id"]) == ([bread], [], shop.branch_id)
    assert (item["is_active"], item["deleted"]) == (True, False)

    address = f"/api/promotions/{item['id']}"
    changed = manager.put(address, {"kind": "percent", "percent": 12.5, "product_ids": [], "tier": None})
    assert changed.status_code == 200, changed.json
    assert (changed.json["percent"], changed.json["amount"]) == ("12.50", None)
    assert (changed.json["product_ids"], changed.json["tier"]) == ([], None)
    assert changed.json["name"] == "Kechki narx"
    assert manager.get(address).json == changed.json

    ended = manager.post(f"{address}/end", {})
    assert ended.status_code == 200 and ended.json["valid_to"] is not None
    assert manager.delete(address).status_code == 204
    assert manager.get(address).status_code == 404
    assert manager.put(address, {"name": "Yana"}).status_code == 404


def test_a_till_fetches_them_and_then_what_has_changed(shop: Shop, manager: Any, api_of: Any) -> None:
    parent = manager.post("/api/categories", {"name": "Oziq-ovqat"}).json["id"]
    child = manager.post("/api/categories", {"name": "Non", "parent_id": parent}).json["id"]
    made = manager.post("/api/promotions", {**NIGHT, "category_ids": [parent]}).json
    till = api_of("cashier")
    first = till.get(f"/api/promotions?branch_id={shop.branch_id}").json
    (item,) = first["items"]
    assert (item["category_ids"], item["target_category_ids"]) == ([parent, child], [parent])
    assert first["synced_at"].endswith("Z") and item["updated_at"].endswith("Z")
    manager.delete(f"/api/promotions/{made['id']}")
    again = till.get(f"/api/promotions?branch_id={shop.branch_id}&updated_since={first['synced_at']}").json
    assert [(one["id"], one["deleted"], one["is_active"]) for one in again["items"]] == [
        (made["id"], True, False)
    ]
    assert till.get("/api/promotions").json["items"] == []


def test_what_the_api_says_is_what_both_engines_need(shop: Shop, manager: Any, api_of: Any) -> None:
    bread, milk = shop.product("Non", price="4000"), shop.product("Sut", price="9000")
    now = utc_now()
    for facts in (
        {"name": "A", "kind": "percent", "percent": "7.5"},
        {"name": "B", "kind": "n_for_m", "buy_quantity": 3, "pay_quantity": 2, "product_ids": [bread]},
        {
            "name": "C",
            "kind": "fixed_price",
            "amount": "8000",
            "product_ids": [milk],
            "valid_from": (now - timedelta(hours=1)).isoformat(),
            "valid_to": (now + timedelta(hours=1)).isoformat(),
            "priority": 2,
        },
    ):
        assert manager.post("/api/promotions", facts).status_code == 201
    case = {
        "rules": api_of("cashier").get("/api/promotions").json["items"],
        "lines": [
            {"product_id": bread, "price": "4000", "quantity": "4"},
            {"product_id": milk, "price": "9000", "quantity": "2"},
        ],
        "at": now.isoformat(),
    }
    first, second, third = (rule["id"] for rule in case["rules"])
    assert first
    expected = [[second, "4000.00"], [third, "2000.00"]]
    assert run_javascript(SCRIPT, json.loads(json.dumps([case]))) == [expected]
    taken = apply(
        [rule_of(rule) for rule in case["rules"]], [line_of(line) for line in case["lines"]], context_of(case)
    )
    assert [[one.promotion_id, str(one.amount)] for one in taken if one] == expected


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("kind", {"kind": "gift"}),
        ("name", {"name": ""}),
        ("percent", {"percent": "101"}),
        ("percent", {"percent": "-1"}),
        ("percent", {"percent": "NaN"}),
        ("amount", {"kind": "fixed_price", "amount": "-1"}),
        ("pay_quantity", {"kind": "n_for_m", "buy_quantity": 2, "pay_quantity": 2}),
        ("buy_quantity", {"kind": "n_for_m", "buy_quantity": 10**9, "pay_quantity": 2}),
        ("weekdays", {"weekdays": 0}),
        ("weekdays", {"weekdays": [1]}),
        ("time_from", {"time_from": "25:00", "time_to": "02:00"}),
        ("time_from", {"time_from": "22:00+05:00", "time_to": "02:00"}),
        ("time_to", {"time_from": "22:00"}),
        ("valid_from", {"valid_from": "ertaga"}),
        ("valid_to", {"valid_to": "2020-01-01T00:00:00Z"}),
        ("product_ids", {"product_ids": list(range(1, 10_000))}),
        ("product_ids", {"product_ids": "1"}),
        ("category_ids", {"category_ids": [999_999_999]}),
        ("branch_id", {"branch_id": 999_999_999}),
        ("colour", {"colour": "red"}),
    ],
)
def test_nonsense_is_refused_with_the_field_that_is_wrong(
    shop: Shop, manager: Any, field: str, facts: dict[str, Any]
) -> None:
    answer = manager.post("/api/promotions", {"name": "Kuz", "kind": "percent", "percent": "10", **facts})
    assert answer.status_code == 422, answer.json
    assert field in json.dumps(answer.json["errors"])
    assert manager.get("/api/promotions").json["items"] == []


def test_a_promotion_that_would_make_a_price_negative_is_refused(shop: Shop, manager: Any) -> None:
    bread = shop.product("Non", price="4000")
    asked = {"name": "Kuz", "kind": "amount", "amount": "4500", "product_ids": [bread]}
    answer = manager.post("/api/promotions", asked)
    assert answer.status_code == 422 and "Non" in answer.json["errors"]["amount"][0]


def test_tills_read_and_only_those_who_set_prices_write(shop: Shop, manager: Any, api_of: Any) -> None:
    made = manager.post("/api/promotions", NIGHT).json
    cashier = api_of("cashier")
    assert len(cashier.get("/api/promotions").json["items"]) == 1
    assert cashier.post("/api/promotions", NIGHT).status_code == 403
    assert cashier.put(f"/api/promotions/{made['id']}", {"name": "x"}).status_code == 403
    assert cashier.delete(f"/api/promotions/{made['id']}").status_code == 403
    assert cashier.post(f"/api/promotions/{made['id']}/end", {}).status_code == 403


def test_a_stranger_finds_nothing(shop: Shop, stranger: Shop, manager: Any, api_of: Any) -> None:
    made = manager.post("/api/promotions", NIGHT).json
    theirs = stranger.product("Non", price="4000")
    outside = api_of("stranger")
    assert outside.get("/api/promotions").json["items"] == []
    address = f"/api/promotions/{made['id']}"
    assert [
        outside.get(address).status_code,
        outside.put(address, {"name": "x"}).status_code,
        outside.delete(address).status_code,
        outside.post(f"{address}/end", {}).status_code,
    ] == [404] * 4
    assert outside.get(f"/api/promotions?branch_id={shop.branch_id}").status_code == 404
    assert manager.post("/api/promotions", {**NIGHT, "product_ids": [theirs]}).status_code == 422
