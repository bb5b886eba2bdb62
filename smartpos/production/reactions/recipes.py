"""What follows when materials cost something else: the recipes that take them are rolled up anew."""

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.events import Happened, on
from smartpos.core.scope import current_organization_id
from smartpos.identity.queries import system_actor
from smartpos.production.operations.costing import refresh_costs
from smartpos.purchasing.models import PurchaseItem
from smartpos.purchasing.operations.confirming import PURCHASE_CONFIRMED
from smartpos.purchasing.operations.reverting import PURCHASE_REVERTED


@on(PURCHASE_CONFIRMED)
@on(PURCHASE_REVERTED)
def cost_recipes_anew(happened: Happened) -> None:
    """The goods of a purchase came, or went back, at a price of their own."""
    organization_id = current_organization_id()
    if organization_id is None:
        return
    bought = select(PurchaseItem.product_id).where(
        PurchaseItem.purchase_id == happened.origin_id, PurchaseItem.product_id.is_not(None)
    )
    ids = {number for number in db.session.scalars(bought) if number is not None}
    refresh_costs(actor=system_actor(organization_id), product_ids=ids)
