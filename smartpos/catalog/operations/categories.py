"""The category tree."""

from typing import Any, TypedDict, Unpack

from flask_babel import gettext as _
from sqlalchemy import select, text

from smartpos.catalog.errors import CategoryCycle, InUse
from smartpos.catalog.models import Category, Product
from smartpos.catalog.operations import values
from smartpos.catalog.operations.indexing import index_categories
from smartpos.core.db import db, utc_now
from smartpos.identity.actors import Actor
from smartpos.identity.errors import AlreadyTaken, BadField
from smartpos.identity.models import Workspace

DEEPEST = 10


class CategoryFacts(TypedDict, total=False):
    """What can be told about a category; ``parent_id`` None puts it at the top."""

    name: str
    code: str | None
    description: str | None
    parent_id: int | None
    workspace_id: int | None
    sort_order: int
    is_active: bool


def create_category(*, actor: Actor, **facts: Unpack[CategoryFacts]) -> Category:
    """Make a category. Raises BadField, AlreadyTaken when its neighbour has the name, CategoryCycle."""
    category = Category()
    _apply(category, {"name": None, **facts})
    db.session.add(category)
    db.session.flush()
    return category


def update_category(category: Category, *, actor: Actor, **changes: Unpack[CategoryFacts]) -> Category:
    """Change what is given. Products in it and below are found by its new name at once."""
    before = (category.name, category.parent_id)
    _apply(category, dict(changes))
    db.session.flush()
    if (category.name, category.parent_id) != before:
        index_categories([category.id])
    return category


def delete_category(category: Category, *, actor: Actor) -> None:
    """Hide a category. Raises InUse while it has products or categories below it."""
    products = select(Product.id).where(Product.category_id == category.id, Product.deleted_at.is_(None))
    if db.session.scalar(select(products.exists())):
        raise InUse(_("There are still products in this category."), uses=["products"])
    below = select(Category.id).where(Category.parent_id == category.id, Category.deleted_at.is_(None))
    if db.session.scalar(select(below.exists())):
        raise InUse(_("There are still categories in this category."), uses=["categories"])
    category.deleted_at = utc_now()
    db.session.flush()


def _apply(category: Category, given: dict[str, Any]) -> None:
    if "name" in given:
        category.name = str(values.text(given["name"], "name", longest=200, needed=True))
    if "code" in given:
        category.code = values.text(given["code"], "code", longest=64)
    if "description" in given:
        category.description = values.prose(given["description"], "description")
    if "sort_order" in given:
        category.sort_order = values.whole(given["sort_order"], "sort_order") or 0
    if "is_active" in given:
        category.is_active = values.yes_no(given["is_active"], "is_active")
    if "workspace_id" in given:
        category.workspace_id = _existing(Workspace, given["workspace_id"], "workspace_id")
    if "parent_id" in given:
        category.parent_id = _existing(Category, given["parent_id"], "parent_id")
        _refuse_cycle(category)
    if "name" in given or "parent_id" in given:
        _refuse_twin(category)


def _existing(model: type[Any], row_id: Any, field: str) -> int | None:
    if row_id is None or row_id == "":
        return None
    good = isinstance(row_id, int) and not isinstance(row_id, bool) and 0 < row_id < 2**63
    row = db.session.get(model, row_id) if good else None
    if row is None or row.deleted_at is not None:
        raise BadField(field, _("This choice does not exist."))
    return int(row.id)


def _refuse_cycle(category: Category) -> None:
    """Walk up from the new parent. The lock keeps two moves from closing a circle that neither of them sees."""
    if category.parent_id is None:
        return
    db.session.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtext('categories'), hashtext(current_setting('app.organization_id')))"
        )
    )
    parents = dict(db.session.execute(select(Category.id, Category.parent_id)).all())
    above: int | None = category.parent_id
    depth = 1
    while above is not None:
        if above == category.id:
            raise CategoryCycle(errors={"parent_id": [str(CategoryCycle.title)]})
        depth += 1
        if depth > DEEPEST:
            raise BadField("parent_id", _("Categories may be nested %(depth)s levels deep.", depth=DEEPEST))
        above = parents.get(above)


def _refuse_twin(category: Category) -> None:
    twin = select(Category.id).where(
        Category.name == category.name,
        Category.parent_id.is_not_distinct_from(category.parent_id),
        Category.deleted_at.is_(None),
        Category.id.is_distinct_from(category.id),
    )
    with db.session.no_autoflush:
        if db.session.scalar(twin.limit(1)) is not None:
            sentence = _("There is already a category of this name here.")
            raise AlreadyTaken(sentence, errors={"name": [sentence]})
