"""Who is at work in the panel, and what the views of stock share."""

from typing import Any

from flask_babel import lazy_gettext as _l

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin import RemoteChoices, describe
from smartpos.identity.models import Branch
from smartpos.identity.queries import in_sight, sees_branch
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


class InSight:
    """Put before the base of a view whose rows lie in branches: rows of other workspaces are not there."""

    model: type[Any]

    def get_query(self) -> Any:
        """Without rows of branches that the person does not see."""
        return super().get_query().filter(in_sight(self.model.branch_id))  # type: ignore[misc]

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number, or None: for one of a branch that the person does not see too."""
        row = super().get_one(id)  # type: ignore[misc]
        return row if row is not None and sees_branch(row.branch_id) else None


# Goods lie in the branches and, between them, on their way: whoever looks for goods chooses from both.
PLACES = RemoteChoices("branch", Branch, everything=True)
