"""Questions about machines: which there are, who may run them, when they are taken and how they were used."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased, joinedload

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db, utc_now
from smartpos.core.money import round_quantity
from smartpos.core.paging import AnySelect
from smartpos.core.permissions import RoleKey
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Role, RolePermission, User, UserStatus
from smartpos.identity.queries import shown_name
from smartpos.production.errors import MachineNotFound
from smartpos.production.models import (
    BillOfMaterials,
    BomStatus,
    Machine,
    MachineLog,
    MachineOperator,
    MachineStatus,
    OrderStatus,
    ProductionOrder,
    ProductionSpell,
)
from smartpos.production.permissions import ProductionPermission as P

LARGEST_ID = 2**63 - 1
CLOSED = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)
# What takes a machine's time; a pending order is a wish.
BOOKING = (OrderStatus.SCHEDULED, OrderStatus.IN_PROGRESS, OrderStatus.ON_HOLD)
# An order that was planned without an end takes at least so much.
SHORTEST = timedelta(hours=1)

# What a machine did when the first day began is the last row before it; each row holds until the next one of its
# machine, the last one until now. Days are the tenant's, so one of them may have 23 or 25 hours.
_UTILISATION = """
WITH day AS (
    SELECT day::date AS day, day::timestamp AT TIME ZONE %(zone)s AS begins,
           (day + interval '1 day')::timestamp AT TIME ZONE %(zone)s AS ends
    FROM generate_series(%(first)s::date::timestamp, %(last)s::date::timestamp, interval '1 day') AS day
), edge AS (
    SELECT min(begins) AS begins, max(ends) AS ends FROM day
), told AS (
    SELECT log.machine_id, log.id, log.status, log.occurred_at
    FROM machine_logs AS log, edge
    WHERE log.organization_id = %(organization_id)s AND log.machine_id = ANY (%(machine_ids)s::bigint[])
      AND log.event = 'status' AND log.occurred_at >= edge.begins AND log.occurred_at < edge.ends
    UNION ALL
    SELECT before.machine_id, before.id, before.status, before.occurred_at
    FROM edge, unnest(%(machine_ids)s::bigint[]) AS asked (machine_id)
    CROSS JOIN LATERAL (
        SELECT log.machine_id, log.id, log.status, log.occurred_at FROM machine_logs AS log
        WHERE log.organization_id = %(organization_id)s AND log.machine_id = asked.machine_id
          AND log.event = 'status' AND log.occurred_at < edge.begins
        ORDER BY log.occurred_at DESC, log.id DESC LIMIT 1
    ) AS before
), stretch AS (
    SELECT machine_id, status, occurred_at AS begins,
           least(%(now)s, lead(occurred_at, 1, %(now)s) OVER (PARTITION BY machine_id ORDER BY occurred_at, id)) AS ends
    FROM told
)
SELECT stretch.machine_id, day.day, stretch.status,
       sum(extract(epoch FROM least(stretch.ends, day.ends) - greatest(stretch.begins, day.begins)))
FROM stretch JOIN day ON stretch.begins < day.ends AND stretch.ends > day.begins
GROUP BY stretch.machine_id, day.day, stretch.status
"""


def machine_of(machine_id: int, *, locked: bool = False) -> Machine:
    """A machine of a branch that the person sees, with its branch. Raises MachineNotFound.

    ``locked`` keeps others from starting on it, or reporting what it does, until the commit.
    """
    if not 0 < machine_id <= LARGEST_ID:
        raise MachineNotFound
    query = (
        select(Machine)
        .join(Branch, Branch.id == Machine.branch_id)
        .options(joinedload(Machine.branch, innerjoin=True))
        .where(Machine.id == machine_id, Machine.deleted_at.is_(None))
        .execution_options(populate_existing=locked)
    )
    if locked:
        query = query.with_for_update(key_share=True, of=Machine)
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise MachineNotFound
    return found


def may_run(machine: Machine, user_id: int | None) -> bool:
    """Whether a machine's list of operators has a person on it, or is empty: then everybody may run it."""
    listed = select(func.count(), func.count().filter(MachineOperator.user_id == (user_id or 0))).where(
        MachineOperator.machine_id == machine.id
    )
    people, named = db.session.execute(listed).one()
    return not people or bool(named)


def may_operate(machine: Machine, actor: Actor) -> bool:
    """Whether somebody may report what a machine does: its operators may, and those who may work on anything."""
    if not actor.can(P.MACHINE_OPERATE):
        return False
    return actor.can(P.ORDER_ANY) or actor.can(P.MACHINE_WRITE) or may_run(machine, actor.user_id)


def operators_of(machine_id: int) -> list[tuple[int, str]]:
    """Who is listed as somebody who may run a machine: ids and names, in the order of names."""
    return operators_of_many([machine_id]).get(machine_id, [])


