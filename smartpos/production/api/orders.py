"""Production orders."""

from typing import Any

from flask import Response, jsonify, make_response

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.paging import page
from smartpos.core.permissions import can, needs
from smartpos.identity.principal import me
from smartpos.production.api.blueprint import blueprint
from smartpos.production.models import ProductionOrder
from smartpos.production.operations import orders as operations
from smartpos.production.operations.completing import CompletionRequest, complete_order, finish_order
from smartpos.production.operations.reverting import revert_order
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import orders as queries
from smartpos.production.schemas.orders import (
    COMPLETION_COSTS,
    ORDER_COSTS,
    ProductionCompletedOut,
    ProductionCompletionIn,
    ProductionCompletionOut,
    ProductionMaterialOut,
    ProductionMaterialsIn,
    ProductionOrderChange,
    ProductionOrderIn,
    ProductionOrderOut,
    ProductionOrderPage,
    ProductionOrderRow,
    ProductionOrdersQuery,
    ProductionReasonIn,
    ProductionRevertIn,
    ProductionScheduledOut,
    ProductionScheduleIn,
    ProductionWorkingOut,
)

_NAMES = ("product", "unit", "branch", "machine", "operator")
_OWN = ("team", "working", "materials", "completions")


def _facts(row: Any) -> dict[str, Any]:
    """An order with the names of what belongs to it, as one mapping."""
    order: ProductionOrder = row[0]
    facts = {name: getattr(order, name) for name in ProductionOrderOut().fields if hasattr(order, name)}
    return facts | dict(zip(_NAMES, row[1:], strict=True))


def shown_order(order_id: int) -> dict[str, Any]:
    """An order as ``ProductionOrderOut`` describes it, without costs for those who may not see them."""
    row = queries.order_row(order_id, actor=me())
    order: ProductionOrder = row[0]
    sees_costs = can(CatalogPermission.COST_READ)
    hidden = () if sees_costs else ORDER_COSTS
    shown: dict[str, Any] = ProductionOrderOut(exclude=(*_OWN, *hidden)).dump(_facts(row))
    spell = queries.open_spell(order.id)
    shown["team"] = [member.user_id for member in order.team]
    shown["working"] = (
        ProductionWorkingOut().dump(
            {"user_id": spell[0].user_id, "name": spell[1], "started_at": spell[0].started_at}
        )
        if spell
        else None
    )
    shown["materials"] = ProductionMaterialOut().dump(queries.materials_of(order), many=True)
    completions = ProductionCompletionOut(exclude=() if sees_costs else COMPLETION_COSTS)
    shown["completions"] = completions.dump(queries.completions_of(order.id), many=True)
    return shown


@blueprint.get("/production-orders")
@needs(P.ORDER_READ)
@blueprint.arguments(ProductionOrdersQuery, location="query")
@blueprint.response(200, ProductionOrderPage)
def list_production_orders(query: dict[str, Any]) -> Response:
    """Production orders, the latest first. Operators see their own, those of nobody and those of their teams."""
    cursor, limit = query.pop("cursor"), query.pop("limit")
    statement = queries.orders(**query, actor=me())
    found = page(statement, [ProductionOrder.id], limit=limit, cursor=cursor, descending=True)
    hidden = () if can(CatalogPermission.COST_READ) else ORDER_COSTS
    items = ProductionOrderRow(exclude=hidden).dump([_facts(row) for row in found.items], many=True)
    return jsonify(items=items, next_cursor=found.next_cursor)


@blueprint.post("/production-orders")
@needs(P.ORDER_WRITE)
@blueprint.arguments(ProductionOrderIn)
@blueprint.response(201, ProductionOrderOut)
@blueprint.alt_response(200, schema=ProductionOrderOut, description="This client_uuid was recorded before")
def create_production_order(body: dict[str, Any]) -> Response:
    """Ask for a quantity of a product. 409 when the ``client_uuid`` stands for another order."""
    known = queries.order_by_client_uuid(body["client_uuid"]) if body["client_uuid"] else None
    order = operations.create_order(operations.OrderRequest(**body), actor=me())
    return make_response(jsonify(shown_order(order.id)), 200 if known else 201)


