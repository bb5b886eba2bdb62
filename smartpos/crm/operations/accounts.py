"""Writing customers' accounts; nothing else writes ``customer_transactions`` or the balances in ``customers``."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from smartpos.catalog.models import CustomerTier
from smartpos.core.db import db, utc_now
from smartpos.core.sql import send
from smartpos.crm.errors import CustomerNotFound
from smartpos.crm.models import Customer, CustomerEntryKind, PaymentTerms
from smartpos.identity.actors import Actor

NOTHING = Decimal("0.00")

_LOCK = """
SELECT id, name, phone, balance, points, credit_limit, tier, price_type_id, payment_terms FROM customers
WHERE organization_id = %(organization_id)s AND {which} AND (deleted_at IS NULL OR %(deleted_too)s)
FOR NO KEY UPDATE
"""
_LOCK_BY_ID = _LOCK.format(which="id = %(customer_id)s")
_LOCK_BY_UUID = _LOCK.format(which="client_uuid = %(client_uuid)s")
# Balance and ledger in one statement: what is true of one is true of the other from the same moment.
_POST = """
WITH entered AS (
    INSERT INTO customer_transactions (organization_id, customer_id, branch_id, transaction_type, amount, turnover,
                                       points_earned, points_used, due_date, reverses_id, origin_kind, origin_id, note,
                                       created_by, occurred_at, created_at)
    VALUES (%(organization_id)s, %(customer_id)s, %(branch_id)s, %(kind)s, %(amount)s, %(turnover)s, %(points_earned)s,
            %(points_used)s, %(due_date)s, %(reverses_id)s, %(origin_kind)s, %(origin_id)s, %(note)s, %(created_by)s,
            %(occurred_at)s, %(now)s)
    RETURNING id
), balanced AS (
    UPDATE customers SET balance = balance + %(amount)s, points = points + %(points_earned)s - %(points_used)s,
                         updated_at = %(now)s
    WHERE organization_id = %(organization_id)s AND id = %(customer_id)s
)
SELECT id FROM entered
"""


@dataclass(frozen=True, slots=True)
class LockedCustomer:
    """A customer whose account nobody else changes until the commit. ``credit_limit`` None: the shop's default."""

    id: int
    name: str
    phone: str | None
    balance: Decimal
    points: Decimal
    credit_limit: Decimal | None
    tier: CustomerTier
    price_type_id: int | None
    payment_terms: PaymentTerms


def lock_customer(
    customer_id: int | None = None,
    *,
    client_uuid: UUID | None = None,
    deleted_too: bool = False,
    actor: Actor,
) -> LockedCustomer:
    """Lock a customer by id or by the name a till gave it. Raises CustomerNotFound.

    ``deleted_too`` is for what was bought before: its account goes on.
    """
    parameters = {
        "organization_id": actor.organization.id,
        "customer_id": customer_id,
        "client_uuid": client_uuid,
        "deleted_too": deleted_too,
    }
    rows = send(_LOCK_BY_ID if client_uuid is None else _LOCK_BY_UUID, parameters)
    if not rows:
        raise CustomerNotFound(customer_id=customer_id)
    number, name, phone, balance, points, credit_limit, tier, price_type_id, terms = rows[0]
    return LockedCustomer(
        number,
        name,
        phone,
        balance,
        points,
        credit_limit,
        CustomerTier(tier),
        price_type_id,
        PaymentTerms(terms),
    )


def post_entry(
    customer_id: int,
    kind: CustomerEntryKind,
    *,
    amount: Decimal,
    turnover: Decimal = NOTHING,
    points_earned: Decimal = NOTHING,
    points_used: Decimal = NOTHING,
    due_date: date | None = None,
    reverses_id: int | None = None,
    origin_kind: str,
    origin_id: int,
    branch_id: int | None = None,
    note: str | None = None,
    occurred_at: datetime | None = None,
    actor: Actor,
) -> int:
    """Enter a line into a customer's account and change the balance with it; gives the line's id. One statement.

    ``amount`` is signed: what the customer owes from now on is negative. Whether it may be is the caller's question,
    asked while it holds the row locked (``lock_customer``).
    """
    now = utc_now()
    rows = send(
        _POST,
        {
            "organization_id": actor.organization.id,
            "customer_id": customer_id,
            "branch_id": branch_id,
            "kind": kind.value,
            "amount": amount,
            "turnover": turnover,
            "points_earned": points_earned,
            "points_used": points_used,
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
        if isinstance(row, Customer):
            db.session.expire(row)
    return int(rows[0][0])
