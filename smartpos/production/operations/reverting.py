"""Taking back what an order has yielded: exactly what it moved moves back, at the value it had; history stays."""

from flask_babel import gettext as _

from smartpos.core.db import db, utc_now
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send
from smartpos.identity.actors import Actor
from smartpos.production.errors import GoodsAreGone, OrderInOtherState
from smartpos.production.models import OrderStatus, ProductionCompletion, ProductionMaterial, ProductionOrder
from smartpos.production.operations.working import clean_reason, end_work
from smartpos.production.queries.orders import COMPLETION_ORIGIN, order_of, standing_completions
from smartpos.stock.errors import NotEnoughStock
from smartpos.stock.operations.reversal import move_back

# Materials that nobody had planned leave with what was used of them.
_GIVE_BACK = """
WITH back AS (
    SELECT product_id, quantity FROM production_uses
    WHERE organization_id = %(organization_id)s AND completion_id = %(completion_id)s AND quantity > 0
), gone AS (
    DELETE FROM production_materials AS material USING back
    WHERE material.organization_id = %(organization_id)s AND material.order_id = %(order_id)s
      AND material.product_id = back.product_id AND material.planned_quantity = 0
      AND material.used_quantity = back.quantity AND material.bom_component_id IS NULL
)
UPDATE production_materials AS material SET used_quantity = material.used_quantity - back.quantity
FROM back
WHERE material.organization_id = %(organization_id)s AND material.order_id = %(order_id)s
  AND material.product_id = back.product_id
  AND NOT (material.planned_quantity = 0 AND material.used_quantity = back.quantity
           AND material.bom_component_id IS NULL)
"""


def revert_order(
    order_id: int, *, reason: str | None = None, completion_id: int | None = None, actor: Actor
) -> ProductionOrder:
    """Take back all that an order has yielded, the newest first, or the completion of that id; all or nothing.

    Materials come back, and what was produced leaves, by the same lots and at the same values. The order is on hold
    afterwards, with its counters and costs as they were; what the product costs stays. Raises OrderNotFound,
    OrderInOtherState, CompletionNotFound, and GoodsAreGone with all of which less is left than came.
    """
    order = order_of(order_id, locked=True, actor=actor)
    completions = standing_completions(order.id, completion_id)
    if order.status is OrderStatus.CANCELLED or not completions:
        raise OrderInOtherState(
            order.status.value, _("This order has yielded nothing that could be taken back.")
        )
    if any(one.reverted_at is not None for one in completions):
        raise OrderInOtherState(order.status.value, _("This has been taken back already."))
    end_work(order, actor)
    for completion in completions:
        _take_back(order, completion, clean_reason(reason), actor)
    order.status = OrderStatus.ON_HOLD
    order.completed_at = None
    order.reason = clean_reason(reason)
    db.session.flush()
    return order


def _take_back(
    order: ProductionOrder, completion: ProductionCompletion, reason: str | None, actor: Actor
) -> None:
    try:
        move_back(COMPLETION_ORIGIN, completion.id, branch_id=completion.branch_id, actor=actor)
    except NotEnoughStock as error:
        raise GoodsAreGone(error.facts["lines"]) from None
    completion.reverted_at, completion.reverted_by = utc_now(), actor.user_id
    completion.revert_reason = reason
    order.quantity_completed -= completion.quantity
    order.quantity_scrapped -= completion.scrapped_quantity
    order.material_cost -= completion.material_cost
    order.labor_cost -= completion.labor_cost
    order.overhead_cost -= completion.overhead_cost
    order.scrap_cost -= completion.scrap_cost
    db.session.flush()
    parameters = {
        "organization_id": current_organization_id(),
        "completion_id": completion.id,
        "order_id": order.id,
    }
    send(_GIVE_BACK, parameters)
    # The statement went past the ORM; nobody is to be answered with what was used before.
    db.session.expire(order, ["materials"])
    for row in db.session.identity_map.values():
        if isinstance(row, ProductionMaterial):
            db.session.expire(row)
