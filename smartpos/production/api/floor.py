"""What the operator's page asks: the orders of today, one of them, and what a scanned code means. No prices."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from smartpos.core.db import db
from smartpos.core.money import round_quantity
from smartpos.core.permissions import needs
from smartpos.identity.principal import me
from smartpos.production.api.blueprint import blueprint
from smartpos.production.errors import OrderNotFound
from smartpos.production.models import ProductionOrder
from smartpos.production.operations.choosing import choose_machine
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import floor as queries
from smartpos.production.queries.orders import materials_of
from smartpos.production.schemas.floor import (
    ChooseMachineIn,
    CodeQuery,
    FloorDetailsOut,
    FloorOrderOut,
    FloorOut,
    FoundOut,
)


@blueprint.get("/production-floor")
@needs(P.ORDER_WORK)
@blueprint.response(200, FloorOut)
def list_floor() -> dict[str, Any]:
    """The orders that the person works on today, and the machines."""
    actor = me()
    return {
        "orders": [_order(found) for found in queries.floor_orders(actor)],
        "machines": queries.floor_machines(actor),
    }


@blueprint.get("/production-floor/<int:order_id>")
@needs(P.ORDER_WORK)
@blueprint.response(200, FloorDetailsOut)
def get_floor_order(order_id: int) -> dict[str, Any]:
    """One order with its materials, what it has yielded and what is proposed for its next completion."""
    actor = me()
    found = next(iter(queries.floor_orders(actor, order_id=order_id)), None)
    if found is None:
        raise OrderNotFound
    order: ProductionOrder = found.row[0]
    parent = db.session.get(ProductionOrder, order.parent_id) if order.parent_id is not None else None
    percent = Decimal(actor.setting("production_tolerance_percent"))
    most = round_quantity(order.quantity_to_produce * (1 + percent / 100)) - order.quantity_produced
    expires = None
    if found.row.track_batches and found.row.shelf_life_days is not None:
        expires = actor.organization.today + timedelta(days=found.row.shelf_life_days)
    return {
        "order": _order(found),
        "materials": materials_of(order),
        "yields": queries.yields_of(order.id),
        "team": queries.team_of(order.id),
        "instructions": order.instructions,
        "notes": order.notes,
        "quality_standard": order.quality_standard,
        "reason": order.reason,
        "parent": parent.number if parent is not None else None,
        "most": max(most, Decimal(0)),
        "batch_number": f"{order.number}/{queries.next_sequence(order.id)}"
        if found.row.track_batches
        else None,
        "expiration_date": expires,
    }


@blueprint.get("/production-floor/find")
@needs(P.ORDER_WORK)
@blueprint.arguments(CodeQuery, location="query")
@blueprint.response(200, FoundOut)
def find_floor_order(query: dict[str, Any]) -> dict[str, Any]:
    """The order whose number was scanned, on whatever day it is planned."""
    found = queries.floor_orders(me(), number=query["code"].strip())
    return {"order_ids": [one.row[0].id for one in found]}


@blueprint.post("/production-floor/<int:order_id>/machine")
@needs(P.ORDER_WORK)
@blueprint.arguments(ChooseMachineIn)
@blueprint.response(200, FloorOrderOut)
def choose_order_machine(body: dict[str, Any], order_id: int) -> dict[str, Any]:
    """Make an order on another machine, or on none; not while it is in progress."""
    actor = me()
    choose_machine(order_id, body["machine_id"], actor=actor)
    return _order(queries.floor_orders(actor, order_id=order_id)[0])


def _order(found: queries.FloorOrder) -> dict[str, Any]:
    order: ProductionOrder = found.row[0]
    row = found.row._mapping
    own = (
        *("id", "number", "status", "priority", "branch_id", "machine_id", "qc_required"),
        *("quantity_to_produce", "quantity_completed", "quantity_scrapped", "quantity_left"),
        *("planned_start_at", "planned_end_at", "due_at"),
    )
    joined = (
        *("product", "sku", "unit", "digits", "branch", "machine", "machine_code", "operator"),
        *("since", "worker_id", "worker"),
    )
    return (
        {name: getattr(order, name) for name in own}
        | {name: row[name] for name in joined}
        | {
            "keeps_lots": row["track_batches"],
            "is_late": found.is_late,
            "whose": found.whose,
            "worked_seconds": found.worked,
            "codes": found.codes,
        }
    )
