"""Opening a till, counting it at the end, and handing it over."""

from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden, Invalid
from smartpos.core.events import record
from smartpos.core.money import MONEY_LIMIT
from smartpos.finance.errors import ReasonNeeded
from smartpos.finance.models import CashEntryKind
from smartpos.finance.operations import record_cash
from smartpos.finance.permissions import FinancePermission
from smartpos.finance.queries import rate_in_force
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.identity.models import Branch, Till, User
from smartpos.sales.errors import (
    AmountTooLarge,
    HandOverToOneself,
    NextHasShift,
    NextMayNotOpen,
    NoExchangeRate,
    ShiftElsewhere,
    ShiftIsClosed,
    TillIsBusy,
    TillIsOff,
    TillNotFound,
)
from smartpos.sales.models import Shift, ShiftStatus
from smartpos.sales.operations.counting import DrawerCount, check_difference, read_count
from smartpos.sales.operations.drawer import lock_shift
from smartpos.sales.operations.payments import MOST_CASH
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import open_shift_of, own_open_shift, works_in
from smartpos.sales.totals import with_cash

SHIFT_ORIGIN = "shift"
SHIFT_CLOSED = "sales.shift_closed"
LONGEST_REASON = 500
NOTHING = Decimal("0.00")


def open_shift(
    till_id: int,
    *,
    opening_cash: Decimal,
    opening_foreign: Decimal = NOTHING,
    exchange_rate: Decimal | None = None,
    actor: Actor,
) -> Shift:
    """Begin the actor's time at a till with counted cash.

    A shop that takes a foreign currency opens with a rate: the one in force, unless another is given (where there is
    one in force that needs the right to set rates). It holds for the whole shift.

    Raises AmountTooLarge, TillNotFound, TillIsOff, TillIsBusy naming who has the till, ShiftElsewhere naming the till
    on which the actor's own shift is open, NoExchangeRate, BadField and Forbidden.
    """
    if actor.user_id is None:
        raise Forbidden(permission=str(SalesPermission.SHIFT_OPEN))
    _check_cash(opening_cash)
    _check_cash(opening_foreign)
    till = _lock_till(till_id)
    mine = _own_shift_now(actor)
    if mine is not None and mine.till_id != till.id:
        raise ShiftElsewhere(mine.till.name, shift_id=mine.id)
    taken = open_shift_of(till.id)
    if taken is not None:
        raise TillIsBusy(taken.cashier.display, shift_id=taken.id)
    return _begin(till, opening_cash, opening_foreign, exchange_rate, actor)


def close_shift(
    shift: Shift,
    *,
    closing_cash: Decimal | None = None,
    count: DrawerCount | None = None,
    forced: bool = False,
    actor: Actor,
) -> Shift:
    """End a shift with counted cash; what differs from the cash ledger is entered there.

    ``closing_cash`` is short for a count by total alone. Takes the same time whatever was sold: all that must be known
    stands in the shift's row. ``forced``: somebody else ends a shift that was left, with a reason, counted or not.

    Raises ShiftIsClosed, Forbidden when it is somebody else's and the actor may not close it, ReasonNeeded for a
    forced one without a reason, DifferenceNeedsReason, and what ``read_count`` raises.
    """
    count = count or DrawerCount(cash=closing_cash)
    is_own = works_in(shift, actor)
    may_any = actor.can(SalesPermission.SHIFT_CLOSE_ANY)
    if not may_any and (forced or not (is_own and actor.can(SalesPermission.SHIFT_CLOSE))):
        needed = SalesPermission.SHIFT_CLOSE if is_own and not forced else SalesPermission.SHIFT_CLOSE_ANY
        raise Forbidden(permission=str(needed))
    reason = " ".join((count.reason or "").split())[:LONGEST_REASON] or None
    if forced and reason is None:
        raise ReasonNeeded("difference_reason")
    # A sale that is on its way holds this row; it is counted, or it comes too late and finds the shift closed.
    locked = lock_shift(shift.id, actor)
    if not locked.is_open:
        raise ShiftIsClosed(shift_id=shift.id)
    counted = read_count(count, locked, needed=not forced, actor=actor)
    check_difference(counted, locked, reason=reason, actor=actor)
    difference, foreign_difference = counted.differences(locked)
    if difference:
        _note(shift, CashEntryKind.DIFFERENCE, difference, actor, note=reason)
    if foreign_difference:
        _note(shift, CashEntryKind.DIFFERENCE, foreign_difference, actor, abroad=True, note=reason)
    db.session.refresh(shift)
    shift.status = ShiftStatus.CLOSED
    shift.closed_at = utc_now()
    shift.closed_by = actor.user_id
    shift.is_forced = forced or not is_own
    shift.expected_cash = locked.cash_balance
    shift.closing_cash = counted.cash
    shift.difference = difference
    shift.difference_reason = reason if forced or difference or foreign_difference else None
    shift.denominations = counted.denominations
    if shift.foreign_currency is not None:
        shift.expected_foreign = locked.foreign_balance
        shift.closing_foreign = counted.foreign
        shift.foreign_difference = foreign_difference
    record(
        SHIFT_CLOSED,
        origin_kind=SHIFT_ORIGIN,
        origin_id=shift.id,
        facts={
            "branch_id": shift.branch_id,
            "till_id": shift.till_id,
            "cashier_id": shift.cashier_id,
            "number": shift.number,
            "difference": str(difference),
            "is_forced": shift.is_forced,
        },
        actor=actor,
    )
    db.session.flush()
    return shift


