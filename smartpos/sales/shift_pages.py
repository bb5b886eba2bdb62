"""The report of a shift on paper: of the till's width, or A4."""

from flask import Blueprint, Response, g, make_response, render_template, request

from smartpos.core.admin.labels import label_of
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Unauthorized
from smartpos.identity.models import User
from smartpos.sales.queries import shift_for
from smartpos.sales.queries.reports import shift_figures

PAPERS = ("58", "80", "a4")


def shift_report(shift_id: int) -> Response:
    """The X or Z report of a shift, to be printed: one's own, or any with the permission."""
    actor = g.get("principal")
    if actor is None:
        raise Unauthorized
    shift = shift_for(actor, shift_id)
    closer = db.session.get(User, shift.closed_by) if shift.closed_by else None
    usual = str(shift.till.receipt_width)
    asked = request.args.get("paper", usual)
    page = make_response(
        render_template(
            "sales/shift_report.html",
            figures=shift_figures(shift, actor),
            shift=shift,
            closer=closer.display if closer else None,
            paper=asked if asked in PAPERS else usual,
            papers=PAPERS,
            shop=actor.setting("display_name") or actor.organization.name,
            currency=actor.organization.currency,
            now=utc_now(),
            label_of=label_of,
        )
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def add_to(blueprint: Blueprint) -> None:
    """Hang the page in."""
    blueprint.add_url_rule("/shifts/<int:shift_id>/report", view_func=shift_report)
