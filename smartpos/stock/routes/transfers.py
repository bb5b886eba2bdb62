"""Pages of transfers: asking for goods, receiving them, and the slip that travels with them."""

from typing import Any

from flask import Flask, Response, make_response, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import generate_csrf

from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.labels import label_of
from smartpos.core.admin.navigation import register_shortcut
from smartpos.core.db import utc_now
from smartpos.core.extensions import POLICY_WITH_WASM, under_policy
from smartpos.core.i18n import select_locale
from smartpos.core.money import plain
from smartpos.core.permissions import can, require
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.principal import me
from smartpos.stock.errors import TransferInOtherState
from smartpos.stock.models import StockTransfer, TransferStatus
from smartpos.stock.operations.transfers import MOST_TRANSFER_LINES
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import transfers as queries
from smartpos.stock.queries.countable import countable_goods
from smartpos.stock.routes.blueprint import blueprint, branch_choices
from smartpos.stock.transfer_texts import new_transfer_texts, receiving_texts


def _details_url(transfer: StockTransfer | None = None) -> str | None:
    """Where a transfer is shown, for those who may look at it there."""
    if not (may_enter() and can(P.TRANSFER_READ)):
        return None
    return url_for("stock_transfers.details_view", id=transfer.id if transfer else None)


def _common() -> dict[str, Any]:
    actor = me()
    return {
        "user_id": actor.user_id,
        "csrf": generate_csrf(),
        "language": select_locale(),
        "timezone": actor.organization.timezone,
    }


@blueprint.get("/transfers/new")
@under_policy(POLICY_WITH_WASM)
def new_transfer() -> Response:
    """Asking for goods: lines by searching or scanning, with the keyboard alone."""
    require(P.TRANSFER_CREATE)
    actor = me()
    boot = _common() | {
        "branches": [{"id": row.id, "name": row.name} for row in branch_choices()],
        "branch_id": actor.default_branch_id,
        "most_lines": MOST_TRANSFER_LINES,
        "needs_approval": actor.setting("transfers_need_approval"),
        "texts": new_transfer_texts(),
        "details_url": _details_url(),
    }
    may_add = may_enter() and can(IdentityPermission.BRANCH_WRITE)
    new_branch_url = url_for("branches.create_view") if may_add else None
    return _fresh(render_template("stock/transfer_new.html", boot=boot, new_branch_url=new_branch_url))


@blueprint.get("/transfers/<int:transfer_id>/receive")
@under_policy(POLICY_WITH_WASM)
def receive_transfer(transfer_id: int) -> Response:
    """Unloading: what has arrived is scanned or typed, line by line; made for a phone."""
    require(P.TRANSFER_RECEIVE)
    transfer = queries.transfer_for(transfer_id)
    if transfer.status is not TransferStatus.IN_TRANSIT:
        raise TransferInOtherState(transfer.number, transfer.status)
    items = queries.transfer_items(transfer.id)
    goods = countable_goods(None, limit=MOST_TRANSFER_LINES, ids=sorted({item.product_id for item in items}))
    codes = {item.id: item.codes for item in goods.items}
    # What travels in several lots is counted lot by lot: only so can be told which of them is missing.
    sent = queries.sent_by_lines(transfer.id, items)
    boot = _common() | {
        "transfer": {"id": transfer.id, "number": transfer.number},
        "lines": [
            {
                "id": item.id,
                "key": f"{item.id}-{part.batch_id or 0}" if item_is_split else str(item.id),
                "product_id": item.product_id,
                "name": item.product,
                "sku": item.sku,
                "unit": item.unit,
                "digits": item.unit_digits,
                "sent": plain(part.quantity),
                "batch_id": part.batch_id if item_is_split else None,
                "is_split": item_is_split,
                "lot": part.batch_number,
                "expires": part.expiration_date.isoformat() if part.expiration_date else None,
                "codes": [
                    {"barcode": code, "multiplier": plain(times), "title": title}
                    for code, times, title in codes.get(item.product_id, ())
                ],
            }
            for item in items
            for item_is_split in (len(sent[item.id]) > 1,)
            for part in sent[item.id]
        ],
        "texts": receiving_texts(),
        "details_url": _details_url(transfer),
    }
    return _fresh(render_template("stock/transfer_receive.html", transfer=transfer, boot=boot))


@blueprint.get("/transfers/<int:transfer_id>/slip")
def transfer_slip(transfer_id: int) -> Response:
    """The slip that travels with the goods, to be printed on A4."""
    require(P.TRANSFER_READ)
    transfer, actor = queries.transfer_for(transfer_id), me()
    people = (transfer.created_by, transfer.approved_by, transfer.shipped_by, transfer.completed_by)
    return _fresh(
        render_template(
            "stock/transfer_slip.html",
            transfer=transfer,
            items=queries.transfer_items(transfer.id),
            status=label_of(transfer.status).text,
            is_received=transfer.status is TransferStatus.COMPLETED,
            names=queries.names_of_people(people),
            shop=actor.setting("display_name") or actor.organization.name,
            now=utc_now(),
            nowhere=_("another branch"),
        )
    )


def _fresh(content: str) -> Response:
    page = make_response(content)
    # The facts are of this person and this moment; a copy from a cache would be somebody else's.
    page.headers["Cache-Control"] = "no-store"
    return page


def init_app(app: Flask) -> None:
    """Offer the page on the start page."""
    register_shortcut(
        _l("New transfer"),
        "stock.new_transfer",
        "truck",
        P.TRANSFER_CREATE,
        hint=_l("Goods from one branch to another"),
        order=60,
    )
