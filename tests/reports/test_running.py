"""Running a report: what may be asked, rows page by page in any order, totals; on a small report of products."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Double, cast, event, func, select

from smartpos.catalog.models import Product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import LowerText, db
from smartpos.core.errors import Forbidden, Invalid, NotFound
from smartpos.core.reports import (
    Asked,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    percent_of,
)
from smartpos.identity.models import Branch
from smartpos.reports.queries.running import (
    asked_as_args,
    count_of,
    page_of,
    period_of,
    read_filters,
    report_for,
    statement_of,
    totals_of,
)
from tests.cast import Shop

TODAY = date(2026, 3, 31)


def _select(asked: Asked) -> Any:
    query = select(
        Product.id.label("product_id"),
        Product.name.label("name"),
        Product.type.label("type"),
        Product.price.label("price"),
        Product.cost_price.label("cost"),
        Product.weight.label("least"),
        (Product.price - Product.cost_price).label("profit"),
        ((Product.price - Product.cost_price) * 100 / Product.price).label("margin"),
        Product.track_inventory.label("active"),
        cast(func.length(Product.name) / 3.0, Double).label("length"),
        cast(Product.name, LowerText).label("code"),
    ).where(Product.deleted_at.is_(None))
    if asked["most"] is not None:
        query = query.where(Product.price <= asked["most"])
    return query


REPORT = Report(
    slug="tiny",
    title="Products",
    group=ReportGroup.STOCK,
    permission="catalog:product:read",
    columns=(
        Column("name", "Name", link=("products.details_view", "product_id")),
        Column("type", "Type", choices={"product": "Product", "service": "Service"}),
        Column("price", "Price", ColumnKind.MONEY, total=True),
        Column("least", "Least", ColumnKind.MONEY),
        Column("cost", "Cost", ColumnKind.COST, total=True, permission=CatalogPermission.COST_READ),
        Column("profit", "Profit", ColumnKind.MONEY, total=True, permission=CatalogPermission.COST_READ),
        Column(
            "margin",
            "Margin",
            ColumnKind.PERCENT,
            total=percent_of("profit", "price"),
            permission=CatalogPermission.COST_READ,
        ),
        Column("active", "Active", ColumnKind.FLAG),
        Column("length", "Length", ColumnKind.QUANTITY),
        Column("code", "Code"),
    ),
    select=_select,
    order=("-price", "product_id"),
    filters=(
        Filter("period", "Period", FilterKind.PERIOD, default=7, longest=400),
        Filter("branch_id", "Branch", FilterKind.ROW, model=Branch),
        Filter("kind", "Kind", FilterKind.CHOICE, choices={"a": "A", "b": "B"}, default="a"),
        Filter("most", "Most", FilterKind.WHOLE, minimum=10, maximum=50_000),
        Filter("day", "Day", FilterKind.DAY, default="today"),
        Filter("all", "All", FilterKind.FLAG),
    ),
)


@pytest.fixture
def goods(shop: Shop) -> list[int]:
    """Seven products; two prices are the same, some have no least price."""
    prices = ["100", "300", "200", "200", "500", "400", "600"]
    return [
        shop.product(
            f"P{place}",
            price=price,
            cost="50",
            stock=None,
            weight=Decimal(place * 10 + 60) if place % 2 else None,
        )
        for place, price in enumerate(prices)
    ]


@pytest.fixture
def ask(shop: Shop) -> Iterator[Any]:
    """``ask(most=5)``: what is asked, inside the shop's scope; ``who`` for another person."""
    with shop.inside("owner"):
        yield lambda who="owner", **args: read_filters(REPORT, args, shop.actor(who))


