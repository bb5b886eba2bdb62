"""Whatever arrives at any address of the API, the answer is 4xx with a sentence; the books agree afterwards."""

import io
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
from flask import Flask, json
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.identity.operations import suspend_organization
from smartpos.sales.queries.books import verify_books
from tests.api.conftest import refused, sale
from tests.cast import PASSWORD, Shop
from tests.conftest import Api, LiveServer


class Raw(str):
    """JSON as it stands, which Python would not write."""


NONSENSE: list[Any] = [
    *(
        None,
        True,
        -1,
        1.5,
        -0.0,
        2**63,
        "",
        "abc",
        "NaN",
        "1e400",
        "1_000",
        "\u0661\u0662",
        "a\x00b",
        "\ud800",
    ),
    *("x" * 20_000, "9999-12-31T23:59:59-23:59", [], [None], {"a": "\x00"}, Raw("Infinity"), Raw("1e400")),
    *(Raw("1" * 5000), Raw("[" * 2000 + "]" * 2000)),
]
QUERIES = [
    *("", "-1", "abc", "NaN", "1.5", "a%00b", "%ff%fe", "%ed%a0%80", "9" * 25, "x" * 3000, "%25"),
    *("0001-01-01", "9999-12-31T23:59:59-23:59", "2026-02-30"),
]
# Nobody gave them: [1], null, {"a": 1}, [null, null], moments at the edge of time, [1e400], half a sign, NUL.
CURSORS = [
    *("WzFd", "bnVsbA", "eyJhIjoxfQ", "W251bGwsbnVsbF0", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwxXQ"),
    *("WyI5OTk5LTEyLTMxVDIzOjU5OjU5LTE0OjAwIiwxXQ", "WzFlNDAwXQ==", "WyJcdWQ4MDAiLDFd", "WyJcdTAwMDAiLDFd"),
]
ADDRESSES = ["0", "-1", "abc", "%00", "%ff", "9223372036854775807", "9" * 100, "..", "%2B1", "\u0661"]


def written(body: Any) -> bytes:
    """The body as JSON; what is ``Raw`` stands in it as it is."""
    raw: dict[str, str] = {}

    def mark(value: Any) -> Any:
        if isinstance(value, Raw):
            raw[f"@{len(raw)}@"] = str(value)
            return f"@{len(raw) - 1}@"
        if isinstance(value, dict):
            return {name: mark(item) for name, item in value.items()}
        return [mark(item) for item in value] if isinstance(value, list) else value

    text = json.dumps(mark(body))
    for name, value in raw.items():
        text = text.replace(f'"{name}"', value)
    return text.encode()


def spots(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body where something could stand instead."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in pairs:
        yield (*here, name)
        yield from spots(item, (*here, name))


def with_value(body: Any, spot: tuple[Any, ...], value: Any) -> Any:
    """A copy of the body in which something else stands at the spot."""
    if not spot:
        return value
    copy = dict(body) if isinstance(body, dict) else list(body)
    copy[spot[0]] = with_value(body[spot[0]], spot[1:], value)
    return copy


def bodies(shop: Shop, product: int) -> dict[tuple[str, str], Any]:
    """A good body for every address that takes one."""
    cashier = shop.users["cashier2"]
    return {
        ("POST", "/token"): {"username": "x", "password": "x", "organization": "bahor", "code": "1"},
        ("POST", "/api/sell"): sale({"product_id": product, "quantity": 1, "discount": "0"}, discount="0")
        | {"customer_id": None, "sold_at": None},
        ("POST", "/api/shifts/open"): {"till_id": shop.till2_id, "opening_cash": "0"},
        ("POST", "/api/shifts/1/close"): {"closing_cash": "0"},
        ("POST", "/api/stock/adjustments"): {
            "branch_id": shop.branch_id,
            "reason": "found",
            "notes": "",
            "client_uuid": str(uuid4()),
            "items": [{"product_id": product, "quantity": "1", "unit_cost": "1"}],
        },
        ("POST", "/api/products"): {
            "name": "Non",
            "price": "1",
            "barcodes": [{"barcode": "A1"}],
            "tags": ["x"],
        },
        ("PUT", f"/api/products/{product}"): {"category_id": None, "cost_price": "1", "custom_fields": {}},
        ("POST", f"/api/products/{product}/prices"): {
            "price": "1",
            "price_type_id": None,
            "valid_from": None,
        },
        ("POST", "/api/categories"): {"name": "Sut", "parent_id": None, "sort_order": 1, "is_active": True},
        ("POST", "/api/employees"): {
            "username": "yangi",
            "full_name": "Yangi",
            "phone": "",
            "hired_date": None,
        },
        ("PUT", f"/api/employees/{cashier}"): {"full_name": "Boshqa", "pin": None, "workspace_ids": []},
        ("POST", "/api/me/password"): {"current_password": "x", "new_password": "x"},
        ("POST", "/api/till/pin"): {"user_id": cashier, "pin": "x"},
    }


def test_nonsense_at_every_place_of_every_body(
    shop: Shop, api_of: Callable[..., Api], books: Callable[[], list[str]]
) -> None:
    owner = api_of("owner")
    product = shop.product(price="1000")
    owner.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "0"})
    for (method, path), body in bodies(shop, product).items():
        good = body if isinstance(body, dict) else {}
        for place, spot in enumerate(spots(good)):
            # Every third for each place, in turn: all of it everywhere takes too long to be done every time.
            for value in NONSENSE[place % 3 :: 3]:
                sent = written(with_value(good, spot, value))
                answer = owner.open(path, method, data=sent, content_type="application/json")
                assert answer.status_code < 500, (method, path, spot, value, answer.json)
                if answer.status_code >= 400:
                    refused(answer)
        refused(
            owner.open(path, method, data=written(good | {"surprise": 1}), content_type="application/json")
        )
        for raw in (b"[]", b"null", b"5", b'"x"', b"{", b"\xff\xfe", b"[" * 100_000, b"[{}]", b"{}" * 2):
            refused(owner.open(path, method, data=raw, content_type="application/json"))
    assert books() == []


