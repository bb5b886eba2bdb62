"""What the operator's page shows: the orders somebody works on today, and one of them in full; never a price."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, case, func, or_, select, true
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Product, ProductBarcode, Unit
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db, utc_now
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import shown_name
from smartpos.production.models import (
    Machine,
    MachineOperator,
    MachineStatus,
    OrderPriority,
    OrderStatus,
    ProductionCompletion,
    ProductionOrder,
    ProductionSpell,
    ProductionTeamMember,
)
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.orders import workable_by
from smartpos.stock.models import Batch

MOST_SHOWN = 200
MOST_MACHINES = 200
MOST_CODES = 10
UNDER_WAY = (OrderStatus.IN_PROGRESS, OrderStatus.ON_HOLD)
OPEN = (OrderStatus.PENDING, OrderStatus.SCHEDULED, *UNDER_WAY)


@dataclass(frozen=True, slots=True)
class FloorOrder:
    """An order on the operator's page. ``whose`` is mine, team, free or other; ``worked`` are seconds."""

    row: Any
    worked: int
    codes: list[str]
    is_late: bool
    whose: str


def floor_orders(actor: Actor, *, order_id: int | None = None, number: str | None = None) -> list[FloorOrder]:
    """The orders that a person may work on today: urgent ones first, then by their time; at the end what they finished.

    Orders under way are shown whatever their day. An order of somebody else is there for those who may work on any.
    ``order_id`` or ``number`` asks for one order, open or not, planned for whatever day.
    """
    is_one = order_id is not None or number is not None
    now = utc_now()
    today = actor.organization.today
    begins = datetime.combine(today, time(), actor.organization.zone)
    ends = datetime.combine(today + timedelta(days=1), time(), actor.organization.zone)
    member = aliased(ProductionTeamMember)
    worker, operator = aliased(User), aliased(User)
    query = (
        select(
            ProductionOrder,
            Product.name.label("product"),
            Product.sku,
            Product.track_batches,
            Product.shelf_life_days,
            Unit.name.label("unit"),
            Unit.digits,
            Branch.name.label("branch"),
            Machine.name.label("machine"),
            Machine.code.label("machine_code"),
            Machine.status.label("machine_status"),
            shown_name(operator).label("operator"),
            ProductionSpell.started_at.label("since"),
            ProductionSpell.user_id.label("worker_id"),
            shown_name(worker).label("worker"),
            select(member.id)
            .where(member.order_id == ProductionOrder.id, member.user_id == actor.user_id)
            .exists()
            .label("in_team"),
        )
        .join(Product, Product.id == ProductionOrder.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        # The wall of workspaces hides branches, and with them what is made there.
        .join(Branch, Branch.id == ProductionOrder.branch_id)
        .outerjoin(Machine, Machine.id == ProductionOrder.machine_id)
        .outerjoin(operator, operator.id == ProductionOrder.operator_id)
        .outerjoin(
            ProductionSpell,
            and_(ProductionSpell.order_id == ProductionOrder.id, ProductionSpell.ended_at.is_(None)),
        )
        .outerjoin(worker, worker.id == ProductionSpell.user_id)
        .where(true() if actor.can(P.ORDER_ANY) else workable_by(actor.user_id))
    )
    if order_id is not None:
        query = query.where(ProductionOrder.id == order_id)
    elif number is not None:
        query = query.where(ProductionOrder.number == number)
    else:
        starts = func.coalesce(ProductionOrder.planned_start_at, ProductionOrder.due_at)
        finished = and_(
            ProductionOrder.status == OrderStatus.COMPLETED,
            ProductionOrder.completed_at >= begins,
            ProductionOrder.operator_id == actor.user_id,
        )
        query = query.where(
            or_(
                ProductionOrder.status.in_(UNDER_WAY),
                and_(ProductionOrder.status.in_(OPEN), or_(starts.is_(None), starts < ends)),
                finished,
            )
        )
        if actor.default_branch_id is not None and not actor.can(P.ORDER_ANY):
            # Whoever works in one branch sees its orders, and elsewhere those that carry their name.
            query = query.where(
                or_(
                    ProductionOrder.branch_id == actor.default_branch_id,
                    ProductionOrder.operator_id == actor.user_id,
                )
            )
    rows = db.session.execute(query.order_by(*_order(actor)).limit(MOST_SHOWN)).all()
    ids = [row[0].id for row in rows]
    worked = worked_seconds(ids)
    codes = {} if not rows else _codes([row[0].product_id for row in rows])
    found = [
        FloorOrder(
            row,
            worked.get(row[0].id, 0),
            codes.get(row[0].product_id, []),
            _is_late(row[0], now),
            _whose(row, actor),
        )
        for row in rows
    ]
    return found[:1] if is_one else found


def _order(actor: Actor) -> tuple[Any, ...]:
    """What is under way at the person's own hands, then what is urgent, then by time."""
    place = case(
        (ProductionOrder.status == OrderStatus.COMPLETED, 9),
        (ProductionSpell.user_id == actor.user_id, 0),
        (ProductionOrder.priority == OrderPriority.URGENT, 1),
        (ProductionOrder.priority == OrderPriority.HIGH, 2),
        (ProductionOrder.priority == OrderPriority.LOW, 4),
        else_=3,
    )
    starts = func.coalesce(ProductionOrder.planned_start_at, ProductionOrder.due_at)
    return place, starts.asc().nulls_last(), ProductionOrder.id


def _is_late(order: ProductionOrder, now: datetime) -> bool:
    """Whether it should be done by now, or should have been begun."""
    if not order.is_open:
        return False
    ends = [moment for moment in (order.due_at, order.planned_end_at) if moment is not None]
    if any(moment < now for moment in ends):
        return True
    starts = order.planned_start_at
    return starts is not None and order.started_at is None and starts < now


def _whose(row: Any, actor: Actor) -> str:
    order: ProductionOrder = row[0]
    if order.operator_id == actor.user_id and actor.user_id is not None:
        return "mine"
    if row.in_team:
        return "team"
    return "free" if order.operator_id is None else "other"


def worked_seconds(order_ids: Collection[int]) -> dict[int, int]:
    """For how long orders were worked on, in the spells that have ended."""
    if not order_ids:
        return {}
    length = func.extract("epoch", ProductionSpell.ended_at - ProductionSpell.started_at)
    query = (
        select(ProductionSpell.order_id, func.sum(length))
        .where(in_ids(ProductionSpell.order_id, order_ids), ProductionSpell.ended_at.is_not(None))
        .group_by(ProductionSpell.order_id)
    )
    return {order_id: int(seconds) for order_id, seconds in db.session.execute(query)}


def _codes(product_ids: Collection[int]) -> dict[int, list[str]]:
    """The barcodes of products, by which a scan finds their orders."""
    query = select(ProductBarcode.product_id, ProductBarcode.barcode).where(
        in_ids(ProductBarcode.product_id, sorted(set(product_ids)))
    )
    found: dict[int, list[str]] = {}
    for product_id, code in db.session.execute(query.order_by(ProductBarcode.id)):
        known = found.setdefault(product_id, [])
        if len(known) < MOST_CODES:
            known.append(code)
    return found


@dataclass(frozen=True, slots=True)
class FloorMachine:
    """A machine that an operator may choose. ``order`` is the number of what is being made on it."""

    id: int
    code: str
    name: str
    kind: str | None
    branch_id: int
    status: MachineStatus
    status_since: datetime
    order_id: int | None
    order: str | None
    is_mine: bool


def floor_machines(actor: Actor) -> list[FloorMachine]:
    """The machines of the branches that a person sees, and whether they may run each: those of their branch first."""
    running = (
        select(ProductionOrder.machine_id, ProductionOrder.id, ProductionOrder.number)
        .where(ProductionOrder.status == OrderStatus.IN_PROGRESS, ProductionOrder.machine_id.is_not(None))
        .subquery()
    )
    listed = (
        select(
            MachineOperator.machine_id,
            func.bool_or(MachineOperator.user_id == (actor.user_id or 0)).label("mine"),
        )
        .group_by(MachineOperator.machine_id)
        .subquery()
    )
    query = (
        select(
            Machine.id,
            Machine.code,
            Machine.name,
            Machine.kind,
            Machine.branch_id,
            Machine.status,
            Machine.status_since,
            running.c.id,
            running.c.number,
            true() if actor.can(P.ORDER_ANY) else func.coalesce(listed.c.mine, True),
        )
        .join(Branch, Branch.id == Machine.branch_id)
        .outerjoin(running, running.c.machine_id == Machine.id)
        .outerjoin(listed, listed.c.machine_id == Machine.id)
        .where(Machine.deleted_at.is_(None))
        .order_by((Machine.branch_id != (actor.default_branch_id or 0)), Machine.name, Machine.id)
        .limit(MOST_MACHINES)
    )
    return [FloorMachine(*row) for row in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class Yield:
    """What an order has yielded at one time, without what it cost."""

    sequence_number: int
    quantity: Decimal
    scrapped: Decimal
    scrap_reason: str | None
    completed_at: datetime
    author: str | None
    batch_number: str | None
    expiration_date: date | None


def yields_of(order_id: int) -> list[Yield]:
    """The completions of an order that were not taken back, the first one first."""
    author = aliased(User)
    query = (
        select(
            ProductionCompletion.sequence_number,
            ProductionCompletion.quantity,
            ProductionCompletion.scrapped_quantity,
            ProductionCompletion.scrap_reason,
            ProductionCompletion.completed_at,
            shown_name(author),
            Batch.batch_number,
            ProductionCompletion.expiration_date,
        )
        .outerjoin(author, author.id == ProductionCompletion.created_by)
        .outerjoin(Batch, Batch.id == ProductionCompletion.batch_id)
        .where(ProductionCompletion.order_id == order_id, ProductionCompletion.reverted_at.is_(None))
        .order_by(ProductionCompletion.sequence_number)
    )
    return [Yield(*row) for row in db.session.execute(query)]


def team_of(order_id: int) -> list[str]:
    """Who works on an order besides its operator."""
    query = (
        select(shown_name())
        .join(ProductionTeamMember, ProductionTeamMember.user_id == User.id)
        .where(ProductionTeamMember.order_id == order_id)
        .order_by(ProductionTeamMember.id)
    )
    return list(db.session.scalars(query))


def next_sequence(order_id: int) -> int:
    """The number that the next completion of an order will have."""
    last = select(func.max(ProductionCompletion.sequence_number)).where(
        ProductionCompletion.order_id == order_id
    )
    return (db.session.scalar(last) or 0) + 1
