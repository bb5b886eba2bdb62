"""What reports of stock have in common: sums of the ledger by branch and product, read by the index of time."""

from datetime import date, timedelta

from sqlalchemy import ColumnElement, Subquery, func, select

from smartpos.core.reports import Asked
from smartpos.stock.models import InventoryMovement

SOLD_BY = "sale"
"""What sales caused, their refunds included: both carry the same origin and net by their signs."""


def moved_since(asked: Asked, day: date) -> Subquery:
    """What has moved after a day, by branch and product, with ``quantity`` and ``value``."""
    query = (
        select(
            InventoryMovement.branch_id,
            InventoryMovement.product_id,
            func.sum(InventoryMovement.quantity).label("quantity"),
            func.sum(InventoryMovement.value).label("value"),
        )
        .where(InventoryMovement.occurred_at >= asked.midnight(day + timedelta(days=1)), *_chosen(asked))
        .group_by(InventoryMovement.branch_id, InventoryMovement.product_id)
    )
    return query.subquery("later")


def sold_since(asked: Asked, day: date) -> Subquery:
    """What was sold from a day on and not given back, by branch and product, as ``quantity``."""
    query = (
        select(
            InventoryMovement.branch_id,
            InventoryMovement.product_id,
            (-func.sum(InventoryMovement.quantity)).label("quantity"),
        )
        .where(
            InventoryMovement.occurred_at >= asked.midnight(day),
            InventoryMovement.origin_kind == SOLD_BY,
            *_chosen(asked),
        )
        .group_by(InventoryMovement.branch_id, InventoryMovement.product_id)
    )
    return query.subquery("sold")


def _chosen(asked: Asked) -> list[ColumnElement[bool]]:
    """The branch and the product asked for, said where the sums are made, so that no others are summed."""
    chosen = []
    for column, name in (
        (InventoryMovement.branch_id, "branch_id"),
        (InventoryMovement.product_id, "product_id"),
    ):
        if asked[name] is not None:
            chosen.append(column == asked[name])
    return chosen
