"""Cash put into a drawer and taken out of it by hand, and expenses paid from it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid4

from flask_babel import gettext as _
from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.money import MONEY_LIMIT, round_money
from smartpos.finance.models import CashEntry, CashEntryKind, Expense, ExpenseSource
from smartpos.finance.operations import EXPENSE_ORIGIN, ExpenseFacts, mark_cancelled, record_expense
from smartpos.finance.queries import cash_entry_by_client_uuid
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.sales.errors import (
    AmountTooLarge,
    CashUuidReused,
    ExpenseShiftClosed,
    ForeignCashNotTaken,
    NotEnoughCash,
    ShiftIsClosed,
)
from smartpos.sales.models import Shift
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.operations.drawer import LockedShift, lock_shift, move_cash
from smartpos.sales.operations.payments import MOST_CASH
from smartpos.sales.operations.shifts import LONGEST_REASON, SHIFT_ORIGIN
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import works_in

CASH_ORIGIN = "cash_entry"
BY_HAND = (CashEntryKind.IN, CashEntryKind.OUT, CashEntryKind.EXPENSE)


@dataclass(frozen=True, slots=True)
class CashRequest:
    """What a client asks for. ``amount`` is always above zero; ``currency`` None is the shop's own."""

    kind: CashEntryKind
    amount: Decimal
    reason: str
    category_id: int | None = None
    currency: str | None = None
    client_uuid: UUID | None = None
    occurred_at: datetime | None = None
    approvals: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class CashMove:
    """Cash that was moved. ``is_late``: it arrived after the drawer was counted."""

    id: int
    kind: CashEntryKind
    amount: Decimal
    currency: str | None
    reason: str
    shift_id: int
    expense: Expense | None
    occurred_at: datetime
    is_late: bool


def move_drawer_cash(shift_id: int, request: CashRequest, *, actor: Actor) -> tuple[CashMove, bool]:
    """Put cash into the drawer of a shift, take it out, or pay an expense from it; gives it, and whether it is new.

    The same ``client_uuid`` again gives the first movement and writes nothing. What happened before the shift was
    closed (``occurred_at``) is accepted afterwards, as late: the count has it already.

    Raises NotFound, Forbidden (somebody else's shift; without the right, with the approval that would help),
    CashUuidReused, ShiftIsClosed, NotEnoughCash (never telling how much there is), ForeignCashNotTaken,
    CategoryNotFound, AmountTooLarge and BadField.
    """
    reason = _checked(request)
    shift = lock_shift(shift_id, actor)
    row = db.session.get_one(Shift, shift_id)
    if not works_in(row, actor) and not actor.can(SalesPermission.SHIFT_CLOSE_ANY):
        raise Forbidden(permission=str(SalesPermission.SHIFT_CLOSE_ANY))
    currency = None if request.currency == actor.organization.currency else request.currency
    if request.client_uuid is not None:
        known = cash_entry_by_client_uuid(request.client_uuid)
        if known is not None:
            return _first(known, request, reason, currency, shift_id), False
    rights = Approvals(request.approvals, request.client_uuid or uuid4(), actor)
    is_expense = request.kind is CashEntryKind.EXPENSE
    rights.require(SalesPermission.CASH_EXPENSE if is_expense else SalesPermission.CASH_MOVE)
    if currency is not None and currency != shift.foreign_currency:
        raise ForeignCashNotTaken(currency)
    occurred_at = _moment(request, shift, row.closed_at)
    _check_drawer(shift, request, currency)
    origin_kind, origin_id, expense = SHIFT_ORIGIN, shift.id, None
    if is_expense:
        expense = _expense(shift, request, currency, occurred_at, actor=actor)
        origin_kind, origin_id = EXPENSE_ORIGIN, expense.id
    entry_id = move_cash(
        shift,
        kind=request.kind,
        amount=_signed(request),
        currency=currency,
        origin_kind=origin_kind,
        origin_id=origin_id,
        note=reason,
        client_uuid=request.client_uuid,
        occurred_at=occurred_at,
        actor=actor,
    )
    rights.use(CASH_ORIGIN, entry_id)
    move = CashMove(
        id=entry_id,
        kind=request.kind,
        amount=request.amount,
        currency=currency,
        reason=reason,
        shift_id=shift.id,
        expense=expense,
        occurred_at=occurred_at,
        is_late=not shift.is_open,
    )
    return move, True


