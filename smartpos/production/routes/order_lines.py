"""Pages about the materials of an order and about what it has yielded, typed in the office."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from smartpos.catalog.models import Product
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin.loaders import parse_id
from smartpos.core.db import db
from smartpos.core.errors import Invalid, SmartPOSError
from smartpos.core.figures import decimal_sign, typed_number
from smartpos.core.money import COST_LIMIT, ZERO, parse_decimal, parse_quantity, round_quantity
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.production.floor_texts import scrap_reasons
from smartpos.production.models import ProductionOrder
from smartpos.production.operations.completing import CompletionRequest
from smartpos.production.operations.completing import complete_order as complete
from smartpos.production.operations.materials import MaterialDraft, set_materials
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import floor, office
from smartpos.production.queries import orders as queries
from smartpos.production.routes.blueprint import blueprint
from smartpos.production.routes.orders import address_of

NEW_LINES = 3
LONGEST_REASON = 1000


@dataclass
class MaterialRow:
    """A material on the page where materials are changed: as it stands, and as it was typed."""

    line: queries.MaterialLine
    typed: str
    substitutes: list[Any]
    replaced: str = ""


@blueprint.route("/production/orders/<int:order_id>/materials", methods=("GET", "POST"))
def change_materials(order_id: int) -> ResponseReturnValue:
    """What an order takes instead of what its recipe says: other quantities, other products, substitutes."""
    require(P.ORDER_WRITE)
    found = queries.order_of(order_id, actor=me())
    rows = _rows(found)
    added = [("", "", "")] * NEW_LINES
    if request.method == "POST":
        try:
            with db.session.begin_nested():
                set_materials(order_id, _drafts(rows), actor=me())
        except SmartPOSError as error:
            flash(str(error), "error")
            added = _retype(rows)
        else:
            flash(_("The materials are changed."), "success")
            return redirect(address_of(order_id))
    return render_template(
        "production/order_materials.html",
        order=found,
        rows=rows,
        added=added,
        is_open=found.is_open,
        back_url=address_of(order_id),
    )


def _rows(found: ProductionOrder) -> list[MaterialRow]:
    components = {
        one.product_id: one.bom_component_id for one in found.materials if one.bom_component_id is not None
    }
    substitutes = office.substitutes_of(list(components.values()))
    return [
        MaterialRow(line, typed_number(line.planned), substitutes.get(components.get(line.product_id, 0), []))
        for line in queries.materials_of(found)
    ]


def _drafts(rows: list[MaterialRow]) -> list[MaterialDraft]:
    drafts = []
    for row in rows:
        line = row.line
        typed = request.form.get(f"quantity-{line.product_id}", "").strip()
        if not typed:
            continue
        quantity = parse_quantity(typed)
        instead = parse_id(request.form.get(f"instead-{line.product_id}", ""))
        ratio = next((one[2] for one in row.substitutes if one[0] == instead), None)
        if instead is not None and ratio is not None:
            # What is used already stays with the material that it is of.
            drafts.append(
                MaterialDraft(
                    instead,
                    round_quantity(quantity * ratio),
                    line.product_id,
                    line.operation_sequence,
                    line.operation_notes,
                )
            )
            continue
        drafts.append(
            MaterialDraft(
                line.product_id,
                quantity,
                line.substitute_for_id,
                line.operation_sequence,
                line.operation_notes,
            )
        )
    for product, typed in _added():
        if product and typed:
            drafts.append(MaterialDraft(product, parse_quantity(typed)))
        elif product or typed:
            raise Invalid(_("A new material needs a product and a quantity."))
    return drafts


def _added() -> list[tuple[int | None, str]]:
    products = [parse_id(one) for one in request.form.getlist("new-product")]
    typed = [one.strip() for one in request.form.getlist("new-quantity")]
    return list(zip(products, typed, strict=False))


def _retype(rows: list[MaterialRow]) -> list[tuple[str, str, str]]:
    """Show again what was typed, wrong as it may be; gives the lines that were added."""
    for row in rows:
        row.typed = request.form.get(f"quantity-{row.line.product_id}", row.typed)
        row.replaced = request.form.get(f"instead-{row.line.product_id}", "")
    again = []
    for product_id, typed in _added():
        product = db.session.get(Product, product_id) if product_id else None
        again.append((str(product.id) if product else "", product.name if product else "", typed))
    return again or [("", "", "")] * NEW_LINES


@blueprint.route("/production/orders/<int:order_id>/complete", methods=("GET", "POST"))
def complete_order(order_id: int) -> ResponseReturnValue:
    """What has been made, as the office writes it down: with the materials really used and, for some, real costs."""
    require(P.ORDER_WORK)
    actor = me()
    found = queries.order_of(order_id, actor=actor)
    names_costs = can(P.ORDER_WRITE) and can(CatalogPermission.COST_READ)
    if request.method == "POST":
        try:
            with db.session.begin_nested():
                complete(order_id, _completion(found, names_costs=names_costs), actor=actor)
        except SmartPOSError as error:
            flash(str(error), "error")
            found = queries.order_of(order_id, actor=actor)
        else:
            flash(_("Recorded: goods are in stock, materials are used."), "success")
            return redirect(address_of(order_id))
    typed = request.form if request.method == "POST" else {}
    return render_template(
        "production/order_complete.html",
        order=found,
        materials=queries.materials_of(found),
        typed=typed,
        proposed=typed_number(found.quantity_left),
        client_uuid=typed.get("client_uuid") or uuid4(),
        names_costs=names_costs,
        reasons=scrap_reasons(),
        lot=f"{found.number}/{floor.next_sequence(found.id)}",
        point=decimal_sign(),
        back_url=address_of(order_id),
    )


def _completion(found: ProductionOrder, *, names_costs: bool) -> CompletionRequest:
    try:
        name = UUID(request.form.get("client_uuid", ""))
    except ValueError:
        name = uuid4()
    checked = request.form.get("qc")
    used = []
    for material in found.materials:
        typed = request.form.get(f"used-{material.product_id}", "").strip()
        if typed:
            used.append((material.product_id, parse_quantity(typed)))
    return CompletionRequest(
        quantity=_quantity("quantity"),
        scrapped=_quantity("scrapped"),
        materials=tuple(used),
        client_uuid=name,
        scrap_reason=_text("scrap_reason"),
        batch_number=_text("batch_number"),
        expiration_date=_day("expiration_date"),
        qc_passed={"yes": True, "no": False}.get(checked or "") if found.qc_required else None,
        qc_notes=_text("qc_notes"),
        labor_cost=_cost("labor_cost") if names_costs else None,
        overhead_cost=_cost("overhead_cost") if names_costs else None,
        finish="finish" in request.form,
        notes=_text("notes"),
    )


def _quantity(name: str) -> Decimal:
    typed = request.form.get(name, "").strip()
    return parse_quantity(typed) if typed else ZERO


def _cost(name: str) -> Decimal | None:
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    cost = parse_decimal(typed, limit=COST_LIMIT, digits=4)
    if cost < 0:
        raise Invalid(_("A cost cannot be negative."))
    return cost


def _text(name: str) -> str | None:
    return request.form.get(name, "").replace("\x00", "").strip()[:LONGEST_REASON] or None


def _day(name: str) -> date | None:
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid(_("This is not a date.")) from None
