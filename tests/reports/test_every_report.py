"""Every declared report of every domain: it runs, page by page and as a whole, behind the walls, in few statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Enum as EnumType
from sqlalchemy import event, select

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db
from smartpos.core.reports import CAUSE, Asked, ColumnKind, FilterKind, Report, declared_reports, find_report
from smartpos.factory import DOMAINS
from smartpos.identity.actors import Actor
from smartpos.reports.queries.running import (
    asked_as_args,
    count_of,
    page_of,
    read_filters,
    statement_of,
    totals_of,
)
from tests.cast import Shop
from tests.reports.history import History

for _domain in DOMAINS:
    if find_spec(f"smartpos.{_domain}.declared_reports"):
        import_module(f"smartpos.{_domain}.declared_reports")
SLUGS = sorted(report.slug for report in declared_reports())
MOST_STATEMENTS = 2
"""For a page, and for the totals: the report's own, and perhaps one that finds out what it needs."""

COST = CatalogPermission.COST_READ
TYPES: dict[ColumnKind, type | tuple[type, ...]] = {
    ColumnKind.TEXT: str,
    ColumnKind.WHOLE: int,
    ColumnKind.MONEY: Decimal,
    ColumnKind.COST: Decimal,
    ColumnKind.QUANTITY: Decimal,
    ColumnKind.PERCENT: Decimal,
    ColumnKind.DATE: date,
    ColumnKind.MOMENT: datetime,
    ColumnKind.FLAG: bool,
}
CURSORS = (int, str, Decimal, date, datetime, bool)
BETRAYS = ("cost", "profit", "margin", "purchase_price", "stock_value")


@pytest.fixture(params=SLUGS)
def report(request: pytest.FixtureRequest) -> Report:
    found = find_report(request.param)
    assert found is not None
    return found


def asked_of(
    report: Report, shop: Shop, who: str = "owner", actor: Actor | None = None, **args: Any
) -> Asked:
    """The report as somebody asks for it, by default over a long time."""
    if "period" not in args and any(one.kind is FilterKind.PERIOD for one in report.filters):
        longest = next(one.longest for one in report.filters if one.kind is FilterKind.PERIOD)
        args["period"] = f"last_{min(90, longest)}_days"
    for one in report.filters:
        if one.required and one.default is None and one.name not in args:
            args[one.name] = value_for(one)
    return read_filters(report, args, actor or shop.actor(who))


def value_for(one: Any) -> Any:
    """Something that may be chosen; None where there is nothing."""
    match one.kind:
        case FilterKind.ROW:
            return db.session.scalars(select(one.model.id).order_by(one.model.id).limit(1)).first()
        case FilterKind.CHOICE:
            return next(iter(one.choices))
        case FilterKind.FLAG:
            return "1"
        case FilterKind.WHOLE:
            return max(one.minimum, min(10, one.maximum))
        case FilterKind.DAY:
            return "2026-01-31"
    return None


