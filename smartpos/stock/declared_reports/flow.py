"""What went through stock in a period: by product with what was there before and after, and movement by movement."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Numeric, Subquery, and_, cast, func, literal, select

from smartpos.catalog.models import Category, Product, Unit
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
from smartpos.core.admin.labels import Words
from smartpos.core.admin.origins import OriginWords
from smartpos.core.paging import AnySelect
from smartpos.core.reports import (
    CAUSE,
    Asked,
    Column,
    ColumnKind,
    Filter,
    FilterKind,
    Report,
    ReportGroup,
    declare_report,
)
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name
from smartpos.stock.models import Batch, BranchStock, InventoryMovement, MovementType
from smartpos.stock.permissions import StockPermission

_QUANTITY, _VALUE = Numeric(14, 3), Numeric(18, 4)
_PERIOD = Filter("period", _l("Period"), FilterKind.PERIOD, default=30)


def _moved(asked: Asked) -> Subquery:
    """What came and went in the period, and what moved after it, by branch and product."""
    it = InventoryMovement
    during, later = it.occurred_at < asked.end, it.occurred_at >= asked.end

    def summed(column: Any, test: Any) -> Any:
        return func.coalesce(func.sum(column).filter(test), literal(0, column.type))

    query = (
        select(
            it.branch_id,
            it.product_id,
            func.count().filter(during).label("lines"),
            summed(it.quantity, and_(during, it.quantity > 0)).label("came"),
            summed(it.quantity, and_(during, it.quantity < 0)).label("went"),
            summed(it.quantity, later).label("later"),
            # A row without a quantity only revalues, so the sign of the value tells where it belongs.
            summed(it.value, and_(during, it.value > 0)).label("value_came"),
            summed(it.value, and_(during, it.value < 0)).label("value_went"),
            summed(it.value, later).label("value_later"),
        )
        .where(it.occurred_at >= asked.begin)
        .group_by(it.branch_id, it.product_id)
    )
    if asked["branch_id"] is not None:
        query = query.where(it.branch_id == asked["branch_id"])
    if asked["product_id"] is not None:
        query = query.where(it.product_id == asked["product_id"])
    return query.subquery("moved")


def _by_product(asked: Asked) -> AnySelect:
    moved = _moved(asked)

    def summed(column: Any) -> Any:
        return func.sum(func.coalesce(column, literal(0, column.type)))

    came, went = summed(moved.c.came), summed(moved.c.went)
    value_came, value_went = summed(moved.c.value_came), summed(moved.c.value_went)
    closing = func.sum(BranchStock.quantity) - summed(moved.c.later)
    value = func.sum(BranchStock.value) - summed(moved.c.value_later)
    query: AnySelect = (
        select(
            *NAMES,
            cast(closing - came - went, _QUANTITY).label("opening"),
            cast(came, _QUANTITY).label("came"),
            cast(-went, _QUANTITY).label("went"),
            cast(closing, _QUANTITY).label("closing"),
            cast(value - value_came - value_went, _VALUE).label("value_opening"),
            cast(value_came, _VALUE).label("value_came"),
            cast(-value_went, _VALUE).label("value_went"),
            cast(value, _VALUE).label("value_closing"),
        )
        .select_from(BranchStock)
        .join(Branch, Branch.id == BranchStock.branch_id)
        .join(Product, Product.id == BranchStock.product_id)
        .outerjoin(
            moved,
            and_(moved.c.branch_id == BranchStock.branch_id, moved.c.product_id == BranchStock.product_id),
        )
    )
    query = narrowed(with_names(query), asked).group_by(
        *(Product.id, Product.name, Product.sku, Category.name, Unit.name)
    )
    if asked["branch_id"] is not None:
        query = query.where(BranchStock.branch_id == asked["branch_id"])
    if not asked["still"]:
        query = query.having(func.sum(moved.c.lines) > 0)
    return query


declare_report(
    Report(
        slug="movements",
        title=_l("Movements of stock"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "What was there when the period began, what came, what went and what was left at its end. Goods that went"
            " from one branch to another went and came."
        ),
        icon="movement",
        filters=(
            _PERIOD,
            BRANCH,
            CATEGORY,
            PRODUCT,
            Filter("still", _l("Also what did not move"), FilterKind.FLAG),
        ),
        columns=(
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("opening", _l("At the beginning"), ColumnKind.QUANTITY),
            Column("came", _l("Came"), ColumnKind.QUANTITY),
            Column("went", _l("Went"), ColumnKind.QUANTITY),
            Column("closing", _l("At the end"), ColumnKind.QUANTITY),
            Column(
                "value_opening", _l("Value at the beginning"), ColumnKind.COST, total=True, permission=COST
            ),
            Column("value_came", _l("Value that came"), ColumnKind.COST, total=True, permission=COST),
            Column("value_went", _l("Value that went"), ColumnKind.COST, total=True, permission=COST),
            Column("value_closing", _l("Value at the end"), ColumnKind.COST, total=True, permission=COST),
        ),
        select=_by_product,
        order=("product", "product_id"),
    )
)


def _lines(asked: Asked) -> AnySelect:
    it = InventoryMovement
    query: AnySelect = (
        select(
            it.id,
            it.occurred_at,
            *NAMES,
            Branch.name.label("branch"),
            Batch.batch_number.label("lot"),
            it.batch_id,
            it.movement_type.label("kind"),
            it.quantity,
            it.unit_cost,
            it.value,
            it.origin_kind.label("cause"),
            it.origin_id.label("cause_number"),
            shown_name().label("person"),
            it.notes.label("note"),
        )
        .select_from(it)
        .join(Branch, Branch.id == it.branch_id)
        .join(Product, Product.id == it.product_id)
        .outerjoin(Batch, Batch.id == it.batch_id)
        .outerjoin(User, User.id == it.created_by)
        .where(it.occurred_at >= asked.begin, it.occurred_at < asked.end)
    )
    query = narrowed(with_names(query), asked)
    for column, name in (
        (it.branch_id, "branch_id"),
        (it.product_id, "product_id"),
        (it.created_by, "user_id"),
        (it.origin_kind, "cause"),
    ):
        if asked[name] is not None:
            query = query.where(column == asked[name])
    if asked["kind"] is not None:
        query = query.where(it.movement_type == MovementType(asked["kind"]))
    return query


declare_report(
    Report(
        slug="movement-lines",
        title=_l("Lines of movements"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l("The ledger of stock, line by line, the newest first; what went out is negative."),
        icon="movement",
        filters=(
            _PERIOD,
            BRANCH,
            CATEGORY,
            PRODUCT,
            Filter("kind", _l("Kind"), FilterKind.CHOICE, choices=Words(MovementType)),
            Filter("cause", _l("Cause"), FilterKind.CHOICE, choices=OriginWords()),
            Filter("user_id", _l("Person"), FilterKind.ROW, model=User),
        ),
        columns=(
            Column("occurred_at", _l("When"), ColumnKind.MOMENT, link=("movements.details_view", "id")),
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            Column("lot", _l("Lot"), link=("batches.details_view", "batch_id")),
            Column("kind", _l("Kind"), choices=Words(MovementType)),
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            UNIT_COLUMN,
            Column("unit_cost", _l("Unit cost"), ColumnKind.COST, permission=COST),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
            Column("cause", _l("Cause"), choices=OriginWords(), link=(CAUSE, "cause_number")),
            Column("cause_number", _l("Number of the cause"), ColumnKind.WHOLE),
            Column("person", _l("Person")),
            Column("note", _l("Note"), width=32),
        ),
        select=_lines,
        order=("-occurred_at", "-id"),
    )
)
