"""Shapes of payments of customers' debts."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from smartpos.core.fields import CursorQuery, IdField, MomentField, MoneyField, TextField
from smartpos.finance.models import PaidBy, PaymentStatus
from smartpos.sales.operations.debts import LONGEST_REASON, PaymentRequest

MOST_APPROVALS = 20


class TakePayment(Schema):
    """Money a customer brings to their account. More than the debt needs ``prepayment``."""

    client_uuid = fields.UUID(required=True)
    amount = MoneyField(required=True, above=0)
    method = fields.Enum(PaidBy, by_value=True, required=True)
    reference = TextField(longest=100, blank_is_none=True, load_default=None)
    note = TextField(longest=500, blank_is_none=True, load_default=None)
    occurred_at = MomentField(load_default=None, allow_none=True)
    shift_id = IdField(load_default=None, allow_none=True)
    cashier_id = IdField(load_default=None, allow_none=True)
    prepayment = fields.Boolean(load_default=False)


class ReversePayment(Schema):
    """Why a payment is taken back."""

    client_uuid = fields.UUID(required=True)
    reason = TextField(longest=LONGEST_REASON, shortest=1, required=True)
    approvals = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_APPROVALS))

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        return body | {"approvals": tuple(body["approvals"])}


class SettledShape(Schema):
    """A debt that a payment has settled in part or whole. ``origin`` is what the debt came from."""

    due_date = fields.Date(allow_none=True)
    amount = MoneyField()
    origin = fields.Dict()


class PaymentHead(Schema):
    """A payment; the row that takes one back has a negative amount and names it in ``reverses_id``."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID()
    customer_id = fields.Integer()
    amount = MoneyField()
    method = fields.Enum(PaidBy, by_value=True)
    status = fields.Enum(PaymentStatus, by_value=True)
    payment_date = fields.Date()
    occurred_at = fields.DateTime()
    branch_id = fields.Integer()
    shift_id = fields.Integer(allow_none=True)
    reference = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    received_by = fields.Integer(allow_none=True)
    reverses_id = fields.Integer(allow_none=True)


class PaymentOut(PaymentHead):
    """A payment with the balance it left and the debts it settled, the oldest first."""

    balance = MoneyField()
    settled = fields.List(fields.Nested(SettledShape))


class PaymentPage(Schema):
    """A page of payments."""

    items = fields.List(fields.Nested(PaymentHead))
    next_cursor = fields.String(allow_none=True)


class PaymentsQuery(CursorQuery):
    """Which payments: where to go on, and how many at most."""


def payment_request(customer_id: int, body: dict[str, Any]) -> PaymentRequest:
    """What ``TakePayment`` has read, for a customer."""
    return PaymentRequest(customer_id=customer_id, **body)
