"""The contract of the API, as a program meets it that knows nothing but the contract."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.api.conftest import assert_exact, refused, sale
from tests.cast import PASSWORD, Shop, ean13
from tests.conftest import Api


def test_a_token(shop: Shop, client: FlaskClient) -> None:
    form = {"username": "cashier", "password": PASSWORD}
    # What a client of OAuth 2 sends beside the name and the password does no harm.
    usual = {"grant_type": "password", "scope": "", "client_id": "till", "client_secret": ""}
    for more in ({}, {"organization": "bahor"}, usual):
        answer = client.post("/token", data=form | more)
        assert answer.status_code == 200, answer.json
        assert answer.json["token_type"] == "bearer"
        assert isinstance(answer.json["expires_in"], int)
        headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
        assert client.get("/api/me", headers=headers).status_code == 200
    refused(client.post("/token", data=form | {"password": "wrong"}), 401)
    refused(client.post("/token", data={"username": "nobody", "password": "wrong"}), 401)
    refused(client.post("/token", data=form | {"organization": "navruz"}), 401)
    refused(client.post("/token"), 422)


def test_too_many_wrong_passwords_lock_the_name(shop: Shop, client: FlaskClient) -> None:
    attempts = [
        client.post("/token", data={"username": "cashier", "password": "wrong"}).status_code
        for _attempt in range(12)
    ]
    assert set(attempts) == {401, 429}
    refused(client.post("/token", data={"username": "cashier", "password": PASSWORD}), 429)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/me"),
        ("GET", "/api/products?limit=nonsense"),
        ("POST", "/api/products"),
        ("PUT", "/api/products/1"),
        ("DELETE", "/api/products/1"),
        ("POST", "/api/shifts/open"),
        ("POST", "/api/shifts/1/close"),
        ("POST", "/api/sell"),
        ("GET", "/api/sales"),
    ],
)
def test_without_a_token_nothing_is_told(client: FlaskClient, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        answer = client.open(path, method=method, json={} if method != "GET" else None, headers=headers)
        refused(answer, 401, code="unauthorized")


def test_who_i_am(shop: Shop, api_of: Callable[..., Api]) -> None:
    me = api_of("cashier").get("/api/me").json
    assert {"user", "role", "organization", "branches", "permissions"} <= me.keys()
    assert (me["user"]["username"], me["role"]["key"], me["organization"]["domain"]) == (
        "cashier",
        "cashier",
        "bahor",
    )
    assert [branch["id"] for branch in me["branches"]] == [shop.branch_id, shop.warehouse_id]


def test_addresses_methods_and_kinds_of_content(shop: Shop, api_of: Callable[..., Api]) -> None:
    owner = api_of("owner")
    for path in ("/api", "/api/", "/api/nothing", "/api/products/999999", "/api/sales/" + "9" * 30):
        refused(owner.get(path), 404, code="not_found")
    for method, path in (("GET", "/api/sell"), ("DELETE", "/api/sell"), ("PATCH", "/api/products")):
        refused(owner.open(path, method), 405)
    number = shop.product("Non", price="1000")
    for path, method in (
        (f"/api/products/{number}", "PUT"),
        ("/api/products", "POST"),
        ("/api/sell", "POST"),
    ):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
            refused(owner.open(path, method, data=b'{"price": "1"}', content_type=kind), 415)
        for broken in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"price": ' + b"9" * 5000 + b"}"):
            body = refused(owner.open(path, method, data=broken, content_type="application/json"), 400)
            assert isinstance(body.get("errors", {}), dict)
        refused(owner.open(path, method, data=b"[]", content_type="application/json"), 422)
        large = b'{"name": "' + b"x" * (3 << 20) + b'"}'
        refused(owner.open(path, method, data=large, content_type="application/json"), 413)
    refused(owner.open("/api/sell", "POST", data=b"", content_type="application/json"), 422)
    assert owner.get(f"/api/products/{number}").json["price"] == "1000.00"


LISTS = [
    "branches",
    "tills",
    "categories",
    "products",
    "shifts",
    "sales",
    "units",
    "stock",
    "movements",
    "audits",
]


def test_lists_are_walked_to_their_end(shop: Shop, api_of: Callable[..., Api], till: Api) -> None:
    owner = api_of("owner")
    for number in range(7):
        owner.post("/api/categories", {"name": f"Bo'lim {number}"})
        assert till.post("/api/sell", sale({"product_id": shop.product(), "quantity": 1})).status_code == 201
    for name in LISTS:
        whole = owner.get(f"/api/{name}?limit=1000").json
        assert whole["items"] and (whole["next_cursor"] is None or len(whole["items"]) == 1000), name
        assert_exact(whole, name)
        seen: list[Any] = []
        cursor, step = "", max(3, len(whole["items"]) // 20)
        while cursor is not None:
            page = owner.get(f"/api/{name}?limit={step}" + (f"&cursor={cursor}" if cursor else "")).json
            assert len(page["items"]) == step or page["next_cursor"] is None
            seen += page["items"]
            cursor = page["next_cursor"]
        assert seen[: len(whole["items"])] == whole["items"], name
        refused(owner.get(f"/api/{name}?cursor=nonsense"), 422)
        refused(owner.get(f"/api/{name}?limit=0"), 422)


def test_products(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager = api_of("manager")
    body = {
        "name": "Ko'k choy",
        "sku": "CH-1",
        "barcode": ean13(57),
        "price": 12500.5,
        "cost_price": "9000",
        "unit": "dona",
    }
    made = manager.post("/api/products", body)
    assert made.status_code == 201, made.json
    product = made.json
    assert (product["price"], product["cost_price"], product["is_active"]) == ("12500.50", "9000.0000", True)
    shown = manager.get(f"/api/products?barcode={ean13(57)}").json["items"][0]
    wanted = {"id", "name", "sku", "barcode", "barcodes", "unit", "price", "vat_rate", "category_id"}
    assert wanted | {"stock_quantity", "is_active"} <= shown.keys()
    assert [item["id"] for item in manager.get("/api/products?q=kok choy").json["items"]] == [product["id"]]
    changed = manager.put(f"/api/products/{product['id']}", {"price": "13000", "category_id": None})
    assert (changed.status_code, changed.json["price"]) == (200, "13000.00")
    since = manager.get(f"/api/products?updated_since={product['created_at']}").json["items"]
    assert [item["id"] for item in since] == [product["id"]]
    refused(manager.post("/api/products", {"name": "Boshqa", "sku": "CH-1"}), 409)
    refused(manager.post("/api/products", {"name": "Boshqa", "nonsense": 1}), 422)
    assert manager.delete(f"/api/products/{product['id']}").status_code == 204
    refused(manager.get(f"/api/products/{product['id']}"), 404)
    refused(manager.delete(f"/api/products/{product['id']}"), 404)


def test_purchase_prices_are_for_those_who_may_see_them(shop: Shop, api_of: Callable[..., Api]) -> None:
    number = shop.product("Non", cost="777")
    owner = api_of("owner")
    assert owner.put(f"/api/products/{number}", {"markup_percent": "31.5"}).json["markup_percent"] == "31.50"
    paths = [
        f"/api/products/{number}",
        "/api/products",
        "/api/products?updated_since=2020-01-01",
        "/api/stock",
    ]
    for path in paths:
        answer = owner.get(path).get_data(as_text=True)
        assert "777" in answer, path
        for who in ("cashier", "operator"):
            answer = api_of(who).get(path).get_data(as_text=True)
            assert '"Non"' in answer, path
            assert "777" not in answer and "cost" not in answer and "markup" not in answer, path


@pytest.mark.parametrize("body", [{"name": "Non"}, {}, {"name": 5, "nonsense": 1}])
def test_a_cashier_does_not_touch_products(shop: Shop, api_of: Callable[..., Api], body: Any) -> None:
    number = shop.product("Sut", price="1000")
    cashier = api_of("cashier")
    # Whatever is wrong with what they send: they may not.
    refused(cashier.post("/api/products", body), 403, code="forbidden")
    refused(cashier.put(f"/api/products/{number}", body), 403, code="forbidden")
    refused(cashier.delete(f"/api/products/{number}"), 403, code="forbidden")
    refused(cashier.post(f"/api/products/{number}/prices", body), 403)
    refused(cashier.post("/api/categories", body), 403)
    refused(cashier.post("/api/stock/adjustments", body), 403)
    refused(cashier.post("/api/employees", body), 403)
    refused(cashier.get("/api/employees"), 403)
    refused(cashier.get("/api/audits"), 403)
    manager = api_of("manager")
    assert manager.get("/api/employees").status_code == 200
    refused(manager.post("/api/employees", body), 403)
    assert [item["name"] for item in manager.get("/api/products").json["items"]] == ["Sut"]


def test_a_shift_from_opening_to_counting(
    shop: Shop, api_of: Callable[..., Api], books: Callable[[], list[str]]
) -> None:
    cashier, second = api_of("cashier"), api_of("cashier2")
    refused(cashier.get("/api/shifts/current"), 404, code="no_open_shift")
    till_id = cashier.get("/api/tills").json["items"][0]["id"]
    opened = cashier.post("/api/shifts/open", {"till_id": till_id, "opening_cash": 50000})
    assert (opened.status_code, opened.json["opening_cash"]) == (201, "50000.00")
    number = opened.json["id"]
    assert cashier.get("/api/shifts/current").json["id"] == number
    for person in (cashier, second):
        refused(person.post("/api/shifts/open", {"till_id": till_id, "opening_cash": 0}), 409)
    body = sale({"product_id": shop.product(price="7000"), "quantity": 2}, cash="20000")
    assert cashier.post("/api/sell", body).status_code == 201
    refused(second.post(f"/api/shifts/{number}/close", {"closing_cash": "1"}), 403, 404)
    closed = cashier.post(f"/api/shifts/{number}/close", {"closing_cash": 63500.5})
    assert closed.status_code == 200
    assert_exact(closed.json)
    figures = [closed.json[name] for name in ("expected_cash", "closing_cash", "difference")]
    assert figures == ["64000.00", "63500.50", "-499.50"]
    refused(cashier.post(f"/api/shifts/{number}/close", {"closing_cash": "1"}), 409)
    refused(cashier.post("/api/sell", sale(*body["items"])), 409, code="no_open_shift")
    assert [shift["id"] for shift in api_of("manager").get("/api/shifts").json["items"]] == [number]
    assert books() == []


def test_a_sale_and_the_same_sale_again(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    milk, bread = shop.product(price="13500", barcode=ean13(64)), shop.product(price="4000.50")
    body = sale({"barcode": ean13(64), "quantity": "2"}, {"product_id": bread, "quantity": 1}, cash="40000")
    first = till.post("/api/sell", body)
    assert first.status_code == 201, first.json
    receipt = first.json
    assert {"id", "number", "client_uuid", "created_at", "items", "payments"} <= receipt.keys()
    assert_exact(receipt)
    figures = {name: receipt[name] for name in ("total", "tax", "discount", "paid", "change")}
    assert figures == {
        "total": "31000.50",
        "tax": "3321.49",
        "discount": "0.00",
        "paid": "40000.00",
        "change": "8999.50",
    }
    numbers = {"items": [{"barcode": ean13(64), "quantity": 2.0}, {"product_id": bread, "quantity": "1"}]}
    spelled = {"client_uuid": body["client_uuid"].upper(), "discount": "-0"}
    for again in (body, body | numbers, body | spelled):
        answer = till.post("/api/sell", again)
        assert (answer.status_code, answer.data) == (200, first.data)
    for other in ({"discount": 1}, {"items": body["items"][:1]}, {"payments": []}):
        refused(till.post("/api/sell", body | other), 409, code="client_uuid_reused")
    assert till.get(f"/api/sales/{receipt['id']}").data == first.data
    assert [head["id"] for head in till.get("/api/sales").json["items"]] == [receipt["id"]]
    assert till.get(f"/api/products/{milk}").json["stock_quantity"] == "98.000"
    assert books() == []


def test_minus_nothing_is_nothing(shop: Shop, till: Api) -> None:
    body = sale({"product_id": shop.product(), "quantity": 1, "discount": "-0"}, discount=-0.0)
    first = till.post("/api/sell", body)
    assert first.status_code == 201
    assert b'"-0' not in first.data
    assert till.post("/api/sell", body).data == first.data


def test_discounts_and_several_payments(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    milk = shop.product(price="10000")
    mixed = [
        {"method": "card", "amount": "9000"},
        {"method": "transfer", "amount": 5000},
        {"method": "cash", "amount": "20000"},
    ]
    lines = {"product_id": milk, "quantity": 3, "discount": "1000"}
    receipt = till.post("/api/sell", sale(lines, discount=500, payments=mixed)).json
    assert (receipt["total"], receipt["discount"], receipt["change"]) == ("28500.00", "1500.00", "5500.00")
    assert sum(Decimal(payment["amount"]) for payment in receipt["payments"]) == 28500
    refused(till.post("/api/sell", sale(lines, payments=[{"method": "card", "amount": "29000.01"}])), 422)
    refused(till.post("/api/sell", sale(lines | {"discount": "30000.01"})), 422)
    refused(till.post("/api/sell", sale(lines, discount="29000.01")), 422)
    assert books() == []


def test_what_a_sale_is_refused_for(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    milk, bread, salt = (shop.product(price="1000", stock="5") for _product in range(3))
    short = [{"product_id": milk, "quantity": 6}, {"product_id": salt, "quantity": 1}]
    short.append({"product_id": bread, "quantity": 7})
    # Whatever is paid: what is not there is told first, and all of it.
    for cash in ("14000", "0.01", "9999999999999"):
        problem = refused(till.post("/api/sell", sale(*short, cash=cash)), 409)
        assert [line["product_id"] for line in problem["lines"]] == [milk, bread]
    refused(till.post("/api/sell", sale({"product_id": milk, "quantity": 1}, cash="999.99")), 422)
    refused(till.post("/api/sell", sale({"product_id": milk, "quantity": 1}, payments=[])), 422)
    refused(till.post("/api/sell", sale()), 422)
    unknown = [{"product_id": 987654, "quantity": 1}, {"barcode": "nobody-has-it", "quantity": 1}]
    text = str(refused(till.post("/api/sell", sale(*unknown)), 404, 422))
    assert "987654" in text and "nobody-has-it" in text
    refused(till.post("/api/sell", sale({"product_id": milk, "quantity": 1}, customer_id=5)), 404, 422)
    assert till.get("/api/sales").json["items"] == []
    assert books() == []


def test_the_moment_of_a_sale(shop: Shop, till: Api) -> None:
    milk = {"product_id": shop.product(), "quantity": 1}
    now = datetime.now(UTC)
    for moment in (None, now.isoformat(), (now - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")):
        assert till.post("/api/sell", sale(milk, sold_at=moment)).status_code == 201, moment
    for moment in (
        (now + timedelta(days=1)).isoformat(),
        (now - timedelta(days=1)).isoformat(),
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "yesterday",
        1700000000,
    ):
        refused(till.post("/api/sell", sale(milk, sold_at=moment)), 422)


def test_another_shop_sees_nothing(shop: Shop, stranger: Shop, till: Api, api_of: Callable[..., Api]) -> None:
    product = shop.product("Non", barcode=ean13(71))
    receipt = till.post("/api/sell", sale({"product_id": product, "quantity": 1})).json
    shift = till.get("/api/shifts/current").json["id"]
    other = api_of("stranger")
    for method, path, body in (
        ("GET", f"/api/sales/{receipt['id']}", None),
        ("GET", f"/api/products/{product}", None),
        ("PUT", f"/api/products/{product}", {"name": "Meniki"}),
        ("DELETE", f"/api/products/{product}", None),
        ("GET", f"/api/products/{product}/prices", None),
        ("POST", f"/api/shifts/{shift}/close", {"closing_cash": "0"}),
        ("POST", "/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "0"}),
        ("GET", f"/api/employees/{shop.users['cashier']}", None),
        ("GET", f"/sales/{receipt['id']}/receipt", None),
    ):
        assert other.open(path, method, json=body).status_code == 404, path
    for path in ("sales", "shifts", "products", f"products?barcode={ean13(71)}", "stock", "movements"):
        assert other.get(f"/api/{path}").json["items"] == [], path
    stolen = sale({"product_id": product, "quantity": 1}, client_uuid=receipt["client_uuid"])
    refused(other.post("/api/sell", stolen), 409, code="no_open_shift")


def test_the_name_of_a_sale_is_the_shops_own(
    shop: Shop, stranger: Shop, till: Api, api_of: Callable[..., Api]
) -> None:
    name = str(uuid4())
    mine = till.post("/api/sell", sale({"product_id": shop.product(), "quantity": 1}, client_uuid=name))
    other = api_of("stranger")
    other.post("/api/shifts/open", {"till_id": stranger.till_id, "opening_cash": "0"})
    theirs = other.post(
        "/api/sell", sale({"product_id": stranger.product(), "quantity": 1}, client_uuid=name)
    )
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json["id"] != theirs.json["id"]


def test_the_documentation_tells_how_to_sign_in_and_how_errors_look(client: FlaskClient) -> None:
    spec = client.get("/api/openapi.json").json
    assert spec["components"]["securitySchemes"]["token"]["flows"]["password"]["tokenUrl"] == "/token"
    assert spec["security"] == [{"token": []}]
    assert spec["paths"]["/token"]["post"]["security"] == []
    assert {"code", "title", "detail", "status"} <= spec["components"]["schemas"]["Problem"][
        "properties"
    ].keys()
    for response in spec["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]
    success = spec["paths"]["/api/sell"]["post"]["responses"]["201"]
    assert list(success["content"]) == ["application/json"]
    assert client.get("/api/docs").status_code == 200
