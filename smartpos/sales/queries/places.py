"""Where somebody is at work."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till
from smartpos.identity.queries import is_workplace
from smartpos.sales.errors import NoTill
from smartpos.sales.models import Shift, ShiftStatus


@dataclass(frozen=True, slots=True)
class WorkPlace:
    """A branch; and the till and the open shift there, where they are known."""

    branch_id: int
    till_id: int | None = None
    shift_id: int | None = None
    shift_opened_at: datetime | None = None


# The branch is joined for the sake of the wall: a place in a workspace that the person does not see is none.
_SHIFTS: AnySelect = select(Shift.branch_id, Shift.till_id, Shift.id, Shift.opened_at).join(
    Branch, Branch.id == Shift.branch_id
)


def work_place(actor: Actor) -> WorkPlace:
    """Where the actor is at work: at the till of their device, else of their open shift, else in their usual branch.

    Raises NoTill when they see no branch at all.
    """
    own = _shift(_SHIFTS.where(Shift.cashier_id == actor.user_id, Shift.status == ShiftStatus.OPEN))
    if actor.till_id is not None and (own is None or own.till_id != actor.till_id):
        return _at_till(actor.till_id, shared=actor.setting("shared_shifts")) or _in_branch(actor)
    return own or _in_branch(actor)


def shift_place(shift_id: int) -> tuple[WorkPlace, int] | None:
    """The place of a shift, open or closed, and whose it is; None when the person sees no such shift."""
    row = db.session.execute(_SHIFTS.add_columns(Shift.cashier_id).where(Shift.id == shift_id)).one_or_none()
    return (WorkPlace(*row[:4]), row[4]) if row is not None else None


def _shift(query: AnySelect) -> WorkPlace | None:
    row = db.session.execute(query).one_or_none()
    return WorkPlace(*row) if row is not None else None


def _at_till(till_id: int, *, shared: bool) -> WorkPlace | None:
    if shared:
        shift = _shift(_SHIFTS.where(Shift.till_id == till_id, Shift.status == ShiftStatus.OPEN))
        if shift is not None:
            return shift
    query = (
        select(Till.branch_id, Till.id).join(Branch, Branch.id == Till.branch_id).where(Till.id == till_id)
    )
    row = db.session.execute(query).one_or_none()
    return WorkPlace(*row) if row is not None else None


def _in_branch(actor: Actor) -> WorkPlace:
    query = select(Branch.id).where(is_workplace())
    usual = query.where(Branch.id == actor.default_branch_id)
    found = db.session.scalar(usual) or db.session.scalar(query.order_by(Branch.id).limit(1))
    if found is None:
        raise NoTill
    return WorkPlace(found)
