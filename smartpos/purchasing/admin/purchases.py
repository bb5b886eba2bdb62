"""Purchases in the back office: their steps are buttons here, their lines are typed on a page of its own."""

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length

from smartpos.core.admin import DetailsTable, Form, ReadOnlyView, RowAction, Section
from smartpos.core.admin.formatters import NOTHING, local_datetime, pill
from smartpos.core.admin.forms import stripped
from smartpos.core.db import db
from smartpos.core.permissions import can
from smartpos.identity.models import Branch, User
from smartpos.identity.principal import me
from smartpos.purchasing import operations
from smartpos.purchasing.admin.common import COST
from smartpos.purchasing.models import (
    Purchase,
    PurchaseFile,
    PurchaseItem,
    PurchaseStatus,
    PurchaseType,
)
from smartpos.purchasing.operations.drafting import EDITABLE, OPEN
from smartpos.purchasing.permissions import PurchasingPermission as P
from smartpos.purchasing.queries import purchases as queries
from smartpos.stock.models import InventoryMovement
from smartpos.stock.permissions import StockPermission
from smartpos.stock.queries.lists import movements

LONGEST_REASON = 1000


class Why(Form):
    """Why."""

    reason = StringField(_l("Reason"), [InputRequired(), Length(max=LONGEST_REASON)], filters=[stripped])


class Rest(Form):
    """What becomes of what did not come."""

    remainder = SelectField(
        _l("What was ordered and did not come"),
        choices=[
            (operations.Remainder.BACKORDER.value, _l("Is ordered anew, in a purchase of its own")),
            (operations.Remainder.CLOSE.value, _l("Is given up")),
        ],
    )


def _is_purchase(*states: PurchaseStatus) -> Any:
    return lambda row: row.status in states and row.type is PurchaseType.PURCHASE


def _order(row: Purchase) -> str:
    operations.order_purchase(row.id, actor=me())
    return _("The purchase is ordered.")


def _confirm(row: Purchase, form: Rest) -> str:
    remainder = operations.Remainder(form.remainder.data)
    _purchase, rest = operations.confirm_purchase(row.id, remainder=remainder, actor=me())
    if rest is not None:
        return _("The goods are in stock. What did not come is ordered anew: %(number)s.", number=rest.number)
    return _("The goods are in stock.")


def _revert(row: Purchase, form: Why) -> str:
    operations.revert_purchase(row.id, reason=form.reason.data or "", actor=me())
    return _("The purchase is reverted: stock and the supplier's account are as they were before it.")


def _cancel(row: Purchase, form: Why) -> str:
    operations.cancel_purchase(row.id, reason=form.reason.data, actor=me())
    return _("The purchase is cancelled.")


def _to(endpoint: str) -> Any:
    return lambda row: redirect(url_for(endpoint, purchase_id=row.id))


def _number(_view: Any, _context: Any, row: Purchase, _name: str) -> Any:
    """The number, and below it that goods went back where they did."""
    below = Markup("<br>{}").format(pill(row.type)) if row.type is PurchaseType.RETURN else ""
    return Markup("<b>{}</b>{}").format(row.number, below)


def _link(purchase_id: int | None) -> Any:
    found = db.session.get(Purchase, purchase_id) if purchase_id is not None else None
    if found is None:
        return NOTHING
    return Markup('<a href="{}">{}</a>').format(url_for("purchases.details_view", id=found.id), found.number)


def _original(_view: Any, _context: Any, row: Purchase, _name: str) -> Any:
    return _link(row.original_id)


def _rest_of(_view: Any, _context: Any, row: Purchase, _name: str) -> Any:
    return _link(row.backorder_of_id)


def _later(_view: Any, _context: Any, row: Purchase, _name: str) -> Any:
    """What came of a purchase: its returns, and the order for its rest."""
    query = select(Purchase.id).where(or_(Purchase.original_id == row.id, Purchase.backorder_of_id == row.id))
    links = [_link(number) for number in db.session.scalars(query.order_by(Purchase.id))]
    return Markup(" · ").join(links) or NOTHING


