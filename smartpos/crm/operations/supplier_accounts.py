"""Opening and correcting suppliers' accounts by hand: always by another line, never by changing one."""

from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.money import plain
from smartpos.core.sql import send
from smartpos.crm.errors import (
    AccountHasChanged,
    AlreadyOpened,
    AlreadyTakenBack,
    NothingToCorrect,
    NotTakenBackHere,
)
from smartpos.crm.models import SupplierEntryKind, SupplierTransaction
from smartpos.crm.operations.corrections import LONGEST_REASON, MOST_AMOUNT
from smartpos.crm.operations.suppliers import LockedSupplier, lock_supplier, post_supplier_entry
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField

SUPPLIER_ORIGIN = "supplier"
# What was entered by hand is taken back by hand; everything else goes back with its document.
SUPPLIER_BY_HAND = frozenset({SupplierEntryKind.OPENING, SupplierEntryKind.CORRECTION})

_OPENED = """
SELECT sum(amount) <> 0 FROM (
    SELECT entry.amount FROM supplier_transactions AS entry
    LEFT JOIN supplier_transactions AS first
      ON first.organization_id = entry.organization_id AND first.id = entry.reverses_id
    WHERE entry.organization_id = %(organization_id)s AND entry.supplier_id = %(supplier_id)s
      AND 'opening' IN (entry.transaction_type, first.transaction_type)
) AS line
"""
_TAKEN_BACK = """
SELECT count(*) FROM supplier_transactions
WHERE organization_id = %(organization_id)s AND reverses_id = %(entry_id)s
"""


def open_supplier_account(
    supplier_id: int,
    amount: Decimal,
    *,
    due_date: date | None = None,
    note: str | None = None,
    actor: Actor,
) -> int:
    """Enter what was owed to a supplier when the books began; gives the line's id.

    ``amount`` is signed: our debt is positive. Raises SupplierNotFound, AlreadyOpened, NothingToCorrect, BadField.
    """
    supplier = lock_supplier(supplier_id, actor=actor)
    if send(_OPENED, {"organization_id": actor.organization.id, "supplier_id": supplier_id})[0][0]:
        raise AlreadyOpened
    text = checks.optional_text(note, "note", LONGEST_REASON)
    return _enter(supplier, SupplierEntryKind.OPENING, amount, due_date=due_date, note=text, actor=actor)


def correct_supplier_account(
    supplier_id: int,
    amount: Decimal,
    *,
    reason: str,
    due_date: date | None = None,
    expected_balance: Decimal | None = None,
    actor: Actor,
) -> int:
    """Enter a correction with its reason; gives the line's id.

    ``amount`` is signed: what we owe from now on is positive. ``expected_balance`` is what the person saw: a correction
    that is sent twice, or made beside another, is refused.
    Raises SupplierNotFound, AccountHasChanged, NothingToCorrect, BadField.
    """
    text = checks.required_text(reason, "reason", LONGEST_REASON)
    supplier = lock_supplier(supplier_id, actor=actor)
    if expected_balance is not None and expected_balance != supplier.balance:
        raise AccountHasChanged(balance=plain(supplier.balance))
    return _enter(supplier, SupplierEntryKind.CORRECTION, amount, due_date=due_date, note=text, actor=actor)


def take_back_supplier_entry(entry: SupplierTransaction, *, reason: str, actor: Actor) -> int:
    """Take back a line that was entered by hand, by one against it; gives the new line's id.

    Raises NotTakenBackHere for a line of a purchase or a payment and for one that itself takes back, AlreadyTakenBack,
    SupplierNotFound, BadField.
    """
    text = checks.required_text(reason, "reason", LONGEST_REASON)
    if entry.transaction_type not in SUPPLIER_BY_HAND or entry.reverses_id is not None:
        raise NotTakenBackHere
    supplier = lock_supplier(entry.supplier_id, actor=actor)
    if send(_TAKEN_BACK, {"organization_id": actor.organization.id, "entry_id": entry.id})[0][0]:
        raise AlreadyTakenBack
    return post_supplier_entry(
        supplier.id,
        SupplierEntryKind.CORRECTION,
        amount=-entry.amount,
        reverses_id=entry.id,
        origin_kind=SUPPLIER_ORIGIN,
        origin_id=supplier.id,
        branch_id=entry.branch_id,
        note=text,
        actor=actor,
    )


def _enter(
    supplier: LockedSupplier,
    kind: SupplierEntryKind,
    amount: Decimal,
    *,
    due_date: date | None,
    note: str | None,
    actor: Actor,
) -> int:
    if amount == 0:
        raise NothingToCorrect
    if abs(amount) > MOST_AMOUNT:
        raise BadField("amount", _("This number is too large."))
    if amount < 0:
        due_date = None
    elif due_date is None:
        due_date = actor.organization.today + timedelta(days=supplier.payment_days)
    return post_supplier_entry(
        supplier.id,
        kind,
        amount=amount,
        due_date=due_date,
        origin_kind=SUPPLIER_ORIGIN,
        origin_id=supplier.id,
        branch_id=actor.default_branch_id,
        note=note,
        actor=actor,
    )
