"""Shapes of expenses."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from smartpos.core.fields import CursorQuery, IdField, MoneyField, TextField
from smartpos.finance.models import ExpenseSource, ExpenseStatus
from smartpos.finance.operations import ExpenseFacts
from smartpos.sales.operations.shifts import LONGEST_REASON


class ExpensesQuery(CursorQuery):
    """Which expenses."""

    first_day = fields.Date(data_key="from", load_default=None)
    last_day = fields.Date(data_key="to", load_default=None)
    category_id = IdField(load_default=None)
    branch_id = IdField(load_default=None)
    shift_id = IdField(load_default=None)
    source = fields.Enum(ExpenseSource, by_value=True, load_default=None)
    status = fields.Enum(ExpenseStatus, by_value=True, load_default=None)


class ExpenseIn(Schema):
    """An expense of the office or by bank. One paid from a till's drawer is entered in its shift."""

    amount = MoneyField(required=True, above=0)
    description = TextField(required=True, longest=LONGEST_REASON, shortest=1)
    category_id = IdField(load_default=None, allow_none=True)
    branch_id = IdField(load_default=None, allow_none=True)
    source = fields.Enum(
        ExpenseSource,
        by_value=True,
        load_default=ExpenseSource.OFFICE,
        validate=validate.OneOf([ExpenseSource.OFFICE, ExpenseSource.BANK]),
    )
    spent_on = fields.Date(load_default=None, allow_none=True)
    client_uuid = fields.UUID(load_default=None, allow_none=True)

    @post_load
    def make(self, given: dict[str, Any], **options: Any) -> ExpenseFacts:
        return ExpenseFacts(**given)


class CancelQuery(Schema):
    """Why an expense is taken back; may come in the body too."""

    reason = TextField(longest=LONGEST_REASON, load_default="")


class ExpenseOut(Schema):
    """An expense. A cancelled one stays, with who took it back, when and why."""

    id = fields.Integer()
    amount = MoneyField()
    description = fields.String()
    category_id = fields.Integer(allow_none=True)
    category = fields.Function(lambda row: row.category.name if row.category else None)
    source = fields.Enum(ExpenseSource, by_value=True)
    branch_id = fields.Integer()
    till_id = fields.Integer(allow_none=True)
    shift_id = fields.Integer(allow_none=True)
    spent_on = fields.Date()
    status = fields.Enum(ExpenseStatus, by_value=True)
    client_uuid = fields.UUID(allow_none=True)
    created_by = fields.Integer(allow_none=True)
    created_at = fields.DateTime()
    cancelled_by = fields.Integer(allow_none=True)
    cancelled_at = fields.DateTime(allow_none=True)
    cancel_reason = fields.String(allow_none=True)


class ExpensePage(Schema):
    """A page of expenses, the latest day first."""

    items = fields.List(fields.Nested(ExpenseOut))
    next_cursor = fields.String(allow_none=True)
