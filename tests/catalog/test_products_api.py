"""Products over the API: what they look like, who may change them, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.cast import Shop

SHAPE = {
    *("id", "name", "sku", "barcode", "barcodes", "type", "status", "is_active", "deleted", "category_id"),
    *(
        "unit",
        "unit_id",
        "unit_digits",
        "price",
        "base_price",
        "prices",
        "vat_code",
        "vat_rate",
        "vat_included",
    ),
    *("cash_allowed", "track_inventory", "stock_quantity", "brand", "tags", "mxik_code", "package_code"),
    *("workspace_id", "image_url", "search_key", "created_at", "updated_at"),
}


@pytest.fixture
def manager(shop: Shop, api_of: Callable[..., Any]) -> Any:
    return api_of("manager")


def test_a_product_is_made_changed_and_removed(shop: Shop, manager: Any) -> None:
    made = manager.post(
        "/api/products",
        {
            "name": "  Suv   gazsiz ",
            "price": 3000,
            "cost_price": "2100.5",
            "unit": "dona",
            "barcodes": [
                {"barcode": "4780000000007"},
                {"barcode": "BLOK", "multiplier": 6, "price": "17000", "unit": "blok"},
            ],
            "mxik_code": "02202 001 001 00000 1",
            "tags": ["yozgi", "yozgi", ""],
        },
    )
    assert made.status_code == 201, made.json
    product = made.json
    assert product["name"] == "Suv gazsiz"
    assert (product["price"], product["cost_price"]) == ("3000.00", "2100.5000")
    assert (product["barcode"], product["vat_rate"]) == ("4780000000007", "12.00")
    assert product["barcodes"][1] == {
        "barcode": "BLOK",
        "multiplier": "6.000",
        "price": "17000.00",
        "unit": "blok",
    }
    assert (product["tags"], product["sku"]) == (["yozgi"], "10001")

    address = f"/api/products/{product['id']}"
    changed = manager.put(address, {"price": "3200", "is_active": False, "barcode": "4780000000014"})
    assert changed.status_code == 200, changed.json
    assert (changed.json["price"], changed.json["status"]) == ("3200.00", "inactive")
    assert [code["barcode"] for code in changed.json["barcodes"]] == ["4780000000014", "BLOK"]
    assert changed.json["name"] == "Suv gazsiz"
    assert changed.json["updated_at"] > product["updated_at"]

    assert manager.delete(address).status_code == 204
    assert manager.get(address).status_code == 404
    assert manager.put(address, {"price": "1"}).status_code == 404
    assert manager.get("/api/products?barcode=BLOK").json["items"] == []


def test_a_list_has_what_a_till_needs(shop: Shop, api_of: Callable[..., Any]) -> None:
    shop.product("Non", price="4000", stock="12")
    item = api_of("cashier").get("/api/products").json["items"][0]
    assert set(item) == SHAPE
    assert item["stock_quantity"] == "12.000"
    assert (item["unit"], item["unit_digits"], item["search_key"]) == ("dona", 0, "non")


def test_costs_are_for_those_who_may_see_them(shop: Shop, api_of: Callable[..., Any]) -> None:
    number = shop.product("Non")
    for who, sees in (("owner", True), ("warehouse", True), ("cashier", False), ("operator", False)):
        api = api_of(who)
        assert ("cost_price" in api.get("/api/products").json["items"][0]) is sees, who
        assert ("cost_price" in api.get(f"/api/products/{number}").json) is sees, who


def test_who_may_do_what(shop: Shop, stranger: Shop, api_of: Callable[..., Any]) -> None:
    number = shop.product("Non", stock=None)
    address = f"/api/products/{number}"
    for who, reads, writes in (
        ("cashier", 200, 403),
        ("operator", 200, 403),
        ("warehouse", 200, 200),
        ("admin", 200, 200),
        ("stranger", 404, 404),
    ):
        api = api_of(who)
        assert api.get(address).status_code == reads, who
        assert api.put(address, {"brand": who}).status_code == writes, who
        assert api.post(f"{address}/image").status_code == (422 if writes == 200 else writes), who
        if writes != 200:
            assert api.delete(address).status_code == writes, who
    for who in ("cashier", "operator"):
        assert api_of(who).post("/api/products", {"name": "x"}).status_code == 403
    assert api_of("stranger").get("/api/products").json["items"] == []
    assert api_of("cashier").get("/api/price-types").status_code == 403


def test_nobody_signed_in_sees_nothing(shop: Shop, client: Any) -> None:
    for path in ("/api/products", "/api/products/1", "/api/categories", "/api/units", "/api/price-types"):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (401, "unauthorized"), path


def test_prices_belong_to_those_who_may_set_them(shop: Shop, api_of: Callable[..., Any]) -> None:
    """A storekeeper enters goods and leaves the price to the manager."""
    number = shop.product("Non", price="4000")
    storekeeper = api_of("warehouse")
    address = f"/api/products/{number}"
    assert storekeeper.put(address, {"price": "4000", "brand": "Bahor"}).status_code == 200
    assert storekeeper.put(address, {"price": "4001"}).status_code == 403
    assert storekeeper.put(address, {"barcodes": [{"barcode": "X", "price": "1"}]}).status_code == 403
    assert storekeeper.post("/api/products", {"name": "Yangi", "price": "1"}).status_code == 403
    assert storekeeper.post("/api/products", {"name": "Yangi"}).json["price"] == "0.00"


def test_what_has_a_history_is_not_deleted(shop: Shop, manager: Any) -> None:
    number = shop.product("Non", stock="5")
    answer = manager.delete(f"/api/products/{number}")
    assert (answer.status_code, answer.json["code"]) == (409, "in_use")
    assert "inventory_movements" in answer.json["uses"]
    assert manager.put(f"/api/products/{number}", {"status": "discontinued"}).status_code == 200


def test_special_prices_over_the_api(shop: Shop, manager: Any) -> None:
    number = shop.product("Non", price="4000")
    address = f"/api/products/{number}/prices"
    assert manager.post(address, {"price": "4500"}).status_code == 204
    made = manager.post(address, {"price": "4100", "branch_id": shop.branch_id})
    assert made.status_code == 201, made.json
    assert manager.get(f"/api/products/{number}").json["price"] == "4100.00"
    away = manager.get(f"/api/products/{number}?branch_id={shop.warehouse_id}")
    assert (away.json["price"], away.json["base_price"]) == ("4500.00", "4500.00")
    assert len(manager.get(address).json["items"]) == 1
    assert manager.delete(f"/api/prices/{made.json['id']}").status_code == 204
    assert manager.get(f"/api/products/{number}").json["price"] == "4500.00"


def test_categories_and_units_over_the_api(shop: Shop, manager: Any) -> None:
    top = manager.post("/api/categories", {"name": "Ichimliklar"}).json
    inner = manager.post("/api/categories", {"name": "Choy", "parent_id": top["id"]}).json
    twin = manager.post("/api/categories", {"name": "Choy", "parent_id": top["id"]})
    assert (twin.status_code, twin.json["errors"].keys()) == (409, {"name"})
    cycle = manager.put(f"/api/categories/{top['id']}", {"parent_id": inner["id"]})
    assert (cycle.status_code, cycle.json["code"]) == (422, "category_cycle")
    shop.product("Ko'k choy", category_id=inner["id"])
    found = manager.get(f"/api/products?category_id={top['id']}").json["items"]
    assert [item["name"] for item in found] == ["Ko'k choy"]
    assert manager.delete(f"/api/categories/{inner['id']}").json["uses"] == ["products"]
    assert manager.delete(f"/api/categories/{top['id']}").json["uses"] == ["categories"]
    names = {unit["name"]: unit["digits"] for unit in manager.get("/api/units").json["items"]}
    assert names["dona"] == 0 and names["kg"] == 3


def test_search_and_codes_over_the_api(shop: Shop, api_of: Callable[..., Any]) -> None:
    number = shop.product("Кока-Кола 1 л", barcode="4780000000007", sku="1234")
    cashier = api_of("cashier")
    for query in ("q=koka", "q=1234", "barcode=4780000000007", "barcode=1234", "q=4780000000007"):
        items = cashier.get(f"/api/products?{query}").json["items"]
        assert [item["id"] for item in items] == [number], query
    assert cashier.get("/api/products?barcode=4780000000014").json["items"] == []
    assert cashier.get("/api/products?q=choy").json["next_cursor"] is None


def test_pages_stay_in_order_while_products_are_added(shop: Shop, api_of: Callable[..., Any]) -> None:
    made = [shop.product(stock=None) for _number in range(7)]
    cashier = api_of("cashier")
    seen, cursor = [], ""
    while cursor is not None:
        page = cashier.get(f"/api/products?limit=3&cursor={cursor}").json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if len(seen) == 3:
            made.append(shop.product(stock=None))
    assert seen == made


def test_a_page_takes_the_same_statements_whatever_its_length(
    shop: Shop, api_of: Callable[..., Any], statements: Callable[[], Any]
) -> None:
    cashier = api_of("cashier")
    counts = {}
    for more in (2, 10):
        for _number in range(more):
            shop.product("Choy")
        for path in ("/api/products", "/api/products?updated_since=2020-01-01", "/api/products?q=choy"):
            with statements() as sent:
                assert cashier.get(path).status_code == 200
            counts.setdefault(path, []).append(len(sent))
    for path, (few, many) in counts.items():
        assert few == many <= 10, (path, few, many)
