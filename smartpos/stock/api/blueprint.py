"""What the endpoints of stock have in common."""

from flask import g
from flask_smorest import Blueprint

from smartpos.core.errors import Unauthorized
from smartpos.identity.actors import Actor

blueprint = Blueprint("stock_api", __name__, url_prefix="/api", description="Stock and its ledger")


def me() -> Actor:
    """Who asks."""
    principal: Actor | None = g.get("principal")
    if principal is None:
        raise Unauthorized
    return principal
