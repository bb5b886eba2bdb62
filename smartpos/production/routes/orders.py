"""Pages of production orders in the back office: a new one, its changes, its time, and the sheet for the wall."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from flask import Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.catalog.models import Product
from smartpos.core.admin import register_shortcut
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.loaders import parse_id
from smartpos.core.barcodes import code128_modules
from smartpos.core.db import db, utc_now
from smartpos.core.errors import SmartPOSError
from smartpos.core.figures import quantity_text
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.production.models import ProductionOrder
from smartpos.production.operations import orders as operations
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import floor, office
from smartpos.production.queries import orders as queries
from smartpos.production.queries.machines import bookings
from smartpos.production.routes.blueprint import blueprint
from smartpos.production.routes.order_forms import ChangeForm, NewOrderForm, ScheduleForm, refuse

AHEAD = timedelta(days=7)


def address_of(order_id: int) -> str:
    """Where an order is looked at: in the back office, by operators on their own page."""
    if may_enter() and (can(P.ORDER_WRITE) or not can(P.ORDER_WORK)):
        return url_for("production_orders.details_view", id=order_id)
    if can(P.ORDER_WORK):
        return url_for("production.floor", order=order_id)
    return url_for("production.work_order", order_id=order_id)


@blueprint.get("/production/orders/<int:order_id>")
def order(order_id: int) -> ResponseReturnValue:
    """An order, wherever the person of the request looks at one."""
    require(P.ORDER_READ)
    return redirect(address_of(queries.order_of(order_id, actor=me()).id))


@blueprint.route("/production/orders/new", methods=("GET", "POST"))
def new_order() -> ResponseReturnValue:
    """Asking for something to be made: what it takes and what of that is short is seen before it is saved."""
    require(P.ORDER_WRITE)
    actor = me()
    form = NewOrderForm()
    form.offer()
    branches = office.branch_choices()
    form.branch_id.choices = [(row.id, row.name) for row in branches]
    chosen = parse_id(form.product_id.data or request.args.get("product_id", ""))
    product = db.session.get(Product, chosen) if chosen is not None else None
    form.bom_id.choices = [("", "\u2013"), *_recipes(product)]
    if not form.is_submitted():
        form.client_uuid.data = str(uuid4())
        form.branch_id.data = parse_id(request.args.get("branch_id", "")) or office.usual_branch(
            branches, actor
        )
        form.product_id.data = str(product.id) if product else ""
        return _new_page(form, product), 200
    if not form.validate() or product is None:
        return _new_page(form, product), 422
    facts = form.facts() | {
        "product_id": product.id,
        "branch_id": form.branch_id.data,
        "bom_id": form.bom_id.data,
        "client_uuid": form.named,
    }
    try:
        made = operations.create_order(operations.OrderRequest(**facts), actor=actor)
        if form.planned_start_at.data is not None:
            _tell_short(operations.schedule_order(made.id, form.planned_start_at.data, actor=actor))
    except SmartPOSError as error:
        refuse(error, form)
        return _new_page(form, product), error.status
    flash(_("Order %(number)s is entered.", number=made.number), "success")
    return redirect(address_of(made.id))


def _recipes(product: Product | None) -> list[tuple[int, str]]:
    if product is None:
        return []
    return [(bom.id, str(bom)) for bom in office.recipes_to_make_by(product.id, me().organization.today)]


def _new_page(form: NewOrderForm, product: Product | None) -> str:
    return render_template(
        "production/order_new.html",
        form=form,
        product=product,
        machines=office.machine_choices(),
        texts={
            "short": _("%(quantity)s %(unit)s missing", quantity="{quantity}", unit="{unit}"),
            "enough": _("Everything that is needed is there."),
            "failed": _("What it takes could not be found out. Please try again."),
            "no_recipe": _("This product has no recipe in force."),
            "by_itself": _("The recipe in force"),
            "made_here": _("Made here"),
            "minutes": _("It takes about %(hours)s h %(minutes)s min.", hours="{hours}", minutes="{minutes}"),
            "estimate": _("By the recipe it costs %(amount)s.", amount="{amount}"),
            "unit": _("in %(unit)s", unit="{unit}"),
        },
    )


@blueprint.route("/production/orders/<int:order_id>/change", methods=("GET", "POST"))
def change_order(order_id: int) -> ResponseReturnValue:
    """Another quantity, priority, machine, operator or day."""
    require(P.ORDER_WRITE)
    found = queries.order_of(order_id, actor=me())
    form = ChangeForm(obj=found)
    form.offer(found.branch_id)
    if not form.is_submitted():
        form.team.data = [member.user_id for member in found.team]
        return _change_page(found, form), 200
    if not form.validate():
        return _change_page(found, form), 422
    try:
        operations.change_order(order_id, form.facts(), actor=me())
    except SmartPOSError as error:
        refuse(error, form)
        return _change_page(queries.order_of(order_id, actor=me()), form), error.status
    flash(_("The order is changed."), "success")
    return redirect(address_of(order_id))


def _change_page(found: ProductionOrder, form: ChangeForm) -> str:
    return render_template(
        "production/order_change.html",
        order=found,
        form=form,
        unit=found.product.unit.name,
        back_url=address_of(found.id),
    )


@blueprint.route("/production/orders/<int:order_id>/schedule", methods=("GET", "POST"))
def schedule_order(order_id: int) -> ResponseReturnValue:
    """When an order is made, and on what; a machine that is taken at that time refuses."""
    require(P.ORDER_WRITE)
    found = queries.order_of(order_id, actor=me())
    form = ScheduleForm(
        data={
            "start": found.planned_start_at,
            "end": found.planned_end_at,
            "machine_id": found.machine_id,
            "operator_id": found.operator_id,
        }
    )
    nothing = ("", "\u2013")
    machines = office.machine_choices(found.branch_id)
    form.machine_id.choices = [nothing, *((row.id, f"{row.name} · {row.code}") for row in machines)]
    form.operator_id.choices = [nothing, *office.people_choices()]
    if not form.is_submitted():
        return _schedule_page(found, form, machines), 200
    start = form.start.data
    if not form.validate() or start is None:
        return _schedule_page(found, form, machines), 422
    try:
        short = operations.schedule_order(
            order_id,
            start,
            form.end.data,
            machine_id=form.machine_id.data,
            operator_id=form.operator_id.data,
            actor=me(),
        )
    except SmartPOSError as error:
        refuse(error, form)
        return _schedule_page(queries.order_of(order_id, actor=me()), form, machines), error.status
    flash(_("The order is planned."), "success")
    _tell_short(short)
    return redirect(address_of(order_id))


def _schedule_page(found: ProductionOrder, form: ScheduleForm, machines: list[Any]) -> str:
    begins = utc_now()
    names = {row.id: row.name for row in machines}
    planned = bookings(list(names), begins, begins + AHEAD, without=found.id)
    return render_template(
        "production/order_schedule.html",
        order=found,
        form=form,
        planned=planned,
        machine_names=names,
        back_url=address_of(found.id),
    )


def _tell_short(short: list[dict[str, Any]]) -> None:
    """Say what was not there to be set aside; the order is planned all the same."""
    if not short:
        return
    lines = ", ".join(
        _(
            "%(name)s (%(requested)s needed, %(available)s there)",
            name=line["name"],
            requested=quantity_text(line["requested"]),
            available=quantity_text(line["available"]),
        )
        for line in short
    )
    flash(_("Materials are short: %(names)s", names=lines), "warning")


@blueprint.get("/production/orders/<int:order_id>/sheet")
def work_order(order_id: int) -> str:
    """The sheet that lies beside the machine: what, of what, how; its barcode opens the order on the floor."""
    require(P.ORDER_READ)
    actor = me()
    found = queries.order_of(order_id, actor=actor)
    return render_template(
        "production/work_order.html",
        order=found,
        materials=queries.materials_of(found),
        team=floor.team_of(found.id),
        bars=bars(found.number),
        shop=actor.setting("display_name") or actor.organization.name,
        now=utc_now(),
    )


def bars(words: str) -> tuple[int, list[tuple[int, int]]]:
    """A Code 128 as its width and its bars: (place, width) each, in modules, with the quiet zones."""
    modules = code128_modules(words)
    found: list[tuple[int, int]] = []
    for place, is_bar in enumerate(modules, start=10):
        if not is_bar:
            continue
        if found and sum(found[-1]) == place:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((place, 1))
    return len(modules) + 20, found


def init_app(app: Flask) -> None:
    """Offer a new order on the start page."""
    register_shortcut(
        _l("New production order"),
        "production.new_order",
        "plus",
        P.ORDER_WRITE,
        hint=_l("What is to be made, and how much of it"),
        order=72,
    )
