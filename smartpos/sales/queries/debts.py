"""Payments of customers' debts: what was taken, and what it settled."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from smartpos.core.books import ONLY, Check
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.sql import send
from smartpos.crm.queries.accounts import OpenDebt, open_debts, settle
from smartpos.finance.models import PaidBy, Payment, PaymentStatus
from smartpos.identity.actors import Actor

PAYMENT_ORIGIN = "payment"

_READ = """
SELECT payment.id, payment.payment_number, payment.client_uuid, payment.customer_id, payment.amount,
       payment.payment_method, payment.status, payment.payment_date, payment.occurred_at, payment.branch_id,
       payment.shift_id, payment.reference_number, payment.notes, payment.received_by, payment.reverses_id, entry.id,
       (SELECT coalesce(sum(amount), 0.00) FROM customer_transactions AS earlier
        WHERE earlier.organization_id = payment.organization_id AND earlier.customer_id = payment.customer_id
          AND earlier.id <= entry.id)
FROM payments AS payment
JOIN customer_transactions AS entry
  ON entry.organization_id = payment.organization_id AND entry.origin_kind = 'payment' AND entry.origin_id = payment.id
WHERE payment.organization_id = %(organization_id)s AND payment.id = %(payment_id)s
"""


@dataclass(frozen=True, slots=True)
class TakenPayment:
    """A payment as it stands in the books. ``balance`` is what it left the account with, ``settled`` which debts it
    settled at that moment, the oldest first; of a payment taken back neither tells of what came later."""

    id: int
    number: str
    client_uuid: UUID
    customer_id: int
    amount: Decimal
    method: PaidBy
    status: PaymentStatus
    payment_date: date
    occurred_at: datetime
    branch_id: int
    shift_id: int | None
    reference: str | None
    note: str | None
    received_by: int | None
    reverses_id: int | None
    entry_id: int
    balance: Decimal
    settled: list[tuple[OpenDebt, Decimal]] = field(default_factory=list)


def taken_payment(payment_id: int, actor: Actor) -> TakenPayment:
    """A payment with what it settled. Raises NotFound."""
    rows = send(_READ, {"organization_id": actor.organization.id, "payment_id": payment_id})
    if not rows:
        raise NotFound
    number, *facts = rows[0]
    facts[4], facts[5] = PaidBy(facts[4]), PaymentStatus(facts[5])
    payment = TakenPayment(number, *facts)
    if payment.amount > 0:
        debts = open_debts(payment.customer_id, actor, before=payment.entry_id)
        payment.settled.extend(settle(debts, payment.amount))
    return payment


def payments_of(customer_id: int) -> Select[Any]:
    """All payments of a customer, those taken back and their counter rows included."""
    return select(Payment).where(Payment.customer_id == customer_id)


def payment_row(payment_id: int) -> Payment:
    """A payment. Raises NotFound."""
    row = db.session.get(Payment, payment_id) if 0 < payment_id < 2**63 else None
    if row is None:
        raise NotFound
    return row


def payment_checks() -> list[Check]:
    """The laws of payments: each stands in the account it was made to and, when it was cash, in a drawer."""
    return [
        Check(
            "payments = lines of their customers' accounts",
            f"""
            SELECT organization_id, 'payment id ' || id, payment.amount, entry.amount
            FROM (SELECT organization_id, id, customer_id, amount FROM payments WHERE {ONLY}) AS payment
            FULL JOIN (
                SELECT organization_id, origin_id AS id, customer_id, sum(amount) AS amount FROM customer_transactions
                WHERE {ONLY} AND origin_kind = '{PAYMENT_ORIGIN}' GROUP BY organization_id, origin_id, customer_id
            ) AS entry USING (organization_id, id, customer_id)
            WHERE payment.amount IS DISTINCT FROM entry.amount
            """,
        ),
        Check(
            "cash payments = the cash ledger",
            f"""
            SELECT organization_id, 'payment id ' || id, paid.amount, cash.amount
            FROM (
                SELECT organization_id, id, shift_id, amount FROM payments WHERE {ONLY} AND payment_method = 'cash'
            ) AS paid
            FULL JOIN (
                SELECT organization_id, origin_id AS id, shift_id, sum(amount) AS amount FROM cash_entries
                WHERE {ONLY} AND origin_kind = '{PAYMENT_ORIGIN}' AND kind <> 'late_offset' AND currency IS NULL
                GROUP BY organization_id, origin_id, shift_id
            ) AS cash USING (organization_id, id, shift_id)
            WHERE paid.amount IS DISTINCT FROM cash.amount
            """,
        ),
        Check(
            "a payment taken back has its counter row",
            f"""
            SELECT organization_id, 'payment ' || payment.payment_number, payment.amount, -counter.amount
            FROM (SELECT * FROM payments WHERE {ONLY} AND reverses_id IS NULL) AS payment
            LEFT JOIN (SELECT organization_id, reverses_id AS id, customer_id, amount FROM payments
                       WHERE reverses_id IS NOT NULL) AS counter
              USING (organization_id, id)
            WHERE CASE WHEN payment.status = 'reversed'
                       THEN payment.amount IS DISTINCT FROM -counter.amount
                            OR payment.customer_id IS DISTINCT FROM counter.customer_id
                       ELSE counter.id IS NOT NULL END
            """,
        ),
    ]
