"""Exchange rates: the latest one that has begun is in force."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from smartpos.core.db import utc_now
from smartpos.finance.queries import rate_in_force, rates_in_force
from tests.cast import Shop
from tests.conftest import Api


def rate(api: Api, value: str, currency: str = "USD", hours: int | None = None) -> int:
    body = {"currency": currency, "rate": value}
    if hours is not None:
        body["valid_from"] = (utc_now() + timedelta(hours=hours)).isoformat()
    return int(api.post("/api/exchange-rates", body).status_code)


def test_the_latest_that_has_begun_is_in_force(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager = api_of("manager")
    assert rate(manager, "12500.50", hours=-48) == 201
    assert rate(manager, "12700", hours=-1) == 201
    assert rate(manager, "12600", hours=-24) == 201
    assert rate(manager, "13000", hours=5) == 201
    assert rate(manager, "160.2", "rub") == 201
    with shop.inside():
        assert rate_in_force("USD") == Decimal("12700.0000")
        assert rate_in_force("USD", utc_now() - timedelta(hours=30)) == Decimal("12500.5000")
        assert rate_in_force("USD", utc_now() - timedelta(days=30)) is None
        assert rate_in_force("EUR") is None
        assert rates_in_force() == {"RUB": Decimal("160.2000"), "USD": Decimal("12700.0000")}
    seen = api_of("cashier").get("/api/exchange-rates?currency=usd").json
    assert [one["rate"] for one in seen["items"]] == ["13000.0000", "12700.0000", "12600.0000", "12500.5000"]
    assert seen["current"] == {"RUB": "160.2000", "USD": "12700.0000"}


def test_a_rate_is_for_foreign_money_and_above_zero(shop: Shop, api_of: Callable[..., Api]) -> None:
    manager = api_of("manager")
    for value in ("0", "-5", "abc", "1.23456", "NaN"):
        assert rate(manager, value) == 422, value
    for currency in ("UZS", "XXX", "US", ""):
        assert rate(manager, "10", currency) == 422, currency
    moment = (utc_now() - timedelta(hours=1)).isoformat()
    body = {"currency": "USD", "rate": "12700", "valid_from": moment}
    assert manager.post("/api/exchange-rates", body).status_code == 201
    again = manager.post("/api/exchange-rates", body)
    assert (again.status_code, again.json["code"]) == (409, "rate_already_set")


@pytest.mark.parametrize("who", ["cashier", "warehouse"])
def test_who_may_not_set_rates(shop: Shop, api_of: Callable[..., Api], who: str) -> None:
    assert rate(api_of(who), "12700") == 403


def test_another_shop_has_its_own(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    assert rate(api_of("manager"), "12700") == 201
    assert api_of("stranger").get("/api/exchange-rates").json == {
        "items": [],
        "next_cursor": None,
        "current": {},
    }
