"""What lies where, now or at the end of a day; and how it stands to its levels."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Numeric, Text, and_, case, cast, column, func, literal, null, select, table

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
from smartpos.core.scope import current_organization_id
from smartpos.identity.models import Branch
from smartpos.stock.declared_reports.parts import moved_since
from smartpos.stock.models import BranchStock
from smartpos.stock.permissions import StockPermission

_NOTHING = Decimal(0)


def _on_hand(asked: Asked) -> AnySelect:
    """The levels of now; those of a day that has passed, less what moved since."""
    is_past = asked["day"] is not None and asked["day"] < asked.today
    quantity: Any = BranchStock.quantity
    value: Any = BranchStock.value
    reserved: Any = BranchStock.reserved_quantity
    available: Any = BranchStock.quantity - BranchStock.reserved_quantity
    cost: Any = BranchStock.average_cost
    later = moved_since(asked, asked["day"]) if is_past else None
    if later is not None:
        quantity = cast(quantity - func.coalesce(later.c.quantity, _NOTHING), Numeric(14, 3))
        value = cast(value - func.coalesce(later.c.value, _NOTHING), Numeric(18, 4))
        # Nobody has written down what was set aside on a day that has passed.
        reserved = available = cast(null(), Numeric(14, 3))
        cost = cast(value / func.nullif(quantity, _NOTHING), Numeric(18, 4))
    query: AnySelect = (
        select(
            *NAMES,
            Branch.id.label("branch_id"),
            Branch.name.label("branch"),
            BranchStock.id.label("stock_id"),
            quantity.label("quantity"),
            reserved.label("reserved"),
            available.label("available"),
            Product.price.label("price"),
            cast(quantity * Product.price, Numeric(18, 2)).label("retail"),
            cost.label("average_cost"),
            value.label("value"),
        )
        .select_from(BranchStock)
        .join(Branch, Branch.id == BranchStock.branch_id)
        .join(Product, Product.id == BranchStock.product_id)
    )
    query = narrowed(with_names(query), asked)
    if later is not None:
        here = and_(later.c.branch_id == BranchStock.branch_id, later.c.product_id == BranchStock.product_id)
        query = query.outerjoin(later, here)
    if asked["branch_id"] is not None:
        query = query.where(BranchStock.branch_id == asked["branch_id"])
    if not asked["empty"]:
        query = query.where((quantity != 0) | (value != 0))
    return query


declare_report(
    Report(
        slug="stock-on-hand",
        title=_l("Stock on hand"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "What lies in each branch and on the way between them, at the average cost. For a day that has passed it"
            " is what lay there at its end, reckoned from the movements since."
        ),
        icon="warehouse",
        filters=(
            Filter("day", _l("At the end of the day"), FilterKind.DAY, default="today"),
            BRANCH,
            CATEGORY,
            PRODUCT,
            Filter("empty", _l("Also what has run out"), FilterKind.FLAG),
        ),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            UNIT_COLUMN,
            Column(
                "quantity",
                _l("Quantity"),
                ColumnKind.QUANTITY,
                link=("branch_stocks.details_view", "stock_id"),
            ),
            Column("reserved", _l("Reserved"), ColumnKind.QUANTITY),
            Column("available", _l("Available"), ColumnKind.QUANTITY),
            Column("price", _l("Price"), ColumnKind.MONEY),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("average_cost", _l("Average cost"), ColumnKind.COST, permission=COST),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
        ),
        select=_on_hand,
        order=("product", "product_id", "branch_id"),
    )
)

STATES = {
    "out_of_stock": _l("Out of stock"),
    "low_stock": _l("Low stock"),
    "reorder_needed": _l("To be ordered"),
    "in_stock": _l("Enough"),
}
_STATUS = table(
    "inventory_status",
    column("organization_id"),
    column("branch_id"),
    column("product_id"),
    column("inventory_status", Text),
    column("quantity", Numeric(14, 3)),
    column("reserved_quantity", Numeric(14, 3)),
    column("available_quantity", Numeric(14, 3)),
    column("min_quantity", Numeric(14, 3)),
    column("reorder_point", Numeric(14, 3)),
    column("max_quantity", Numeric(14, 3)),
    column("price", Numeric(18, 2)),
    column("average_cost", Numeric(18, 4)),
    column("margin", Numeric(18, 4)),
    column("margin_percent", Numeric(18, 2)),
    column("inventory_value", Numeric(18, 4)),
)
"""The view of 003, behind the walls like the tables that it reads."""


def _status(asked: Asked) -> AnySelect:
    it = _STATUS.c
    lacks = func.greatest(it.min_quantity, func.coalesce(it.reorder_point, it.min_quantity)) - it.quantity
    query: AnySelect = (
        select(
            *NAMES,
            Branch.id.label("branch_id"),
            Branch.name.label("branch"),
            it.inventory_status.label("state"),
            case(
                *((it.inventory_status == state, literal(place)) for place, state in enumerate(STATES)),
                else_=literal(len(STATES)),
            ).label("urgency"),
            it.quantity.label("quantity"),
            it.reserved_quantity.label("reserved"),
            it.available_quantity.label("available"),
            it.min_quantity.label("least"),
            it.reorder_point.label("reorder_point"),
            it.max_quantity.label("most"),
            cast(func.greatest(lacks, 0), Numeric(14, 3)).label("lacks"),
            it.price.label("price"),
            it.average_cost.label("average_cost"),
            it.margin.label("margin"),
            it.margin_percent.label("markup"),
            it.inventory_value.label("value"),
        )
        .select_from(_STATUS)
        .join(Branch, and_(Branch.id == it.branch_id, Branch.choosable(), Branch.deleted_at.is_(None)))
        .join(Product, Product.id == it.product_id)
        .where(it.organization_id == current_organization_id())
    )
    query = narrowed(with_names(query), asked)
    if asked["branch_id"] is not None:
        query = query.where(it.branch_id == asked["branch_id"])
    if asked["state"] is not None:
        query = query.where(it.inventory_status == asked["state"])
    return query


declare_report(
    Report(
        slug="inventory-status",
        title=_l("State of stock"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "How each product stands to the levels of its branch: nothing left, no more than the minimum, no more than"
            " the point at which it is ordered, or enough."
        ),
        icon="warehouse",
        filters=(
            Filter("state", _l("State"), FilterKind.CHOICE, choices=STATES),
            BRANCH,
            CATEGORY,
            PRODUCT,
        ),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            Column("state", _l("State"), choices=STATES),
            UNIT_COLUMN,
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("reserved", _l("Reserved"), ColumnKind.QUANTITY),
            Column("available", _l("Available"), ColumnKind.QUANTITY),
            Column("least", _l("Minimum"), ColumnKind.QUANTITY),
            Column("reorder_point", _l("Ordered at"), ColumnKind.QUANTITY),
            Column("most", _l("Maximum"), ColumnKind.QUANTITY),
            Column("lacks", _l("Lacking"), ColumnKind.QUANTITY),
            Column("price", _l("Price"), ColumnKind.MONEY),
            Column("average_cost", _l("Average cost"), ColumnKind.COST, permission=COST),
            Column("margin", _l("Margin of one"), ColumnKind.COST, permission=COST),
            Column("markup", _l("Markup"), ColumnKind.PERCENT, permission=COST),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
        ),
        select=_status,
        order=("urgency", "product", "product_id", "branch_id"),
    )
)
