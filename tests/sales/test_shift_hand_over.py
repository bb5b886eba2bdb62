"""Handing a till over to the next cashier: both shifts or neither, and the next one's PIN."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.identity.models import User
from smartpos.sales.models import Shift
from tests.cast import PIN, Shop
from tests.conftest import Api
from tests.sales.test_sell_api import set_setting as setting


@pytest.fixture
def till(api_of: Callable[..., Api], open_till: int) -> Api:
    return api_of("cashier")


def hand_over(api: Api, shift_id: int, user_id: int, pin: str = PIN, **count: Any) -> Any:
    body = {"user_id": user_id, "pin": pin} | (count or {"closing_cash": "50000"})
    return api.post(f"/api/shifts/{shift_id}/hand-over", body)


def statuses(shop: Shop) -> list[str]:
    with shop.inside():
        return [status.value for status in db.session.scalars(select(Shift.status).order_by(Shift.id))]


def test_the_counted_cash_goes_on_to_the_next(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    answer = hand_over(till, open_till, shop.users["cashier2"], denominations={"UZS": {"20000": 2, "500": 1}})
    assert answer.status_code == 201
    closed, opened = answer.json["closed"], answer.json["opened"]
    assert (closed["status"], closed["difference"]) == ("closed", "-9500.00")
    assert closed["handed_over_to"] == opened["id"]
    facts = ("status", "number", "cashier", "till_id", "opening_cash")
    assert [opened[name] for name in facts] == ["open", 2, "Cashier2", shop.till_id, "40500.00"]
    assert api_of("cashier2").get("/api/shifts/current").json["id"] == opened["id"]
    assert till.get("/api/shifts/current").status_code == 404
    assert books() == []


def test_a_wrong_pin_is_counted_and_hands_nothing_over(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int
) -> None:
    nextone = shop.users["cashier2"]
    for attempt in range(1, 5):
        answer = hand_over(till, open_till, nextone, "0000")
        assert (answer.status_code, answer.json["code"]) == (403, "wrong_pin")
        with shop.inside():
            assert db.session.get_one(User, nextone).failed_pins == attempt
    assert hand_over(till, open_till, nextone, "0000").status_code == 403
    locked = hand_over(till, open_till, nextone)
    assert (locked.status_code, locked.json["code"]) == (429, "locked")
    assert int(locked.headers["Retry-After"]) > 0
    assert statuses(shop) == ["open"]


def test_strangers_and_nobody_have_no_pin_here(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], till: Api, open_till: int
) -> None:
    for user_id in (stranger.users["stranger"], 10**12):
        answer = hand_over(till, open_till, user_id)
        assert (answer.status_code, answer.json["code"]) == (403, "wrong_pin")
    assert hand_over(api_of("stranger"), open_till, stranger.users["stranger"]).status_code == 404
    assert hand_over(api_of("cashier2"), open_till, shop.users["cashier2"]).status_code == 403
    assert statuses(shop) == ["open"]


def test_who_may_not_open_takes_nothing_over(shop: Shop, till: Api, open_till: int) -> None:
    answer = hand_over(till, open_till, shop.users["warehouse"])
    assert (answer.status_code, answer.json["code"]) == (403, "next_may_not_open")
    itself = hand_over(till, open_till, shop.users["cashier"])
    assert (itself.status_code, itself.json["code"]) == (422, "hand_over_to_oneself")
    assert statuses(shop) == ["open"]


def test_nothing_is_closed_when_the_next_cannot_open(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int
) -> None:
    api_of("cashier2").post("/api/shifts/open", {"till_id": shop.till2_id, "opening_cash": "0"})
    answer = hand_over(till, open_till, shop.users["cashier2"])
    assert (answer.status_code, answer.json["code"], answer.json["till"]) == (
        409,
        "next_has_shift",
        "2-kassa",
    )
    assert statuses(shop) == ["open", "open"]


def test_a_difference_needs_its_reason_here_too(shop: Shop, till: Api, open_till: int) -> None:
    setting(shop, "cash_difference_tolerance", "100")
    nextone = shop.users["cashier2"]
    answer = hand_over(till, open_till, nextone, closing_cash="40000")
    assert answer.json["code"] == "difference_needs_reason"
    assert statuses(shop) == ["open"]
    passed = hand_over(till, open_till, nextone, closing_cash="40000", difference_reason="Xato")
    assert passed.status_code == 201
    again = hand_over(till, open_till, nextone)
    assert (again.status_code, again.json["code"]) == (409, "shift_is_closed")


def test_dollars_and_their_rate_go_on(
    shop: Shop, api_of: Callable[..., Api], books: Callable[[], list[str]]
) -> None:
    setting(shop, "foreign_currency", "USD")
    cashier = api_of("cashier")
    body = {
        "till_id": shop.till_id,
        "opening_cash": "0",
        "opening_foreign": "70",
        "exchange_rate": "12345.5",
    }
    shift = cashier.post("/api/shifts/open", body).json["id"]
    answer = hand_over(cashier, shift, shop.users["cashier2"], closing_cash="0", closing_foreign="69")
    opened = answer.json["opened"]
    assert (opened["opening_foreign"], opened["exchange_rate"]) == ("69.00", "12345.5000")
    assert books() == []


@pytest.mark.parametrize(
    "change",
    [{"pin": ""}, {"pin": None}, {"pin": "1" * 50}, {"user_id": 0}, {"user_id": "x"}, {"closing_cash": "-1"}],
)
def test_nonsense_is_refused(shop: Shop, till: Api, open_till: int, change: dict[str, Any]) -> None:
    body = {"user_id": shop.users["cashier2"], "pin": PIN, "closing_cash": "50000"} | change
    assert till.post(f"/api/shifts/{open_till}/hand-over", body).status_code == 422
    assert statuses(shop) == ["open"]
