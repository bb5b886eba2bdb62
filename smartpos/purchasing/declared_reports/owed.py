"""What we owe suppliers, when it is due, and what they were paid."""

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
from smartpos.crm.models import Supplier, SupplierEntryKind
from smartpos.crm.permissions import CrmPermission
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
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import in_sight, shown_name
from smartpos.purchasing.declared_reports.bought import PERIOD, SUPPLIER, SUPPLIER_COLUMN
from smartpos.purchasing.models import PaidFrom, SupplierPayment
from smartpos.purchasing.permissions import PurchasingPermission

_ACCOUNTS = (CrmPermission.SUPPLIER_ACCOUNT_READ,)


def _ageing(asked: Asked) -> AnySelect:
    day = asked["day"] or asked.today
    debt = open_parts(SUPPLIERS, asked, day)
    query: AnySelect = (
        select(
            Supplier.id.label("supplier_id"),
            Supplier.name.label("supplier"),
            Supplier.phone.label("phone"),
            Supplier.contact_person.label("person"),
            *ages_of(debt, day),
        )
        .select_from(debt)
        .join(Supplier, Supplier.id == debt.c.account_id)
        .where(in_sight(debt.c.branch_id))
        .group_by(Supplier.id, Supplier.name, Supplier.phone, Supplier.contact_person)
    )
    if asked["branch_id"] is not None:
        query = query.where(debt.c.branch_id == asked["branch_id"])
    return query


declare_report(
    Report(
        slug="payables-ageing",
        title=_l("Debts to suppliers by age"),
        group=ReportGroup.PURCHASES,
        permission=PurchasingPermission.REPORT_READ,
        permissions=_ACCOUNTS,
        note=_l(
            "What we still owe of each purchase, by how long its day has passed; payments settle the oldest first."
        ),
        icon="wallet",
        filters=(DAY, BRANCH),
        columns=(
            SUPPLIER_COLUMN,
            Column("phone", _l("Phone")),
            Column("person", _l("Contact person")),
            *AGES,
        ),
        select=_ageing,
        order=("-overdue", "-total", "supplier_id"),
        chart=Chart(ChartKind.STACKED, "supplier", tuple(PARTS), most=20),
    )
)


def _due(asked: Asked) -> AnySelect:
    return by_due_day(open_parts(SUPPLIERS, asked), asked, "suppliers")


declare_report(
    Report(
        slug="payables-by-day",
        title=_l("Expected payments to suppliers"),
        group=ReportGroup.PURCHASES,
        permission=PurchasingPermission.REPORT_READ,
        permissions=_ACCOUNTS,
        note=_l("What has to be paid on which day: the open debts by the day on which they are due."),
        icon="calendar",
        filters=(AHEAD, OVERDUE, BRANCH),
        columns=(
            *BY_DAY,
            Column("suppliers", _l("Suppliers"), ColumnKind.WHOLE),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
        ),
        select=_due,
        order=("due_on",),
        chart=Chart(ChartKind.BAR, "due_on", ("amount",), most=120),
    )
)


def _open(asked: Asked) -> AnySelect:
    debt = open_parts(SUPPLIERS, asked)
    query: AnySelect = (
        select(
            debt.c.entry_id,
            debt.c.due_on,
            cast(debt.c.due_on - literal(asked.today, Date), Integer).label("days"),
            Supplier.id.label("supplier_id"),
            Supplier.name.label("supplier"),
            Branch.name.label("branch"),
            debt.c.transaction_type.label("kind"),
            debt.c.occurred_at,
            debt.c.owed,
            (debt.c.owed - debt.c.open).label("settled"),
            debt.c.open,
        )
        .select_from(debt)
        .join(Supplier, Supplier.id == debt.c.account_id)
        .outerjoin(Branch, Branch.id == debt.c.branch_id)
        .where(*expected(debt, asked))
    )
    if asked["supplier_id"] is not None:
        query = query.where(debt.c.account_id == asked["supplier_id"])
    return query


declare_report(
    Report(
        slug="payables",
        title=_l("Open debts to suppliers"),
        group=ReportGroup.PURCHASES,
        permission=PurchasingPermission.REPORT_READ,
        permissions=_ACCOUNTS,
        note=_l("Debt by debt what we still owe of it and when it is due; payments settle the oldest first."),
        icon="wallet",
        filters=(AHEAD, OVERDUE, BRANCH, SUPPLIER),
        columns=(
            Column("due_on", _l("Due"), ColumnKind.DATE),
            Column("days", _l("In days"), ColumnKind.WHOLE),
            SUPPLIER_COLUMN,
            Column("branch", _l("Branch")),
            Column("kind", _l("Kind"), choices=Words(SupplierEntryKind)),
            Column(
                "occurred_at",
                _l("Made"),
                ColumnKind.MOMENT,
                link=("supplier_transactions.details_view", "entry_id"),
            ),
            Column("owed", _l("Owed"), ColumnKind.MONEY, total=True),
            Column("settled", _l("Paid"), ColumnKind.MONEY, total=True),
            Column("open", _l("Still due"), ColumnKind.MONEY, total=True),
        ),
        select=_open,
        order=("due_on", "entry_id"),
    )
)


def _payments(asked: Asked) -> AnySelect:
    it = SupplierPayment
    query: AnySelect = (
        select(
            it.id,
            it.paid_on.label("day"),
            it.number,
            Supplier.id.label("supplier_id"),
            Supplier.name.label("supplier"),
            Branch.name.label("branch"),
            it.source,
            it.amount,
            it.reference_number.label("reference"),
            shown_name().label("person"),
            it.notes.label("note"),
        )
        .select_from(it)
        .join(Supplier, Supplier.id == it.supplier_id)
        .outerjoin(Branch, Branch.id == it.branch_id)
        .outerjoin(User, User.id == it.created_by)
        .where(it.paid_on.between(asked.since, asked.until), in_sight(it.branch_id))
    )
    for column, name in ((it.branch_id, "branch_id"), (it.supplier_id, "supplier_id")):
        if asked[name] is not None:
            query = query.where(column == asked[name])
    if asked["source"] is not None:
        query = query.where(it.source == PaidFrom(asked["source"]))
    return query


declare_report(
    Report(
        slug="supplier-payments",
        title=_l("Payments to suppliers"),
        group=ReportGroup.PURCHASES,
        permission=PurchasingPermission.REPORT_READ,
        permissions=(PurchasingPermission.PAYMENT_READ,),
        note=_l("What suppliers were paid; what was taken back is negative."),
        icon="wallet",
        filters=(
            PERIOD,
            Filter("source", _l("Paid from"), FilterKind.CHOICE, choices=Words(PaidFrom)),
            BRANCH,
            SUPPLIER,
        ),
        columns=(
            Column("day", _l("Date"), ColumnKind.DATE),
            Column("number", _l("Number"), link=("supplier_payments.details_view", "id")),
            SUPPLIER_COLUMN,
            Column("branch", _l("Branch")),
            Column("source", _l("Paid from"), choices=Words(PaidFrom)),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
            Column("reference", _l("Reference")),
            Column("person", _l("Person")),
            Column("note", _l("Note"), width=32),
        ),
        select=_payments,
        order=("-day", "-id"),
    )
)