def all_rows(report: Report, asked: Asked, limit: int) -> list[dict[str, Any]]:
    """Every row, by pages of ``limit``."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = page_of(report, asked, limit=limit, cursor=cursor)
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_pages_are_the_whole_and_totals_its_sums(report: Report, past: History) -> None:
    shop = past.shop
    with shop.inside("owner"):
        asked = asked_of(report, shop)
        again = read_filters(report, asked_as_args(report, asked), shop.actor())
        assert again.values.keys() == asked.values.keys()
        selected = statement_of(report, asked).selected_columns.keys()
        assert selected == [column.key for column in report.columns]
        whole = page_of(report, asked, limit=1000)
        assert whole.next_cursor is None
        assert all_rows(report, asked, 3) == whole.items
        assert count_of(report, asked) == len(whole.items)
        totals = totals_of(report, asked)
        columns = report.columns_for(asked.viewer)
        sums = {
            column.key: sum((row[column.key] or 0 for row in whole.items), 0)
            for column in columns
            if column.total is True
        }
        assert totals["count"] == len(whole.items)
        for column in columns:
            if column.total is True:
                assert totals[column.key] == sums[column.key], column.key
            elif callable(column.total):
                assert totals[column.key] == column.total(sums), column.key
            for row in whole.items:
                value = row[column.key]
                assert value is None or isinstance(value, TYPES[column.kind]), (column.key, value)
                assert value is None or column.choices is None or value in column.choices, (column.key, value)


def test_any_order_shows_the_same_rows(report: Report, past: History) -> None:
    shop = past.shop
    with shop.inside("owner"):
        statement = report.select(asked_of(report, shop)).subquery()
        for column in report.columns:
            # A type that the database alone knows could not be told from a cursor.
            kind = statement.c[column.key].type
            assert isinstance(kind, EnumType) or kind.python_type in CURSORS, column.key
        expected = sorted(map(repr, page_of(report, asked_of(report, shop), limit=1000).items))
        owner = shop.actor()
        for column in report.columns:
            for sort in (column.key, f"-{column.key}"):
                found = all_rows(
                    report, asked_of(report, shop, actor=owner, sort=sort), max(2, len(expected) // 4)
                )
                assert sorted(map(repr, found)) == expected, sort


def test_few_statements_and_each_within_the_tenant(report: Report, past: History) -> None:
    shop = past.shop
    with shop.inside("owner"):
        filters = [{}, *({one.name: value_for(one)} for one in report.filters if value_for(one) is not None)]
        for given in filters:
            asked = asked_of(report, shop, **given)
            with statements() as sent:
                page_of(report, asked, limit=3)
            assert len(sent) <= MOST_STATEMENTS, given
            assert "organization_id = " in sent[-1]
            with statements() as sent:
                totals_of(report, asked)
            assert len(sent) <= MOST_STATEMENTS, given


def test_nobody_sees_costs_without_the_right(report: Report, past: History) -> None:
    shop = past.shop
    for column in report.columns:
        if column.kind is ColumnKind.COST or any(word in column.key for word in BETRAYS):
            assert column.permission == COST or COST in report.permissions, column.key
    with shop.inside("owner"):
        asked = asked_of(report, shop, who="cashier")
        assert not asked.viewer.can(COST)
        hidden = {column.key for column in report.columns if column.permission == COST}
        for row in page_of(report, asked, limit=100).items:
            assert not hidden & row.keys()
        assert not hidden & totals_of(report, asked).keys()


def test_another_tenant_sees_nothing_of_it(report: Report, past: History) -> None:
    foreign = {*past.goods, *past.customers, *past.categories, "Sergeli", "Autumn", "Sharq Savdo"}
    stranger = past.stranger
    with stranger.inside("stranger"):
        asked = asked_of(report, stranger, who="stranger")
        rows = page_of(report, asked, limit=1000).items
        assert not foreign & {value for row in rows for value in row.values() if isinstance(value, str)}
        totals = totals_of(report, asked)
        assert totals["count"] == count_of(report, asked) == len(rows)
        if report.slug.startswith(("sales-", "receipt", "profit", "refund")):
            assert rows == []


def test_who_works_in_one_part_sees_nothing_of_the_others(report: Report, past: History) -> None:
    shop = past.shop
    with past.inside_north():
        rows = page_of(report, asked_of(report, shop, who="northerner"), limit=1000).items
    assert "Sergeli" not in {value for row in rows for value in row.values()}
    sold_far = {past.receipts[name]["number"] for name in ("far", "damaged")}
    assert not sold_far & {row.get("number") for row in rows}


def test_charts_and_links_lead_to_what_is_there(report: Report, past: History) -> None:
    app = past.shop.app
    with app.app_context():
        for column in report.columns:
            if column.link and column.link[0] == CAUSE:
                assert {column.key, column.link[1]} <= {one.key for one in report.columns}
            elif column.link:
                assert column.link[0] in app.view_functions, column.link
    icons = Path(app.root_path, "static", "icons.svg").read_text()
    assert f'id="{report.icon}"' in icons
