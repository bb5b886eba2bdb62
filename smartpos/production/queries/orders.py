"""Production orders: one of them, lists of them, what they take and what of it is there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.elements import ColumnElement

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.fields import LARGEST_ID
from smartpos.core.paging import AnySelect
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, User
from smartpos.identity.queries.people import shown_name
from smartpos.production.errors import CompletionNotFound, OrderNotFound
from smartpos.production.models import (
    Machine,
    OrderStatus,
    ProductionCompletion,
    ProductionMaterial,
    ProductionOrder,
    ProductionSpell,
    ProductionTeamMember,
)
from smartpos.production.permissions import ProductionPermission as P
from smartpos.stock.models import BranchStock, StockReservation
from smartpos.stock.queries.goods import is_tracked

ORDER_ORIGIN = "production_order"
COMPLETION_ORIGIN = "production_completion"
NOTHING = Decimal("0.000")

ENDED = (OrderStatus.COMPLETED, OrderStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class MaterialLine:
    """A material of an order with what there is of it in the order's branch; quantities in the material's own unit.

    ``available`` is what is there without what others have set aside; ``short`` is what is missing for what is left to
    be made. Of products without stock there is always enough, and the figures of stock are zero.
    """

    id: int
    product_id: int
    name: str
    sku: str
    unit: str
    digits: int
    planned: Decimal
    used: Decimal
    left: Decimal
    on_hand: Decimal
    reserved_for_it: Decimal
    available: Decimal
    short: Decimal
    is_tracked: bool
    position: int
    substitute_for_id: int | None
    operation_sequence: int | None
    operation_notes: str | None


def is_limited(actor: Actor) -> bool:
    """Whether the person works on orders and sees but those that they may work on."""
    return actor.can(P.ORDER_WORK) and not actor.can(P.ORDER_ANY) and not actor.can(P.ORDER_WRITE)


def workable_by(user_id: int | None) -> ColumnElement[bool]:
    """Which orders an operator may work on: their own, those of nobody, and those of whose team they are."""
    return or_(
        ProductionOrder.operator_id.is_(None),
        ProductionOrder.operator_id == user_id,
        exists().where(
            ProductionTeamMember.organization_id == ProductionOrder.organization_id,
            ProductionTeamMember.order_id == ProductionOrder.id,
            ProductionTeamMember.user_id == user_id,
        ),
    )


def may_work_on(order: ProductionOrder, actor: Actor) -> bool:
    """Whether the person may start, pause and complete an order."""
    if not actor.can(P.ORDER_WORK):
        return False
    if actor.can(P.ORDER_ANY):
        return True
    if order.operator_id is None or order.operator_id == actor.user_id:
        return True
    return any(member.user_id == actor.user_id for member in order.team)


def order_of(order_id: int, *, locked: bool = False, actor: Actor | None = None) -> ProductionOrder:
    """An order by its id; ``locked``: nobody else changes it until the commit.

    An ``actor`` who is limited to their own orders meets no others. Raises OrderNotFound.
    """
    # Joined with its branch, because people see no more of other workspaces than of other shops.
    query = (
        select(ProductionOrder)
        .join(Branch, Branch.id == ProductionOrder.branch_id)
        .where(ProductionOrder.id == order_id)
    )
    if actor is not None and is_limited(actor):
        query = query.where(workable_by(actor.user_id))
    if locked:
        query = query.with_for_update(of=ProductionOrder, key_share=True)
        query = query.execution_options(populate_existing=True)
    found = db.session.scalar(query) if 0 < order_id <= LARGEST_ID else None
    if found is None:
        raise OrderNotFound
    return found


def order_row(order_id: int, *, actor: Actor | None = None) -> Any:
    """An order with the names of what belongs to it, as ``orders`` gives them. Raises OrderNotFound."""
    query = orders(actor=actor).where(ProductionOrder.id == order_id)
    row = db.session.execute(query).one_or_none() if 0 < order_id <= LARGEST_ID else None
    if row is None:
        raise OrderNotFound
    return row


def order_by_client_uuid(client_uuid: UUID) -> ProductionOrder | None:
    """The order that a client has named before, if any."""
    return db.session.scalar(select(ProductionOrder).where(ProductionOrder.client_uuid == client_uuid))


def completion_by_client_uuid(client_uuid: UUID) -> ProductionCompletion | None:
    """The completion that a client has named before, if any."""
    query = select(ProductionCompletion).where(ProductionCompletion.client_uuid == client_uuid)
    return db.session.scalar(query)


def completions_of(order_id: int) -> list[ProductionCompletion]:
    """What an order has yielded, with uses and outputs, the oldest first; what was taken back is among it."""
    query = (
        select(ProductionCompletion)
        .where(ProductionCompletion.order_id == order_id)
        .options(selectinload(ProductionCompletion.uses), selectinload(ProductionCompletion.outputs))
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query.order_by(ProductionCompletion.id)))


def standing_completions(order_id: int, completion_id: int | None = None) -> list[ProductionCompletion]:
    """What an order has yielded and not taken back, the newest first; or the one of that id.

    Raises CompletionNotFound for an id that is none of the order's.
    """
    query = select(ProductionCompletion).where(ProductionCompletion.order_id == order_id)
    if completion_id is not None:
        query = query.where(ProductionCompletion.id == completion_id)
    else:
        query = query.where(ProductionCompletion.reverted_at.is_(None))
    found = list(db.session.scalars(query.order_by(ProductionCompletion.id.desc())))
    if completion_id is not None and not found:
        raise CompletionNotFound
    return found


def open_spell(order_id: int) -> tuple[ProductionSpell, str] | None:
    """The stretch of work that goes on at an order, with the name of who works; None when nobody does."""
    query = (
        select(ProductionSpell, shown_name())
        .outerjoin(User, User.id == ProductionSpell.user_id)
        .where(ProductionSpell.order_id == order_id, ProductionSpell.ended_at.is_(None))
    )
    row = db.session.execute(query).one_or_none()
    return (row[0], row[1] or "") if row else None


def materials_of(order: ProductionOrder) -> list[MaterialLine]:
    """What an order takes, with what is there of it in its branch; one statement."""
    query = (
        select(
            ProductionMaterial,
            Product.name,
            Product.sku,
            Product.type,
            Product.track_inventory,
            Unit.name.label("unit"),
            Unit.digits,
            func.coalesce(BranchStock.quantity, NOTHING).label("on_hand"),
            func.coalesce(BranchStock.reserved_quantity, NOTHING).label("reserved"),
            func.coalesce(StockReservation.quantity, NOTHING).label("own"),
        )
        .join(Product, Product.id == ProductionMaterial.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(
            BranchStock,
            and_(
                BranchStock.product_id == ProductionMaterial.product_id,
                BranchStock.branch_id == order.branch_id,
            ),
        )
        .outerjoin(
            StockReservation,
            and_(
                StockReservation.product_id == ProductionMaterial.product_id,
                StockReservation.branch_id == order.branch_id,
                StockReservation.origin_kind == ORDER_ORIGIN,
                StockReservation.origin_id == order.id,
            ),
        )
        .where(ProductionMaterial.order_id == order.id)
        .order_by(ProductionMaterial.position, ProductionMaterial.id)
    )
    return [_material_line(row) for row in db.session.execute(query)]


def _material_line(row: Any) -> MaterialLine:
    material: ProductionMaterial = row[0]
    tracked = is_tracked(row.type, row.track_inventory)
    left = max(material.planned_quantity - material.used_quantity, NOTHING)
    available = row.on_hand - row.reserved + row.own if tracked else NOTHING
    return MaterialLine(
        id=material.id,
        product_id=material.product_id,
        name=row.name,
        sku=row.sku,
        unit=row.unit,
        digits=row.digits,
        planned=material.planned_quantity,
        used=material.used_quantity,
        left=left,
        on_hand=row.on_hand if tracked else NOTHING,
        reserved_for_it=row.own,
        available=available,
        short=max(left - max(available, NOTHING), NOTHING) if tracked else NOTHING,
        is_tracked=tracked,
        position=material.position,
        substitute_for_id=material.substitute_for_id,
        operation_sequence=material.operation_sequence,
        operation_notes=material.operation_notes,
    )


def orders(
    *,
    status: OrderStatus | None = None,
    branch_id: int | None = None,
    machine_id: int | None = None,
    operator_id: int | None = None,
    product_id: int | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
    actor: Actor | None = None,
) -> AnySelect:
    """Orders with the names of what belongs to them, to be paged by ``id``; made from ``begin`` on, before ``end``.

    The rows are (order, product, unit, branch, machine, operator).
    """
    query = (
        select(
            ProductionOrder,
            Product.name.label("product"),
            Unit.name.label("unit"),
            Branch.name.label("branch"),
            Machine.name.label("machine"),
            shown_name().label("operator"),
        )
        .join(Branch, Branch.id == ProductionOrder.branch_id)
        .join(Product, Product.id == ProductionOrder.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(Machine, Machine.id == ProductionOrder.machine_id)
        .outerjoin(User, User.id == ProductionOrder.operator_id)
    )
    for column, wanted in (
        (ProductionOrder.status, status),
        (ProductionOrder.branch_id, branch_id),
        (ProductionOrder.machine_id, machine_id),
        (ProductionOrder.operator_id, operator_id),
        (ProductionOrder.product_id, product_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if begin is not None:
        query = query.where(ProductionOrder.created_at >= begin)
    if end is not None:
        query = query.where(ProductionOrder.created_at < end)
    if actor is not None and is_limited(actor):
        query = query.where(workable_by(actor.user_id))
    return query


def orders_of_operator(
    user_id: int, day: date, *, actor: Actor, branch_id: int | None = None, limit: int = 200
) -> list[Any]:
    """What an operator has to do on a day: (order, product, unit, branch, machine, operator) each.

    Orders that are in progress or on hold, and those not begun that are planned for the day or before, or for no day at
    all; also what was completed on it. The most urgent first.
    """
    zone = actor.organization.zone
    begin = datetime.combine(day, time.min, tzinfo=zone)
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone)
    rank = func.array_position(
        func.string_to_array("in_progress,on_hold,scheduled,pending,completed", ","), ProductionOrder.status
    )
    urgency = func.array_position(
        func.string_to_array("urgent,high,normal,low", ","), ProductionOrder.priority
    )
    query = (
        orders(branch_id=branch_id)
        .where(
            workable_by(user_id),
            or_(
                ProductionOrder.status.in_((OrderStatus.IN_PROGRESS, OrderStatus.ON_HOLD)),
                and_(
                    ProductionOrder.status.in_((OrderStatus.PENDING, OrderStatus.SCHEDULED)),
                    or_(ProductionOrder.planned_start_at.is_(None), ProductionOrder.planned_start_at < end),
                ),
                and_(
                    ProductionOrder.status == OrderStatus.COMPLETED,
                    ProductionOrder.completed_at >= begin,
                    ProductionOrder.completed_at < end,
                ),
            ),
        )
        .order_by(rank, urgency, ProductionOrder.planned_start_at.asc().nulls_last(), ProductionOrder.id)
        .limit(limit)
    )
    return list(db.session.execute(query))
