"""Turning a plan into production orders, draft purchases and transfers, and giving orders their time on a machine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

from flask_babel import gettext as _

from smartpos.core.db import utc_now
from smartpos.core.errors import Invalid
from smartpos.identity.actors import Actor
from smartpos.production.errors import OrderInOtherState
from smartpos.production.models import OrderStatus, ProductionOrder
from smartpos.production.netting import first_gap
from smartpos.production.operations.orders import OrderRequest, change_order, create_order, schedule_order
from smartpos.production.operations.scheduling import time_of
from smartpos.production.queries.machines import bookings
from smartpos.production.queries.orders import materials_of, order_of
from smartpos.production.queries.planning import Plan, net_needs, parts_to_make, what_if
from smartpos.purchasing.operations.suggested import draft_suggested_purchases, draft_suggested_transfers

__all__ = [
    "Plan",
    "PlanLine",
    "draft_purchases",
    "draft_transfers",
    "make_orders",
    "make_parts",
    "move_order",
    "net_needs",
    "put_on_machines",
    "what_if",
]

draft_purchases = draft_suggested_purchases
draft_transfers = draft_suggested_transfers

MOST_LINES = 500
LAST_MINUTE = time(23, 59)
# Orders are put on machines at round times, and not further ahead than this.
ROUND_TO = timedelta(minutes=15)
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A product that is to be made: so much, from one day to another. ``for_product_id`` is the product of the same
    list for whose order it is made."""

    product_id: int
    quantity: Decimal
    begin_on: date | None = None
    ready_on: date | None = None
    for_product_id: int | None = None
    machine_id: int | None = None


def make_orders(
    branch_id: int, lines: Sequence[PlanLine], *, form_uuid: UUID, schedule: bool = False, actor: Actor
) -> list[ProductionOrder]:
    """A production order per line, all or none; what is made for the order of another line has that as its parent.

    The same ``form_uuid`` again gives the same orders. ``schedule`` puts those that are new on their machines at the
    first free time. Raises Invalid, for lines that are made for each other too, and as ``create_order`` does.
    """
    if len(lines) > MOST_LINES:
        raise Invalid(_("These are too many orders at once. Make some of them first."))
    by_product = {line.product_id: line for line in lines}
    if len(by_product) < len(lines):
        raise Invalid(_("A product is there twice."))
    made: dict[int, ProductionOrder] = {}
    for line in _parents_first(by_product):
        parent = made.get(line.for_product_id or 0)
        request = OrderRequest(
            product_id=line.product_id,
            quantity_to_produce=line.quantity,
            branch_id=branch_id,
            machine_id=line.machine_id,
            due_at=_end_of(line.ready_on, actor),
            parent_id=parent.id if parent else None,
            client_uuid=uuid5(form_uuid, f"product {line.product_id}"),
        )
        made[line.product_id] = create_order(request, actor=actor)
    if schedule:
        begins = {made[line.product_id].id: line.begin_on for line in lines if line.begin_on}
        put_on_machines(list(made.values()), begins, actor=actor)
    return list(made.values())


def make_parts(order_id: int, *, actor: Actor) -> list[ProductionOrder]:
    """Make the orders that an order lacks: of everything on all its levels that is made here and neither there nor
    under way. What is made for one order has that as its parent.

    A second time makes nothing, because what the first has ordered is under way. Raises OrderNotFound,
    OrderInOtherState, CircularRecipe, and as ``create_order`` does.
    """
    order = order_of(order_id, locked=True, actor=actor)
    if not order.is_open:
        raise OrderInOtherState(order.status.value, _("This order is completed or cancelled."))
    left = {line.product_id: line.left for line in materials_of(order) if line.is_tracked and line.left > 0}
    found = parts_to_make(order.id, left, order.product_id, order.branch_id, actor)
    made: dict[int, ProductionOrder] = {}
    for one in found:
        parent = made.get(one.need.parent_id or 0, order)
        due = parent.planned_start_at or _end_of(one.ready_on, actor)
        request = OrderRequest(
            product_id=one.product.id,
            quantity_to_produce=one.need.quantity,
            branch_id=order.branch_id,
            priority=order.priority,
            due_at=due,
            parent_id=parent.id,
            origin=(order.origin_kind, order.origin_id) if order.origin_kind and order.origin_id else None,
        )
        made[one.product.id] = create_order(request, actor=actor)
    return list(made.values())


