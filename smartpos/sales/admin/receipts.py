"""Receipts, their lines and their payments in the back office: to be read, not edited."""

import re
from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import false, select

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.admin import (
    DetailsTable,
    ReadOnlyView,
    RowAction,
    Section,
    describe,
)
from smartpos.core.admin.formatters import money, pill
from smartpos.identity.models import Till
from smartpos.sales.admin.of_shift import OfShift
from smartpos.sales.admin.returning import REFUND, original_link, return_links
from smartpos.sales.models import (
    PaymentMethod,
    PaymentSummary,
    Sale,
    SaleStatus,
    SaleType,
    Shift,
)
from smartpos.sales.permissions import SalesPermission as P

COST = CatalogPermission.COST_READ
RECEIPT_NUMBER = re.compile(r"^(\d{1,9})-(\d{1,9})(?:-(\d{1,9}))?$")

describe(
    {
        SaleType.SALE: _l("Sale"),
        SaleType.REFUND: (_l("Refund"), "warn"),
        SaleType.EXCHANGE: (_l("Exchange"), "info"),
    }
)
describe(
    {
        SaleStatus.COMPLETED: (_l("Completed"), "good"),
        SaleStatus.PARTLY_RETURNED: (_l("Partly returned"), "warn"),
        SaleStatus.RETURNED: (_l("Returned"), "warn"),
    }
)
_METHODS = {
    "CASH": (_l("Cash"), "good"),
    "CARD": (_l("Card"), "info"),
    "TRANSFER": (_l("Transfer"), "accent"),
    "CREDIT": (_l("Credit"), "warn"),
    "POINTS": (_l("Points"), "info"),
}
describe({PaymentMethod[name]: label for name, label in _METHODS.items()})
describe(
    {PaymentSummary[name]: label for name, label in _METHODS.items()}
    | {PaymentSummary.MIXED: (_l("Mixed"), "warn")}
)


