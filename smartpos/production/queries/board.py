"""What is made when and on what: the orders of a branch between two moments, by machine."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db, utc_now
from smartpos.core.paging import AnySelect
from smartpos.identity.actors import Actor
from smartpos.identity.models import User
from smartpos.identity.queries.people import shown_name
from smartpos.production.models import (
    Machine,
    MachineStatus,
    OrderStatus,
    ProductionCompletion,
    ProductionOrder,
)
from smartpos.production.queries.orders import is_limited, workable_by

MOST_BLOCKS = 1_000
MOST_WAITING = 100
SHORTEST = timedelta(minutes=15)
MOVABLE = (OrderStatus.PENDING, OrderStatus.SCHEDULED, OrderStatus.ON_HOLD)


@dataclass(slots=True)
class Block:
    """An order on the board. ``lane`` counts those of its row that would lie upon each other, from 0.

    ``start`` and ``end`` are when it is planned or was really made; None for what has no time yet.
    """

    id: int
    number: str
    product: str
    quantity: Decimal
    made: Decimal
    unit: str
    status: OrderStatus
    priority: str
    operator: str | None
    machine_id: int | None
    start: datetime | None
    end: datetime | None
    due_at: datetime | None
    parent_id: int | None
    parent: str | None
    origin_kind: str | None
    lane: int = 0

    @property
    def can_move(self) -> bool:
        """Whether it may be given another time: not what is in progress, and not what is done."""
        return self.status in MOVABLE

    @property
    def is_late(self) -> bool:
        """Whether it is planned to end, or should have ended, after it is due."""
        if self.due_at is None or self.status is OrderStatus.COMPLETED:
            return False
        return (self.end or utc_now()) > self.due_at

    def on(self, day: date, actor: Actor) -> bool:
        """Whether it takes some time of a day."""
        begin, after = day_of(day, actor)
        return self.start is not None and self.end is not None and self.start < after and self.end > begin


@dataclass(slots=True)
class Row:
    """A machine with what is made on it; the one without a machine is that of orders that need none."""

    machine_id: int | None
    name: str
    status: MachineStatus | None
    blocks: list[Block] = field(default_factory=list)

    @property
    def lanes(self) -> int:
        """How many blocks lie one above another at most."""
        return 1 + max((block.lane for block in self.blocks), default=0)


@dataclass(frozen=True, slots=True)
class Board:
    """A branch's orders from a day to another, which is not included. ``waiting`` have no time yet.

    ``more`` of them wait besides; ``is_full`` says that not all blocks are shown.
    """

    first: date
    after: date
    rows: list[Row]
    waiting: list[Block]
    more: int
    is_full: bool


def day_of(day: date, actor: Actor) -> tuple[datetime, datetime]:
    """When a business day begins, and when the next one does."""
    zone = actor.organization.zone
    return datetime.combine(day, time(), tzinfo=zone), datetime.combine(
        day + timedelta(days=1), time(), tzinfo=zone
    )


def board(branch_id: int, first: date, days: int, actor: Actor) -> Board:
    """The board of a branch for so many days. Four statements whatever there is."""
    begin, after = day_of(first, actor)[0], day_of(first + timedelta(days=days - 1), actor)[1]
    query = select(Machine.id, Machine.name, Machine.status).where(
        Machine.branch_id == branch_id, Machine.deleted_at.is_(None)
    )
    query = query.order_by(Machine.production_line, Machine.name, Machine.id)
    rows = [Row(*found) for found in db.session.execute(query)]
    running = ProductionOrder.status == OrderStatus.IN_PROGRESS
    starts = func.coalesce(ProductionOrder.planned_start_at, ProductionOrder.started_at)
    open_ones = _orders(branch_id, actor).where(
        ProductionOrder.status.notin_((OrderStatus.COMPLETED, OrderStatus.CANCELLED)),
        or_(
            and_(
                starts < after,
                or_(func.coalesce(ProductionOrder.planned_end_at, starts + SHORTEST) > begin, running),
            ),
            and_(ProductionOrder.planned_start_at.is_(None), ~running),
        ),
    )
    open_ones = open_ones.order_by(starts.nulls_last(), ProductionOrder.due_at, ProductionOrder.id)
    blocks = [_block(row) for row in db.session.execute(open_ones.limit(MOST_BLOCKS + 1))]
    is_full = len(blocks) > MOST_BLOCKS
    # What is done stands where it was really done.
    yielded = select(ProductionCompletion.order_id).where(
        ProductionCompletion.completed_at >= begin,
        ProductionCompletion.completed_at < after + timedelta(days=1),
    )
    done = _orders(branch_id, actor).where(
        ProductionOrder.status == OrderStatus.COMPLETED,
        ProductionOrder.id.in_(yielded),
        ProductionOrder.completed_at > begin,
        ProductionOrder.started_at < after,
    )
    done = done.order_by(ProductionOrder.id).limit(MOST_BLOCKS)
    blocks += [_block(row) for row in db.session.execute(done)]
    waiting = [block for block in blocks if block.start is None]
    known = {row.machine_id for row in rows}
    by_machine: dict[int | None, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.start is not None:
            by_machine[block.machine_id if block.machine_id in known else None].append(block)
    rows.append(Row(None, "", None))
    for row in rows:
        row.blocks = _laid(by_machine[row.machine_id])
    return Board(
        first,
        first + timedelta(days=days),
        rows,
        waiting[:MOST_WAITING],
        max(0, len(waiting) - MOST_WAITING),
        is_full,
    )


def block_of(order_id: int, branch_id: int, actor: Actor) -> Block | None:
    """One order as the board shows it; None when it is not there, or not in this branch."""
    row = db.session.execute(_orders(branch_id, actor).where(ProductionOrder.id == order_id)).one_or_none()
    return _block(row) if row else None


def _orders(branch_id: int, actor: Actor) -> AnySelect:
    parent = aliased(ProductionOrder)
    query = (
        select(ProductionOrder, Product.name, Unit.name, shown_name(), parent.number)
        .join(Product, Product.id == ProductionOrder.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(User, User.id == ProductionOrder.operator_id)
        .outerjoin(parent, parent.id == ProductionOrder.parent_id)
        .where(ProductionOrder.branch_id == branch_id)
    )
    return query.where(workable_by(actor.user_id)) if is_limited(actor) else query


def _block(row: Any) -> Block:
    order: ProductionOrder = row[0]
    start, end = order.planned_start_at, order.planned_end_at
    if order.status in {OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED}:
        start = order.started_at or start
    if start is not None:
        end = max(end or start, start + SHORTEST)
    if order.status is OrderStatus.IN_PROGRESS and end is not None:
        end = max(end, utc_now())
    elif order.status is OrderStatus.COMPLETED and start is not None and order.completed_at is not None:
        end = max(order.completed_at, start + SHORTEST)
    return Block(
        id=order.id,
        number=order.number,
        product=row[1],
        unit=row[2],
        operator=row[3],
        parent=row[4],
        quantity=order.quantity_to_produce,
        made=order.quantity_produced,
        status=order.status,
        priority=order.priority.value,
        machine_id=order.machine_id,
        start=start,
        end=end,
        due_at=order.due_at,
        parent_id=order.parent_id,
        origin_kind=order.origin_kind,
    )


def _laid(blocks: list[Block]) -> list[Block]:
    """The blocks by time, each in the first lane that is free when it begins."""
    ended: list[datetime] = []
    blocks.sort(key=lambda block: (block.start or utc_now(), block.id))
    for block in blocks:
        if block.start is None or block.end is None:
            continue
        block.lane = next((lane for lane, end in enumerate(ended) if end <= block.start), len(ended))
        ended[block.lane : block.lane + 1] = [block.end]
    return blocks
