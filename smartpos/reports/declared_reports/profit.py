"""What was earned: per period, by branch and by category, against as many days before.

Revenue is without VAT, which is the state's. Cost is that of the goods at the moment of their sale. Each day of the
period is compared with the day as long before it as the period is, so that sums over any part of the period are
compared with sums over the same part of the one before.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Numeric,
    Subquery,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)

from smartpos.catalog.models import Product
from smartpos.catalog.queries.reporting import BRANCH, CATEGORY, COST, PRODUCT
from smartpos.catalog.queries.tree import category_paths
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    declare_report,
    percent_of,
)
from smartpos.finance.models import Expense, ExpenseStatus
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.models import Branch
from smartpos.identity.queries import in_sight
from smartpos.sales.models import Sale, SaleItem
from smartpos.sales.queries.reporting import PERIOD, lines_asked, percent, receipts_asked

_EACH = {"day": _l("Day"), "week": _l("Week"), "month": _l("Month")}
_FIGURES = ("revenue", "cost", "expenses")


def _days(asked: Asked) -> int:
    return (asked.until - asked.since).days + 1


def _first_day_before(asked: Asked) -> Any:
    return asked.since - timedelta(days=_days(asked))


def _moved_up(day: Any, asked: Asked) -> ColumnElement[Any]:
    """A day of the period before as the day of this one with which it is compared."""
    return case((day < asked.since, day + _days(asked)), else_=day)


def _is_before(day: Any, asked: Asked) -> ColumnElement[bool]:
    return cast(day < asked.since, Boolean)


def _nothing(label: str) -> Any:
    return literal(Decimal(0), Numeric(18, 2)).label(label)


def _earned_and_spent(asked: Asked) -> Subquery:
    """Revenue, cost and expenses of each day and branch, of both periods."""
    since = _first_day_before(asked)
    sold = (
        select(
            Sale.business_date.label("day"),
            Sale.branch_id.label("branch_id"),
            func.sum(Sale.total_amount - Sale.tax_amount).label("revenue"),
            func.sum(Sale.cost_amount).label("cost"),
            _nothing("expenses"),
        )
        .where(*receipts_asked(asked, since=since))
        .group_by(Sale.business_date, Sale.branch_id)
    )
    spent = (
        select(
            Expense.spent_on.label("day"),
            Expense.branch_id.label("branch_id"),
            _nothing("revenue"),
            _nothing("cost"),
            func.sum(Expense.amount).label("expenses"),
        )
        .where(
            Expense.spent_on.between(since, asked.until),
            Expense.status == ExpenseStatus.BOOKED,
            in_sight(Expense.branch_id),
        )
        .group_by(Expense.spent_on, Expense.branch_id)
    )
    if asked["branch_id"] is not None:
        spent = spent.where(Expense.branch_id == asked["branch_id"])
    return union_all(sold, spent).subquery("each")


def _figures(each: Any, asked: Asked, *, with_expenses: bool = True) -> list[Any]:
    """The figures of a group of days of both periods, by the keys of the columns below."""
    before = _is_before(each.c.day, asked)

    def summed(name: str, of: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(each.c[name]).filter(of), Decimal(0))

    names = _FIGURES if with_expenses else _FIGURES[:2]
    now = {name: summed(name, ~before) for name in names}
    then = {name: summed(name, before) for name in names}
    gross, gross_before = (part["revenue"] - part["cost"] for part in (now, then))
    figures = [
        now["revenue"].label("revenue"),
        now["cost"].label("cost"),
        gross.label("gross"),
        percent(gross, now["revenue"]).label("margin"),
        then["revenue"].label("revenue_before"),
        gross_before.label("gross_before"),
        percent(now["revenue"] - then["revenue"], then["revenue"]).label("growth"),
    ]
    if with_expenses:
        figures += [
            now["expenses"].label("expenses"),
            (gross - now["expenses"]).label("net"),
            (gross_before - then["expenses"]).label("net_before"),
        ]
    return figures


def _growth(totals: Mapping[str, Any]) -> Decimal | None:
    """By how much revenue has grown, in per cent."""
    before = totals["revenue_before"]
    if not before:
        return None
    return Decimal((totals["revenue"] - before) * 100 / before).quantize(Decimal("0.01"))


_GROSS = (
    Column("revenue", _l("Revenue without VAT"), ColumnKind.MONEY, total=True),
    Column("cost", _l("Cost"), ColumnKind.MONEY, total=True, permission=COST),
    Column("gross", _l("Gross profit"), ColumnKind.MONEY, total=True, permission=COST),
    Column("margin", _l("Margin"), ColumnKind.PERCENT, total=percent_of("gross", "revenue"), permission=COST),
)
_NET = (
    Column("expenses", _l("Expenses"), ColumnKind.MONEY, total=True),
    Column("net", _l("Net profit"), ColumnKind.MONEY, total=True, permission=COST),
)
_BEFORE = (
    Column("revenue_before", _l("Revenue before"), ColumnKind.MONEY, total=True),
    Column("growth", _l("Growth of revenue"), ColumnKind.PERCENT, total=_growth),
    Column("gross_before", _l("Gross profit before"), ColumnKind.MONEY, total=True, permission=COST),
)
_NET_BEFORE = Column("net_before", _l("Net profit before"), ColumnKind.MONEY, total=True, permission=COST)
_NOTE = _l(
    "Without VAT; refunds are taken off the day on which they were made. 'Before' are as many days before the period."
)


def _profit(asked: Asked) -> AnySelect:
    each = _earned_and_spent(asked)
    day = cast(_moved_up(each.c.day, asked), Date)
    by = asked["by"] or "day"
    begin = cast(func.greatest(cast(func.date_trunc(by, day), Date), asked.since), Date)
    return select(begin.label("begin"), *_figures(each, asked)).group_by("begin")


def _by_branch(asked: Asked) -> AnySelect:
    each = _earned_and_spent(asked)
    found = select(each.c.branch_id, *_figures(each, asked)).group_by(each.c.branch_id).subquery("found")
    return select(*found.c, Branch.name.label("branch")).join_from(
        found, Branch, Branch.id == found.c.branch_id
    )


def _by_category(asked: Asked) -> AnySelect:
    paths = category_paths()
    number = func.coalesce(paths.c.top_id if asked["top"] else paths.c.id, 0)
    each = (
        select(
            Sale.business_date.label("day"),
            SaleItem.product_id.label("product_id"),
            func.sum(SaleItem.total_amount - SaleItem.tax_amount).label("revenue"),
            func.sum(SaleItem.cost_amount).label("cost"),
        )
        .join_from(Sale, SaleItem, SaleItem.sale_id == Sale.id)
        .where(*receipts_asked(asked, since=_first_day_before(asked)), *lines_asked(asked))
        .group_by(Sale.business_date, SaleItem.product_id)
        .subquery("each")
    )
    return (
        select(
            number.label("category_key"),
            func.nullif(number, 0).label("category_id"),
            func.max(paths.c.top if asked["top"] else paths.c.path).label("category"),
            *_figures(each, asked, with_expenses=False),
        )
        .select_from(each)
        .outerjoin(Product, Product.id == each.c.product_id)
        .outerjoin(paths, paths.c.id == Product.category_id)
        .group_by(number)
    )


def _declare(slug: str, title: Any, select_: Callable[[Asked], AnySelect], **facts: Any) -> None:
    declare_report(
        Report(
            slug=slug,
            title=title,
            group=ReportGroup.MONEY,
            permission=FinancePermission.REPORT_READ,
            note=facts.pop("note", _NOTE),
            icon="wallet",
            select=select_,
            **facts,
        )
    )


_declare(
    "profit",
    _l("Profit"),
    _profit,
    filters=(
        PERIOD,
        BRANCH,
        Filter("by", _l("Sum up by"), FilterKind.CHOICE, default="day", choices=_EACH),
    ),
    columns=(Column("begin", _l("From"), ColumnKind.DATE), *_GROSS, *_NET, *_BEFORE, _NET_BEFORE),
    order=("-begin",),
    chart=Chart(ChartKind.LINE, "begin", ("revenue", "gross", "net"), most=366),
)
_declare(
    "profit-by-branch",
    _l("Profit by branch"),
    _by_branch,
    filters=(PERIOD, BRANCH),
    columns=(
        Column("branch", _l("Branch"), link=("branches.details_view", "branch_id"), width=28),
        *_GROSS,
        *_NET,
        *_BEFORE,
        _NET_BEFORE,
    ),
    order=("-revenue", "branch_id"),
    chart=Chart(ChartKind.BAR, "branch", ("revenue", "gross", "net"), most=40),
)
_declare(
    "profit-by-category",
    _l("Profit by category"),
    _by_category,
    note=_l(
        "Without VAT and without expenses, by the category in which a product is now. 'Before' are as many days "
        "before the period."
    ),
    filters=(
        PERIOD,
        BRANCH,
        PRODUCT,
        CATEGORY,
        Filter("top", _l("Sum up to the topmost categories"), FilterKind.FLAG),
    ),
    columns=(
        Column("category", _l("Category"), link=("categories.details_view", "category_id"), width=40),
        *_GROSS,
        *_BEFORE,
    ),
    order=("-revenue", "category_key"),
    chart=Chart(ChartKind.BAR, "category", ("revenue", "gross"), most=20),
)
