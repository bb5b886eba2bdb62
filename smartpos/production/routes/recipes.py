"""Pages of recipes: the editor, what a recipe is made of and costs, versions side by side, the sheet for the wall."""

from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin.guard import may_enter
from smartpos.core.db import db
from smartpos.core.errors import Invalid, SmartPOSError
from smartpos.core.figures import typed_number
from smartpos.core.i18n import select_locale
from smartpos.core.money import QUANTITY_LIMIT, parse_quantity, plain, round_quantity
from smartpos.core.permissions import can, require
from smartpos.identity.principal import me
from smartpos.production.models import BillOfMaterials, BomStatus, Machine
from smartpos.production.operations import recipes as operations
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.material_choices import material_choices, unit_choices
from smartpos.production.queries.recipe_compare import compare
from smartpos.production.queries.recipe_lists import all_units, offered, versions_of
from smartpos.production.queries.recipe_pages import Lines, lines_of
from smartpos.production.queries.recipe_tree import tree_of
from smartpos.production.queries.recipes import bom_of, recipes_of, where_used
from smartpos.production.recipe_texts import recipe_texts
from smartpos.production.routes.blueprint import blueprint

MOST_MACHINES = 500
SHOWN_STEP = Decimal("0.001")
STORED_STEP = Decimal("0.000001")


@blueprint.get("/recipes/new")
def new_recipe() -> str:
    """An empty editor; ``product`` names what is made."""
    require(P.BOM_WRITE)
    product_id = request.args.get("product", type=int)
    found = material_choices(offered([product_id], actor=me())) if product_id and product_id < 2**63 else []
    return _editor(None, next((one for one in found if one["may_be_made"]), None))


@blueprint.get("/recipes/<int:bom_id>/edit")
def edit_recipe(bom_id: int) -> ResponseReturnValue:
    """The editor of a draft; what has been active is only looked at."""
    require(P.BOM_WRITE)
    bom = bom_of(bom_id)
    if bom.status is not BomStatus.DRAFT:
        return redirect(url_for("production.recipe", bom_id=bom.id))
    return _editor(bom, None)


@blueprint.get("/recipes/<int:bom_id>")
def recipe(bom_id: int) -> str:
    """What a recipe takes over all its levels and what that costs, where it is used, and its versions."""
    require(P.BOM_READ)
    bom = bom_of(bom_id)
    quantity, problem = _wanted(bom)
    tree = tree_of(recipes_of([bom.id])[bom.id], me().organization.today, quantity=quantity)
    lines = lines_of(bom)
    return render_template(
        "production/recipe.html",
        bom=bom,
        lines=lines,
        besides=_besides(lines, tree.quantity),
        tree=tree,
        quantity=quantity,
        problem=problem,
        typed=request.args.get("quantity", ""),
        share=tree.quantity / bom.quantity,
        uses=where_used(bom.product_id),
        versions=versions_of(bom.product_id),
        sees_costs=can(CatalogPermission.COST_READ),
        may_write=can(P.BOM_WRITE),
        may_activate=can(P.BOM_ACTIVATE),
        list_url=url_for("boms.index_view") if may_enter() else None,
        product_url=url_for("products.details_view", id=bom.product_id) if may_enter() else None,
    )


@blueprint.get("/recipes/<int:bom_id>/sheet")
def recipe_sheet(bom_id: int) -> str:
    """The recipe on paper, for the wall of the kitchen: for a batch, or for the quantity that is asked for."""
    require(P.BOM_READ)
    bom = bom_of(bom_id)
    quantity, problem = _wanted(bom)
    wanted = bom.quantity if quantity is None else quantity
    lines = lines_of(bom)
    return render_template(
        "production/recipe_sheet.html",
        bom=bom,
        lines=lines,
        # In the unit in which each was written down: a cook weighs grams.
        needed={
            line["component_id"]: round_quantity(
                line["written_quantity"] * (1 + line["scrap_factor"]) * wanted
            )
            for line in lines.components
        },
        besides=_besides(lines, wanted),
        quantity=wanted,
        problem=problem,
        typed=request.args.get("quantity", "") or typed_number(wanted),
        times=wanted / bom.quantity,
        shop=me().organization.name,
    )


