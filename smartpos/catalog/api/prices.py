"""Price types and special prices."""

from typing import Any

from flask import Response, jsonify, make_response
from flask.views import MethodView
from sqlalchemy import select

from smartpos.catalog import operations
from smartpos.catalog.api.blueprint import blueprint
from smartpos.catalog.models import Price, PriceType
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries import doors
from smartpos.catalog.schemas import PricePage, PriceSetting, PriceShape, PriceTypePage
from smartpos.core.fields import CursorQuery
from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.identity.principal import me


@blueprint.get("/price-types")
@needs(P.PRICE_READ)
@blueprint.arguments(CursorQuery, location="query")
@blueprint.response(200, PriceTypePage)
def price_types(query: dict[str, Any]) -> Any:
    """The price types."""
    return page(select(PriceType), [PriceType.id], limit=query["limit"], cursor=query["cursor"])


@blueprint.route("/products/<int:product_id>/prices")
class Prices(MethodView):
    """The special prices of a product."""

    @needs(P.PRICE_READ)
    @blueprint.arguments(CursorQuery, location="query")
    @blueprint.response(200, PricePage)
    def get(self, query: dict[str, Any], product_id: int) -> Any:
        """All special prices of a product, past and future ones included."""
        statement = select(Price).where(Price.product_id == doors.product(product_id).id)
        return page(statement, [Price.id], limit=query["limit"], cursor=query["cursor"])

    @needs(P.PRICE_WRITE)
    @blueprint.arguments(PriceSetting)
    @blueprint.response(201, PriceShape)
    @blueprint.alt_response(204, description="The product's own price was set")
    def post(self, given: dict[str, Any], product_id: int) -> Response:
        """Set a price. The row of the same type, branch and ``valid_from`` is replaced."""
        facts = dict(given)
        type_id = facts.pop("price_type_id")
        row = operations.set_product_price(
            doors.product(product_id),
            facts.pop("price"),
            price_type=None if type_id is None else doors.price_type(type_id),
            **facts,
            actor=me(),
        )
        if row is None:
            return make_response("", 204)
        return make_response(jsonify(PriceShape().dump(row)), 201)


@blueprint.route("/prices/<int:price_id>")
class OnePrice(MethodView):
    """A special price."""

    @blueprint.response(204)
    def delete(self, price_id: int) -> None:
        """Remove a special price; the next one by the law of prices holds from now on."""
        require(P.PRICE_WRITE)
        operations.delete_price(doors.price(price_id), actor=me())
