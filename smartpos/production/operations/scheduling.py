"""Giving an order its time on a machine, and setting its materials aside."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.money import plain
from smartpos.identity.actors import Actor
from smartpos.production.errors import MachineIsBooked, OrderInOtherState
from smartpos.production.models import BillOfMaterials, Machine, OrderStatus, ProductionOrder
from smartpos.production.operations.people import check_operator
from smartpos.production.queries.machines import bookings, machine_of
from smartpos.production.queries.orders import NOTHING, ORDER_ORIGIN, materials_of, order_of
from smartpos.stock.models import StockReservation
from smartpos.stock.operations.reservations import release, reserve_what_is_there

# For a recipe that does not say how long it takes.
USUAL_TIME = timedelta(hours=1)
PLANNABLE = (OrderStatus.PENDING, OrderStatus.SCHEDULED, OrderStatus.ON_HOLD)


def schedule_order(
    order_id: int,
    start: datetime,
    end: datetime | None = None,
    *,
    machine_id: int | None = None,
    operator_id: int | None = None,
    actor: Actor,
) -> list[dict[str, Any]]:
    """Plan when an order is made; machine and operator stay as they are where none is given.

    Without ``end`` it takes as long as its recipe says. Where the shop wants it, materials are set aside, as much as is
    there; gives what is short: product_id, name, requested, available each. Raises OrderNotFound, OrderInOtherState,
    MachineNotFound, MachineIsBooked with all orders that are planned for that time, Invalid.
    """
    order = order_of(order_id, locked=True, actor=actor)
    if order.status not in PLANNABLE:
        raise OrderInOtherState(
            order.status.value, _("Only an order that is not in progress and not ended can be scheduled.")
        )
    end = end or start + time_of(order)
    if end <= start:
        sentence = _("The end must be after the start.")
        raise Invalid(sentence, errors={"planned_end_at": [sentence]})
    if operator_id is not None:
        check_operator(operator_id)
        order.operator_id = operator_id
    order.machine_id = machine_id or order.machine_id
    if order.machine_id is not None:
        book_machine(order, order.machine_id, start, end)
    order.planned_start_at, order.planned_end_at = start, end
    order.status = OrderStatus.SCHEDULED
    db.session.flush()
    if actor.setting("production_reserves"):
        return set_aside(order, actor)
    return shortages(order)


def book_machine(order: ProductionOrder, machine_id: int, start: datetime, end: datetime) -> Machine:
    """Lock a machine that an order is planned on. Raises MachineNotFound, Invalid and MachineIsBooked."""
    machine = machine_in(machine_id, order.branch_id)
    booked = [
        {
            "id": one.order_id,
            "number": one.number,
            "start": one.start.isoformat(),
            "end": one.end.isoformat(),
        }
        for one in bookings([machine_id], start, end, without=order.id)
    ]
    if booked:
        raise MachineIsBooked(machine.name, booked)
    return machine


def machine_in(machine_id: int, branch_id: int) -> Machine:
    """A machine of a branch, locked. Raises MachineNotFound, and Invalid for one that stands elsewhere."""
    machine = machine_of(machine_id, locked=True)
    if machine.branch_id != branch_id:
        sentence = _("This machine stands in another branch.")
        raise Invalid(sentence, errors={"machine_id": [sentence]})
    return machine


def time_of(order: ProductionOrder) -> timedelta:
    """How long an order takes by its recipe: preparing once, and every batch that is begun."""
    bom: BillOfMaterials | None = order.bom
    if bom is None:
        return USUAL_TIME
    batches = int(-(-order.quantity_to_produce // bom.quantity))
    minutes = bom.setup_time_minutes + batches * bom.production_time_minutes
    return timedelta(minutes=min(minutes, 60 * 24 * 366)) if minutes else USUAL_TIME


def set_aside(order: ProductionOrder, actor: Actor) -> list[dict[str, Any]]:
    """Set aside what an order still takes, as much as is there, instead of what was; gives what is short."""
    release(ORDER_ORIGIN, order.id, actor=actor)
    lines = [
        (line.product_id, line.left) for line in materials_of(order) if line.is_tracked and line.left > 0
    ]
    return reserve_what_is_there(
        order.branch_id, lines, origin_kind=ORDER_ORIGIN, origin_id=order.id, actor=actor
    )


def set_aside_again(order: ProductionOrder, actor: Actor) -> None:
    """What is set aside for an order follows its materials; nothing where nothing was."""
    has_some = db.session.scalar(
        select(StockReservation.id)
        .where(StockReservation.origin_kind == ORDER_ORIGIN, StockReservation.origin_id == order.id)
        .limit(1)
    )
    if has_some or (order.status is OrderStatus.SCHEDULED and actor.setting("production_reserves")):
        set_aside(order, actor)


def shortages(order: ProductionOrder) -> list[dict[str, Any]]:
    """What is missing for what an order still makes, in the shape of MaterialsAreShort."""
    return [
        {
            "product_id": line.product_id,
            "name": line.name,
            "requested": plain(line.left),
            "available": plain(max(line.available, NOTHING)),
        }
        for line in materials_of(order)
        if line.short > 0
    ]
