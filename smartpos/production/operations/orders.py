"""Production orders: made, changed, planned, worked on and called off. What they yield is ``completing``'s.

An act locks the order first, then its machine, then stock rows; ``docs/locking.md`` tells why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.events import record
from smartpos.core.idempotency import fingerprint_of, lock_client_uuid
from smartpos.core.money import MONEY_LIMIT, QUANTITY_LIMIT, plain, round_money
from smartpos.core.numbers import next_number
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.production.errors import (
    BomNotInForce,
    ClientUuidReused,
    NothingToMakeItOf,
    OrderInOtherState,
    ProductionTooLarge,
)
from smartpos.production.models import (
    BillOfMaterials,
    BomStatus,
    OrderPriority,
    OrderStatus,
    ProductionOrder,
    ProductionTeamMember,
)
from smartpos.production.operations.materials import (
    MaterialDraft,
    copy_materials,
    scale_materials,
    set_materials,
)
from smartpos.production.operations.people import check_operator, check_team
from smartpos.production.operations.scheduling import (
    book_machine,
    machine_in,
    schedule_order,
    set_aside_again,
)
from smartpos.production.operations.working import clean_reason, end_work, pause_order, start_order
from smartpos.production.queries.orders import (
    ENDED,
    ORDER_ORIGIN,
    order_by_client_uuid,
    order_of,
    standing_completions,
)
from smartpos.production.queries.recipes import bom_in_force, bom_of
from smartpos.stock.errors import UnknownGoods
from smartpos.stock.operations.reservations import release
from smartpos.stock.queries.transfers import seen_branch

__all__ = [
    "MaterialDraft",
    "OrderRequest",
    "cancel_order",
    "change_order",
    "create_order",
    "pause_order",
    "schedule_order",
    "set_materials",
    "start_order",
]

ORDER_CANCELLED = "production.order_cancelled"
MOST_TEAM = 50


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What is to be made: so much of a product, in its own unit, in a branch.

    ``client_uuid`` makes it safe to send twice. Without ``bom_id`` it is made by the recipe in force, without
    ``machine_id`` on the machine that the recipe names.
    Planned times are a wish until the order is scheduled. ``origin`` (kind, id) is what asked for it; ``parent_id`` the
    order that it makes a part for.
    """

    product_id: int
    quantity_to_produce: Decimal
    branch_id: int
    bom_id: int | None = None
    machine_id: int | None = None
    operator_id: int | None = None
    client_uuid: UUID | None = None
    priority: OrderPriority = OrderPriority.NORMAL
    planned_start_at: datetime | None = None
    planned_end_at: datetime | None = None
    due_at: datetime | None = None
    parent_id: int | None = None
    origin: tuple[str, int] | None = None
    notes: str | None = None
    production_line: str | None = None
    work_center: str | None = None
    shift: str | None = None
    team: Sequence[int] = ()

    @property
    def content_hash(self) -> str:
        """Of what is asked for."""
        moments = [
            moment.isoformat() if moment else None
            for moment in (self.planned_start_at, self.planned_end_at, self.due_at)
        ]
        return fingerprint_of(
            [
                self.product_id,
                plain(self.quantity_to_produce.normalize()),
                *(self.branch_id, self.bom_id, self.machine_id, self.operator_id, self.priority.value),
                *moments,
                *(self.parent_id, self.origin, self.notes, self.production_line, self.work_center),
                *(self.shift, sorted(self.team)),
            ]
        )


