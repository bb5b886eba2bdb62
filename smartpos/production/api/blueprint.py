"""What the endpoints of production have in common."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "production_api", __name__, url_prefix="/api", description="Recipes, machines and production orders"
)
