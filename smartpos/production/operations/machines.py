"""Machines: registering them, saying who may run them, and what they do and what is done to them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypedDict, Unpack

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError

from smartpos.catalog.operations import values
from smartpos.core.db import db, utc_now
from smartpos.core.events import record
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField
from smartpos.identity.models import User
from smartpos.identity.operations import BranchUse, declare_branch_uses
from smartpos.production.errors import MachineInUse, MachineIsBusy, NotAnOperatorOfIt
from smartpos.production.models import (
    Machine,
    MachineEvent,
    MachineLog,
    MachineOperator,
    MachineStatus,
    OrderStatus,
    ProductionOrder,
)
from smartpos.production.operations.machine_states import set_machine_status
from smartpos.production.queries.machines import CLOSED, machine_of, may_operate, may_work, uses_of_machine
from smartpos.stock.queries.transfers import seen_branch

UPKEEP_DONE = "production.upkeep_done"
MACHINE_ORIGIN = "machine"
LONGEST_NOTE = 1000
LONGEST_UPKEEP = 3650
MOST_OPERATORS = 200
# What people may report; busy is what an order makes of a machine.
REPORTED = (MachineStatus.FREE, MachineStatus.MAINTENANCE, MachineStatus.OFF)

declare_branch_uses(
    BranchUse(
        "machines",
        lambda branch_id: exists().where(Machine.branch_id == branch_id, Machine.deleted_at.is_(None)),
        _l("Machines stand in this branch. Remove them or move them to another branch first."),
    ),
    BranchUse(
        "production_orders",
        lambda branch_id: exists().where(
            ProductionOrder.branch_id == branch_id, ProductionOrder.status.not_in(CLOSED)
        ),
        _l("Production orders of this branch are not finished. Complete or cancel them first."),
    ),
)


def _day(value: Any, field: str) -> date | None:
    if value is None or value == "":
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadField(field, _("This is not a date.")) from None


def _interval(value: Any, field: str) -> int | None:
    read = values.number(value, field, digits=0, limit=Decimal(LONGEST_UPKEEP), positive=True)
    return None if read is None else int(read)


READERS: dict[str, Callable[[Any, str], Any]] = {
    "code": partial(values.text, longest=50, needed=True),
    "name": partial(values.text, longest=255, needed=True),
    "kind": partial(values.text, longest=100),
    "production_line": partial(values.text, longest=100),
    "work_center": partial(values.text, longest=100),
    "manufacturer": partial(values.text, longest=200),
    "serial_number": partial(values.text, longest=100),
    "upkeep_every_days": _interval,
    "last_upkeep_on": _day,
    "next_upkeep_on": _day,
    "notes": values.prose,
}
"""How each plain fact of a machine is read."""


class MachineFacts(TypedDict, total=False):
    """What can be told about a machine. ``operator_ids`` are the people who may run it; none: everybody."""

    branch_id: int
    code: str
    name: str
    kind: str | None
    production_line: str | None
    work_center: str | None
    manufacturer: str | None
    serial_number: str | None
    upkeep_every_days: Any
    last_upkeep_on: date | None
    next_upkeep_on: date | None
    notes: str | None
    operator_ids: Iterable[int]


def create_machine(*, actor: Actor, **facts: Unpack[MachineFacts]) -> Machine:
    """Register a machine that is free from now on; needs ``branch_id``, ``code`` and ``name``.

    Raises BadField, AlreadyTaken (the code), BranchNotFound.
    """
    now = utc_now()
    given: dict[str, Any] = {"code": None, "name": None, **facts}
    machine = Machine(
        branch_id=seen_branch(_branch_id(given.pop("branch_id", None))),
        status=MachineStatus.FREE,
        status_since=now,
        created_by=actor.user_id,
    )
    operators = given.pop("operator_ids", ())
    _apply(machine, given, actor)
    db.session.add(machine)
    _flush(machine)
    # The first row of its log: utilisation is summed up from here on.
    _log(machine, MachineEvent.STATUS, actor, status=MachineStatus.FREE, at=now)
    _put_operators(machine, operators)
    db.session.flush()
    return machine


def change_machine(machine: Machine, *, actor: Actor, **changes: Unpack[MachineFacts]) -> Machine:
    """Change what is given and leave the rest.

    Raises what ``create_machine`` raises, and MachineInUse when it should move to another branch while orders are not
    finished on it.
    """
    given: dict[str, Any] = dict(changes)
    branch_id = given.pop("branch_id", machine.branch_id)
    if branch_id != machine.branch_id:
        target = seen_branch(_branch_id(branch_id))
        machine_of(machine.id, locked=True)
        orders, _recipes = uses_of_machine(machine.id)
        if orders:
            raise MachineInUse(machine.name, orders, ())
        machine.branch_id = target
    operators = given.pop("operator_ids", None)
    _apply(machine, given, actor)
    if operators is not None:
        _put_operators(machine, operators)
    _flush(machine)
    return machine


def remove_machine(machine: Machine, *, actor: Actor) -> None:
    """Hide a machine; its history stays. Raises MachineInUse while an order or a recipe needs it."""
    # Whatever is being entered for the machine refers to its row, and is waited for before it is looked at.
    db.session.execute(select(Machine.id).where(Machine.id == machine.id).with_for_update())
    locked = machine_of(machine.id, locked=True)
    orders, recipes = uses_of_machine(locked.id)
    if orders or recipes:
        raise MachineInUse(locked.name, orders, recipes)
    locked.deleted_at = utc_now()
    db.session.flush()


def set_operators(machine: Machine, user_ids: Iterable[int], *, actor: Actor) -> None:
    """Say who may run a machine; nobody named: everybody who may work on orders. Raises BadField."""
    _put_operators(machine_of(machine.id, locked=True), user_ids)
    db.session.flush()


def report_status(
    machine_id: int, status: MachineStatus, note: str | None = None, *, actor: Actor
) -> Machine:
    """Write down that a machine is under maintenance, off or free again; the same as before with a note is a note.

    Raises MachineNotFound, NotAnOperatorOfIt, MachineIsBusy while an order is in progress on it, BadField.
    """
    if status not in REPORTED:
        raise BadField("status", _("A machine is busy while an order is in progress; that is not reported."))
    cleaned = _note(note)
    machine = machine_of(machine_id, locked=True)
    _may_operate(machine, actor)
    running = db.session.scalar(
        select(ProductionOrder.number).where(
            ProductionOrder.machine_id == machine.id, ProductionOrder.status == OrderStatus.IN_PROGRESS
        )
    )
    if running is not None:
        raise MachineIsBusy(machine.name, running)
    if machine.status is not status:
        set_machine_status(machine, status, note=cleaned, actor=actor)
    elif cleaned:
        _log(machine, MachineEvent.NOTE, actor, note=cleaned)
    db.session.flush()
    return machine


def note_on_machine(machine_id: int, note: str, *, actor: Actor) -> None:
    """Write something down about a machine. Raises MachineNotFound, NotAnOperatorOfIt, BadField when it is empty."""
    cleaned = _note(note)
    if not cleaned:
        raise BadField("note", _("This must not be empty."))
    machine = machine_of(machine_id, locked=True)
    _may_operate(machine, actor)
    _log(machine, MachineEvent.NOTE, actor, note=cleaned)
    db.session.flush()


def log_upkeep(
    machine_id: int, done_on: date | None = None, note: str | None = None, *, actor: Actor
) -> Machine:
    """Write down that a machine was looked after (today unless told otherwise), and when it is next.

    What is entered late does not bring back a day that has passed. Raises MachineNotFound, NotAnOperatorOfIt, BadField.
    """
    cleaned = _note(note)
    today = actor.organization.today
    day = today if done_on is None else done_on
    if day > today:
        raise BadField("done_on", _("This day has not come yet."))
    if day < today - timedelta(days=LONGEST_UPKEEP):
        raise BadField("done_on", _("This day is too long ago."))
    machine = machine_of(machine_id, locked=True)
    _may_operate(machine, actor)
    if machine.last_upkeep_on is None or day >= machine.last_upkeep_on:
        machine.last_upkeep_on = day
        machine.next_upkeep_on = _following(machine)
    noon = datetime.combine(day, time(12), actor.organization.zone)
    _log(machine, MachineEvent.UPKEEP, actor, note=cleaned, at=None if day == today else noon)
    record(
        UPKEEP_DONE,
        origin_kind=MACHINE_ORIGIN,
        origin_id=machine.id,
        facts={"branch_id": machine.branch_id, "name": machine.name, "done_on": day.isoformat()},
        actor=actor,
    )
    db.session.flush()
    return machine


def _branch_id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise BadField("branch_id", _("This must not be empty."))
    return value


def _apply(machine: Machine, given: Mapping[str, Any], actor: Actor) -> None:
    facts = {field: read(given[field], field) for field, read in READERS.items() if field in given}
    last = facts.get("last_upkeep_on")
    if last is not None and last > actor.organization.today:
        raise BadField("last_upkeep_on", _("This day has not come yet."))
    if "code" in facts:
        _free_code(machine, facts["code"])
    every, planned = machine.upkeep_every_days, machine.next_upkeep_on
    before = machine.last_upkeep_on
    for field, value in facts.items():
        setattr(machine, field, value)
    moved = machine.upkeep_every_days != every or machine.last_upkeep_on != before
    is_kept = machine.next_upkeep_on == planned
    if (moved and is_kept) or (machine.next_upkeep_on is None and machine.upkeep_every_days is not None):
        # Nobody has set the day by hand, so it follows the interval; a new machine is looked after first in a while.
        machine.next_upkeep_on = _following(machine, actor.organization.today)


def _following(machine: Machine, otherwise: date | None = None) -> date | None:
    """The day of the next upkeep after the last one; None for a machine without an interval."""
    last = machine.last_upkeep_on or otherwise
    if machine.upkeep_every_days is None or last is None:
        return None
    return last + timedelta(days=machine.upkeep_every_days)


def _free_code(machine: Machine, code: str) -> None:
    taken = exists().where(
        func.lower(Machine.code) == code.lower(),
        Machine.deleted_at.is_(None),
        Machine.id != (machine.id or 0),
    )
    if db.session.scalar(select(taken)):
        raise _code_taken()


def _code_taken() -> AlreadyTaken:
    sentence = _("Another machine has this code.")
    return AlreadyTaken(sentence, errors={"code": [sentence]})


def _flush(machine: Machine) -> None:
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError as error:
        # Two machines with one code, entered at the same moment.
        if "uq_machines_code" in str(error.orig):
            raise _code_taken() from None
        raise


def _put_operators(machine: Machine, user_ids: Iterable[int]) -> None:
    wanted = set(user_ids)
    if len(wanted) > MOST_OPERATORS:
        raise BadField("operator_ids", _("At most %(most)s people fit here.", most=MOST_OPERATORS))
    listed = {row.user_id: row for row in machine.operators}
    new = sorted(wanted - listed.keys())
    # Who is listed already stays, even if the right to work was taken from them meanwhile.
    known = set(db.session.scalars(select(User.id).where(User.id.in_(new), may_work()))) if new else set()
    if len(known) != len(new):
        raise BadField("operator_ids", _("Choose people who may work on production orders."))
    for user_id in listed.keys() - wanted:
        machine.operators.remove(listed[user_id])
    machine.operators.extend(MachineOperator(user_id=user_id) for user_id in new)


def _may_operate(machine: Machine, actor: Actor) -> None:
    if not may_operate(machine, actor):
        raise NotAnOperatorOfIt(machine.name, actor.name)


def _note(note: str | None) -> str | None:
    read = values.prose(note, "note", longest=LONGEST_NOTE)
    return read or None


def _log(
    machine: Machine,
    event: MachineEvent,
    actor: Actor,
    *,
    status: MachineStatus | None = None,
    note: str | None = None,
    at: datetime | None = None,
) -> None:
    db.session.add(
        MachineLog(
            machine_id=machine.id,
            event=event,
            status=status,
            note=note,
            created_by=actor.user_id,
            occurred_at=at or utc_now(),
        )
    )
