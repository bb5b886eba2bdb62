"""Pages of selling: the till; and those about paper, see ``paper_pages``."""

from flask import Blueprint, Flask, Response, g, jsonify, make_response, render_template, request, url_for

from smartpos.core.extensions import POLICY_WITH_WASM, under_policy
from smartpos.core.permissions import require
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales import paper_pages
from smartpos.sales.boot import page_facts
from smartpos.sales.shell import manifest, worker_script
from smartpos.sales.shift_pages import add_to as add_shift_pages

blueprint = Blueprint("sales", __name__)


@blueprint.get("/till")
@under_policy(POLICY_WITH_WASM)
def till() -> Response:
    """The till. Everything on it is drawn in the browser from the facts given here."""
    require(IdentityPermission.TILL_USE)
    page = make_response(render_template("till/page.html", boot=page_facts(g.principal)))
    # The facts are of this person and this moment; a copy from a cache would be somebody else's.
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get("/till/shell")
@under_policy(POLICY_WITH_WASM)
def till_shell() -> Response:
    """The till's page without anybody's facts, kept on the device; it starts with what the till itself has kept."""
    page = make_response(render_template("till/page.html", boot=None))
    page.headers["Cache-Control"] = "no-cache"
    return page


@blueprint.get("/till/sw.js")
def till_worker() -> Response:
    """The service worker, by which the till starts without the network. ``?plain`` for browsers without modules."""
    script = make_response(worker_script(sends="plain" not in request.args))
    script.mimetype = "text/javascript"
    script.headers["Service-Worker-Allowed"] = url_for("sales.till")
    script.headers["Cache-Control"] = "no-cache"
    return script


@blueprint.get("/till/manifest.webmanifest")
def till_manifest() -> Response:
    """What a device needs to know to install the till."""
    answer = jsonify(manifest())
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


paper_pages.add_to(blueprint)

add_shift_pages(blueprint)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
