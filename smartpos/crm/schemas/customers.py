"""Shapes of the customers' API."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, pre_load

from smartpos.catalog.models import CustomerTier
from smartpos.core.fields import (
    CursorQuery,
    IdField,
    MomentField,
    MoneyField,
    PercentField,
    QuantityField,
    TextField,
    WholeField,
    has_more,
)
from smartpos.core.paging import DEFAULT_LIMIT
from smartpos.crm.models import (
    AddressType,
    CustomerEntryKind,
    CustomerStatus,
    CustomerType,
    PaymentBehavior,
    PaymentTerms,
)
from smartpos.crm.operations.facts import LONGEST_NAME, MOST_PARTS
from smartpos.crm.schemas.ledgers import AccountLine, AccountStatement

MOST_CHANGES = 5000


class ClientsQuery(CursorQuery):
    """Which customers. ``updated_since`` asks for changes, deleted customers included, and excludes ``q``."""

    q = TextField(longest=200, load_default=None)
    updated_since = MomentField(load_default=None)
    limit = WholeField(minimum=1, maximum=MOST_CHANGES, load_default=DEFAULT_LIMIT)


class ClientShape(Schema):
    """A customer as lists show it. A negative balance is a debt, a positive one a prepayment."""

    id = fields.Integer()
    client_uuid = fields.UUID(allow_none=True)
    number = fields.String()
    name = fields.String()
    type = fields.Enum(CustomerType, by_value=True)
    status = fields.Enum(CustomerStatus, by_value=True)
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    company_name = fields.String(allow_none=True)
    balance = MoneyField(allow_none=True, metadata={"description": "null for those who may not see accounts"})
    points = MoneyField(allow_none=True)
    credit_limit = MoneyField(allow_none=True, metadata={"description": "own, else the shop's for everybody"})
    tier = fields.Enum(CustomerTier, by_value=True)
    price_type_id = fields.Integer(allow_none=True)
    payment_terms = fields.Enum(PaymentTerms, by_value=True)
    payment_terms_days = fields.Integer()
    workspace_id = fields.Integer(allow_none=True)
    deleted = fields.Boolean()
    words = fields.List(
        fields.String(),
        metadata={"description": "with updated_since: the folded words and digits that find this customer"},
    )
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class ClientPage(Schema):
    """A page of customers. ``synced_at`` is what to ask for as ``updated_since`` the next time."""

    items = fields.List(fields.Nested(ClientShape))
    next_cursor = fields.String(allow_none=True)
    synced_at = fields.DateTime()


class ContactShape(Schema):
    """A person to talk to. A line that names its ``id`` keeps what it does not mention."""

    id = IdField()
    first_name = TextField(longest=100, shortest=1)
    last_name = TextField(longest=100)
    position = TextField(longest=100, blank_is_none=True)
    email = TextField(longest=254, blank_is_none=True)
    phone = TextField(longest=40, blank_is_none=True)
    mobile = TextField(longest=40, blank_is_none=True)
    is_primary = fields.Boolean()
    is_decision_maker = fields.Boolean()
    department = TextField(longest=100, blank_is_none=True)
    notes = TextField(longest=2000, blank_is_none=True)


class AddressShape(Schema):
    """Where a customer is billed, supplied or seated."""

    id = IdField()
    type = fields.Enum(AddressType, by_value=True)
    address_line_1 = TextField(longest=300, shortest=1)
    address_line_2 = TextField(longest=300, blank_is_none=True)
    city = TextField(longest=100, blank_is_none=True)
    state_region = TextField(longest=100, blank_is_none=True)
    postal_code = TextField(longest=20, blank_is_none=True)
    country = TextField(longest=2)
    is_primary = fields.Boolean()
    is_default_billing = fields.Boolean()
    is_default_shipping = fields.Boolean()
    latitude = fields.Decimal(as_string=True, allow_none=True)
    longitude = fields.Decimal(as_string=True, allow_none=True)
    notes = TextField(longest=2000, blank_is_none=True)


class ClientDetails(ClientShape):
    """All about a customer. ``iin`` is there only for those who may edit customers."""

    own_credit_limit = MoneyField(allow_none=True)
    website = fields.String(allow_none=True)
    birth_date = fields.Date(allow_none=True)
    legal_name = fields.String(allow_none=True)
    industry = fields.String(allow_none=True)
    employee_count = fields.Integer(allow_none=True)
    annual_revenue = MoneyField(allow_none=True)
    bin = fields.String(allow_none=True)
    iin = fields.String(allow_none=True)
    kbe_code = fields.String(allow_none=True)
    currency = fields.String(allow_none=True)
    payment_behavior = fields.Enum(PaymentBehavior, by_value=True)
    source = fields.String(allow_none=True)
    segment = fields.String(allow_none=True)
    assigned_to = fields.Integer(allow_none=True)
    rating = PercentField()
    last_contact_date = fields.Date(allow_none=True)
    tags = fields.List(fields.String())
    custom_fields = fields.Dict()
    preferences = fields.Dict()
    notes = fields.String(allow_none=True)
    contacts = fields.List(fields.Nested(ContactShape))
    addresses = fields.List(fields.Nested(AddressShape))
    lifetime_value = MoneyField(allow_none=True, metadata={"description": "bought, less what came back"})
    order_count = fields.Integer(allow_none=True)
    last_order_date = fields.Date(allow_none=True)


class ClientChange(Schema):
    """What can be told about a customer. What is not given stays as it is."""

    name = TextField(longest=LONGEST_NAME, shortest=1)
    type = fields.Enum(CustomerType, by_value=True)
    status = fields.Enum(CustomerStatus, by_value=True)
    phone = TextField(longest=40, blank_is_none=True)
    email = TextField(longest=254, blank_is_none=True)
    website = TextField(longest=200, blank_is_none=True)
    address = TextField(longest=500, blank_is_none=True)
    birth_date = fields.Date(allow_none=True)
    company_name = TextField(longest=LONGEST_NAME, blank_is_none=True)
    legal_name = TextField(longest=LONGEST_NAME, blank_is_none=True)
    industry = TextField(longest=100, blank_is_none=True)
    employee_count = WholeField(maximum=1_000_000, allow_none=True)
    annual_revenue = MoneyField(minimum=0, allow_none=True)
    bin = TextField(longest=40, blank_is_none=True)
    iin = TextField(longest=40, blank_is_none=True)
    kbe_code = TextField(longest=10, blank_is_none=True)
    credit_limit = MoneyField(minimum=0, allow_none=True)
    currency = TextField(longest=10, blank_is_none=True)
    payment_terms = fields.Enum(PaymentTerms, by_value=True)
    payment_behavior = fields.Enum(PaymentBehavior, by_value=True)
    price_type_id = IdField(allow_none=True)
    source = TextField(longest=100, blank_is_none=True)
    segment = TextField(longest=100, blank_is_none=True)
    tier = fields.Enum(CustomerTier, by_value=True)
    assigned_to = IdField(allow_none=True)
    rating = QuantityField(minimum=0, maximum=10)
    last_contact_date = fields.Date(allow_none=True)
    tags = fields.List(TextField(longest=60))
    custom_fields = fields.Dict(keys=fields.String())
    preferences = fields.Dict(keys=fields.String())
    notes = TextField(longest=10_000, blank_is_none=True)
    workspace_id = IdField(allow_none=True)
    contacts = fields.List(fields.Nested(ContactShape))
    addresses = fields.List(fields.Nested(AddressShape))

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of ten thousand lines is looked at."""
        for name in ("contacts", "addresses", "tags"):
            if has_more(body, name, MOST_PARTS):
                raise ValidationError(
                    _("At most %(most)s entries fit here.", most=MOST_PARTS), field_name=name
                )
        return body


class ClientCreation(ClientChange):
    """A new customer; only the name is needed. ``client_uuid`` makes it safe to send twice."""

    name = TextField(longest=LONGEST_NAME, shortest=1, required=True)
    client_uuid = fields.UUID(load_default=None, allow_none=True)


class EntryShape(AccountLine):
    """A line of a customer's account; ``balance`` is what it left. Negative amounts are owed."""

    kind = fields.Enum(CustomerEntryKind, by_value=True)
    turnover = MoneyField()
    points_earned = MoneyField()
    points_used = MoneyField()


class StatementShape(AccountStatement):
    """A customer's account: what was there before, every line with what it left, and what there is now."""

    customer = fields.Dict()
    items = fields.List(fields.Nested(EntryShape))
