"""What can be reported: each domain declares ``Report``s in its ``declared_reports``, this is the table of them.

A report is declared once - filters, typed columns, one select, totals, perhaps a chart - and can then be seen as a
page, asked for over the API, downloaded, saved and scheduled (the domain ``reports`` does all of that).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from smartpos.core.paging import AnySelect


class ColumnKind(StrEnum):
    """How a value is typed in a spreadsheet and shown on a page."""

    TEXT = "text"
    WHOLE = "whole"
    MONEY = "money"
    COST = "cost"  # four decimal places
    QUANTITY = "quantity"
    PERCENT = "percent"
    DATE = "date"
    MOMENT = "moment"  # shown in the tenant's time zone
    FLAG = "flag"


CAUSE = "cause"

Totals = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report. ``key`` is the label of its expression in the select.

    ``total`` says that values may be added up; a function reckons the total from the sums of the others (a margin in
    per cent). ``permission`` hides the column from those who lack it. ``choices`` puts words for stored values.
    ``link`` is an endpoint for the value's row, with the label that holds its id: ("sale.details_view", "sale_id").
    With CAUSE in place of the endpoint the value is a kind of cause, and leads to that document.
    """

    key: str
    label: Any
    kind: ColumnKind = ColumnKind.TEXT
    total: bool | Callable[[Totals], Any] = False
    permission: str | None = None
    choices: Mapping[str, Any] | None = None
    link: tuple[str, str] | None = None
    width: int | None = None  # of the spreadsheet, in characters


class FilterKind(StrEnum):
    """PERIOD is a pair of days, named ``from`` and ``to``; ROW is an id chosen by searching; CHOICE one of a few."""

    PERIOD = "period"
    DAY = "day"
    ROW = "row"
    CHOICE = "choice"
    WHOLE = "whole"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Filter:
    """Something a report may be narrowed by.

    ``default`` is a value or, for PERIOD, how many days up to today (``longest`` is the most that may be asked for).
    ``model`` is what a ROW filter chooses from: a tenant model with a ``name``; ids of other tenants are no choice.
    """

    name: str
    label: Any
    kind: FilterKind
    default: Any = None
    choices: Mapping[str, Any] | None = None
    model: type[Any] | None = None
    required: bool = False
    minimum: int = 0
    maximum: int = 100_000
    longest: int = 3660


class Viewer(Protocol):
    """Who looks: an ``Actor`` of identity, which machinery does not know."""

    @property
    def user_id(self) -> int | None: ...

    def can(self, permission: str) -> bool: ...

    def setting(self, key: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as read: a period as two days, a row as its id, a choice as its key; None where nothing is chosen."""

    values: Mapping[str, Any]
    viewer: Viewer
    today: date
    zone: tzinfo

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)

    @property
    def since(self) -> date:
        """The first day of the period."""
        return self.values["from"]  # type: ignore[no-any-return]

    @property
    def until(self) -> date:
        """The last day of the period, which belongs to it."""
        return self.values["to"]  # type: ignore[no-any-return]

    @property
    def begin(self) -> datetime:
        """The first moment of the period where the shop is."""
        return self.midnight(self.since)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return self.midnight(self.until + timedelta(days=1))

    def midnight(self, day: date) -> datetime:
        """The moment at which a business day begins where the shop is."""
        return datetime.combine(day, time(), self.zone)


class ChartKind(StrEnum):
    LINE = "line"
    BAR = "bar"
    STACKED = "stacked"
    HEAT = "heat"  # x and the first of y are labels, the second of y is the value


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of the first rows of a report: ``x`` names the column of labels, ``y`` those of values."""

    kind: ChartKind
    x: str
    y: tuple[str, ...]
    most: int = 60


class ReportGroup(StrEnum):
    """Under which heading a report is found."""

    SALES = "sales"
    MONEY = "money"
    STOCK = "stock"
    PURCHASES = "purchases"
    PRODUCTION = "production"
    CUSTOMERS = "customers"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Report:
    """A declared report.

    ``select`` gives a statement whose labels are the keys of the columns (more labels are allowed, for links and
    order). ``order`` names labels, together unique and never null, "-" before one that descends; pages follow it. The
    statement runs inside the tenant, behind its walls. ``note`` says in a sentence what is counted and how.
    """

    slug: str
    title: Any
    group: ReportGroup
    permission: str
    columns: Sequence[Column]
    select: Callable[[Asked], AnySelect]
    order: tuple[str, ...]
    filters: Sequence[Filter] = ()
    note: Any = ""
    chart: Chart | None = None
    permissions: tuple[str, ...] = ()  # further ones, all of them needed
    icon: str = "chart"
    facts: Mapping[str, Any] = field(default_factory=dict)

    def columns_for(self, viewer: Viewer) -> list[Column]:
        """The columns a person may see."""
        return [
            column for column in self.columns if column.permission is None or viewer.can(column.permission)
        ]

    def is_open_to(self, viewer: Viewer) -> bool:
        """Whether a person may see the report at all."""
        return all(viewer.can(needed) for needed in (self.permission, *self.permissions))


_declared: dict[str, Report] = {}


def declare_report(report: Report) -> Report:
    """Register a report; called at import of a domain's ``declared_reports``. Raises ValueError for a slug in use."""
    if report.slug in _declared:
        raise ValueError(f"there are two reports named {report.slug}")
    keys = {column.key for column in report.columns}
    if report.chart is not None and not {report.chart.x, *report.chart.y} <= keys:
        raise ValueError(f"the chart of {report.slug} shows a column that is not there")
    _declared[report.slug] = report
    return report


def declared_reports() -> list[Report]:
    """All reports, by group and in the order of their declaration."""
    order = list(ReportGroup)
    return sorted(_declared.values(), key=lambda report: order.index(report.group))


def find_report(slug: str) -> Report | None:
    """The report of a slug, or None."""
    return _declared.get(slug)


def percent_of(part: str, whole: str) -> Callable[[Totals], Decimal | None]:
    """A total of a percentage: the sum of one column in per cent of the sum of another; None of nothing."""

    def reckon(totals: Totals) -> Decimal | None:
        if not totals.get(whole):
            return None
        return (Decimal(totals[part]) * 100 / Decimal(totals[whole])).quantize(Decimal("0.01"))

    return reckon
