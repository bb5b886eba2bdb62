"""Questions about shifts."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smartpos.core.db import db
from smartpos.core.errors import Forbidden, NotFound
from smartpos.core.paging import AnySelect
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.models import PaymentMethod, Shift, ShiftStatus
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.totals import amount_of


def _shifts() -> AnySelect:
    # The branch is joined for the sake of the wall between workspaces: beyond it there are no shifts either.
    return (
        select(Shift)
        .join(Branch, Branch.id == Shift.branch_id)
        .options(
            joinedload(Shift.branch).load_only(Branch.name),
            joinedload(Shift.till).load_only(Till.name),
            joinedload(Shift.cashier).load_only(User.full_name, User.username),
        )
    )


def works_in(shift: Shift, actor: Actor) -> bool:
    """Whether the actor sells in this shift: their own, or where shifts are shared the one of the till they work at."""
    if shift.cashier_id == actor.user_id:
        return True
    return (
        actor.till_id is not None and shift.till_id == actor.till_id and bool(actor.setting("shared_shifts"))
    )


def current_shift(actor: Actor) -> Shift | None:
    """The open shift in which the actor sells: their own; else, where shifts are shared, that of their till."""
    shift = own_open_shift(actor)
    if shift is None and actor.till_id is not None and actor.setting("shared_shifts"):
        shift = open_shift_of(actor.till_id)
    return shift


def own_open_shift(actor: Actor) -> Shift | None:
    """The open shift that the actor answers for; there is at most one."""
    query = _shifts().where(Shift.cashier_id == actor.user_id, Shift.status == ShiftStatus.OPEN)
    return db.session.execute(query).scalar_one_or_none()


def open_shift_of(till_id: int) -> Shift | None:
    """The shift that is open on a till, whoever has it."""
    query = _shifts().where(Shift.till_id == till_id, Shift.status == ShiftStatus.OPEN)
    return db.session.execute(query).scalar_one_or_none()


def shift_for(actor: Actor, shift_id: int) -> Shift:
    """A shift that the actor may see: one they sell in, or any with the permission. Raises NotFound and Forbidden."""
    shift: Shift | None = db.session.execute(_shifts().where(Shift.id == shift_id)).scalar_one_or_none()
    if shift is None:
        raise NotFound
    may_see_all = actor.can(SalesPermission.SHIFT_READ_ALL) or actor.can(SalesPermission.SHIFT_CLOSE_ANY)
    if not works_in(shift, actor) and not may_see_all:
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


def takings_of(shift: Shift) -> Takings:
    """What was sold in a shift so far, as its row tells it; what arrived after its close is not part of it."""
    payments = {
        PaymentMethod(method): Decimal(amount)
        for method, amount in sorted(shift.totals.get("payments", {}).items())
    }
    return Takings(amount_of(shift.totals, "total"), payments)
