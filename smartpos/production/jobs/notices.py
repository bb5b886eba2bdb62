"""Looking out for what people of production must hear of: upkeep that is due, orders that are late."""

from smartpos.core.db import utc_now
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.queries import organizations_at, system_actor, working_organizations
from smartpos.production.operations.notices import find_overdue, tell_of_upkeep

MORNING = 7


@job(timeout=300)
def tell_upkeep_of(organization_id: int) -> None:
    """Tell a shop of machines whose upkeep is due."""
    with tenant_scope(organization_id):
        tell_of_upkeep(actor=system_actor(organization_id))


@periodic("14 * * * *", timeout=120)
def tell_upkeep() -> None:
    """In the morning of each shop: machines whose upkeep is due today or late."""
    for organization_id in organizations_at(MORNING, utc_now()):
        enqueue_after_commit(tell_upkeep_of, organization_id)


@job(timeout=300)
def find_overdue_of(organization_id: int) -> None:
    """Find the orders of a shop that have become late."""
    with tenant_scope(organization_id):
        find_overdue(actor=system_actor(organization_id))


@periodic("*/15 * * * *", timeout=120)
def find_overdue_orders() -> None:
    """Four times an hour: production orders that were due and are not finished."""
    for organization_id in working_organizations():
        enqueue_after_commit(find_overdue_of, organization_id)
