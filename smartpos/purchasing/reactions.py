"""What has happened in purchasing, in words; those above react to it."""

from flask_babel import lazy_gettext as _l

from smartpos.core.events import describe_events
from smartpos.purchasing.operations.confirming import PURCHASE_CONFIRMED
from smartpos.purchasing.operations.reverting import PURCHASE_REVERTED

describe_events(
    {
        PURCHASE_CONFIRMED: _l("A purchase was confirmed"),
        PURCHASE_REVERTED: _l("A purchase was reverted"),
    }
)
