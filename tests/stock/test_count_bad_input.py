"""Nonsense sent to stock counts and write-offs gets a clear answer and leaves nothing half done."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from tests.api.test_bad_input import CURSORS, NONSENSE, QUERIES, spots, with_value, written
from tests.cast import Shop
from tests.conftest import Api
from tests.stock.counting import Begin, Books


def test_nonsense_in_every_body(shop: Shop, api_of: Callable[..., Api], begin: Begin, books: Books) -> None:
    owner, product, count = api_of("owner"), shop.product(stock="100000"), begin()
    bodies: dict[str, dict[str, Any]] = {
        "/api/counts": {
            "client_uuid": str(uuid4()),
            "branch_id": shop.warehouse_id,
            "category_id": None,
            "is_blind": True,
            "covers_uncounted": False,
            "notes": "",
        },
        f"/api/counts/{count}/lines": {
            "client_uuid": None,
            "product_id": product,
            "barcode": None,
            "counted": "1",
            "counted_at": None,
            "note": "",
        },
        "/api/stock/write-offs": {
            "client_uuid": None,
            "branch_id": shop.branch_id,
            "reason": "damage",
            "notes": "",
            "items": [{"product_id": product, "quantity": "1", "batch_id": None}],
        },
    }
    for path, body in bodies.items():
        for place, spot in enumerate(spots(body)):
            for value in NONSENSE[place % 2 :: 2]:
                sent = written(with_value(body, spot, value))
                answer = owner.open(path, "POST", data=sent, content_type="application/json")
                assert answer.status_code < 500, (path, spot, value, answer.json)
                assert answer.status_code < 400 or answer.json["detail"], (path, spot, value)
    assert owner.post(f"/api/counts/{count}/post").status_code == 200
    assert books() == []


def test_nonsense_in_every_query(shop: Shop, api_of: Callable[..., Api], begin: Begin) -> None:
    owner, count = api_of("owner"), begin()
    for path, names in {
        "/api/counts": ("branch_id", "status", "limit", "cursor"),
        f"/api/counts/{count}": ("only_differences", "limit", "cursor"),
        f"/api/counts/{count}/products": ("limit", "cursor"),
        f"/api/stock/goods?branch_id={shop.branch_id}": ("q", "limit"),
    }.items():
        for name in names:
            for value in [*QUERIES, *CURSORS]:
                answer = owner.get(f"{path}{'&' if '?' in path else '?'}{name}={value}")
                assert answer.status_code in {200, 422}, (path, name, value)


def test_a_cursor_of_another_list_at_the_page(client_of: Callable[..., FlaskClient], begin: Begin) -> None:
    count, browser = begin(), client_of("manager")
    for value in CURSORS:
        answer = browser.get(f"/admin/stock_counts/details/?id={count}&all=1&cursor={value}")
        assert answer.status_code in {200, 422}, value