@blueprint.get("/recipes/<int:bom_id>/compare")
def compare_recipes(bom_id: int) -> str:
    """Two versions side by side; ``with`` names the other one, left out it is the one before."""
    require(P.BOM_READ)
    bom = bom_of(bom_id)
    versions = versions_of(bom.product_id)
    asked = request.args.get("with", type=int)
    others = [one for one in versions if one.id != bom.id]
    before = next((one for one in others if one.id == (asked or bom.copied_from_id)), None)
    before = before or next((one for one in others if one.id < bom.id), None) or next(iter(others), None)
    if asked and (before is None or before.id != asked):
        abort(404)
    sees_costs = can(CatalogPermission.COST_READ)
    return render_template(
        "production/recipe_compare.html",
        bom=bom,
        before=before,
        versions=others,
        found=compare(before, bom, with_costs=sees_costs) if before is not None else None,
    )


@blueprint.post("/recipes/<int:bom_id>/state")
def change_recipe_state(bom_id: int) -> ResponseReturnValue:
    """Activate, let rest, put away, or produce by it before others."""
    require(P.BOM_ACTIVATE)
    acts: dict[str, tuple[Any, str]] = {
        "activate": (operations.activate_bom, _("The recipe is active.")),
        "default": (operations.set_default_bom, _("From now on it is made by this recipe.")),
        "deactivate": (operations.deactivate_bom, _("The recipe rests.")),
        "archive": (operations.archive_bom, _("The recipe is archived.")),
    }
    act = acts.get(request.form.get("to", ""))
    if act is None:
        abort(400)
    try:
        with db.session.begin_nested():
            act[0](bom_id, actor=me())
    except SmartPOSError as error:
        bom_of(bom_id)  # what does not exist has no page to go back to
        flash(str(error), "error")
    else:
        flash(act[1], "success")
    return redirect(url_for("production.recipe", bom_id=bom_id))


@blueprint.post("/recipes/<int:bom_id>/copy")
def copy_recipe(bom_id: int) -> ResponseReturnValue:
    """Begin a new version."""
    require(P.BOM_WRITE)
    try:
        with db.session.begin_nested():
            copied = operations.copy_bom(bom_id, actor=me())
    except SmartPOSError as error:
        bom_of(bom_id)
        flash(str(error), "error")
        return redirect(url_for("production.recipe", bom_id=bom_id))
    flash(_("This is version %(version)s; the old one stays as it is.", version=copied.version), "success")
    return redirect(url_for("production.edit_recipe", bom_id=copied.id))


