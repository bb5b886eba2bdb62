"""How fast the money in the goods comes back: average value in stock, cost of what was sold, turns and days.

The average value is that of the evenings of the period: what was there before it, and each movement for as many
evenings as it lasted. What was there before is what is there now without all that has moved since.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import BigInteger, Date, Integer, Numeric, Subquery, case, cast, func, literal, select

from smartpos.catalog.models import Product
from smartpos.catalog.queries.reporting import (
    BRANCH,
    CATEGORY,
    COST,
    NAMES,
    PRODUCT,
    narrowed,
    with_names,
)
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
from smartpos.identity.queries import in_sight
from smartpos.sales.models import SaleItem
from smartpos.sales.queries.reporting import lines_of_receipts, local
from smartpos.stock.models import BranchStock, InventoryMovement
from smartpos.stock.permissions import StockPermission

_NOTHING = Decimal(0)


def _days(asked: Asked) -> int:
    return (asked.until - asked.since).days + 1


def _moved(asked: Asked) -> Subquery:
    """What has moved since the period began (``since``), and of it what counts for the average (``weighed``)."""
    day = cast(local(InventoryMovement.occurred_at, asked), Date)
    evenings = cast(literal(asked.until, Date) - day, Integer) + 1
    query = (
        select(
            InventoryMovement.product_id.label("product_id"),
            func.sum(InventoryMovement.value).label("since"),
            func.sum(case((evenings > 0, InventoryMovement.value * evenings), else_=_NOTHING)).label(
                "weighed"
            ),
        )
        .where(InventoryMovement.occurred_at >= asked.begin, in_sight(InventoryMovement.branch_id))
        .group_by(InventoryMovement.product_id)
    )
    if asked["branch_id"] is not None:
        query = query.where(InventoryMovement.branch_id == asked["branch_id"])
    return query.subquery("moved")


def _held(asked: Asked) -> Subquery:
    query = (
        select(
            BranchStock.product_id.label("product_id"),
            func.sum(BranchStock.quantity).label("quantity"),
            func.sum(BranchStock.value).label("value"),
        )
        .where(in_sight(BranchStock.branch_id))
        .group_by(BranchStock.product_id)
    )
    if asked["branch_id"] is not None:
        query = query.where(BranchStock.branch_id == asked["branch_id"])
    return query.subquery("held")


def _turnover(asked: Asked) -> AnySelect:
    held, moved = _held(asked), _moved(asked)
    sold = (
        lines_of_receipts(
            asked,
            SaleItem.product_id.label("product_id"),
            func.sum(SaleItem.cost_amount).label("cost"),
        )
        .where(SaleItem.is_tracked)
        .group_by(SaleItem.product_id)
        .subquery("sold")
    )
    days = _days(asked)
    opening = held.c.value - func.coalesce(moved.c.since, _NOTHING)
    average = cast(opening + func.coalesce(moved.c.weighed, _NOTHING) / days, Numeric(38, 2))
    cost = func.coalesce(sold.c.cost, _NOTHING)
    query = (
        select(
            *NAMES,
            held.c.quantity.label("quantity"),
            cast(held.c.value, Numeric(38, 2)).label("stock_value"),
            average.label("average_stock_value"),
            cost.label("cost"),
            case((average > 0, cast(cost / func.nullif(average, _NOTHING), Numeric(38, 3)))).label("turns"),
            case(
                ((cost > 0) & (average > 0), cast(average * days / func.nullif(cost, _NOTHING), BigInteger))
            ).label("days"),
        )
        .join_from(held, Product, Product.id == held.c.product_id)
        .outerjoin(moved, moved.c.product_id == held.c.product_id)
        .outerjoin(sold, sold.c.product_id == held.c.product_id)
        .where((average != 0) | (cost != 0))
    )
    return narrowed(with_names(query), asked)


def _turns(totals: Mapping[str, Any]) -> Decimal | None:
    """How often the stock was sold in all."""
    if totals["average_stock_value"] <= 0:
        return None
    return Decimal(totals["cost"] / totals["average_stock_value"]).quantize(Decimal("0.001"))


declare_report(
    Report(
        slug="turnover",
        title=_l("Turnover of stock"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        permissions=(COST,),
        note=_l(
            "Cost of what was sold in the period against the average value in stock on its evenings; and for how "
            "many days that stock would last."
        ),
        icon="refresh",
        filters=(
            Filter("period", _l("Period"), FilterKind.PERIOD, default=91),
            BRANCH,
            PRODUCT,
            CATEGORY,
        ),
        columns=(
            Column("product", _l("Product"), link=("products.details_view", "product_id"), width=40),
            Column("sku", _l("Article")),
            Column("category", _l("Category"), width=24),
            Column("unit", _l("Unit"), width=8),
            Column("quantity", _l("In stock now"), ColumnKind.QUANTITY),
            Column("stock_value", _l("Value now"), ColumnKind.MONEY, total=True, permission=COST),
            Column("average_stock_value", _l("Average value"), ColumnKind.MONEY, total=True, permission=COST),
            Column("cost", _l("Cost of what was sold"), ColumnKind.MONEY, total=True, permission=COST),
            Column("turns", _l("Turns"), ColumnKind.QUANTITY, total=_turns, permission=COST),
            Column("days", _l("Lasts for days"), ColumnKind.WHOLE, permission=COST),
        ),
        select=_turnover,
        order=("-average_stock_value", "product_id"),
    )
)
