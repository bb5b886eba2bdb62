"""The figures of a period: what was sold, what it cost, what was spent, and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.reports.queries.summaries import ProductSold, Reach, Totals, read_together

TOP = 10

_SPENT = """
SELECT coalesce(sum(amount), 0.00) FROM expenses
WHERE organization_id = %(organization_id)s AND status <> 'cancelled'
  AND spent_on BETWEEN %(since)s AND %(until)s AND branch_id = ANY (%(branches)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Stats:
    """Sums over a period, refunds taken off; ``products`` are those that brought most."""

    totals: Totals
    expenses: Decimal
    products: list[ProductSold]

    @property
    def gross_profit(self) -> Decimal:
        """What sales have earned: the revenue without its VAT, less what the goods cost."""
        return self.totals.revenue - self.totals.tax - self.totals.cost

    @property
    def net_profit(self) -> Decimal:
        """What of it is left after what was spent."""
        return self.gross_profit - self.expenses


def stats_of(actor: Actor, branch_ids: Sequence[int], since: date, until: date) -> Stats:
    """The figures of these branches from one day to another, both included; by five statements."""
    spent = send(
        _SPENT,
        {
            "organization_id": actor.organization.id,
            "since": since,
            "until": until,
            "branches": array(branch_ids),
        },
    )[0][0]

    def read(reach: Reach) -> Stats:
        return Stats(reach.totals(since, until), spent, reach.products(since, until, limit=TOP))

    return read_together(actor, branch_ids, read)
