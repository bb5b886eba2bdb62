"""Shifts with what was sold and counted in them, and the cash that was missing or too much, by cashier."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Numeric, Text, case, cast, func, select

from smartpos.catalog.queries.reporting import BRANCH
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
from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.identity.models import Branch, Till, User
from smartpos.identity.queries import in_sight
from smartpos.sales.models import Sale, SaleType, Shift, ShiftStatus
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reporting import CASHIER, PERIOD, PERSON, in_period, whole

_NOTHING = Decimal(0)


def _asked_for(query: AnySelect, asked: Asked) -> AnySelect:
    query = query.where(*in_period(Shift.opened_at, asked), in_sight(Shift.branch_id))
    if asked["branch_id"] is not None:
        query = query.where(Shift.branch_id == asked["branch_id"])
    if asked["cashier_id"] is not None:
        query = query.where(Shift.cashier_id == asked["cashier_id"])
    return query


def _of_late_sales(name: str) -> Any:
    """What of a shift's difference was the cash of sales that arrived after the count: the count had it already."""
    return (
        select(func.coalesce(func.sum(CashEntry.amount), 0).label("amount"))
        .where(
            CashEntry.shift_id == Shift.id,
            CashEntry.kind == CashEntryKind.LATE_OFFSET,
            CashEntry.currency.is_(None),
        )
        .correlate(Shift)
        .lateral(name)
    )


def _shifts(asked: Asked) -> AnySelect:
    sold = (
        select(
            whole(func.count().filter(Sale.type != SaleType.REFUND)).label("receipts"),
            whole(func.count().filter(Sale.type == SaleType.REFUND)).label("refunds"),
            func.coalesce(func.sum(Sale.total_amount), _NOTHING).label("revenue"),
        )
        .where(Sale.shift_id == Shift.id)
        .correlate(Shift)
        .lateral("sold")
    )
    late = _of_late_sales("late")
    query = (
        select(
            Shift.id.label("shift_id"),
            (cast(Till.number, Text) + "-" + cast(Shift.number, Text)).label("number"),
            Branch.name.label("branch"),
            Till.name.label("till"),
            PERSON.label("cashier"),
            Shift.status.label("status"),
            Shift.opened_at.label("opened_at"),
            Shift.closed_at.label("closed_at"),
            sold.c.receipts,
            sold.c.refunds,
            sold.c.revenue,
            Shift.opening_cash.label("opening"),
            Shift.expected_cash.label("expected"),
            Shift.closing_cash.label("counted"),
            Shift.difference.label("difference"),
            case((Shift.difference.is_not(None), late.c.amount)).label("late"),
            (Shift.difference + late.c.amount).label("unexplained"),
            Shift.difference_reason.label("reason"),
            Shift.foreign_currency.label("currency"),
            Shift.foreign_difference.label("foreign_difference"),
            Shift.is_forced.label("forced"),
        )
        .join_from(Shift, Branch, Branch.id == Shift.branch_id)
        .join(Till, Till.id == Shift.till_id)
        .join(User, User.id == Shift.cashier_id)
        .join(sold, sold.c.receipts.is_not(None))
        .join(late, late.c.amount.is_not(None))
    )
    if asked["status"] is not None:
        query = query.where(Shift.status == asked["status"])
    return _asked_for(query, asked)


def _differences(asked: Asked) -> AnySelect:
    late = _of_late_sales("late")
    left = Shift.difference + late.c.amount
    abroad = cast(Shift.foreign_difference * Shift.exchange_rate, Numeric(38, 2))
    query = (
        select(
            Shift.cashier_id.label("cashier_id"),
            whole(func.count()).label("shifts"),
            whole(func.count().filter(Shift.is_forced)).label("uncounted"),
            whole(func.count().filter(left != 0)).label("with_difference"),
            func.coalesce(func.sum(left).filter(left < 0), 0).label("missing"),
            func.coalesce(func.sum(left).filter(left > 0), 0).label("surplus"),
            func.coalesce(func.sum(left), 0).label("difference"),
            func.coalesce(func.sum(abroad), 0).label("abroad"),
        )
        .join_from(Shift, late, late.c.amount.is_not(None))
        .where(Shift.status == ShiftStatus.CLOSED)
        .group_by(Shift.cashier_id)
    )
    found = _asked_for(query, asked).subquery("found")
    return select(*found.c, PERSON.label("cashier")).join_from(found, User, User.id == found.c.cashier_id)


