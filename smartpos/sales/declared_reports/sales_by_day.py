"""Sales day by day."""

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Numeric, cast, func, select

from smartpos.catalog.permissions import CatalogPermission
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
    percent_of,
)
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import in_sight
from smartpos.sales.models import Sale, SaleType
from smartpos.sales.permissions import SalesPermission

_COST = CatalogPermission.COST_READ


def _select(asked: Asked) -> AnySelect:
    refunded = func.sum(Sale.returned_amount)
    revenue = func.sum(Sale.total_amount)
    cost = func.sum(Sale.cost_amount)
    sold = func.count().filter(Sale.type != SaleType.REFUND)
    query = (
        select(
            Sale.business_date.label("day"),
            cast(sold, Integer).label("receipts"),
            cast(func.count().filter(Sale.type == SaleType.REFUND), Integer).label("refunds"),
            func.sum(Sale.gross_amount).label("gross"),
            func.sum(Sale.discount_amount).label("discount"),
            refunded.label("refunded"),
            func.sum(Sale.tax_amount).label("tax"),
            revenue.label("revenue"),
            cast(revenue / func.nullif(sold, 0), Numeric(18, 2)).label("average"),
            cost.label("cost"),
            (revenue - cost).label("profit"),
            cast((revenue - cost) * 100 / func.nullif(revenue, Decimal(0)), Numeric(12, 2)).label("margin"),
        )
        .where(Sale.business_date.between(asked.since, asked.until), in_sight(Sale.branch_id))
        .group_by(Sale.business_date)
    )
    if asked["branch_id"] is not None:
        query = query.where(Sale.branch_id == asked["branch_id"])
    if asked["cashier_id"] is not None:
        query = query.where(Sale.cashier_id == asked["cashier_id"])
    return query


def _average(totals: object) -> Decimal | None:
    sums: dict[str, Decimal] = dict(totals)  # type: ignore[call-overload]
    if not sums["receipts"]:
        return None
    return (sums["revenue"] / sums["receipts"]).quantize(Decimal("0.01"))


declare_report(
    Report(
        slug="sales-by-day",
        title=_l("Sales by day"),
        group=ReportGroup.SALES,
        permission=SalesPermission.REPORT_READ,
        note=_l("Receipts by their business day. Refunds are taken off the day on which they were made."),
        icon="chart",
        filters=(
            Filter("period", _l("Period"), FilterKind.PERIOD, default=30),
            Filter("branch_id", _l("Branch"), FilterKind.ROW, model=Branch),
            Filter("cashier_id", _l("Cashier"), FilterKind.ROW, model=User),
        ),
        columns=(
            Column("day", _l("Day"), ColumnKind.DATE),
            Column("receipts", _l("Receipts"), ColumnKind.WHOLE, total=True),
            Column("refunds", _l("Refunds"), ColumnKind.WHOLE, total=True),
            Column("gross", _l("Before discounts"), ColumnKind.MONEY, total=True),
            Column("discount", _l("Discounts"), ColumnKind.MONEY, total=True),
            Column("refunded", _l("Refunded"), ColumnKind.MONEY, total=True),
            Column("tax", _l("VAT"), ColumnKind.MONEY, total=True),
            Column("revenue", _l("Revenue"), ColumnKind.MONEY, total=True),
            Column("average", _l("Average receipt"), ColumnKind.MONEY, total=_average),
            Column("cost", _l("Cost"), ColumnKind.MONEY, total=True, permission=_COST),
            Column("profit", _l("Gross profit"), ColumnKind.MONEY, total=True, permission=_COST),
            Column(
                "margin",
                _l("Margin"),
                ColumnKind.PERCENT,
                total=percent_of("profit", "revenue"),
                permission=_COST,
            ),
        ),
        select=_select,
        order=("-day",),
        chart=Chart(ChartKind.LINE, "day", ("revenue",), most=366),
    )
)
