"""Opening a till and counting it at the end."""

from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden, Invalid
from smartpos.finance.models import CashEntryKind
from smartpos.finance.operations import record_cash
from smartpos.finance.queries import expected_cash
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.errors import (
    AmountTooLarge,
    ShiftElsewhere,
    ShiftIsClosed,
    TillIsBusy,
    TillIsOff,
    TillNotFound,
)
from smartpos.sales.models import Shift, ShiftStatus
from smartpos.sales.operations.payments import MOST_CASH
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import current_shift, open_shift_of

SHIFT_ORIGIN = "shift"


def open_shift(till_id: int, *, opening_cash: Decimal, actor: Actor) -> Shift:
    """Begin the actor's time at a till with counted cash.

    Raises AmountTooLarge, TillNotFound, TillIsOff, TillIsBusy naming who has the till, and ShiftElsewhere naming the
    till on which the actor's own shift is open.
    """
    if actor.user_id is None:
        raise Forbidden(permission=str(SalesPermission.SHIFT_OPEN))
    _check_cash(opening_cash)
    if opening_cash > MOST_CASH:
        raise AmountTooLarge
    till = _lock_till(till_id)
    # Somebody who opens two tills in the same moment meets here the second time.
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)).one()
    mine = current_shift(actor)
    if mine is not None and mine.till_id != till.id:
        raise ShiftElsewhere(mine.till.name, shift_id=mine.id)
    taken = open_shift_of(till.id)
    if taken is not None:
        raise TillIsBusy(taken.cashier.display, shift_id=taken.id)
    last = db.session.execute(select(func.max(Shift.number)).where(Shift.till_id == till.id)).scalar()
    shift = Shift(
        branch_id=till.branch_id,
        till_id=till.id,
        cashier_id=actor.user_id,
        number=(last or 0) + 1,
        status=ShiftStatus.OPEN,
        last_number=0,
        opening_cash=opening_cash,
        opened_at=utc_now(),
    )
    db.session.add(shift)
    db.session.flush()
    if opening_cash:
        _note(shift, CashEntryKind.OPENING, opening_cash, actor)
    return shift


def close_shift(shift: Shift, *, closing_cash: Decimal, actor: Actor) -> Shift:
    """End a shift with counted cash. What differs from the cash ledger is entered there.

    Raises ShiftIsClosed, and Forbidden when it is somebody else's and the actor may not close it.
    """
    is_own = shift.cashier_id == actor.user_id
    if not actor.can(SalesPermission.SHIFT_CLOSE_ANY) and not (
        is_own and actor.can(SalesPermission.SHIFT_CLOSE)
    ):
        raise Forbidden(
            permission=str(SalesPermission.SHIFT_CLOSE if is_own else SalesPermission.SHIFT_CLOSE_ANY)
        )
    _check_cash(closing_cash)
    # A sale that is on its way holds this row; it is counted, or it comes too late and finds the shift closed.
    lock = select(Shift).where(Shift.id == shift.id).with_for_update(key_share=True)
    db.session.execute(lock, execution_options={"populate_existing": True}).one()
    if not shift.is_open:
        raise ShiftIsClosed(shift_id=shift.id)
    expected = expected_cash(shift.id)
    difference = closing_cash - expected
    if difference:
        _note(shift, CashEntryKind.DIFFERENCE, difference, actor)
    shift.status = ShiftStatus.CLOSED
    shift.closed_at = utc_now()
    shift.closed_by = actor.user_id
    shift.expected_cash = expected
    shift.closing_cash = closing_cash
    shift.difference = difference
    db.session.flush()
    return shift


def _lock_till(till_id: int) -> Till:
    # Two cashiers who open the same till in the same moment meet at its row; the second sees the first's shift.
    till = db.session.execute(
        select(Till)
        .join(Branch, Branch.id == Till.branch_id)
        .where(Till.id == till_id, Till.deleted_at.is_(None), Branch.deleted_at.is_(None))
        .with_for_update(of=Till, key_share=True)
    ).scalar_one_or_none()
    if till is None:
        raise TillNotFound
    if not till.is_active or not till.branch.is_active:
        raise TillIsOff
    return till


def _check_cash(amount: Decimal) -> None:
    if amount < 0:
        raise Invalid(_("Counted cash cannot be negative."))


def _note(shift: Shift, kind: CashEntryKind, amount: Decimal, actor: Actor) -> None:
    record_cash(
        branch_id=shift.branch_id,
        till_id=shift.till_id,
        shift_id=shift.id,
        kind=kind,
        amount=amount,
        origin_kind=SHIFT_ORIGIN,
        origin_id=shift.id,
        actor=actor,
    )
