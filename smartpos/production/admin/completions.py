"""What production orders have yielded and taken, and who worked on them: looked at, never edited."""

from typing import Any

from flask import flash, redirect
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smartpos.catalog.models import Product
from smartpos.catalog.queries.choices import ProductChoices
from smartpos.core.admin import DetailsTable, ReadOnlyView, RowAction, Section
from smartpos.core.admin.filters import YesNo
from smartpos.core.admin.formatters import NOTHING, pill
from smartpos.core.db import db, utc_now
from smartpos.core.permissions import can
from smartpos.identity.principal import me
from smartpos.identity.queries import in_sight
from smartpos.production.admin.order_acts import COST, Why, order_address, order_link, with_product
from smartpos.production.models import (
    ProductionCompletion,
    ProductionMaterial,
    ProductionOrder,
    ProductionSpell,
)
from smartpos.production.operations import reverting
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import orders as queries
from smartpos.stock.models import InventoryMovement
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.lists import movements

MOST_MOVEMENTS = 2000


class TakenBack(YesNo):
    """Whether a completion was taken back."""

    def __init__(self) -> None:
        super().__init__(ProductionCompletion.reverted_at, _l("Taken back"))

    def test(self, column: Any, value: Any) -> Any:
        return column.is_not(None) if value else column.is_(None)


class AtWork(YesNo):
    """Whether somebody is still at it."""

    def __init__(self) -> None:
        super().__init__(ProductionSpell.ended_at, _l("Going on"))

    def test(self, column: Any, value: Any) -> Any:
        return column.is_(None) if value else column.is_not(None)


def _revert_one(row: ProductionCompletion, form: Why) -> Any:
    reverting.revert_order(row.order_id, reason=form.reason.data, completion_id=row.id, actor=me())
    flash(_("Taken back: materials and goods are where they were before."), "success")
    return redirect(order_address(row.order_id))


def _state(_view: Any, _context: Any, row: ProductionCompletion, _name: str) -> Any:
    return pill(_("Taken back"), "warn") if row.reverted_at is not None else pill(_("Stands"), "good")


def _checked(_view: Any, _context: Any, row: ProductionCompletion, _name: str) -> Any:
    if row.qc_passed is None:
        return NOTHING
    return pill(_("Passed"), "good") if row.qc_passed else pill(_("Not passed"), "bad")


