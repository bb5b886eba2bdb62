"""Periodic work of stock."""

from smartpos.core.db import utc_now
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.queries import organizations_at, system_actor
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
