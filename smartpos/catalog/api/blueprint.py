"""What the endpoints of the catalogue have in common."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "catalog_api", __name__, url_prefix="/api", description="Products, categories and prices"
)