def operators_of_many(machine_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The same of several machines; one without a list is missing. One statement."""
    name = shown_name()
    query = (
        select(MachineOperator.machine_id, User.id, name)
        .join(User, User.id == MachineOperator.user_id)
        .where(MachineOperator.machine_id.in_(sorted(set(machine_ids))), User.deleted_at.is_(None))
        .order_by(name, User.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for machine_id, user_id, person in db.session.execute(query) if machine_ids else ():
        found.setdefault(machine_id, []).append((user_id, person))
    return found


def may_work() -> ColumnElement[bool]:
    """A condition on people: they are at work here and may work on orders, so they may be named as operators."""
    granted = (
        select(RolePermission.id)
        .where(RolePermission.role_id == User.role_id, RolePermission.permission == P.ORDER_WORK.value)
        .exists()
    )
    # The owner's role holds everything by itself.
    owns = select(Role.id).where(Role.id == User.role_id, Role.key == RoleKey.OWNER.value).exists()
    return and_(User.status == UserStatus.ACTIVE, User.deleted_at.is_(None), or_(granted, owns))


_OPERATOR, _AT_WORK = aliased(User), aliased(User)


def machines(
    *,
    status: MachineStatus | None = None,
    branch_id: int | None = None,
    code: str | None = None,
    upkeep_until: date | None = None,
) -> AnySelect:
    """Machines of the branches that the person sees, with what runs on them now and who works; to be paged by ``id``.

    With ``code`` the one on which it is painted, with ``upkeep_until`` those whose next upkeep is due by that day.
    The one at work is whoever has the order's timer running, otherwise its operator.
    """
    query: AnySelect = (
        select(
            Machine.id,
            Machine.code,
            Machine.name,
            Machine.kind,
            Machine.branch_id,
            Branch.name.label("branch"),
            Machine.production_line,
            Machine.work_center,
            Machine.manufacturer,
            Machine.serial_number,
            Machine.status,
            Machine.status_since,
            Machine.upkeep_every_days,
            Machine.last_upkeep_on,
            Machine.next_upkeep_on,
            Machine.notes,
            ProductionOrder.id.label("order_id"),
            ProductionOrder.number.label("order_number"),
            ProductionOrder.product_id,
            Product.name.label("product"),
            Unit.name.label("unit"),
            ProductionOrder.quantity_to_produce,
            ProductionOrder.quantity_completed,
            ProductionOrder.quantity_scrapped,
            func.coalesce(ProductionSpell.started_at, ProductionOrder.started_at).label("running_since"),
            ProductionOrder.planned_end_at,
            func.coalesce(_AT_WORK.id, _OPERATOR.id).label("operator_id"),
            func.coalesce(shown_name(_AT_WORK), shown_name(_OPERATOR)).label("operator"),
        )
        .join(Branch, Branch.id == Machine.branch_id)
        .outerjoin(
            ProductionOrder,
            and_(ProductionOrder.machine_id == Machine.id, ProductionOrder.status == OrderStatus.IN_PROGRESS),
        )
        .outerjoin(Product, Product.id == ProductionOrder.product_id)
        .outerjoin(Unit, Unit.id == Product.unit_id)
        .outerjoin(
            ProductionSpell,
            and_(ProductionSpell.order_id == ProductionOrder.id, ProductionSpell.ended_at.is_(None)),
        )
        .outerjoin(_OPERATOR, _OPERATOR.id == ProductionOrder.operator_id)
        .outerjoin(_AT_WORK, _AT_WORK.id == ProductionSpell.user_id)
        .where(Machine.deleted_at.is_(None))
    )
    if status is not None:
        query = query.where(Machine.status == status)
    if branch_id is not None:
        query = query.where(Machine.branch_id == branch_id)
    if code is not None:
        query = query.where(func.lower(Machine.code) == code.lower())
    if upkeep_until is not None:
        query = query.where(Machine.next_upkeep_on <= upkeep_until)
    return query


def one_machine(machine_id: int) -> Any:
    """The same about one machine. Raises MachineNotFound."""
    found = None
    if 0 < machine_id <= LARGEST_ID:
        found = db.session.execute(machines().where(Machine.id == machine_id)).one_or_none()
    if found is None:
        raise MachineNotFound
    return found


def history(machine_id: int) -> AnySelect:
    """What happened to a machine, with the order behind it and who did it; to be paged by time and id, downward."""
    return (
        select(
            MachineLog.id,
            MachineLog.event,
            MachineLog.status,
            MachineLog.note,
            MachineLog.order_id,
            ProductionOrder.number.label("order_number"),
            MachineLog.created_by,
            shown_name().label("author"),
            MachineLog.occurred_at,
        )
        .outerjoin(ProductionOrder, ProductionOrder.id == MachineLog.order_id)
        .outerjoin(User, User.id == MachineLog.created_by)
        .where(MachineLog.machine_id == machine_id)
    )


def order_numbers(order_ids: Collection[int]) -> dict[int, str]:
    """The numbers of orders by their ids."""
    query = select(ProductionOrder.id, ProductionOrder.number).where(
        ProductionOrder.id.in_(sorted(order_ids))
    )
    return dict(db.session.execute(query).all()) if order_ids else {}


HISTORY_KEYS = (MachineLog.occurred_at, MachineLog.id)


def uses_of_machine(machine_id: int) -> tuple[list[str], list[str]]:
    """What needs a machine: numbers of orders that are not finished, and names of recipes that are not archived.

    The first ten of each.
    """
    orders = (
        select(ProductionOrder.number)
        .where(ProductionOrder.machine_id == machine_id, ProductionOrder.status.not_in(CLOSED))
        .order_by(ProductionOrder.id)
        .limit(10)
    )
    recipes = (
        select(BillOfMaterials.name)
        .where(BillOfMaterials.machine_id == machine_id, BillOfMaterials.status != BomStatus.ARCHIVED)
        .order_by(BillOfMaterials.id)
        .limit(10)
    )
    return list(db.session.scalars(orders)), list(db.session.scalars(recipes))


@dataclass(frozen=True, slots=True)
class Booking:
    """When an order takes a machine. ``end`` of one that runs longer than planned is now."""

    machine_id: int
    order_id: int
    number: str
    product: str
    status: OrderStatus
    operator: str | None
    start: datetime
    end: datetime


def bookings(
    machine_ids: Collection[int], start: datetime, end: datetime, *, without: int | None = None
) -> list[Booking]:
    """The orders that take these machines some time from ``start`` on and before ``end``, by machine and time.

    ``without`` leaves an order out: the one that is being planned. One statement.
    """
    if not machine_ids:
        return []
    now = utc_now()
    begins = func.coalesce(ProductionOrder.planned_start_at, ProductionOrder.started_at)
    planned = func.coalesce(ProductionOrder.planned_end_at, begins + literal(SHORTEST))
    running = ProductionOrder.status == OrderStatus.IN_PROGRESS
    ends = case((running, func.greatest(planned, now)), else_=planned)
    query = (
        select(
            ProductionOrder.machine_id,
            ProductionOrder.id,
            ProductionOrder.number,
            Product.name,
            ProductionOrder.status,
            shown_name(),
            begins,
            ends,
        )
        .join(Product, Product.id == ProductionOrder.product_id)
        .outerjoin(User, User.id == ProductionOrder.operator_id)
        .where(
            ProductionOrder.machine_id.in_(sorted(set(machine_ids))),
            ProductionOrder.status.in_(BOOKING),
            begins < end,
            ends > start,
        )
        .order_by(ProductionOrder.machine_id, begins, ProductionOrder.id)
    )
    if without is not None:
        query = query.where(ProductionOrder.id != without)
    return [Booking(*row) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class DayOfMachine:
    """What a machine did on a day of the tenant, in seconds; less than a day's where it is not over or told of."""

    day: date
    free: Decimal = Decimal(0)
    busy: Decimal = Decimal(0)
    maintenance: Decimal = Decimal(0)
    off: Decimal = Decimal(0)

    @property
    def seconds(self) -> Decimal:
        """All that is told of the day."""
        return self.free + self.busy + self.maintenance + self.off

    def hours(self, status: MachineStatus) -> Decimal:
        """Hours in a state, with three digits."""
        return round_quantity(Decimal(getattr(self, status.value)) / 3600)


def utilisation(
    machine_ids: Collection[int], start: date, end: date, *, zone: ZoneInfo
) -> dict[int, list[DayOfMachine]]:
    """What machines did on each day from ``start`` to ``end`` (the last day), summed up from their logs.

    Every machine has every day. One statement, whatever their number.
    """
    days = [start + timedelta(days=ahead) for ahead in range((end - start).days + 1)]
    told: dict[tuple[int, date], dict[str, Decimal]] = {}
    if machine_ids and days:
        rows = send(
            _UTILISATION,
            {
                "organization_id": current_organization_id(),
                "machine_ids": array(sorted(set(machine_ids))),
                "first": start,
                "last": end,
                "zone": zone.key,
                "now": utc_now(),
            },
        )
        for machine_id, day, status, seconds in rows:
            told.setdefault((machine_id, day), {})[status] = seconds
    return {
        machine_id: [DayOfMachine(day, **told.get((machine_id, day), {})) for day in days]
        for machine_id in machine_ids
    }


def upkeep_due(today: date, branch_id: int | None = None) -> AnySelect:
    """Machines whose upkeep is due by a day, of a branch or of all: id, name, code, branch, its name, the day.

    By branch, the first to be due first.
    """
    query: AnySelect = (
        select(Machine.id, Machine.name, Machine.code, Machine.branch_id, Branch.name, Machine.next_upkeep_on)
        .join(Branch, Branch.id == Machine.branch_id)
        .where(Machine.next_upkeep_on <= today, Machine.deleted_at.is_(None))
        .order_by(Machine.branch_id, Machine.next_upkeep_on, Machine.id)
    )
    return query if branch_id is None else query.where(Machine.branch_id == branch_id)


def counts_by_status(branch_id: int | None = None) -> dict[MachineStatus, int]:
    """How many machines there are in each state, in a branch or in all that the person sees."""
    query = (
        select(Machine.status, func.count())
        .join(Branch, Branch.id == Machine.branch_id)
        .where(Machine.deleted_at.is_(None))
        .group_by(Machine.status)
    )
    if branch_id is not None:
        query = query.where(Machine.branch_id == branch_id)
    found = dict(db.session.execute(query).all())
    return {status: found.get(status, 0) for status in MachineStatus}
