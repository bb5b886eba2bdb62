"""Expenses: what money was spent on. Those paid from a till's drawer are begun upstairs, where the drawer is known."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.audit import record
from smartpos.core.db import db, utc_now
from smartpos.core.idempotency import lock_client_uuid
from smartpos.core.models import AuditAction
from smartpos.core.money import MONEY_LIMIT, plain
from smartpos.finance.errors import (
    BranchUnknown,
    CategoryNotFound,
    ExpenseIsCancelled,
    ExpenseReused,
    ReasonNeeded,
)
from smartpos.finance.models import Expense, ExpenseSource, ExpenseStatus
from smartpos.finance.operations.values import words
from smartpos.finance.queries import active_category, expense_by_client_uuid
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace

EXPENSE_ORIGIN = "expense"
FIRST_DAY = date(2000, 1, 1)
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class ExpenseFacts:
    """An expense as it is entered.

    ``branch_id`` None means where the person usually works, ``spent_on`` None today in the shop's time zone. Of one
    paid from a drawer ``till_id`` and ``shift_id`` tell which.
    """

    amount: Decimal
    description: str
    source: ExpenseSource = ExpenseSource.OFFICE
    category_id: int | None = None
    branch_id: int | None = None
    spent_on: date | None = None
    client_uuid: UUID | None = None
    till_id: int | None = None
    shift_id: int | None = None


def record_expense(facts: ExpenseFacts, *, actor: Actor) -> tuple[Expense, bool]:
    """Book an expense; gives it, and whether it was booked now.

    The same ``client_uuid`` again gives the first one and writes nothing. Raises BadField, CategoryNotFound,
    BranchUnknown, and ExpenseReused when the ``client_uuid`` stands for another expense.
    """
    description = words(facts.description, "description", longest=LONGEST_TEXT)
    if facts.client_uuid is not None:
        lock_client_uuid(facts.client_uuid)
        known = expense_by_client_uuid(facts.client_uuid)
        if known is not None:
            if not _is_same(known, facts, description):
                raise ExpenseReused(expense_id=known.id)
            return known, False
    if facts.amount <= 0 or facts.amount > MONEY_LIMIT:
        raise BadField("amount", _("This must be more than zero."))
    if facts.category_id is not None and active_category(facts.category_id) is None:
        raise CategoryNotFound
    expense = Expense(
        client_uuid=facts.client_uuid,
        category_id=facts.category_id,
        branch_id=_branch_id(facts.branch_id, actor),
        source=facts.source,
        till_id=facts.till_id,
        shift_id=facts.shift_id,
        amount=facts.amount,
        description=description,
        spent_on=_day(facts.spent_on, actor),
        created_by=actor.user_id,
    )
    db.session.add(expense)
    db.session.flush()
    return expense, True


def mark_cancelled(expense: Expense, *, reason: str, actor: Actor) -> Expense:
    """Take an expense back: it stays, with who cancelled it, when and why.

    Whoever calls this gives the money back to where it came from. Raises ReasonNeeded and ExpenseIsCancelled.
    """
    if not reason.strip():
        raise ReasonNeeded
    told = words(reason, "reason", longest=LONGEST_TEXT)
    # Of two that cancel at once the second finds it cancelled.
    locked = select(Expense).where(Expense.id == expense.id).with_for_update(key_share=True, of=Expense)
    expense = db.session.execute(locked, execution_options={"populate_existing": True}).scalar_one()
    if expense.status is ExpenseStatus.CANCELLED:
        raise ExpenseIsCancelled(expense_id=expense.id)
    expense.status = ExpenseStatus.CANCELLED
    expense.cancelled_at = utc_now()
    expense.cancelled_by = actor.user_id
    expense.cancel_reason = told
    db.session.flush()
    record(
        AuditAction.DELETE,
        Expense.__tablename__,
        expense.id,
        reason=told,
        old_values={"amount": plain(expense.amount), "description": expense.description},
    )
    return expense


def _is_same(known: Expense, facts: ExpenseFacts, description: str) -> bool:
    # What was left open then has been filled in since.
    return (
        (known.amount, known.description, known.source, known.category_id, known.shift_id)
        == (facts.amount, description, facts.source, facts.category_id, facts.shift_id)
        and facts.branch_id in {None, known.branch_id}
        and facts.spent_on in {None, known.spent_on}
    )


def _branch_id(asked: int | None, actor: Actor) -> int:
    query = select(Branch.id).where(is_workplace())
    if asked is not None:
        found = db.session.scalar(query.where(Branch.id == asked))
    else:
        usual = query.where(Branch.id == actor.default_branch_id)
        found = db.session.scalar(usual) or db.session.scalar(query.order_by(Branch.id).limit(1))
    if found is None:
        raise BranchUnknown
    return found


def _day(asked: date | None, actor: Actor) -> date:
    today = actor.organization.today
    if asked is None:
        return today
    if not FIRST_DAY <= asked <= today:
        raise BadField("spent_on", _("This day lies in the future or too far back."))
    return asked
