"""Pages of people who count: what is being counted, and the page on which they do it."""

from flask import Flask, Response, make_response, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf

from smartpos.catalog.scales import SCALE_SETTING
from smartpos.core.admin import register_link
from smartpos.core.admin.guard import may_enter
from smartpos.core.extensions import POLICY_WITH_WASM, under_policy
from smartpos.core.i18n import select_locale
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.stock.count_texts import count_texts
from smartpos.stock.models import CountStatus
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import counts as queries
from smartpos.stock.routes.blueprint import blueprint


@blueprint.get("/counts")
def open_counts() -> str:
    """The counts that are open, with how much was counted of each; from here one goes counting."""
    require(P.COUNT_ENTER)
    found = queries.open_counts()
    return render_template(
        "stock/counts.html",
        counting=[count for count in found if count.status is CountStatus.COUNTING],
        waiting=[count for count in found if count.status is CountStatus.REVIEW],
        progress=queries.progress_of([count.id for count in found]),
        may_start=may_enter() and can(P.COUNT_READ) and can(P.COUNT_CREATE),
        may_look=may_enter() and can(P.COUNT_READ),
    )


@blueprint.get("/counts/<int:count_id>")
@under_policy(POLICY_WITH_WASM)
def count(count_id: int) -> Response:
    """The page of somebody who counts: made for a phone with a scanner, working on without the network."""
    require(P.COUNT_ENTER)
    found, actor = queries.count_for(count_id), me()
    boot = {
        "count": {
            "id": found.id,
            "status": found.status.value,
            "started_at": found.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        },
        "user_id": actor.user_id,
        "csrf": generate_csrf(),
        "scale_patterns": actor.setting(SCALE_SETTING),
        "texts": count_texts(),
        "language": select_locale(),
        "timezone": actor.organization.timezone,
        "list_url": url_for("stock.open_counts"),
    }
    page = make_response(
        render_template(
            "stock/count.html",
            count=found,
            boot=boot,
            report_url=url_for("stock_counts.details_view", id=found.id)
            if may_enter() and can(P.COUNT_READ)
            else None,
        )
    )
    # The facts are of this person; a copy from a cache would be somebody else's.
    page.headers["Cache-Control"] = "no-store"
    return page


def init_app(app: Flask) -> None:
    """Put the list into the menu."""
    register_link(_l("Stock"), _l("Counting"), "stock.open_counts", "barcode", P.COUNT_ENTER, order=36)
