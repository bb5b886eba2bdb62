"""Recipes in the back office: a list with their steps as buttons; they are written on a page of their own."""

from typing import Any

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from smartpos.catalog.models import Product, ProductType
from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin import DetailsTable, ReadOnlyView, RowAction, Section, describe
from smartpos.core.admin.formatters import money, number, pill, quantity
from smartpos.core.permissions import can
from smartpos.identity.principal import me
from smartpos.production.models import BillOfMaterials, BomStatus
from smartpos.production.operations import recipes as operations
from smartpos.production.operations.recipe_reading import NEVER_MADE
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries.recipe_lists import versions_of
from smartpos.production.queries.recipes import where_used

COST = CatalogPermission.COST_READ
# More of them are behind the list.
MOST_SHOWN = 20

describe(
    {
        BomStatus.DRAFT: _l("Draft"),
        BomStatus.ACTIVE: (_l("Active"), "good"),
        BomStatus.INACTIVE: (_l("Inactive"), "warn"),
        BomStatus.ARCHIVED: (_l("Archived"), "bad"),
    }
)


def _is(*statuses: BomStatus) -> Any:
    return lambda row: row.status in statuses


def _open(row: BillOfMaterials) -> Any:
    return redirect(url_for("production.recipe", bom_id=row.id))


def _edit(row: BillOfMaterials) -> Any:
    return redirect(url_for("production.edit_recipe", bom_id=row.id))


def _activate(row: BillOfMaterials) -> str:
    operations.activate_bom(row.id, actor=me())
    return _("The recipe is active.")


def _default(row: BillOfMaterials) -> str:
    operations.set_default_bom(row.id, actor=me())
    return _("From now on it is made by this recipe.")


def _deactivate(row: BillOfMaterials) -> str:
    operations.deactivate_bom(row.id, actor=me())
    return _("The recipe rests.")


def _archive(row: BillOfMaterials) -> str:
    operations.archive_bom(row.id, actor=me())
    return _("The recipe is archived.")


def _copy(row: BillOfMaterials) -> Any:
    copied = operations.copy_bom(row.id, actor=me())
    return redirect(url_for("production.edit_recipe", bom_id=copied.id))


def _delete(row: BillOfMaterials) -> str:
    operations.delete_draft(row.id, actor=me())
    return _("The draft is deleted.")


def _name(_view: Any, _context: Any, row: BillOfMaterials, _column: str) -> Any:
    """The recipe's name, leading to its page, and below it what is made where it is called otherwise."""
    address = url_for("production.recipe", bom_id=row.id)
    below = Markup("<br>{}").format(row.product.name) if row.product.name != row.name else ""
    return Markup('<a href="{}"><b>{}</b></a>{}').format(address, row.name, below)


def _status(_view: Any, _context: Any, row: BillOfMaterials, _column: str) -> Any:
    """The status, and that it is the one by which the product is made."""
    chosen = Markup(' <span class="pill accent">{}</span>').format(_("Made by this one"))
    return Markup("{}{}").format(pill(row.status), chosen if row.is_default else "")


def _batch(_view: Any, _context: Any, row: BillOfMaterials, _column: str) -> Any:
    return quantity(row.quantity, row.product.unit.name)


