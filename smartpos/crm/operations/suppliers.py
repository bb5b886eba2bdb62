"""Suppliers and what they are owed; nothing else writes ``supplier_transactions`` or the balances in ``suppliers``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from smartpos.catalog.operations import values
from smartpos.core.db import db, utc_now
from smartpos.core.money import plain
from smartpos.core.sql import send
from smartpos.crm.errors import SupplierAccountNotEmpty, SupplierNameTaken, SupplierNotFound
from smartpos.crm.models import Supplier, SupplierEntryKind
from smartpos.crm.operations.facts import digits, mail
from smartpos.identity import checks
from smartpos.identity.actors import Actor

LONGEST_SUPPLIER_NAME = 255
MOST_DAYS = 3650

_LOCK = """
SELECT id, name, balance, payment_days, lead_time_days FROM suppliers
WHERE organization_id = %(organization_id)s AND id = %(supplier_id)s AND (deleted_at IS NULL OR %(deleted_too)s)
FOR NO KEY UPDATE
"""
# Balance and ledger in one statement: what is true of one is true of the other from the same moment. Who was deleted
# and is owed again, because something was taken back, is in the lists again; under a name nobody has taken since.
_POST = """
WITH entered AS (
    INSERT INTO supplier_transactions (organization_id, supplier_id, branch_id, transaction_type, amount, due_date,
                                       reverses_id, origin_kind, origin_id, note, created_by, occurred_at, created_at)
    VALUES (%(organization_id)s, %(supplier_id)s, %(branch_id)s, %(kind)s, %(amount)s, %(due_date)s, %(reverses_id)s,
            %(origin_kind)s, %(origin_id)s, %(note)s, %(created_by)s, %(occurred_at)s, %(now)s)
    RETURNING id
), balanced AS (
    UPDATE suppliers AS supplier
    SET balance = supplier.balance + %(amount)s, updated_at = %(now)s,
        deleted_at = CASE WHEN supplier.balance + %(amount)s = 0 THEN supplier.deleted_at END,
        name = CASE WHEN supplier.deleted_at IS NOT NULL AND supplier.balance + %(amount)s <> 0 AND EXISTS (
                        SELECT 1 FROM suppliers AS other
                        WHERE other.organization_id = supplier.organization_id AND other.name = supplier.name
                          AND other.deleted_at IS NULL)
                    THEN left(supplier.name, 230) || ' (' || supplier.id || ')' ELSE supplier.name END
    WHERE supplier.organization_id = %(organization_id)s AND supplier.id = %(supplier_id)s
)
SELECT id FROM entered
"""


def days(value: Any, field: str) -> int | None:
    """A number of days, ten years at most."""
    read = values.number(value, field, digits=0, limit=Decimal(MOST_DAYS))
    return None if read is None else int(read)


READERS: dict[str, Callable[[Any, str], Any]] = {
    "name": partial(values.text, longest=LONGEST_SUPPLIER_NAME, needed=True),
    "legal_name": partial(values.text, longest=LONGEST_SUPPLIER_NAME),
    "bin": partial(digits, lengths=(9, 12, 14)),
    "contact_person": partial(values.text, longest=200),
    "email": mail,
    "address": partial(values.text, longest=500),
    "bank_details": partial(values.prose, longest=2000),
    "payment_days": lambda value, field: days(value, field) or 0,
    "lead_time_days": days,
    "notes": values.prose,
}
"""How each plain fact of a supplier is read; the phone needs to know the country."""


class SupplierFacts(TypedDict, total=False):
    """What can be told about a supplier. Numbers may come as text.

    ``payment_days`` is how long after the invoice it is due, ``lead_time_days`` the time from order to delivery.
    """

    name: str
    legal_name: str | None
    bin: str | None
    contact_person: str | None
    phone: str | None
    email: str | None
    address: str | None
    bank_details: str | None
    payment_days: Any
    lead_time_days: Any
    notes: str | None


@dataclass(frozen=True, slots=True)
class LockedSupplier:
    """A supplier whose account nobody else changes until the commit. A positive ``balance`` is our debt."""

    id: int
    name: str
    balance: Decimal
    payment_days: int
    lead_time_days: int | None


def create_supplier(*, actor: Actor, **facts: Unpack[SupplierFacts]) -> Supplier:
    """Make a supplier; needs a ``name`` that no other has. Raises BadField, SupplierNameTaken."""
    return _save(Supplier(created_by=actor.user_id), _read({"name": None, **facts}, actor))


def edit_supplier(supplier: Supplier, *, actor: Actor, **changes: Unpack[SupplierFacts]) -> Supplier:
    """Change what is given and leave the rest. Raises what ``create_supplier`` raises."""
    return _save(supplier, {**_read(dict(changes), actor), "updated_at": utc_now()})


def delete_supplier(supplier: Supplier, *, actor: Actor) -> None:
    """Hide a supplier; what was bought from them stays.

    Raises SupplierAccountNotEmpty while something is owed on either side: with the row would go the debt.
    """
    # Locked, so that nothing is bought on credit between the look at the balance and the end.
    locked = lock_supplier(supplier.id, actor=actor)
    if locked.balance != 0:
        raise SupplierAccountNotEmpty(locked.name, plain(locked.balance))
    supplier.deleted_at = utc_now()
    supplier.updated_at = supplier.deleted_at
    db.session.flush()


def lock_supplier(supplier_id: int, *, deleted_too: bool = False, actor: Actor) -> LockedSupplier:
    """Lock a supplier. Raises SupplierNotFound.

    ``deleted_too`` is for what was bought before: its account goes on.
    """
    if not 0 < supplier_id < 2**63:
        raise SupplierNotFound(supplier_id=supplier_id)
    rows = send(
        _LOCK,
        {
            "organization_id": actor.organization.id,
            "supplier_id": supplier_id,
            "deleted_too": deleted_too,
        },
    )
    if not rows:
        raise SupplierNotFound(supplier_id=supplier_id)
    return LockedSupplier(*rows[0])


def post_supplier_entry(
    supplier_id: int,
    kind: SupplierEntryKind,
    *,
    amount: Decimal,
    due_date: date | None = None,
    reverses_id: int | None = None,
    origin_kind: str,
    origin_id: int,
    branch_id: int | None = None,
    note: str | None = None,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> int:
    """Enter a line into a supplier's account and change the balance with it; gives the line's id. One statement.

    ``amount`` is signed: what we owe from now on is positive. Whether it may be is the caller's question, asked while
    it holds the row locked (``lock_supplier``). A deleted supplier with a balance is deleted no longer. Without
    ``due_date`` a debt is due on the day it was made.
    """
    now = utc_now()
    rows = send(
        _POST,
        {
            "organization_id": actor.organization.id,
            "supplier_id": supplier_id,
            "branch_id": branch_id,
            "kind": kind.value,
            "amount": amount,
            "due_date": due_date,
            "reverses_id": reverses_id,
            "origin_kind": origin_kind,
            "origin_id": origin_id,
            "note": note,
            "created_by": actor.user_id,
            "occurred_at": occurred_at or now,
            "now": now,
        },
    )
    # The statement went past the ORM; a row that somebody has loaded must not answer with its old figures.
    for row in db.session.identity_map.values():
        if isinstance(row, Supplier):
            db.session.expire(row)
    return int(rows[0][0])


def _read(given: dict[str, Any], actor: Actor) -> dict[str, Any]:
    facts = {field: read(given[field], field) for field, read in READERS.items() if field in given}
    if "phone" in given:
        facts["phone"] = checks.phone(given["phone"], actor.organization.country)
    return facts


def _save(supplier: Supplier, facts: dict[str, Any]) -> Supplier:
    supplier_id = supplier.id
    try:
        # Changed only within: a savepoint begins with writing what was changed before it.
        with db.session.begin_nested():
            for field, value in facts.items():
                setattr(supplier, field, value)
            db.session.add(supplier)
            db.session.flush()
    except IntegrityError:
        taken = select(Supplier.id).where(
            Supplier.name == facts.get("name"),
            Supplier.deleted_at.is_(None),
            Supplier.id.is_distinct_from(supplier_id),
        )
        raise SupplierNameTaken(db.session.scalar(taken), str(facts.get("name"))) from None
    return supplier
