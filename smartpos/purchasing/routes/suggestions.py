"""What should be ordered and moved, and by one click the drafts of it."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin import register_link
from smartpos.core.admin.loaders import parse_id
from smartpos.core.errors import Invalid
from smartpos.core.figures import typed_number
from smartpos.core.money import parse_quantity
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.purchasing.operations.suggested import draft_suggested_purchases, draft_suggested_transfers
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries.positions import velocity_days
from smartpos.purchasing.queries.suggesting import (
    MOST_SUGGESTIONS,
    Suggested,
    suggestions,
)
from smartpos.purchasing.routes.blueprint import blueprint
from smartpos.purchasing.routes.choices import branch_choices
from smartpos.stock.permissions import StockPermission


def _branch(branches: list[Any]) -> int | None:
    """The branch asked for; without one that of the person, or the first."""
    known = [row.id for row in branches]
    asked = parse_id(request.values.get("branch", ""))
    usual = me().default_branch_id
    return next((number for number in (asked, usual, *known) if number in known), None)


@blueprint.get("/purchases/suggestions")
def show_suggestions() -> str:
    """What a branch should order and what others could give it, with ticks and quantities to be changed."""
    require(P.PURCHASE_READ)
    branches = branch_choices()
    branch_id = _branch(branches)
    found = suggestions(branch_id, me()) if branch_id else []
    return render_template(
        "purchasing/suggestions.html",
        branches=branches,
        branch_id=branch_id,
        names={row.id: row.name for row in branches},
        groups=_by_supplier(found[:MOST_SUGGESTIONS]),
        hidden=max(0, len(found) - MOST_SUGGESTIONS),
        days=velocity_days(me()),
        review_days=me().setting("purchase_review_days"),
        may_order=can(P.PURCHASE_WRITE),
        may_move=can(StockPermission.TRANSFER_CREATE),
        costs=can(CatalogPermission.COST_READ),
        form_uuid=uuid4(),
        typed=typed_number,
    )


def _by_supplier(found: list[Suggested]) -> list[tuple[str | None, list[Suggested]]]:
    groups: dict[str | None, list[Suggested]] = defaultdict(list)
    for one in found:
        groups[one.goods.supplier].append(one)
    return list(groups.items())


@blueprint.post("/purchases/suggestions")
def draft_suggestions() -> ResponseReturnValue:
    """Make a draft purchase per supplier and a transfer per branch of what was ticked, all or none.

    The form's own number makes it safe to send twice.
    """
    require(P.PURCHASE_WRITE)
    branch_id = _branch(branch_choices())
    back = url_for("purchasing.show_suggestions", branch=branch_id)
    form_uuid = _uuid(request.form.get("form_uuid", ""))
    orders = _ticked("order")
    moves = _ticked("move")
    if branch_id is None or form_uuid is None or not (orders or moves):
        flash(_("Please tick what should be ordered or moved."), "error")
        return redirect(back)
    if moves:
        require(StockPermission.TRANSFER_CREATE)
    wanted = {key[0]: quantity for key, quantity in orders.items()}
    given = {(product_id, from_id): quantity for (product_id, from_id), quantity in moves.items()}
    purchases = draft_suggested_purchases(branch_id, wanted, form_uuid=form_uuid, actor=me())
    transfers = draft_suggested_transfers(branch_id, given, form_uuid=form_uuid, actor=me())
    numbers = [*(one.number for one in purchases), *(one.number for one in transfers)]
    flash(_("Drafts were made: %(numbers)s", numbers=", ".join(numbers)), "success")
    return redirect(back)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _ticked(kind: str) -> dict[tuple[int, ...], Decimal]:
    """The quantities of the ticked rows, by the numbers in their names: ``order-17``, ``move-17-3``."""
    found: dict[tuple[int, ...], Decimal] = {}
    wanted = 1 if kind == "order" else 2
    for name in request.form.getlist(kind)[: 2 * MOST_SUGGESTIONS]:
        numbers = tuple(parse_id(part) or 0 for part in name.split("-"))
        if len(numbers) != wanted or 0 in numbers:
            raise Invalid(_("There is no such product."))
        quantity = parse_quantity(request.form.get(f"{kind}-{name}", ""))
        if quantity <= 0:
            raise Invalid(_("Every ticked line needs a quantity greater than zero."))
        found[numbers] = quantity
    return found


def init_app(app: Flask) -> None:
    """Put the page into the menu."""
    register_link(
        _l("Purchasing"),
        _l("Suggested orders"),
        "purchasing.show_suggestions",
        "cart",
        P.PURCHASE_READ,
        order=60,
    )
