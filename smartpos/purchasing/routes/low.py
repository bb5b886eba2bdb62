"""What is at or below its level, with what is on order and on its way.

The page is about stock and stands here because the floor of stock does not know what was ordered.
"""

from typing import Any

from flask import Blueprint, Flask, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import register_link
from smartpos.core.admin.loaders import parse_id
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.purchasing.queries.positions import low_stock, velocity_days
from smartpos.purchasing.routes.choices import branch_choices
from smartpos.stock.permissions import StockPermission as P

pages = Blueprint("running_low", __name__, url_prefix="/stock")

PER_PAGE = 50


@pages.get("/low")
def low() -> tuple[str, int]:
    """What runs low, by branch."""
    require(P.STOCK_READ)
    branches = branch_choices()
    typed = request.args.get("branch", "").strip()[:30]
    branch_id = parse_id(typed) if typed else None
    problem = ""
    if typed and branch_id not in {row.id for row in branches}:
        problem = _("There is no such branch.")
    cursor = request.args.get("cursor") or None
    found = None if problem else low_stock(me(), limit=PER_PAGE, branch_id=branch_id, cursor=cursor)
    kept: dict[str, Any] = {"branch": branch_id} if branch_id and not problem else {}
    page = render_template(
        "purchasing/low.html",
        branches=branches,
        branch_id=branch_id,
        problem=problem,
        found=found,
        days=velocity_days(me()),
        sees_movements=can(P.MOVEMENT_READ),
        sets_levels=can(P.LEVEL_WRITE),
        sees_purchases=can(PurchasingPermission.PURCHASE_READ),
        first_url=url_for("running_low.low", **kept) if cursor else "",
        next_url=url_for("running_low.low", cursor=found.next_cursor, **kept)
        if found and found.next_cursor
        else "",
    )
    return page, 422 if problem else 200


def init_app(app: Flask) -> None:
    """Register the page and put it into the menu."""
    app.register_blueprint(pages)
    register_link(_l("Stock"), _l("Runs low"), "running_low.low", "warning", P.STOCK_READ, order=12)
