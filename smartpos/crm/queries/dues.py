"""What is due: how many accounts are overdue or will be soon, with how much, and the largest of them by name."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from smartpos.core.sql import send
from smartpos.crm.queries.ledgers import NOTHING, Ledger, moment_of
from smartpos.identity.actors import Actor

_DUE = """, due AS (
    SELECT account_id, coalesce(sum(open) FILTER (WHERE due_on < %(today)s), 0.00) AS overdue,
           coalesce(sum(open) FILTER (WHERE due_on >= %(today)s), 0.00) AS soon
    FROM debt WHERE due_on <= %(until)s GROUP BY account_id
)
SELECT owner.name, due.overdue + due.soon, count(*) FILTER (WHERE due.overdue > 0) OVER (),
       sum(due.overdue) OVER (), count(*) FILTER (WHERE due.soon > 0) OVER (), sum(due.soon) OVER ()
FROM due
JOIN <accounts_table> AS owner ON owner.organization_id = %(organization_id)s AND owner.id = due.account_id
ORDER BY due.overdue DESC, due.soon DESC, due.account_id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Dues:
    """What is overdue and what falls due soon: how many accounts, how much; ``largest`` are names with amounts."""

    overdue_accounts: int = 0
    overdue: Decimal = NOTHING
    soon_accounts: int = 0
    soon: Decimal = NOTHING
    largest: list[tuple[str, Decimal]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is due."""
        return not self.overdue_accounts and not self.soon_accounts


def dues_of(ledger: Ledger, actor: Actor, *, days: int, most: int) -> Dues:
    """What is due in the accounts of a ledger today, with what falls due within ``days``. One statement."""
    until = actor.organization.today + timedelta(days=days)
    rows = send(ledger.open_of_all("", _DUE), moment_of(actor) | {"until": until, "most": most})
    if not rows:
        return Dues()
    _name, _amount, overdue_accounts, overdue, soon_accounts, soon = rows[0]
    return Dues(overdue_accounts, overdue, soon_accounts, soon, [(row[0], row[1]) for row in rows])
