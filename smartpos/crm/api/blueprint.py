"""What the endpoints of customers and suppliers have in common."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "crm_api", __name__, url_prefix="/api", description="Customers, suppliers and their accounts"
)
