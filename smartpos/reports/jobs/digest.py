"""The evening's figures."""

from smartpos.core.db import utc_now
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.identity.queries import working_organizations
from smartpos.reports.operations.digest import tell_of_the_day


@periodic("15 * * * *", timeout=120)
def evening() -> None:
    """Every hour: tenants are asked whether it is evening where they are."""
    for organization_id in working_organizations():
        enqueue_after_commit(tell_figures, organization_id)


@job(timeout=120)
def tell_figures(organization_id: int) -> None:
    """Tell a tenant's people how the day went, once a day."""
    tell_of_the_day(organization_id, utc_now())
