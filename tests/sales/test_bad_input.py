"""Whatever arrives at the till's door is answered with 4xx and a sentence, and the books agree afterwards."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.sales.models import Sale, Shift
from tests.cast import Shop
from tests.conftest import Api

HUGE = 10**30
NONSENSE = [
    None,
    "",
    "abc",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    1e308,
    -1,
    "-0.001",
    True,
    [],
    {},
    HUGE,
    "9" * 500,
    "1\x00",
]


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api], open_till: int) -> Api:
    """The cashier's API client, with an open shift."""
    return api_of("cashier")


@pytest.fixture(autouse=True)
def nothing_is_left(shop: Shop, open_till: int, books: Callable[[], list[str]]) -> Any:
    """After every test: no sale, no number used, books that agree."""
    yield
    with shop.inside():
        assert db.session.query(Sale).count() == 0
        assert db.session.execute(select(Shift.last_number)).scalar_one() == 0
    assert books() == []


def request(shop: Shop, **change: Any) -> dict[str, Any]:
    body = {
        "client_uuid": str(uuid4()),
        "items": [{"product_id": shop.product(price="1000"), "quantity": 1}],
        "payments": [{"method": "cash", "amount": "1000"}],
    }
    return body | change


def refused(till: Api, body: Any) -> Any:
    answer = till.post("/api/sell", body)
    assert 400 <= answer.status_code < 500, answer.get_data(as_text=True)
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] and answer.json["detail"] and answer.json["request_id"]
    return answer


@pytest.mark.parametrize("value", [*NONSENSE, 0, "0", "0.0001"])
def test_quantities(shop: Shop, till: Api, value: Any) -> None:
    body = request(shop)
    body["items"][0]["quantity"] = value
    assert refused(till, body).status_code == 422


@pytest.mark.parametrize("value", NONSENSE)
def test_amounts(shop: Shop, till: Api, value: Any) -> None:
    body = request(shop)
    body["payments"][0]["amount"] = value
    refused(till, body)
    body = request(shop, discount=value)
    if value is not None:
        refused(till, body)
    body = request(shop)
    body["items"][0]["discount"] = value
    refused(till, body)


@pytest.mark.parametrize(
    "change",
    [
        {"client_uuid": None},
        {"client_uuid": "x"},
        {"client_uuid": 7},
        {"items": None},
        {"items": []},
        {"items": {}},
        {"items": "milk"},
        {"items": [None]},
        {"items": [[]]},
        {"items": [{}]},
        {"items": [{"quantity": 1}]},
        {"items": [{"product_id": 0, "quantity": 1}]},
        {"items": [{"product_id": -1, "quantity": 1}]},
        {"items": [{"product_id": 2**63, "quantity": 1}]},
        {"items": [{"product_id": "1e3", "quantity": 1}]},
        {"items": [{"product_id": 1.5, "quantity": 1}]},
        {"items": [{"product_id": True, "quantity": 1}]},
        {"items": [{"barcode": "", "quantity": 1}]},
        {"items": [{"barcode": "x" * 65, "quantity": 1}]},
        {"items": [{"barcode": "47\x00", "quantity": 1}]},
        {"items": [{"barcode": "\ud800", "quantity": 1}]},
        {"items": [{"barcode": ["1"], "quantity": 1}]},
        {"payments": None},
        {"payments": []},
        {"payments": [{}]},
        {"payments": [{"method": "gold", "amount": 1}]},
        {"payments": [{"method": "CASH", "amount": 1000}]},
        {"payments": [{"method": "cash"}]},
        {"payments": [{"method": "cash", "amount": "1000"}] * 21},
        {"payments": [{"method": "cash", "amount": "0"}]},
        {"customer_id": "x"},
        {"customer_id": 10**6},
        {"sold_at": "yesterday"},
        {"sold_at": "9999-12-31T23:59:59Z"},
        {"sold_at": "0001-01-01T00:00:00+14:00"},
        {"sold_at": 5},
        {"surprise": 1},
        {"price": "1"},
    ],
)
def test_shapes(shop: Shop, till: Api, change: dict[str, Any]) -> None:
    refused(till, request(shop, **change))


