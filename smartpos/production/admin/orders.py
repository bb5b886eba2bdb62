"""Production orders in the back office."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from smartpos.catalog.models import Product
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.core.admin import ReadOnlyView
from smartpos.core.admin.formatters import quantity
from smartpos.core.db import db, utc_now
from smartpos.core.permissions import can
from smartpos.identity.models import User
from smartpos.identity.principal import me
from smartpos.identity.queries import in_sight, sees_branch
from smartpos.production.admin.order_acts import (
    COST,
    ORDER_ACTIONS,
    Late,
    shown_number,
    shown_parent,
    shown_progress,
    shown_recipe,
    shown_team,
    with_product,
)
from smartpos.production.models import ProductionOrder
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import office
from smartpos.production.queries import orders as queries


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to an order. ``who`` is empty where nobody did it."""

    what: Any
    who: str
    at: datetime
    tone: str = ""
    note: str | None = None


class ProductionOrderView(ReadOnlyView):
    """What is to be made, and how far it is."""

    permission_read = P.ORDER_READ
    column_permissions = dict.fromkeys(
        ("estimated_cost", "material_cost", "labor_cost", "overhead_cost", "scrap_cost"), COST
    )
    menu_icon, menu_order = "factory", 10
    lead = _l("What is to be made, of what, by whom and by when; and what has come of it.")
    list_template, details_template = "production/orders.html", "production/order.html"
    column_list = (
        *("number", "product", "progress", "status", "planned_start_at", "due_at"),
        *("machine", "operator", "branch"),
    )
    column_details_list = (
        *("bom", "parent", "branch", "machine", "operator", "team", "shift", "production_line"),
        *("work_center", "planned_start_at", "planned_end_at", "due_at", "started_at", "completed_at"),
        *("cancelled_at", "qc_required", "quality_standard", "instructions", "notes"),
    )
    column_labels = {
        "number": _l("Number"),
        "product": _l("Product"),
        "product.unit": _l("Unit"),
        "progress": _l("Made"),
        "bom": _l("Recipe"),
        "status": _l("Status"),
        "priority": _l("Priority"),
        "branch": _l("Branch"),
        "parent": _l("A part for"),
        "reason": _l("Reason"),
        "machine": _l("Machine"),
        "operator": _l("Operator"),
        "team": _l("Team"),
        "shift": _l("Shift"),
        "production_line": _l("Line"),
        "work_center": _l("Work centre"),
        "planned_start_at": _l("Planned start"),
        "planned_end_at": _l("Planned end"),
        "due_at": _l("Due"),
        "started_at": _l("Started"),
        "completed_at": _l("Completed"),
        "cancelled_at": _l("Cancelled"),
        "quantity_to_produce": _l("To make"),
        "quantity_completed": _l("Made"),
        "quantity_scrapped": _l("Scrap"),
        "estimated_cost": _l("Estimated cost"),
        "material_cost": _l("Materials"),
        "labor_cost": _l("Labour"),
        "overhead_cost": _l("Overhead"),
        "scrap_cost": _l("Scrap"),
        "qc_required": _l("Quality is checked"),
        "quality_standard": _l("Quality"),
        "instructions": _l("How it is made"),
        "notes": _l("Notes"),
        "created_at": _l("Created"),
        "author": _l("By"),
        "client_uuid": _l("Number of the device"),
        "content_hash": _l("Fingerprint"),
        "custom_fields": _l("Own fields"),
        "origin_kind": _l("Cause"),
        "origin_id": _l("Number of the cause"),
    }
    column_formatters = {
        "number": shown_number,
        "progress": shown_progress,
        "parent": shown_parent,
        "team": shown_team,
        "bom": shown_recipe,
    }
    column_export_list = (
        *("number", "product", "product.unit", "quantity_to_produce", "quantity_completed"),
        *("quantity_scrapped", "status", "priority", "planned_start_at", "planned_end_at", "due_at"),
        *("started_at", "completed_at", "machine", "operator", "branch", "estimated_cost"),
        *("material_cost", "labor_cost", "overhead_cost", "scrap_cost", "reason", "notes"),
    )
    column_wrap = ("product", "instructions", "notes", "reason", "quality_standard")
    column_sortable_list = ("number", "planned_start_at", "due_at")
    column_filters = (
        *("status", "priority", "product", "machine", "operator", "branch"),
        Late(),
        *("planned_start_at", "due_at", "completed_at", "created_at", "quantity_to_produce", "author"),
    )
    form_ajax_refs = {"product": ProductChoices("product")}
    search_hint = _l("Number or product")
    row_actions = ORDER_ACTIONS

    def get_query(self) -> Any:
        """Without orders of branches that the person does not see; operators see those that are their work."""
        query = super().get_query().filter(in_sight(ProductionOrder.branch_id))
        actor = me()
        return query.filter(queries.workable_by(actor.user_id)) if queries.is_limited(actor) else query

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The order of that number, or None: for one that is not in the list too."""
        row = super().get_one(id)
        if row is None or not sees_branch(row.branch_id):
            return None
        actor = me()
        return None if queries.is_limited(actor) and not queries.may_work_on(row, actor) else row

    def extra_loads(self) -> list[Any]:
        return [joinedload(ProductionOrder.product).joinedload(Product.unit)]

    def search(self, query: Any, words: list[str]) -> Any:
        return with_product(query, words, ProductionOrder.product_id)

    def facts(self, model: Any) -> list[tuple[Any, Any, list[tuple[str, Any]]]]:
        """The details as cards, without what nobody has said anything about."""
        return [
            (title, hint, [pair for pair in pairs if self._is_told(model, pair[0])])
            for title, hint, pairs in super().facts(model)
        ]

    @staticmethod
    def _is_told(model: ProductionOrder, name: str) -> bool:
        return bool(getattr(model, "parent_id" if name == "parent" else name))

    def title_of(self, model: Any) -> str:
        return f"{model.number} · {model.product.name}"

    # --- For the templates --------------------------------------------------------------------------------------
    def may_create(self) -> bool:
        """Whether the person may ask for something to be made."""
        return can(P.ORDER_WRITE)

    def may_change(self, model: ProductionOrder) -> bool:
        """Whether the person may change what the order takes: until work on it begins."""
        return can(P.ORDER_WRITE) and model.is_open and model.started_at is None

    def may_revert(self) -> bool:
        """Whether the person may take completions back."""
        return can(P.ORDER_REVERT)

    def sees_costs(self) -> bool:
        """Whether the person may see what things cost."""
        return can(COST)

    def materials_of(self, model: ProductionOrder) -> list[queries.MaterialLine]:
        """What the order takes, with what is there of it."""
        return queries.materials_of(model)

    def completions_of(self, model: ProductionOrder) -> list[Any]:
        """What the order has yielded."""
        return office.completions_with_names(model.id)

    def costs_of(self, model: ProductionOrder) -> office.OrderCosts | None:
        """What it has cost so far; nothing for those who see no costs."""
        return office.costs_of(model) if can(COST) else None

    def used_of(self, model: ProductionOrder) -> list[office.UsedMaterial]:
        """What was used beside what the recipe asks for."""
        return office.used_materials(model.id)

    def parts_of(self, model: ProductionOrder) -> list[Any]:
        """The orders that make parts for this one."""
        return office.parts_of(model.id)

    def is_late(self, model: ProductionOrder) -> bool:
        """Whether it should have been done by now."""
        return model.is_open and model.due_at is not None and model.due_at < utc_now()

    def share(self, model: ProductionOrder, amount: Decimal) -> str:
        """An amount as a share of what is to be made, for the progress bar; 0 to 100."""
        return f"{min(Decimal(100), amount * 100 / model.quantity_to_produce):.2f}"

    def steps_of(self, model: ProductionOrder) -> list[Step]:
        """Who did what when, from the beginning."""
        unit = model.product.unit.name
        steps = [Step(_l("Entered"), str(model.author or ""), model.created_at)]
        for stretch in office.stretches_of(model.id):
            steps.append(Step(_l("Work began"), stretch.who, stretch.started_at, "accent"))
            if stretch.ended_at is not None:
                steps.append(Step(_l("Work stopped"), stretch.who, stretch.ended_at))
        for completion, lot, author, undoer in office.completions_with_names(model.id):
            made = _("Completed: %(quantity)s %(unit)s", quantity=quantity(completion.quantity), unit=unit)
            note = [lot] if lot else []
            if completion.scrapped_quantity:
                scrap = _("Scrap: %(scrap)s", scrap=quantity(completion.scrapped_quantity))
                note.append(f"{scrap} ({completion.scrap_reason})" if completion.scrap_reason else str(scrap))
            steps.append(Step(made, author or "", completion.completed_at, "good", " · ".join(note) or None))
            if completion.reverted_at is not None:
                what = _(
                    "Taken back: %(quantity)s %(unit)s", quantity=quantity(completion.quantity), unit=unit
                )
                steps.append(
                    Step(what, undoer or "", completion.reverted_at, "bad", completion.revert_reason)
                )
        if model.cancelled_at is not None:
            person = db.session.get(User, model.cancelled_by) if model.cancelled_by is not None else None
            steps.append(Step(_l("Cancelled"), str(person or ""), model.cancelled_at, "bad", model.reason))
        return sorted(steps, key=lambda step: step.at)
