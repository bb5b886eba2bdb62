"""A list of the back office as rows of bare values, for whoever makes a file of it.

What is asked for comes from the address, as for the page: search, filters, order, further arguments. Columns are those
the person sees. Numbers, days and flags stay what they are; whatever a view words itself becomes the text people read.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from itertools import islice
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Float, Numeric, func, select

from smartpos.core.admin import cells, formatters
from smartpos.core.db import db
from smartpos.core.reports import Column, ColumnKind

PIECE = 500
_KINDS: dict[Any, ColumnKind] = {
    formatters.money: ColumnKind.MONEY,
    formatters.unit_cost: ColumnKind.COST,
    formatters.quantity: ColumnKind.QUANTITY,
    formatters.percent: ColumnKind.PERCENT,
    formatters.number: ColumnKind.WHOLE,
    formatters.local_datetime: ColumnKind.MOMENT,
    formatters.local_date: ColumnKind.DATE,
    formatters.yes_no: ColumnKind.FLAG,
}
_NUMERIC = frozenset({ColumnKind.WHOLE, ColumnKind.MONEY, ColumnKind.COST, ColumnKind.QUANTITY})
_NUMBER = re.compile("[\u2212-]?[0-9]{1,3}(\u00a0[0-9]{3})*([.,][0-9]+)?")
_DASH = "\u2013"
_SPACES = re.compile("[ \t\r\n]+")
_APART = frozenset({"br", "div", "p", "li", "small", "tr", "td", "span", "time", "b", "svg"})
_APART_TAG = re.compile(f"</?(?:{'|'.join(sorted(_APART))})(?:\\s[^>]*)?>")
_TAG = re.compile("<[^>]*>")

Reader = Callable[[Any], Any]

if TYPE_CHECKING:
    from flask_admin.contrib.sqla import ModelView as Base
else:
    Base = object


@dataclass(frozen=True, slots=True)
class GridRows:
    """What a list holds: ``pieces`` gives its rows, some hundreds at a time; ``lines`` say how it is narrowed."""

    title: str
    columns: list[Column]
    lines: list[str]
    count: Callable[[], int]
    pieces: Callable[[], Iterator[list[tuple[Any, ...]]]]


class Exporting(Base):
    """The part of a list that can be made a file of; mixed into ``Listing``."""

    #: Bare values of columns that the view words itself: a function of the row. It must hide what the cell hides.
    export_values: dict[str, Reader] = {}
    #: What kind of values those are, where the column's format does not tell.
    export_kinds: dict[str, ColumnKind] = {}
    #: Columns that say nothing outside of the page: pictures, buttons.
    export_skips: tuple[str, ...] = ()

    def grid_rows(self: Any) -> GridRows:
        """The rows that the address of this request asks for, all of them; read inside this request and its tenant."""
        asked = self._get_list_extra_args()
        query = self.narrowed(asked)
        made = [
            self._exported(name, label)
            for name, label in self._list_columns
            if self.shows(name) and name not in self.export_skips
        ]
        readers = [read for _column, read in made]
        loads = cells.loads_for(self.model, [name for name, _label in self._list_columns])

        def pieces() -> Iterator[list[tuple[Any, ...]]]:
            found = iter(query.options(*loads, *self.extra_loads()).yield_per(PIECE))
            while rows := list(islice(found, PIECE)):
                self.enrich(rows)
                yield [tuple([read(row) for read in readers]) for row in rows]

        def count() -> int:
            number = getattr(self.model, self._primary_key)
            rows = query.order_by(None).with_entities(number).subquery()
            return int(db.session.execute(select(func.count()).select_from(rows)).scalar_one())

        lines = [f"{chip.label} {chip.operation} {chip.value}".strip() for chip in self._chips(asked)]
        if asked.search:
            lines.insert(0, _("Search: %(text)s", text=asked.search))
        return GridRows(str(self.name), [column for column, _read in made], lines, count, pieces)

    def _exported(self: Any, name: str, label: Any) -> tuple[Column, Reader]:
        """A column of the list: what it is in a file, and how its value is read off a row."""
        own = self.export_values.get(name)
        kind = self.export_kinds.get(name) or self._kind_of(name)
        column = Column(name, label, kind, permission=self.column_permissions.get(name))
        if own is not None:
            return column, own
        formatter = self.column_formatters.get(name)
        if formatter is not None:
            return column, self._worded(name, kind, formatter)
        options = self._column_choices_map.get(name)
        format_ = self._formats.get(name)

        def read(row: Any) -> Any:
            value = cells.read_path(row, name)
            if value is None or value == "":
                return None
            if options and value in options:
                return str(options[value])
            if kind is not ColumnKind.TEXT or (format_ is None and type(value) is str):
                return value
            return plain_text(cells.shown(value, format_))

        return column, read

    def _worded(self: Any, name: str, kind: ColumnKind, formatter: Any) -> Reader:
        def read(row: Any) -> Any:
            text = plain_text(cells.shown(formatter(self, None, row, name), None))
            if kind is ColumnKind.TEXT or text is None:
                return text
            # What is shown is a number with something around it; where it is hidden there are words alone.
            value = cells.read_path(row, name)
            if isinstance(value, int | Decimal | date) and any(sign.isdigit() for sign in text):
                return value
            found = _NUMBER.fullmatch(text) if kind in _NUMERIC else None
            return text if found is None else _number_of(text)

        return read

    def _kind_of(self: Any, name: str) -> ColumnKind:
        kind = _KINDS.get(self._formats.get(name), ColumnKind.TEXT)
        if kind is ColumnKind.WHOLE:
            type_ = getattr(cells.column_of(self.model, name), "type", None)
            return ColumnKind.QUANTITY if isinstance(type_, Float | Numeric) else kind
        return kind


class _Spoken(HTMLParser):
    """The words of a piece of HTML, without what is drawn for eyes alone."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self.silent or ("aria-hidden", "true") in attributes:
            self.silent.append(tag)
        elif tag in _APART:
            self.words.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if self.silent and tag in self.silent:
            while self.silent.pop() != tag:
                pass
        elif tag in _APART:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def _number_of(text: str) -> Decimal:
    """A number as people read it, as a number again."""
    return Decimal(text.replace("\u00a0", "").replace("\u2212", "-").replace(",", "."))


def plain_text(shown: Any) -> str | None:
    """What a person reads in a cell; None where there is but a dash."""
    text = _read(str(shown)) if isinstance(shown, Markup) else str(shown)
    text = _SPACES.sub(" ", text.replace("\u202f", "\u00a0")).strip()
    return None if text in {"", _DASH} else text


@lru_cache(maxsize=4096)
def _read(html: str) -> str:
    # The same pills and dashes come again and again; most of what does not is a link around a text.
    if "aria-hidden" not in html:
        return unescape(_TAG.sub("", _APART_TAG.sub(" ", html)))
    reader = _Spoken()
    reader.feed(html)
    reader.close()
    return "".join(reader.words)
