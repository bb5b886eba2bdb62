"""Where the endpoints of selling hang."""

from flask_smorest import Blueprint

blueprint = Blueprint(
    "sales_api", __name__, url_prefix="/api", description="Shifts, receipts and the counter"
)
