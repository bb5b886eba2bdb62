"""What lies where, corrections, and the ledger."""

from collections.abc import Iterable
from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.db import db
from smartpos.core.paging import AnySelect, page
from smartpos.core.permissions import can, needs
from smartpos.stock import operations, queries
from smartpos.stock.api.blueprint import blueprint
from smartpos.stock.models import BranchStock, InventoryMovement, StockAdjustment
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.lots import lots_in_branches
from smartpos.stock.schemas.levels import (
    AdjustmentIn,
    AdjustmentOut,
    LotInStock,
    MovementOut,
    MovementPage,
    MovementsQuery,
    StockOut,
    StockPage,
    StockQuery,
)


def _dump(schema: Any, costs: tuple[str, ...], statement: AnySelect, rows: Iterable[Any]) -> Any:
    """Rows of a statement as JSON, without the costs for those who may not see them."""
    names = statement.selected_columns.keys()
    shape = schema() if can(CatalogPermission.COST_READ) else schema(exclude=costs)
    return shape.dump([dict(zip(names, row, strict=True)) for row in rows], many=True)


@blueprint.get("/stock")
@needs(StockPermission.STOCK_READ)
@blueprint.arguments(StockQuery, location="query")
@blueprint.response(200, StockPage)
def list_stock(query: dict[str, Any]) -> Response:
    """What lies where."""
    statement = queries.stock_levels(branch_id=query["branch_id"], product_id=query["product_id"])
    found = page(statement, [BranchStock.id], limit=query["limit"], cursor=query["cursor"])
    items = _dump(StockOut, ("average_cost", "value"), statement, found.items)
    lots = lots_in_branches([(item["branch_id"], item["product_id"]) for item in items])
    shape = LotInStock()
    for item in items:
        item["batches"] = shape.dump(lots.get((item["branch_id"], item["product_id"]), []), many=True)
    return jsonify(items=items, next_cursor=found.next_cursor)


@blueprint.post("/stock/adjustments")
@needs(StockPermission.STOCK_ADJUST)
@blueprint.arguments(AdjustmentIn)
@blueprint.response(201, AdjustmentOut)
@blueprint.alt_response(200, schema=AdjustmentOut, description="This client_uuid was recorded before")
def adjust_stock(body: dict[str, Any]) -> Response:
    """Correct stock, or enter what is there on the first day. 409 when more is taken off than the books hold."""
    client_uuid = str(body["client_uuid"]) if body["client_uuid"] else None
    known = queries.adjustment_by_client_uuid(client_uuid) if client_uuid else None
    document = operations.adjust_stock(
        body["branch_id"],
        body["lines"],
        reason=body["reason"],
        notes=body["notes"],
        client_uuid=client_uuid,
        actor=g.principal,
    )
    return make_response(jsonify(_adjustment(document)), 200 if known else 201)


def _adjustment(document: StockAdjustment) -> dict[str, Any]:
    statement = queries.movements(origin_kind=operations.ADJUSTMENT_ORIGIN, origin_id=document.id)
    rows = db.session.execute(statement.order_by(InventoryMovement.id)).all()
    head: dict[str, Any] = AdjustmentOut(exclude=("movements",)).dump(document)
    return head | {"movements": _dump(MovementOut, ("unit_cost", "value"), statement, rows)}


@blueprint.get("/movements")
@needs(StockPermission.MOVEMENT_READ)
@blueprint.arguments(MovementsQuery, location="query")
@blueprint.response(200, MovementPage)
def list_movements(query: dict[str, Any]) -> Response:
    """The ledger, the latest first."""
    cursor, limit = query.pop("cursor"), query.pop("limit")
    statement = queries.movements(**query)
    keys = [InventoryMovement.occurred_at, InventoryMovement.id]
    found = page(statement, keys, limit=limit, cursor=cursor, descending=True)
    items = _dump(MovementOut, ("unit_cost", "value"), statement, found.items)
    return jsonify(items=items, next_cursor=found.next_cursor)
