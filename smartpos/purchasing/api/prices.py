"""What suppliers ask for products."""

from typing import Any

from flask import Response, jsonify
from flask.views import MethodView

from smartpos.catalog.models import Product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.answers import amount, moment
from smartpos.core.money import plain
from smartpos.core.paging import DEFAULT_LIMIT, page
from smartpos.core.permissions import needs
from smartpos.crm.queries import doors
from smartpos.purchasing.api.blueprint import blueprint
from smartpos.purchasing.models import SupplierPrice
from smartpos.purchasing.operations.prices import set_supplier_prices
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.prices import prices_of
from smartpos.purchasing.schemas.prices import SetSupplierPrices, SupplierPricePage, SupplierPricesQuery


@blueprint.route("/suppliers/<int:supplier_id>/prices")
class SupplierPrices(MethodView):
    """The prices of a supplier."""

    @needs(CatalogPermission.COST_READ)
    @blueprint.arguments(SupplierPricesQuery, location="query")
    @blueprint.response(200, SupplierPricePage)
    def get(self, query: dict[str, Any], supplier_id: int) -> Response:
        """What a supplier asks for each product, and from whom it is bought before others."""
        return _answer(supplier_id, query["limit"], query["cursor"])

    @needs(P.PRICE_WRITE)
    @blueprint.arguments(SetSupplierPrices)
    @blueprint.response(200, SupplierPricePage)
    def put(self, body: dict[str, Any], supplier_id: int) -> Response:
        """Set prices; products that are not named keep theirs, and a price of null removes the line.

        A product is preferred from one supplier at most: the last one that was named so.
        """
        set_supplier_prices(supplier_id, body["items"])
        return _answer(supplier_id, DEFAULT_LIMIT, None)


def _answer(supplier_id: int, limit: int, cursor: str | None) -> Response:
    supplier = doors.supplier(supplier_id)
    found = page(prices_of(supplier.id), [SupplierPrice.product_id], limit=limit, cursor=cursor)
    return jsonify(
        items=[_item(price, product) for price, product in found.items], next_cursor=found.next_cursor
    )


def _item(price: SupplierPrice, product: Product) -> dict[str, Any]:
    return {
        "id": price.id,
        "product_id": product.id,
        "product": product.name,
        "sku": product.sku,
        "supplier_sku": price.supplier_sku,
        "price": plain(price.price),
        "min_quantity": amount(price.min_quantity),
        "lead_time_days": price.lead_time_days,
        "is_preferred": price.is_preferred,
        "updated_at": moment(price.updated_at),
    }
