"""What is written into a file: typed columns, rows in pieces, totals reckoned while the rows pass by."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import Enum
from operator import itemgetter
from typing import Any

from smartpos.core.admin.labels import label_of
from smartpos.core.reports import Column, ColumnKind

CHUNK = 2000
NUMBERS = frozenset(
    {ColumnKind.WHOLE, ColumnKind.MONEY, ColumnKind.COST, ColumnKind.QUANTITY, ColumnKind.PERCENT}
)

Rows = Sequence[tuple[Any, ...]]
Progress = Callable[[int], None]
"""Told how many rows are written; raises to stop the work."""


@dataclass
class Source:
    """What a writer writes.

    ``pieces`` gives the rows in order, some thousand at a time; a row begins with the values of ``columns`` and may
    hold more. ``count`` asks how many there will be. ``lines`` say under the title what was chosen and by whom the file
    was made. ``summed`` are the places in a row that are added up, by the key they have in the totals; ``totals`` is
    right once ``pieces`` has come to its end.
    """

    title: str
    columns: Sequence[Column]
    pieces: Callable[[], Iterator[Rows]]
    count: Callable[[], int]
    zone: tzinfo
    lines: Sequence[str] = ()
    summed: Mapping[str, int] = field(default_factory=dict)
    author: str = ""
    company: str = ""
    _sums: dict[str, Any] = field(default_factory=dict)

    @property
    def has_totals(self) -> bool:
        """Whether a row of totals belongs under the others."""
        return bool(self.summed)

    def passing(self) -> Iterator[Rows]:
        """``pieces``, adding up what is to be added up on the way."""
        self._sums = dict.fromkeys(self.summed, 0)
        places = [(key, itemgetter(place)) for key, place in self.summed.items()]
        for piece in self.pieces():
            for key, read in places:
                self._sums[key] += sum(filter(None, map(read, piece)))
            yield piece

    def totals(self) -> list[Any]:
        """The totals by column, None where there is none."""
        found: list[Any] = []
        for column in self.columns:
            if callable(column.total):
                found.append(column.total(self._sums))
            else:
                found.append(self._sums.get(column.key) if column.total else None)
        return found


def summed_places(columns: Sequence[Column], keys: Sequence[str]) -> dict[str, int]:
    """Where in a row stand the values that totals are made of; ``keys`` are those of a whole row."""
    return {column.key: keys.index(column.key) for column in columns if column.total is True}


def words_of(column: Column) -> Callable[[Any], str]:
    """How a value that is no number, day or flag is told in words."""
    words = {str(key): str(word) for key, word in (column.choices or {}).items()}

    def tell(value: Any) -> str:
        if words:
            plain = str(value.value) if isinstance(value, Enum) else str(value)
            return words.get(plain, plain)
        if isinstance(value, Enum):
            return str(label_of(value).text)
        return str(value)

    return tell


def local_moment(value: datetime, zone: tzinfo) -> datetime:
    """A moment as the clock of the shop shows it, to the second, without a zone."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(zone).replace(tzinfo=None, microsecond=0)


def day_of(value: date, zone: tzinfo) -> date:
    """A day; of a moment the one it falls on in the shop."""
    return local_moment(value, zone).date() if isinstance(value, datetime) else value


def exact(value: Any) -> Decimal | None:
    """A number as it is, or None for what is none (NaN of a division, words in a column of numbers)."""
    if isinstance(value, bool | int):
        return Decimal(int(value))
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal) and value.is_finite():
        return value
    return None
