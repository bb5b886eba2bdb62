"""Work on an order begins and ends: who works, on what machine, and for how long.

Everything locks the order first and its machine after it; ``docs/locking.md`` tells why.
"""

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.identity.actors import Actor
from smartpos.production.errors import (
    AnotherOperatorWorks,
    MachineIsBusy,
    MachineIsNotReady,
    NotAnOperatorOfIt,
    OrderInOtherState,
)
from smartpos.production.models import (
    Machine,
    MachineStatus,
    OrderStatus,
    ProductionOrder,
    ProductionSpell,
)
from smartpos.production.operations.machine_states import set_machine_status
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.machines import machine_of, may_run
from smartpos.production.queries.orders import may_work_on, open_spell, order_of

LONGEST_REASON = 1000
STARTABLE = (OrderStatus.PENDING, OrderStatus.SCHEDULED, OrderStatus.ON_HOLD)


def start_order(order_id: int, *, actor: Actor) -> ProductionOrder:
    """Begin to work on an order, or go on with it; whoever starts an order of nobody takes it.

    Whoever works on it already gets it as it is. Raises OrderNotFound, Forbidden, OrderInOtherState,
    AnotherOperatorWorks, MachineIsBusy, MachineIsNotReady, NotAnOperatorOfIt.
    """
    order = order_of(order_id, locked=True, actor=actor)
    require_work(order, actor)
    if order.status is OrderStatus.IN_PROGRESS:
        spell = open_spell(order.id)
        if spell is not None and spell[0].user_id != actor.user_id:
            raise AnotherOperatorWorks(spell[1])
        return order
    begin_work(order, actor)
    db.session.flush()
    return order


def pause_order(order_id: int, reason: str | None = None, *, actor: Actor) -> ProductionOrder:
    """Stop working on an order for now; its machine is free for others.

    Raises OrderNotFound, Forbidden, OrderInOtherState, AnotherOperatorWorks.
    """
    order = order_of(order_id, locked=True, actor=actor)
    require_work(order, actor)
    if order.status is not OrderStatus.IN_PROGRESS:
        raise OrderInOtherState(order.status.value, _("Only an order that is in progress can be paused."))
    refuse_others(order, actor)
    order.status = OrderStatus.ON_HOLD
    order.reason = clean_reason(reason)
    end_work(order, actor)
    db.session.flush()
    return order


def require_work(order: ProductionOrder, actor: Actor) -> None:
    """Stop here unless the person may work on the order. Raises Forbidden."""
    if not may_work_on(order, actor):
        wanted = P.ORDER_ANY if actor.can(P.ORDER_WORK) else P.ORDER_WORK
        raise Forbidden(permission=str(wanted))


def clean_reason(reason: str | None) -> str | None:
    """A reason without space around it, cut to what is kept; None for an empty one."""
    return (reason or "").strip()[:LONGEST_REASON] or None


def refuse_others(order: ProductionOrder, actor: Actor) -> None:
    """Raises AnotherOperatorWorks when somebody else works on the order; whoever may work on any may step in."""
    if actor.can(P.ORDER_ANY):
        return
    spell = open_spell(order.id)
    if spell is not None and spell[0].user_id != actor.user_id:
        raise AnotherOperatorWorks(spell[1])


def begin_work(order: ProductionOrder, actor: Actor) -> None:
    """Set a locked order in progress. Raises OrderInOtherState, and what a machine that is not to be had raises."""
    if order.status not in STARTABLE:
        raise OrderInOtherState(order.status.value, _("This order is completed or cancelled."))
    if order.machine_id is not None:
        machine = machine_of(order.machine_id, locked=True)
        _refuse_machine(machine, actor)
        set_machine_status(machine, MachineStatus.BUSY, order_id=order.id, actor=actor)
    now = utc_now()
    order.status = OrderStatus.IN_PROGRESS
    order.reason = None
    if order.operator_id is None:
        order.operator_id = actor.user_id
    if order.started_at is None:
        order.started_at = now
    db.session.add(
        ProductionSpell(order_id=order.id, user_id=actor.user_id, machine_id=order.machine_id, started_at=now)
    )


def end_work(order: ProductionOrder, actor: Actor) -> None:
    """Close the stretch of work that goes on at a locked order, and free its machine. Nothing when nobody works."""
    spell = open_spell(order.id)
    if spell is not None:
        spell[0].ended_at = utc_now()
    if order.machine_id is None:
        return
    # Removed or not, and of whatever workspace: it is this order that keeps it busy.
    query = select(Machine).where(Machine.id == order.machine_id).with_for_update(key_share=True)
    machine = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if machine.status is MachineStatus.BUSY and running_on(machine.id) in {None, order.id}:
        set_machine_status(machine, MachineStatus.FREE, order_id=order.id, actor=actor)


def running_on(machine_id: int) -> int | None:
    """The order that is in progress on a machine, if any."""
    return db.session.scalar(
        select(ProductionOrder.id).where(
            ProductionOrder.machine_id == machine_id, ProductionOrder.status == OrderStatus.IN_PROGRESS
        )
    )


def _refuse_machine(machine: Machine, actor: Actor) -> None:
    if machine.status is MachineStatus.BUSY:
        number = db.session.scalar(
            select(ProductionOrder.number).where(
                ProductionOrder.machine_id == machine.id, ProductionOrder.status == OrderStatus.IN_PROGRESS
            )
        )
        raise MachineIsBusy(machine.name, number or "")
    if machine.status is not MachineStatus.FREE:
        raise MachineIsNotReady(machine.name, machine.status.value)
    if not actor.can(P.ORDER_ANY) and not may_run(machine, actor.user_id):
        raise NotAnOperatorOfIt(machine.name, actor.name)
