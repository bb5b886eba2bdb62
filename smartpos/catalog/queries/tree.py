"""The category tree."""

from sqlalchemy import select

from smartpos.catalog.models import Category
from smartpos.core.db import db


def categories_below(category_id: int) -> list[int]:
    """A category and all categories in it, by id."""
    tree = select(Category.id).where(Category.id == category_id).cte("tree", recursive=True)
    tree = tree.union(
        select(Category.id).where(Category.parent_id == tree.c.id, Category.deleted_at.is_(None))
    )
    return list(db.session.scalars(select(tree.c.id)))