def _length(_view: Any, _context: Any, row: ProductionSpell, _name: str) -> Any:
    """How long it lasted, in hours and minutes."""
    minutes = int(((row.ended_at or utc_now()) - row.started_at).total_seconds() // 60)
    shown = f"{minutes // 60}:{minutes % 60:02d}"
    return shown if row.ended_at is not None else pill(shown, "accent")


class _OfOrder:
    """Put before the base of a view whose rows belong to orders: those of orders out of sight are not there."""

    def get_query(self) -> Any:
        """Without rows of orders that the person does not see."""
        return super().get_query().filter(self.model.order_id.in_(_seen_orders()))  # type: ignore[misc, attr-defined]

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The row of that number, or None: for one of an order that the person does not see too."""
        row = super().get_one(id)  # type: ignore[misc]
        if row is None:
            return None
        seen = _seen_orders().where(ProductionOrder.id == row.order_id)
        return row if db.session.scalar(seen) is not None else None

    def search(self, query: Any, words: list[str]) -> Any:
        query = query.join(ProductionOrder, ProductionOrder.id == self.model.order_id)  # type: ignore[attr-defined]
        return with_product(query, words, ProductionOrder.product_id)


def _seen_orders() -> Any:
    actor = me()
    query = select(ProductionOrder.id).where(in_sight(ProductionOrder.branch_id))
    return query.where(queries.workable_by(actor.user_id)) if queries.is_limited(actor) else query


class CompletionView(_OfOrder, ReadOnlyView):
    """What orders have yielded, and what it cost."""

    permission_read = P.ORDER_READ
    column_permissions = dict.fromkeys(
        (
            *("material_cost", "labor_cost", "overhead_cost", "output_cost", "by_product_cost"),
            *("scrap_cost", "standard_cost", "uses.value", "outputs.value"),
        ),
        COST,
    )
    menu_icon, menu_order = "check", 30
    lead = _l("What orders have yielded. What was taken back stays and says why.")
    details_template = "production/completion.html"
    column_list = (
        *("completed_at", "order", "product", "quantity", "scrapped_quantity", "product.unit", "state"),
        *("batch", "output_cost", "scrap_cost", "operator", "machine", "branch"),
    )
    column_details_list = (
        *("order", "sequence_number", "product", "quantity", "scrapped_quantity", "scrap_reason", "state"),
        *("batch", "expiration_date", "checked", "qc_notes", "notes", "completed_at", "operator", "machine"),
        *("branch", "reverted_at", "revert_reason", "material_cost", "labor_cost", "overhead_cost"),
        *("output_cost", "by_product_cost", "scrap_cost", "standard_cost"),
    )
    column_labels = {
        "completed_at": _l("Time"),
        "order": _l("Order"),
        "sequence_number": _l("Number"),
        "product": _l("Product"),
        "product.unit": _l("Unit"),
        "quantity": _l("Good"),
        "scrapped_quantity": _l("Scrap"),
        "scrap_reason": _l("Why scrap"),
        "state": _l("Status"),
        "batch": _l("Lot"),
        "expiration_date": _l("Expires"),
        "checked": _l("Quality"),
        "qc_passed": _l("Quality was good"),
        "qc_notes": _l("About the quality"),
        "notes": _l("Notes"),
        "operator": _l("Operator"),
        "machine": _l("Machine"),
        "branch": _l("Branch"),
        "reverted_at": _l("Taken back"),
        "revert_reason": _l("Reason"),
        "material_cost": _l("Materials"),
        "labor_cost": _l("Labour"),
        "overhead_cost": _l("Overhead"),
        "output_cost": _l("Cost of the good ones"),
        "by_product_cost": _l("Cost of by-products"),
        "scrap_cost": _l("Cost of scrap"),
        "standard_cost": _l("By the recipe"),
        "client_uuid": _l("Number of the device"),
        "content_hash": _l("Fingerprint"),
    }
    column_formatters = {"order": order_link, "state": _state, "checked": _checked}
    column_wrap = ("product", "scrap_reason", "qc_notes", "notes", "revert_reason")
    column_filters = (
        *("product", "completed_at", "branch", "machine", "operator", "quantity", "scrapped_quantity"),
        *(TakenBack(), "scrap_reason", "expiration_date", "output_cost", "scrap_cost"),
    )
    form_ajax_refs = {"product": ProductChoices("product")}
    search_hint = _l("Number of the order or product")
    details_sections = (
        Section(
            _l("Completion"),
            (
                *("order", "sequence_number", "product", "quantity", "scrapped_quantity", "scrap_reason"),
                *("state", "batch", "expiration_date", "checked", "qc_notes", "notes"),
                *("completed_at", "operator", "machine", "branch", "reverted_at", "revert_reason"),
            ),
        ),
        Section(
            _l("Costs"),
            (
                *("material_cost", "labor_cost", "overhead_cost", "output_cost", "by_product_cost"),
                *("scrap_cost", "standard_cost"),
            ),
        ),
    )
    details_tables = (
        DetailsTable(
            "uses",
            _l("Materials used"),
            ("product", "quantity", "standard_quantity", "product.unit", "value"),
            {
                "product": _l("Product"),
                "quantity": _l("Used"),
                "standard_quantity": _l("By the recipe"),
                "product.unit": _l("Unit"),
                "value": _l("Worth"),
            },
        ),
        DetailsTable(
            "outputs",
            _l("What came of it"),
            ("kind", "product", "batch", "quantity", "product.unit", "value"),
            {
                "kind": _l("Kind"),
                "product": _l("Product"),
                "batch": _l("Lot"),
                "quantity": _l("Quantity"),
                "product.unit": _l("Unit"),
                "value": _l("Worth"),
            },
        ),
    )
    row_actions = [
        RowAction(
            "open",
            _l("To the order"),
            "factory",
            P.ORDER_READ,
            lambda row: redirect(order_address(row.order_id)),
        ),
        RowAction(
            "revert",
            _l("Take back"),
            "undo",
            P.ORDER_REVERT,
            _revert_one,
            _l("What this completion has consumed and yielded moves back at the value it had."),
            form=Why,
            visible=lambda row: row.reverted_at is None,
            tone="danger",
        ),
    ]

    def extra_loads(self) -> list[Any]:
        return [
            joinedload(ProductionCompletion.order),
            joinedload(ProductionCompletion.product).joinedload(Product.unit),
        ]

    def title_of(self, model: Any) -> str:
        return f"{model.order}/{model.sequence_number}"

    # --- For the template ---------------------------------------------------------------------------------------
    def sees_costs(self) -> bool:
        """Whether the person may see what things cost."""
        return can(COST)

    def movements_of(self, model: ProductionCompletion) -> list[Any]:
        """What the completion moved in stock, and what moved back."""
        if not can(StockPermission.MOVEMENT_READ):
            return []
        statement = movements(origin_kind=queries.COMPLETION_ORIGIN, origin_id=model.id)
        return list(db.session.execute(statement.order_by(InventoryMovement.id).limit(MOST_MOVEMENTS)))


class MaterialView(_OfOrder, ReadOnlyView):
    """What orders take and have used."""

    permission_read = P.ORDER_READ
    column_permissions = {"unit_cost": COST}
    menu_icon, menu_order = "product", 40
    lead = _l("What orders take, what they have used of it, and what that was planned to cost.")
    column_list = (
        *("order", "order.status", "product", "planned_quantity", "used_quantity", "product.unit"),
        *("substitute_for", "operation_sequence", "unit_cost"),
    )
    column_details_list = (*column_list, "operation_notes")
    column_labels = {
        "order": _l("Order"),
        "order.status": _l("Status"),
        "product": _l("Product"),
        "product.unit": _l("Unit"),
        "planned_quantity": _l("Planned"),
        "used_quantity": _l("Used"),
        "substitute_for": _l("Instead of"),
        "operation_sequence": _l("Step"),
        "operation_notes": _l("Notes"),
        "unit_cost": _l("Unit cost"),
        "position": _l("Line"),
        "bom_component_id": _l("Line of the recipe"),
    }
    column_formatters = {"order": order_link}
    column_wrap = ("product", "operation_notes")
    column_filters = ("product", "order.status", "planned_quantity", "used_quantity")
    form_ajax_refs = {"product": ProductChoices("product")}
    search_hint = _l("Number of the order or its product")

    def extra_loads(self) -> list[Any]:
        return [
            joinedload(ProductionMaterial.order),
            joinedload(ProductionMaterial.product).joinedload(Product.unit),
        ]

    def title_of(self, model: Any) -> str:
        return f"{model.order} · {model.product}"


class SpellView(_OfOrder, ReadOnlyView):
    """Who worked on what, and for how long."""

    permission_read = P.ORDER_READ
    menu_icon, menu_order = "clock", 50
    lead = _l("The stretches of work: who worked on which order, from when to when.")
    column_list = ("order", "order.product", "user", "length", "started_at", "ended_at")
    column_labels = {
        "order": _l("Order"),
        "order.product": _l("Product"),
        "user": _l("Operator"),
        "started_at": _l("Begin"),
        "ended_at": _l("End"),
        "length": _l("Length"),
        "machine_id": _l("Machine"),
    }
    column_formatters = {"order": order_link, "length": _length}
    column_filters = ("user", "started_at", "ended_at", AtWork())
    search_hint = _l("Number of the order or product")

    def extra_loads(self) -> list[Any]:
        return [joinedload(ProductionSpell.order).joinedload(ProductionOrder.product)]

    def title_of(self, model: Any) -> str:
        return f"{model.order} · {model.user or ''}"