def _act(name: str) -> Any:
    """Who did a step, and when."""

    def show(_view: Any, _context: Any, row: Purchase, _name: str) -> Any:
        moment = local_datetime(getattr(row, f"{name}_at"))
        by = getattr(row, f"{name}_by")
        person = db.session.get(User, by) if by is not None else None
        return Markup("{} · {}").format(moment, person) if person else moment

    return show


class PurchaseView(ReadOnlyView):
    """Purchases and returns to suppliers."""

    permission_read = P.PURCHASE_READ
    column_permissions = dict.fromkeys(
        (
            *("total_amount", "subtotal", "discount_amount", "tax_amount", "costs_amount"),
            *("items.price", "items.discount_percent", "items.tax_amount", "items.total"),
            *("items.cost_share", "items.unit_cost", "costs.amount"),
        ),
        COST,
    )
    menu_icon, menu_order = "truck", 10
    lead = _l("What was ordered, what came, what it costs and what is owed for it.")
    list_template, details_template = "purchasing/purchases.html", "purchasing/purchase.html"
    column_list = (
        "number",
        "document_date",
        "supplier",
        "total_amount",
        "status",
        "branch",
        "due_date",
        "document_number",
    )
    column_details_list = (
        *("type", "status", "supplier", "branch", "document_number", "document_date"),
        *("expected_on", "due_date", "original", "rest_of", "later", "reason", "notes"),
        *("subtotal", "discount_amount", "tax_amount", "total_amount", "costs_amount"),
        *("vat_included", "vat_recoverable"),
        *("created", "ordered", "received", "confirmed", "reverted", "cancelled"),
    )
    column_labels = {
        "number": _l("Number"),
        "document_date": _l("Date"),
        "supplier": _l("Supplier"),
        "document_number": _l("Supplier's number"),
        "branch": _l("Branch"),
        "type": _l("Kind"),
        "status": _l("Status"),
        "expected_on": _l("Expected on"),
        "due_date": _l("To be paid by"),
        "vat_included": _l("Prices contain VAT"),
        "vat_recoverable": _l("VAT is deducted"),
        "subtotal": _l("Before VAT on top"),
        "discount_amount": _l("Discount"),
        "tax_amount": _l("VAT"),
        "costs_amount": _l("Other costs"),
        "total_amount": _l("Total"),
        "notes": _l("Notes"),
        "reason": _l("Reason"),
        "original": _l("Goes back of"),
        "rest_of": _l("Rest of"),
        "backorder_of": _l("Rest of"),
        "raw_text": _l("Text of the paper"),
        "processed_data": _l("What was read from the paper"),
        "later": _l("Later documents"),
        "author": _l("By"),
        "created": _l("Entered"),
        "ordered": _l("Ordered"),
        "ordered_at": _l("Ordered"),
        "received": _l("Received"),
        "received_at": _l("Received"),
        "confirmed": _l("Confirmed"),
        "confirmed_at": _l("Confirmed"),
        "reverted": _l("Reverted"),
        "reverted_at": _l("Reverted"),
        "cancelled": _l("Cancelled"),
        "cancelled_at": _l("Cancelled"),
    }
    column_formatters = {
        "number": _number,
        "original": _original,
        "rest_of": _rest_of,
        "later": _later,
        **{
            name: _act(name)
            for name in ("created", "ordered", "received", "confirmed", "reverted", "cancelled")
        },
    }
    column_wrap = ("notes", "reason")
    column_sortable_list = ()
    column_filters = (
        "status",
        "type",
        "supplier",
        "branch",
        "document_date",
        "due_date",
        "total_amount",
        "author",
    )
    column_searchable_list = ("number", "document_number")
    search_hint = _l("Number, ours or the supplier's")
    details_sections = (
        Section(
            _l("Purchase"),
            (
                *("type", "status", "supplier", "branch", "document_number", "document_date"),
                *("expected_on", "due_date", "original", "rest_of", "later", "reason", "notes"),
            ),
        ),
        Section(
            _l("Amounts"),
            (
                *("subtotal", "discount_amount", "tax_amount", "total_amount", "costs_amount"),
                *("vat_included", "vat_recoverable"),
            ),
        ),
        Section(
            _l("Who did what when"),
            ("created", "ordered", "received", "confirmed", "reverted", "cancelled"),
        ),
    )
    details_tables = (
        DetailsTable(
            "items",
            _l("Lines"),
            (
                *("position", "shown_name", "quantity", "received_quantity", "price", "discount_percent"),
                *("tax_amount", "total", "cost_share", "unit_cost", "sale_price"),
                *("batch_number", "expiration_date"),
            ),
            {
                "position": _l("Line"),
                "shown_name": _l("Product"),
                "quantity": _l("Quantity"),
                "received_quantity": _l("Received"),
                "price": _l("Price"),
                "discount_percent": _l("Discount, %"),
                "tax_amount": _l("VAT"),
                "total": _l("Total"),
                "cost_share": _l("Share of costs"),
                "unit_cost": _l("Unit cost"),
                "sale_price": _l("Sale price"),
                "batch_number": _l("Lot"),
                "expiration_date": _l("Expires"),
            },
        ),
        DetailsTable(
            "costs",
            _l("Other costs"),
            ("kind", "amount", "spread_by", "note"),
            {
                "kind": _l("Kind"),
                "amount": _l("Amount"),
                "spread_by": _l("Spread"),
                "note": _l("Notes"),
            },
        ),
    )
    row_actions = [
        RowAction(
            "edit",
            _l("Edit"),
            "pencil",
            P.PURCHASE_WRITE,
            _to("purchasing.edit_purchase"),
            visible=_is_purchase(*EDITABLE),
        ),
        RowAction(
            "order",
            _l("Ordered"),
            "mail",
            P.PURCHASE_WRITE,
            _order,
            confirm_text=_l("Note that this purchase was sent to the supplier?"),
            visible=_is_purchase(PurchaseStatus.DRAFT),
            in_list=False,
        ),
        RowAction(
            "receive",
            _l("Receive"),
            "truck",
            P.PURCHASE_RECEIVE,
            _to("purchasing.receive_purchase"),
            visible=_is_purchase(*OPEN),
        ),
        RowAction(
            "confirm",
            _l("Confirm"),
            "check",
            P.PURCHASE_CONFIRM,
            _confirm,
            tone="primary",
            form=Rest,
            confirm_text=_l("What came goes into stock and the supplier is owed for it."),
            visible=_is_purchase(*OPEN),
            in_list=False,
        ),
        RowAction(
            "give_back",
            _l("Return to the supplier"),
            "undo",
            P.PURCHASE_CONFIRM,
            _to("purchasing.return_purchase"),
            visible=_is_purchase(PurchaseStatus.CONFIRMED),
            in_list=False,
        ),
        RowAction(
            "revert",
            _l("Revert"),
            "refresh",
            P.PURCHASE_REVERT,
            _revert,
            tone="danger",
            form=Why,
            confirm_text=_l(
                "What this document moved moves back at the value it had, and the supplier's account with it."
            ),
            visible=lambda row: row.status is PurchaseStatus.CONFIRMED,
            in_list=False,
        ),
        RowAction(
            "cancel",
            _l("Cancel"),
            "x",
            P.PURCHASE_WRITE,
            _cancel,
            tone="danger",
            form=Why,
            visible=_is_purchase(*OPEN),
            in_list=False,
        ),
    ]

    def may_create(self) -> bool:
        """Whether the person may enter a purchase."""
        return can(P.PURCHASE_WRITE)

    def get_query(self) -> Any:
        """Without purchases of branches that the person does not see."""
        return super().get_query().filter(Purchase.branch_id.in_(select(Branch.id)))

    def get_one(self, id: Any) -> Any:  # noqa: A002 - Flask-Admin's name
        """The purchase of that number, or None: for one of a branch that the person does not see too."""
        row = super().get_one(id)
        return None if row is None or row.branch is None else row

    def lines(self, model: Any, table: DetailsTable) -> list[list[tuple[str, Any]]]:
        """The lines; their products are read at once."""
        wanted = select(PurchaseItem).where(PurchaseItem.purchase_id == model.id)
        db.session.scalars(wanted.options(selectinload(PurchaseItem.product))).all()
        return super().lines(model, table)

    def title_of(self, model: Any) -> str:
        return str(model.number)

    def files_of(self, model: Purchase) -> list[PurchaseFile]:
        """The papers behind a purchase."""
        return queries.files_of(model.id)

    def movements_of(self, model: Purchase) -> list[Any]:
        """What a purchase moved."""
        if not can(StockPermission.MOVEMENT_READ):
            return []
        statement = movements(origin_kind=queries.PURCHASE_ORIGIN, origin_id=model.id)
        return list(db.session.execute(statement.order_by(InventoryMovement.id).limit(2000)))

    def may_attach(self) -> bool:
        """Whether the person may attach papers and take them off."""
        return can(P.PURCHASE_WRITE)

    def sees_costs(self) -> bool:
        """Whether the person may see what the goods cost."""
        return can(COST)