def create_order(request: OrderRequest, *, actor: Actor) -> ProductionOrder:
    """Ask for a quantity of a product; its materials are copied from the recipe and are the order's own from then on.

    The same ``client_uuid`` again gives the first order. Raises ClientUuidReused, BranchNotFound, UnknownGoods,
    BomNotFound, BomNotInForce, NothingToMakeItOf, MachineNotFound, OrderNotFound for the parent, ProductionTooLarge and
    Invalid.
    """
    if request.client_uuid is not None:
        lock_client_uuid(request.client_uuid)
        known = order_by_client_uuid(request.client_uuid)
        if known is not None:
            if known.content_hash != request.content_hash:
                raise ClientUuidReused(order_id=known.id)
            return known
    branch_id = seen_branch(request.branch_id)
    product, digits = _product(request.product_id)
    check_quantity(request.quantity_to_produce, digits, "quantity_to_produce")
    _check_times(request.planned_start_at, request.planned_end_at)
    bom = _recipe(request.bom_id, product, actor)
    if request.operator_id is not None:
        check_operator(request.operator_id)
    check_team(request.team)
    if request.parent_id is not None:
        order_of(request.parent_id)
    machine_id = request.machine_id
    if machine_id is not None:
        machine_in(machine_id, branch_id)
    elif bom.machine is not None and bom.machine.branch_id == branch_id and bom.machine.deleted_at is None:
        machine_id = bom.machine_id
    order = ProductionOrder(
        workspace_id=db.session.scalar(select(Branch.workspace_id).where(Branch.id == branch_id)),
        number=next_number("production_order", "M"),
        client_uuid=request.client_uuid,
        content_hash=request.content_hash if request.client_uuid else None,
        branch_id=branch_id,
        product_id=product.id,
        bom_id=bom.id,
        parent_id=request.parent_id,
        origin_kind=request.origin[0] if request.origin else None,
        origin_id=request.origin[1] if request.origin else None,
        quantity_to_produce=request.quantity_to_produce,
        priority=request.priority,
        planned_start_at=request.planned_start_at,
        planned_end_at=request.planned_end_at,
        due_at=request.due_at,
        machine_id=machine_id,
        operator_id=request.operator_id,
        production_line=request.production_line,
        work_center=request.work_center,
        shift=request.shift,
        estimated_cost=_estimate(bom, request.quantity_to_produce),
        quality_standard=bom.quality_standard,
        qc_required=bom.qc_required,
        instructions=bom.instructions,
        notes=request.notes,
        custom_fields={},
        created_by=actor.user_id,
    )
    db.session.add(order)
    order.team.extend(ProductionTeamMember(user_id=user_id) for user_id in sorted(set(request.team)))
    order.materials.extend(copy_materials(bom, request.quantity_to_produce))
    db.session.flush()
    return order


# What may be changed of an order, and by which check.
_PLAIN = ("priority", "due_at", "notes", "production_line", "work_center", "shift", "instructions")
_PLANNED = ("planned_start_at", "planned_end_at", "machine_id")
CHANGEABLE = frozenset({*_PLAIN, *_PLANNED, "quantity_to_produce", "operator_id", "team"})


def change_order(order_id: int, changes: Mapping[str, Any], *, actor: Actor) -> ProductionOrder:
    """Change an order that has not ended; only the fields of ``CHANGEABLE`` that are named.

    With the quantity the planned materials change in proportion, and what is set aside with them. Raises OrderNotFound,
    OrderInOtherState, MachineNotFound, MachineIsBooked, ProductionTooLarge and Invalid.
    """
    order = order_of(order_id, locked=True, actor=actor)
    if order.status in ENDED:
        raise OrderInOtherState(order.status.value, _("This order is completed or cancelled."))
    unknown = sorted(changes.keys() - CHANGEABLE)
    if unknown:
        sentence = _("This cannot be changed.")
        raise Invalid(sentence, errors={name: [sentence] for name in unknown})
    for name in _PLAIN:
        if name in changes:
            setattr(order, name, changes[name])
    if "operator_id" in changes:
        if changes["operator_id"] is not None:
            check_operator(changes["operator_id"])
        order.operator_id = changes["operator_id"]
    if "team" in changes:
        _set_team(order, changes["team"])
    moved = {name: changes[name] for name in _PLANNED if name in changes}
    if moved:
        _replan(order, moved)
    if "quantity_to_produce" in changes and changes["quantity_to_produce"] != order.quantity_to_produce:
        _resize(order, changes["quantity_to_produce"], actor)
    db.session.flush()
    return order


def cancel_order(order_id: int, reason: str | None = None, *, actor: Actor) -> ProductionOrder:
    """Call off an order that has yielded nothing, and release what was set aside for it.

    Raises OrderNotFound and OrderInOtherState.
    """
    order = order_of(order_id, locked=True, actor=actor)
    if order.status in ENDED:
        raise OrderInOtherState(order.status.value, _("This order is completed or cancelled."))
    if standing_completions(order.id):
        raise OrderInOtherState(
            order.status.value,
            _("This order has yielded goods. Finish it, or take back what it has yielded first."),
        )
    end_work(order, actor)
    release(ORDER_ORIGIN, order.id, actor=actor)
    order.status = OrderStatus.CANCELLED
    order.cancelled_at, order.cancelled_by = utc_now(), actor.user_id
    order.reason = clean_reason(reason)
    record(
        ORDER_CANCELLED,
        origin_kind=ORDER_ORIGIN,
        origin_id=order.id,
        facts={"number": order.number, "branch_id": order.branch_id},
        actor=actor,
    )
    db.session.flush()
    return order


