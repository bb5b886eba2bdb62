"""What is open of every debt, as a table that reports may select from: on any day, for all accounts together."""

import re
from datetime import date, timedelta

from sqlalchemy import BigInteger, Date, DateTime, Numeric, Subquery, Text, column, text

from smartpos.core.reports import Asked
from smartpos.core.scope import current_organization_id
from smartpos.crm.queries.ledgers import Ledger

# What is owed now stands in the accounts, and an index finds those that owe; another day has to be added up.
_NOW = """SELECT id AS account_id, balance FROM <accounts_table>
    WHERE organization_id = %(organization_id)s AND balance <owes> 0"""
_THEN = """SELECT <key> AS account_id, sum(amount) AS balance FROM <entries>
    WHERE organization_id = %(organization_id)s AND occurred_at < %(until)s
    GROUP BY <key> HAVING sum(amount) <owes> 0"""
_SHOWN = """
SELECT id AS entry_id, account_id, occurred_at, branch_id, origin_kind, origin_id, transaction_type, due_on, owed, open
FROM debt
"""
_NAMED = re.compile(r"%\((\w+)\)s")


def open_parts(ledger: Ledger, asked: Asked, day: date | None = None) -> Subquery:
    """The open part of each debt of a ledger at the end of a day, None for now; by the law of ``ledgers``.

    Columns: ``entry_id``, ``account_id``, ``occurred_at``, ``branch_id``, ``origin_kind``, ``origin_id``,
    ``transaction_type``, ``due_on``, ``owed`` (what the debt was, less what was taken back), ``open``.
    """
    facts = {"organization_id": current_organization_id(), "zone": str(asked.zone)}
    is_past = day is not None and day < asked.today
    if day is not None and is_past:
        facts["until"] = asked.midnight(day + timedelta(days=1))  # type: ignore[assignment]
    statement = ledger.open_debts_sql(
        _SHOWN,
        accounts=_THEN if is_past else _NOW,
        until="AND entry.occurred_at < %(until)s" if is_past else "",
    )
    written = text(_NAMED.sub(r":\1", statement)).bindparams(**facts)
    return written.columns(
        column("entry_id", BigInteger),
        column("account_id", BigInteger),
        column("occurred_at", DateTime(timezone=True)),
        column("branch_id", BigInteger),
        column("origin_kind", Text),
        column("origin_id", BigInteger),
        column("transaction_type", Text),
        column("due_on", Date),
        column("owed", Numeric(18, 2)),
        column("open", Numeric(18, 2)),
    ).subquery("debt")
