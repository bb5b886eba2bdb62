"""Customers' accounts: what is open, since when it is overdue, and what has happened.

Which debts are open is a law, not a mark on a row: a line that names another takes it back; what else was paid settles
debts oldest first. So the sum of what is open is always what the customer owes, whatever was entered in which order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from smartpos.core.db import utc_now
from smartpos.core.money import plain
from smartpos.core.paging import decode_cursor, encode_cursor
from smartpos.core.sql import array, send
from smartpos.crm.models import CustomerEntryKind
from smartpos.identity.actors import Actor

NOTHING = Decimal("0.00")
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)

# ``{accounts}`` picks the accounts with what is on them. What is paid settles debts oldest first, so what is open are
# the newest debts that make up the balance; lines of what was paid need not be read at all.
# A line that takes back one that itself takes back counts for the first of them. Such lines are few, and summed first.
_OPEN = """
WITH account AS (
    {accounts}
), counter AS (
    SELECT coalesce(first.reverses_id, entry.reverses_id) AS id, sum(entry.amount) AS amount
    FROM account
    JOIN customer_transactions AS entry
      ON entry.organization_id = %(organization_id)s AND entry.customer_id = account.customer_id
    LEFT JOIN customer_transactions AS first
      ON first.organization_id = entry.organization_id AND first.id = entry.reverses_id
    WHERE entry.reverses_id IS NOT NULL {until}
    GROUP BY 1
), line AS (
    SELECT entry.customer_id, entry.id, entry.occurred_at, entry.branch_id, entry.origin_kind, entry.origin_id,
           entry.transaction_type, entry.due_date, -account.balance AS debt,
           -(entry.amount + coalesce(counter.amount, 0)) AS owed
    FROM account
    JOIN customer_transactions AS entry
      ON entry.organization_id = %(organization_id)s AND entry.customer_id = account.customer_id
    LEFT JOIN counter ON counter.id = entry.id
    WHERE entry.reverses_id IS NULL AND (entry.amount < 0 OR counter.id IS NOT NULL)
      AND entry.amount + coalesce(counter.amount, 0) < 0 {until}
), placed AS (
    SELECT line.*, coalesce(due_date, (occurred_at AT TIME ZONE %(zone)s)::date) AS due_on,
           debt + owed - sum(owed) OVER (PARTITION BY customer_id ORDER BY occurred_at DESC, id DESC) AS beside_newer
    FROM line
), debt AS (
    SELECT *, least(owed, beside_newer) AS open FROM placed WHERE beside_newer > 0
)
"""
_DEBTS = """
SELECT id, occurred_at, due_date, due_on, owed, open, %(today)s - due_on, origin_kind, origin_id, transaction_type,
       branch_id
FROM debt ORDER BY occurred_at, id
"""
_BUCKETS = """
       coalesce(sum(open) FILTER (WHERE %(today)s <= due_on), 0.00) AS not_due,
       coalesce(sum(open) FILTER (WHERE %(today)s - due_on BETWEEN 1 AND 30), 0.00) AS days_1_30,
       coalesce(sum(open) FILTER (WHERE %(today)s - due_on BETWEEN 31 AND 60), 0.00) AS days_31_60,
       coalesce(sum(open) FILTER (WHERE %(today)s - due_on BETWEEN 61 AND 90), 0.00) AS days_61_90,
       coalesce(sum(open) FILTER (WHERE %(today)s - due_on > 90), 0.00) AS days_over_90,
       coalesce(sum(open) FILTER (WHERE %(today)s > due_on), 0.00) AS overdue,
       coalesce(sum(open), 0.00) AS total
