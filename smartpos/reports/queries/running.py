"""Running a report: its rows in order, a page of them, how many there are, and their totals.

Whatever reads a report - the page, the API, a download - goes through here. The declared select becomes a subquery
``r``, of which every column is known by its label; the walls hold inside it as everywhere.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Float,
    Integer,
    Numeric,
    Subquery,
    TypeDecorator,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy import Enum as EnumType

from smartpos.core.db import db
from smartpos.core.errors import Forbidden, Invalid, NotFound
from smartpos.core.paging import DEFAULT_LIMIT, MOST, AnySelect, Page, decode_cursor, encode_cursor
from smartpos.core.reports import Asked, Column, ColumnKind, Report, declared_reports, find_report
from smartpos.identity.actors import Actor
from smartpos.reports.queries.filters import (
    MOVING,
    PERIOD,
    PRESETS,
    SORT,
    asked_as_args,
    period_of,
    read_filters,
)

__all__ = [
    "MOVING",
    "PERIOD",
    "PRESETS",
    "SORT",
    "asked_as_args",
    "count_of",
    "page_of",
    "period_of",
    "read_filters",
    "report_for",
    "reports_for",
    "statement_of",
    "totals_of",
]

Row = dict[str, Any]
COUNT = "count"
"""Under which key totals tell the number of rows; no column may be called so."""


def report_for(slug: str, actor: Actor) -> Report:
    """The report of a slug. Raises NotFound for an unknown one, Forbidden for one the person may not see."""
    report = find_report(slug)
    if report is None:
        raise NotFound(_("There is no such report."))
    if not report.is_open_to(actor):
        raise Forbidden
    return report


def reports_for(actor: Actor) -> list[Report]:
    """Every report the person may see, by group."""
    return [report for report in declared_reports() if report.is_open_to(actor)]


def statement_of(report: Report, asked: Asked, columns: Sequence[Column] | None = None) -> AnySelect:
    """Every row in its order: exactly ``columns``, one after the other; those the viewer may see without them."""
    rows = _rows_of(report, asked)
    wanted = report.columns_for(asked.viewer) if columns is None else columns
    statement = select(*(rows.c[column.key] for column in wanted))
    return statement.order_by(*(key.in_order for key in _order(report, asked, rows)))


def page_of(
    report: Report,
    asked: Asked,
    *,
    columns: Sequence[Column] | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[Row]:
    """Some rows as dictionaries by the keys of the columns, with the ids that their links need.

    Values are Decimal, int, str, date, datetime, bool or None. Raises Invalid for a cursor of another list.
    """
    limit = max(1, min(limit, MOST))
    wanted = report.columns_for(asked.viewer) if columns is None else columns
    labels = dict.fromkeys(column.key for column in wanted)
    labels |= dict.fromkeys(column.link[1] for column in wanted if column.link)
    rows = _rows_of(report, asked)
    keys = _order(report, asked, rows)
    statement = select(
        *(rows.c[label] for label in labels),
        *(key.column.label(f"page_key_{place}") for place, key in enumerate(keys)),
    )
    if cursor:
        statement = statement.where(_after(keys, cursor))
    statement = statement.order_by(*(key.in_order for key in keys))
    found = db.session.execute(statement.limit(limit + 1)).all()
    width = len(labels)
    items = [dict(zip(labels, map(_plain, row[:width]), strict=True)) for row in found[:limit]]
    more = len(found) > limit
    return Page(items, _cursor_of(keys, found[limit - 1][width:]) if more else None)


def count_of(report: Report, asked: Asked) -> int:
    """How many rows there are."""
    rows = _rows_of(report, asked)
    return db.session.execute(select(func.count()).select_from(rows)).scalar_one()


def totals_of(report: Report, asked: Asked, columns: Sequence[Column] | None = None) -> Row:
    """The totals of ``columns`` by key, and the number of rows as ``count``; by one statement.

    What can be added up is summed by the database, nothing being zero; what is reckoned from sums comes after.
    """
    wanted = report.columns_for(asked.viewer) if columns is None else columns
    rows = _rows_of(report, asked)
    summed = [column for column in report.columns if column.total is True]
    statement = select(
        func.count().label(COUNT),
        *(func.coalesce(func.sum(rows.c[column.key]), 0).label(column.key) for column in summed),
    ).select_from(rows)
    row = db.session.execute(statement).one()
    sums: Row = {COUNT: row[0]}
    for column, value in zip(summed, row[1:], strict=True):
        sums[column.key] = int(value) if column.kind is ColumnKind.WHOLE else Decimal(value)
    totals: Row = {COUNT: sums[COUNT]}
    for column in wanted:
        if column.total is True:
            totals[column.key] = sums[column.key]
        elif callable(column.total):
            totals[column.key] = column.total(sums)
    return totals


def _rows_of(report: Report, asked: Asked) -> Subquery:
    return report.select(asked).order_by(None).subquery("r")


class _Key:
    """One column of an order."""

    def __init__(self, column: ColumnElement[Any], *, descends: bool, may_be_null: bool = False) -> None:
        # A cursor carries exact numbers and texts: a place must be found again as it was.
        if isinstance(column.type, Boolean):
            column = cast(column, Integer)
        elif isinstance(column.type, Float):
            column = cast(column, Numeric)
        elif isinstance(column.type, TypeDecorator):
            column = type_coerce(column, column.type.impl_instance)
        self.kind: type = str if isinstance(column.type, EnumType) else column.type.python_type
        self.column = column
        self.descends = descends
        self.may_be_null = may_be_null

    @property
    def in_order(self) -> ColumnElement[Any]:
        return self.column.desc() if self.descends else self.column.asc()

    def beyond(self, value: Any) -> ColumnElement[bool]:
        return (
            self.column < literal(value, self.column.type)
            if self.descends
            else (self.column > literal(value, self.column.type))
        )

    def here(self, value: Any) -> ColumnElement[bool]:
        if value is None:
            return self.column.is_(None)
        return self.column == literal(value, self.column.type)


def _order(report: Report, asked: Asked, rows: Subquery) -> list[_Key]:
    """The order that was asked for, nothing last, before the report's own, which makes it unique."""
    keys: list[_Key] = []
    chosen = asked[SORT]
    if chosen:
        column = rows.c[chosen.removeprefix("-")]
        empty: ColumnElement[int] = case((column.is_(None), literal(1, Integer)), else_=literal(0, Integer))
        keys = [
            _Key(empty, descends=False),
            _Key(column, descends=chosen.startswith("-"), may_be_null=True),
        ]
    for label in report.order:
        if not chosen or label.removeprefix("-") != chosen.removeprefix("-"):
            keys.append(_Key(rows.c[label.removeprefix("-")], descends=label.startswith("-")))
    return keys