@blueprint.post("/recipes/<int:bom_id>/delete")
def delete_recipe(bom_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    require(P.BOM_WRITE)
    try:
        with db.session.begin_nested():
            operations.delete_draft(bom_id, actor=me())
    except SmartPOSError as error:
        bom_of(bom_id)
        flash(str(error), "error")
        return redirect(url_for("production.recipe", bom_id=bom_id))
    flash(_("The draft is deleted."), "success")
    return redirect(url_for("boms.index_view") if may_enter() else url_for("production.new_recipe"))


def _besides(lines: Lines, quantity: Decimal) -> dict[int, Decimal]:
    """How much of each by-product comes with so much of the product."""
    return {
        one["product_id"]: round_quantity(one["quantity_per_unit"] * quantity) for one in lines.by_products
    }


def _wanted(bom: BillOfMaterials) -> tuple[Decimal | None, str]:
    """The quantity that a page is to be reckoned for, and what is wrong with what was typed."""
    typed = request.args.get("quantity", "").strip()
    if not typed:
        return None, ""
    try:
        wanted = parse_quantity(typed)
    except Invalid as error:
        return None, str(error)
    if not 0 < wanted <= QUANTITY_LIMIT:
        return None, _("This must be more than zero.")
    if wanted != round(wanted, bom.product.unit.digits):
        unit = bom.product.unit.name
        return None, _("The product is counted in %(unit)s and cannot be divided so finely.", unit=unit)
    return wanted, ""


# --- The editor's facts -----------------------------------------------------------------------------------------------


def _editor(bom: BillOfMaterials | None, product: dict[str, Any] | None) -> str:
    sees_costs = can(CatalogPermission.COST_READ)
    machines = select(Machine.id, Machine.name).where(Machine.deleted_at.is_(None)).order_by(Machine.name)
    boot = {
        "user_id": me().user_id,
        "csrf": generate_csrf(),
        "texts": recipe_texts(),
        "language": select_locale(),
        "timezone": me().organization.timezone,
        "may_activate": can(P.BOM_ACTIVATE),
        "sees_costs": sees_costs,
        "page_url": url_for("production.recipe", bom_id=0),
        "machines": [
            {"id": row.id, "name": row.name} for row in db.session.execute(machines.limit(MOST_MACHINES))
        ],
        "product": _shown(product, sees_costs) if product else None,
        "bom": _facts(bom, sees_costs) if bom is not None else None,
    }
    list_url = url_for("boms.index_view") if may_enter() else None
    return render_template("production/recipe_edit.html", boot=boot, bom=bom, list_url=list_url)


def _shown(choice: dict[str, Any], sees_costs: bool) -> dict[str, Any]:
    cost = plain(choice["unit_cost"]) if sees_costs else None
    return {**choice, "unit_cost": cost}


def _facts(bom: BillOfMaterials, sees_costs: bool) -> dict[str, Any]:
    lines = lines_of(bom)
    ids = [bom.product_id, *(line["component_id"] for line in lines.components)]
    ids += [one["product_id"] for one in lines.by_products]
    choices = {
        one["product_id"]: _shown(one, sees_costs) for one in material_choices(offered(ids, actor=me()))
    }
    units = all_units()
    by_id = {unit.id: unit for unit in units}

    def choice_of(product_id: int, name: str, unit: str, unit_id: int) -> dict[str, Any]:
        """What the product is; one that may go into no new recipe is shown all the same."""
        known = choices.get(product_id)
        if known is not None:
            return known
        own = by_id.get(unit_id)
        found = unit_choices(own, units) if own is not None else []
        return {"product_id": product_id, "name": name, "unit": unit, "unit_id": unit_id, "units": found,
                "digits": 3, "unit_cost": None, "is_made": False}  # fmt: skip

    product = lines.product
    money = ("labor_cost", "overhead_cost")
    return {
        "id": bom.id,
        "product": choice_of(product.id, product.name, product.unit, product.unit_id),
        "quantity": plain(bom.quantity),
        **{
            name: getattr(bom, name) or ""
            for name in ("version", "name", "description", "quality_standard", "instructions")
        },
        **{
            name: str(getattr(bom, name) or "")
            for name in ("lead_time_days", "setup_time_minutes", "production_time_minutes")
        },
        **{name: plain(getattr(bom, name)) if sees_costs else None for name in money},
        "machine_id": bom.machine_id,
        "qc_required": bom.qc_required,
        "valid_from": bom.valid_from.isoformat() if bom.valid_from else "",
        "valid_to": bom.valid_to.isoformat() if bom.valid_to else "",
        "lines": [
            {
                "choice": choice_of(
                    line["component_id"], line["component"], line["unit"], line["own_unit_id"]
                ),
                "unit_id": line["unit_id"] or line["own_unit_id"],
                "quantity": _per_batch(line["written_quantity"], bom.quantity),
                "loss": plain((line["scrap_factor"] * 100).normalize()) if line["scrap_factor"] else "",
                "step": str(line["operation_sequence"] or ""),
                "note": line["operation_notes"] or "",
                "notes": line["notes"],
                "substitutes": [
                    {
                        "product_id": one["product_id"],
                        "name": one["product"],
                        "unit": one["unit"],
                        "ratio": plain(one["ratio"].normalize()),
                    }
                    for one in line["substitutes"]
                ],
            }
            for line in lines.components
        ],
        "by_products": [
            {
                "choice": choice_of(one["product_id"], one["product"], one["unit"], 0),
                "quantity": _per_batch(one["quantity_per_unit"], bom.quantity),
                "percent": plain(one["cost_percent"].normalize()) if one["cost_percent"] else "",
            }
            for one in lines.by_products
        ],
    }


def _per_batch(per_unit: Decimal, batch: Decimal) -> str:
    """What a batch takes, as it was most likely typed: 1 and not 0.9999 where a thousandth part is all that is kept."""
    whole = per_unit * batch
    rounded = whole.quantize(SHOWN_STEP)
    shown = (
        rounded if abs(rounded - whole) <= STORED_STEP * batch and rounded else whole.quantize(STORED_STEP)
    )
    return plain(shown.normalize())
