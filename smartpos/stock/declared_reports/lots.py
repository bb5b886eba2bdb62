"""Lots that expire: how many days they have, what they are worth, what should come off their price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Date, Integer, Numeric, and_, case, cast, func, literal, null, select

from smartpos.catalog.models import Product
from smartpos.catalog.queries.reporting import (
    BRANCH,
    BRANCH_COLUMN,
    CATEGORY,
    CATEGORY_COLUMN,
    COST,
    NAMES,
    PRODUCT,
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
from smartpos.crm.models import Supplier
from smartpos.identity.models import Branch
from smartpos.stock.markdown import read_steps
from smartpos.stock.models import Batch, BatchStock, BranchStock
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.lots import Expiry

STATES = {Expiry.EXPIRED.value: _l("Expired"), Expiry.SOON.value: _l("Expires soon")}
_HUNDRED = Decimal(100)


def _percent_off(asked: Asked, days_left: Any) -> Any:
    """``stock.markdown.markdown_of`` as an expression: of the steps that hold, the one that takes off most."""
    life = func.greatest(
        func.coalesce(func.nullif(Product.shelf_life_days, 0), Batch.expiration_date - Batch.received_date),
        1,
    )
    steps = read_steps(asked.viewer.setting("near_expiry_markdowns"))
    if not steps:
        return cast(null(), Numeric(5, 2))
    held = [
        (and_(days_left >= 0, days_left * _HUNDRED <= step.left * life), step.off)
        for step in sorted(steps, key=lambda step: -step.off)
    ]
    return cast(case(*held, else_=null()), Numeric(5, 2))


def _expiring(asked: Asked) -> AnySelect:
    today = literal(asked.today, Date)
    days = asked.viewer.setting("near_expiry_days") if asked["days"] is None else asked["days"]
    days_left = cast(Batch.expiration_date - today, Integer)
    percent = _percent_off(asked, days_left)
    query: AnySelect = (
        select(
            *NAMES,
            Branch.id.label("branch_id"),
            Branch.name.label("branch"),
            Batch.id.label("batch_id"),
            Batch.batch_number.label("lot"),
            Supplier.name.label("supplier"),
            Supplier.id.label("supplier_id"),
            Batch.received_date.label("received"),
            Batch.expiration_date.label("expires"),
            days_left.label("days_left"),
            case((days_left < 0, Expiry.EXPIRED.value), else_=Expiry.SOON.value).label("state"),
            BatchStock.quantity.label("quantity"),
            Product.price.label("price"),
            percent.label("percent_off"),
            cast(Product.price * (_HUNDRED - percent) / _HUNDRED, Numeric(18, 2)).label("suggested"),
            cast(BatchStock.quantity * Product.price, Numeric(18, 2)).label("retail"),
            cast(BatchStock.quantity * BranchStock.average_cost, Numeric(18, 4)).label("value"),
        )
        .select_from(Batch)
        .join(BatchStock, and_(BatchStock.batch_id == Batch.id, BatchStock.quantity > 0))
        .join(
            BranchStock,
            and_(
                BranchStock.branch_id == BatchStock.branch_id, BranchStock.product_id == BatchStock.product_id
            ),
        )
        .join(Branch, Branch.id == BatchStock.branch_id)
        .join(Product, Product.id == Batch.product_id)
        .outerjoin(Supplier, Supplier.id == Batch.supplier_id)
        .where(Batch.expiration_date <= asked.today + timedelta(days=days))
    )
    query = narrowed(with_names(query), asked)
    if asked["branch_id"] is not None:
        query = query.where(BatchStock.branch_id == asked["branch_id"])
    if asked["supplier_id"] is not None:
        query = query.where(Batch.supplier_id == asked["supplier_id"])
    if asked["state"] == Expiry.EXPIRED.value:
        query = query.where(Batch.expiration_date < asked.today)
    if asked["state"] == Expiry.SOON.value:
        query = query.where(Batch.expiration_date >= asked.today)
    return query


declare_report(
    Report(
        slug="expiring-lots",
        title=_l("Lots that expire"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "Lots of which something is left and whose last day has passed or comes within so many days; without a"
            " number those of the settings. The value is at the average cost of the branch."
        ),
        icon="warehouse",
        filters=(
            Filter("days", _l("Within days"), FilterKind.WHOLE, maximum=3660),
            Filter("state", _l("State"), FilterKind.CHOICE, choices=STATES),
            BRANCH,
            CATEGORY,
            PRODUCT,
            Filter("supplier_id", _l("Supplier"), FilterKind.ROW, model=Supplier),
        ),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            Column("lot", _l("Lot"), link=("batches.details_view", "batch_id")),
            Column("supplier", _l("Supplier"), link=("suppliers.details_view", "supplier_id")),
            Column("received", _l("Came"), ColumnKind.DATE),
            Column("expires", _l("Best before"), ColumnKind.DATE),
            Column("days_left", _l("Days left"), ColumnKind.WHOLE),
            Column("state", _l("State"), choices=STATES),
            UNIT_COLUMN,
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("price", _l("Price"), ColumnKind.MONEY),
            Column("percent_off", _l("Suggested markdown"), ColumnKind.PERCENT),
            Column("suggested", _l("Suggested price"), ColumnKind.MONEY),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
        ),
        select=_expiring,
        order=("expires", "batch_id", "branch_id"),
    )
)
