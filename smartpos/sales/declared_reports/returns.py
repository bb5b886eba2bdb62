"""What came back: each refund, and by whom they were made."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    Asked,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Report,
    ReportGroup,
    declare_report,
    percent_of,
)
from smartpos.crm.models import Customer
from smartpos.identity.models import Branch, User
from smartpos.sales.declared_reports.heads import CUSTOMER_COLUMN, HEAD, HEAD_COLUMNS
from smartpos.sales.models import Sale, SaleType
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reporting import (
    OF_RECEIPTS,
    PAYMENT,
    PAYMENTS,
    PERSON,
    percent,
    receipts_asked,
    whole,
)


def _gives_back() -> ColumnElement[bool]:
    return or_(Sale.type == SaleType.REFUND, and_(Sale.type == SaleType.EXCHANGE, Sale.returned_amount > 0))


def _refunds(asked: Asked) -> AnySelect:
    original = aliased(Sale)
    return (
        select(
            *HEAD,
            Sale.original_id.label("original_id"),
            original.number.label("original"),
            original.business_date.label("sold_on"),
            Sale.payment_method.label("payment"),
            Sale.reason.label("reason"),
            Sale.returned_amount.label("refunded"),
            Sale.total_amount.label("total"),
        )
        .join_from(Sale, Branch, Branch.id == Sale.branch_id)
        .join(User, User.id == Sale.cashier_id)
        .outerjoin(Customer, Customer.id == Sale.customer_id)
        .outerjoin(original, original.id == Sale.original_id)
        .where(*receipts_asked(asked), _gives_back())
    )


def _by_person(asked: Asked) -> AnySelect:
    refunded = func.sum(Sale.returned_amount)
    sold = func.sum(Sale.total_amount + Sale.returned_amount)
    made = (
        select(
            Sale.cashier_id.label("cashier_id"),
            whole(func.count().filter(Sale.type == SaleType.REFUND)).label("refunds"),
            whole(func.count().filter(Sale.type == SaleType.EXCHANGE)).label("exchanges"),
            whole(func.count().filter(_gives_back(), Sale.original_id.is_(None))).label("without_receipt"),
            refunded.label("refunded"),
            whole(func.count().filter(Sale.type != SaleType.REFUND)).label("receipts"),
            sold.label("sold"),
            percent(refunded, sold).label("of_sold"),
        )
        .where(*receipts_asked(asked))
        .group_by(Sale.cashier_id)
        .having(func.count().filter(_gives_back()) > 0)
        .subquery("made")
    )
    return select(*made.c, PERSON.label("cashier")).join_from(made, User, User.id == made.c.cashier_id)


declare_report(
    Report(
        slug="refunds",
        title=_l("Refunds"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        permissions=(SalesPermission.SALE_READ_ALL,),
        note=_l("Receipts on which goods came back, exchanges too, on the day on which they did."),
        icon="undo",
        filters=OF_RECEIPTS,
        columns=(
            *HEAD_COLUMNS,
            Column("cashier", _l("Taken back by")),
            CUSTOMER_COLUMN,
            Column("original", _l("Gives back"), link=("receipts.details_view", "original_id")),
            Column("sold_on", _l("Sold on"), ColumnKind.DATE),
            Column("payment", _l("Payment"), choices=PAYMENTS),
            Column("reason", _l("Reason"), width=32),
            Column("refunded", _l("Refunded"), ColumnKind.MONEY, total=True),
            Column("total", _l("Total"), ColumnKind.MONEY, total=True),
        ),
        select=_refunds,
        order=("-day", "-sale_id"),
    )
)
declare_report(
    Report(
        slug="refunds-by-person",
        title=_l("Refunds by person"),
        group=ReportGroup.PEOPLE,
        permission=SalesPermission.REPORT_READ,
        note=_l("Who took goods back, how often and for how much, against what they sold meanwhile."),
        icon="undo",
        filters=tuple(one for one in OF_RECEIPTS if one is not PAYMENT),
        columns=(
            Column("cashier", _l("Taken back by"), link=("users.details_view", "cashier_id"), width=28),
            Column("refunds", _l("Refunds"), ColumnKind.WHOLE, total=True),
            Column("exchanges", _l("Exchanges"), ColumnKind.WHOLE, total=True),
            Column("without_receipt", _l("Without a receipt"), ColumnKind.WHOLE, total=True),
            Column("refunded", _l("Refunded"), ColumnKind.MONEY, total=True),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE, total=True),
            Column("sold", _l("Sold"), ColumnKind.MONEY, total=True),
            Column(
                "of_sold",
                _l("Refunded, in per cent of what was sold"),
                ColumnKind.PERCENT,
                total=percent_of("refunded", "sold"),
            ),
        ),
        select=_by_person,
        order=("-refunded", "cashier_id"),
        chart=Chart(ChartKind.BAR, "cashier", ("refunded",), most=40),
    )
)
