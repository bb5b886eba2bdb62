"""What the endpoints of purchasing have in common."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "purchasing_api", __name__, url_prefix="/api", description="Purchases, suppliers' prices and payments"
)