class BomView(ReadOnlyView):
    """Recipes with their versions."""

    permission_read = P.BOM_READ
    column_permissions = dict.fromkeys(
        ("material_cost", "labor_cost", "overhead_cost", "total_cost", "costed_at", "components.unit_cost"),
        COST,
    )
    menu_icon, menu_order = "copy", 20
    lead = _l(
        "What products are made of, in versions. An active recipe never changes: a change is a new version."
    )
    list_template = "production/recipes.html"
    column_list = ("name", "version", "status", "quantity", "total_cost", "updated_at")
    column_details_list = (
        *("product", "version", "status", "is_default", "quantity", "valid_from", "valid_to", "machine"),
        *(
            "setup_time_minutes",
            "production_time_minutes",
            "lead_time_days",
            "qc_required",
            "quality_standard",
        ),
        *(
            "description",
            "instructions",
            "material_cost",
            "labor_cost",
            "overhead_cost",
            "total_cost",
            "costed_at",
        ),
        *("author", "approver", "approved_at"),
    )
    column_labels = {
        "name": _l("Recipe"),
        "product": _l("Product"),
        "version": _l("Version"),
        "status": _l("Status"),
        "is_default": _l("Made by this one"),
        "quantity": _l("A batch yields"),
        "valid_from": _l("Valid from"),
        "valid_to": _l("Valid to"),
        "machine": _l("Usual machine"),
        "setup_time_minutes": _l("Minutes of preparation"),
        "production_time_minutes": _l("Minutes per batch"),
        "lead_time_days": _l("Lead time, days"),
        "qc_required": _l("Quality is checked"),
        "quality_standard": _l("What is checked"),
        "description": _l("Description"),
        "instructions": _l("How it is made"),
        "material_cost": _l("Materials, cost"),
        "labor_cost": _l("Labour per batch"),
        "overhead_cost": _l("Overhead per batch"),
        "total_cost": _l("Cost of a batch"),
        "costed_at": _l("Costs last changed"),
        "author": _l("Written by"),
        "approver": _l("Activated by"),
        "approved_at": _l("First activated"),
        "copied_from": _l("Copied from"),
        "updated_at": _l("Changed"),
        "created_at": _l("Created"),
    }
    column_formatters = {"name": _name, "status": _status, "quantity": _batch}
    column_formats = {
        "total_cost": money,
        "setup_time_minutes": number,
        "production_time_minutes": number,
    }
    column_wrap = ("name", "product", "instructions", "description", "quality_standard")
    column_sortable_list = ()
    column_filters = ("status", "product", "is_default", "valid_from", "valid_to", "updated_at")
    column_searchable_list = ("name", "version")
    search_hint = _l("Name of the recipe")
    details_sections = (
        Section(
            _l("Recipe"),
            (
                *(
                    "product",
                    "version",
                    "status",
                    "is_default",
                    "quantity",
                    "valid_from",
                    "valid_to",
                    "machine",
                ),
                *("setup_time_minutes", "production_time_minutes", "lead_time_days", "qc_required"),
                *("quality_standard", "description", "instructions", "author", "approver", "approved_at"),
            ),
        ),
        Section(_l("Costs"), ("material_cost", "labor_cost", "overhead_cost", "total_cost", "costed_at")),
    )
    details_tables = (
        DetailsTable(
            "components",
            _l("Materials"),
            (
                "sequence_number",
                "component",
                "quantity_per_unit",
                "scrap_factor",
                "unit_cost",
                "operation_notes",
            ),
            {
                "sequence_number": _l("Line"),
                "component": _l("Product"),
                "quantity_per_unit": _l("For one unit"),
                "scrap_factor": _l("Loss"),
                "unit_cost": _l("Unit cost"),
                "operation_notes": _l("Note for this step"),
            },
            {"quantity_per_unit": number, "scrap_factor": lambda value: f"{number(value * 100)}%"},
        ),
        DetailsTable(
            "by_products",
            _l("By-products"),
            ("product", "quantity_per_unit", "cost_percent"),
            {
                "product": _l("Product"),
                "quantity_per_unit": _l("For one unit"),
                "cost_percent": _l("Share of costs"),
            },
            {"quantity_per_unit": number},
        ),
    )
    row_actions = [
        RowAction("open", _l("Show"), "eye", P.BOM_READ, _open),
        RowAction("edit", _l("Edit"), "pencil", P.BOM_WRITE, _edit, visible=_is(BomStatus.DRAFT)),
        RowAction("copy", _l("New version"), "copy", P.BOM_WRITE, _copy),
        RowAction(
            "activate",
            _l("Activate"),
            "check",
            P.BOM_ACTIVATE,
            _activate,
            confirm_text=_l("An active recipe never changes: a change is a new version. Activate it?"),
            tone="primary",
            visible=_is(BomStatus.DRAFT, BomStatus.INACTIVE),
        ),
        RowAction(
            "default",
            _l("Make by this one"),
            "check",
            P.BOM_ACTIVATE,
            _default,
            visible=lambda row: row.status is BomStatus.ACTIVE and not row.is_default,
            in_list=False,
        ),
        RowAction(
            "deactivate",
            _l("Deactivate"),
            "lock",
            P.BOM_ACTIVATE,
            _deactivate,
            confirm_text=_l("Nothing new is made by this recipe until it is activated again."),
            visible=_is(BomStatus.ACTIVE),
            in_list=False,
        ),
        RowAction(
            "archive",
            _l("Archive"),
            "inbox",
            P.BOM_ACTIVATE,
            _archive,
            confirm_text=_l("An archived recipe does not come back; it can be copied."),
            tone="danger",
            visible=_is(BomStatus.ACTIVE, BomStatus.INACTIVE),
            in_list=False,
        ),
        RowAction(
            "delete_draft",
            _l("Delete"),
            "trash",
            P.BOM_WRITE,
            _delete,
            confirm_text=_l("Throw this draft away?"),
            tone="danger",
            visible=_is(BomStatus.DRAFT),
            in_list=False,
        ),
    ]

    def may_create(self) -> bool:
        """Whether the person may write recipes."""
        return can(P.BOM_WRITE)

    def get_query(self) -> Any:
        """With what the list shows of each product."""
        return super().get_query().options(joinedload(BillOfMaterials.product).joinedload(Product.unit))

    def title_of(self, model: Any) -> str:
        return str(model)


def recipes_card(product: Product) -> Markup | None:
    """The recipes of a product and what it goes into, under its details."""
    if not can(P.BOM_READ):
        return None
    versions, uses = versions_of(product.id), where_used(product.id)
    may_write = can(P.BOM_WRITE) and product.type not in NEVER_MADE and product.is_active
    if not versions and not uses and not (may_write and product.type is ProductType.MANUFACTURED):
        return None
    return Markup(  # noqa: S704 - a rendered template
        render_template(
            "production/recipes_card.html",
            product=product,
            versions=versions[:MOST_SHOWN],
            uses=uses[:MOST_SHOWN],
            may_write=may_write,
            sees_costs=can(COST),
        )
    )


def may_be_made(product: Product) -> bool:
    """Whether there is a recipe of a product to go to, or one to be written by this person."""
    if product.type in NEVER_MADE:
        return False
    return can(P.BOM_WRITE) or bool(versions_of(product.id))


def to_recipe(product: Product) -> Any:
    """To the recipe by which a product is made, or to the page on which its first one is written."""
    versions = versions_of(product.id)
    shown = next((one for one in versions if one.is_default), None) or next(iter(versions), None)
    if shown is not None:
        return redirect(url_for("production.recipe", bom_id=shown.id))
    return redirect(url_for("production.new_recipe", product=product.id))
