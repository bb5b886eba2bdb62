"""Payments to suppliers: what was paid, what it settled, and what must be true of them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from smartpos.core.books import ONLY, Check
from smartpos.core.db import db
from smartpos.core.sql import send
from smartpos.crm.queries.ledgers import OpenDebt, settle
from smartpos.crm.queries.supplier_accounts import SUPPLIERS
from smartpos.identity.actors import Actor
from smartpos.purchasing.errors import SupplierPaymentNotFound
from smartpos.purchasing.models import PaidFrom, SupplierPayment

SUPPLIER_PAYMENT_ORIGIN = "supplier_payment"

_READ = """
SELECT payment.id, payment.number, payment.client_uuid, payment.supplier_id, payment.amount, payment.source,
       payment.paid_on, payment.occurred_at, payment.branch_id, payment.reference_number, payment.notes,
       payment.created_by, payment.reverses_id, counter.id, entry.id,
       (SELECT coalesce(sum(amount), 0.00) FROM supplier_transactions AS earlier
        WHERE earlier.organization_id = payment.organization_id AND earlier.supplier_id = payment.supplier_id
          AND earlier.id <= entry.id)
FROM supplier_payments AS payment
JOIN supplier_transactions AS entry
  ON entry.organization_id = payment.organization_id AND entry.origin_kind = 'supplier_payment'
  AND entry.origin_id = payment.id
LEFT JOIN supplier_payments AS counter
  ON counter.organization_id = payment.organization_id AND counter.reverses_id = payment.id
WHERE payment.organization_id = %(organization_id)s AND payment.id = %(payment_id)s
"""
_ENTRY = """
SELECT id FROM supplier_transactions
WHERE organization_id = %(organization_id)s AND origin_kind = 'supplier_payment' AND origin_id = %(payment_id)s
"""


@dataclass(frozen=True, slots=True)
class MadePayment:
    """A payment as it stands in the books. ``balance`` is what it left us owing, ``settled`` which debts it settled at
    that moment, the oldest first; of a payment taken back (by ``reversed_by_id``) neither tells of what came later."""

    id: int
    number: str
    client_uuid: UUID | None
    supplier_id: int
    amount: Decimal
    source: PaidFrom
    paid_on: date
    occurred_at: datetime
    branch_id: int | None
    reference: str | None
    note: str | None
    paid_by: int | None
    reverses_id: int | None
    reversed_by_id: int | None
    entry_id: int
    balance: Decimal
    settled: list[tuple[OpenDebt, Decimal]] = field(default_factory=list)


def made_payment(payment_id: int, actor: Actor) -> MadePayment:
    """A payment with what it settled. Raises SupplierPaymentNotFound."""
    is_number = 0 < payment_id < 2**63
    parameters = {"organization_id": actor.organization.id, "payment_id": payment_id}
    rows = send(_READ, parameters) if is_number else []
    if not rows:
        raise SupplierPaymentNotFound
    facts = list(rows[0])
    facts[5] = PaidFrom(facts[5])
    payment = MadePayment(*facts)
    if payment.amount > 0:
        debts = SUPPLIERS.open_debts(payment.supplier_id, actor, before=payment.entry_id)
        payment.settled.extend(settle(debts, payment.amount))
    return payment


def is_reversed(payment_id: int) -> bool:
    """Whether a row against this payment exists."""
    counter = select(SupplierPayment.id).where(SupplierPayment.reverses_id == payment_id)
    return db.session.scalar(counter) is not None


def entry_of(payment_id: int, actor: Actor) -> int | None:
    """The line of the supplier's account that a payment was entered by."""
    rows = send(_ENTRY, {"organization_id": actor.organization.id, "payment_id": payment_id})
    return rows[0][0] if rows else None


def payments_to(supplier_id: int) -> Select[Any]:
    """All payments to a supplier, those taken back and their counter rows included."""
    return select(SupplierPayment).where(SupplierPayment.supplier_id == supplier_id)


def payment_row(payment_id: int) -> SupplierPayment:
    """A payment. Raises SupplierPaymentNotFound."""
    row = db.session.get(SupplierPayment, payment_id) if 0 < payment_id < 2**63 else None
    if row is None:
        raise SupplierPaymentNotFound
    return row


def payment_checks() -> list[Check]:
    """The laws of payments to suppliers: each stands in the account it was made to, and is taken back whole."""
    return [
        Check(
            "payments to suppliers = lines of their accounts",
            f"""
            SELECT organization_id, 'supplier payment id ' || id, -payment.amount, entry.amount
            FROM (SELECT organization_id, id, supplier_id, amount FROM supplier_payments WHERE {ONLY}) AS payment
            FULL JOIN (
                SELECT organization_id, origin_id AS id, supplier_id, sum(amount) AS amount FROM supplier_transactions
                WHERE {ONLY} AND origin_kind = '{SUPPLIER_PAYMENT_ORIGIN}'
                GROUP BY organization_id, origin_id, supplier_id
            ) AS entry USING (organization_id, id, supplier_id)
            WHERE -payment.amount IS DISTINCT FROM entry.amount
            """,
        ),
        Check(
            "a payment to a supplier is taken back whole",
            f"""
            SELECT organization_id, 'supplier payment ' || counter.number, -counter.amount, payment.amount
            FROM (SELECT * FROM supplier_payments WHERE {ONLY} AND reverses_id IS NOT NULL) AS counter
            LEFT JOIN (
                SELECT organization_id, id AS reverses_id, supplier_id, amount FROM supplier_payments
                WHERE reverses_id IS NULL
            ) AS payment USING (organization_id, reverses_id, supplier_id)
            WHERE -counter.amount IS DISTINCT FROM payment.amount
            """,
        ),
    ]
