"""Shapes of receipts."""

from marshmallow import Schema, fields

from smartpos.core.fields import CursorQuery, IdField, MoneyField, QuantityField
from smartpos.sales.models import PaymentMethod, PaymentSummary, SaleType


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
