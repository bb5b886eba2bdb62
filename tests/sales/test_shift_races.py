"""Closing, selling, moving cash and handing over at the same moment, with real commits."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.sales.models import Shift
from smartpos.sales.queries.books import verify_books
from tests.cast import PASSWORD, PIN, Shop
from tests.conftest import LiveServer
from tests.sales.test_many_at_once import at_once


class Person:
    """Somebody of the cast with a bearer token; ``post`` gives status and answer."""

    def __init__(self, shop: Shop, name: str) -> None:
        self.app = shop.app
        answer = self.app.test_client().post("/token", data={"username": name, "password": PASSWORD})
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        answer = self.app.test_client().post(path, json=body, headers=self.headers)
        return answer.status_code, answer.json


@pytest.fixture
def cashier(live_server: LiveServer) -> Person:
    return Person(live_server.shop, "cashier")


@pytest.fixture
def opened(live_server: LiveServer, cashier: Person) -> Callable[[], int]:
    """``opened()``: an open shift of the cashier with 10 000 in the drawer."""

    def begin() -> int:
        status, shift = cashier.post(
            "/api/shifts/open", {"till_id": live_server.shop.till_id, "opening_cash": "10000"}
        )
        assert status == 201, shift
        return int(shift["id"])

    return begin


def agree(shop: Shop) -> list[str]:
    with shop.app.app_context(), platform_scope(reason="test of races"):
        return [f"{one.check}: {one.subject} {one.recorded} {one.computed}" for one in verify_books()]


def test_a_close_and_sales_and_cash_out(
    live_server: LiveServer, cashier: Person, opened: Callable[[], int]
) -> None:
    shop = live_server.shop
    milk = shop.product(price="1000")
    manager = Person(shop, "manager")
    for _round in range(4):
        shift = opened()

        def sell() -> tuple[int, Any]:
            body = {
                "client_uuid": str(uuid4()),
                "items": [{"product_id": milk, "quantity": 1}],
                "payments": [{"method": "cash", "amount": "1000"}],
            }
            return cashier.post("/api/sell", body)

        def take_out(path: str = f"/api/shifts/{shift}/cash") -> tuple[int, Any]:
            return cashier.post(path, {"kind": "out", "amount": "4000", "reason": "sinov"})

        def close(path: str = f"/api/shifts/{shift}/close") -> tuple[int, Any]:
            return manager.post(path, {"closing_cash": "10000"})

        results = at_once(sell, take_out, close, sell, take_out, take_out, close)
        statuses = [status for status, _answer in results]
        assert set(statuses) <= {200, 201, 409}
        closed = [answer for status, answer in results if status == 200]
        assert len(closed) == 1
        sold = sum(statuses[place] == 201 for place in (0, 3))
        taken = sum(statuses[place] == 201 for place in (1, 4, 5))
        assert taken <= 2 + (sold > 1)
        assert closed[0]["expected_cash"] == f"{10_000 + 1000 * sold - 4000 * taken}.00"
        assert closed[0]["sales_count"] == sold
    assert agree(shop) == []


def test_two_hand_overs_of_one_shift(
    live_server: LiveServer, cashier: Person, opened: Callable[[], int]
) -> None:
    shop = live_server.shop
    shift = opened()

    def over_to(who: str) -> Callable[[], tuple[int, Any]]:
        body = {"user_id": shop.users[who], "pin": PIN, "closing_cash": "10000"}
        return lambda: cashier.post(f"/api/shifts/{shift}/hand-over", body)

    results = at_once(over_to("cashier2"), over_to("manager"), over_to("cashier2"))
    statuses = sorted(status for status, _answer in results)
    # Whoever is second finds the shift closed, or (it is not theirs any more) may not even look at it.
    assert statuses[0] == 201
    assert set(statuses[1:]) <= {403, 409}
    with shop.inside():
        rows = db.session.scalars(select(Shift).where(Shift.till_id == shop.till_id)).all()
        assert sum(row.is_open for row in rows) == 1
        assert [row.handed_over_to for row in rows if row.id == shift] == [
            row.id for row in rows if row.is_open
        ]
        holder = next(row for row in rows if row.is_open)
        last, path = holder.cashier_id, f"/api/shifts/{holder.id}/close"
    person = next(name for name, number in shop.users.items() if number == last)
    assert Person(shop, person).post(path, {"closing_cash": "10000"})[0] == 200
    assert agree(shop) == []


def test_the_same_cash_sent_five_times_at_once(
    live_server: LiveServer, cashier: Person, opened: Callable[[], int]
) -> None:
    shift = opened()
    for kind in ("in", "out", "expense"):
        body = {"kind": kind, "amount": "700", "reason": "sinov", "client_uuid": str(uuid4())}
        results = at_once(*[lambda body=body: cashier.post(f"/api/shifts/{shift}/cash", body)] * 5)
        assert sorted(status for status, _answer in results) == [200, 200, 200, 200, 201]
        assert len({answer["id"] for _status, answer in results}) == 1
    assert cashier.post(f"/api/shifts/{shift}/close", {"closing_cash": "9300"})[1]["difference"] == "0.00"
    assert agree(live_server.shop) == []


def test_an_expense_is_cancelled_once(
    live_server: LiveServer, cashier: Person, opened: Callable[[], int]
) -> None:
    shop = live_server.shop
    shift = opened()
    spent = cashier.post(
        f"/api/shifts/{shift}/cash", {"kind": "expense", "amount": "2500", "reason": "sinov"}
    )[1]["expense_id"]
    manager = Person(shop, "manager")

    def cancel() -> int:
        client = shop.app.test_client()
        path = f"/api/expenses/{spent}?reason=xato"
        return client.delete(path, headers=manager.headers).status_code

    assert sorted(at_once(cancel, cancel, cancel)) == [200, 409, 409]
    assert cashier.post(f"/api/shifts/{shift}/close", {"closing_cash": "10000"})[1]["difference"] == "0.00"
    assert agree(shop) == []