def _earned(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    return money(row.margin_amount)


def _number(_view: Any, _context: Any, row: Sale, _name: str) -> Any:
    """The number, and below it what is special about the receipt: that it gives back, or is given back."""
    special = row.type if row.type is not SaleType.SALE else row.status
    below = Markup("<br>{}").format(pill(special)) if special is not SaleStatus.COMPLETED else ""
    return Markup("<b>{}</b>{}").format(row.number, below)


class SaleView(OfShift):
    """Receipts."""

    permission_read = P.SALE_READ_ALL
    column_permissions = {"cost_amount": COST, "margin_amount": COST, "items.cost_amount": COST}
    menu_icon, menu_order = "receipt", 10
    column_list = (
        "number",
        "sold_at",
        "branch",
        "cashier",
        "payment_method",
        "discount_amount",
        "total_amount",
        "margin_amount",
    )
    column_labels = {
        "number": _l("Receipt"),
        "customer": _l("Customer"),
        "original": _l("Gives back"),
        "returns": _l("Given back by"),
        "reason": _l("Reason"),
        "returned_amount": _l("Counted for what came back"),
        "sold_at": _l("Time"),
        "business_date": _l("Business day"),
        "branch": _l("Branch"),
        "till": _l("Till"),
        "shift": _l("Shift"),
        "cashier": _l("Cashier"),
        "type": _l("Kind"),
        "status": _l("Status"),
        "payment_method": _l("Payment"),
        "gross_amount": _l("Before discounts"),
        "discount_amount": _l("Discount"),
        "tax_amount": _l("VAT"),
        "rounding_amount": _l("Rounding"),
        "total_amount": _l("Total"),
        "tendered_amount": _l("Given"),
        "change_amount": _l("Change"),
        "cost_amount": _l("Cost"),
        "margin_amount": _l("Profit"),
        "client_uuid": _l("Number of the device"),
    }
    column_formatters = {
        "number": _number,
        "margin_amount": _earned,
        "original": original_link,
        "returns": return_links,
    }
    column_formats = {"margin_amount": money}
    column_sortable_list = ("sold_at",)
    column_filters = (
        "business_date",
        "type",
        "status",
        "branch",
        "cashier",
        "customer",
        "payment_method",
        "till",
        "total_amount",
    )
    search_hint = _l("Receipt: till-shift-number")
    column_details_list = (
        "number",
        "type",
        "status",
        "sold_at",
        "business_date",
        "branch",
        "till",
        "shift",
        "cashier",
        "customer",
        "original",
        "returns",
        "reason",
        "gross_amount",
        "discount_amount",
        "tax_amount",
        "rounding_amount",
        "total_amount",
        "returned_amount",
        "payment_method",
        "tendered_amount",
        "change_amount",
        "cost_amount",
        "margin_amount",
        "client_uuid",
    )
    details_sections = (
        Section(
            _l("Receipt"),
            (
                "number",
                "type",
                "status",
                "sold_at",
                "business_date",
                "branch",
                "till",
                "shift",
                "cashier",
                "customer",
                "original",
                "returns",
                "reason",
                "client_uuid",
            ),
        ),
        Section(
            _l("Amounts"),
            (
                "gross_amount",
                "discount_amount",
                "tax_amount",
                "rounding_amount",
                "total_amount",
                "returned_amount",
                "payment_method",
                "tendered_amount",
                "change_amount",
                "cost_amount",
                "margin_amount",
            ),
        ),
    )
    details_tables = (
        DetailsTable(
            "items",
            _l("Lines"),
            (
                "line_number",
                "product_name",
                "quantity",
                "unit",
                "price",
                "promotion_amount",
                "discount_amount",
                "cart_discount_amount",
                "tax_amount",
                "total_amount",
                "cost_amount",
                "restock",
            ),
            {
                "promotion_amount": _l("Promotion"),
                "restock": _l("Where it went"),
                "line_number": _l("Line"),
                "product_name": _l("Product"),
                "quantity": _l("Quantity"),
                "unit": _l("Unit"),
                "price": _l("Price"),
                "discount_amount": _l("Discount"),
                "cart_discount_amount": _l("Receipt's discount"),
                "tax_amount": _l("VAT"),
                "total_amount": _l("Total"),
                "cost_amount": _l("Cost"),
            },
        ),
        DetailsTable(
            "payments",
            _l("Payments"),
            ("method", "amount", "tendered_amount"),
            {"method": _l("Method"), "amount": _l("Amount"), "tendered_amount": _l("Given")},
        ),
    )
    row_actions = [
        RowAction(
            "receipt",
            _l("Receipt"),
            "print",
            P.SALE_READ_ALL,
            lambda sale: redirect(url_for("sales.receipt", sale_id=sale.id)),
        ),
        REFUND,
    ]

    def search(self, query: Any, words: list[str]) -> Any:
        # Exact, because a search within numbers would read every receipt there is.
        for word in words:
            found = RECEIPT_NUMBER.match(word)
            if found is None:
                return query.filter(false())
            if found[3] is not None:
                query = query.filter(Sale.number == word)
            else:
                shift = (
                    select(Shift.id)
                    .join(Till, Till.id == Shift.till_id)
                    .where(Till.number == int(found[1]), Shift.number == int(found[2]))
                )
                query = query.filter(Sale.shift_id == shift.scalar_subquery())
        return query

    def title_of(self, model: Any) -> str:
        return _("Receipt %(number)s", number=model.number)


class SaleItemView(ReadOnlyView):
    """Lines of receipts: what was sold."""

    permission_read = P.SALE_READ_ALL
    column_permissions = {"unit_cost": COST, "cost_amount": COST}
    menu_icon, menu_order = "cart", 20
    column_list = (
        "sale.number",
        "sale.sold_at",
        "sale.branch",
        "product_name",
        "quantity",
        "unit",
        "price",
        "discount_amount",
        "cart_discount_amount",
        "tax_amount",
        "total_amount",
        "cost_amount",
    )
    column_labels = {
        "sale.number": _l("Receipt"),
        "sale.sold_at": _l("Time"),
        "sale.branch": _l("Branch"),
        "product": _l("Product"),
        "product_name": _l("Product"),
        "barcode": _l("Barcode"),
        "quantity": _l("Quantity"),
        "unit": _l("Unit"),
        "price": _l("Price"),
        "gross_amount": _l("Before discounts"),
        "discount_amount": _l("Discount"),
        "cart_discount_amount": _l("Receipt's discount"),
        "vat_rate": _l("VAT rate"),
        "tax_amount": _l("VAT"),
        "total_amount": _l("Total"),
        "unit_cost": _l("Unit cost"),
        "cost_amount": _l("Cost"),
        "multiplier": _l("Pieces in a pack"),
    }
    column_filters = ("product", "quantity", "total_amount", "discount_amount")
    column_details_list = (
        "sale.number",
        "sale.sold_at",
        "sale.branch",
        "product",
        "barcode",
        "quantity",
        "unit",
        "multiplier",
        "price",
        "gross_amount",
        "discount_amount",
        "cart_discount_amount",
        "vat_rate",
        "tax_amount",
        "total_amount",
        "unit_cost",
        "cost_amount",
    )

    def title_of(self, model: Any) -> str:
        return f"{model.sale.number} · {model.product_name}"


class SalePaymentView(ReadOnlyView):
    """Payments of receipts."""

    permission_read = P.SALE_READ_ALL
    menu_icon, menu_order = "wallet", 30
    column_list = ("sale.number", "sale.sold_at", "sale.branch", "method", "amount", "tendered_amount")
    column_labels = {
        "sale.number": _l("Receipt"),
        "sale.sold_at": _l("Time"),
        "sale.branch": _l("Branch"),
        "method": _l("Method"),
        "amount": _l("Amount"),
        "tendered_amount": _l("Given"),
    }
    column_filters = ("method", "amount")

    def title_of(self, model: Any) -> str:
        return f"{model.sale.number} · {money(model.amount)}"