# --- Checks -----------------------------------------------------------------------------------------------------------


def check_quantity(quantity: Decimal, digits: int, field: str, *, least: Decimal | None = None) -> None:
    """Raises Invalid for nothing, for more than the books hold, and for more digits than the unit has."""
    sentence = None
    if quantity < 0 or (least is None and quantity == 0):
        sentence = _("The quantity must be greater than zero.")
    elif quantity > QUANTITY_LIMIT:
        sentence = _("This quantity is too large.")
    elif quantity != quantity.quantize(Decimal(1).scaleb(-digits)):
        sentence = _("This unit is not divided that finely.")
    if sentence is not None:
        raise Invalid(sentence, errors={field: [sentence]})


def _product(product_id: int) -> tuple[Product, int]:
    query = (
        select(Product, Unit.digits)
        .join(Unit, Unit.id == Product.unit_id)
        .where(Product.id == product_id, Product.deleted_at.is_(None))
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise UnknownGoods([product_id])
    return row[0], row[1]


def _check_times(start: datetime | None, end: datetime | None) -> None:
    if end is not None and (start is None or end <= start):
        sentence = _("The end must be after the start.")
        raise Invalid(sentence, errors={"planned_end_at": [sentence]})


def _recipe(bom_id: int | None, product: Product, actor: Actor) -> BillOfMaterials:
    today = actor.organization.today
    if bom_id is None:
        found = bom_in_force(product.id, today)
        if found is None:
            raise NothingToMakeItOf(product.name)
        return found
    bom = bom_of(bom_id)
    if bom.product_id != product.id:
        sentence = _("This recipe makes another product.")
        raise Invalid(sentence, errors={"bom_id": [sentence]})
    if bom.status is not BomStatus.ACTIVE or not bom.holds_on(today):
        raise BomNotInForce
    return bom


def _estimate(bom: BillOfMaterials | None, quantity: Decimal) -> Decimal:
    if bom is None:
        return Decimal("0.00")
    found = bom.total_cost * quantity / bom.quantity
    if found > MONEY_LIMIT:
        raise ProductionTooLarge
    return round_money(found)


def _set_team(order: ProductionOrder, team: Sequence[int]) -> None:
    check_team(team)
    for member in list(order.team):
        if member.user_id not in team:
            order.team.remove(member)
    present = {member.user_id for member in order.team}
    order.team.extend(ProductionTeamMember(user_id=user_id) for user_id in sorted(set(team) - present))


def _replan(order: ProductionOrder, moved: Mapping[str, Any]) -> None:
    """Another machine or another time; of a scheduled order the machine must be free then."""
    if (
        order.status is OrderStatus.IN_PROGRESS
        and moved.get("machine_id", order.machine_id) != order.machine_id
    ):
        raise OrderInOtherState(
            order.status.value, _("Pause the order before it goes on on another machine.")
        )
    start = moved.get("planned_start_at", order.planned_start_at)
    end = moved.get("planned_end_at", order.planned_end_at)
    machine_id = moved.get("machine_id", order.machine_id)
    _check_times(start, end)
    if order.status is OrderStatus.SCHEDULED and (start is None or end is None):
        sentence = _("A scheduled order needs its time.")
        raise Invalid(sentence, errors={"planned_start_at": [sentence]})
    if machine_id is not None and order.status is OrderStatus.SCHEDULED:
        book_machine(order, machine_id, start, end)
    elif machine_id is not None and machine_id != order.machine_id:
        machine_in(machine_id, order.branch_id)
    order.planned_start_at, order.planned_end_at, order.machine_id = start, end, machine_id


def _resize(order: ProductionOrder, quantity: Decimal, actor: Actor) -> None:
    _product_of, digits = _product(order.product_id)
    check_quantity(quantity, digits, "quantity_to_produce")
    if quantity < order.quantity_produced:
        sentence = _("%(made)s has been made already.", made=plain(order.quantity_produced.normalize()))
        raise Invalid(sentence, errors={"quantity_to_produce": [sentence]})
    scale_materials(order, quantity)
    order.quantity_to_produce = quantity
    order.estimated_cost = _estimate(order.bom, quantity)
    db.session.flush()
    set_aside_again(order, actor)
