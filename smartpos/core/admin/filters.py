"""Filters of lists: few, in words, with controls that fit the column, and safe against any value of the address.

``clean`` raises ValueError for what cannot be meant; Flask-Admin then leaves the filter out and says so.
"""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric
from sqlalchemy import Enum as EnumType

from smartpos.core.admin.formatters import tenant_zone
from smartpos.core.admin.labels import choices, label_of
from smartpos.core.errors import Invalid
from smartpos.core.money import parse_decimal

TEXT_LIMIT = 200
DAY = timedelta(days=1)


class Filter(BaseSQLAFilter):
    """Base of our filters. ``control`` is the input the page shows, ``words`` the operation's name."""

    control: ClassVar[str] = "text"
    words: ClassVar[Any] = ""

    def __init__(self, column: Any, name: Any, options: Any = None, data_type: str | None = None) -> None:
        super().__init__(column, name, options, data_type or self.control)

    def operation(self) -> Any:
        return self.words

    def shown(self, value: str) -> str:
        """The value as a person reads it on the chip."""
        for key, text in self.get_options(None) or ():
            if str(key) == value:
                return str(text)
        return value

    def clean(self, value: str) -> Any:
        return clean_text(value)

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        return query.filter(self.test(self.get_column(alias), value))

    def test(self, column: Any, value: Any) -> Any:
        """The SQL condition."""
        raise NotImplementedError


def clean_text(value: str) -> str:
    """A text that PostgreSQL can hold and that is not absurdly long."""
    if "\x00" in value or len(value) > TEXT_LIMIT or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError(value)
    return value.strip()


class Contains(Filter):
    words = _l("contains")

    def test(self, column: Any, value: Any) -> Any:
        return column.icontains(value, autoescape=True)


class Lacks(Filter):
    words = _l("does not contain")

    def test(self, column: Any, value: Any) -> Any:
        return column.is_(None) | ~column.icontains(value, autoescape=True)


class Is(Filter):
    words = _l("is")

    def test(self, column: Any, value: Any) -> Any:
        return column == value


class IsNot(Filter):
    words = _l("is not")

    def test(self, column: Any, value: Any) -> Any:
        return column.is_distinct_from(value)


class Empty(Filter):
    control = "select"
    words = _l("is filled in")

    def __init__(self, column: Any, name: Any, **options: Any) -> None:
        super().__init__(column, name, options=[("0", _l("Yes")), ("1", _l("No"))])

    def clean(self, value: str) -> bool:
        return _flag(value)

    def test(self, column: Any, value: Any) -> Any:
        return column.is_(None) if value else column.is_not(None)


class YesNo(Filter):
    control = "select"
    words = _l("is")

    def __init__(self, column: Any, name: Any, **options: Any) -> None:
        super().__init__(column, name, options=[("1", _l("Yes")), ("0", _l("No"))])

    def clean(self, value: str) -> bool:
        return _flag(value)

    def test(self, column: Any, value: Any) -> Any:
        return column.is_(value)


def _flag(value: str) -> bool:
    if value not in {"0", "1"}:
        raise ValueError(value)
    return value == "1"


class _Number(Filter):
    control = "number"

    def clean(self, value: str) -> Any:
        kind = getattr(self.column, "type", None)
        if isinstance(kind, Integer):
            number = int("".join(value.split())) if len(value) <= 25 else 2**63
            if abs(number) >= 2 ** (63 if isinstance(kind, BigInteger) else 31):
                raise ValueError(value)
            return number
        try:
            return parse_decimal(value, limit=Decimal(10) ** 18, digits=6)
        except Invalid as problem:
            raise ValueError(str(problem)) from None


class NumberIs(_Number, Is):
    words = _l("is")


class AtLeast(_Number):
    words = _l("from")

    def test(self, column: Any, value: Any) -> Any:
        return column >= value


class AtMost(_Number):
    words = _l("up to")

    def test(self, column: Any, value: Any) -> Any:
        return column <= value


class _Choice(Filter):
    """One value of an enumeration."""

    control = "select"

    def __init__(self, column: Any, name: Any, options: Any = None, **others: Any) -> None:
        super().__init__(column, name, options=options or choices(column.type.enum_class))

    def clean(self, value: str) -> Any:
        kind: type[Enum] | None = getattr(self.column.type, "enum_class", None)
        return kind(value) if kind else clean_text(value)

    def shown(self, value: str) -> str:
        kind: type[Enum] | None = getattr(self.column.type, "enum_class", None)
        return str(label_of(kind(value)).text) if kind else super().shown(value)