declare_report(
    Report(
        slug="shifts",
        title=_l("Shifts"),
        group=ReportGroup.MONEY,
        permission=SalesPermission.REPORT_READ,
        permissions=(SalesPermission.SHIFT_READ_ALL,),
        note=_l(
            "Shifts by the day on which they were opened. Cash of sales that arrived after the count was counted "
            "already, so it is taken off the difference."
        ),
        icon="shift",
        filters=(
            PERIOD,
            BRANCH,
            CASHIER,
            Filter("status", _l("Status"), FilterKind.CHOICE, choices=Words(ShiftStatus)),
        ),
        columns=(
            Column("number", _l("Shift"), link=("shifts.details_view", "shift_id")),
            Column("branch", _l("Branch")),
            Column("till", _l("Till")),
            Column("cashier", _l("Cashier")),
            Column("status", _l("Status"), choices=Words(ShiftStatus)),
            Column("opened_at", _l("Opened"), ColumnKind.MOMENT),
            Column("closed_at", _l("Closed"), ColumnKind.MOMENT),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE, total=True),
            Column("refunds", _l("Refunds"), ColumnKind.WHOLE, total=True),
            Column("revenue", _l("Revenue"), ColumnKind.MONEY, total=True),
            Column("opening", _l("Cash at opening"), ColumnKind.MONEY),
            Column("expected", _l("Expected"), ColumnKind.MONEY),
            Column("counted", _l("Counted"), ColumnKind.MONEY),
            Column("difference", _l("Difference"), ColumnKind.MONEY, total=True),
            Column("late", _l("Of late sales"), ColumnKind.MONEY, total=True),
            Column("unexplained", _l("Unexplained"), ColumnKind.MONEY, total=True),
            Column("reason", _l("Reason"), width=32),
            Column("currency", _l("Currency")),
            Column("foreign_difference", _l("Difference in that currency"), ColumnKind.MONEY),
            Column("forced", _l("Closed by somebody else"), ColumnKind.FLAG),
        ),
        select=_shifts,
        order=("-opened_at", "-shift_id"),
    )
)
declare_report(
    Report(
        slug="cash-differences",
        title=_l("Cash differences"),
        group=ReportGroup.MONEY,
        permission=SalesPermission.REPORT_READ,
        permissions=(SalesPermission.SHIFT_READ_ALL,),
        note=_l(
            "What was missing or too much in drawers, by whose shift it was; without cash of sales that arrived "
            "after the count. Foreign cash is by the rate of its shift."
        ),
        icon="cash",
        filters=(PERIOD, BRANCH, CASHIER),
        columns=(
            Column("cashier", _l("Cashier"), link=("users.details_view", "cashier_id"), width=28),
            Column("shifts", _l("Shifts"), ColumnKind.WHOLE, total=True),
            Column("uncounted", _l("Closed by somebody else"), ColumnKind.WHOLE, total=True),
            Column("with_difference", _l("With a difference"), ColumnKind.WHOLE, total=True),
            Column("missing", _l("Missing"), ColumnKind.MONEY, total=True),
            Column("surplus", _l("Too much"), ColumnKind.MONEY, total=True),
            Column("difference", _l("Difference"), ColumnKind.MONEY, total=True),
            Column("abroad", _l("Difference of foreign cash"), ColumnKind.MONEY, total=True),
        ),
        select=_differences,
        order=("difference", "cashier_id"),
        chart=Chart(ChartKind.BAR, "cashier", ("missing", "surplus"), most=40),
    )
)
