"""What a machine does, and the log of it: the only writer of ``machines.status``."""

from smartpos.core.db import db, utc_now
from smartpos.identity.actors import Actor
from smartpos.production.models import Machine, MachineEvent, MachineLog, MachineStatus


def set_machine_status(
    machine: Machine,
    status: MachineStatus,
    *,
    order_id: int | None = None,
    note: str | None = None,
    actor: Actor,
) -> None:
    """Write down that a machine does something else from now on; nothing when it does so already.

    The caller holds the machine locked, and has asked whether it may.
    """
    if machine.status is status:
        return
    now = utc_now()
    machine.status, machine.status_since = status, now
    db.session.add(
        MachineLog(
            machine_id=machine.id,
            event=MachineEvent.STATUS,
            status=status,
            order_id=order_id,
            note=note,
            created_by=actor.user_id,
            occurred_at=now,
        )
    )
