"""Who is at work in the panel, and what the views of stock share."""

from flask_babel import lazy_gettext as _l

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin import RemoteChoices, describe
from smartpos.identity.models import Branch
from smartpos.stock.models import AdjustmentReason, MovementType

STOCK = _l("Stock")
COST = CatalogPermission.COST_READ

describe(
    {
        MovementType.IN: (_l("In"), "good"),
        MovementType.OUT: (_l("Out"), "info"),
        MovementType.ADJUST: (_l("Correction"), "warn"),
    }
)
describe(
    {
        AdjustmentReason.OPENING: (_l("Opening balance"), "info"),
        AdjustmentReason.COUNT: _l("Count"),
        AdjustmentReason.DAMAGE: (_l("Damage"), "bad"),
        AdjustmentReason.LOSS: (_l("Loss"), "bad"),
        AdjustmentReason.FOUND: (_l("Found"), "good"),
        AdjustmentReason.OWN_USE: (_l("Own use"), "warn"),
        AdjustmentReason.EXPIRED: (_l("Expired"), "bad"),
        AdjustmentReason.THEFT: (_l("Theft"), "bad"),
        AdjustmentReason.OTHER: _l("Other"),
    }
)


# Goods lie in the branches and, between them, on their way: whoever looks for goods chooses from both.
PLACES = RemoteChoices("branch", Branch, everything=True)
