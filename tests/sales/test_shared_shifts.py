"""Several people sell in one shift of a till; who sold is who signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.cast import PIN, Shop
from tests.conftest import Api
from tests.identity.people import csrf_of
from tests.sales.test_sell_api import item, sale
from tests.sales.test_sell_api import set_setting as setting


class Desk:
    """The browser of a registered till, at which people sign in by PIN."""

    def __init__(self, shop: Shop, client: FlaskClient) -> None:
        self.shop = shop
        self.client = client
        self.token = csrf_of(client)

    def sign_in(self, who: str) -> None:
        body = {"user_id": self.shop.users[who], "pin": PIN}
        headers = {"X-CSRFToken": csrf_of(self.client)}
        answer = self.client.post("/api/till/pin", json=body, headers=headers)
        assert answer.status_code == 200, answer.json
        self.token = answer.json["csrf_token"]

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.token})


@pytest.fixture
def desk(shop: Shop, client_of: Callable[..., FlaskClient]) -> Desk:
    client = client_of("owner")
    token = csrf_of(client)
    made = client.post("/till/register", data={"till_id": shop.till_id, "csrf_token": token})
    assert made.status_code == 302
    client.post("/logout", data={"csrf_token": csrf_of(client)})
    return Desk(shop, client)


def test_everybody_at_the_till_sells_in_its_shift(
    shop: Shop, desk: Desk, api_of: Callable[..., Api], books: Callable[[], list[str]]
) -> None:
    setting(shop, "shared_shifts", True)
    milk = shop.product(price="10000")
    desk.sign_in("cashier")
    shift = desk.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "0"}).json["id"]
    for who in ("cashier", "cashier2"):
        desk.sign_in(who)
        assert desk.client.get("/api/shifts/current").json["id"] == shift
        body = sale(item(milk, 1), payments=[{"method": "cash", "amount": "10000"}])
        sold = desk.post("/api/sell", body).json
        assert (sold["shift_id"], sold["cashier_id"]) == (shift, shop.users[who])
        move = {"kind": "out", "amount": "500", "reason": who}
        assert desk.post(f"/api/shifts/{shift}/cash", move).status_code == 201
        assert desk.client.get(f"/api/shifts/{shift}/report").json["counts"]["sale"] >= 1
    # Away from the till the shift is its opener's alone.
    assert api_of("cashier2").get("/api/shifts/current").status_code == 404
    assert api_of("cashier2").get(f"/api/shifts/{shift}/report").status_code == 403
    closed = desk.post(f"/api/shifts/{shift}/close", {"closing_cash": "19000"})
    assert (closed.json["difference"], closed.json["is_forced"]) == ("0.00", False)
    assert closed.json["closed_by"] == shop.users["cashier2"]
    assert books() == []


def test_without_the_setting_a_shift_is_its_openers(shop: Shop, desk: Desk) -> None:
    milk = shop.product(price="10000")
    desk.sign_in("cashier")
    shift = desk.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "0"}).json["id"]
    desk.sign_in("cashier2")
    assert desk.client.get("/api/shifts/current").status_code == 404
    body = sale(item(milk, 1), payments=[{"method": "cash", "amount": "10000"}])
    assert desk.post("/api/sell", body).json["code"] == "no_open_shift"
    move = {"kind": "in", "amount": "500", "reason": "sinov"}
    assert desk.post(f"/api/shifts/{shift}/cash", move).status_code == 403
