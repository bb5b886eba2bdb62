"""Pictures of products, for pages and tills; and labels, see ``label_pages``."""

from flask import Blueprint, Flask, Response

from smartpos.catalog import label_pages
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries import doors
from smartpos.core.files import send_stored_file
from smartpos.core.permissions import require

blueprint = Blueprint("catalog", __name__)


@blueprint.get("/products/images/<int:image_id>/<any(large, small):size>")
def product_image(image_id: int, size: str) -> Response:
    """A picture of a product. It never changes under its number, so browsers keep it."""
    require(CatalogPermission.PRODUCT_READ)
    image = doors.product_image(image_id)
    return send_stored_file(image.file_id if size == "large" else image.thumbnail_id, forever=True)


label_pages.add_to(blueprint)


def init_app(app: Flask) -> None:
    """Register the routes."""
    app.register_blueprint(blueprint)
    label_pages.init_app(app)
