"""What the endpoints of stock have in common."""

from flask_smorest import Blueprint

blueprint = Blueprint("stock_api", __name__, url_prefix="/api", description="Stock and its ledger")
