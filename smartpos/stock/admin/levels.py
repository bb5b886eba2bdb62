"""Stock in the back office: what lies where, the ledger, and corrections."""

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Optional

from smartpos.catalog.models import Product
from smartpos.core.admin import ReadOnlyView, RemoteChoices, TenantView, formatters
from smartpos.core.admin.fields import ChoiceField, ExactField
from smartpos.core.admin.filters import Filter
from smartpos.core.admin.formatters import pill
from smartpos.core.admin.origins import CausedBy, caused_by
from smartpos.core.db import db
from smartpos.core.money import COST_LIMIT, QUANTITY_LIMIT
from smartpos.core.permissions import can
from smartpos.identity.principal import me
from smartpos.identity.queries import is_place
from smartpos.stock import operations, queries
from smartpos.stock.admin.common import COST, PLACES, InSight
from smartpos.stock.models import (
    AdjustmentReason,
    BranchStock,
    InventoryMovement,
    StockAdjustment,
)
from smartpos.stock.permissions import StockPermission as P


class RunsLow(Filter):
    """Stock at or below its reorder point or minimum; below nothing where neither is set."""

    control = "select"
    words = _l("is")

    def __init__(self) -> None:
        super().__init__(
            BranchStock.quantity,
            _l("State"),
            options=[
                ("low", _l("Runs low")),
                ("reorder", _l("Reorder")),
                ("out", _l("Out of stock")),
                ("negative", _l("Below zero")),
            ],
        )

    def clean(self, value: str) -> Any:
        if value not in {"low", "reorder", "out", "negative"}:
            raise ValueError(value)
        return value

    def test(self, column: Any, value: Any) -> Any:
        if value == "negative":
            return BranchStock.quantity < 0
        if value == "out":
            return BranchStock.quantity <= 0
        if value == "reorder":  # as the view inventory_status says it: above the minimum
            above = BranchStock.quantity > BranchStock.min_quantity
            return above & (BranchStock.quantity <= BranchStock.reorder_point)
        wanted = BranchStock.min_quantity > 0
        point = BranchStock.quantity <= BranchStock.min_quantity
        return (wanted & point) | (BranchStock.quantity <= BranchStock.reorder_point)


def _state(_view: Any, _context: Any, row: BranchStock, _name: str) -> Any:
    if row.quantity < 0:
        return pill(_l("Below zero"), "bad")
    if row.quantity == 0:
        return pill(_l("Out of stock"), "bad")
    if row.quantity <= row.min_quantity:
        return pill(_l("Runs low"), "warn")
    return pill(_l("Reorder"), "info") if row.quantity <= (row.reorder_point or 0) else ""


class StockView(InSight, TenantView):
    """What lies where. Quantity and value belong to the ledger; only the wanted levels are edited."""

    permission_read, permission_edit = P.STOCK_READ, P.LEVEL_WRITE
    column_permissions = {"average_cost": COST, "value": COST}
    menu_icon, menu_order = "warehouse", 10
    populates_model = False
    lead = _l("What lies in each branch. Quantities change by sales, deliveries and corrections alone.")
    column_list = (
        "product",
        "product.sku",
        "branch",
        "quantity",
        "reserved_quantity",
        "product.unit",
        "state",
        "min_quantity",
        "average_cost",
        "value",
    )
    column_details_list = (
        "product",
        "product.sku",
        "branch",
        "quantity",
        "reserved_quantity",
        "available",
        "product.unit",
        "state",
        "min_quantity",
        "reorder_point",
        "max_quantity",
        "average_cost",
        "value",
        "updated_at",
    )
    column_labels = {
        "product": _l("Product"),
        "product.sku": _l("Article"),
        "branch": _l("Branch"),
        "quantity": _l("Quantity"),
        "reserved_quantity": _l("Set aside"),
        "available": _l("Available"),
        "product.unit": _l("Unit"),
        "state": _l("State"),
        "min_quantity": _l("Minimum"),
        "reorder_point": _l("Reorder at"),
        "max_quantity": _l("Maximum"),
        "average_cost": _l("Average cost"),
        "value": _l("Worth"),
        "updated_at": _l("Changed"),
    }
    column_formats = {"available": formatters.quantity}
    column_formatters = {"state": _state}
    column_sortable_list = ("quantity", "value")
    column_filters = ("branch", "product", RunsLow(), "quantity")
    form_ajax_refs = {"branch": PLACES}
    search_hint = _l("Product or article")
    list_template = "stock/stock_levels.html"
    form_columns = ("min_quantity", "reorder_point", "max_quantity")

    def get_query(self) -> Any:
        """Without what has gone through the place of what is on its way: that nothing lies there is no shortage."""
        return super().get_query().filter(is_place(BranchStock.branch_id, BranchStock.quantity == 0))

    def may_set_levels(self) -> bool:
        """Whether the person may set levels: the list leads there."""
        return can(P.LEVEL_WRITE)

    def search(self, query: Any, words: list[str]) -> Any:
        query = query.join(Product, Product.id == BranchStock.product_id)
        for word in words:
            found = Product.name.icontains(word, autoescape=True) | (Product.sku == word)
            query = query.filter(found)
        return query

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        return operations.set_levels(
            model,
            min_quantity=form.min_quantity.data or Decimal(0),
            reorder_point=form.reorder_point.data,
            max_quantity=form.max_quantity.data,
            actor=me(),
        )

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.branch}"


