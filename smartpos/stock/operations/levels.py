"""How much a branch should hold."""

from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.identity.actors import Actor
from smartpos.stock.models import BranchStock


def set_levels(
    stock: BranchStock,
    *,
    min_quantity: Decimal,
    reorder_point: Decimal | None = None,
    max_quantity: Decimal | None = None,
    actor: Actor,
) -> BranchStock:
    """Set when a product runs low in a branch and how far to refill it. Raises Invalid when they contradict.

    Only these columns are written; quantity and value belong to the ledger. The change is audited by trigger.
    """
    if min_quantity < 0 or (reorder_point or 0) < 0 or (max_quantity or 0) < 0:
        raise Invalid(_("A level cannot be negative."))
    if max_quantity is not None and max_quantity < max(min_quantity, reorder_point or Decimal(0)):
        raise Invalid(_("The maximum cannot be below the minimum or the reorder point."))
    stock.min_quantity = min_quantity
    stock.reorder_point = reorder_point
    stock.max_quantity = max_quantity
    db.session.flush()
    return stock