def hand_over(shift: Shift, *, count: DrawerCount, to: Actor, actor: Actor) -> tuple[Shift, Shift]:
    """Close a shift and open the next one of the same till for somebody else, with what was counted.

    ``to`` has shown who they are (their PIN was checked). Both happen or neither. Gives the closed and the new shift.

    Raises HandOverToOneself, NextMayNotOpen, NextHasShift, NoExchangeRate, TillIsOff, and what ``close_shift`` raises.
    """
    if to.user_id is None or to.user_id == shift.cashier_id:
        raise HandOverToOneself
    if not to.can(SalesPermission.SHIFT_OPEN):
        raise NextMayNotOpen(name=to.name)
    closed = close_shift(shift, count=count, actor=actor)
    till = _lock_till(shift.till_id)
    theirs = _own_shift_now(to)
    if theirs is not None:
        raise NextHasShift(to.name, theirs.till.name, shift_id=theirs.id)
    # The rate goes on with the cash where the shop has not set another one since.
    rate = None
    if closed.foreign_currency is not None and rate_in_force(closed.foreign_currency) is None:
        rate = closed.exchange_rate
    takes_foreign = _foreign_currency(to) == closed.foreign_currency
    abroad = closed.closing_foreign if takes_foreign and closed.closing_foreign else NOTHING
    following = _begin(till, closed.closing_cash or NOTHING, abroad, rate, to)
    closed.handed_over_to = following.id
    db.session.flush()
    return closed, following


def _begin(
    till: Till, opening_cash: Decimal, opening_foreign: Decimal, exchange_rate: Decimal | None, actor: Actor
) -> Shift:
    """The new shift of a locked till, with its first entries in the cash ledger."""
    currency = _foreign_currency(actor)
    rate = None
    if currency is not None:
        rate = _rate(currency, exchange_rate, actor)
    elif opening_foreign or exchange_rate is not None:
        field = "opening_foreign" if opening_foreign else "exchange_rate"
        raise BadField(field, _("This shop takes no foreign cash. Its settings name the currency."))
    totals = with_cash({}, CashEntryKind.OPENING.value, opening_cash) if opening_cash else {}
    if opening_foreign:
        totals = with_cash(totals, CashEntryKind.OPENING.value, opening_foreign, foreign=True)
    last = db.session.execute(select(func.max(Shift.number)).where(Shift.till_id == till.id)).scalar()
    shift = Shift(
        branch_id=till.branch_id,
        till_id=till.id,
        cashier_id=actor.user_id,
        number=(last or 0) + 1,
        status=ShiftStatus.OPEN,
        last_number=0,
        opening_cash=opening_cash,
        cash_balance=opening_cash,
        foreign_currency=currency,
        exchange_rate=rate,
        opening_foreign=opening_foreign,
        foreign_balance=opening_foreign,
        totals=totals,
        opened_at=utc_now(),
    )
    db.session.add(shift)
    db.session.flush()
    if opening_cash:
        _note(shift, CashEntryKind.OPENING, opening_cash, actor)
    if opening_foreign:
        _note(shift, CashEntryKind.OPENING, opening_foreign, actor, abroad=True)
    return shift


def _own_shift_now(actor: Actor) -> Shift | None:
    # Somebody who opens two tills in the same moment meets here the second time.
    db.session.execute(select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)).one()
    return own_open_shift(actor)


def _foreign_currency(actor: Actor) -> str | None:
    code = str(actor.setting("foreign_currency")).strip().upper()
    return code if code and code != actor.organization.currency else None


def _rate(currency: str, given: Decimal | None, actor: Actor) -> Decimal:
    in_force = rate_in_force(currency)
    if given is None:
        if in_force is None:
            raise NoExchangeRate(currency)
        return in_force
    if not 0 < given <= MONEY_LIMIT:
        raise BadField("exchange_rate", _("This must be more than zero."))
    if in_force is not None and given != in_force and not actor.can(FinancePermission.RATE_WRITE):
        raise Forbidden(permission=str(FinancePermission.RATE_WRITE), exchange_rate=format(in_force, "f"))
    return given


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
    if amount > MOST_CASH:
        raise AmountTooLarge


def _note(
    shift: Shift,
    kind: CashEntryKind,
    amount: Decimal,
    actor: Actor,
    *,
    abroad: bool = False,
    note: str | None = None,
) -> None:
    record_cash(
        branch_id=shift.branch_id,
        till_id=shift.till_id,
        shift_id=shift.id,
        kind=kind,
        amount=amount,
        currency=shift.foreign_currency if abroad else None,
        origin_kind=SHIFT_ORIGIN,
        origin_id=shift.id,
        note=note,
        actor=actor,
    )
