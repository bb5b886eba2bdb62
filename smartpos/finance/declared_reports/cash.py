"""What went into and out of the drawers of tills, and what customers paid into their accounts."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Numeric, cast, func, select

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
from smartpos.crm.models import Customer
from smartpos.finance.models import CashEntry, CashEntryKind, PaidBy, Payment
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.models import Branch, Till, User
from smartpos.identity.queries import shown_name

_PERIOD = Filter("period", _l("Period"), FilterKind.PERIOD, default=30)
_BRANCH = Filter("branch_id", _l("Branch"), FilterKind.ROW, model=Branch)

# The money that lies in a drawer when a shift begins was counted at the end of another: it is no flow. What came late
# was in the drawer when it was counted, so that its offset belongs to the difference found then.
_FLOWS: tuple[tuple[str, Any, tuple[CashEntryKind, ...]], ...] = (
    ("sales", _l("Sales"), (CashEntryKind.SALE, CashEntryKind.LATE)),
    ("refunds", _l("Refunds"), (CashEntryKind.REFUND,)),
    ("debts", _l("Payments of debts"), (CashEntryKind.DEBT,)),
    ("put_in", _l("Put in"), (CashEntryKind.IN,)),
    ("taken_out", _l("Taken out"), (CashEntryKind.OUT,)),
    ("expenses", _l("Expenses"), (CashEntryKind.EXPENSE,)),
    ("differences", _l("Differences"), (CashEntryKind.DIFFERENCE, CashEntryKind.LATE_OFFSET)),
)


def _flow(asked: Asked) -> AnySelect:
    it = CashEntry
    lines = (
        select(
            cast(func.timezone(str(asked.zone), it.occurred_at), Date).label("day"),
            it.branch_id,
            it.kind,
            it.amount,
        )
        .where(
            it.occurred_at >= asked.begin,
            it.occurred_at < asked.end,
            it.currency.is_(None),
            it.kind != CashEntryKind.OPENING,
        )
        .join(Branch, Branch.id == it.branch_id)
    )
    for column, name in ((it.branch_id, "branch_id"), (it.till_id, "till_id")):
        if asked[name] is not None:
            lines = lines.where(column == asked[name])
    line = lines.subquery("line").c

    def flow(kinds: tuple[CashEntryKind, ...]) -> Any:
        return func.coalesce(func.sum(line.amount).filter(line.kind.in_(kinds)), 0).cast(Numeric(18, 2))

    return select(
        line.day,
        *(flow(kinds).label(name) for name, _label, kinds in _FLOWS),
        func.sum(line.amount).label("net"),
    ).group_by(line.day)


declare_report(
    Report(
        slug="cash-flow",
        title=_l("Cash of tills by day"),
        group=ReportGroup.MONEY,
        permission=FinancePermission.REPORT_READ,
        note=_l(
            "What went into the drawers of tills and out of them (negative) on each day, in the shop's own currency;"
            " the money with which a shift begins is no flow."
        ),
        icon="cash",
        filters=(_PERIOD, _BRANCH, Filter("till_id", _l("Till"), FilterKind.ROW, model=Till)),
        columns=(
            Column("day", _l("Day"), ColumnKind.DATE),
            *(Column(name, label, ColumnKind.MONEY, total=True) for name, label, _kinds in _FLOWS),
            Column("net", _l("Together"), ColumnKind.MONEY, total=True),
        ),
        select=_flow,
        order=("-day",),
        chart=Chart(ChartKind.LINE, "day", ("net",), most=366),
    )
)


def _payments(asked: Asked) -> AnySelect:
    it = Payment
    query: AnySelect = (
        select(
            it.id,
            it.payment_date.label("day"),
            it.payment_number.label("number"),
            Customer.id.label("customer_id"),
            Customer.name.label("customer"),
            Branch.name.label("branch"),
            it.payment_method.label("method"),
            it.amount,
            it.reference_number.label("reference"),
            shown_name().label("person"),
            it.notes.label("note"),
        )
        .select_from(it)
        .join(Branch, Branch.id == it.branch_id)
        .join(Customer, Customer.id == it.customer_id)
        .outerjoin(User, User.id == it.received_by)
        .where(it.payment_date.between(asked.since, asked.until))
    )
    for column, name in ((it.branch_id, "branch_id"), (it.customer_id, "customer_id")):
        if asked[name] is not None:
            query = query.where(column == asked[name])
    if asked["method"] is not None:
        query = query.where(it.payment_method == PaidBy(asked["method"]))
    return query


declare_report(
    Report(
        slug="customer-payments",
        title=_l("Payments of customers"),
        group=ReportGroup.MONEY,
        permission=FinancePermission.REPORT_READ,
        permissions=(FinancePermission.PAYMENT_READ,),
        note=_l("What customers paid into their accounts outside of sales; what was taken back is negative."),
        icon="wallet",
        filters=(
            _PERIOD,
            Filter("method", _l("Paid by"), FilterKind.CHOICE, choices=Words(PaidBy)),
            _BRANCH,
            Filter("customer_id", _l("Customer"), FilterKind.ROW, model=Customer),
        ),
        columns=(
            Column("day", _l("Date"), ColumnKind.DATE),
            Column("number", _l("Number"), link=("payments.details_view", "id")),
            Column("customer", _l("Customer"), link=("customers.details_view", "customer_id"), width=32),
            Column("branch", _l("Branch")),
            Column("method", _l("Paid by"), choices=Words(PaidBy)),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
            Column("reference", _l("Reference")),
            Column("person", _l("Person")),
            Column("note", _l("Note"), width=32),
        ),
        select=_payments,
        order=("-day", "-id"),
    )
)
