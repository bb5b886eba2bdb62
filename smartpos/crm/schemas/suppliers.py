"""Shapes of the suppliers' API."""

from marshmallow import Schema, fields

from smartpos.core.fields import CursorQuery, MoneyField, TextField, WholeField
from smartpos.crm.models import SupplierEntryKind
from smartpos.crm.operations.suppliers import LONGEST_SUPPLIER_NAME, MOST_DAYS
from smartpos.crm.schemas.ledgers import AccountLine, AccountStatement


class SuppliersQuery(CursorQuery):
    """Which suppliers: those that ``q`` means, or only those whom we owe."""

    q = TextField(longest=200, load_default="")
    with_debt = fields.Boolean(load_default=False)


class SupplierShape(Schema):
    """A supplier. A positive balance is our debt, a negative one what we have paid in advance."""

    id = fields.Integer()
    name = fields.String()
    legal_name = fields.String(allow_none=True)
    bin = fields.String(allow_none=True)
    contact_person = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    bank_details = fields.String(allow_none=True)
    payment_days = fields.Integer(metadata={"description": "days until an invoice is due"})
    lead_time_days = fields.Integer(allow_none=True, metadata={"description": "from order to delivery"})
    notes = fields.String(allow_none=True)
    balance = MoneyField(allow_none=True, metadata={"description": "null for those who may not see accounts"})
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class SupplierPage(Schema):
    """A page of suppliers, by name."""

    items = fields.List(fields.Nested(SupplierShape))
    next_cursor = fields.String(allow_none=True)


class SupplierChange(Schema):
    """What can be told about a supplier. What is not given stays as it is."""

    name = TextField(longest=LONGEST_SUPPLIER_NAME, shortest=1)
    legal_name = TextField(longest=LONGEST_SUPPLIER_NAME, blank_is_none=True)
    bin = TextField(longest=40, blank_is_none=True)
    contact_person = TextField(longest=200, blank_is_none=True)
    phone = TextField(longest=40, blank_is_none=True)
    email = TextField(longest=254, blank_is_none=True)
    address = TextField(longest=500, blank_is_none=True)
    bank_details = TextField(longest=2000, blank_is_none=True)
    payment_days = WholeField(maximum=MOST_DAYS)
    lead_time_days = WholeField(maximum=MOST_DAYS, allow_none=True)
    notes = TextField(longest=10_000, blank_is_none=True)


class SupplierCreation(SupplierChange):
    """A new supplier; only the name is needed."""

    name = TextField(longest=LONGEST_SUPPLIER_NAME, shortest=1, required=True)


class SupplierEntryShape(AccountLine):
    """A line of a supplier's account; ``balance`` is what it left. Positive amounts are owed."""

    kind = fields.Enum(SupplierEntryKind, by_value=True)


class SupplierStatementShape(AccountStatement):
    """A supplier's account: what was there before, every line with what it left, and what there is now."""

    supplier = fields.Dict()
    items = fields.List(fields.Nested(SupplierEntryShape))
