"""Suppliers' accounts: what we owe, since when, what has happened, and what is to be paid when."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from smartpos.core.sql import send
from smartpos.crm.models import SupplierEntryKind
from smartpos.crm.queries.ledgers import Ledger, moment_of
from smartpos.identity.actors import Actor

SUPPLIERS = Ledger(
    accounts="suppliers",
    entries="supplier_transactions",
    key="supplier_id",
    kinds=SupplierEntryKind,
    debt_is_negative=False,
    number="''",
    person="owner.contact_person",
)
"""Their accounts; what we owe a supplier is positive."""

WEEK = timedelta(days=7)
WEEKS_AHEAD = 8

_OVERDUE = SUPPLIERS.open_of_all("", "SELECT DISTINCT account_id FROM debt WHERE due_on < %(today)s")
# Everything overdue is to be paid now; what lies beyond the last week is told as one sum.
_EXPECTED = SUPPLIERS.open_of_all(
    "",
    """
SELECT CASE WHEN due_on < %(today)s THEN -1
            ELSE least((due_on - %(monday)s) / 7, %(weeks)s) END AS week,
       sum(open), count(DISTINCT account_id)
FROM debt WHERE %(branch_id)s::bigint IS NULL OR branch_id = %(branch_id)s
GROUP BY 1
""",
)


@dataclass(frozen=True, slots=True)
class Week:
    """What falls due in a week. ``first`` None: before today; ``last`` None: any later day."""

    first: date | None
    last: date | None
    amount: Decimal
    suppliers: int


def overdue_suppliers(actor: Actor) -> list[int]:
    """Everybody whom we should have paid before today."""
    return [row[0] for row in send(_OVERDUE, moment_of(actor))]


def expected_payments(actor: Actor, *, branch_id: int | None = None, weeks: int = WEEKS_AHEAD) -> list[Week]:
    """What has to be paid week by week: what is overdue, this week and the following ones, and all later.

    Weeks begin on Monday. The sum of all is what is owed now.
    """
    today = actor.organization.today
    monday = today - timedelta(days=today.weekday())
    rows = send(_EXPECTED, moment_of(actor) | {"monday": monday, "weeks": weeks, "branch_id": branch_id})
    by_week = {row[0]: row[1:] for row in rows}

    def week(number: int, first: date | None, last: date | None) -> Week:
        amount, suppliers = by_week.get(number, (Decimal("0.00"), 0))
        return Week(first, last, amount, suppliers)

    ahead = [
        week(number, monday + number * WEEK, monday + (number + 1) * WEEK - timedelta(days=1))
        for number in range(weeks)
    ]
    return [
        week(-1, None, today - timedelta(days=1)),
        *ahead,
        week(weeks, monday + weeks * WEEK, None),
    ]
