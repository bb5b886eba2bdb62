"""Who acts in the request that is answered, for the edges of all domains. Operations are given their actor."""

from flask import g

from smartpos.core.errors import Unauthorized
from smartpos.identity.actors import Actor


def me() -> Actor:
    """Who is signed in. Raises Unauthorized when nobody is, which leads people to the log-in page."""
    principal: Actor | None = g.get("principal")
    if principal is None:
        raise Unauthorized
    return principal
