"""Value added tax by rate: what was charged on sales, and what suppliers charged."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Numeric, func, literal, select, union_all

from smartpos.catalog.queries.reporting import BRANCH, COST
from smartpos.core.paging import AnySelect
from smartpos.core.reports import Asked, Column, ColumnKind, Report, ReportGroup, declare_report
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.queries import in_sight
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus
from smartpos.sales.models import SaleItem
from smartpos.sales.queries.reporting import PERIOD, lines_of_receipts


def _nothing(label: str) -> Any:
    return literal(Decimal(0), Numeric(18, 2)).label(label)


def _sold(asked: Asked) -> AnySelect:
    return lines_of_receipts(
        asked,
        SaleItem.vat_rate.label("rate"),
        func.sum(SaleItem.total_amount - SaleItem.tax_amount).label("sold"),
        func.sum(SaleItem.tax_amount).label("charged"),
        _nothing("bought"),
        _nothing("paid"),
    ).group_by(SaleItem.vat_rate)


def _bought(asked: Asked) -> AnySelect:
    query = (
        select(
            PurchaseItem.vat_rate.label("rate"),
            _nothing("sold"),
            _nothing("charged"),
            func.sum(PurchaseItem.total - PurchaseItem.tax_amount).label("bought"),
            func.sum(PurchaseItem.tax_amount).label("paid"),
        )
        .join_from(Purchase, PurchaseItem, PurchaseItem.purchase_id == Purchase.id)
        .where(
            Purchase.document_date.between(asked.since, asked.until),
            Purchase.status == PurchaseStatus.CONFIRMED,
            Purchase.vat_recoverable,
            in_sight(Purchase.branch_id),
        )
        .group_by(PurchaseItem.vat_rate)
    )
    if asked["branch_id"] is not None:
        query = query.where(Purchase.branch_id == asked["branch_id"])
    return query


def _vat(asked: Asked) -> AnySelect:
    both = union_all(_sold(asked), _bought(asked)).subquery("both")
    charged, paid = func.sum(both.c.charged), func.sum(both.c.paid)
    return select(
        both.c.rate,
        func.sum(both.c.sold).label("sold"),
        charged.label("charged"),
        func.sum(both.c.bought).label("bought"),
        paid.label("paid"),
        (charged - paid).label("due"),
    ).group_by(both.c.rate)


declare_report(
    Report(
        slug="vat",
        title=_l("VAT"),
        group=ReportGroup.MONEY,
        permission=FinancePermission.REPORT_READ,
        note=_l(
            "Sales by their business day without what came back; confirmed purchases by the date of the supplier's "
            "paper, where the shop gets the VAT back. Amounts are without VAT."
        ),
        icon="percent",
        filters=(PERIOD, BRANCH),
        columns=(
            Column("rate", _l("VAT rate"), ColumnKind.PERCENT),
            Column("sold", _l("Sold, without VAT"), ColumnKind.MONEY, total=True),
            Column("charged", _l("VAT on sales"), ColumnKind.MONEY, total=True),
            Column("bought", _l("Bought, without VAT"), ColumnKind.MONEY, total=True, permission=COST),
            Column("paid", _l("VAT on purchases"), ColumnKind.MONEY, total=True, permission=COST),
            Column("due", _l("VAT to be paid"), ColumnKind.MONEY, total=True, permission=COST),
        ),
        select=_vat,
        order=("-rate",),
    )
)
