"""What was spent: one by one, by category, by day."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Numeric, cast, func, select

from smartpos.core.admin.labels import Words
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
)
from smartpos.finance.models import Expense, ExpenseCategory, ExpenseSource, ExpenseStatus
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name

_BRANCH = Filter("branch_id", _l("Branch"), FilterKind.ROW, model=Branch)
_FILTERS = (
    Filter("period", _l("Period"), FilterKind.PERIOD, default=30),
    _BRANCH,
    Filter("expense_category_id", _l("Category"), FilterKind.ROW, model=ExpenseCategory),
    Filter("source", _l("Paid from"), FilterKind.CHOICE, choices=Words(ExpenseSource)),
)


def _expenses(asked: Asked, *columns: Any) -> AnySelect:
    # The branch is joined for the sake of the wall.
    query: AnySelect = (
        select(*columns)
        .select_from(Expense)
        .join(Branch, Branch.id == Expense.branch_id)
        .outerjoin(ExpenseCategory, ExpenseCategory.id == Expense.category_id)
        .where(Expense.spent_on.between(asked.since, asked.until))
    )
    for column, name in ((Expense.branch_id, "branch_id"), (Expense.category_id, "expense_category_id")):
        if asked[name] is not None:
            query = query.where(column == asked[name])
    if asked["source"] is not None:
        query = query.where(Expense.source == ExpenseSource(asked["source"]))
    return query


def _booked(asked: Asked, *columns: Any) -> AnySelect:
    return _expenses(asked, *columns).where(Expense.status == ExpenseStatus.BOOKED)


def _lines(asked: Asked) -> AnySelect:
    query = _expenses(
        asked,
        Expense.id,
        Expense.spent_on.label("day"),
        ExpenseCategory.name.label("category"),
        Branch.name.label("branch"),
        Expense.description,
        Expense.source,
        Expense.status,
        Expense.amount,
        shown_name().label("person"),
    ).outerjoin(User, User.id == Expense.created_by)
    if asked["status"] is not None:
        query = query.where(Expense.status == ExpenseStatus(asked["status"]))
    return query


declare_report(
    Report(
        slug="expenses",
        title=_l("Expenses"),
        group=ReportGroup.MONEY,
        permission=FinancePermission.REPORT_READ,
        note=_l(
            "Expenses one by one by the day on which the money was spent; cancelled ones only when asked for."
        ),
        icon="cash",
        filters=(
            *_FILTERS,
            Filter(
                "status",
                _l("Status"),
                FilterKind.CHOICE,
                choices=Words(ExpenseStatus),
                default=ExpenseStatus.BOOKED.value,
            ),
        ),
        columns=(
            Column("day", _l("Date"), ColumnKind.DATE),
            Column("category", _l("Category"), width=24),
            Column("branch", _l("Branch"), width=20),
            Column("description", _l("Description"), link=("expenses.details_view", "id"), width=40),
            Column("source", _l("Paid from"), choices=Words(ExpenseSource)),
            Column("status", _l("Status"), choices=Words(ExpenseStatus)),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
            Column("person", _l("Person")),
        ),
        select=_lines,
        order=("-day", "-id"),
    )
)


def _by_category(asked: Asked) -> AnySelect:
    amount = func.sum(Expense.amount)
    return _booked(
        asked,
        func.coalesce(ExpenseCategory.id, 0).label("category_key"),
        ExpenseCategory.name.label("category"),
        cast(func.count(), Integer).label("expenses"),
        amount.label("amount"),
        cast(amount * 100 / func.sum(amount).over(), Numeric(38, 2)).label("share"),
    ).group_by(ExpenseCategory.id, ExpenseCategory.name)


declare_report(
    Report(
        slug="expenses-by-category",
        title=_l("Expenses by category"),
        group=ReportGroup.MONEY,
        permission=FinancePermission.REPORT_READ,
        note=_l("What was spent on what; cancelled expenses are left out."),
        icon="cash",
        filters=_FILTERS,
        columns=(
            Column("category", _l("Category"), width=28),
            Column("expenses", _l("Expenses"), ColumnKind.WHOLE, total=True),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
            Column("share", _l("Share"), ColumnKind.PERCENT),
        ),
        select=_by_category,
        order=("-amount", "category_key"),
        chart=Chart(ChartKind.BAR, "category", ("amount",), most=30),
    )
)


def _by_day(asked: Asked) -> AnySelect:
    def paid_from(source: ExpenseSource) -> Any:
        taken = func.sum(Expense.amount).filter(Expense.source == source)
        return func.coalesce(taken, 0).cast(Numeric(18, 2)).label(source.value)

    return _booked(
        asked,
        Expense.spent_on.label("day"),
        Branch.id.label("branch_id"),
        Branch.name.label("branch"),
        cast(func.count(), Integer).label("expenses"),
        *(paid_from(source) for source in ExpenseSource),
        func.sum(Expense.amount).label("amount"),
    ).group_by(Expense.spent_on, Branch.id, Branch.name)


declare_report(
    Report(
        slug="expenses-by-day",
        title=_l("Expenses by day and branch"),
        group=ReportGroup.MONEY,
        permission=FinancePermission.REPORT_READ,
        note=_l(
            "What each branch spent on each day, and where the money came from; cancelled expenses are left out."
        ),
        icon="cash",
        filters=_FILTERS,
        columns=(
            Column("day", _l("Date"), ColumnKind.DATE),
            Column("branch", _l("Branch"), width=20),
            Column("expenses", _l("Expenses"), ColumnKind.WHOLE, total=True),
            Column("till", _l("From tills"), ColumnKind.MONEY, total=True),
            Column("office", _l("From the office's cash"), ColumnKind.MONEY, total=True),
            Column("bank", _l("From the bank"), ColumnKind.MONEY, total=True),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
        ),
        select=_by_day,
        order=("-day", "branch_id"),
        chart=Chart(ChartKind.BAR, "day", ("amount",), most=366),
    )
)
