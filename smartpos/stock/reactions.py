"""What follows when stock crosses its levels or something begins to wait for approval: people are told."""

from flask_babel import lazy_gettext as _l

from smartpos.core.events import Happened, describe_events, on
from smartpos.core.scope import current_organization_id
from smartpos.identity.queries import system_actor
from smartpos.stock.operations.notices import COUNT_WAITING, TRANSFER_WAITING
from smartpos.stock.operations.telling import (
    take_back_low_stock,
    tell_of_low_stock,
    tell_of_waiting_count,
    tell_of_waiting_transfer,
)
from smartpos.stock.operations.writing import FELL_BELOW, RECOVERED

describe_events(
    {
        TRANSFER_WAITING: _l("A transfer waits for approval"),
        COUNT_WAITING: _l("A stock count waits for approval"),
    }
)


@on(FELL_BELOW)
def tell_what_runs_low(happened: Happened) -> None:
    """Those who keep the levels hear of it."""
    organization_id = current_organization_id()
    if organization_id is not None:
        tell_of_low_stock(
            happened.id,
            happened.facts["branch_id"],
            happened.created_at,
            today=system_actor(organization_id).organization.today,
        )


@on(RECOVERED)
def forget_what_ran_low(happened: Happened) -> None:
    """What nobody has read yet is settled."""
    take_back_low_stock(happened.facts["branch_id"], happened.facts["product_id"])


@on(TRANSFER_WAITING)
def tell_who_approves_transfers(happened: Happened) -> None:
    """Those who may approve it hear of a transfer."""
    tell_of_waiting_transfer(happened.origin_id)


@on(COUNT_WAITING)
def tell_who_posts_counts(happened: Happened) -> None:
    """Those who may post it hear of a stock count."""
    tell_of_waiting_count(happened.origin_id, happened.id)
