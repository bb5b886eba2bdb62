"""The movement page: what was there, what came and went and why, what is left."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.catalog.models import Product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.core.admin import RowAction, register_link, register_row_action
from smartpos.core.admin.labels import choices
from smartpos.core.admin.origins import origin_choices, origin_link
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.permissions import can, require
from smartpos.identity.models import User
from smartpos.identity.principal import me
from smartpos.stock.models import Batch, MovementType
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import flow, is_tracked
from smartpos.stock.routes.blueprint import MOST_CHOICES, Reading, blueprint, branch_choices

USUAL_PERIOD = timedelta(days=6)
# The value of everything that moved is added up row by row; of more days it comes after the page.
MOST_DAYS_AT_ONCE = timedelta(days=62)
PER_PAGE = 50
SYSTEM = "system"
MOST_OFFERED = 20


def _asked(reading: Reading) -> flow.Asked:
    first, last = reading.period(me().organization.today, USUAL_PERIOD)
    who = reading.text("who")
    kind = reading.choice("kind", list(MovementType))
    return flow.Asked(
        first,
        last,
        product_id=reading.number("product", _("There is no such product.")),
        branch_id=reading.number("branch", _("There is no such branch.")),
        batch_id=reading.number("lot", _("There is no such lot.")),
        movement_type=MovementType(kind) if kind else None,
        origin_kind=reading.choice("cause", [name for name, _label in origin_choices()]),
        user_id=None if who == SYSTEM else reading.number("who", _("There is no such person.")),
        by_system=who == SYSTEM,
    )


def _found(model: Any, number: int | None, name: str, problem: str, reading: Reading) -> Any:
    row = db.session.get(model, number) if number is not None else None
    if number is not None and row is None:
        reading.problems[name] = problem
    return row


@blueprint.get("/movements")
def movements() -> tuple[str, int]:
    """Movements of a place in a period with their balances, or the turnover of each product.

    ``part=edges`` asks for the sums alone, which of a long period the page leaves for later.
    """
    require(P.MOVEMENT_READ)
    reading = Reading()
    asked = _asked(reading)
    product = _found(Product, asked.product_id, "product", _("There is no such product."), reading)
    batch = _found(Batch, asked.batch_id, "lot", _("There is no such lot."), reading)
    branches = branch_choices(with_transit=True)
    if asked.branch_id is not None and asked.branch_id not in {row.id for row in branches}:
        reading.problems["branch"] = _("There is no such branch.")
    if batch is not None and product is not None and batch.product_id != product.id:
        reading.problems["lot"] = _("This lot is of another product.")
    view = reading.choice("view", ("products", "rows")) or "products"
    if asked.has_quantity:
        view = "rows"
    shown_product = product or (batch.product if batch else None)
    newest_first = (reading.choice("order", ("newest", "oldest")) or "newest") == "newest"
    only_moved = reading.text("moved") == "1"
    names = (
        "from",
        "to",
        "product",
        "branch",
        "lot",
        "kind",
        "cause",
        "who",
        "view",
        "order",
        "moved",
        "sums",
    )
    typed = {name: reading.text(name) for name in names}
    kept: dict[str, Any] = {name: value for name, value in typed.items() if value}
    cursor = request.args.get("cursor") or None
    only_edges = reading.text("part") == "edges"
    edges_wait = False
    edges: flow.Turnover | None = None
    found: flow.Rows | flow.Summary | None = None
    if not reading.problems:
        actor = me()
        costs = can(CatalogPermission.COST_READ)
        if asked.has_quantity or costs:
            is_long = asked.last_day - asked.first_day > MOST_DAYS_AT_ONCE
            edges_wait = is_long and not (asked.has_quantity or only_edges or typed["sums"])
            edges = None if edges_wait else flow.turnover(asked, actor)
        if only_edges:
            if edges is None:
                raise NotFound
            facts = {"asked": asked, "edges": edges, "costs": costs, "product": shown_product}
            return render_template("stock/movement_edges.html", **facts), 200
        if view == "rows":
            found = flow.movement_rows(
                asked, actor, limit=PER_PAGE, cursor=cursor, newest_first=newest_first, edges=edges
            )
        else:
            found = flow.summary_by_product(
                asked, actor, limit=PER_PAGE, cursor=cursor, only_moved=only_moved
            )
    lots_of = product.id if product else batch.product_id if batch else None
    page = render_template(
        "stock/movements.html",
        asked=asked,
        typed=typed,
        problems=reading.problems,
        product=shown_product,
        chosen_product=product,
        batch=batch,
        lots=_lots(lots_of),
        branches=branches,
        people=_people(),
        kinds=choices(MovementType),
        causes=origin_choices(),
        cause=origin_link,
        system=SYSTEM,
        view=view,
        newest_first=newest_first,
        only_moved=only_moved,
        edges=edges,
        edges_wait=edges_wait,
        found=found,
        costs=can(CatalogPermission.COST_READ),
        is_continued=bool(cursor),
        is_narrowed=bool(kept.keys() - {"view", "order", "sums"}),
        address=lambda **changes: url_for(
            "stock.movements", **{name: value for name, value in (kept | changes).items() if value}
        ),
    )
    return page, 422 if reading.problems else 200


def _lots(product_id: int | None) -> list[Any]:
    if product_id is None:
        return []
    query = select(Batch.id, Batch.batch_number, Batch.expiration_date).where(Batch.product_id == product_id)
    return list(db.session.execute(query.order_by(Batch.id.desc()).limit(MOST_CHOICES)))


def _people() -> list[tuple[int, str]]:
    statement = select(User).order_by(User.full_name, User.username).limit(MOST_CHOICES)
    return [(user.id, user.display) for user in db.session.scalars(statement)]


@blueprint.get("/stock/products")
def product_choices() -> Response:
    """The products that a search field of a page of stock offers: pairs of number and name."""
    require(P.STOCK_READ)
    loader = ProductChoices("product", where=lambda statement: statement.where(Product.track_inventory))
    rows = loader.get_list(
        request.args.get("query", ""),
        request.args.get("offset", 0, type=int),
        request.args.get("limit", MOST_OFFERED, type=int),
    )
    return jsonify([loader.format(row) for row in rows])


def init_app(app: Flask) -> None:
    """Put the page into the menu, and a way to it into the lists of products and of stock."""
    register_link(_l("Stock"), _l("Movements"), "stock.movements", "movement", P.MOVEMENT_READ, order=15)
    register_row_action(
        "products",
        RowAction(
            "movements",
            _l("Movements"),
            "movement",
            P.MOVEMENT_READ,
            lambda row: redirect(url_for("stock.movements", product=row.id)),
            visible=lambda row: is_tracked(row.type, row.track_inventory),
        ),
    )
    register_row_action(
        "branch_stocks",
        RowAction(
            "movements",
            _l("Movements"),
            "movement",
            P.MOVEMENT_READ,
            lambda row: redirect(url_for("stock.movements", product=row.product_id, branch=row.branch_id)),
        ),
    )