def problems(ask: Any, **args: Any) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        ask(**args)
    return caught.value.facts["errors"]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("word", "since", "until"),
    [
        ("today", "2026-03-31", "2026-03-31"),
        ("yesterday", "2026-03-30", "2026-03-30"),
        ("last_7_days", "2026-03-25", "2026-03-31"),
        ("this_month", "2026-03-01", "2026-03-31"),
        ("last_month", "2026-02-01", "2026-02-28"),
        ("this_year", "2026-01-01", "2026-03-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_periods_have_words(word: str, since: str, until: str) -> None:
    assert period_of(word, TODAY) == (date.fromisoformat(since), date.fromisoformat(until))


def test_what_is_not_asked_has_its_default(ask: Any, shop: Shop) -> None:
    asked = ask()
    today = shop.actor().organization.today
    assert (asked.until - asked.since).days == 6 and asked.until == today
    assert (asked["branch_id"], asked["kind"], asked["most"]) == (None, "a", None)
    assert (asked["day"], asked["all"]) == (today, False)
    assert ask(kind="")["kind"] is None, "an empty field of a form means all"
    assert asked_as_args(REPORT, asked) == {
        "from": asked.since.isoformat(),
        "to": today.isoformat(),
        "kind": "a",
        "day": today.isoformat(),
    }
    assert asked_as_args(REPORT, asked, moving=True) == {"period": "last_7_days", "kind": "a"}


def test_what_is_kept_reads_back_the_same(ask: Any, shop: Shop) -> None:
    given = {
        "from": "2026-01-01",
        "to": "2026-01-31",
        "branch_id": str(shop.branch_id),
        "kind": "b",
        "most": "500",
        "day": "2026-02-01",
        "all": "on",
        "sort": "-price",
    }
    asked = ask(**given)
    kept = asked_as_args(REPORT, asked, moving=True)
    assert kept["branch_id"] == shop.branch_id and kept["all"] is True and kept["most"] == 500
    assert ask(**kept).values == asked.values
    everything = asked_as_args(REPORT, ask(kind=""))
    assert everything["kind"] == "" and ask(**everything)["kind"] is None, "all stays all"
    only_end = ask(to="2026-01-31")
    assert only_end.since == date(2026, 1, 25)
    assert ask(period="yesterday")["moving"] == "yesterday"


@pytest.mark.parametrize(
    ("args", "field"),
    [
        ({"from": "1926-01-01", "to": "2026-01-01"}, "from"),
        ({"from": "2024-01-01", "to": "2026-01-01"}, "from"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ({"from": "tomorrow"}, "from"),
        ({"period": "last_99999_days"}, "period"),
        ({"period": "forever"}, "period"),
        ({"branch_id": "9000000000"}, "branch_id"),
        ({"branch_id": "-1"}, "branch_id"),
        ({"branch_id": "9" * 30}, "branch_id"),
        ({"branch_id": ["1", "2"]}, "branch_id"),
        ({"kind": "c"}, "kind"),
        ({"kind": {"a": 1}}, "kind"),
        ({"kind": "a\x00"}, "kind"),
        ({"most": "9"}, "most"),
        ({"most": "50001"}, "most"),
        ({"most": 1.5}, "most"),
        ({"most": "²"}, "most"),
        ({"day": "2026-02-30"}, "day"),
        ({"all": "perhaps"}, "all"),
        ({"sort": "secret"}, "sort"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(ask: Any, args: dict[str, Any], field: str) -> None:
    assert list(problems(ask, **args)) == [field]


def test_all_problems_are_told_at_once(ask: Any) -> None:
    assert set(problems(ask, most="x", kind="z", to="never")) == {"most", "kind", "to"}


def test_a_row_of_another_tenant_is_no_choice(ask: Any, shop: Shop, stranger: Shop) -> None:
    assert "branch_id" in problems(ask, branch_id=str(stranger.branch_id))


def test_who_may_not_see_costs_cannot_sort_by_them(ask: Any, shop: Shop) -> None:
    assert ask(sort="cost")["sort"] == "cost"
    assert "sort" in problems(ask, who="cashier", sort="cost")


def test_a_required_filter_is_asked_for(shop: Shop) -> None:
    report = replace(REPORT, filters=(Filter("b", "B", FilterKind.ROW, model=Branch, required=True),))
    with shop.inside("owner"), pytest.raises(Invalid) as caught:
        read_filters(report, {}, shop.actor())
    assert caught.value.facts["field"] == "b"


@pytest.mark.parametrize(
    "sort", [None, "price", "-price", "least", "-least", "type", "active", "-name", "length", "-code"]
)
def test_pages_go_through_all_rows_in_any_order(ask: Any, goods: list[int], sort: str | None) -> None:
    asked = ask(sort=sort)
    whole = page_of(REPORT, asked, limit=100)
    assert whole.next_cursor is None
    found, cursor = [], None
    while True:
        page = page_of(REPORT, asked, limit=2, cursor=cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == whole.items and {row["product_id"] for row in found} == set(goods)
    if sort in ("least", "-least"):
        values = [row["least"] for row in found]
        told = [value for value in values if value is not None]
        assert values == told + [None] * 4, "what is nothing comes last"
        assert told == sorted(told, reverse=sort.startswith("-"))
    if sort is None:
        assert [row["price"] for row in found] == sorted((row["price"] for row in found), reverse=True)


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyJhIiwxXQ", "W251bGwsbnVsbF0"])
def test_a_cursor_of_another_list_is_refused(ask: Any, cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        page_of(REPORT, ask(), cursor=cursor)
    assert caught.value.facts["field"] == "cursor"
    with pytest.raises(Invalid):
        page_of(REPORT, ask(sort="name"), cursor=cursor)


def test_values_are_plain_and_columns_those_the_person_may_see(ask: Any, goods: list[int]) -> None:
    row = page_of(REPORT, ask(most=100)).items[0]
    assert row == {
        "name": "P0",
        "product_id": goods[0],
        "type": "product",
        "price": Decimal("100.00"),
        "least": None,
        "cost": Decimal("50.0000"),
        "profit": Decimal(50),
        "margin": Decimal(50),
        "active": True,
        "length": pytest.approx(2 / 3),
        "code": "P0",
    }
    assert type(row["type"]) is str
    assert set(page_of(REPORT, ask(who="cashier", most=100)).items[0]) == {
        *("name", "product_id", "type", "price", "least", "active", "length", "code")
    }
    one = [REPORT.columns[2]]
    assert page_of(REPORT, ask(most=100), columns=one).items == [{"price": Decimal(100)}]
    assert [tuple(row) for row in db.session.execute(statement_of(REPORT, ask(most=100), one))] == [
        (Decimal(100),)
    ]


def test_totals_are_sums_and_what_is_reckoned_from_them(ask: Any, goods: list[int]) -> None:
    asked = ask()
    assert count_of(REPORT, asked) == 7
    assert totals_of(REPORT, asked) == {
        "count": 7,
        "price": Decimal(2300),
        "cost": Decimal(350),
        "profit": Decimal(1950),
        "margin": Decimal("84.78"),
    }
    assert totals_of(REPORT, ask(who="cashier")) == {"count": 7, "price": Decimal(2300)}
    nothing = ask(most=10)
    assert totals_of(REPORT, nothing)["price"] == 0 and totals_of(REPORT, nothing)["margin"] is None
    assert page_of(REPORT, nothing).items == []


def test_a_page_and_its_totals_take_one_statement_each(ask: Any, goods: list[int]) -> None:
    asked = ask()
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        page_of(REPORT, asked, limit=3)
        totals_of(REPORT, asked)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(sent) == 2
    assert all("products.organization_id = " in statement for statement in sent), "the guard reaches inside"


def test_a_report_runs_behind_the_walls(ask: Any, goods: list[int], stranger: Shop) -> None:
    stranger.product("Foreign", price="700", stock=None)
    assert "Foreign" not in {row["name"] for row in page_of(REPORT, ask(), limit=100).items}
    raw = replace(
        REPORT, select=lambda asked: select(*_raw_products()), order=("id",), columns=(Column("id", "id"),)
    )
    assert count_of(raw, ask()) == 7, "raw tables are kept apart by the database"


def _raw_products() -> Any:
    table = Product.__table__
    return [table.c.id.label("id"), func.length(table.c.name).label("length")]


def test_reports_open_to_those_who_may_see_them(shop: Shop) -> None:
    with shop.inside("owner"):
        assert report_for("sales-by-day", shop.actor("manager")).slug == "sales-by-day"
        with pytest.raises(Forbidden):
            report_for("sales-by-day", shop.actor("cashier"))
        with pytest.raises(NotFound):
            report_for("no-such", shop.actor())
