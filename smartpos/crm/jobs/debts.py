"""In the morning: staff hear of customers' debts that are due."""

from smartpos.core.db import utc_now
from smartpos.core.jobs import enqueue_after_commit, job, periodic
from smartpos.core.tenancy import tenant_scope
from smartpos.crm.operations.notices import tell_of_debts
from smartpos.identity.queries import organizations_at, system_actor

MORNING = 9


@job(timeout=300)
def tell_debts_of(organization_id: int) -> None:
    """Tell the staff of a shop what customers owe and should have paid, or have to pay soon."""
    with tenant_scope(organization_id):
        tell_of_debts(actor=system_actor(organization_id))


@periodic("18 * * * *", timeout=120)
def tell_debts() -> None:
    """In the morning of each shop: customers' debts that are due."""
    for organization_id in organizations_at(MORNING, utc_now()):
        enqueue_after_commit(tell_debts_of, organization_id)
