"""Shapes of payments to suppliers."""

from typing import Any

from marshmallow import Schema, fields

from smartpos.core.fields import CursorQuery, MoneyField, TextField
from smartpos.crm.operations.corrections import LONGEST_REASON
from smartpos.purchasing.models import PaidFrom
from smartpos.purchasing.operations.payments import LONGEST_REFERENCE, PaymentFacts


class PaySupplier(Schema):
    """Money that goes to a supplier. More than what is owed needs ``prepayment``."""

    client_uuid = fields.UUID(required=True)
    amount = MoneyField(required=True, above=0)
    source = fields.Enum(PaidFrom, by_value=True, required=True)
    paid_on = fields.Date(load_default=None, allow_none=True, metadata={"description": "today if not given"})
    reference = TextField(longest=LONGEST_REFERENCE, blank_is_none=True, load_default=None)
    note = TextField(longest=LONGEST_REASON, blank_is_none=True, load_default=None)
    prepayment = fields.Boolean(load_default=False)


class ReverseSupplierPayment(Schema):
    """Why a payment is taken back."""

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    reason = TextField(longest=LONGEST_REASON, shortest=1, required=True)


class SettledDebt(Schema):
    """A debt that a payment has settled in part or whole. ``origin`` is what the debt came from."""

    due_date = fields.Date(allow_none=True)
    amount = MoneyField()
    origin = fields.Dict()


class SupplierPaymentHead(Schema):
    """A payment; the row that takes one back has a negative amount and names it in ``reverses_id``."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID(allow_none=True)
    supplier_id = fields.Integer()
    amount = MoneyField()
    source = fields.Enum(PaidFrom, by_value=True)
    paid_on = fields.Date()
    occurred_at = fields.DateTime()
    branch_id = fields.Integer(allow_none=True)
    reference = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    paid_by = fields.Integer(allow_none=True)
    reverses_id = fields.Integer(allow_none=True)
    reversed_by_id = fields.Integer(allow_none=True, metadata={"description": "the row that takes it back"})


class SupplierPaymentOut(SupplierPaymentHead):
    """A payment with the balance it left and the debts it settled, the oldest first."""

    balance = MoneyField()
    settled = fields.List(fields.Nested(SettledDebt))


class SupplierPaymentPage(Schema):
    """A page of payments."""

    items = fields.List(fields.Nested(SupplierPaymentHead))
    next_cursor = fields.String(allow_none=True)


class SupplierPaymentsQuery(CursorQuery):
    """Which payments: where to go on, and how many at most."""


def payment_facts(supplier_id: int, body: dict[str, Any]) -> PaymentFacts:
    """What ``PaySupplier`` has read, for a supplier."""
    return PaymentFacts(supplier_id=supplier_id, **body)
