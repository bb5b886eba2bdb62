"""What was lost: written off for a reason, missing at a count, missing when a transfer was unloaded."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Integer, Numeric, and_, cast, func, or_, select
from sqlalchemy.orm import aliased

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
from smartpos.core.admin.labels import Words
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
)
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import in_sight, shown_name
from smartpos.stock.models import (
    AdjustmentReason,
    InventoryMovement,
    StockAdjustment,
    StockCount,
    StockCountLine,
    StockTransfer,
    StockTransferLine,
)
from smartpos.stock.operations.adjustments import ADJUSTMENT_ORIGIN
from smartpos.stock.permissions import StockPermission

REASONS = Words(AdjustmentReason, AdjustmentReason.OPENING, AdjustmentReason.FOUND)
_PERIOD = Filter("period", _l("Period"), FilterKind.PERIOD, default=30)
_REASON = Filter("reason", _l("Reason"), FilterKind.CHOICE, choices=REASONS)


def _written_off(asked: Asked, *columns: Any) -> AnySelect:
    """Lines of the ledger by which corrections took goods away."""
    it = InventoryMovement
    query: AnySelect = (
        select(*columns)
        .select_from(it)
        .join(
            StockAdjustment,
            and_(StockAdjustment.id == it.origin_id, it.origin_kind == ADJUSTMENT_ORIGIN),
        )
        .join(Branch, Branch.id == it.branch_id)
        .join(Product, Product.id == it.product_id)
        .where(
            it.occurred_at >= asked.begin,
            it.occurred_at < asked.end,
            it.quantity < 0,
            StockAdjustment.reason.not_in((AdjustmentReason.OPENING, AdjustmentReason.FOUND)),
        )
    )
    query = narrowed(query, asked)
    if asked["branch_id"] is not None:
        query = query.where(it.branch_id == asked["branch_id"])
    if asked["reason"] is not None:
        query = query.where(StockAdjustment.reason == AdjustmentReason(asked["reason"]))
    return query


def _lines(asked: Asked) -> AnySelect:
    it = InventoryMovement
    query = _written_off(
        asked,
        it.id,
        it.occurred_at,
        StockAdjustment.id.label("adjustment_id"),
        StockAdjustment.reason.label("reason"),
        *NAMES,
        Branch.name.label("branch"),
        (-it.quantity).label("quantity"),
        cast(-it.quantity * Product.price, Numeric(18, 2)).label("retail"),
        (-it.value).label("value"),
        shown_name().label("person"),
        func.coalesce(it.notes, StockAdjustment.notes).label("note"),
    )
    return with_names(query).outerjoin(User, User.id == it.created_by)


declare_report(
    Report(
        slug="write-offs",
        title=_l("Write-offs"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "What corrections and counts took out of stock, line by line, at the average cost of that moment."
        ),
        icon="trash",
        filters=(_PERIOD, _REASON, BRANCH, CATEGORY, PRODUCT),
        columns=(
            Column(
                "occurred_at",
                _l("When"),
                ColumnKind.MOMENT,
                link=("stock_adjustments.details_view", "adjustment_id"),
            ),
            Column("reason", _l("Reason"), choices=REASONS),
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            UNIT_COLUMN,
            Column("quantity", _l("Quantity"), ColumnKind.QUANTITY),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
            Column("person", _l("Person")),
            Column("note", _l("Note"), width=32),
        ),
        select=_lines,
        order=("-occurred_at", "-id"),
    )
)


def _by_reason(asked: Asked) -> AnySelect:
    it = InventoryMovement
    return _written_off(
        asked,
        StockAdjustment.reason.label("reason"),
        Branch.id.label("branch_id"),
        Branch.name.label("branch"),
        cast(func.count(StockAdjustment.id.distinct()), Integer).label("documents"),
        cast(func.count(), Integer).label("lines"),
        cast(-func.sum(it.quantity * Product.price), Numeric(18, 2)).label("retail"),
        (-func.sum(it.value)).label("value"),
    ).group_by(StockAdjustment.reason, Branch.id, Branch.name)


declare_report(
    Report(
        slug="write-offs-by-reason",
        title=_l("Write-offs by reason"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l(
            "What corrections and counts took out of the stock of each branch, by the reason that was given."
        ),
        icon="trash",
        filters=(_PERIOD, BRANCH, CATEGORY, PRODUCT),
        columns=(
            Column("reason", _l("Reason"), choices=REASONS),
            BRANCH_COLUMN,
            Column("documents", _l("Documents"), ColumnKind.WHOLE, total=True),
            Column("lines", _l("Lines"), ColumnKind.WHOLE, total=True),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
        ),
        select=_by_reason,
        order=("-retail", "reason", "branch_id"),
        chart=Chart(ChartKind.BAR, "reason", ("retail",), most=20),
    )
)

WAYS = {"less": _l("Missing"), "more": _l("Surplus")}


def _counted(asked: Asked) -> AnySelect:
    line = StockCountLine
    query: AnySelect = (
        select(
            line.id,
            StockCount.id.label("count_id"),
            StockCount.number.label("number"),
            StockCount.posted_at,
            *NAMES,
            Branch.name.label("branch"),
            line.expected,
            line.counted,
            line.difference,
            cast(line.difference * Product.price, Numeric(18, 2)).label("retail"),
            line.value,
            shown_name().label("person"),
        )
        .select_from(StockCount)
        .join(line, line.count_id == StockCount.id)
        .join(Branch, Branch.id == StockCount.branch_id)
        .join(Product, Product.id == line.product_id)
        .outerjoin(User, User.id == StockCount.posted_by)
        .where(StockCount.posted_at >= asked.begin, StockCount.posted_at < asked.end, line.difference != 0)
    )
    query = narrowed(with_names(query), asked)
    if asked["branch_id"] is not None:
        query = query.where(StockCount.branch_id == asked["branch_id"])
    if asked["way"] is not None:
        query = query.where(line.difference < 0 if asked["way"] == "less" else line.difference > 0)
    return query


declare_report(
    Report(
        slug="count-differences",
        title=_l("Differences of counts"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l("What posted counts found more or less than the books held when it was counted."),
        icon="scale",
        filters=(
            _PERIOD,
            Filter("way", _l("Which"), FilterKind.CHOICE, choices=WAYS),
            BRANCH,
            CATEGORY,
            PRODUCT,
        ),
        columns=(
            Column("posted_at", _l("Posted"), ColumnKind.MOMENT),
            Column("number", _l("Count"), link=("stock_counts.details_view", "count_id")),
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            BRANCH_COLUMN,
            UNIT_COLUMN,
            Column("expected", _l("Expected"), ColumnKind.QUANTITY),
            Column("counted", _l("Counted"), ColumnKind.QUANTITY),
            Column("difference", _l("Difference"), ColumnKind.QUANTITY),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
            Column("person", _l("Posted by")),
        ),
        select=_counted,
        order=("-posted_at", "-id"),
    )
)


def _unloaded(asked: Asked) -> AnySelect:
    line = StockTransferLine
    source, target = aliased(Branch), aliased(Branch)
    difference = line.received_quantity - line.quantity
    query: AnySelect = (
        select(
            line.id,
            StockTransfer.id.label("transfer_id"),
            StockTransfer.number.label("number"),
            StockTransfer.completed_at,
            source.name.label("source"),
            target.name.label("target"),
            *NAMES,
            line.quantity.label("sent"),
            line.received_quantity.label("received"),
            difference.label("difference"),
            cast(difference * Product.price, Numeric(18, 2)).label("retail"),
            cast(line.value * difference / line.quantity, Numeric(18, 4)).label("value"),
            line.note,
        )
        .select_from(StockTransfer)
        .join(line, line.transfer_id == StockTransfer.id)
        .join(Product, Product.id == line.product_id)
        .outerjoin(source, source.id == StockTransfer.from_branch_id)
        .outerjoin(target, target.id == StockTransfer.to_branch_id)
        .where(
            StockTransfer.completed_at >= asked.begin,
            StockTransfer.completed_at < asked.end,
            line.received_quantity != line.quantity,
            or_(in_sight(StockTransfer.from_branch_id), in_sight(StockTransfer.to_branch_id)),
        )
    )
    query = narrowed(with_names(query), asked)
    if asked["branch_id"] is not None:
        here = asked["branch_id"]
        query = query.where(or_(StockTransfer.from_branch_id == here, StockTransfer.to_branch_id == here))
    return query


declare_report(
    Report(
        slug="transfer-differences",
        title=_l("Differences of transfers"),
        group=ReportGroup.STOCK,
        permission=StockPermission.REPORT_READ,
        note=_l("Lines of received transfers of which more or less was unloaded than had been sent."),
        icon="truck",
        filters=(_PERIOD, BRANCH, CATEGORY, PRODUCT),
        columns=(
            Column("completed_at", _l("Received"), ColumnKind.MOMENT),
            Column("number", _l("Transfer"), link=("stock_transfers.details_view", "transfer_id")),
            Column("source", _l("From")),
            Column("target", _l("To")),
            PRODUCT_COLUMN,
            SKU_COLUMN,
            CATEGORY_COLUMN,
            UNIT_COLUMN,
            Column("sent", _l("Sent"), ColumnKind.QUANTITY),
            Column("received", _l("Unloaded"), ColumnKind.QUANTITY),
            Column("difference", _l("Difference"), ColumnKind.QUANTITY),
            Column("retail", _l("At selling prices"), ColumnKind.MONEY, total=True),
            Column("value", _l("Value"), ColumnKind.COST, total=True, permission=COST),
            Column("note", _l("Note"), width=32),
        ),
        select=_unloaded,
        order=("-completed_at", "-id"),
    )
)
