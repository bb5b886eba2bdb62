"""Questions about shifts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from smartpos.core.db import db
from smartpos.core.errors import Forbidden, NotFound
from smartpos.core.paging import AnySelect
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.models import PaymentMethod, Sale, SalePayment, Shift, ShiftStatus
from smartpos.sales.permissions import SalesPermission


@dataclass(frozen=True, slots=True)
class OpenShift:
    """What a sale needs to know about the shift it belongs to."""

    id: int
    number: int
    last_number: int
    opened_at: datetime
    branch_id: int
    branch_name: str
    till_id: int
    till_number: int
    till_name: str
    cashier_id: int


def _shifts() -> AnySelect:
    return select(Shift).options(
        joinedload(Shift.branch).load_only(Branch.name),
        joinedload(Shift.till).load_only(Till.name),
        joinedload(Shift.cashier).load_only(User.full_name, User.username),
    )


def current_shift(actor: Actor) -> Shift | None:
    """The actor's own open shift; there is at most one."""
    query = _shifts().where(Shift.cashier_id == actor.user_id, Shift.status == ShiftStatus.OPEN)
    return db.session.execute(query).scalar_one_or_none()


def open_shift_of(till_id: int) -> Shift | None:
    """The shift that is open on a till, whoever has it."""
    query = _shifts().where(Shift.till_id == till_id, Shift.status == ShiftStatus.OPEN)
    return db.session.execute(query).scalar_one_or_none()


def shift_for(actor: Actor, shift_id: int) -> Shift:
    """A shift that the actor may see: one's own, or any with the permission. Raises NotFound and Forbidden."""
    shift: Shift | None = db.session.execute(_shifts().where(Shift.id == shift_id)).scalar_one_or_none()
    if shift is None:
        raise NotFound
    may_see_all = actor.can(SalesPermission.SHIFT_READ_ALL) or actor.can(SalesPermission.SHIFT_CLOSE_ANY)
    if shift.cashier_id != actor.user_id and not may_see_all:
        raise Forbidden(permission=str(SalesPermission.SHIFT_READ_ALL))
    return shift


def shifts_of(actor: Actor) -> AnySelect:
    """The shifts that the actor may see, to be filtered and paged by ``(opened_at, id)``."""
    query = _shifts()
    if not actor.can(SalesPermission.SHIFT_READ_ALL):
        query = query.where(Shift.cashier_id == actor.user_id)
    return query


@dataclass(frozen=True, slots=True)
class Takings:
    """What was sold in a shift: the total, and what of it was paid how."""

    total: Decimal
    payments: dict[PaymentMethod, Decimal]


def takings_of(shift_id: int) -> Takings:
    """What was sold in a shift so far. One statement over its payments, which add up to its sales."""
    query = (
        select(SalePayment.method, func.sum(SalePayment.amount))
        .join(Sale, Sale.id == SalePayment.sale_id)
        .where(Sale.shift_id == shift_id)
        .group_by(SalePayment.method)
        .order_by(SalePayment.method)
    )
    payments = dict(db.session.execute(query).all())
    return Takings(sum(payments.values(), Decimal("0.00")), payments)
