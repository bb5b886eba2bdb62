"""Whatever is sent, the answer is 4xx with a sentence, and nothing is half done."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Shop


@pytest.fixture
def manager(shop: Shop, api_of: Callable[..., Any]) -> Any:
    return api_of("manager")


def refused(answer: Any, *, field: str | None = None) -> None:
    """A problem document that names the field, if one is given."""
    assert 400 <= answer.status_code < 500, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] and answer.json["detail"]
    if field is not None:
        assert any(name.startswith(field) for name in answer.json["errors"]), answer.json


WRONG = {
    "name": ["", "   ", None, 5, ["x"], "x" * 501, "a\x00b", "\ud800"],
    "price": [
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "-1",
        "0.001",
        "",
        True,
        None,
        [],
        {},
        "ming",
        "9" * 50,
        "1e-30",
    ],
    "cost_price": ["NaN", "1e400", "-1", "0.00001", False],
    "sku": ["x" * 65, "a\x00b", 5],
    "type": ["weird", 5, None, []],
    "status": ["gone", None],
    "vat_code": ["luxury", "reduced", None],
    "unit_id": [0, -1, 2**63, "x", True, 1.5, 10**12],
    "unit": ["arshin", "a\x00b"],
    "category_id": [0, -1, 2**70, "x", 10**12],
    "workspace_id": [10**12],
    "barcode": ["4780000000000", "a b\x00", "x" * 65, 5],
    "barcodes": ["A", [{}], [{"barcode": ""}], [{"barcode": "A", "multiplier": "NaN"}], [None], [["A"]], {}],
    "mxik_code": ["123", "abc", "1" * 18],
    "package_code": ["x1"],
    "tags": ["x", [5], ["x" * 61], [None], ["x"] * 101],
    "dimensions": ["x", [], 5, {"a": "\x00"}, {"\x00": 1}, {"a": "x" * 30_000}],
    "custom_fields": [{"a": {"b": ["\ud800"]}}],
    "lead_time_days": [-1, 1.5, "x", 10**12],
    "markup_percent": ["NaN", "-1", "100000"],
    "weight": ["1e20", "0.0001"],
    "vat_included": ["maybe", None, 7],
    "colour": ["unknown field"],
    "id": [1],
}


def test_wrong_values_are_refused_by_name(shop: Shop, manager: Any) -> None:
    number = shop.product("Non")
    for field, values in WRONG.items():
        for value in values:
            refused(
                manager.put(f"/api/products/{number}", {field: value}),
                field=field if field != "unit_id" else None,
            )
            if field != "name":
                refused(manager.post("/api/products", {"name": "Yangi", field: value}))
    items = manager.get("/api/products").json["items"]
    assert [item["name"] for item in items] == ["Non"]


@pytest.mark.parametrize(
    "body",
    ["", "{", "[]", "null", "5", '"x"', '{"name": "\xff"}'.encode("latin-1"), "[" * 5000, '{"price": NaN}'],
)
def test_what_is_no_json_object_is_refused(manager: Any, body: Any) -> None:
    refused(manager.open("/api/products", "POST", data=body, content_type="application/json"))


def test_unknown_fields_are_named(manager: Any) -> None:
    answer = manager.post("/api/products", {"name": "Non", "prize": "1", "stock_quantity": "5"})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"prize", "stock_quantity"}


def test_ten_thousand_barcodes_are_refused_at_once(manager: Any) -> None:
    refused(
        manager.post("/api/products", {"name": "Non", "barcodes": [{"barcode": "A"}] * 10_000}),
        field="barcodes",
    )


def test_wrong_questions_are_refused(shop: Shop, manager: Any) -> None:
    for query in (
        "limit=0",
        "limit=1001",
        "limit=x",
        "limit=99999999999999999999999",
        "cursor=x",
        "cursor=%00",
        "cursor=" + "A" * 3000,
        "category_id=0",
        "category_id=99999999999999999999",
        "branch_id=abc",
        "branch_id=999999999999",
        "updated_since=yesterday",
        "updated_since=0000-00-00",
        "updated_since=2020-01-01&cursor=WzFd",
        "q=%00",
        "q=" + "x" * 300,
        "q=choy&cursor=WzFd",
        "barcode=%00",
        "is_active=perhaps",
    ):
        refused(manager.get(f"/api/products?{query}"))


def test_odd_but_harmless_questions_are_answered(shop: Shop, manager: Any) -> None:
    for query in (
        "q=%25%27%22%3B--",
        "q=%F0%9F%8D%9E",
        "updated_since=9999-12-31",
        "updated_since=0001-01-01",
        "category_id=99",
    ):
        assert manager.get(f"/api/products?{query}").status_code == 200, query


def test_another_tenants_things_do_not_exist(
    shop: Shop, stranger: Shop, manager: Any, api_of: Callable[..., Any]
) -> None:
    foreign = stranger.product("Begona")
    foreign_category = api_of("stranger").post("/api/categories", {"name": "Begona"}).json["id"]
    own = shop.product("Non")
    for path in (f"/api/products/{foreign}", f"/api/categories/{foreign_category}"):
        for method in ("GET", "PUT", "DELETE"):
            assert manager.open(path, method, json={} if method == "PUT" else None).status_code == 404, path
    refused(manager.put(f"/api/products/{own}", {"category_id": foreign_category}), field="category_id")
    refused(manager.put(f"/api/products/{own}", {"unit_id": stranger.unit_ids["dona"]}), field="unit_id")
    refused(manager.post("/api/categories", {"name": "x", "parent_id": foreign_category}), field="parent_id")
    refused(manager.post(f"/api/products/{own}/prices", {"price": "1", "branch_id": stranger.branch_id}))
    assert manager.get(f"/api/products?branch_id={stranger.branch_id}").status_code == 404
    assert manager.get(f"/api/products?category_id={foreign_category}").json["items"] == []


def test_huge_numbers_in_the_address_are_not_found(manager: Any) -> None:
    for path in ("/api/products/99999999999999999999", "/api/products/0", "/api/prices/99999999999999999999"):
        assert manager.delete(path).status_code == 404


def test_two_who_take_the_same_number_meet_a_conflict(shop: Shop, manager: Any) -> None:
    assert manager.post("/api/products", {"name": "Bir", "sku": "7"}).status_code == 201
    answer = manager.post("/api/products", {"name": "Ikki", "sku": "7"})
    assert (answer.status_code, answer.json["code"]) == (409, "already_taken")
    assert "sku" in answer.json["errors"]
