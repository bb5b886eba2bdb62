"""What the endpoints of purchasing have in common."""

from flask import g
from flask_smorest import Blueprint

from smartpos.core.errors import Unauthorized
from smartpos.identity.actors import Actor

blueprint = Blueprint(
    "purchasing_api", __name__, url_prefix="/api", description="Purchases, suppliers' prices and payments"
)


def me() -> Actor:
    """Who asks."""
    principal: Actor | None = g.get("principal")
    if principal is None:
        raise Unauthorized
    return principal
