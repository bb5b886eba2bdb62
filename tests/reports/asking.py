"""Running a report as its page, its downloads and the API do, page by page; for tests that reckon it themselves."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.reports import find_report
from smartpos.core.tenancy import tenant_scope
from smartpos.reports.queries.running import count_of, page_of, read_filters, statement_of, totals_of
from tests.cast import Shop

Row = dict[str, Any]


def ask(
    shop: Shop,
    slug: str,
    who: str = "owner",
    *,
    limit: int = 3,
    workspaces: tuple[int, ...] | None = None,
    **args: Any,
) -> tuple[list[Row], Row]:
    """All rows of a report by pages of three, and its totals; the two must agree with each other.

    ``workspaces`` are those to which the person is limited.
    """
    with (
        shop.app.app_context(),
        tenant_scope(shop.organization_id, user_id=shop.users[who], workspace_ids=workspaces),
    ):
        report = find_report(slug)
        assert report is not None, slug
        asked = read_filters(report, args, shop.actor(who))
        rows: list[Row] = []
        cursor = None
        while True:
            page = page_of(report, asked, limit=limit, cursor=cursor)
            rows += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        totals = totals_of(report, asked)
        assert totals["count"] == count_of(report, asked) == len(rows)
        for column in report.columns_for(asked.viewer):
            if column.total is True:
                summed = sum((row[column.key] or 0 for row in rows), Decimal(0))
                assert totals[column.key] == summed, column.key
        keys = [column.key for column in report.columns_for(asked.viewer)]
        streamed = [tuple(row) for row in db.session.execute(statement_of(report, asked))]
        assert len(streamed) == len(rows) and all(len(row) == len(keys) for row in streamed)
        return rows, totals


def every_order(shop: Shop, slug: str, **args: Any) -> None:
    """A report may be sorted by any of its columns, both ways, and shows the same rows."""
    report = find_report(slug)
    assert report is not None
    usual = len(ask(shop, slug, **args)[0])
    for column in report.columns:
        for sort in (column.key, f"-{column.key}"):
            assert len(ask(shop, slug, sort=sort, **args)[0]) == usual, sort


def all_of(shop: Shop, model: Any, *tests: Any) -> list[Any]:
    """Every row of a table of the shop, as its book has it."""
    with shop.inside():
        rows = list(db.session.scalars(select(model).where(*tests).order_by(model.id)))
        for row in rows:
            db.session.expunge(row)
        return rows
