"""What customers owe: by how long it is overdue, by the day on which it is due, debt by debt."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, cast, literal, select

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
from smartpos.crm.models import Customer, CustomerEntryKind
from smartpos.crm.permissions import CrmPermission
from smartpos.crm.queries.accounts import CUSTOMERS
from smartpos.crm.queries.aged import (
    AGES,
    AHEAD,
    BRANCH,
    BY_DAY,
    DAY,
    OVERDUE,
    PARTS,
    ages_of,
    by_due_day,
    expected,
)
from smartpos.crm.queries.open_parts import open_parts
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import in_sight, shown_name


def _ageing(asked: Asked) -> AnySelect:
    day = asked["day"] or asked.today
    debt = open_parts(CUSTOMERS, asked, day)
    aged: AnySelect = (
        select(debt.c.account_id, *ages_of(debt, day))
        .where(in_sight(debt.c.branch_id))
        .group_by(debt.c.account_id)
    )
    if asked["branch_id"] is not None:
        aged = aged.where(debt.c.branch_id == asked["branch_id"])
    sums = aged.subquery("aged")
    query: AnySelect = (
        select(
            Customer.id.label("customer_id"),
            Customer.name.label("customer"),
            Customer.customer_number.label("number"),
            Customer.phone.label("phone"),
            shown_name().label("assignee"),
            *(sums.c[column.key] for column in AGES),
        )
        .select_from(sums)
        .join(Customer, Customer.id == sums.c.account_id)
        .outerjoin(User, User.id == Customer.assigned_to)
    )
    if asked["assigned_to"] is not None:
        query = query.where(Customer.assigned_to == asked["assigned_to"])
    if asked["late"]:
        query = query.where(sums.c.overdue > 0)
    return query


CUSTOMER_COLUMN = Column("customer", _l("Customer"), link=("customers.details_view", "customer_id"), width=32)

declare_report(
    Report(
        slug="debts-ageing",
        title=_l("Debts of customers by age"),
        group=ReportGroup.CUSTOMERS,
        permission=CrmPermission.REPORT_READ,
        note=_l(
            "What is still open of each debt, by how long its day has passed; payments settle the oldest first."
        ),
        icon="wallet",
        filters=(
            DAY,
            BRANCH,
            Filter("assigned_to", _l("Person in charge"), FilterKind.ROW, model=User),
            Filter("late", _l("Only overdue"), FilterKind.FLAG),
        ),
        columns=(
            CUSTOMER_COLUMN,
            Column("number", _l("Number")),
            Column("phone", _l("Phone")),
            Column("assignee", _l("Person in charge")),
            *AGES,
        ),
        select=_ageing,
        order=("-overdue", "-total", "customer_id"),
        chart=Chart(ChartKind.STACKED, "customer", tuple(PARTS), most=20),
    )
)


def _expected(asked: Asked) -> AnySelect:
    debt = open_parts(CUSTOMERS, asked)
    # Joined for the wall: who is limited to some workspaces sees the debts of their customers.
    return by_due_day(debt, asked, "customers").join(Customer, Customer.id == debt.c.account_id)


declare_report(
    Report(
        slug="expected-payments",
        title=_l("Expected payments of customers"),
        group=ReportGroup.CUSTOMERS,
        permission=CrmPermission.REPORT_READ,
        note=_l("What customers should pay on which day: the open debts by the day on which they are due."),
        icon="calendar",
        filters=(AHEAD, OVERDUE, BRANCH),
        columns=(
            *BY_DAY,
            Column("customers", _l("Customers"), ColumnKind.WHOLE),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
        ),
        select=_expected,
        order=("due_on",),
        chart=Chart(ChartKind.BAR, "due_on", ("amount",), most=120),
    )
)


def _open(asked: Asked) -> AnySelect:
    debt = open_parts(CUSTOMERS, asked)
    query: AnySelect = (
        select(
            debt.c.entry_id,
            debt.c.due_on,
            cast(debt.c.due_on - literal(asked.today, Date), Integer).label("days"),
            Customer.id.label("customer_id"),
            Customer.name.label("customer"),
            Customer.phone.label("phone"),
            Branch.name.label("branch"),
            debt.c.transaction_type.label("kind"),
            debt.c.occurred_at,
            debt.c.owed,
            (debt.c.owed - debt.c.open).label("settled"),
            debt.c.open,
        )
        .select_from(debt)
        .join(Customer, Customer.id == debt.c.account_id)
        .outerjoin(Branch, Branch.id == debt.c.branch_id)
        .where(*expected(debt, asked))
    )
    if asked["customer_id"] is not None:
        query = query.where(debt.c.account_id == asked["customer_id"])
    return query


declare_report(
    Report(
        slug="open-debts",
        title=_l("Open debts of customers"),
        group=ReportGroup.CUSTOMERS,
        permission=CrmPermission.REPORT_READ,
        note=_l(
            "Debt by debt what is still open of it and when it is due; payments settle the oldest first."
        ),
        icon="wallet",
        filters=(
            AHEAD,
            OVERDUE,
            BRANCH,
            Filter("customer_id", _l("Customer"), FilterKind.ROW, model=Customer),
        ),
        columns=(
            Column("due_on", _l("Due"), ColumnKind.DATE),
            Column("days", _l("In days"), ColumnKind.WHOLE),
            CUSTOMER_COLUMN,
            Column("phone", _l("Phone")),
            Column("branch", _l("Branch")),
            Column("kind", _l("Kind"), choices=Words(CustomerEntryKind)),
            Column(
                "occurred_at",
                _l("Made"),
                ColumnKind.MOMENT,
                link=("customer_transactions.details_view", "entry_id"),
            ),
            Column("owed", _l("Owed"), ColumnKind.MONEY, total=True),
            Column("settled", _l("Paid"), ColumnKind.MONEY, total=True),
            Column("open", _l("Still due"), ColumnKind.MONEY, total=True),
        ),
        select=_open,
        order=("due_on", "entry_id"),
    )
)
