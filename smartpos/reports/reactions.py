"""What follows from what has happened elsewhere."""

from smartpos.core.events import Happened, on
from smartpos.core.scope import current_organization_id
from smartpos.reports.operations.summaries import refresh_summaries


@on("sales.shift_closed")
def sum_up(_event: Happened) -> None:
    """After a shift its day is looked at; a worker without a scheduler keeps the summaries all the same."""
    organization_id = current_organization_id()
    if organization_id is not None:
        refresh_summaries(organization_id)
