"""Values of reports by their kind: exact for programs, readable for people."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from markupsafe import Markup, escape

from smartpos.core.admin import formatters
from smartpos.core.answers import moment
from smartpos.core.figures import grouped
from smartpos.core.money import plain
from smartpos.core.reports import Column, ColumnKind

DIGITS = {ColumnKind.MONEY: 2, ColumnKind.COST: 4, ColumnKind.QUANTITY: 3, ColumnKind.PERCENT: 2}
"""Decimal places of the exact kinds."""

NUMERIC = frozenset((*DIGITS, ColumnKind.WHOLE))


_SHOWN: dict[ColumnKind, Callable[[Any], str | Markup]] = {
    ColumnKind.MONEY: formatters.money,
    ColumnKind.COST: formatters.unit_cost,
    ColumnKind.QUANTITY: formatters.quantity,
    ColumnKind.WHOLE: formatters.number,
    # In a column the same places everywhere, so that what is larger looks larger.
    ColumnKind.PERCENT: lambda value: f"{grouped(value, 2, 2)}%",
    ColumnKind.DATE: formatters.local_date,
    ColumnKind.MOMENT: formatters.local_datetime,
    ColumnKind.FLAG: formatters.yes_no,
}


def rounded(value: Any, kind: ColumnKind) -> Any:
    """The value with as many decimal places as its kind has, half up; what is no number as it is."""
    if value is None or kind not in NUMERIC:
        return value
    if kind is ColumnKind.WHOLE:
        return int(value)
    return Decimal(value).quantize(Decimal(1).scaleb(-DIGITS[kind]), ROUND_HALF_UP)


def as_json(value: Any, kind: ColumnKind) -> Any:
    """The value for the API: exact numbers as text, days and moments ISO 8601."""
    value = rounded(value, kind)
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value


def row_as_json(row: Mapping[str, Any], columns: list[Column]) -> dict[str, Any]:
    """Those values of a row that belong to columns and are there."""
    return {column.key: as_json(row[column.key], column.kind) for column in columns if column.key in row}


def as_text(value: Any, column: Column) -> str | Markup:
    """The value as people read it on a page; nothing as a dash."""
    if value is None or value == "":
        return formatters.NOTHING
    format_ = _SHOWN.get(column.kind)
    return escape(word_for(value, column)) if format_ is None else format_(value)


def word_for(value: Any, column: Column) -> str:
    """What a stored text means in words."""
    return str((column.choices or {}).get(value, value))


def plain_text(value: Any, column: Column) -> str:
    """The value as people read it, without markup; nothing is empty."""
    if value is None or value == "":
        return ""
    text = as_text(value, column)
    return text.striptags() if isinstance(text, Markup) else text
