"""The dashboards, and the figures they ask for again while somebody looks."""

import hashlib
import json
from typing import Any

from flask import Blueprint, Flask, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import register_link, register_shortcut
from smartpos.core.admin.navigation import register_notices
from smartpos.core.permissions import require
from smartpos.identity.principal import me
from smartpos.reports.boards.looking import LENGTHS, Look, look
from smartpos.reports.boards.pages import PAGES
from smartpos.reports.boards.parts import Widget
from smartpos.reports.boards.start import start_figures
from smartpos.reports.permissions import ReportsPermission as P

blueprint = Blueprint("dashboards", __name__, url_prefix="/dashboard")

SECONDS_BETWEEN = 10


@blueprint.get("")
def executive() -> Response:
    """The business at a glance."""
    return _page("executive")


@blueprint.get("/sales")
def sales() -> Response:
    """What was sold, against the days before."""
    return _page("sales")


@blueprint.get("/warehouse")
def warehouse() -> Response:
    """What lies where, what is missing, and what is on its way."""
    return _page("warehouse")


@blueprint.get("/production")
def production() -> Response:
    """What is being made, on what, and whether it is in time."""
    return _page("production")


@blueprint.get("/data")
def executive_data() -> Response:
    """The figures of the first dashboard as JSON; 304 when they are those that the browser has."""
    return _data("executive")


@blueprint.get("/sales/data")
def sales_data() -> Response:
    """The same for the dashboard of sales."""
    return _data("sales")


@blueprint.get("/warehouse/data")
def warehouse_data() -> Response:
    """The same for the dashboard of the warehouse."""
    return _data("warehouse")


@blueprint.get("/production/data")
def production_data() -> Response:
    """The same for the dashboard of production."""
    return _data("production")


def _look(name: str) -> Look:
    for permission in PAGES[name].permissions:
        require(permission)
    return look(
        me(),
        branch=request.args.get("branch", "").strip(),
        days=request.args.get("days", "").strip() if PAGES[name].has_period else "",
    )


def _page(name: str) -> Response:
    page = PAGES[name]
    looked = _look(name)
    widgets = page.widgets(looked)
    boot = {
        "url": url_for(f"{page.endpoint}_data", **looked.asked),
        "seconds": SECONDS_BETWEEN,
        "stamp": _stamp(widgets),
        "widgets": widgets,
        "texts": _texts(),
    }
    answer = make_response(
        render_template(
            "reports/dashboard.html",
            page=page,
            look=looked,
            lengths=_lengths(),
            boards=[one for one in PAGES.values() if one.is_open_to(looked.actor)],
            boot=boot,
            shapes=[(one["kind"], one.get("size", "")) for one in widgets],
        )
    )
    # The figures are of this person; a copy from a cache would be somebody else's, and old.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _data(name: str) -> Response:
    widgets = PAGES[name].widgets(_look(name))
    stamp = _stamp(widgets)
    if request.if_none_match.contains(stamp):
        answer = Response(status=304)
    else:
        answer = Response(json.dumps({"widgets": widgets}, ensure_ascii=False), mimetype="application/json")
    answer.set_etag(stamp)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _stamp(widgets: list[Widget]) -> str:
    body = json.dumps(widgets, ensure_ascii=False, sort_keys=True).encode()
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def _lengths() -> list[tuple[int, str]]:
    texts = {1: _("Today"), 7: _("7 days"), 30: _("30 days")}
    return [(days, texts[days]) for days in LENGTHS]


def _texts() -> dict[str, Any]:
    return {
        "live": _("Live"),
        "away": _("No connection"),
        "report": _("Show"),
        "as_table": _("The same as a table"),
        "sideways": _("Wider than the screen: swipe it sideways."),
        "updated": _("Brought up to date at {time}"),
    }


def init_app(app: Flask) -> None:
    """Register the pages and put the first of them into the menu."""
    app.register_blueprint(blueprint)
    register_notices(start_figures)
    register_link(_l("Reports"), _l("Dashboard"), "dashboards.executive", "chart", P.DASHBOARD_READ, order=1)
    register_shortcut(
        _l("Dashboard"),
        "dashboards.executive",
        "chart",
        P.DASHBOARD_READ,
        hint=_l("Today's figures, as they come in"),
        order=15,
    )
