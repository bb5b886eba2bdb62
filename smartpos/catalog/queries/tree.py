"""The category tree."""

from sqlalchemy import ColumnElement, Select, select

from smartpos.catalog.models import Category, Product
from smartpos.core.db import db


def categories_below(category_id: int) -> list[int]:
    """A category and all categories in it, by id."""
    return list(db.session.scalars(_below(category_id)))


def of_category(category_id: int) -> ColumnElement[bool]:
    """Which products are of a category or of one in it, as a condition of one statement."""
    return Product.category_id.in_(_below(category_id))


def _below(category_id: int) -> Select[tuple[int]]:
    tree = select(Category.id).where(Category.id == category_id).cte("tree", recursive=True)
    tree = tree.union(
        select(Category.id).where(Category.parent_id == tree.c.id, Category.deleted_at.is_(None))
    )
    return select(tree.c.id)
