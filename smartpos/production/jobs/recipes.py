"""Keeping the costs of recipes, whatever has changed them: counts, corrections, costs typed by hand, new days."""

from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.queries import system_actor, working_organizations
from smartpos.production.operations.costing import refresh_costs


@job(timeout=300)
def refresh_costs_of(organization_id: int) -> None:
    """Roll up the costs of a shop's recipes anew."""
    with tenant_scope(organization_id):
        refresh_costs(actor=system_actor(organization_id))


@periodic("37 * * * *", timeout=120)
def refresh_costs_of_recipes() -> None:
    """Every hour: what recipes cost. What purchases change is known at once; this finds the rest."""
    for organization_id in working_organizations():
        enqueue_after_commit(refresh_costs_of, organization_id)
