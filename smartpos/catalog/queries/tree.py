"""The category tree."""

from sqlalchemy import CTE, ColumnElement, Select, Text, cast, select
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Category, Product
from smartpos.core.db import db


def categories_below(category_id: int) -> list[int]:
    """A category and all categories in it, by id."""
    return list(db.session.scalars(_below(category_id)))


def of_category(category_id: int) -> ColumnElement[bool]:
    """Which products are of a category or of one in it, as a condition of one statement."""
    return Product.category_id.in_(_below(category_id))


def _below(category_id: int) -> Select[tuple[int]]:
    tree = select(Category.id).where(Category.id == category_id).cte(recursive=True)
    tree = tree.union(
        select(Category.id).where(Category.parent_id == tree.c.id, Category.deleted_at.is_(None))
    )
    return select(tree.c.id)


def category_paths() -> CTE:
    """Every category (``id``) with all that it lies in as ``path``, and the topmost of them as ``top_id`` and ``top``.

    Where the viewer does not see what a category lies in, it is the topmost itself.
    """
    above = aliased(Category)
    paths = (
        select(
            Category.id.label("id"),
            Category.id.label("top_id"),
            Category.name.label("top"),
            cast(Category.name, Text).label("path"),
        )
        .outerjoin(above, above.id == Category.parent_id)
        .where(above.id.is_(None))
        .cte("paths", recursive=True)
    )
    return paths.union_all(
        select(Category.id, paths.c.top_id, paths.c.top, paths.c.path + " / " + Category.name).join(
            paths, paths.c.id == Category.parent_id
        )
    )
