"""What should be made and bought, by one click the orders and drafts of it, and what making something would take."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask import Flask, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists

from smartpos.catalog.models import Product
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.core.admin import register_link
from smartpos.core.admin.loaders import parse_id
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.figures import typed_number
from smartpos.core.money import parse_quantity
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.production.errors import CircularRecipe, NothingToMakeItOf
from smartpos.production.models import BillOfMaterials, BomStatus, ProductionOrder
from smartpos.production.operations.orders import OrderRequest, create_order
from smartpos.production.operations.planning import (
    MOST_LINES,
    PlanLine,
    draft_purchases,
    draft_transfers,
    make_orders,
    make_parts,
)
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.office import branch_choices, usual_branch
from smartpos.production.queries.planning import MOST_DAYS, Plan, ToGet, ToMake, net_needs, what_if
from smartpos.production.routes.blueprint import blueprint
from smartpos.purchasing.permissions import PurchasingPermission
from smartpos.purchasing.queries.positions import velocity_days
from smartpos.stock.permissions import StockPermission

PER_PAGE = 100
USUAL_DAYS = 7
MOST_OFFERED = 20
NAMED = 8  # numbers of orders in a message


def chosen_branch(branches: list[Any]) -> int | None:
    """The branch asked for; without one that of the person if it is a workshop, or the first workshop there is."""
    asked = parse_id(request.values.get("branch", ""))
    return asked if asked in {row.id for row in branches} else usual_branch(branches, me())


def _days() -> tuple[int, str]:
    typed = request.values.get("days", "").strip()[:10]
    if not typed:
        return USUAL_DAYS, ""
    if not typed.isascii() or not typed.isdigit() or int(typed) > MOST_DAYS:
        return USUAL_DAYS, _("Please enter a number of days from 0 to %(most)s.", most=MOST_DAYS)
    return int(typed), ""


@blueprint.get("/production/plan")
def show_plan() -> tuple[str, int]:
    """What a workshop should make, and have bought for it, with ticks and quantities to be changed."""
    require(P.PLAN)
    branches = branch_choices()
    branch_id = chosen_branch(branches)
    days, problem = _days()
    others = [row for row in branches if row.id != branch_id]
    named = {parse_id(one) for one in request.args.getlist("for")}
    supplies = {row.id for row in others if row.id in named} if "chosen" in request.args else None
    found, trouble = None, ""
    if branch_id is not None and not problem:
        try:
            found = net_needs(branch_id, days, me(), supplies)
        except CircularRecipe as error:
            trouble = str(error)
    number = max(1, request.args.get("page", 1, type=int))
    page = render_template(
        "production/plan.html",
        branches=branches,
        branch_id=branch_id,
        others=others,
        supplies=supplies,
        days=days,
        typed_days=request.values.get("days", "").strip()[:10] or days,
        most_days=MOST_DAYS,
        problem=problem,
        trouble=trouble,
        shown=_page(found, number) if found else None,
        names={row.id: row.name for row in branches},
        velocity_days=velocity_days(me()),
        may_make=can(P.ORDER_WRITE),
        may_buy=can(PurchasingPermission.PURCHASE_WRITE),
        may_move=can(StockPermission.TRANSFER_CREATE),
        form_uuid=uuid4(),
        typed=typed_number,
        address=_address,
    )
    return page, 422 if problem else 200


def _address(number: int) -> str:
    kept = request.args.to_dict(flat=False) | {"page": [str(number)]}
    return url_for("production.show_plan", **kept)  # type: ignore[arg-type]


def _page(found: Plan, number: int) -> dict[str, Any]:
    """A page of the plan: orders by level first, then what is to be got by supplier."""
    purchases = sorted(found.purchases, key=_by_supplier)
    rows: list[ToMake | ToGet] = [*found.orders, *purchases]
    last = max(1, -(-len(rows) // PER_PAGE))
    number = min(number, last)
    rows = rows[(number - 1) * PER_PAGE : number * PER_PAGE]
    levels: dict[int, list[ToMake]] = defaultdict(list)
    suppliers: dict[str | None, list[ToGet]] = defaultdict(list)
    for row in rows:
        if isinstance(row, ToMake):
            levels[row.need.level].append(row)
        else:
            suppliers[row.goods.supplier if row.goods else None].append(row)
    return {
        "number": number,
        "last": last,
        "levels": levels,
        "suppliers": suppliers,
        "orders": len(found.orders),
        "purchases": len(found.purchases),
    }


def _by_supplier(one: ToGet) -> tuple[bool, str, str]:
    supplier = one.goods.supplier if one.goods else None
    return supplier is None, supplier or "", one.product.name


@blueprint.post("/production/plan")
def follow_plan() -> ResponseReturnValue:
    """Make the orders and the drafts of what was ticked, all or none.

    The form's own number makes it safe to send twice.
    """
    require(P.PLAN)
    branch_id = chosen_branch(branch_choices())
    back = url_for("production.show_plan", branch=branch_id, days=_days()[0])
    try:
        form_uuid = UUID(request.form.get("form_uuid", ""))
    except ValueError:
        form_uuid = None
    what = request.form.get("what", "all")
    lines = _ticked_orders() if what in {"all", "orders"} else []
    buys = (
        {key[0]: quantity for key, quantity in _ticked("buy", 1).items()} if what in {"all", "buys"} else {}
    )
    moves = _ticked("move", 2) if what in {"all", "buys"} else {}
    if branch_id is None or form_uuid is None or not (lines or buys or moves):
        flash(_("Please tick what should be made or got."), "error")
        return redirect(back)
    for needed, ticked in (
        (P.ORDER_WRITE, lines),
        (PurchasingPermission.PURCHASE_WRITE, buys),
        (StockPermission.TRANSFER_CREATE, moves),
    ):
        if ticked:
            require(needed)
    made = make_orders(branch_id, lines, form_uuid=form_uuid, schedule="schedule" in request.form, actor=me())
    purchases = draft_purchases(branch_id, buys, form_uuid=form_uuid, dated=True, actor=me())
    transfers = draft_transfers(branch_id, moves, form_uuid=form_uuid, actor=me())
    drafts = [*(one.number for one in purchases), *(one.number for one in transfers)]
    if made:
        flash(_told(made), "success")
    if drafts:
        flash(_("Drafts were made: %(numbers)s", numbers=_some(drafts)), "success")
    return redirect(back)


def _some(numbers: list[str]) -> str:
    return ", ".join(numbers[:NAMED]) + (" …" if len(numbers) > NAMED else "")


def _told(made: list[ProductionOrder]) -> str:
    sentence: str = ngettext(
        "%(num)d production order was made: %(numbers)s",
        "%(num)d production orders were made: %(numbers)s",
        len(made),
        numbers=_some([order.number for order in made]),
    )
    return sentence


def _ticked_orders() -> list[PlanLine]:
    lines = []
    for (product_id,), quantity in _ticked("order", 1).items():
        lines.append(
            PlanLine(
                product_id,
                quantity,
                begin_on=_day(f"begin-{product_id}"),
                ready_on=_day(f"ready-{product_id}"),
                for_product_id=parse_id(request.form.get(f"for-{product_id}", "")),
                machine_id=parse_id(request.form.get(f"machine-{product_id}", "")),
            )
        )
    return lines


def _day(name: str) -> date | None:
    typed = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid(_("Please enter a day.")) from None


def _ticked(kind: str, numbers_each: int) -> dict[tuple[Any, ...], Decimal]:
    """The quantities of the ticked rows, by the numbers in their names: ``order-17``, ``move-17-3``."""
    found: dict[tuple[Any, ...], Decimal] = {}
    for name in request.form.getlist(kind)[: 2 * MOST_LINES]:
        numbers = tuple(parse_id(part) or 0 for part in name.split("-"))
        if len(numbers) != numbers_each or 0 in numbers:
            raise Invalid(_("There is no such product."))
        quantity = parse_quantity(request.form.get(f"{kind}-{name}", ""))
        if quantity <= 0:
            raise Invalid(_("Every ticked line needs a quantity greater than zero."))
        found[numbers] = quantity
    return found


@blueprint.get("/production/made")
def made_choices() -> Response:
    """The products with a recipe in force that a search field offers: pairs of number and name."""
    require(P.PLAN)
    recipes = (BillOfMaterials.product_id == Product.id, BillOfMaterials.status == BomStatus.ACTIVE)
    loader = ProductChoices("product", where=lambda statement: statement.where(exists().where(*recipes)))
    rows = loader.get_list(
        request.args.get("query", ""),
        request.args.get("offset", 0, type=int),
        request.args.get("limit", MOST_OFFERED, type=int),
    )
    return jsonify([loader.format(row) for row in rows])


@blueprint.get("/production/what-if")
def show_what_if() -> tuple[str, int]:
    """What making so much of a product would take on all levels, and what of it is short."""
    require(P.PLAN)
    branches = branch_choices()
    branch_id = chosen_branch(branches)
    typed = {name: request.args.get(name, "").strip()[:30] for name in ("product", "quantity")}
    product_id = parse_id(typed["product"])
    product = db.session.get(Product, product_id) if product_id else None
    lines, problem = [], ""
    if branch_id is not None and product is not None:
        try:
            quantity = parse_quantity(typed["quantity"])
            if quantity <= 0:
                raise Invalid(_("The quantity must be greater than zero."))
            lines = what_if(product.id, quantity, branch_id, me())
        except (Invalid, NothingToMakeItOf) as error:
            problem = str(error)
    page = render_template(
        "production/what_if.html",
        branches=branches,
        branch_id=branch_id,
        product=product,
        typed=typed,
        lines=lines,
        problem=problem,
        may_make=can(P.ORDER_WRITE),
        form_uuid=uuid4(),
    )
    return page, 422 if problem else 200


@blueprint.post("/production/what-if")
def make_it_so() -> ResponseReturnValue:
    """Make the order that was asked about and, on all levels, the orders of what it lacks; safe to send twice."""
    require(P.PLAN)
    require(P.ORDER_WRITE)
    branch_id = chosen_branch(branch_choices())
    product_id = parse_id(request.form.get("product", ""))
    if branch_id is None or product_id is None:
        raise Invalid(_("There is no such product."))
    try:
        form_uuid = UUID(request.form.get("form_uuid", ""))
    except ValueError:
        raise Invalid(_("There is no such product.")) from None
    asked = OrderRequest(
        product_id=product_id,
        quantity_to_produce=parse_quantity(request.form.get("quantity", "")),
        branch_id=branch_id,
        client_uuid=form_uuid,
    )
    order = create_order(asked, actor=me())
    made = [order, *make_parts(order.id, actor=me())]
    flash(_told(made), "success")
    return redirect(url_for("production.order", order_id=order.id))


@blueprint.post("/production/orders/<int:order_id>/parts")
def make_parts_of_order(order_id: int) -> ResponseReturnValue:
    """Make the orders of everything that an order lacks and that is made here; a second time makes nothing."""
    require(P.ORDER_WRITE)
    made = make_parts(order_id, actor=me())
    if made:
        flash(_told(made), "success")
    else:
        flash(_("Nothing has to be made for it: all its parts are there or under way."), "info")
    return redirect(url_for("production.order", order_id=order_id))


def init_app(app: Flask) -> None:
    """Put the page into the menu."""
    register_link(_l("Production"), _l("Production plan"), "production.show_plan", "adjust", P.PLAN, order=11)
