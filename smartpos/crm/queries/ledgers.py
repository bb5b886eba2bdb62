"""What is open on an account, and what happened on it: one law for customers, who owe us, and suppliers, whom we owe.

Which debts are open is a law, not a mark on a row: a line that names another takes it back; what else was paid settles
debts oldest first. So the sum of what is open is always what is owed, whatever was entered in which order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from smartpos.core.money import plain
from smartpos.core.paging import decode_cursor, encode_cursor
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor

NOTHING = Decimal("0.00")
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 1, 1)

# ``<accounts>`` picks the accounts with what is on them. What is paid settles debts oldest first, so what is open are
# the newest debts that make up the balance; lines of what was paid need not be read at all.
# A line that takes back one that itself takes back counts for the first of them. Such lines are few, and summed first.
_OPEN = """
WITH account AS (
    <accounts>
), counter AS (
    SELECT coalesce(first.reverses_id, entry.reverses_id) AS id, sum(entry.amount) AS amount
    FROM account
    JOIN <entries> AS entry
      ON entry.organization_id = %(organization_id)s AND entry.<key> = account.account_id
    LEFT JOIN <entries> AS first
      ON first.organization_id = entry.organization_id AND first.id = entry.reverses_id
    WHERE entry.reverses_id IS NOT NULL <until>
    GROUP BY 1
), line AS (
    SELECT account.account_id, entry.id, entry.occurred_at, entry.branch_id, entry.origin_kind, entry.origin_id,
           entry.transaction_type, entry.due_date, <sign>account.balance AS debt,
           <sign>(entry.amount + coalesce(counter.amount, 0)) AS owed
    FROM account
    JOIN <entries> AS entry
      ON entry.organization_id = %(organization_id)s AND entry.<key> = account.account_id
    LEFT JOIN counter ON counter.id = entry.id
    WHERE entry.reverses_id IS NULL AND (entry.amount <owes> 0 OR counter.id IS NOT NULL)
      AND entry.amount + coalesce(counter.amount, 0) <owes> 0 <until>
), placed AS (
    SELECT line.*, coalesce(due_date, (occurred_at AT TIME ZONE %(zone)s)::date) AS due_on,
           debt + owed - sum(owed) OVER (PARTITION BY account_id ORDER BY occurred_at DESC, id DESC) AS beside_newer
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
_ONE = """SELECT %(account_id)s::bigint AS account_id, coalesce(sum(amount), 0.00) AS balance
    FROM <entries>
    WHERE organization_id = %(organization_id)s AND <key> = %(account_id)s AND id < %(before)s"""
_SOME = """SELECT id AS account_id, balance FROM <accounts_table>
    WHERE organization_id = %(organization_id)s AND balance <owes> 0 AND id = ANY (%(account_ids)s::bigint[])"""
# Totals are of all, rows of this page alone; without rows there are still the totals.
_DEBTORS = """, aged AS (
    SELECT account_id, min(due_on) AS oldest, <buckets> FROM debt
    WHERE %(branch_id)s::bigint IS NULL OR branch_id = %(branch_id)s
    GROUP BY account_id
), totals AS (
    SELECT count(*) AS debtors, coalesce(sum(not_due), 0.00) AS not_due, coalesce(sum(days_1_30), 0.00) AS days_1_30,
           coalesce(sum(days_31_60), 0.00) AS days_31_60, coalesce(sum(days_61_90), 0.00) AS days_61_90,
           coalesce(sum(days_over_90), 0.00) AS days_over_90, coalesce(sum(overdue), 0.00) AS overdue,
           coalesce(sum(total), 0.00) AS total
    FROM aged
), shown AS (
    SELECT aged.*, owner.name, owner.phone, <number> AS number, <person> AS person
    FROM aged
    JOIN <accounts_table> AS owner ON owner.organization_id = %(organization_id)s AND owner.id = aged.account_id
    <join>
    WHERE %(after_id)s::bigint IS NULL OR (aged.overdue, aged.total, aged.account_id)
          < (%(after_overdue)s::numeric, %(after_total)s::numeric, %(after_id)s::bigint)
    ORDER BY aged.overdue DESC, aged.total DESC, aged.account_id DESC LIMIT %(limit)s
)
SELECT totals.debtors, totals.not_due, totals.days_1_30, totals.days_31_60, totals.days_61_90, totals.days_over_90,
       totals.overdue, totals.total, shown.account_id, shown.name, shown.phone, shown.number, shown.person,
       shown.oldest, shown.not_due, shown.days_1_30, shown.days_31_60, shown.days_61_90, shown.days_over_90,
       shown.overdue, shown.total
FROM totals LEFT JOIN shown ON true
ORDER BY shown.overdue DESC, shown.total DESC, shown.account_id DESC
"""
_ENTRIES = """
SELECT entry.id, entry.occurred_at, entry.transaction_type, entry.amount, <more>, entry.due_date, entry.reverses_id,
       entry.origin_kind, entry.origin_id, entry.note, branch.name, person.full_name,
       %(opening)s + sum(entry.amount) OVER (ORDER BY entry.occurred_at, entry.id)
FROM <entries> AS entry
LEFT JOIN branches AS branch ON branch.organization_id = entry.organization_id AND branch.id = entry.branch_id
LEFT JOIN users AS person ON person.organization_id = entry.organization_id AND person.id = entry.created_by
WHERE entry.organization_id = %(organization_id)s AND entry.<key> = %(account_id)s
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
FROM <entries>
WHERE organization_id = %(organization_id)s AND <key> = %(account_id)s AND occurred_at < %(until)s
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
    kind: StrEnum
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
    """An account with a debt; ``oldest`` is the day the oldest open debt was due, ``person`` whom to ask about it."""

    account_id: int
    name: str
    phone: str | None
    number: str
    person: str | None
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
    """A line of an account; ``balance`` is what it left. Turnover and points are customers' alone."""

    id: int
    occurred_at: datetime
    kind: StrEnum
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


@dataclass(frozen=True)
class Ledger:
    """A table of accounts with its table of lines, and which sign a debt has in them.

    ``number`` and ``person`` are SQL about an account as ``owner`` (with ``join``) that lists show of it; ``more`` are
    the turnover and the points of a line.
    """

    accounts: str
    entries: str
    key: str
    kinds: type[StrEnum]
    debt_is_negative: bool
    number: str
    person: str
    join: str = ""
    more: str = "0.00, 0.00, 0.00"

    def sql(self, statement: str, **parts: str) -> str:
        """A statement with the names of this ledger in their places."""
        names = {
            **parts,
            "entries": self.entries,
            "accounts_table": self.accounts,
            "key": self.key,
            "sign": "-" if self.debt_is_negative else "",
            "owes": "<" if self.debt_is_negative else ">",
            "number": self.number,
            "person": self.person,
            "join": self.join,
            "more": self.more,
            "buckets": _BUCKETS,
        }
        for name, text in names.items():
            statement = statement.replace(f"<{name}>", text)
        return statement

    def debt_of(self, balance: Decimal) -> Decimal:
        """What is owed of a balance; nothing when it is a prepayment."""
        return max(-balance if self.debt_is_negative else balance, NOTHING)

    @cached_property
    def _debts(self) -> str:
        return self.open_debts_sql(_DEBTS, accounts=_ONE, until="AND entry.id < %(before)s")

    @cached_property
    def _ages(self) -> str:
        return self.sql(
            f"{_OPEN} SELECT account_id, {_BUCKETS} FROM debt GROUP BY account_id", accounts=_SOME, until=""
        )

    def open_debts(self, account_id: int, actor: Actor, *, before: int | None = None) -> list[OpenDebt]:
        """What is open of each debt of an account, the oldest first.

        ``before`` asks how it was when the line of that id was about to be entered.
        """
        parameters = moment_of(actor) | {
            "account_id": account_id,
            "before": before if before is not None else 2**63 - 1,
        }
        return [OpenDebt(*(*row[:9], self.kinds(row[9]), row[10])) for row in send(self._debts, parameters)]

    def ageing_of(self, account_ids: Sequence[int], actor: Actor) -> dict[int, Ageing]:
        """The ageing of several accounts by one statement; those without a debt are missing."""
        if not account_ids:
            return {}
        rows = send(self._ages, moment_of(actor) | {"account_ids": array(account_ids)})
        return {row[0]: Ageing(*row[1:]) for row in rows}

    def open_debts_sql(self, statement: str, *, accounts: str, until: str) -> str:
        """SQL that reads ``debt``, the open debts of ``accounts`` (SQL too) made up of the lines that fit ``until``."""
        return self.sql(_OPEN + statement, accounts=accounts, until=until)

    def open_of_all(self, narrowed: str, statement: str) -> str:
        """SQL that reads ``debt``, the open debts of all accounts that owe and fit ``narrowed``."""
        every = """SELECT id AS account_id, balance FROM <accounts_table>
    WHERE organization_id = %(organization_id)s AND balance <owes> 0"""
        return self.open_debts_sql(statement, accounts=f"{every} {narrowed}", until="")

    def debtors(
        self,
        actor: Actor,
        *,
        limit: int,
        cursor: str | None = None,
        branch_id: int | None = None,
        narrowed: str = "",
        **facts: Any,
    ) -> Debtors:
        """The accounts with a debt, the largest overdue amount first. ``branch_id`` counts debts of that branch alone;
        ``narrowed`` is SQL about an account, ``facts`` its parameters.

        Raises Invalid for a cursor of another list.
        """
        after = decode_cursor(cursor, [Decimal, Decimal, int]) if cursor else (None, None, None)
        rows = send(
            self.open_of_all(narrowed, _DEBTORS),
            moment_of(actor)
            | facts
            | {"branch_id": branch_id, "limit": limit + 1}
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
            following = encode_cursor([last.ageing.overdue, last.ageing.total, last.account_id])
        return Debtors(found, rows[0][0], Ageing(*rows[0][1 : width + 1]), following)

    def statement(
        self,
        account_id: int,
        actor: Actor,
        *,
        first_day: date | None = None,
        last_day: date | None = None,
        limit: int,
        cursor: str | None = None,
    ) -> Statement:
        """An account from one business day to another, both included, the earliest line first.

        Raises Invalid for a cursor of another list.
        """
        zone = actor.organization.zone
        since = _midnight(max(first_day or FIRST_DAY, FIRST_DAY), zone)
        until = _midnight(min(last_day or LAST_DAY, LAST_DAY) + timedelta(days=1), zone)
        after, after_id = (
            decode_cursor(cursor, [datetime, int]) if cursor else (_midnight(FIRST_DAY, zone), 0)
        )
        parameters = {
            "organization_id": actor.organization.id,
            "account_id": account_id,
            "since": since,
            "until": until,
            "after": after,
            "after_id": after_id,
        }
        opening, forward, closing, debited, credited = send(self.sql(_SUMS), parameters)[0]
        start = forward if cursor else opening
        rows = send(self.sql(_ENTRIES), parameters | {"opening": start, "limit": limit + 1})
        entries = [Entry(*(*row[:2], self.kinds(row[2]), *row[3:])) for row in rows[:limit]]
        following = encode_cursor([entries[-1].occurred_at, entries[-1].id]) if len(rows) > limit else None
        return Statement(opening, start, closing, debited, credited, entries, following)


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
    """The same sums as ``Ledger.ageing_of`` for debts that are at hand."""
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


def shown_amount(value: Decimal) -> str:
    """An amount as the API sends it: two digits, without a minus before zero."""
    return plain(value if value else NOTHING)


def moment_of(actor: Actor) -> dict[str, Any]:
    """What every question about open debts needs to know: whose they are, where, and which day it is there."""
    return {
        "organization_id": actor.organization.id,
        "zone": actor.organization.timezone,
        "today": actor.organization.today,
    }


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
