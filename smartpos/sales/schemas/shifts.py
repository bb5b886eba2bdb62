"""Shapes of shifts."""

from marshmallow import Schema, fields

from smartpos.core.fields import CursorQuery, IdField, MoneyField
from smartpos.sales.models import PaymentMethod, ShiftStatus


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
