"""What the pages of purchasing have in common."""

from typing import Any

from flask import Blueprint, url_for

from smartpos.core.admin.guard import may_enter
from smartpos.core.permissions import can
from smartpos.purchasing.models import Purchase
from smartpos.purchasing.permissions import PurchasingPermission as P

blueprint = Blueprint("purchasing", __name__)


def address_of(purchase: Purchase) -> Any:
    """Where a purchase is looked at: in the back office, or on its own page for those who may not enter it."""
    if may_enter() and can(P.PURCHASE_READ):
        return url_for("purchases.details_view", id=purchase.id)
    return url_for("purchasing.receive_purchase", purchase_id=purchase.id)