def put_on_machines(
    orders: Iterable[ProductionOrder], begins: Mapping[int, date], *, actor: Actor
) -> list[ProductionOrder]:
    """Schedule orders that have no time yet, each at the first free time of its machine, not before its day.

    ``begins`` are those days by order id; without one it is today. They begin while production works, and an order when
    those end that make its parts; what has no machine stands in nobody's way. Gives what was scheduled. Raises as
    ``schedule_order`` does.
    """
    waiting = {one.id: one for one in orders if one.status is OrderStatus.PENDING}
    machine_ids = {one.machine_id for one in waiting.values() if one.machine_id}
    now = _rounded_up(utc_now())
    taken: dict[int, list[tuple[datetime, datetime]]] = {machine_id: [] for machine_id in machine_ids}
    for booked in bookings(machine_ids, now, now + FURTHEST):
        taken[booked.machine_id].append((booked.start, booked.end))
    ended: dict[int, datetime] = {}
    needs = _parts_among(waiting)
    for order in _parts_first(waiting, needs):
        parts = [ended[number] for number in needs[order.id] if number in ended]
        day = begins.get(order.id, actor.organization.today)
        length = time_of(order)
        start = _working(max(now, _opening(day, actor), *parts), actor)
        if order.machine_id is not None:
            start = _free_time(taken[order.machine_id], start, length, actor)
            taken[order.machine_id].append((start, start + length))
        ended[order.id] = start + length
        schedule_order(order.id, start, start + length, actor=actor)
    return list(waiting.values())


def move_order(
    order_id: int, start: datetime, end: datetime | None = None, *, machine_id: int | None, actor: Actor
) -> ProductionOrder:
    """Give an order another time and another machine, or with None no machine. It is scheduled then.

    Without ``end`` it takes as long as it was planned for, or as its recipe says. Raises as ``schedule_order`` does.
    """
    order = order_of(order_id, locked=True, actor=actor)
    if order.status in {OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED, OrderStatus.CANCELLED}:
        raise OrderInOtherState(
            order.status.value, _("Only an order that is not in progress and not ended can be scheduled.")
        )
    if end is None:
        begin, until = order.planned_start_at, order.planned_end_at
        end = start + (until - begin if begin is not None and until is not None else time_of(order))
    if machine_id is None and order.machine_id is not None:
        change_order(order_id, {"machine_id": None}, actor=actor)
    schedule_order(order_id, start, end, machine_id=machine_id, actor=actor)
    return order


def _parents_first(lines: Mapping[int, PlanLine]) -> list[PlanLine]:
    """The lines in an order in which what another is made for comes before it."""
    done: dict[int, PlanLine] = {}
    for line in lines.values():
        way: list[PlanLine] = []
        step: PlanLine | None = line
        while step is not None and step.product_id not in done:
            if step in way:
                raise Invalid(_("Orders cannot be made for each other."))
            way.append(step)
            step = lines.get(step.for_product_id or 0)
        done |= {one.product_id: one for one in reversed(way)}
    return list(done.values())


def _parts_among(orders: Mapping[int, ProductionOrder]) -> dict[int, set[int]]:
    """Which of some orders make what each of them takes, or are made for it; by their ids."""
    makers: dict[int, set[int]] = defaultdict(set)
    for order in orders.values():
        makers[order.product_id].add(order.id)
    found: dict[int, set[int]] = {}
    for order in orders.values():
        taken = [number for line in order.materials for number in makers.get(line.product_id, ())]
        made_for_it = [one.id for one in orders.values() if one.parent_id == order.id]
        found[order.id] = {*taken, *made_for_it} - {order.id}
    return found


def _parts_first(
    orders: Mapping[int, ProductionOrder], needs: Mapping[int, set[int]]
) -> list[ProductionOrder]:
    """Orders in an order in which all that one needs comes before it; those that need each other as they come."""
    done: dict[int, ProductionOrder] = {}
    waiting = dict(orders)
    while waiting:
        ready = [number for number in waiting if not needs[number] & waiting.keys()]
        for number in ready or [next(iter(waiting))]:
            done[number] = waiting.pop(number)
    return list(done.values())


def _end_of(day: date | None, actor: Actor) -> datetime | None:
    return None if day is None else datetime.combine(day, LAST_MINUTE, tzinfo=actor.organization.zone)


def _free_time(
    taken: list[tuple[datetime, datetime]], earliest: datetime, length: timedelta, actor: Actor
) -> datetime:
    """The first free time of a machine that begins while production works; it may end later."""
    start = first_gap(taken, earliest, length)
    while (working := _working(start, actor)) != start:
        start = first_gap(taken, working, length)
    return start


def _working(moment: datetime, actor: Actor) -> datetime:
    """The moment, or when production begins next."""
    local = moment.astimezone(actor.organization.zone)
    begins, ends = (int(actor.setting(f"production_day_{edge}")) for edge in ("begins", "ends"))
    if local.hour < begins:
        return _opening(local.date(), actor)
    if begins < ends <= local.hour:
        return _opening(local.date() + timedelta(days=1), actor)
    return moment


def _opening(day: date, actor: Actor) -> datetime:
    hour = min(int(actor.setting("production_day_begins")), 23)
    return datetime.combine(day, time(hour), tzinfo=actor.organization.zone)


def _rounded_up(moment: datetime) -> datetime:
    past = timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond) % ROUND_TO
    return moment + (ROUND_TO - past if past else past)
