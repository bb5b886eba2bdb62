"""The page of operators: a tablet beside the machine."""

from flask import Flask, Response, make_response, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf

from smartpos.core.admin import register_link, register_shortcut, register_start_page
from smartpos.core.extensions import POLICY_WITH_WASM, under_policy
from smartpos.core.i18n import select_locale
from smartpos.core.permissions import can, require
from smartpos.identity.actors import Actor
from smartpos.identity.principal import me
from smartpos.production.floor_texts import floor_texts, pause_reasons, scrap_reasons
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.routes.blueprint import blueprint


@blueprint.get("/production")
@under_policy(POLICY_WITH_WASM)
def floor() -> Response:
    """What there is to make, and one order with its big buttons; drawn in the browser."""
    require(P.ORDER_WORK)
    actor = me()
    boot = {
        "user_id": actor.user_id,
        "user_name": actor.name,
        "csrf": generate_csrf(),
        "texts": floor_texts(),
        "language": select_locale(),
        "timezone": actor.organization.timezone,
        "pause_reasons": pause_reasons(),
        "scrap_reasons": scrap_reasons(),
        "sees_all": can(P.ORDER_ANY),
        "may_operate": can(P.MACHINE_OPERATE),
        "login_url": url_for("identity.login"),
        "page_url": url_for("production.floor"),
    }
    page = make_response(render_template("production/floor.html", boot=boot))
    # The facts are of this person; a copy from a cache would be somebody else's.
    page.headers["Cache-Control"] = "no-store"
    return page


def _is_home_of(person: Actor) -> bool:
    """Whether somebody makes things here and directs nobody: their day begins and ends on this page."""
    return person.can(P.ORDER_WORK) and not person.can(P.ORDER_WRITE)


def init_app(app: Flask) -> None:
    """Put the page into the menu and among the buttons of the start page; operators begin on it."""
    register_start_page("production.floor", _is_home_of)
    register_link(_l("Production"), _l("Workplace"), "production.floor", "factory", P.ORDER_WORK, order=5)
    register_shortcut(
        _l("Production"),
        "production.floor",
        "factory",
        P.ORDER_WORK,
        hint=_l("Start, pause and complete orders"),
        order=70,
    )
