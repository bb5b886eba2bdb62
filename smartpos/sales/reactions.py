"""What follows from selling: people are told of what is unusual."""

from flask_babel import lazy_gettext as _l

from smartpos.core.events import Happened, describe_events, on
from smartpos.core.scope import current_organization_id
from smartpos.identity.queries import system_actor
from smartpos.sales.operations.notices import BIG_DISCOUNT, BIG_REFUND
from smartpos.sales.operations.shifts import SHIFT_CLOSED
from smartpos.sales.operations.telling import tell_of_cash_difference, tell_of_receipt

describe_events(
    {
        SHIFT_CLOSED: _l("A shift was closed"),
        BIG_DISCOUNT: _l("A large discount was given"),
        BIG_REFUND: _l("A large refund was made"),
    }
)


@on(SHIFT_CLOSED)
def tell_what_does_not_add_up(happened: Happened) -> None:
    """Those who see all shifts hear of cash that does not add up."""
    organization_id = current_organization_id()
    if organization_id is not None:
        tell_of_cash_difference(happened.origin_id, actor=system_actor(organization_id))


@on(BIG_DISCOUNT)
@on(BIG_REFUND)
def tell_of_unusual_receipts(happened: Happened) -> None:
    """Those who see all receipts hear of large discounts and refunds."""
    organization_id = current_organization_id()
    if organization_id is not None:
        tell_of_receipt(
            happened.name,
            happened.origin_id,
            happened.facts,
            happened.created_by,
            actor=system_actor(organization_id),
        )
