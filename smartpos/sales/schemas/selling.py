"""Shapes of the selling API: what is accepted, and what the documentation promises as answers."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from smartpos.core.fields import IdField, MomentField, MoneyField, QuantityField, TextField, has_more
from smartpos.sales.errors import TooManyLines
from smartpos.sales.models import PaymentMethod
from smartpos.sales.operations import MOST_LINES, SaleLine, SaleRequest, Tender
from smartpos.sales.requests import NOTHING

MOST_PAYMENTS = 20


class NamedGoods(Schema):
    """Goods by ``product_id`` or by ``barcode``, and how many of what that names."""

    product_id = IdField(load_default=None, allow_none=True)
    barcode = TextField(longest=64, shortest=1, load_default=None, allow_none=True)
    quantity = QuantityField(required=True, above=0)

    @validates_schema
    def check(self, line: dict[str, Any], **options: Any) -> None:
        if line.get("product_id") is None and line.get("barcode") is None:
            raise ValidationError(_("A line needs a product or a barcode."), "product_id")


class SellItem(NamedGoods):
    """One line: the goods by ``product_id`` or by ``barcode``, and how many of what that names."""

    discount = MoneyField(minimum=0, load_default=NOTHING)
    price = MoneyField(
        minimum=0,
        load_default=None,
        allow_none=True,
        metadata={"description": "set by hand; needs the right"},
    )
    shown_price = MoneyField(minimum=0, load_default=None, allow_none=True)
    shown_promotion = MoneyField(minimum=0, load_default=NOTHING)
    promotion_id = IdField(load_default=None, allow_none=True)
    batch_number = TextField(longest=64, load_default=None, allow_none=True)
    expiration_date = fields.Date(load_default=None, allow_none=True)
    marking_code = TextField(longest=200, load_default=None, allow_none=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> SaleLine:
        return SaleLine(**line)


class SellPayment(Schema):
    """Money that is handed over."""

    method = fields.Enum(PaymentMethod, by_value=True, required=True)
    amount = MoneyField(required=True, minimum=0)
    due_date = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "credit: when it is to be paid"}
    )
    currency = TextField(longest=3, load_default=None, allow_none=True)

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
    customer_uuid = fields.UUID(load_default=None, allow_none=True)
    price_type_id = IdField(load_default=None, allow_none=True)
    foreign_change = MoneyField(
        minimum=0,
        load_default=NOTHING,
        metadata={"description": "part of the change given in foreign currency"},
    )
    approvals = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=20))
    total = MoneyField(
        minimum=0, load_default=None, allow_none=True, metadata={"description": "what the customer was told"}
    )
    offline = fields.Boolean(
        load_default=False, metadata={"description": "it has happened already, without a connection"}
    )
    shift_id = IdField(load_default=None, allow_none=True)
    cashier_id = IdField(load_default=None, allow_none=True)
    sold_at = MomentField(load_default=None, allow_none=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        # Said before the lines are read, because reading ten thousand of them is work for nothing.
        if has_more(body, "items", MOST_LINES):
            raise TooManyLines(MOST_LINES)
        return body

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> SaleRequest:
        lists = {name: tuple(body[name]) for name in ("items", "payments", "approvals")}
        return SaleRequest(**body | lists)