"""
_OF_ONE = _OPEN.format(
    accounts="""SELECT %(customer_id)s::bigint AS customer_id, coalesce(sum(amount), 0.00) AS balance
    FROM customer_transactions
    WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND id < %(before)s""",
    until="AND entry.id < %(before)s",
)
_OF_SOME = _OPEN.format(
    accounts="""SELECT id AS customer_id, balance FROM customers
    WHERE organization_id = %(organization_id)s AND balance < 0 AND id = ANY (%(customer_ids)s::bigint[])""",
    until="",
)
_OF_DEBTORS = _OPEN.format(
    accounts="""SELECT id AS customer_id, balance FROM customers
    WHERE organization_id = %(organization_id)s AND balance < 0
      AND (%(assigned_to)s::bigint IS NULL OR assigned_to = %(assigned_to)s)""",
    until="",
)
_AGEING_OF_SOME = f"{_OF_SOME} SELECT customer_id, {_BUCKETS} FROM debt GROUP BY customer_id"
# Totals are of all debtors, rows of this page alone; without rows there are still the totals.
_DEBTORS = f"""{_OF_DEBTORS}, aged AS (
    SELECT customer_id, min(due_on) AS oldest, {_BUCKETS} FROM debt
    WHERE %(branch_id)s::bigint IS NULL OR branch_id = %(branch_id)s
    GROUP BY customer_id
), totals AS (
    SELECT count(*) AS debtors, coalesce(sum(not_due), 0.00) AS not_due, coalesce(sum(days_1_30), 0.00) AS days_1_30,
           coalesce(sum(days_31_60), 0.00) AS days_31_60, coalesce(sum(days_61_90), 0.00) AS days_61_90,
           coalesce(sum(days_over_90), 0.00) AS days_over_90, coalesce(sum(overdue), 0.00) AS overdue,
           coalesce(sum(total), 0.00) AS total
    FROM aged
), shown AS (
    SELECT aged.*, customer.name, customer.phone, customer.customer_number, person.full_name AS assignee
    FROM aged
    JOIN customers AS customer ON customer.organization_id = %(organization_id)s AND customer.id = aged.customer_id
    LEFT JOIN users AS person
      ON person.organization_id = customer.organization_id AND person.id = customer.assigned_to
    WHERE %(after_id)s::bigint IS NULL OR (aged.overdue, aged.total, aged.customer_id)
          < (%(after_overdue)s::numeric, %(after_total)s::numeric, %(after_id)s::bigint)
    ORDER BY aged.overdue DESC, aged.total DESC, aged.customer_id DESC LIMIT %(limit)s
)
SELECT totals.debtors, totals.not_due, totals.days_1_30, totals.days_31_60, totals.days_61_90, totals.days_over_90,
       totals.overdue, totals.total, shown.customer_id, shown.name, shown.phone, shown.customer_number, shown.assignee,
       shown.oldest, shown.not_due, shown.days_1_30, shown.days_31_60, shown.days_61_90, shown.days_over_90,
       shown.overdue, shown.total
FROM totals LEFT JOIN shown ON true
ORDER BY shown.overdue DESC, shown.total DESC, shown.customer_id DESC
"""
_OVERDUE = f"{_OF_DEBTORS} SELECT DISTINCT customer_id FROM debt WHERE due_on < %(today)s"

_ENTRIES = """
SELECT entry.id, entry.occurred_at, entry.transaction_type, entry.amount, entry.turnover, entry.points_earned,
       entry.points_used, entry.due_date, entry.reverses_id, entry.origin_kind, entry.origin_id, entry.note,
       branch.name, person.full_name,
       %(opening)s + sum(entry.amount) OVER (ORDER BY entry.occurred_at, entry.id)
FROM customer_transactions AS entry
LEFT JOIN branches AS branch ON branch.organization_id = entry.organization_id AND branch.id = entry.branch_id
LEFT JOIN users AS person ON person.organization_id = entry.organization_id AND person.id = entry.created_by
WHERE entry.organization_id = %(organization_id)s AND entry.customer_id = %(customer_id)s
  AND entry.occurred_at >= %(since)s AND entry.occurred_at < %(until)s
  AND (entry.occurred_at, entry.id) > (%(after)s::timestamptz, %(after_id)s::bigint)
ORDER BY entry.occurred_at, entry.id LIMIT %(limit)s
"""
# Before the period; up to where the page before it ended; and at the end of the period.
_SUMS = """
SELECT coalesce(sum(amount) FILTER (WHERE occurred_at < %(since)s), 0.00),
       coalesce(sum(amount) FILTER (
           WHERE occurred_at < %(since)s OR (occurred_at, id) <= (%(after)s::timestamptz, %(after_id)s::bigint)), 0.00),
       coalesce(sum(amount), 0.00),
       coalesce(sum(amount) FILTER (WHERE amount < 0 AND occurred_at >= %(since)s), 0.00),
       coalesce(sum(amount) FILTER (WHERE amount > 0 AND occurred_at >= %(since)s), 0.00)
