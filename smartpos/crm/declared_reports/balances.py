"""What lies on customers' accounts: debts, money paid in advance, points."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Numeric, cast, func, or_, select

from smartpos.catalog.models import CustomerTier
from smartpos.core.admin.labels import Words
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    declare_report,
)
from smartpos.crm.declared_reports.debts import CUSTOMER_COLUMN
from smartpos.crm.models import Customer, CustomerEntryKind, CustomerTransaction
from smartpos.crm.permissions import CrmPermission
from smartpos.crm.queries.listing import CREDIT_SETTING

HOLDING = {"debt": _l("A debt"), "prepayment": _l("Money paid in advance"), "points": _l("Points")}


def _last(asked: Asked, kind: CustomerEntryKind) -> Any:
    """The day of an account's last line of a kind, from the end of the account."""
    it = CustomerTransaction
    moment = (
        select(it.occurred_at)
        .where(it.customer_id == Customer.id, it.transaction_type == kind)
        .order_by(it.occurred_at.desc(), it.id.desc())
        .limit(1)
        .correlate(Customer)
        .scalar_subquery()
    )
    return cast(func.timezone(str(asked.zone), moment), Date)


def _balances(asked: Asked) -> AnySelect:
    credit_limit = func.coalesce(Customer.credit_limit, asked.viewer.setting(CREDIT_SETTING))
    query: AnySelect = select(
        Customer.id.label("customer_id"),
        Customer.name.label("customer"),
        Customer.customer_number.label("number"),
        Customer.phone,
        Customer.tier,
        cast(func.greatest(-Customer.balance, 0), Numeric(18, 2)).label("debt"),
        cast(func.greatest(Customer.balance, 0), Numeric(18, 2)).label("prepayment"),
        cast(credit_limit, Numeric(18, 2)).label("credit_limit"),
        Customer.points,
        _last(asked, CustomerEntryKind.SALE).label("last_sale"),
        _last(asked, CustomerEntryKind.PAYMENT).label("last_payment"),
    )
    tests = {
        "debt": Customer.balance < 0,
        "prepayment": Customer.balance > 0,
        "points": Customer.points != 0,
    }
    if asked["holding"] is None:
        return query.where(or_(Customer.balance != 0, Customer.points != 0))
    return query.where(tests[asked["holding"]])


declare_report(
    Report(
        slug="customer-balances",
        title=_l("Balances and points of customers"),
        group=ReportGroup.CUSTOMERS,
        permission=CrmPermission.REPORT_READ,
        note=_l(
            "Every customer on whose account there is something now: a debt, money paid in advance or points."
        ),
        icon="users",
        filters=(Filter("holding", _l("On the account"), FilterKind.CHOICE, choices=HOLDING),),
        columns=(
            CUSTOMER_COLUMN,
            Column("number", _l("Number")),
            Column("phone", _l("Phone")),
            Column("tier", _l("Tier"), choices=Words(CustomerTier)),
            Column("debt", _l("Debt"), ColumnKind.MONEY, total=True),
            Column("credit_limit", _l("Credit limit"), ColumnKind.MONEY),
            Column("prepayment", _l("Paid in advance"), ColumnKind.MONEY, total=True),
            Column("points", _l("Points"), ColumnKind.MONEY, total=True),
            Column("last_sale", _l("Last sale"), ColumnKind.DATE),
            Column("last_payment", _l("Last payment"), ColumnKind.DATE),
        ),
        select=_balances,
        order=("-debt", "customer_id"),
    )
)
