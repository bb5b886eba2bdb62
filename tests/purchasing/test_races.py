"""Several people at one purchase at once, on a real server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.cast import PASSWORD
from tests.conftest import LiveServer
from tests.purchasing.helpers import balance, broken, level, line, make_supplier, supply

AT_ONCE = 4


@pytest.fixture
def post(live_server: LiveServer) -> Callable[[str, Any], Any]:
    """``post(path, body)`` as the manager, from any thread."""
    first = live_server.app.test_client()
    token = first.post("/token", data={"username": "manager", "password": PASSWORD}).json["access_token"]

    def send(path: str, body: Any) -> Any:
        client = live_server.app.test_client()
        return client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})

    return send


def at_once(act: Callable[[int], Any]) -> list[int]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(answer.status_code for answer in pool.map(act, range(AT_ONCE)))


def test_a_purchase_confirmed_by_several_at_once_posts_once(
    live_server: LiveServer, post: Callable[[str, Any], Any]
) -> None:
    shop = live_server.shop
    milk, supplier = shop.product(stock=None), make_supplier(shop, "Race 1")
    draft = post("/api/supplies", supply(shop, line(milk, "5", "112"), supplier_id=supplier)).json
    codes = at_once(lambda _number: post(f"/api/supplies/{draft['id']}/confirm", {}))
    assert codes == [200, 409, 409, 409]
    assert level(shop, milk) == (5, 500)
    assert balance(shop, supplier) == 560
    codes = at_once(lambda _number: post(f"/api/supplies/{draft['id']}/revert", {"reason": "wrong"}))
    assert codes == [200, 409, 409, 409]
    assert level(shop, milk) == (0, 0)
    assert balance(shop, supplier) == 0
    assert not broken(shop)


def test_the_same_purchase_sent_by_several_at_once_is_entered_once(
    live_server: LiveServer, post: Callable[[str, Any], Any]
) -> None:
    shop = live_server.shop
    milk = shop.product(stock=None)
    body = supply(shop, line(milk, "5", "112"), confirm=True)
    codes = at_once(lambda _number: post("/api/supplies", body))
    assert codes == [200, 200, 200, 201]
    assert level(shop, milk) == (5, 500)
    assert not broken(shop)


def test_returns_at_once_never_give_back_more_than_came(
    live_server: LiveServer, post: Callable[[str, Any], Any]
) -> None:
    shop = live_server.shop
    milk = shop.product(stock="100", cost="100")
    done = post("/api/supplies", supply(shop, line(milk, "5", "112"), confirm=True)).json

    def give_back(_number: int) -> Any:
        items = [{"item_id": done["items"][0]["id"], "quantity": "2"}]
        return post(f"/api/supplies/{done['id']}/return", {"client_uuid": str(uuid4()), "items": items})

    assert at_once(give_back) == [201, 201, 409, 409]
    assert level(shop, milk)[0] == 101
    assert not broken(shop)
