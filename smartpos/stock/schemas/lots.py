"""Shapes of lots and of where they went."""

from marshmallow import Schema, fields

from smartpos.core.fields import (
    CostField,
    CursorQuery,
    IdField,
    MoneyField,
    PercentField,
    QuantityField,
    TextField,
)
from smartpos.stock.models import MovementType
from smartpos.stock.queries.lots import Direction, Expiry


class LotsQuery(CursorQuery):
    """Which lots. With ``branch_id`` those that lie there; ``expiring_before`` orders by the day of expiry."""

    product_id = IdField(load_default=None)
    branch_id = IdField(load_default=None)
    supplier_id = IdField(load_default=None)
    expiring_before = fields.Date(load_default=None)
    in_stock = fields.Boolean(load_default=False)


class BatchOut(Schema):
    """A lot. ``quantity`` is what is left of it, in the branch that was asked for or in all."""

    id = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    batch_number = fields.String()
    expiration_date = fields.Date(allow_none=True)
    days_left = fields.Integer(allow_none=True)
    expiry = fields.Enum(Expiry, by_value=True)
    received_date = fields.Date()
    supplier_id = fields.Integer(allow_none=True)
    supplier = fields.String(allow_none=True)
    quantity_received = QuantityField()
    quantity = QuantityField()
    cost_per_unit = CostField()
    price = MoneyField(metadata={"description": "the product's own"})
    markdown_percent = PercentField(
        allow_none=True, metadata={"description": "how much should come off, so that it is sold in time"}
    )
    suggested_price = MoneyField(allow_none=True)


class BatchPage(Schema):
    """A page of lots."""

    items = fields.List(fields.Nested(BatchOut))
    next_cursor = fields.String(allow_none=True)


class TraceQuery(CursorQuery):
    """Which way; both unless told otherwise."""

    direction = fields.Enum(Direction, by_value=True, load_default=None)


class TraceRow(Schema):
    """A movement of a lot with its cause: ``origin_kind`` "purchase", "sale", "stock_transfer" and so on."""

    id = fields.Integer()
    occurred_at = fields.DateTime()
    branch_id = fields.Integer()
    branch = fields.String()
    movement_type = fields.Enum(MovementType, by_value=True)
    quantity = QuantityField()
    unit_cost = CostField()
    value = CostField()
    notes = fields.String(allow_none=True)
    origin_kind = fields.String()
    origin_id = fields.Integer()
    created_by = fields.Integer(allow_none=True)
    author = fields.String(allow_none=True)


class TraceOut(Schema):
    """Where a lot came from and where it went, in the order in which it was entered."""

    batch = fields.Nested(BatchOut)
    items = fields.List(fields.Nested(TraceRow))
    next_cursor = fields.String(allow_none=True)


class ChainQuery(CursorQuery):
    """Which way: what was made of the lot (``out``, unless told otherwise), or what it was made of (``in``)."""

    direction = fields.Enum(Direction, by_value=True, load_default=Direction.OUT)


class LinkOut(Schema):
    """A step from a lot (``source_id``) to another by one document, ``level`` steps away from the lot asked for.

    ``batch_id`` is null for goods of which no lots are kept. ``left`` is what lies of it now, in all branches.
    """

    level = fields.Integer()
    source_id = fields.Integer()
    source_number = fields.String()
    batch_id = fields.Integer(allow_none=True)
    batch_number = fields.String(allow_none=True)
    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    taken = QuantityField()
    quantity = QuantityField()
    left = QuantityField()
    expiration_date = fields.Date(allow_none=True)
    supplier_id = fields.Integer(allow_none=True)
    supplier = fields.String(allow_none=True)
    origin_kind = fields.String()
    origin_id = fields.Integer()
    happened_at = fields.DateTime()


class EndOut(Schema):
    """A movement by which goods of the chain left for good (a sale, a write-off) or came from outside (a purchase)."""

    id = fields.Integer()
    occurred_at = fields.DateTime()
    branch = fields.String()
    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    batch_id = fields.Integer()
    batch_number = fields.String()
    quantity = QuantityField()
    origin_kind = fields.String()
    origin_id = fields.Integer()


class ChainOut(Schema):
    """The lots that a lot has become or was made of, and a page of where they ended, the latest first."""

    batch = fields.Nested(BatchOut)
    links = fields.List(fields.Nested(LinkOut))
    ends = fields.List(fields.Nested(EndOut))
    next_cursor = fields.String(allow_none=True)


class LotChange(Schema):
    """What is corrected on a lot."""

    batch_number = TextField(longest=100, shortest=1, required=True)
    expiration_date = fields.Date(required=True, allow_none=True)
