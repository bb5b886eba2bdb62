"""The statistics of 001."""

from datetime import date, timedelta
from typing import Any

from flask import Response, jsonify
from flask_babel import gettext as _

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.errors import Invalid
from smartpos.core.money import round_money
from smartpos.core.permissions import needs
from smartpos.finance.permissions import FinancePermission
from smartpos.identity.principal import me
from smartpos.reports.api.blueprint import blueprint
from smartpos.reports.permissions import ReportsPermission
from smartpos.reports.queries.filters import FIRST_DAY, LAST_DAY
from smartpos.reports.queries.stats import stats_of
from smartpos.reports.queries.summaries import branches_seen
from smartpos.reports.schemas.stats import StatsOut, StatsQuery

LONGEST = timedelta(days=3660)


@blueprint.get("/stats")
@needs(ReportsPermission.STATS_READ)
@blueprint.arguments(StatsQuery, location="query")
@blueprint.response(200, StatsOut)
def read_stats(query: dict[str, Any]) -> Response:
    """What was sold, spent and earned in a period of at most ten years, in one branch or in all that are seen."""
    actor = me()
    since, until = _period(query["since"], query["until"], actor.organization.today)
    seen = [one.id for one in branches_seen()]
    if query["branch_id"] is not None:
        if query["branch_id"] not in seen:
            raise _wrong("branch_id", _("There is no such branch."))
        seen = [query["branch_id"]]
    stats = stats_of(actor, seen, since, until)
    totals = stats.totals
    sees_cost = actor.can(CatalogPermission.COST_READ)
    sees_net = actor.can(FinancePermission.REPORT_READ)
    sees_spent = sees_net or actor.can(FinancePermission.EXPENSE_READ)
    facts = {
        "since": since,
        "until": until,
        "branch_id": query["branch_id"],
        "revenue": totals.revenue,
        "tax": totals.tax,
        "cost": totals.cost if sees_cost else None,
        "gross_profit": stats.gross_profit if sees_cost else None,
        "expenses": stats.expenses if sees_spent else None,
        "net_profit": stats.net_profit if sees_cost and sees_net else None,
        "receipts": totals.receipts,
        "average_receipt": round_money(totals.revenue / totals.receipts) if totals.receipts else None,
        "top_products": [
            {
                "product_id": one.product_id,
                "name": one.name,
                "quantity": one.quantity,
                "revenue": one.revenue,
                "profit": one.profit if sees_cost else None,
            }
            for one in stats.products
        ],
    }
    return jsonify(StatsOut().dump(facts))


def _period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    since, until = first or min(today, last or today), last or max(today, first or today)
    for name, day in (("from", since), ("to", until)):
        if not FIRST_DAY <= day <= LAST_DAY:
            raise _wrong(name, _("This is not a date."))
    if since > until:
        raise _wrong("to", _("This is before the first day."))
    if until - since >= LONGEST:
        raise _wrong("to", _("This period is too long."))
    return since, until


def _wrong(name: str, problem: str) -> Invalid:
    return Invalid(problem, errors={name: [problem]})
