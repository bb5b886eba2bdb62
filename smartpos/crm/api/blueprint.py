"""What the endpoints of customers and suppliers have in common."""

from flask import g
from flask_smorest import Blueprint

from smartpos.core.errors import Unauthorized
from smartpos.identity.actors import Actor

blueprint = Blueprint(
    "crm_api", __name__, url_prefix="/api", description="Customers, suppliers and their accounts"
)


def me() -> Actor:
    """Who asks."""
    principal: Actor | None = g.get("principal")
    if principal is None:
        raise Unauthorized
    return principal
