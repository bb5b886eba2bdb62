"""What the tests of machines share."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.production.models import (
    Machine,
    MachineEvent,
    MachineLog,
    MachineStatus,
    OrderStatus,
    ProductionOrder,
    ProductionSpell,
)
from smartpos.production.operations.machines import create_machine
from tests.cast import Shop

ZONE = ZoneInfo("Asia/Tashkent")
_numbers = count(1)


def machine(shop: Shop, who: str = "manager", **facts: Any) -> int:
    """Register a machine in the shop's branch and give its id."""
    number = next(_numbers)
    given = {"branch_id": shop.branch_id, "code": f"M-{number}", "name": f"Pech {number}"} | facts
    with shop.inside(who):
        return create_machine(actor=shop.actor(who), **given).id


def order_on(
    shop: Shop,
    machine_id: int | None,
    product_id: int,
    status: OrderStatus = OrderStatus.PENDING,
    *,
    who: str = "operator",
    quantity: str = "10",
    **facts: Any,
) -> int:
    """A row of an order on a machine, as if it had come that far; one in progress makes the machine busy."""
    now = utc_now()
    with shop.inside("manager"):
        if status is OrderStatus.COMPLETED:
            facts |= {"completed_at": now}
        if status is OrderStatus.CANCELLED:
            facts |= {"cancelled_at": now}
        if status is OrderStatus.SCHEDULED:
            facts = {"planned_start_at": now} | facts
        order = ProductionOrder(
            number=f"T-{next(_numbers):05}",
            branch_id=facts.pop("branch_id", shop.branch_id),
            product_id=product_id,
            machine_id=machine_id,
            operator_id=shop.users[who],
            quantity_to_produce=Decimal(quantity),
            status=status,
            **facts,
        )
        db.session.add(order)
        db.session.flush()
        if status is OrderStatus.IN_PROGRESS and machine_id is not None:
            found = db.session.get(Machine, machine_id)
            assert found is not None
            found.status, found.status_since = MachineStatus.BUSY, now
            spell = ProductionSpell(order_id=order.id, user_id=shop.users[who], machine_id=machine_id)
            db.session.add_all([told(machine_id, MachineStatus.BUSY, now, order_id=order.id), spell])
        return order.id


def told(machine_id: int, status: MachineStatus, at: datetime, **facts: Any) -> MachineLog:
    return MachineLog(
        machine_id=machine_id, event=MachineEvent.STATUS, status=status, occurred_at=at, **facts
    )


def log_of(shop: Shop, machine_id: int) -> list[MachineLog]:
    """What happened to a machine, the first first."""
    with shop.inside():
        query = select(MachineLog).where(MachineLog.machine_id == machine_id)
        found = list(db.session.scalars(query.order_by(MachineLog.occurred_at, MachineLog.id)))
        db.session.expunge_all()
        return found


def row_of(shop: Shop, machine_id: int) -> Machine:
    with shop.inside():
        found = db.session.get(Machine, machine_id)
        assert found is not None
        db.session.expunge(found)
        return found


def change(shop: Shop, model: type[Any], number: int, **facts: Any) -> None:
    """Set facts of a row past all rules."""
    with shop.inside("owner"):
        row = db.session.get(model, number)
        for name, value in facts.items():
            setattr(row, name, value)


def days_ago(days: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment in the shop's time zone."""
    today = datetime.now(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today - timedelta(days=days)
