"""Shapes of receipts."""

from marshmallow import Schema, fields

from smartpos.core.fields import CursorQuery, IdField, MoneyField, QuantityField, TextField
from smartpos.sales.models import (
    PaymentMethod,
    PaymentSummary,
    Restock,
    SaleFlag,
    SaleStatus,
    SaleType,
)


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
    list_price = MoneyField(
        allow_none=True, metadata={"description": "the shop's own, where another was taken"}
    )
    gross = MoneyField()
    promotion_id = fields.Integer(allow_none=True)
    promotion_name = fields.String(allow_none=True)
    promotion = MoneyField(metadata={"description": "taken off by the promotion"})
    discount = MoneyField()
    cart_discount = MoneyField()
    vat_rate = MoneyField()
    vat_included = fields.Boolean()
    tax = MoneyField()
    total = MoneyField()
    returns_id = fields.Integer(allow_none=True, metadata={"description": "the line it gives back"})
    restock = fields.Enum(Restock, by_value=True, allow_none=True)
    returned = QuantityField(metadata={"description": "how much of it has come back since"})
    batch_number = fields.String(allow_none=True)
    expiration_date = fields.Date(allow_none=True)
    marking_code = fields.String(allow_none=True)


class SaleCustomerOut(Schema):
    """Who bought."""

    id = fields.Integer()
    name = fields.String()
    phone = fields.String(allow_none=True)


class SalePaymentOut(Schema):
    """A tender of a receipt."""

    method = fields.Enum(PaymentMethod, by_value=True)
    amount = MoneyField()
    tendered = MoneyField()
    currency = fields.String(allow_none=True)
    exchange_rate = MoneyField(allow_none=True)
    foreign_amount = MoneyField(allow_none=True)
    due_date = fields.Date(allow_none=True)


class SaleHeadOut(Schema):
    """A receipt without its lines."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID()
    type = fields.Enum(SaleType, by_value=True)
    status = fields.Enum(SaleStatus, by_value=True)
    branch_id = fields.Integer()
    branch = fields.String()
    till_id = fields.Integer()
    till = fields.String()
    shift_id = fields.Integer()
    cashier_id = fields.Integer()
    cashier = fields.String()
    customer = fields.Nested(SaleCustomerOut, allow_none=True)
    customer_balance = MoneyField(allow_none=True, metadata={"description": "a debt is negative"})
    points_earned = MoneyField()
    points_used = MoneyField()
    points_balance = MoneyField(allow_none=True)
    original_id = fields.Integer(allow_none=True, metadata={"description": "the receipt it gives back"})
    original_number = fields.String(allow_none=True)
    price_type_id = fields.Integer(allow_none=True)
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
    reason = fields.String(allow_none=True)
    is_offline = fields.Boolean()
    is_late = fields.Boolean()
    flags = fields.List(fields.Enum(SaleFlag, by_value=True))
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
    customer_id = IdField(load_default=None)
    type = fields.Enum(SaleType, by_value=True, load_default=None)
    flag = fields.Enum(SaleFlag, by_value=True, load_default=None)
    receipt = TextField(
        longest=64,
        load_default=None,
        metadata={"description": "its number, or the beginning of its client_uuid as printed offline"},
    )
    first_day = fields.Date(load_default=None, data_key="from")
    last_day = fields.Date(load_default=None, data_key="to")
