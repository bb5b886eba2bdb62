"""Opening and correcting accounts by hand: always by another line, never by changing one."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.money import MONEY_LIMIT, plain
from smartpos.core.sql import send
from smartpos.crm.errors import (
    AccountHasChanged,
    AlreadyOpened,
    AlreadyTakenBack,
    NothingToCorrect,
    NotTakenBackHere,
)
from smartpos.crm.models import CustomerEntryKind, CustomerTransaction
from smartpos.crm.operations.accounts import LockedCustomer, lock_customer, post_entry
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField

CUSTOMER_ORIGIN = "customer"
LONGEST_REASON = 500
NOTHING = Decimal("0.00")
# A balance above this is a typing error; sums of many accounts still fit into the books.
MOST_AMOUNT = Decimal("999999999999.99")
# What was entered by hand is taken back by hand; everything else goes back with its document.
BY_HAND = frozenset({CustomerEntryKind.OPENING, CustomerEntryKind.CORRECTION})

_OPENED = """
SELECT sum(amount) <> 0 OR sum(points_earned - points_used) <> 0 FROM (
    SELECT entry.amount, entry.points_earned, entry.points_used FROM customer_transactions AS entry
    LEFT JOIN customer_transactions AS first
      ON first.organization_id = entry.organization_id AND first.id = entry.reverses_id
    WHERE entry.organization_id = %(organization_id)s AND entry.customer_id = %(customer_id)s
      AND 'opening' IN (entry.transaction_type, first.transaction_type)
) AS line
"""
_TAKEN_BACK = """
SELECT coalesce(sum(amount), 0.00), coalesce(sum(points_earned - points_used), 0.00), count(*)
FROM customer_transactions WHERE organization_id = %(organization_id)s AND reverses_id = %(entry_id)s
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What a person enters into an account. ``amount`` is signed: what the customer owes from now on is negative;
    ``points`` likewise. ``due_date`` is for a debt; without one the customer's terms decide."""

    amount: Decimal = NOTHING
    points: Decimal = NOTHING
    due_date: date | None = None


def open_account(customer_id: int, change: Change, *, note: str | None = None, actor: Actor) -> int:
    """Enter what a customer owed or had when the books began; gives the line's id.

    Raises CustomerNotFound, AlreadyOpened, NothingToCorrect, BadField.
    """
    customer = lock_customer(customer_id, actor=actor)
    rows = send(_OPENED, {"organization_id": actor.organization.id, "customer_id": customer_id})
    if rows[0][0]:
        raise AlreadyOpened
    text = checks.optional_text(note, "note", LONGEST_REASON)
    return _enter(customer, CustomerEntryKind.OPENING, change, text, actor)


def correct_account(
    customer_id: int,
    change: Change,
    *,
    reason: str,
    expected_balance: Decimal | None = None,
    actor: Actor,
) -> int:
    """Enter a correction with its reason; gives the line's id.

    ``expected_balance`` is what the person saw: a correction that is sent twice, or made beside another, is refused.
    Raises CustomerNotFound, AccountHasChanged, NothingToCorrect, BadField.
    """
    text = checks.required_text(reason, "reason", LONGEST_REASON)
    customer = lock_customer(customer_id, actor=actor)
    if expected_balance is not None and expected_balance != customer.balance:
        raise AccountHasChanged(balance=plain(customer.balance))
    return _enter(customer, CustomerEntryKind.CORRECTION, change, text, actor)


def take_back_entry(entry: CustomerTransaction, *, reason: str, actor: Actor) -> int:
    """Take back a line that was entered by hand, by one against it; gives the new line's id.

    Raises NotTakenBackHere for a line of a sale or a payment and for one that itself takes back, AlreadyTakenBack,
    CustomerNotFound, BadField.
    """
    text = checks.required_text(reason, "reason", LONGEST_REASON)
    if entry.transaction_type not in BY_HAND or entry.reverses_id is not None:
        raise NotTakenBackHere
    customer = lock_customer(entry.customer_id, actor=actor)
    rows = send(_TAKEN_BACK, {"organization_id": actor.organization.id, "entry_id": entry.id})
    if rows[0][2]:
        raise AlreadyTakenBack
    if customer.points - entry.points_earned + entry.points_used < 0:
        raise BadField("reason", _("The customer has already used these points."))
    return post_entry(
        customer.id,
        CustomerEntryKind.CORRECTION,
        amount=-entry.amount,
        points_earned=entry.points_used,
        points_used=entry.points_earned,
        reverses_id=entry.id,
        origin_kind=CUSTOMER_ORIGIN,
        origin_id=customer.id,
        branch_id=entry.branch_id,
        note=text,
        actor=actor,
    )


def _enter(
    customer: LockedCustomer, kind: CustomerEntryKind, change: Change, note: str | None, actor: Actor
) -> int:
    if change.amount == 0 and change.points == 0:
        raise NothingToCorrect
    for field, value in (("amount", change.amount), ("points", change.points)):
        if abs(value) > min(MOST_AMOUNT, MONEY_LIMIT):
            raise BadField(field, _("This number is too large."))
    if customer.points + change.points < 0:
        raise BadField("points", _("The customer has only %(points)s points.", points=customer.points))
    due_date = change.due_date
    if change.amount >= 0:
        due_date = None
    elif due_date is None:
        due_date = actor.organization.today + timedelta(days=customer.payment_terms.days)
    return post_entry(
        customer.id,
        kind,
        amount=change.amount,
        points_earned=max(change.points, NOTHING),
        points_used=max(-change.points, NOTHING),
        due_date=due_date,
        origin_kind=CUSTOMER_ORIGIN,
        origin_id=customer.id,
        branch_id=actor.default_branch_id,
        note=note,
        actor=actor,
    )