@blueprint.get("/production-orders/<int:order_id>")
@needs(P.ORDER_READ)
@blueprint.response(200, ProductionOrderOut)
def get_production_order(order_id: int) -> Response:
    """One order with its materials, what there is of them, and what it has yielded."""
    return jsonify(shown_order(order_id))


@blueprint.patch("/production-orders/<int:order_id>")
@needs(P.ORDER_WRITE)
@blueprint.arguments(ProductionOrderChange)
@blueprint.response(200, ProductionOrderOut)
def change_production_order(body: dict[str, Any], order_id: int) -> Response:
    """Change an order that has not ended. With its quantity its materials change in proportion."""
    operations.change_order(order_id, body, actor=me())
    return jsonify(shown_order(order_id))


@blueprint.put("/production-orders/<int:order_id>/materials")
@needs(P.ORDER_WRITE)
@blueprint.arguments(ProductionMaterialsIn)
@blueprint.response(200, ProductionOrderOut)
def set_production_materials(body: dict[str, Any], order_id: int) -> Response:
    """Say what an order takes in all. What was used of something that is not named stays with the order."""
    operations.set_materials(order_id, body["items"], actor=me())
    return jsonify(shown_order(order_id))


@blueprint.post("/production-orders/<int:order_id>/schedule")
@needs(P.ORDER_WRITE)
@blueprint.arguments(ProductionScheduleIn)
@blueprint.response(200, ProductionScheduledOut)
def schedule_production_order(body: dict[str, Any], order_id: int) -> Response:
    """Plan when an order is made; ``shortages`` tells what is missing. 409 with all orders that take the machine."""
    short = operations.schedule_order(order_id, body.pop("start"), body.pop("end"), **body, actor=me())
    return jsonify(shown_order(order_id) | {"shortages": short})


@blueprint.post("/production-orders/<int:order_id>/start")
@needs(P.ORDER_WORK)
@blueprint.response(200, ProductionOrderOut)
def start_production_order(order_id: int) -> Response:
    """Begin to work on an order, or go on with it. 409 when somebody else does, or its machine is taken."""
    operations.start_order(order_id, actor=me())
    return jsonify(shown_order(order_id))


@blueprint.post("/production-orders/<int:order_id>/pause")
@needs(P.ORDER_WORK)
@blueprint.arguments(ProductionReasonIn)
@blueprint.response(200, ProductionOrderOut)
def pause_production_order(body: dict[str, Any], order_id: int) -> Response:
    """Stop working on an order for now; its machine is free for others."""
    operations.pause_order(order_id, body["reason"], actor=me())
    return jsonify(shown_order(order_id))


@blueprint.post("/production-orders/<int:order_id>/complete")
@needs(P.ORDER_WORK)
@blueprint.arguments(ProductionCompletionIn)
@blueprint.response(200, ProductionCompletedOut)
def complete_production_order(body: dict[str, Any], order_id: int) -> Response:
    """Take in what an order has yielded, in part or whole; its materials go out. 409 with all that is short."""
    completion = complete_order(order_id, CompletionRequest(**body), actor=me())
    return jsonify(shown_order(order_id) | {"completion_id": completion.id})


@blueprint.post("/production-orders/<int:order_id>/finish")
@needs(P.ORDER_WORK)
@blueprint.response(200, ProductionOrderOut)
def finish_production_order(order_id: int) -> Response:
    """End an order that has yielded less than planned; nothing more is to come."""
    finish_order(order_id, actor=me())
    return jsonify(shown_order(order_id))


@blueprint.post("/production-orders/<int:order_id>/revert")
@needs(P.ORDER_REVERT)
@blueprint.arguments(ProductionRevertIn)
@blueprint.response(200, ProductionOrderOut)
def revert_production_order(body: dict[str, Any], order_id: int) -> Response:
    """Take back all that an order has yielded, or one completion. 409 with all goods that are gone."""
    revert_order(order_id, **body, actor=me())
    return jsonify(shown_order(order_id))


@blueprint.post("/production-orders/<int:order_id>/cancel")
@needs(P.ORDER_WRITE)
@blueprint.arguments(ProductionReasonIn)
@blueprint.response(200, ProductionOrderOut)
def cancel_production_order(body: dict[str, Any], order_id: int) -> Response:
    """Call off an order that has yielded nothing."""
    operations.cancel_order(order_id, body["reason"], actor=me())
    return jsonify(shown_order(order_id))