class ChoiceIs(_Choice, Is):
    pass


class ChoiceIsNot(_Choice, IsNot):
    pass


class _Day(Filter):
    """A day of the tenant's calendar; for moments it means the business day in the tenant's time zone."""

    control = "date"

    def clean(self, value: str) -> date:
        day = date.fromisoformat(value.strip())
        if not 1900 <= day.year <= 2200:
            raise ValueError(value)
        return day

    def shown(self, value: str) -> str:
        return f"{self.clean(value):%d.%m.%Y}"

    def edge(self, day: date) -> date | datetime:
        """The day as the column counts it: itself, or its first moment."""
        if isinstance(self.column.type, DateTime):
            return datetime.combine(day, time(), tzinfo=tenant_zone()).astimezone(UTC)
        return day


class OnDay(_Day):
    words = _l("on")

    def test(self, column: Any, value: Any) -> Any:
        return (column >= self.edge(value)) & (column < self.edge(value + DAY))


class FromDay(_Day):
    words = _l("from")

    def test(self, column: Any, value: Any) -> Any:
        return column >= self.edge(value)


class UntilDay(_Day):
    words = _l("until")

    def test(self, column: Any, value: Any) -> Any:
        return column < self.edge(value + DAY)


class Period(_Day):
    """A span of days people speak of: today, this week, last month."""

    control = "select"
    words = _l("in")
    names: ClassVar[dict[str, Any]] = {
        "today": _l("Today"),
        "yesterday": _l("Yesterday"),
        "week": _l("This week"),
        "last7": _l("Last 7 days"),
        "month": _l("This month"),
        "last_month": _l("Last month"),
        "last30": _l("Last 30 days"),
        "year": _l("This year"),
    }

    def __init__(self, column: Any, name: Any, **options: Any) -> None:
        super().__init__(column, name, options=list(self.names.items()))

    def clean(self, value: str) -> Any:
        if value not in self.names:
            raise ValueError(value)
        return value

    def shown(self, value: str) -> str:
        return str(self.names[value])

    def test(self, column: Any, value: Any) -> Any:
        first, after = span(value, datetime.now(tenant_zone()).date())
        return (column >= self.edge(first)) & (column < self.edge(after))


def span(name: str, today: date) -> tuple[date, date]:
    """The first day of a named period and the day after its last."""
    month = today.replace(day=1)
    spans = {
        "today": (today, today + DAY),
        "yesterday": (today - DAY, today),
        "week": (today - timedelta(days=today.weekday()), today + DAY),
        "last7": (today - timedelta(days=6), today + DAY),
        "month": (month, today + DAY),
        "last_month": ((month - DAY).replace(day=1), month),
        "last30": (today - timedelta(days=29), today + DAY),
        "year": (today.replace(month=1, day=1), today + DAY),
    }
    return spans[name]


class RowIs(Filter):
    """A reference to a row of another table, chosen by searching."""

    control = "choice"
    words = _l("is")

    def __init__(self, column: Any, name: Any, loader: Any) -> None:
        super().__init__(column, name)
        self.loader = loader

    def clean(self, value: str) -> int:
        number = int(value)
        if not 0 < number < 2**63:
            raise ValueError(value)
        return number

    def shown(self, value: str) -> str:
        pair = self.loader.format(self.loader.get_one(value))
        return str(pair[1]) if pair else _("unknown")

    def test(self, column: Any, value: Any) -> Any:
        return column == value


class RowIsNot(RowIs):
    words = _l("is not")

    def test(self, column: Any, value: Any) -> Any:
        return column.is_distinct_from(value)


def filters_for(column: Any, name: Any, options: Any = None) -> list[Filter]:
    """The filters that make sense for a column, the commonest first. ``options`` are fixed choices, if any."""
    kinds: tuple[type[Filter], ...]
    if isinstance(column.type, EnumType):
        kinds = (ChoiceIs, ChoiceIsNot)
    elif isinstance(column.type, Boolean):
        return [YesNo(column, name)]
    elif isinstance(column.type, DateTime | Date):
        kinds = (Period, OnDay, FromDay, UntilDay)
    elif isinstance(column.type, Integer | Numeric):
        kinds = (AtLeast, AtMost, NumberIs)
    elif options:
        return [Is(column, name, options=list(options), data_type="select")]
    else:
        kinds = (Contains, Is, Lacks)
    if column.nullable:
        kinds = (*kinds, Empty)
    return [kind(column, name) for kind in kinds]
