"""Products and their pictures."""

from typing import Any

from flask import Response, jsonify, make_response, request
from flask.views import MethodView
from flask_babel import gettext as _

from smartpos.catalog import operations
from smartpos.catalog.api.answers import image_item, product_details, product_items
from smartpos.catalog.api.blueprint import blueprint
from smartpos.catalog.models import Product, ProductStatus
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.catalog.queries import doors, listing
from smartpos.catalog.queries.search import products_by_code, search_products
from smartpos.catalog.schemas import (
    ImageShape,
    PlaceQuery,
    ProductChange,
    ProductCreation,
    ProductDetails,
    ProductPage,
    ProductsQuery,
)
from smartpos.core.answers import moment
from smartpos.core.permissions import needs, require
from smartpos.identity.errors import BadField
from smartpos.identity.principal import me


@blueprint.route("/products")
class Products(MethodView):
    """Products."""

    @needs(P.PRODUCT_READ)
    @blueprint.arguments(ProductsQuery, location="query")
    @blueprint.response(200, ProductPage)
    def get(self, query: dict[str, Any]) -> Response:
        """Find products by words, by a code or by category; or all that has changed since a moment."""
        place = listing.Place.of(me(), doors.branch_id(query["branch_id"]))
        limit, cursor = query["limit"], query["cursor"]
        synced_at = place.at - listing.SETTLED
        if query["updated_since"] is not None:
            changes = listing.changed_products(
                place, since=query["updated_since"], limit=limit, cursor=cursor
            )
            found, following, synced_at = changes.items, changes.next_cursor, changes.synced_at
        elif query["barcode"]:
            ids = products_by_code(query["barcode"], only_active=query["is_active"])
            found, following = listing.products_by_ids(ids[:limit], place), None
        elif query["q"]:
            hits = search_products(
                query["q"],
                limit=limit,
                cursor=cursor,
                category_id=query["category_id"],
                only_active=query["is_active"],
            )
            found, following = listing.products_by_ids(hits.ids, place), hits.next_cursor
        else:
            every = listing.list_products(
                place,
                limit=limit,
                cursor=cursor,
                category_id=query["category_id"],
                only_active=query["is_active"],
            )
            found, following = every.items, every.next_cursor
        return jsonify(items=product_items(found), next_cursor=following, synced_at=moment(synced_at))

    @needs(P.PRODUCT_WRITE)
    @blueprint.arguments(ProductCreation)
    @blueprint.response(201, ProductDetails)
    def post(self, given: dict[str, Any]) -> Response:
        """Add a product."""
        product = operations.create_product(actor=me(), **_facts(given))
        return make_response(_details(product), 201)


@blueprint.route("/products/<int:product_id>")
class OneProduct(MethodView):
    """One product."""

    @needs(P.PRODUCT_READ)
    @blueprint.arguments(PlaceQuery, location="query")
    @blueprint.response(200, ProductDetails)
    def get(self, query: dict[str, Any], product_id: int) -> Response:
        """All about a product."""
        return _details(doors.product(product_id), doors.branch_id(query["branch_id"]))

    @needs(P.PRODUCT_WRITE)
    @blueprint.arguments(ProductChange)
    @blueprint.response(200, ProductDetails)
    def put(self, given: dict[str, Any], product_id: int) -> Response:
        """Change what is given about a product."""
        product = doors.product(product_id)
        operations.update_product(product, actor=me(), **_facts(given, product))
        return _details(product)

    @blueprint.response(204)
    def delete(self, product_id: int) -> None:
        """Remove a product that was never stocked or sold; 409 when it was."""
        require(P.PRODUCT_WRITE)
        operations.delete_product(doors.product(product_id), actor=me())


@blueprint.post("/products/<int:product_id>/image")
@blueprint.doc(
    requestBody={
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"image": {"type": "string", "format": "binary"}}}
            }
        },
    }
)
@blueprint.response(201, ImageShape)
def add_image(product_id: int) -> dict[str, Any]:
    """Add a picture: PNG, JPEG, WebP, GIF or BMP. It is made smaller and written anew."""
    require(P.PRODUCT_WRITE)
    product = doors.product(product_id)
    upload = request.files.get("image") or request.files.get("file")
    if upload is None:
        raise BadField("image", _("Send a picture as the form field “image”."))
    image = operations.add_product_image(
        product, upload.read(), original_name=upload.filename or "", actor=me()
    )
    return image_item(image.id)


@blueprint.route("/products/<int:product_id>/images/<int:image_id>")
class OneImage(MethodView):
    """A picture of a product."""

    @blueprint.response(204)
    def delete(self, product_id: int, image_id: int) -> None:
        """Remove a picture."""
        require(P.PRODUCT_WRITE)
        operations.delete_product_image(doors.product_image(image_id, of=product_id), actor=me())


def _details(product: Product, branch_id: int | None = None) -> Response:
    place = listing.Place.of(me(), branch_id)
    (one,) = listing.products_by_ids([product.id], place)
    return jsonify(product_details(product, one))


def _facts(given: dict[str, Any], product: Product | None = None) -> dict[str, Any]:
    """What the operation takes: names of the API become those of the columns."""
    facts = dict(given)
    if "unit" in facts:
        facts["unit_id"] = doors.unit_named(facts.pop("unit"))
    if "is_active" in facts:
        facts["status"] = ProductStatus.ACTIVE if facts.pop("is_active") else ProductStatus.INACTIVE
    if "barcodes" in facts:
        facts["barcodes"] = [
            {"title": code["unit"], **{name: code[name] for name in ("barcode", "multiplier", "price")}}
            for code in facts["barcodes"]
        ]
    if "barcode" in facts:
        first = facts.pop("barcode")
        others = [
            {"barcode": row.barcode, "multiplier": row.multiplier, "price": row.price, "title": row.title}
            for row in (product.barcodes[1:] if product else ())
        ]
        facts["barcodes"] = [{"barcode": first}, *others] if first else others
    return facts
