"""Customers' accounts: what is open, since when it is overdue, what has happened, and what they have bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from smartpos.core.sql import array, send
from smartpos.crm.models import CustomerEntryKind
from smartpos.crm.queries.ledgers import (
    BUCKETS,
    FIRST_DAY,
    LAST_DAY,
    NOTHING,
    Ageing,
    Debtor,
    Debtors,
    Entry,
    Ledger,
    OpenDebt,
    Statement,
    ageing_of_debts,
    bucket_of,
    moment_of,
    settle,
    shown_amount,
)
from smartpos.identity.actors import Actor

__all__ = [
    "BUCKETS",
    "CUSTOMERS",
    "FIRST_DAY",
    "LAST_DAY",
    "Ageing",
    "Debtor",
    "Debtors",
    "Entry",
    "OpenDebt",
    "Statement",
    "Summary",
    "ageing_of",
    "ageing_of_debts",
    "bucket_of",
    "debtors",
    "open_debts",
    "overdue_customers",
    "settle",
    "shown_amount",
    "statement",
    "summaries_of",
    "summary_of",
]

CUSTOMERS = Ledger(
    accounts="customers",
    entries="customer_transactions",
    key="customer_id",
    kinds=CustomerEntryKind,
    debt_is_negative=True,
    number="owner.customer_number",
    person="assignee.full_name",
    join="""LEFT JOIN users AS assignee
      ON assignee.organization_id = owner.organization_id AND assignee.id = owner.assigned_to""",
    more="entry.turnover, entry.points_earned, entry.points_used",
)
"""Their accounts; what a customer owes is negative."""

open_debts = CUSTOMERS.open_debts
ageing_of = CUSTOMERS.ageing_of
statement = CUSTOMERS.statement

_OVERDUE = CUSTOMERS.open_of_all("", "SELECT DISTINCT account_id FROM debt WHERE due_on < %(today)s")
_SUMMARY = """
SELECT lifetime_value, order_count, last_order_date FROM customer_summary
WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s
"""
_SUMMARIES = """
SELECT customer_id, lifetime_value, order_count, last_order_date FROM customer_summary
WHERE organization_id = %(organization_id)s AND customer_id = ANY (%(customer_ids)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a customer has bought: in all, how often, when last."""

    lifetime_value: Decimal = NOTHING
    order_count: int = 0
    last_order_date: date | None = None


def overdue_customers(actor: Actor) -> list[int]:
    """Everybody with a debt whose day has passed."""
    return [row[0] for row in send(_OVERDUE, moment_of(actor))]


def debtors(
    actor: Actor,
    *,
    limit: int,
    cursor: str | None = None,
    branch_id: int | None = None,
    assigned_to: int | None = None,
) -> Debtors:
    """Who owes, the largest overdue amount first. ``branch_id`` counts debts made in that branch alone.

    Raises Invalid for a cursor of another list.
    """
    return CUSTOMERS.debtors(
        actor,
        limit=limit,
        cursor=cursor,
        branch_id=branch_id,
        narrowed="AND (%(assigned_to)s::bigint IS NULL OR assigned_to = %(assigned_to)s)",
        assigned_to=assigned_to,
    )


def summary_of(customer_id: int, actor: Actor) -> Summary:
    """What a customer has bought."""
    rows = send(_SUMMARY, {"organization_id": actor.organization.id, "customer_id": customer_id})
    return Summary(*rows[0]) if rows else Summary()


def summaries_of(customer_ids: Sequence[int], actor: Actor) -> dict[int, Summary]:
    """The same for several customers by one statement."""
    rows = send(_SUMMARIES, {"organization_id": actor.organization.id, "customer_ids": array(customer_ids)})
    return {row[0]: Summary(*row[1:]) for row in rows}