def test_nonsense_in_every_query_and_address(
    shop: Shop, base_app: Flask, api_of: Callable[..., Api], till: Api
) -> None:
    owner = api_of("owner")
    spec = owner.get("/api/openapi.json").json
    schemas = spec["components"].get("parameters", {})
    asked = 0
    for path, operations in spec["paths"].items():
        if "get" not in operations:
            continue
        for parameter in operations["get"].get("parameters", []):
            given = schemas[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
            if given["in"] != "query":
                continue
            for value in CURSORS if given["name"] == "cursor" else QUERIES[asked % 2 :: 2]:
                answer = owner.get(f"{path.replace('{product_id}', '1')}?{given['name']}={value}")
                assert answer.status_code < 500, (path, given["name"], value)
                asked += 1
    assert asked > 200
    for rule in base_app.url_map.iter_rules():
        if not rule.arguments or rule.endpoint.endswith("static") or str(rule).startswith("/admin/"):
            continue
        for value in ADDRESSES:
            path = re.sub(r"<[^>]*>", value, str(rule))
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE"}):
                answer = owner.open(path, method)
                assert answer.status_code < 500, (method, path)


@pytest.mark.parametrize("lines", [1001, 10_000])
def test_endless_bodies(shop: Shop, till: Api, api_of: Callable[..., Api], lines: int) -> None:
    product = shop.product(price="1", stock="20000")
    body = sale(*[{"product_id": product, "quantity": 1}] * lines, cash="20000")
    assert refused(till.post("/api/sell", body), 422)["code"] == "too_many_lines"
    body = sale({"product_id": product, "quantity": 1}, payments=[{"method": "cash", "amount": "1"}] * lines)
    refused(till.post("/api/sell", body), 422)
    items = [{"product_id": product, "quantity": "1"}] * lines
    adjustment = {"branch_id": shop.branch_id, "reason": "found", "items": items}
    refused(api_of("owner").post("/api/stock/adjustments", adjustment), 422)


def test_what_is_no_picture(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager, product = api_of("manager"), shop.product()
    for picture in (
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\nnope",
        b"GIF89a" + b"\xff" * 50,
        b"<svg/>",
        b"\0" * 1_000_000,
    ):
        form = {"image": (io.BytesIO(picture), "a.png", "image/png")}
        refused(manager.open(f"/api/products/{product}/image", "POST", data=form), 422)
    refused(manager.open(f"/api/products/{product}/image", "POST", data={"image": "x"}), 422)
    refused(manager.post(f"/api/products/{product}/image", {"image": "x"}), 422)
    kind = "multipart/form-data; boundary=zz"
    refused(manager.open(f"/api/products/{product}/image", "POST", data=b"\xff\xfe", content_type=kind), 422)


def test_tokens_that_are_none(shop: Shop, client: FlaskClient, api_of: Callable[..., Api]) -> None:
    good = api_of("owner").headers["Authorization"].removeprefix("Bearer ")
    head, claims, seal = good.split(".")
    facts = jwt.decode(good, options={"verify_signature": False})
    bad = [
        *(
            "",
            "x",
            "a.b.c",
            f"{good}x",
            good[:-4],
            f"{head}.{claims}.",
            f"{claims}.{claims}.{seal}",
            "." * 500,
        ),
        *("\xff" * 10, f"{good} {good}", f"e30.{claims}.{seal}", "a" * 7000, f"{head}.{'A' * 99}.{seal}"),
        jwt.encode(facts, "another-key-" * 4, "HS256"),
        *(
            jwt.encode(facts | {"org": org}, "another-key-" * 4, "HS256")
            for org in (None, "x", [1], 10**30, -1)
        ),
        jwt.encode(facts, None, "none"),
    ]
    for text in bad:
        headers = {"Authorization": f"Bearer {text}"}
        refused(client.get("/api/products", headers=headers), 401, code="unauthorized")
        assert client.get("/till", headers=headers).status_code in {302, 401}
    assert client.get("/api/me", headers={"Authorization": f"Bearer {good}"}).status_code == 200


def test_impossible_headers(client: FlaskClient) -> None:
    for headers in (
        *({"Host": host} for host in ("a" * 300, "[::1", "a b", "\xff", "x:99999999", "a/b", "")),
        *(
            {"Cookie": cookie}
            for cookie in ("smartpos=%ff\xff; till=\xff", "smartpos=" + "a" * 5000, "till=W10.x")
        ),
        *({"Accept-Language": text} for text in ("\xff,;q=x", "uz;q=NaN, ru;q=1e400", "x" * 5000)),
        *({"User-Agent": text} for text in ("\xff\xfe", "x" * 6000)),
        {"Content-Type": "application/json; charset=\xff"},
        {"X-CSRFToken": "\xff"},
        {"Range": "bytes=99999999999999999999-"},
    ):
        for path in ("/login", "/api/me", "/nothing", "/static/css/app.css", "/healthz"):
            answer = client.get(path, headers=headers)
            assert answer.status_code < 500, (path, headers)
        answer = client.post("/token", data=b'{"username": "\xff"}', headers=headers)
        assert 400 <= answer.status_code < 500, headers


@pytest.mark.parametrize(
    "what", ["the tenant is suspended", "the user is removed", "the user is switched off"]
)
def test_who_is_out_is_out_at_once(
    shop: Shop, api_of: Callable[..., Api], client_of: Callable[..., FlaskClient], what: str
) -> None:
    cashier, browser, owner = api_of("cashier"), client_of("cashier"), api_of("owner")
    assert cashier.get("/api/products").status_code == 200
    assert browser.get("/till").status_code == 200
    if what == "the tenant is suspended":
        with shop.app.app_context():
            with shop.inside():
                actor = shop.actor("owner")
            suspend_organization(shop.organization_id, "Toʻlanmadi", actor=actor)
            db.session.commit()
    elif what == "the user is removed":
        assert owner.delete(f"/api/employees/{shop.users['cashier']}").status_code == 204
    else:
        assert owner.put(f"/api/employees/{shop.users['cashier']}", {"status": "inactive"}).status_code == 200
    for method, path, body in (
        ("GET", "/api/products", None),
        ("POST", "/api/sell", sale({"product_id": 1, "quantity": 1})),
        ("POST", "/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "0"}),
    ):
        refused(cashier.open(path, method, json=body), 401, 403)
    assert browser.get("/till").status_code in {302, 401, 403}
    form = {"username": "cashier", "password": PASSWORD}
    refused(shop.app.test_client().post("/token", data=form), 401, 403)


def test_a_drawer_that_is_too_full_can_still_be_counted(
    shop: Shop, api_of: Callable[..., Api], books: Callable[[], list[str]]
) -> None:
    cashier = api_of("cashier")
    opening = {"till_id": shop.till_id, "opening_cash": "9999999999999999.99"}
    refused(cashier.post("/api/shifts/open", opening), 422, code="amount_too_large")
    number = cashier.post("/api/shifts/open", opening | {"opening_cash": "999999999999.99"}).json["id"]
    gold = {"product_id": shop.product("Oltin", price="9999999999999999.99"), "quantity": 1}
    refused(cashier.post("/api/sell", sale(gold, cash="9999999999999999.99")), 422, code="amount_too_large")
    by_card = [{"method": "card", "amount": "9999999999999999.99"}]
    assert cashier.post("/api/sell", sale(gold, payments=by_card)).status_code == 201
    ring = {"product_id": shop.product("Uzuk", price="999999999999.99"), "quantity": 1}
    for _ring in range(3):
        assert cashier.post("/api/sell", sale(ring, cash="999999999999.99")).status_code == 201
    closed = cashier.post(f"/api/shifts/{number}/close", {"closing_cash": "3999999999999.96"})
    assert (closed.status_code, closed.json["difference"]) == (200, "0.00")
    assert books() == []


def test_the_same_correction_at_once_and_with_other_contents(live_server: LiveServer) -> None:
    shop = live_server.shop
    product, name = shop.product(stock="5"), str(uuid4())
    client = shop.app.test_client()
    token = client.post("/token", data={"username": "owner", "password": PASSWORD}).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    items = [{"product_id": product, "quantity": "-5"}]
    body = {"branch_id": shop.branch_id, "reason": "loss", "client_uuid": name, "items": items}
    answers: list[Any] = []

    def send() -> None:
        there = shop.app.test_client()
        answers.append(there.post("/api/stock/adjustments", json=body, headers=headers))

    threads = [threading.Thread(target=send) for _thread in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json["id"] for answer in answers}) == 1
    for other in ({"items": items * 2}, {"reason": "damage"}, {"branch_id": shop.warehouse_id}):
        answer = client.post("/api/stock/adjustments", json=body | other, headers=headers)
        refused(answer, 409, code="client_uuid_reused")
    levels = client.get(f"/api/stock?product_id={product}", headers=headers).json["items"]
    assert [level["quantity"] for level in levels] == ["0.000"]
    with shop.app.app_context(), platform_scope(reason="test"):
        assert verify_books() == []
