"""Shapes of accounts: of customers, who owe us, and of suppliers, whom we owe."""

from marshmallow import Schema, fields

from smartpos.core.fields import MoneyField, TextField, WholeField

MOST_ENTRIES = 1000


class StatementQuery(Schema):
    """Which part of an account: from one day to another, both included; the whole of it without either."""

    first_day = fields.Date(load_default=None, data_key="from")
    last_day = fields.Date(load_default=None, data_key="to")
    cursor = TextField(longest=2000, load_default=None, allow_none=True)
    limit = WholeField(minimum=1, maximum=MOST_ENTRIES, load_default=200)


class AccountLine(Schema):
    """A line of an account; ``balance`` is what it left."""

    id = fields.Integer()
    occurred_at = fields.DateTime()
    amount = MoneyField()
    balance = MoneyField()
    due_date = fields.Date(allow_none=True)
    reverses_id = fields.Integer(allow_none=True)
    origin_kind = fields.String()
    origin_id = fields.Integer()
    note = fields.String(allow_none=True)


class DebtShape(Schema):
    """What is still open of a debt."""

    entry_id = fields.Integer()
    occurred_at = fields.DateTime()
    due_date = fields.Date(allow_none=True)
    amount = MoneyField(metadata={"description": "what it was, less what was taken back"})
    open = MoneyField()
    days_overdue = fields.Integer(metadata={"description": "0 or less: not yet due"})
    origin_kind = fields.String()
    origin_id = fields.Integer()


class AgeingShape(Schema):
    """An open debt by how long it is overdue, in days."""

    not_due = MoneyField()
    days_1_30 = MoneyField()
    days_31_60 = MoneyField()
    days_61_90 = MoneyField()
    days_over_90 = MoneyField()
    overdue = MoneyField()
    total = MoneyField()


class AccountStatement(Schema):
    """What was there before a period, what there was at its end, and which debts are open now."""

    opening_balance = MoneyField()
    closing_balance = MoneyField(metadata={"description": "at the end of the period"})
    balance = MoneyField(metadata={"description": "now"})
    next_cursor = fields.String(allow_none=True)
    debts = fields.List(fields.Nested(DebtShape))
    ageing = fields.Nested(AgeingShape)
