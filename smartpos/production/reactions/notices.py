"""What follows when orders are late or done and machines are looked after: people are told, or need not be any more."""

from flask_babel import lazy_gettext as _l

from smartpos.core.events import Happened, describe_events, on
from smartpos.core.scope import current_organization_id
from smartpos.identity.queries import system_actor
from smartpos.production.operations.machines import UPKEEP_DONE
from smartpos.production.operations.notices import (
    COMPLETED,
    settle_order,
    settle_upkeep,
    tell_of_completed,
    tell_of_overdue,
)
from smartpos.production.operations.orders import ORDER_CANCELLED
from smartpos.production.queries.telling import OVERDUE

describe_events(
    {
        COMPLETED: _l("A production order is completed"),
        ORDER_CANCELLED: _l("A production order is cancelled"),
        OVERDUE: _l("A production order is late"),
        UPKEEP_DONE: _l("A machine was looked after"),
    }
)


@on(OVERDUE)
def tell_who_plans(happened: Happened) -> None:
    """Those who plan hear of an order that is late."""
    tell_of_overdue(happened.origin_id, happened.facts["due"])


@on(COMPLETED)
def tell_who_waits(happened: Happened) -> None:
    """Those who want to hear of an order that is done; what it was late for is settled."""
    settle_order(happened.origin_id)
    tell_of_completed(happened.origin_id, happened.id, happened.created_by)


@on(ORDER_CANCELLED)
def forget_what_was_called_off(happened: Happened) -> None:
    """What is called off is late for nobody."""
    settle_order(happened.origin_id)


@on(UPKEEP_DONE)
def forget_upkeep(happened: Happened) -> None:
    """What nobody has read yet is settled once no machine of the branch is due."""
    organization_id = current_organization_id()
    if organization_id is not None:
        today = system_actor(organization_id).organization.today
        settle_upkeep(happened.facts["branch_id"], today)
