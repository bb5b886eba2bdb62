"""A day in a few figures, as it is told in the evening."""

from datetime import date, timedelta
from typing import Any

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.money import ZERO, round_money
from smartpos.identity.actors import Actor
from smartpos.reports.queries.summaries import DayOfBranch, Reach, branches_seen, read_together

BEST = 3


def day_in_figures(day: date, actor: Actor) -> dict[str, Any] | None:
    """What the branches that ``actor`` sees sold on a day, as facts of a notice; None when nothing was sold.

    Amounts are text of the tenant's currency; the profit is there only for those who may see costs.
    """
    before = day - timedelta(days=7)
    branch_ids = [branch.id for branch in branches_seen()]

    def read(reach: Reach) -> tuple[list[DayOfBranch], list[DayOfBranch], list[str]]:
        best = [product.name for product in reach.products(day, day, limit=BEST)]
        return reach.days(day, day), reach.days(before, before), best

    today, week_before, best = read_together(actor, branch_ids, read)
    receipts = sum(one.receipts for one in today)
    refunds = sum(one.refunds for one in today)
    if not receipts and not refunds:
        return None
    revenue = sum((one.revenue for one in today), ZERO)
    profit = revenue - sum((one.tax + one.cost for one in today), ZERO)
    return {
        "day": day.isoformat(),
        "currency": actor.organization.currency,
        "revenue": str(revenue),
        "receipts": receipts,
        "average": str(round_money(revenue / receipts) if receipts else ZERO),
        "profit": str(profit) if actor.can(CatalogPermission.COST_READ) else None,
        "week_before": str(sum((one.revenue for one in week_before), ZERO)),
        "refunds": refunds,
        "refunded": str(sum((one.refunded for one in today), ZERO)),
        "products": best,
    }
