"""Pages of selling: the till, and a receipt to be printed again."""

from collections import defaultdict
from decimal import Decimal

from flask import Blueprint, Flask, Response, g, jsonify, make_response, render_template, request, url_for

from smartpos.core.admin.labels import label_of
from smartpos.core.db import db
from smartpos.core.permissions import require
from smartpos.identity.models import Branch, Till
from smartpos.identity.permissions import IdentityPermission
from smartpos.sales.boot import page_facts
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import sale_for
from smartpos.sales.shell import manifest, worker_script
from smartpos.sales.shift_pages import add_to as add_shift_pages

blueprint = Blueprint("sales", __name__)


@blueprint.get("/till")
def till() -> Response:
    """The till. Everything on it is drawn in the browser from the facts given here."""
    require(IdentityPermission.TILL_USE)
    page = make_response(render_template("till/page.html", boot=page_facts(g.principal)))
    # The facts are of this person and this moment; a copy from a cache would be somebody else's.
    page.headers["Cache-Control"] = "no-store"
    return page


@blueprint.get("/till/shell")
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


@blueprint.get("/sales/<int:sale_id>/receipt")
def receipt(sale_id: int) -> Response:
    """A receipt to be printed again, on paper of the till's width."""
    require(SalesPermission.SALE_READ)
    actor = g.principal
    sale = sale_for(actor, sale_id)
    tax: defaultdict[Decimal, Decimal] = defaultdict(Decimal)
    for item in sale.items:
        if item.tax:
            tax[item.vat_rate] += item.tax
    page = make_response(
        render_template(
            "sales/receipt.html",
            sale=sale,
            tax=tax,
            tax_on_top=sum(item.tax for item in sale.items if not item.vat_included),
            branch=db.session.get(Branch, sale.branch_id),
            till=db.session.get(Till, sale.till_id),
            shop=actor.setting("display_name") or actor.organization.name,
            header=actor.setting("receipt_header"),
            footer=actor.setting("receipt_footer"),
            label_of=label_of,
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page

add_shift_pages(blueprint)


def init_app(app: Flask) -> None:
    """Register the pages."""
    app.register_blueprint(blueprint)