FROM customer_transactions
WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND occurred_at < %(until)s
"""
_SUMMARY = """
SELECT lifetime_value, order_count, last_order_date FROM customer_summary
WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s
"""
_SUMMARIES = """
SELECT customer_id, lifetime_value, order_count, last_order_date FROM customer_summary
WHERE organization_id = %(organization_id)s AND customer_id = ANY (%(customer_ids)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """What is still open of a debt. ``owed`` is what it was, less what was taken back; ``days_overdue`` may be
    negative."""

    entry_id: int
    occurred_at: datetime
    due_date: date | None
    due_on: date
    owed: Decimal
    open: Decimal
    days_overdue: int
    origin_kind: str
    origin_id: int
    kind: CustomerEntryKind
    branch_id: int | None


@dataclass(frozen=True, slots=True)
class Ageing:
    """An open debt by how long it is overdue, in days."""

    not_due: Decimal = NOTHING
    days_1_30: Decimal = NOTHING
    days_31_60: Decimal = NOTHING
    days_61_90: Decimal = NOTHING
    days_over_90: Decimal = NOTHING
    overdue: Decimal = NOTHING
    total: Decimal = NOTHING


BUCKETS = tuple(field.name for field in fields(Ageing))


@dataclass(frozen=True, slots=True)
class Debtor:
    """Somebody who owes; ``oldest`` is the day the oldest open debt was due."""

    customer_id: int
    name: str
    phone: str | None
    number: str
    assignee: str | None
    oldest: date
    ageing: Ageing


@dataclass(frozen=True, slots=True)
class Debtors:
    """A page of debtors, the longest overdue amounts first, with the totals of all of them."""

    items: list[Debtor]
    count: int
    totals: Ageing
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an account; ``balance`` is what it left."""

    id: int
    occurred_at: datetime
    kind: CustomerEntryKind
    amount: Decimal
    turnover: Decimal
    points_earned: Decimal
    points_used: Decimal
    due_date: date | None
    reverses_id: int | None
    origin_kind: str
    origin_id: int
    note: str | None
    branch: str | None
    author: str | None
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """An account in a period: what was there before it, its lines, what was there at its end.

    ``brought_forward`` is what the first line of this page starts from. ``debited`` and ``credited`` are the sums of
    the period, negative and positive.
    """

    opening: Decimal
    brought_forward: Decimal
    closing: Decimal
    debited: Decimal
    credited: Decimal
    entries: list[Entry]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a customer has bought: in all, how often, when last."""

    lifetime_value: Decimal = NOTHING
    order_count: int = 0
    last_order_date: date | None = None


def today_of(actor: Actor) -> date:
    """The business day it is for the tenant."""
    return utc_now().astimezone(actor.organization.zone).date()


def open_debts(customer_id: int, actor: Actor, *, before: int | None = None) -> list[OpenDebt]:
    """What is open of each debt of a customer, the oldest first.

    ``before`` asks how it was when the line of that id was about to be entered.
    """
    parameters = _moment(actor) | {
        "customer_id": customer_id,
        "before": before if before is not None else 2**63 - 1,
    }
    return [
        OpenDebt(*(*row[:9], CustomerEntryKind(row[9]), row[10]))
        for row in send(_OF_ONE + _DEBTS, parameters)
    ]


def settle(debts: Sequence[OpenDebt], amount: Decimal) -> list[tuple[OpenDebt, Decimal]]:
    """Which debts an amount settles, and how much of each: the oldest first."""
    settled = []
    for debt in debts:
        if amount <= 0:
            break
        part = min(debt.open, amount)
        settled.append((debt, part))
        amount -= part
    return settled


def ageing_of_debts(debts: Sequence[OpenDebt]) -> Ageing:
    """The same sums as ``ageing_of`` for debts that are at hand."""
    sums = dict.fromkeys(BUCKETS, NOTHING)
    for debt in debts:
        sums[bucket_of(debt.days_overdue)] += debt.open
        sums["total"] += debt.open
        if debt.days_overdue > 0:
            sums["overdue"] += debt.open
    return Ageing(**sums)


def bucket_of(days_overdue: int) -> str:
    """The name of the part of an ``Ageing`` a debt belongs to."""
    if days_overdue <= 0:
        return "not_due"
    for most, name in ((30, "days_1_30"), (60, "days_31_60"), (90, "days_61_90")):
        if days_overdue <= most:
            return name
    return "days_over_90"


def ageing_of(customer_ids: Sequence[int], actor: Actor) -> dict[int, Ageing]:
    """The ageing of several customers by one statement; those who owe nothing are missing."""
    if not customer_ids:
        return {}
    rows = send(_AGEING_OF_SOME, _moment(actor) | {"customer_ids": array(customer_ids)})
    return {row[0]: Ageing(*row[1:]) for row in rows}


def overdue_customers(actor: Actor) -> list[int]:
    """Everybody with a debt whose day has passed."""
    return [row[0] for row in send(_OVERDUE, _moment(actor) | {"assigned_to": None})]


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
    after = decode_cursor(cursor, [Decimal, Decimal, int]) if cursor else (None, None, None)
    rows = send(
        _DEBTORS,
        _moment(actor)
        | {"assigned_to": assigned_to, "branch_id": branch_id, "limit": limit + 1}
        | dict(zip(("after_overdue", "after_total", "after_id"), after, strict=True)),
    )
    width = len(BUCKETS)
    found = [
        Debtor(*(*row[width + 1 : width + 7], Ageing(*row[width + 7 :])))
        for row in rows
        if row[width + 1] is not None
    ]
    following = None
    if len(found) > limit:
        found = found[:limit]
        last = found[-1]
        following = encode_cursor([last.ageing.overdue, last.ageing.total, last.customer_id])
    return Debtors(found, rows[0][0], Ageing(*rows[0][1 : width + 1]), following)


def statement(
    customer_id: int,
    actor: Actor,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    limit: int,
    cursor: str | None = None,
) -> Statement:
    """A customer's account from one business day to another, both included, the earliest line first.

    Raises Invalid for a cursor of another list.
    """
    zone = actor.organization.zone
    since = _midnight(max(first_day or FIRST_DAY, FIRST_DAY), zone)
    until = _midnight(min(last_day or LAST_DAY, LAST_DAY) + timedelta(days=1), zone)
    after, after_id = decode_cursor(cursor, [datetime, int]) if cursor else (_midnight(FIRST_DAY, zone), 0)
    parameters = {
        "organization_id": actor.organization.id,
        "customer_id": customer_id,
        "since": since,
        "until": until,
        "after": after,
        "after_id": after_id,
    }
    opening, forward, closing, debited, credited = send(_SUMS, parameters)[0]
    rows = send(_ENTRIES, parameters | {"opening": forward if cursor else opening, "limit": limit + 1})
    entries = [Entry(*(*row[:2], CustomerEntryKind(row[2]), *row[3:])) for row in rows[:limit]]
    following = encode_cursor([entries[-1].occurred_at, entries[-1].id]) if len(rows) > limit else None
    return Statement(opening, forward if cursor else opening, closing, debited, credited, entries, following)


def summary_of(customer_id: int, actor: Actor) -> Summary:
    """What a customer has bought."""
    rows = send(_SUMMARY, {"organization_id": actor.organization.id, "customer_id": customer_id})
    return Summary(*rows[0]) if rows else Summary()


def summaries_of(customer_ids: Sequence[int], actor: Actor) -> dict[int, Summary]:
    """The same for several customers by one statement."""
    rows = send(_SUMMARIES, {"organization_id": actor.organization.id, "customer_ids": array(customer_ids)})
    return {row[0]: Summary(*row[1:]) for row in rows}


def shown_amount(value: Decimal) -> str:
    """An amount as the API sends it: two digits, without a minus before zero."""
    return plain(value if value else NOTHING)


def _moment(actor: Actor) -> dict[str, Any]:
    return {
        "organization_id": actor.organization.id,
        "zone": actor.organization.timezone,
        "today": today_of(actor),
    }


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
