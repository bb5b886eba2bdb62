"""Taking another machine for an order, by whoever is about to work on it."""

from smartpos.core.db import db
from smartpos.identity.actors import Actor
from smartpos.production.errors import MachineNotFound
from smartpos.production.models import Machine, ProductionOrder
from smartpos.production.operations.orders import change_order
from smartpos.production.operations.working import require_work
from smartpos.production.queries.orders import order_of


def choose_machine(order_id: int, machine_id: int | None, *, actor: Actor) -> ProductionOrder:
    """Make an order on another machine, or on none. What is planned for a time must find it free then.

    Raises OrderNotFound, Forbidden, OrderInOtherState (while it is in progress), MachineNotFound, MachineIsBooked and
    Invalid (it stands in another branch).
    """
    require_work(order_of(order_id, locked=True, actor=actor), actor)
    if machine_id is not None:
        machine = db.session.get(Machine, machine_id)
        if machine is None or machine.deleted_at is not None:
            raise MachineNotFound
    return change_order(order_id, {"machine_id": machine_id}, actor=actor)
