"""The facts with which a till starts, for a page that was not made by the server of this moment."""

from flask import Response, g, jsonify

from smartpos.core.permissions import needs
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.boot import page_facts


@blueprint.get("/till/facts")
@needs(IdentityPermission.TILL_USE)
@blueprint.doc(
    responses={"200": {"description": "Person, place, shift, settings, texts and the token of this session"}}
)
def get_till_facts() -> Response:
    """Who sells where, with what rules: what the till's page carries when the server makes it."""
    answer = jsonify(page_facts(g.principal))
    answer.headers["Cache-Control"] = "no-store"
    return answer
