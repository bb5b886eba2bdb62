"""Parking a sale, taking it up again at any till of its branch, and giving it up.

A parked sale is in no book. Whoever takes it up has it alone: the row is locked, so of two tills one gets it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.crm.errors import CustomerNotFound
from smartpos.crm.models import Customer
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace
from smartpos.sales.errors import CartTooLarge, HeldSaleTaken, HeldSaleVoided, TooManyHeld
from smartpos.sales.models import HeldSale, HeldSaleStatus, TillEventKind
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.events import write_event
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import WorkPlace, work_place

HELD_ORIGIN = "held_sale"
MOST_WAITING = 200
LARGEST_CART = 256 * 1024


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """A cart to be parked. ``branch_id`` None is the branch where the actor works.

    ``take_uuid`` names the taking up after which it is parked again.
    """

    client_uuid: UUID
    cart: Mapping[str, Any]
    name: str = ""
    branch_id: int | None = None
    customer_id: int | None = None
    customer_uuid: UUID | None = None
    line_count: int = 0
    total: Decimal = Decimal(0)
    take_uuid: UUID | None = None
    held_at: datetime | None = None
    approvals: tuple[UUID, ...] = field(default=())


def hold_sale(request: HoldRequest, *, actor: Actor) -> tuple[HeldSale, bool]:
    """Park a cart, or change a parked one of the same ``client_uuid``. Gives the row and whether it is a new one.

    Whoever has taken it up may park it again. Raises CartTooLarge, NotFound (no such branch), CustomerNotFound,
    TooManyHeld, HeldSaleTaken (somebody else has it on their screen), HeldSaleVoided, and Forbidden.
    """
    if len(json.dumps(request.cart, ensure_ascii=False).encode("utf-8", "surrogatepass")) > LARGEST_CART:
        raise CartTooLarge(LARGEST_CART)
    approvals = Approvals(request.approvals, request.client_uuid, actor)
    approvals.require(SalesPermission.HELD_SALE_USE)
    row = _locked(HeldSale.client_uuid == request.client_uuid)
    is_new = row is None
    if row is None:
        row = _insert(request, actor)
    if row is None:
        # The same cart was parked by a request that ran beside this one.
        row, is_new = _locked(HeldSale.client_uuid == request.client_uuid), False
    if row is None:
        # It is parked in a branch that this person does not see.
        raise NotFound
    if not is_new:
        _change(row, request, actor)
    approvals.use(HELD_ORIGIN, row.id)
    db.session.flush()
    return row, is_new


def take_held(
    held_id: int, *, take_uuid: UUID | None = None, approvals: tuple[UUID, ...] = (), actor: Actor
) -> HeldSale:
    """Take up a parked sale; it is on nobody else's list from now on.

    Under the same ``take_uuid`` (by default the actor's session) it may be asked for again, because an answer may be
    lost. Raises NotFound, HeldSaleTaken, HeldSaleVoided and Forbidden.
    """
    row = _locked(HeldSale.id == held_id)
    if row is None:
        raise NotFound
    granted = Approvals(approvals, row.client_uuid, actor)
    granted.require(SalesPermission.HELD_SALE_USE)
    name = _taking(take_uuid, actor)
    if row.status is HeldSaleStatus.TAKEN and row.take_uuid == name:
        return row
    _refuse_finished(row)
    row.status = HeldSaleStatus.TAKEN
    row.finished_by, row.finished_at, row.take_uuid = actor.user_id, utc_now(), name
    granted.use(HELD_ORIGIN, row.id)
    db.session.flush()
    return row


def void_held(
    held_id: int, *, reason: str | None = None, approvals: tuple[UUID, ...] = (), actor: Actor
) -> None:
    """Give up a parked sale; the till's log tells who did, and what it was worth. Twice is as good as once.

    Raises NotFound, HeldSaleTaken, and Forbidden with the fact ``approval``.
    """
    row = _locked(HeldSale.id == held_id)
    if row is None:
        raise NotFound
    granted = Approvals(approvals, row.client_uuid, actor)
    granted.require(SalesPermission.CART_VOID)
    if row.status is HeldSaleStatus.VOIDED:
        return
    _refuse_finished(row)
    now = utc_now()
    row.status = HeldSaleStatus.VOIDED
    row.finished_by, row.finished_at = actor.user_id, now
    here = work_place(actor)
    write_event(
        TillEventKind.HELD_VOIDED,
        client_uuid=uuid5(row.client_uuid, "voided"),
        place=here if here.branch_id == row.branch_id else WorkPlace(row.branch_id),
        user_id=actor.user_id,
        amount=row.total_amount,
        reason=reason,
        approval_id=granted.taken_for(SalesPermission.CART_VOID),
        details={"held_sale_id": row.id, "name": row.name, "lines": row.line_count},
        occurred_at=now,
        actor=actor,
    )
    granted.use(HELD_ORIGIN, row.id)
    db.session.flush()


def put_back(row: HeldSale, *, actor: Actor) -> None:
    """Let a sale wait again that was taken up and never came back, because a till broke down. Raises HeldSaleVoided."""
    locked = _locked(HeldSale.id == row.id)
    if locked is None:
        raise NotFound
    if locked.status is HeldSaleStatus.VOIDED:
        raise HeldSaleVoided(_finisher(locked), locked.name)
    _wait(locked)


def _locked(condition: Any) -> HeldSale | None:
    """The row, locked, if it is in a branch that the person sees: the wall hides the others."""
    query = (
        select(HeldSale)
        .join(Branch, Branch.id == HeldSale.branch_id)
        .where(condition)
        .with_for_update(of=HeldSale)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).one_or_none()


def _insert(request: HoldRequest, actor: Actor) -> HeldSale | None:
    """A new row; None when there is one of this name already."""
    here = work_place(actor)
    branch_id = here.branch_id if request.branch_id is None else request.branch_id
    if db.session.scalar(select(Branch.id).where(Branch.id == branch_id, is_workplace())) is None:
        raise NotFound
    waiting = select(func.count()).where(
        HeldSale.branch_id == branch_id, HeldSale.status == HeldSaleStatus.HELD
    )
    if (db.session.scalar(waiting) or 0) >= MOST_WAITING:
        raise TooManyHeld(MOST_WAITING)
    statement = (
        insert(HeldSale)
        .values(
            organization_id=actor.organization.id,
            client_uuid=request.client_uuid,
            branch_id=branch_id,
            till_id=here.till_id if here.branch_id == branch_id else None,
            held_by=actor.user_id,
            held_at=_since(request),
            **_contents(request),
        )
        .on_conflict_do_nothing(index_elements=["organization_id", "client_uuid"])
        .returning(HeldSale.id)
    )
    number = db.session.execute(statement).scalar_one_or_none()
    return None if number is None else db.session.get_one(HeldSale, number)


def _change(row: HeldSale, request: HoldRequest, actor: Actor) -> None:
    if row.status is HeldSaleStatus.VOIDED:
        raise HeldSaleVoided(_finisher(row), row.name)
    if row.status is HeldSaleStatus.TAKEN:
        named = request.take_uuid is not None
        is_holder = row.take_uuid == _taking(request.take_uuid, actor)
        if not is_holder and (named or row.finished_by != actor.user_id):
            raise HeldSaleTaken(_finisher(row), row.name)
        _wait(row)
    here = work_place(actor)
    row.held_by, row.held_at = actor.user_id, _since(request)
    row.till_id = here.till_id if here.branch_id == row.branch_id else None
    for name, value in _contents(request).items():
        setattr(row, name, value)


def _wait(row: HeldSale) -> None:
    row.status = HeldSaleStatus.HELD
    row.finished_by = row.finished_at = row.take_uuid = None


def _contents(request: HoldRequest) -> dict[str, Any]:
    return {
        "name": request.name,
        "customer_id": _customer_id(request),
        "cart": dict(request.cart),
        "line_count": request.line_count,
        "total_amount": request.total,
    }


def _customer_id(request: HoldRequest) -> int | None:
    if request.customer_id is not None:
        found = db.session.scalar(select(Customer.id).where(Customer.id == request.customer_id))
        if found is None:
            raise CustomerNotFound
        return found
    if request.customer_uuid is not None:
        # One that the till made without a connection may still be on its way; the cart knows it all the same.
        return db.session.scalar(select(Customer.id).where(Customer.client_uuid == request.customer_uuid))
    return None


def _since(request: HoldRequest) -> datetime:
    now = utc_now()
    return now if request.held_at is None else min(request.held_at, now)


def _taking(take_uuid: UUID | None, actor: Actor) -> UUID:
    """Under which name a sale is taken up: the till's own, or that of the session."""
    if take_uuid is not None:
        return take_uuid
    return uuid5(NAMESPACE_OID, f"session {actor.session_id} of {actor.user_id}")


def _refuse_finished(row: HeldSale) -> None:
    if row.status is HeldSaleStatus.TAKEN:
        raise HeldSaleTaken(_finisher(row), row.name)
    if row.status is HeldSaleStatus.VOIDED:
        raise HeldSaleVoided(_finisher(row), row.name)


def _finisher(row: HeldSale) -> str | None:
    return row.finisher.display if row.finisher is not None else None
