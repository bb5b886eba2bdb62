"""Customers: what each has brought in all, and who came in a period or stayed away."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Date, Integer, cast, func, literal, select

from smartpos.catalog.models import CustomerTier
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
from smartpos.crm.models import Customer
from smartpos.crm.permissions import CrmPermission
from smartpos.identity.queries import in_sight
from smartpos.sales.models import Sale, SaleType
from smartpos.sales.queries.reporting import EARNED, PERIOD, amount_per, earned, per, whole

TIER = Filter("tier", _l("Tier"), FilterKind.CHOICE, choices=Words(CustomerTier))
CAME, AWAY = "came", "away"


def _of_customers(asked: Asked) -> AnySelect:
    """Figures of all receipts with a customer, by customer."""
    revenue = func.sum(Sale.total_amount)
    sold = func.count().filter(Sale.type != SaleType.REFUND)
    query = (
        select(
            Sale.customer_id.label("customer_id"),
            whole(sold).label("receipts"),
            whole(func.count().filter(Sale.type == SaleType.REFUND)).label("refunds"),
            revenue.label("revenue"),
            amount_per(revenue, sold).label("average"),
            func.sum(Sale.discount_amount).label("discount"),
            func.min(Sale.business_date).label("first_visit"),
            func.max(Sale.business_date).label("last_visit"),
            *earned(revenue, func.sum(Sale.tax_amount), func.sum(Sale.cost_amount)),
        )
        .where(Sale.customer_id.is_not(None), in_sight(Sale.branch_id))
        .group_by(Sale.customer_id)
    )
    if asked["branch_id"] is not None:
        query = query.where(Sale.branch_id == asked["branch_id"])
    return query


def _days_since(day: ColumnElement[object], asked: Asked) -> ColumnElement[int]:
    return cast(literal(asked.today, Date) - day, Integer)


def _with_names(figures: AnySelect, asked: Asked) -> AnySelect:
    found = figures.subquery("found")
    since = _days_since(found.c.last_visit, asked)
    # A month is the twelfth part of a year of 365.25 days; nobody is a customer for less than one.
    months = func.greatest((_days_since(found.c.first_visit, asked) + 1) / Decimal("30.4375"), Decimal(1))
    query = select(
        *found.c,
        Customer.name.label("customer"),
        Customer.customer_number.label("number"),
        Customer.phone.label("phone"),
        Customer.tier.label("tier"),
        Customer.balance.label("balance"),
        since.label("days_since"),
        amount_per(found.c.revenue, months).label("per_month"),
    ).join_from(found, Customer, Customer.id == found.c.customer_id)
    if asked["tier"] is not None:
        query = query.where(Customer.tier == asked["tier"])
    return query


def _lifetime(asked: Asked) -> AnySelect:
    return _with_names(_of_customers(asked), asked)


def _activity(asked: Asked) -> AnySelect:
    figures = _of_customers(asked)
    if asked["which"] == AWAY:
        figures = figures.where(Sale.business_date <= asked.until).having(
            func.max(Sale.business_date) < asked.since
        )
    else:
        figures = figures.where(Sale.business_date.between(asked.since, asked.until))
    return _with_names(figures, asked)


_WHO = (
    Column("customer", _l("Customer"), link=("customers.details_view", "customer_id"), width=32),
    Column("number", _l("Number")),
    Column("phone", _l("Phone")),
    Column("tier", _l("Tier"), choices=Words(CustomerTier)),
)
_RECEIPTS = Column("receipts", _l("Receipts"), ColumnKind.WHOLE, total=True)
_REFUNDS = Column("refunds", _l("Refunds"), ColumnKind.WHOLE, total=True)
_AVERAGE = Column("average", _l("Average receipt"), ColumnKind.MONEY, total=per("revenue", "receipts"))
_LAST = Column("last_visit", _l("Last visit"), ColumnKind.DATE)
_SINCE = Column("days_since", _l("Days since then"), ColumnKind.WHOLE)

declare_report(
    Report(
        slug="customer-lifetime-value",
        title=_l("Lifetime value of customers"),
        group=ReportGroup.CUSTOMERS,
        permission=CrmPermission.REPORT_READ,
        note=_l("All receipts of each customer since the first one, without what came back."),
        icon="users",
        filters=(BRANCH, TIER),
        columns=(
            *_WHO,
            Column("first_visit", _l("First visit"), ColumnKind.DATE),
            _LAST,
            _SINCE,
            _RECEIPTS,
            _REFUNDS,
            Column("revenue", _l("Lifetime value"), ColumnKind.MONEY, total=True),
            _AVERAGE,
            Column("per_month", _l("For a month"), ColumnKind.MONEY),
            *EARNED,
            Column("balance", _l("Balance"), ColumnKind.MONEY, total=True),
        ),
        select=_lifetime,
        order=("-revenue", "customer_id"),
        chart=Chart(ChartKind.BAR, "customer", ("revenue",), most=20),
    )
)
declare_report(
    Report(
        slug="customers-activity",
        title=_l("Activity of customers"),
        group=ReportGroup.CUSTOMERS,
        permission=CrmPermission.REPORT_READ,
        note=_l(
            "Who came in the period, with the receipts of the period; or who stayed away in it, with all receipts "
            "before it. Days are counted up to today."
        ),
        icon="users",
        filters=(
            PERIOD,
            BRANCH,
            TIER,
            Filter(
                "which",
                _l("Customers"),
                FilterKind.CHOICE,
                default=CAME,
                choices={CAME: _l("Those who came"), AWAY: _l("Those who stayed away")},
            ),
        ),
        columns=(
            *_WHO,
            _RECEIPTS,
            _REFUNDS,
            Column("revenue", _l("Revenue"), ColumnKind.MONEY, total=True),
            _AVERAGE,
            Column("discount", _l("Discounts"), ColumnKind.MONEY, total=True),
            _LAST,
            _SINCE,
            *EARNED,
        ),
        select=_activity,
        order=("-revenue", "customer_id"),
        chart=Chart(ChartKind.BAR, "customer", ("revenue",), most=20),
    )
)
