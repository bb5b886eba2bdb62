"""Goods in which money lies: those that nobody takes, and those of which there is more than sells."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, Numeric, and_, cast, exists, func, literal, select

from smartpos.catalog.models import Product
from smartpos.catalog.queries.reporting import (
    BRANCH,
    BRANCH_COLUMN,
    CATEGORY,
    CATEGORY_COLUMN,
    COST,
    NAMES,
    PRODUCT_COLUMN,
    SKU_COLUMN,
    UNIT_COLUMN,
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
from smartpos.identity.models import Branch
from smartpos.stock.declared_reports.parts import sold_since
from smartpos.stock.models import BranchStock, InventoryMovement
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.transfers import TRANSFER_ORIGIN

USUAL_IDLE_DAYS = 60
USUAL_COVER_DAYS = 90
MOST_DAYS = 3660


def _day(asked: Asked, moment: Any) -> Any:
    return cast(func.timezone(str(asked.zone), moment), Date)


def _here() -> Any:
    return and_(
        InventoryMovement.branch_id == BranchStock.branch_id,
        InventoryMovement.product_id == BranchStock.product_id,
    )


def _taken() -> Any:
    """Movements by which goods left for good; those that go to another branch are still there to be sold."""
    return and_(_here(), InventoryMovement.quantity < 0, InventoryMovement.origin_kind != TRANSFER_ORIGIN)


def _stock(asked: Asked, *columns: Any) -> AnySelect:
    query: AnySelect = (
        select(
            *NAMES,
            Branch.id.label("branch_id"),
            Branch.name.label("branch"),
            BranchStock.quantity.label("quantity"),
            cast(BranchStock.quantity * Product.price, Numeric(18, 2)).label("retail"),
            BranchStock.value.label("value"),
            *columns,
        )
        .select_from(BranchStock)
        .join(Branch, and_(Branch.id == BranchStock.branch_id, Branch.choosable()))
        .join(Product, Product.id == BranchStock.product_id)
        .where(BranchStock.quantity > 0)
    )
    query = narrowed(with_names(query), asked)
    if asked["branch_id"] is not None:
        query = query.where(BranchStock.branch_id == asked["branch_id"])
    return query


def _dead(asked: Asked) -> AnySelect:
    since = asked.midnight(asked.today - timedelta(days=asked["days"] or USUAL_IDLE_DAYS))
    last_out = (
        select(InventoryMovement.occurred_at)
        .where(_taken())
        .order_by(InventoryMovement.occurred_at.desc(), InventoryMovement.id.desc())
        .limit(1)
        .correlate(BranchStock)
        .scalar_subquery()
    )
    first_in = (
        select(InventoryMovement.occurred_at)
        .where(_here(), InventoryMovement.quantity > 0)
        .order_by(InventoryMovement.occurred_at, InventoryMovement.id)
        .limit(1)
        .correlate(BranchStock)
        .scalar_subquery()
    )
    last_in = (
        select(InventoryMovement.occurred_at)
        .where(_here(), InventoryMovement.quantity > 0)
        .order_by(InventoryMovement.occurred_at.desc(), InventoryMovement.id.desc())
        .limit(1)
        .correlate(BranchStock)
        .scalar_subquery()
    )
    last_day, first_day = _day(asked, last_out), _day(asked, first_in)
    return _stock(
        asked,
        last_day.label("last_out"),
        _day(asked, last_in).label("last_in"),
        cast(literal(asked.today, Date) - func.coalesce(last_day, first_day), Integer).label("idle_days"),
    ).where(
        ~exists().where(_taken(), InventoryMovement.occurred_at >= since).correlate(BranchStock),
        # What came only lately has had no time to be sold.
        exists()
        .where(_here(), InventoryMovement.quantity > 0, InventoryMovement.occurred_at < since)
        .correlate(BranchStock),
    )


declare_report(
    Report(
        slug="dead-stock",
        title=_l("Dead stock"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "Goods that have lain in a branch for so many days and of which nothing was sold, used or written off"
            " since."
        ),
        icon="warehouse",
        filters=(
            Filter(
                "days",
                _l("Days without movement"),
                FilterKind.WHOLE,
                default=USUAL_IDLE_DAYS,
                minimum=1,
                maximum=MOST_DAYS,
            ),
            BRANCH,
            CATEGORY,
        ),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            UNIT_COLUMN,
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("last_in", _l("Last came"), ColumnKind.DATE),
            Column("last_out", _l("Last went"), ColumnKind.DATE),
            Column("idle_days", _l("Days without movement"), ColumnKind.WHOLE),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
        ),
        select=_dead,
        order=("-idle_days", "product_id", "branch_id"),
    )
)


def _slow(asked: Asked) -> AnySelect:
    days = max(1, int(asked.viewer.setting("sales_velocity_days")))
    sold = sold_since(asked, asked.today - timedelta(days=days))
    a_day = sold.c.quantity / literal(Decimal(days))
    cover = BranchStock.quantity / a_day
    return (
        _stock(
            asked,
            cast(sold.c.quantity, Numeric(14, 3)).label("sold"),
            cast(a_day, Numeric(14, 3)).label("a_day"),
            cast(func.least(func.floor(cover), 999_999), Integer).label("cover_days"),
        )
        .join(
            sold,
            and_(sold.c.branch_id == BranchStock.branch_id, sold.c.product_id == BranchStock.product_id),
        )
        .where(sold.c.quantity > 0, cover > (asked["days"] or USUAL_COVER_DAYS))
    )


declare_report(
    Report(
        slug="slow-stock",
        title=_l("Slow stock"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "Goods that last longer than so many days at the pace at which they sell; the settings of stock say from"
            " how many days the pace is reckoned. What does not sell at all is dead stock."
        ),
        icon="warehouse",
        filters=(
            Filter(
                "days",
                _l("Lasts longer than, days"),
                FilterKind.WHOLE,
                default=USUAL_COVER_DAYS,
                minimum=1,
                maximum=MOST_DAYS,
            ),
            BRANCH,
            CATEGORY,
        ),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            UNIT_COLUMN,
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("sold", _l("Sold"), ColumnKind.QUANTITY),
            Column("a_day", _l("Sold a day"), ColumnKind.QUANTITY),
            Column("cover_days", _l("Lasts, days"), ColumnKind.WHOLE),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
        ),
        select=_slow,
        order=("-cover_days", "product_id", "branch_id"),
    )
)