class PurchaseItemView(ReadOnlyView):
    """Lines of purchases: what was bought when, from whom, at which price."""

    permission_read = P.PURCHASE_READ
    column_permissions = dict.fromkeys(
        ("price", "discount_percent", "tax_amount", "total", "cost_share", "unit_cost"), COST
    )
    menu_icon, menu_order = "cart", 20
    lead = _l("Every line of every purchase: what was bought when, from whom and at which price.")
    column_list = (
        *("purchase.number", "purchase.document_date", "purchase.supplier", "product", "product_name_raw"),
        *("quantity", "received_quantity", "price", "total", "unit_cost", "batch_number", "expiration_date"),
    )
    column_details_list = (
        *("purchase.number", "purchase.document_date", "purchase.supplier", "purchase.branch", "product"),
        *("product_name_raw", "quantity", "received_quantity", "price", "discount_percent", "vat_rate"),
        *("tax_amount", "total", "cost_share", "unit_cost", "sale_price", "batch_number", "expiration_date"),
    )
    column_labels = {
        "purchase.number": _l("Purchase"),
        "purchase.document_date": _l("Date"),
        "purchase.supplier": _l("Supplier"),
        "purchase.branch": _l("Branch"),
        "product": _l("Product"),
        "product_name_raw": _l("In the supplier's words"),
        "quantity": _l("Quantity"),
        "received_quantity": _l("Received"),
        "price": _l("Price"),
        "discount_percent": _l("Discount, %"),
        "vat_rate": _l("VAT rate"),
        "tax_amount": _l("VAT"),
        "total": _l("Total"),
        "cost_share": _l("Share of costs"),
        "unit_cost": _l("Unit cost"),
        "sale_price": _l("Sale price"),
        "batch_number": _l("Lot"),
        "expiration_date": _l("Expires"),
        "position": _l("Line"),
        "returns": _l("Goes back of"),
    }
    column_sortable_list = ()
    column_filters = ("product", "quantity", "price", "expiration_date", "batch_number")

    def get_query(self) -> Any:
        """Without lines of branches that the person does not see."""
        seen = select(Purchase.id).where(Purchase.branch_id.in_(select(Branch.id)))
        return super().get_query().filter(PurchaseItem.purchase_id.in_(seen))

    def title_of(self, model: Any) -> str:
        return f"{model.purchase.number} · {model.shown_name}"
