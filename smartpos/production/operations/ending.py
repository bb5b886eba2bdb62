"""How an order ends: by a completion, or because nothing more is to come."""

from flask_babel import gettext as _

from smartpos.core.db import db, utc_now
from smartpos.core.events import record
from smartpos.core.money import plain
from smartpos.identity.actors import Actor
from smartpos.production.errors import OrderInOtherState
from smartpos.production.models import OrderStatus, ProductionOrder
from smartpos.production.operations.working import end_work, refuse_others, require_work
from smartpos.production.queries.orders import ORDER_ORIGIN, order_of, standing_completions
from smartpos.stock.operations.reservations import release

ORDER_COMPLETED = "production.order_completed"


def finish_order(order_id: int, *, actor: Actor) -> ProductionOrder:
    """End an order that has yielded less than planned, and of which nothing more is to come.

    Raises OrderNotFound, Forbidden, OrderInOtherState, AnotherOperatorWorks.
    """
    order = order_of(order_id, locked=True, actor=actor)
    require_work(order, actor)
    if not order.is_open:
        raise OrderInOtherState(order.status.value, _("This order is completed or cancelled."))
    if not standing_completions(order.id):
        raise OrderInOtherState(order.status.value, _("This order has yielded nothing. Cancel it instead."))
    refuse_others(order, actor)
    release(ORDER_ORIGIN, order.id, actor=actor)
    end_order(order, actor=actor)
    db.session.flush()
    return order


def end_order(order: ProductionOrder, *, actor: Actor) -> None:
    """Close a locked order: work on it ends, and whoever waits for it is told."""
    end_work(order, actor)
    order.status = OrderStatus.COMPLETED
    order.completed_at = utc_now()
    order.reason = None
    record(
        ORDER_COMPLETED,
        origin_kind=ORDER_ORIGIN,
        origin_id=order.id,
        facts={
            "number": order.number,
            "branch_id": order.branch_id,
            "product_id": order.product_id,
            "quantity": plain(order.quantity_completed),
            "scrapped": plain(order.quantity_scrapped),
        },
        actor=actor,
    )
