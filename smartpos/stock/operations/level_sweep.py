"""Looking over all levels of a shop: what was told about a quantity must be what is true of it.

Every posting tells of the levels it crosses. What came past the postings - a restored backup, rows written by hand - is
found here, and told like any other crossing.
"""

from itertools import groupby

from sqlalchemy import ColumnElement, case, func, or_, select

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace
from smartpos.stock.models import BranchStock, LevelState
from smartpos.stock.operations.levels import MOST_LEVELS, WantedLevels, set_levels_of_branch


def sweep_levels(*, actor: Actor) -> int:
    """Put right what is known of levels, a thousand products at a time; gives how many were wrong."""
    stock = BranchStock
    query = (
        select(stock.branch_id, stock.product_id, stock.min_quantity, stock.reorder_point, stock.max_quantity)
        .join(Branch, Branch.id == stock.branch_id)
        .join(Product, Product.id == stock.product_id)
        .where(
            is_workplace(), Branch.deleted_at.is_(None), Product.deleted_at.is_(None), Product.track_inventory
        )
        .where(stock.level_state != _state())
        .order_by(stock.branch_id, stock.product_id)
        .limit(MOST_LEVELS)
    )
    wrong = db.session.execute(query).all()
    for branch_id, rows in groupby(wrong, key=lambda row: row.branch_id):
        levels = [
            WantedLevels(row.product_id, row.min_quantity, row.reorder_point, row.max_quantity)
            for row in rows
        ]
        set_levels_of_branch(branch_id, levels, actor=actor)
    return len(wrong)


def _state() -> ColumnElement[LevelState]:
    """``LevelState.of`` for the database."""
    stock = BranchStock
    level = func.greatest(stock.min_quantity, func.coalesce(stock.reorder_point, stock.min_quantity))
    watched = or_(stock.min_quantity > 0, stock.reorder_point.is_not(None))
    return case(
        (~watched, LevelState.ENOUGH),
        (stock.quantity <= 0, LevelState.OUT),
        (stock.quantity <= level, LevelState.LOW),
        else_=LevelState.ENOUGH,
    )
