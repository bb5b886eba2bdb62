"""Shapes of refunds and exchanges."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from smartpos.core.fields import IdField, MomentField, MoneyField, QuantityField, TextField, has_more
from smartpos.sales.errors import TooManyLines
from smartpos.sales.models import PaymentMethod, Restock, SaleStatus
from smartpos.sales.operations import MOST_LINES
from smartpos.sales.operations.refunds import (
    LooseLine,
    LooseRefundRequest,
    RefundLine,
    RefundRequest,
    RefundTender,
)
from smartpos.sales.requests import NOTHING
from smartpos.sales.schemas.selling import MOST_PAYMENTS, NamedGoods, SellItem

_RESTOCK = "where the goods go: to be sold again, written off as damaged, or they do not come back"


class RefundTenderIn(Schema):
    """Money that goes back, as a positive amount; or what the customer adds in an exchange."""

    method = fields.Enum(PaymentMethod, by_value=True, required=True)
    amount = MoneyField(
        minimum=0,
        load_default=None,
        allow_none=True,
        metadata={"description": "without it all of the money goes this way"},
    )
    currency = TextField(
        longest=3,
        load_default=None,
        blank_is_none=True,
        metadata={"description": "of foreign cash, which goes back at the rate at which it came"},
    )
    due_date = fields.Date(load_default=None, allow_none=True)

    @post_load
    def make(self, tender: dict[str, Any], **options: Any) -> RefundTender:
        return RefundTender(**tender)


class _Refund(Schema):
    """What both kinds of refund take."""

    client_uuid = fields.UUID(required=True)
    payments = fields.List(
        fields.Nested(RefundTenderIn),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MOST_PAYMENTS),
        metadata={"description": "without it the money goes back the way it came"},
    )
    approvals = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=20))
    sold_at = MomentField(load_default=None, allow_none=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        # Said before the lines are read, because reading ten thousand of them is work for nothing.
        for name in ("items", "exchange_items"):
            if has_more(body, name, MOST_LINES):
                raise TooManyLines(MOST_LINES)
        return body


def _frozen(body: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in body.items()}


class RefundItemIn(Schema):
    """How much of a line comes back, counted as it was sold."""

    sale_item_id = IdField(required=True)
    quantity = QuantityField(required=True, above=0)
    restock = fields.Enum(
        Restock, by_value=True, load_default=Restock.SALE, metadata={"description": _RESTOCK}
    )

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> RefundLine:
        return RefundLine(**line)


class RefundIn(_Refund):
    """Goods of one receipt come back; with ``exchange_items`` others go out for them."""

    items = fields.List(fields.Nested(RefundItemIn), required=True)
    reason = TextField(longest=500, load_default=None, blank_is_none=True)
    exchange_items = fields.List(
        fields.Nested(SellItem), load_default=list, metadata={"description": "new goods, priced as in a sale"}
    )
    discount = MoneyField(
        minimum=0, load_default=NOTHING, metadata={"description": "on the new goods of an exchange"}
    )

    foreign_change = MoneyField(minimum=0, load_default=NOTHING)
    customer_id = IdField(
        load_default=None,
        allow_none=True,
        metadata={"description": "who exchanges goods that nobody in particular had bought"},
    )

    @validates_schema
    def check(self, body: dict[str, Any], **options: Any) -> None:
        if body.get("discount") and not body.get("exchange_items"):
            raise ValidationError(_("There is nothing to discount."), "discount")

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> RefundRequest:
        return RefundRequest(**_frozen(body))


class LooseItemIn(NamedGoods):
    """Goods that come back without a receipt."""

    price = MoneyField(
        minimum=0,
        load_default=None,
        allow_none=True,
        metadata={"description": "at most what it would cost now; without it that"},
    )
    restock = fields.Enum(
        Restock, by_value=True, load_default=Restock.SALE, metadata={"description": _RESTOCK}
    )

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> LooseLine:
        return LooseLine(**line)


class LooseRefundIn(_Refund):
    """Goods that come back without a receipt, for cash, to a card or to the customer's account."""

    items = fields.List(fields.Nested(LooseItemIn), required=True)
    reason = TextField(longest=500, shortest=1, required=True)
    customer_id = IdField(load_default=None, allow_none=True)

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> LooseRefundRequest:
        return LooseRefundRequest(**_frozen(body))


class RefundableItemOut(Schema):
    """A line of a receipt, and what of it may still come back."""

    sale_item_id = fields.Integer()
    line_number = fields.Integer()
    product_id = fields.Integer()
    name = fields.String()
    unit = fields.String()
    digits = fields.Integer(metadata={"description": "how many decimal places its quantity may have"})
    multiplier = QuantityField()
    price = MoneyField()
    gross = MoneyField(metadata={"description": "of the whole line, as all that follows up to total"})
    promotion = MoneyField()
    discount = MoneyField()
    cart_discount = MoneyField()
    tax = MoneyField()
    total = MoneyField()
    sold = QuantityField()
    returned = QuantityField()
    left = QuantityField()
    amount_left = MoneyField()


class RefundablePaymentOut(Schema):
    """What may go back in one way; foreign cash is part of cash, at its value."""

    method = fields.Enum(PaymentMethod, by_value=True)
    left = MoneyField()


class RefundableForeignOut(Schema):
    """How much foreign cash may go back as such."""

    currency = fields.String()
    left = MoneyField()


class RefundableOut(Schema):
    """What of a receipt may still come back, and how its money would."""

    sale_id = fields.Integer()
    number = fields.String()
    status = fields.Enum(SaleStatus, by_value=True)
    sold_at = fields.DateTime()
    customer_id = fields.Integer(allow_none=True)
    items = fields.List(fields.Nested(RefundableItemOut))
    payments = fields.List(fields.Nested(RefundablePaymentOut))
    foreign = fields.List(fields.Nested(RefundableForeignOut))
    bought = MoneyField(metadata={"description": "what its goods cost in the end, with its rounding"})
    total_left = MoneyField()
