"""Pages of a list by keyset: "the rows after this one", which stays fast and stable however far one goes.

A cursor is the sort key of the last row seen, as opaque text. It holds nothing secret and gives no right: the
walls decide what the next statement sees.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, tuple_

from smartpos.core.db import db
from smartpos.core.errors import Invalid

DEFAULT_LIMIT = 50
MOST = 1000
_LONGEST_CURSOR = 2000
_BIGINT = 2**63

AnySelect = Select[*tuple[Any, ...]]
"""A select of anything; ``Select`` alone counts its columns."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list, and the cursor of the next ones (None at the end)."""

    items: list[Row]
    next_cursor: str | None


def encode_cursor(values: Sequence[object]) -> str:
    """The sort key of a row as text that fits into a URL."""
    plain = [value if isinstance(value, int | str | bool) else _as_text(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def decode_cursor(text: str, types: Sequence[type]) -> tuple[Any, ...]:
    """The sort key a cursor stands for. Raises Invalid for anything ``encode_cursor`` would not have made."""
    try:
        if len(text) > _LONGEST_CURSOR:
            raise ValueError
        values = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(types):
            raise ValueError
        return tuple(_read(value, kind) for value, kind in zip(values, types, strict=True))
    except (ValueError, TypeError, ArithmeticError, RecursionError, binascii.Error):
        raise Invalid(
            _("This cursor does not belong to this list; start again without one."), field="cursor"
        ) from None


def _read(value: object, kind: type) -> Any:
    if kind is int:
        if isinstance(value, bool) or not isinstance(value, int) or not -_BIGINT <= value < _BIGINT:
            raise ValueError
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError
    if kind is str:
        value.encode()  # half a surrogate pair cannot be sent to the database
        return value
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal:
        number = Decimal(value)
        if not number.is_finite():
            raise ValueError
        return number
    if kind is UUID:
        return UUID(value)
    raise TypeError


def page(
    statement: AnySelect,
    keys: Sequence[ColumnElement[Any] | Any],
    *,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
    descending: bool = False,
) -> Page[Any]:
    """Run ``statement`` for one page ordered by ``keys``: together unique, never null, and under an index.

    Rows come as the statement selects them; a statement that selects one thing gives bare values. Raises
    Invalid for a cursor of another list.
    """
    limit = max(1, min(limit, MOST))
    columns = list(keys)
    if cursor:
        position = tuple_(*decode_cursor(cursor, [column.type.python_type for column in columns]))
        here = tuple_(*columns)
        statement = statement.where(here < position if descending else here > position)
    statement = statement.order_by(None).order_by(
        *(key.desc() if descending else key.asc() for key in columns)
    )
    width = len(statement.column_descriptions)
    with_keys = statement.add_columns(*(key.label(f"page_key_{place}") for place, key in enumerate(columns)))
    rows = db.session.execute(with_keys.limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    items = [row[0] if width == 1 else tuple(row[:width]) for row in rows]
    return Page(items, encode_cursor(rows[-1][width:]) if more else None)
