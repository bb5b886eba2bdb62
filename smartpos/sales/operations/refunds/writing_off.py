"""Goods that came back damaged: in with what they cost, and written off at it, so that the books show the loss."""

from collections.abc import Sequence

from flask_babel import gettext as _

from smartpos.identity.actors import Actor
from smartpos.sales.operations.drafts import SALE_ORIGIN
from smartpos.sales.queries import SoldSale
from smartpos.stock.models import AdjustmentReason
from smartpos.stock.operations import AdjustmentLine, Movement, adjust_stock, post_movements


def write_off(damaged: Sequence[Movement], sold: SoldSale, *, branch_id: int, actor: Actor) -> None:
    """Enter goods that came back damaged, and write them off by a correction that names the receipt."""
    if not damaged:
        return
    post_movements(
        damaged,
        origin_kind=SALE_ORIGIN,
        origin_id=sold.id,
        branch_id=branch_id,
        occurred_at=sold.sold_at,
        # They are there for a moment only, which is not worth telling anybody.
        untold={one.product_id for one in damaged},
        actor=actor,
    )
    write_off_posted(damaged, sold, branch_id=branch_id, actor=actor)


def write_off_posted(damaged: Sequence[Movement], sold: SoldSale, *, branch_id: int, actor: Actor) -> None:
    """Write off goods that have been entered already, each with the value it came with and out of its lot."""
    if not damaged:
        return
    adjust_stock(
        branch_id,
        [
            AdjustmentLine(
                one.product_id,
                -one.quantity,
                value=None if one.value is None else -one.value,
                batch_id=one.batch_id,
                loose=one.batch_id is None,
            )
            for one in damaged
        ],
        reason=AdjustmentReason.DAMAGE,
        notes=_("Came back damaged: receipt %(number)s", number=sold.number),
        client_uuid=f"refund:{sold.client_uuid}",
        # They have come in a moment ago: what the branch owes of them was owed before.
        allow_negative=True,
        actor=actor,
    )
