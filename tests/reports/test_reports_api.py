"""Reports over the API: which there are, rows by cursor, totals, rights, and what is refused."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.api.conftest import PLAIN, refused
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.conftest import open_till, sell  # noqa: F401 - fixtures


@pytest.fixture
def sold(shop: Shop, open_till: int, sell: Callable[..., Any]) -> None:  # noqa: F811
    """Two receipts of today, of 20 000 (14 000 at cost) and 10 000 (7 000)."""
    product = shop.product(price="10000", cost="7000")
    sell((product, "2"), cash="20000")
    sell((product, "1"), cash="10000")


def test_reports_tell_what_may_be_asked(shop: Shop, api_of: Callable[..., Api]) -> None:
    found = {item["slug"]: item for item in api_of("manager").get("/api/reports").json["items"]}
    report = found["sales-by-day"]
    assert {"from", "branch_id"} & {one["name"] for one in report["filters"]} == {"branch_id"}
    assert {one["key"]: one["kind"] for one in report["columns"]}["revenue"] == "money"
    assert report["group"] == "sales" and report["title"] and report["group_label"]
    assert api_of("cashier").get("/api/reports").json == {"items": []}


def test_rows_totals_and_columns_by_right(shop: Shop, sold: None, api_of: Callable[..., Api]) -> None:
    owner = api_of("owner")
    page = owner.get("/api/reports/sales-by-day?period=today").json
    (row,) = page["items"]
    assert (row["receipts"], row["revenue"], row["cost"], row["margin"]) == (
        2,
        "30000.00",
        "21000.00",
        "21.60",
    )
    assert page["totals"] | {"count": 1} == page["totals"]
    assert page["totals"]["revenue"] == "30000.00" and page["totals"]["average"] == "15000.00"
    assert page["filters"] == {"from": row["day"], "to": row["day"]} and page["next_cursor"] is None
    for name in ("revenue", "tax", "profit"):
        assert PLAIN.fullmatch(row[name])
    assert owner.get(f"/api/reports/sales-by-day?branch_id={shop.warehouse_id}").json["items"] == []


def test_pages_follow_the_cursor(shop: Shop, sold: None, api_of: Callable[..., Api]) -> None:
    owner = api_of("owner")
    first = owner.get("/api/reports/sales-by-day?limit=1&sort=-revenue").json
    assert first["next_cursor"] is None, "all sales are of one day"
    assert Decimal(first["items"][0]["revenue"]) == 30_000
    refused(owner.get("/api/reports/sales-by-day?cursor=WzFd"), 422)


def test_who_may_not_see_costs_sees_none(
    shop: Shop,
    sold: None,
    api_of: Callable[..., Api],
    client_of: Callable[..., Any],
    csrf: Callable[..., str],
) -> None:
    from sqlalchemy import delete, select

    from smartpos.core.db import db
    from smartpos.identity.models import Role, RolePermission

    with shop.inside("owner"):
        role = db.session.scalars(select(Role.id).where(Role.key == "manager")).one()
        db.session.execute(
            delete(RolePermission).where(
                RolePermission.role_id == role, RolePermission.permission == "catalog:cost:read"
            )
        )
    page = api_of("manager").get("/api/reports/sales-by-day")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert '"revenue"' in text and not any(f'"{name}"' in text for name in ("cost", "profit", "margin"))
    refused(api_of("manager").get("/api/reports/sales-by-day?sort=margin"), 422)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=1926-01-01&to=2026-01-01", "from"),
        ("from=2010-01-01&to=2026-01-01", "from"),
        ("from=2026-02-01&to=2026-01-01", "to"),
        ("branch_id=9000000000000", "branch_id"),
        ("branch_id=1&branch_id=2", "branch_id"),
        ("sort=nonsense", "sort"),
        ("colour=red", "colour"),
    ],
)
def test_what_makes_no_sense_is_refused(
    shop: Shop, api_of: Callable[..., Api], query: str, field: str
) -> None:
    body = refused(api_of("owner").get(f"/api/reports/sales-by-day?{query}"), 422, code="invalid")
    assert list(body["errors"]) == [field] and body["errors"][field][0]


def test_rights_and_walls(
    shop: Shop, stranger: Shop, sold: None, client: Any, api_of: Callable[..., Api]
) -> None:
    refused(api_of("cashier").get("/api/reports/sales-by-day"), 403)
    refused(api_of("owner").get("/api/reports/no-such-report"), 404)
    assert client.get("/api/reports/sales-by-day").status_code == 401
    foreign = api_of("stranger")
    assert foreign.get("/api/reports/sales-by-day").json["items"] == []
    refused(foreign.get(f"/api/reports/sales-by-day?branch_id={shop.branch_id}"), 422)
