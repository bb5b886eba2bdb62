"""What a till is told of customers since it last asked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from smartpos.core.db import db
from smartpos.crm.models import Customer
from smartpos.identity.operations import save_settings
from tests.cast import Shop

LONG_AGO = "1970-01-01T00:00:00Z"


@pytest.fixture
def ask(api_of: Callable[..., Any]) -> Callable[..., Any]:
    cashier = api_of("cashier")

    def changes(since: str, **query: Any) -> Any:
        answer = cashier.get("/api/clients", query_string={"updated_since": since} | query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    return changes


def settle(shop: Shop) -> None:
    """Let everything that was written so far have happened long ago."""
    with shop.inside("owner"):
        moment = datetime.now(UTC) - timedelta(hours=1)
        db.session.execute(update(Customer).values(updated_at=moment))


def test_a_till_gets_what_it_needs_to_sell(
    shop: Shop, add: Callable[..., int], ask: Callable[..., Any]
) -> None:
    add("Oʻtkir", phone="+998901234567", credit_limit="5000", tier="gold", payment_terms="net_15")
    (item,) = ask(LONG_AGO)["items"]
    assert item["name"] == "Oʻtkir"
    assert item["credit_limit"] == "5000.00"
    assert item["tier"] == "gold"
    assert item["payment_terms_days"] == 15
    assert item["deleted"] is False
    assert {"otkir", "998901234567", "901234567", "4567"} <= set(item["words"])
    assert "iin" not in item


def test_only_changes_come_the_next_time(
    shop: Shop, add: Callable[..., int], enter: Callable[..., int], ask: Callable[..., Any]
) -> None:
    first, second = add("Ali"), add("Vali")
    settle(shop)
    synced = ask(LONG_AGO)["synced_at"]
    assert ask(synced)["items"] == []
    enter(second, "-500")
    (item,) = ask(synced)["items"]
    assert (item["id"], item["balance"]) == (second, "-500.00")
    assert first != second


def test_deleted_ones_are_told(
    shop: Shop, add: Callable[..., int], ask: Callable[..., Any], api_of: Callable[..., Any]
) -> None:
    gone = add("Ali")
    settle(shop)
    synced = ask(LONG_AGO)["synced_at"]
    assert api_of("admin").delete(f"/api/clients/{gone}").status_code == 204
    (item,) = ask(synced)["items"]
    assert (item["id"], item["deleted"]) == (gone, True)


def test_a_new_limit_for_everybody_changes_everybody(
    shop: Shop, add: Callable[..., int], ask: Callable[..., Any]
) -> None:
    add("Ali")
    add("Vali", credit_limit="10")
    settle(shop)
    synced = ask(LONG_AGO)["synced_at"]
    with shop.inside("owner"):
        save_settings({"default_credit_limit": "700"}, actor=shop.actor("owner"))
    assert [item["credit_limit"] for item in ask(synced)["items"]] == ["700.00", "10.00"]


def test_pages_hold_everybody_once(shop: Shop, add: Callable[..., int], ask: Callable[..., Any]) -> None:
    made = {add(f"Mijoz {number}") for number in range(7)}
    settle(shop)  # all at the same moment
    seen: list[int] = []
    page = ask(LONG_AGO, limit=3)
    synced = page["synced_at"]
    seen += [item["id"] for item in page["items"]]
    while page["next_cursor"]:
        page = ask(LONG_AGO, limit=3, cursor=page["next_cursor"])
        assert page["synced_at"] == synced
        seen += [item["id"] for item in page["items"]]
    assert sorted(seen) == sorted(made)


def test_a_large_page_is_given(shop: Shop, ask: Callable[..., Any], api_of: Callable[..., Any]) -> None:
    assert ask(LONG_AGO, limit=5000)["items"] == []
    assert api_of("cashier").get("/api/clients?limit=5001").status_code == 422


def test_nonsense(shop: Shop, api_of: Callable[..., Any]) -> None:
    cashier = api_of("cashier")
    for query in ("updated_since=yesterday", "cursor=x&updated_since=" + LONG_AGO, "limit=0", "limit=x"):
        assert cashier.get(f"/api/clients?{query}").status_code == 422
    assert cashier.get("/api/clients?q=").status_code == 200
