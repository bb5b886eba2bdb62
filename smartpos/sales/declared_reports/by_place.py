"""Sales by branch, by cashier and by the way of paying."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

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
)
from smartpos.identity.models import Branch, User
from smartpos.sales.models import Sale, SalePayment
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reporting import (
    METHODS,
    OF_RECEIPTS,
    PAYMENT,
    PERSON,
    RECEIPT_COLUMNS,
    SHARE,
    percent,
    receipt_figures,
    receipts_asked,
    share_of_all,
    whole,
)


def _by_branch(asked: Asked) -> AnySelect:
    sold = (
        select(Sale.branch_id.label("branch_id"), *receipt_figures())
        .where(*receipts_asked(asked))
        .group_by(Sale.branch_id)
        .subquery("sold")
    )
    return select(
        *sold.c, Branch.name.label("branch"), share_of_all(sold.c.revenue).label("share")
    ).join_from(sold, Branch, Branch.id == sold.c.branch_id)


def _by_cashier(asked: Asked) -> AnySelect:
    sold = (
        select(
            Sale.cashier_id.label("cashier_id"),
            whole(func.count(Sale.business_date.distinct())).label("days"),
            *receipt_figures(),
        )
        .where(*receipts_asked(asked))
        .group_by(Sale.cashier_id)
        .subquery("sold")
    )
    return select(
        *sold.c,
        PERSON.label("cashier"),
        share_of_all(sold.c.revenue).label("share"),
    ).join_from(sold, User, User.id == sold.c.cashier_id)


def _by_payment_method(asked: Asked) -> AnySelect:
    amount = func.sum(SalePayment.amount)
    currency = func.coalesce(SalePayment.currency, "")
    paid = (
        select(
            SalePayment.method.label("method"),
            currency.label("currency"),
            whole(func.count(SalePayment.sale_id.distinct())).label("receipts"),
            func.coalesce(func.sum(SalePayment.amount).filter(SalePayment.amount > 0), 0).label("received"),
            func.coalesce(-func.sum(SalePayment.amount).filter(SalePayment.amount < 0), 0).label("paid_back"),
            amount.label("amount"),
            func.sum(SalePayment.foreign_amount).label("foreign_amount"),
        )
        .join_from(Sale, SalePayment, SalePayment.sale_id == Sale.id)
        .where(*receipts_asked(asked))
        .group_by(SalePayment.method, currency)
        .subquery("paid")
    )
    return select(*paid.c, percent(paid.c.amount, func.sum(paid.c.amount).over()).label("share"))


declare_report(
    Report(
        slug="sales-by-branch",
        title=_l("Sales by branch"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l(
            "Receipts by the branch in which they were made. Refunds are taken off where they were made."
        ),
        icon="branch",
        filters=OF_RECEIPTS,
        columns=(
            Column("branch", _l("Branch"), link=("branches.details_view", "branch_id"), width=28),
            *RECEIPT_COLUMNS,
            SHARE,
        ),
        select=_by_branch,
        order=("-revenue", "branch_id"),
        chart=Chart(ChartKind.BAR, "branch", ("revenue",), most=40),
    )
)
declare_report(
    Report(
        slug="sales-by-cashier",
        title=_l("Sales by cashier"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l(
            "Receipts by who made them. Refunds are taken off the figures of whoever took the goods back."
        ),
        icon="users",
        filters=OF_RECEIPTS,
        columns=(
            Column("cashier", _l("Cashier"), link=("users.details_view", "cashier_id"), width=28),
            Column("days", _l("Days worked"), ColumnKind.WHOLE, total=True),
            *RECEIPT_COLUMNS,
            SHARE,
        ),
        select=_by_cashier,
        order=("-revenue", "cashier_id"),
        chart=Chart(ChartKind.BAR, "cashier", ("revenue",), most=40),
    )
)
declare_report(
    Report(
        slug="sales-by-payment-method",
        title=_l("Sales by payment method"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l(
            "How receipts were paid, foreign cash by the rate of its shift. A receipt that was paid in several ways "
            "counts for each. What came back as change in another currency counts as paid back."
        ),
        icon="card",
        filters=tuple(one for one in OF_RECEIPTS if one is not PAYMENT),
        columns=(
            Column("method", _l("Method"), choices=METHODS),
            Column("currency", _l("Currency")),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE),
            Column("received", _l("Received"), ColumnKind.MONEY, total=True),
            Column("paid_back", _l("Paid back"), ColumnKind.MONEY, total=True),
            Column("amount", _l("Amount"), ColumnKind.MONEY, total=True),
            Column(
                "share", _l("Share"), ColumnKind.PERCENT, total=lambda sums: 100 if sums["amount"] else None
            ),
            Column("foreign_amount", _l("In that currency"), ColumnKind.MONEY),
        ),
        select=_by_payment_method,
        order=("-amount", "method", "currency"),
        chart=Chart(ChartKind.BAR, "method", ("amount",), most=20),
    )
)
