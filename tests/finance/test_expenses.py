"""Expenses of the office: booked, listed, cancelled."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from smartpos.core.db import utc_now
from tests.cast import Shop
from tests.conftest import Api

RENT = {"amount": "2500000", "description": "Ijara"}


def spend(api: Api, **change: Any) -> Any:
    return api.post("/api/expenses", RENT | change)


def test_the_office_books_an_expense(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager = api_of("manager")
    kind = manager.get("/api/expense-categories").json["items"][0]
    made = spend(manager, category_id=kind["id"], source="bank")
    assert made.status_code == 201
    facts = ("amount", "source", "status", "category", "branch_id", "shift_id", "created_by")
    assert [made.json[name] for name in facts] == [
        *("2500000.00", "bank", "booked", kind["name"], shop.branch_id, None),
        shop.users["manager"],
    ]
    assert made.json["spent_on"] == utc_now().astimezone(ZoneInfo("Asia/Tashkent")).date().isoformat()


def test_the_same_again_books_nothing(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager = api_of("manager")
    number = str(uuid4())
    first, again = spend(manager, client_uuid=number), spend(manager, client_uuid=number)
    assert (first.status_code, again.status_code, again.json) == (201, 200, first.json)
    other = spend(manager, client_uuid=number, amount="1")
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")


def test_lists_are_filtered_and_paged(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager = api_of("manager")
    days = ["2026-01-05", "2026-03-05", "2026-02-05"]
    numbers = [spend(manager, spent_on=day, description=day).json["id"] for day in days]

    def seen(query: str) -> list[str]:
        return [one["description"] for one in manager.get(f"/api/expenses?{query}").json["items"]]

    assert seen("") == ["2026-03-05", "2026-02-05", "2026-01-05"]
    assert seen("from=2026-02-01&to=2026-02-28") == ["2026-02-05"]
    assert seen("source=bank") == []
    page = manager.get("/api/expenses?limit=2").json
    rest = manager.get(f"/api/expenses?limit=2&cursor={page['next_cursor']}").json
    assert [one["description"] for one in rest["items"]] == ["2026-01-05"]
    manager.delete(f"/api/expenses/{numbers[0]}?reason=xato")
    assert seen("status=cancelled") == ["2026-01-05"]


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "1e30"},
        {"description": " "},
        {"source": "till"},
        {"source": "sky"},
        {"spent_on": "2999-01-01"},
        {"spent_on": "1999-12-31"},
        {"spent_on": "yesterday"},
        {"client_uuid": "x"},
    ],
)
def test_nonsense_is_refused(shop: Shop, api_of: Callable[..., Api], change: dict[str, Any]) -> None:
    assert spend(api_of("manager"), **change).status_code == 422
    assert api_of("manager").get("/api/expenses").json["items"] == []


def test_places_of_others_are_not_there(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    assert spend(api_of("manager"), branch_id=stranger.branch_id).status_code == 404
    mine = spend(api_of("manager")).json["id"]
    assert api_of("stranger").delete(f"/api/expenses/{mine}?reason=x").status_code == 404
    assert api_of("stranger").get("/api/expenses").json["items"] == []


def test_a_cashier_sees_expenses_and_books_none_for_the_office(
    shop: Shop, api_of: Callable[..., Api]
) -> None:
    number = spend(api_of("manager")).json["id"]
    cashier = api_of("cashier")
    assert [one["id"] for one in cashier.get("/api/expenses").json["items"]] == [number]
    assert spend(cashier).status_code == 403
    assert cashier.delete(f"/api/expenses/{number}?reason=x").status_code == 403


def test_tomorrow_is_not_today(shop: Shop, api_of: Callable[..., Api]) -> None:
    tomorrow = (utc_now() + timedelta(days=2)).date().isoformat()
    assert spend(api_of("manager"), spent_on=tomorrow).status_code == 422
