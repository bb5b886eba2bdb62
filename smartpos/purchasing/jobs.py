"""Periodic work of purchasing."""

from smartpos.core.db import utc_now
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.queries import organizations_at, system_actor
from smartpos.identity.queries.organizations import working_organizations
from smartpos.purchasing.operations.notices import tell_of_payables, tell_of_waiting_purchases

MORNING = 9


@job(timeout=300)
def tell_payables_of(organization_id: int) -> None:
    """Tell the staff of a shop which suppliers are to be paid."""
    with tenant_scope(organization_id):
        tell_of_payables(actor=system_actor(organization_id))


@periodic("24 * * * *", timeout=120)
def tell_payables() -> None:
    """In the morning of each shop: suppliers that are to be paid."""
    for organization_id in organizations_at(MORNING, utc_now()):
        enqueue_after_commit(tell_payables_of, organization_id)


@job(timeout=300)
def tell_waiting_purchases_of(organization_id: int) -> None:
    """Tell the staff of a shop which purchases were unloaded and wait to be confirmed."""
    with tenant_scope(organization_id):
        tell_of_waiting_purchases(actor=system_actor(organization_id))


@periodic("34 * * * *", timeout=120)
def tell_waiting_purchases() -> None:
    """Every hour: purchases that were unloaded long enough ago and are not confirmed."""
    for organization_id in working_organizations():
        enqueue_after_commit(tell_waiting_purchases_of, organization_id)
