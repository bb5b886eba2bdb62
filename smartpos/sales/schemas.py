"""Shapes of the selling API: what is accepted, and what the documentation promises as answers."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from smartpos.core.fields import CursorQuery, IdField, MomentField, MoneyField, QuantityField, TextField
from smartpos.sales.errors import TooManyLines
from smartpos.sales.models import PaymentMethod, PaymentSummary, SaleType, ShiftStatus
from smartpos.sales.operations import MOST_LINES, SaleLine, SaleRequest, Tender
from smartpos.sales.requests import NOTHING

MOST_PAYMENTS = 20


class SellItem(Schema):
    """One line: the goods by ``product_id`` or by ``barcode``, and how many of what that names."""

    product_id = IdField(load_default=None, allow_none=True)
    barcode = TextField(longest=64, shortest=1, load_default=None, allow_none=True)
    quantity = QuantityField(required=True, above=0)
    discount = MoneyField(minimum=0, load_default=NOTHING)

    @validates_schema
    def check(self, line: dict[str, Any], **options: Any) -> None:
        if line.get("product_id") is None and line.get("barcode") is None:
            raise ValidationError(_("A line needs a product or a barcode."), "product_id")

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> SaleLine:
        return SaleLine(**line)


class SellPayment(Schema):
    """Money that is handed over."""

    method = fields.Enum(PaymentMethod, by_value=True, required=True)
    amount = MoneyField(required=True, minimum=0)

    @post_load
    def make(self, payment: dict[str, Any], **options: Any) -> Tender:
        return Tender(**payment)


class Sell(Schema):
    """A sale to be completed. Prices are not accepted: the server knows them."""

    client_uuid = fields.UUID(required=True)
    items = fields.List(fields.Nested(SellItem), required=True)
    payments = fields.List(
        fields.Nested(SellPayment), required=True, validate=validate.Length(max=MOST_PAYMENTS)
    )
    discount = MoneyField(minimum=0, load_default=NOTHING)
    customer_id = IdField(load_default=None, allow_none=True)
    sold_at = MomentField(load_default=None, allow_none=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        # Said before the lines are read, because reading ten thousand of them is work for nothing.
        items = body.get("items") if isinstance(body, dict) else None
        if isinstance(items, list) and len(items) > MOST_LINES:
            raise TooManyLines(MOST_LINES)
        return body

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> SaleRequest:
        return SaleRequest(**body | {"items": tuple(body["items"]), "payments": tuple(body["payments"])})


class SaleItemOut(Schema):
    """A line of a receipt."""

    id = fields.Integer()
    line_number = fields.Integer()
    product_id = fields.Integer()
    name = fields.String()
    barcode = fields.String(allow_none=True)
    unit = fields.String()
    quantity = QuantityField()
    multiplier = QuantityField(metadata={"description": "base units in one of what was counted"})
    price = MoneyField()
    gross = MoneyField()
    discount = MoneyField()
    cart_discount = MoneyField()
    vat_rate = MoneyField()
    vat_included = fields.Boolean()
    tax = MoneyField()
    total = MoneyField()


class SalePaymentOut(Schema):
    """A tender of a receipt."""

    method = fields.Enum(PaymentMethod, by_value=True)
    amount = MoneyField()
    tendered = MoneyField()


class SaleHeadOut(Schema):
    """A receipt without its lines."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID()
    type = fields.Enum(SaleType, by_value=True)
    branch_id = fields.Integer()
    branch = fields.String()
    till_id = fields.Integer()
    till = fields.String()
    shift_id = fields.Integer()
    cashier_id = fields.Integer()
    cashier = fields.String()
    payment_method = fields.Enum(PaymentSummary, by_value=True)
    gross = MoneyField()
    discount = MoneyField()
    tax = MoneyField()
    rounding = MoneyField()
    total = MoneyField()
    paid = MoneyField()
    change = MoneyField()
    business_date = fields.Date()
    sold_at = fields.DateTime()
    created_at = fields.DateTime()


class SaleOut(SaleHeadOut):
    """A receipt."""

    items = fields.List(fields.Nested(SaleItemOut))
    payments = fields.List(fields.Nested(SalePaymentOut))


class SalePage(Schema):
    """A page of receipts."""

    items = fields.List(fields.Nested(SaleHeadOut))
    next_cursor = fields.String(allow_none=True)


class SalesQuery(CursorQuery):
    """Which sales: of a shift, a branch, a cashier, and of business days ``from`` to ``to``, both included."""

    shift_id = IdField(load_default=None)
    branch_id = IdField(load_default=None)
    cashier_id = IdField(load_default=None)
    first_day = fields.Date(load_default=None, data_key="from")
    last_day = fields.Date(load_default=None, data_key="to")


class OpenShiftIn(Schema):
    """Opening a till with counted cash."""

    till_id = IdField(required=True)
    opening_cash = MoneyField(required=True, minimum=0)


class CloseShiftIn(Schema):
    """Closing with counted cash."""

    closing_cash = MoneyField(required=True, minimum=0)


class ShiftOut(Schema):
    """A shift. What was expected is told when it is closed, so that the cashier counts without knowing."""

    id = fields.Integer()
    number = fields.Integer()
    status = fields.Enum(ShiftStatus, by_value=True)
    branch_id = fields.Integer()
    branch = fields.String()
    till_id = fields.Integer()
    till = fields.String()
    cashier_id = fields.Integer()
    cashier = fields.String()
    sales_count = fields.Integer()
    opening_cash = MoneyField()
    expected_cash = MoneyField(allow_none=True)
    closing_cash = MoneyField(allow_none=True)
    difference = MoneyField(allow_none=True)
    opened_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)


class ShiftReport(ShiftOut):
    """A shift with what was sold in it, by method of payment."""

    sales_total = MoneyField()
    payments = fields.Dict(keys=fields.Enum(PaymentMethod, by_value=True), values=MoneyField())


class ShiftPage(Schema):
    """A page of shifts."""

    items = fields.List(fields.Nested(ShiftOut))
    next_cursor = fields.String(allow_none=True)


class ShiftsQuery(CursorQuery):
    """Which shifts."""

    till_id = IdField(load_default=None)
    cashier_id = IdField(load_default=None)
    status = fields.Enum(ShiftStatus, by_value=True, load_default=None)
