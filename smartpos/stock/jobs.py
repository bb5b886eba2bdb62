"""Periodic work of stock."""

from smartpos.core.db import utc_now
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.queries import organizations_at, system_actor, working_organizations
from smartpos.stock.operations.level_sweep import sweep_levels
from smartpos.stock.operations.telling import tell_of_expiring

MORNING = 7


@job(timeout=300)
def tell_expiring_of(organization_id: int) -> None:
    """Tell a shop of lots that have expired or will soon."""
    with tenant_scope(organization_id):
        tell_of_expiring(actor=system_actor(organization_id))


@periodic("12 * * * *", timeout=120)
def tell_expiring() -> None:
    """In the morning of each shop: lots that have expired or will soon."""
    for organization_id in organizations_at(MORNING, utc_now()):
        enqueue_after_commit(tell_expiring_of, organization_id)


@job(timeout=300)
def sweep_levels_of(organization_id: int) -> None:
    """Look over the levels of a shop."""
    with tenant_scope(organization_id):
        sweep_levels(actor=system_actor(organization_id))


@periodic("25 * * * *", timeout=120)
def sweep_low_stock() -> None:
    """Every hour: what runs low and was not told is told."""
    for organization_id in working_organizations():
        enqueue_after_commit(sweep_levels_of, organization_id)