def cancel_expense(expense: Expense, *, reason: str, actor: Actor) -> Expense:
    """Take an expense back. One paid from a drawer gives its money back into it, by an entry against its own.

    Raises ExpenseShiftClosed when that drawer has been counted since, ReasonNeeded and ExpenseIsCancelled.
    """
    if expense.source is not ExpenseSource.TILL or expense.shift_id is None:
        return mark_cancelled(expense, reason=reason, actor=actor)
    shift = lock_shift(expense.shift_id, actor)
    cancelled = mark_cancelled(expense, reason=reason, actor=actor)
    if not shift.is_open:
        raise ExpenseShiftClosed(shift_id=shift.id, expense_id=expense.id)
    for currency, amount in _paid(expense.id):
        move_cash(
            shift,
            kind=CashEntryKind.EXPENSE,
            amount=-amount,
            currency=currency,
            origin_kind=EXPENSE_ORIGIN,
            origin_id=expense.id,
            note=cancelled.cancel_reason,
            actor=actor,
        )
    return cancelled


def _checked(request: CashRequest) -> str:
    if request.kind not in BY_HAND:
        raise BadField("kind", _("This choice does not exist."))
    if request.amount <= 0:
        raise BadField("amount", _("This must be more than zero."))
    if request.amount > MOST_CASH:
        raise AmountTooLarge
    reason = " ".join(request.reason.split())
    if not reason:
        raise BadField("reason", _("Tell the reason."))
    if len(reason) > LONGEST_REASON:
        raise BadField("reason", _("At most %(longest)s characters fit here.", longest=LONGEST_REASON))
    if request.category_id is not None and request.kind is not CashEntryKind.EXPENSE:
        raise BadField("category_id", _("Only an expense has a category."))
    return reason


def _signed(request: CashRequest) -> Decimal:
    return request.amount if request.kind is CashEntryKind.IN else -request.amount


def _first(
    known: CashEntry, request: CashRequest, reason: str, currency: str | None, shift_id: int
) -> CashMove:
    """The movement that this ``client_uuid`` stands for. Raises CashUuidReused when it is another one."""
    expense = db.session.get(Expense, known.origin_id) if known.origin_kind == EXPENSE_ORIGIN else None
    is_same = (known.shift_id, known.amount, known.currency, known.note) == (
        shift_id,
        _signed(request),
        currency,
        reason,
    )
    if request.kind is CashEntryKind.EXPENSE:
        is_same = is_same and expense is not None and expense.category_id == request.category_id
    else:
        is_same = is_same and known.origin_kind == SHIFT_ORIGIN
    if not is_same:
        raise CashUuidReused(entry_id=known.id)
    return CashMove(
        id=known.id,
        kind=request.kind,
        amount=request.amount,
        currency=currency,
        reason=reason,
        shift_id=shift_id,
        expense=expense,
        occurred_at=known.occurred_at,
        is_late=known.kind is CashEntryKind.LATE,
    )


def _moment(request: CashRequest, shift: LockedShift, closed_at: datetime | None) -> datetime:
    """When it happened: within the shift, whatever the till's clock says. Raises ShiftIsClosed for what came after."""
    now = utc_now()
    claimed = request.occurred_at or now
    if closed_at is not None and claimed > closed_at:
        raise ShiftIsClosed(shift_id=shift.id)
    return min(max(claimed, shift.opened_at), now)


def _check_drawer(shift: LockedShift, request: CashRequest, currency: str | None) -> None:
    # What is late has left the drawer already, and was counted without it.
    if not shift.is_open:
        return
    lies_there = shift.cash_balance if currency is None else shift.foreign_balance
    if request.kind is CashEntryKind.IN:
        if lies_there + request.amount > MONEY_LIMIT:
            raise AmountTooLarge
    elif request.amount > lies_there:
        raise NotEnoughCash


def _expense(
    shift: LockedShift,
    request: CashRequest,
    currency: str | None,
    occurred_at: datetime,
    *,
    actor: Actor,
) -> Expense:
    """The expense of a till. One paid in foreign money is booked at what that is worth in this shift."""
    rate = Decimal(1) if currency is None or shift.exchange_rate is None else shift.exchange_rate
    amount = round_money(request.amount * rate)
    if not 0 < amount <= MONEY_LIMIT:
        raise AmountTooLarge
    expense, _is_new = record_expense(
        ExpenseFacts(
            amount=amount,
            description=request.reason,
            source=ExpenseSource.TILL,
            category_id=request.category_id,
            branch_id=shift.branch_id,
            spent_on=occurred_at.astimezone(actor.organization.zone).date(),
            client_uuid=request.client_uuid,
            till_id=shift.till_id,
            shift_id=shift.id,
        ),
        actor=actor,
    )
    return expense


def _paid(expense_id: int) -> list[tuple[str | None, Decimal]]:
    """What an expense took out of a drawer, by currency."""
    query = (
        select(CashEntry.currency, func.sum(CashEntry.amount))
        .where(CashEntry.origin_kind == EXPENSE_ORIGIN, CashEntry.origin_id == expense_id)
        .group_by(CashEntry.currency)
        .order_by(CashEntry.currency)
    )
    return [(currency, amount) for currency, amount in db.session.execute(query) if amount]
