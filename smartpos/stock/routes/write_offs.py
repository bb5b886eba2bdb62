"""The page on which goods are written off: several lines, by scanning or searching."""

from flask import Flask, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf

from smartpos.core.admin import register_link
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.labels import label_of
from smartpos.core.extensions import POLICY_WITH_WASM, under_policy
from smartpos.core.i18n import select_locale
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.stock.count_texts import write_off_texts
from smartpos.stock.operations.adjustments import WRITE_OFF_REASONS
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.routes.blueprint import blueprint, branch_choices


@blueprint.get("/write-offs/new")
@under_policy(POLICY_WITH_WASM)
def new_write_off() -> str:
    """Several lines with a reason; expired lots may be written off."""
    require(P.STOCK_ADJUST)
    actor = me()
    shown = may_enter() and can(P.MOVEMENT_READ)
    boot = {
        "branches": [{"id": row.id, "name": row.name} for row in branch_choices()],
        "branch_id": actor.default_branch_id,
        "reasons": [
            {"value": reason.value, "label": str(label_of(reason).text)} for reason in WRITE_OFF_REASONS
        ],
        "user_id": actor.user_id,
        "today": actor.organization.today.isoformat(),
        "csrf": generate_csrf(),
        "texts": write_off_texts(),
        "language": select_locale(),
        "timezone": actor.organization.timezone,
        "details_url": url_for("stock_adjustments.details_view") if shown else None,
    }
    return render_template("stock/write_off.html", boot=boot)


def init_app(app: Flask) -> None:
    """Put the page into the menu."""
    register_link(_l("Stock"), _l("Write-offs"), "stock.new_write_off", "trash", P.STOCK_ADJUST, order=32)