@pytest.mark.parametrize("name", ["client_uuid", "items", "payments"])
def test_missing_parts_are_named(shop: Shop, till: Api, name: str) -> None:
    body = request(shop)
    del body[name]
    answer = refused(till, body)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [name])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"sale"',
        b"\xff\xfe",
        b'{"client_uuid": "\xc3\x28"}',
        b'{"items": [{"quantity": NaN}]}',
        b'{"items": [{"quantity": 1e400}]}',
        b"[" * 100_000,
        b'{"items": ' + b"9" * 10_000 + b"}",
    ],
)
def test_what_is_no_json_is_refused(till: Api, raw: bytes) -> None:
    answer = till.client.post("/api/sell", data=raw, headers=till.headers, content_type="application/json")
    assert 400 <= answer.status_code < 500
    assert answer.json["code"]


def test_numbers_that_json_does_not_know(shop: Shop, till: Api) -> None:
    text = json.dumps(request(shop)).replace('"quantity": 1', '"quantity": %s')
    for number in ("NaN", "Infinity", "-Infinity", "1e400", "1" * 5000):
        answer = till.client.post(
            "/api/sell", data=text % number, headers=till.headers, content_type="application/json"
        )
        assert 400 <= answer.status_code < 500, number


def test_a_form_is_no_sale(till: Api) -> None:
    answer = till.client.post("/api/sell", data={"items": "1"}, headers=till.headers)
    assert 400 <= answer.status_code < 500


def test_ten_thousand_lines(shop: Shop, till: Api) -> None:
    line = {"product_id": shop.product(price="1000"), "quantity": 1}
    answer = refused(till, request(shop, items=[line] * 10_000))
    assert (answer.status_code, answer.json["code"]) == (422, "too_many_lines")
    answer = refused(till, request(shop, items=[line] * 1001))
    assert (answer.json["code"], answer.json["most"]) == ("too_many_lines", 1000)


def test_amounts_beyond_the_books(shop: Shop, till: Api) -> None:
    gold = shop.product("Oltin", price="9999999999999999.99", stock="1000")
    line = {"product_id": gold, "quantity": 2}
    answer = refused(till, request(shop, items=[line], payments=[{"method": "card", "amount": "1"}]))
    assert (answer.status_code, answer.json["code"]) == (422, "amount_too_large")
    line = {"product_id": shop.product(), "quantity": "99999999999"}
    assert refused(till, request(shop, items=[line])).status_code in (409, 422)


def test_other_tenants_numbers(shop: Shop, stranger: Shop, till: Api, api_of: Callable[..., Api]) -> None:
    foreign = stranger.product(barcode="4780000000040")
    for line in ({"product_id": foreign}, {"barcode": "4780000000040"}):
        answer = refused(till, request(shop, items=[line | {"quantity": 1}]))
        assert (answer.status_code, answer.json["code"]) == (404, "product_not_found")
    # The other way round: the shop's goods do not exist for the stranger either.
    other = api_of("stranger")
    assert other.post("/api/shifts/open", {"till_id": stranger.till_id, "opening_cash": 0}).status_code == 201
    mine = request(shop)
    assert refused(other, mine).json["products"] == [mine["items"][0]["product_id"]]
    with stranger.inside():
        assert db.session.query(Sale).count() == 0


def test_nobody_and_old_tokens(shop: Shop, till: Api) -> None:
    body = request(shop)
    for headers in (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic eDp4"},
    ):
        answer = till.client.post("/api/sell", json=body, headers=headers)
        assert answer.status_code in (400, 401), headers


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=" + "A" * 5000,
        "limit=0",
        "limit=1001",
        "limit=x",
        "shift_id=x",
        "shift_id=-1",
        "shift_id=99999999999999999999",
        "from=yesterday",
        "from=2026-02-30",
        "to=%00",
    ],
)
def test_queries_that_make_no_sense(till: Api, query: str) -> None:
    answer = till.get(f"/api/sales?{query}")
    assert answer.status_code == 422, answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["/api/sales/0", "/api/sales/999999999", "/api/sales/99999999999999999999999", "/api/sales/x"]
)
def test_receipts_that_do_not_exist(till: Api, path: str) -> None:
    assert till.get(path).status_code == 404