class MovementView(InSight, ReadOnlyView):
    """The stock ledger."""

    permission_read = P.MOVEMENT_READ
    column_permissions = {"unit_cost": COST, "value": COST}
    menu_icon, menu_order = "movement", 20
    lead = _l("Every movement of every product with its cause. Rows are added, never changed.")
    column_list = (
        "occurred_at",
        "product",
        "branch",
        "batch",
        "movement_type",
        "quantity",
        "product.unit",
        "unit_cost",
        "value",
        "origin_kind",
        "author",
        "notes",
    )
    column_labels = {
        "occurred_at": _l("Time"),
        "product": _l("Product"),
        "branch": _l("Branch"),
        "batch": _l("Lot"),
        "movement_type": _l("Kind"),
        "quantity": _l("Quantity"),
        "product.unit": _l("Unit"),
        "unit_cost": _l("Unit cost"),
        "value": _l("Worth"),
        "origin_kind": _l("Cause"),
        "author": _l("By"),
        "notes": _l("Notes"),
    }
    column_formatters = {"origin_kind": caused_by}
    form_ajax_refs = {"branch": PLACES}
    column_wrap = ("notes",)
    column_filters = (
        "product",
        "branch",
        "batch",
        "movement_type",
        CausedBy(InventoryMovement.origin_kind),
        "occurred_at",
        "author",
    )

    def title_of(self, model: Any) -> str:
        return f"{model.product} · {model.id}"


class AdjustmentView(InSight, TenantView):
    """Corrections and opening balances: entered here, never changed afterwards."""

    permission_read, permission_create = P.MOVEMENT_READ, P.STOCK_ADJUST
    menu_icon, menu_order = "adjust", 30
    populates_model = False
    lead = _l("Corrections of stock by hand, each with its reason. What they moved is in the ledger.")
    new_title, new_label = _l("Correct stock"), _l("Correct stock")
    column_list = ("id", "created_at", "branch", "reason", "notes", "author")
    column_labels = {
        "id": _l("Number"),
        "created_at": _l("Time"),
        "branch": _l("Branch"),
        "reason": _l("Reason"),
        "notes": _l("Notes"),
        "author": _l("By"),
        "product": _l("Product"),
        "quantity": _l("Quantity"),
        "unit_cost": _l("Unit cost"),
    }
    column_wrap = ("notes",)
    column_sortable_list = ()
    column_filters = ("branch", "reason", "created_at", "author")
    form_columns = ("branch", "reason", "product", "quantity", "unit_cost", "notes")
    form_args = {"reason": {"default": AdjustmentReason.COUNT}}
    details_template = "stock/adjustment.html"

    def __init__(self, model: type[Any], **options: Any) -> None:
        self.form_ajax_refs = {"product": _Products("product", Product, ("name", "sku"))}
        self.form_extra_fields = {
            "product": ChoiceField(self.form_ajax_refs["product"], _l("Product"), [InputRequired()]),
            "quantity": ExactField(
                _l("How much more or less"),
                [InputRequired()],
                digits=3,
                limit=QUANTITY_LIMIT,
                description=_l("What is too many in the books with a minus: \u22122"),
            ),
            "unit_cost": ExactField(
                _l("Unit cost"),
                [Optional()],
                digits=4,
                limit=COST_LIMIT,
                description=_l("Of what is more; empty means the average cost"),
            ),
        }
        super().__init__(model, **options)

    def save(self, form: Any, model: Any, is_created: bool) -> Any:
        line = operations.AdjustmentLine(form.product.data.id, form.quantity.data, form.unit_cost.data)
        return operations.adjust_stock(
            form.branch.data.id, [line], reason=form.reason.data, notes=form.notes.data, actor=me()
        )

    def title_of(self, model: Any) -> str:
        return str(_l("Correction %(number)s", number=model.id))

    def movements_of(self, model: StockAdjustment) -> list[Any]:
        """What a correction moved."""
        statement = queries.movements(origin_kind=operations.ADJUSTMENT_ORIGIN, origin_id=model.id)
        return list(db.session.execute(statement.order_by(InventoryMovement.id)))

    def sees_costs(self) -> bool:
        """Whether the person may see what the goods cost."""
        return can(COST)


class _Products(RemoteChoices):
    """Products whose stock is kept."""

    def find(self, statement: Any, words: list[str]) -> Any:
        return super().find(statement.where(Product.track_inventory), words)
