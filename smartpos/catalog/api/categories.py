"""Categories and units."""

from typing import Any

from flask.views import MethodView
from sqlalchemy import select

from smartpos.catalog import operations
from smartpos.catalog.api.blueprint import blueprint
from smartpos.catalog.models import Category, Unit
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries import doors
from smartpos.catalog.schemas import (
    CategoryChange,
    CategoryCreation,
    CategoryPage,
    CategoryShape,
    UnitPage,
)
from smartpos.core.fields import CursorQuery
from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.identity.principal import me


@blueprint.route("/categories")
class Categories(MethodView):
    """The category tree."""

    @needs(P.PRODUCT_READ)
    @blueprint.arguments(CursorQuery, location="query")
    @blueprint.response(200, CategoryPage)
    def get(self, query: dict[str, Any]) -> Any:
        """All categories; ``parent_id`` makes the tree."""
        statement = select(Category).where(Category.deleted_at.is_(None))
        return page(statement, [Category.id], limit=query["limit"], cursor=query["cursor"])

    @needs(P.PRODUCT_WRITE)
    @blueprint.arguments(CategoryCreation)
    @blueprint.response(201, CategoryShape)
    def post(self, given: dict[str, Any]) -> Any:
        """Add a category."""
        return operations.create_category(actor=me(), **given)


@blueprint.route("/categories/<int:category_id>")
class OneCategory(MethodView):
    """One category."""

    @blueprint.response(200, CategoryShape)
    def get(self, category_id: int) -> Any:
        """One category."""
        require(P.PRODUCT_READ)
        return doors.category(category_id)

    @needs(P.PRODUCT_WRITE)
    @blueprint.arguments(CategoryChange)
    @blueprint.response(200, CategoryShape)
    def put(self, given: dict[str, Any], category_id: int) -> Any:
        """Change what is given about a category."""
        return operations.update_category(doors.category(category_id), actor=me(), **given)

    @blueprint.response(204)
    def delete(self, category_id: int) -> None:
        """Remove an empty category; 409 while something is in it."""
        require(P.PRODUCT_WRITE)
        operations.delete_category(doors.category(category_id), actor=me())


@blueprint.get("/units")
@needs(P.PRODUCT_READ)
@blueprint.arguments(CursorQuery, location="query")
@blueprint.response(200, UnitPage)
def units(query: dict[str, Any]) -> Any:
    """The units of measure."""
    return page(select(Unit), [Unit.id], limit=query["limit"], cursor=query["cursor"])