def _cursor_of(keys: Sequence[_Key], values: Sequence[Any]) -> str:
    """The place of a row. What is nothing is left out: the key before it has told that it is."""
    kept = [
        value.value if isinstance(value, Enum) else value
        for key, value in zip(keys, values, strict=True)
        if not (key.may_be_null and value is None)
    ]
    return encode_cursor(kept)


def _position(keys: Sequence[_Key], cursor: str) -> list[Any]:
    kinds = [key.kind for key in keys]
    places = [place for place, key in enumerate(keys) if key.may_be_null]
    if not places:
        return list(decode_cursor(cursor, kinds))
    place = places[0]
    shorter = kinds[:place] + kinds[place + 1 :]
    try:
        return list(decode_cursor(cursor, kinds))
    except Invalid:
        values: list[Any] = list(decode_cursor(cursor, shorter))
        values.insert(place, None)
        return values


def _after(keys: Sequence[_Key], cursor: str) -> ColumnElement[bool]:
    """Which rows come after the place of a cursor; keys may go up and down, which no row comparison can."""
    position = _position(keys, cursor)
    same: list[ColumnElement[bool]] = []
    tests: list[ColumnElement[bool]] = []
    for key, value in zip(keys, position, strict=True):
        if value is not None:
            tests.append(and_(*same, key.beyond(value)) if same else key.beyond(value))
        same.append(key.here(value))
    first, value = keys[0], position[0]
    # Said again for the first key alone, the database finds where to begin in an index.
    bound = true() if value is None else or_(first.beyond(value), first.here(value))
    return and_(bound, or_(*tests))


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
