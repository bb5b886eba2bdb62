"""What the endpoints of the catalogue have in common."""

from flask import g
from flask_smorest import Blueprint

from smartpos.core.errors import Unauthorized
from smartpos.identity.actors import Actor

blueprint = Blueprint(
    "catalog_api", __name__, url_prefix="/api", description="Products, categories and prices"
)


def me() -> Actor:
    """Who asks."""
    principal: Actor | None = g.get("principal")
    if principal is None:
        raise Unauthorized
    return principal
