"""Shapes of stock, corrections and the ledger."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, fields, post_load, pre_load, validate

from smartpos.core.errors import Invalid
from smartpos.core.fields import (
    CostField,
    CursorQuery,
    IdField,
    MomentField,
    QuantityField,
    TextField,
    has_more,
)
from smartpos.stock.models import AdjustmentReason, MovementType
from smartpos.stock.operations import MOST_LINES, AdjustmentLine


class StockQuery(CursorQuery):
    """Which stock."""

    branch_id = IdField(load_default=None)
    product_id = IdField(load_default=None)


class LotInStock(Schema):
    """What lies of a lot."""

    batch_id = fields.Integer()
    batch_number = fields.String()
    expiration_date = fields.Date(allow_none=True)
    quantity = QuantityField()


class StockOut(Schema):
    """What lies of a product in a branch. Cost and value are there for those who may see costs.

    ``available`` is what is there and not ``reserved``; ``batches`` are its lots, the first to expire first.
    """

    branch_id = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    quantity = QuantityField()
    reserved = QuantityField()
    reserved_quantity = QuantityField(metadata={"description": "the same as `reserved`"})
    available = QuantityField()
    min_quantity = QuantityField()
    reorder_point = QuantityField(allow_none=True)
    max_quantity = QuantityField(allow_none=True)
    average_cost = CostField()
    value = CostField()
    batches = fields.List(fields.Nested(LotInStock))
    updated_at = fields.DateTime()


class StockPage(Schema):
    """A page of stock."""

    items = fields.List(fields.Nested(StockOut))
    next_cursor = fields.String(allow_none=True)


class AdjustmentLineIn(Schema):
    """How much more (positive) or less (negative) there is than the books say; ``unit_cost`` of what is more."""

    product_id = IdField(required=True)
    quantity = QuantityField(required=True)
    unit_cost = CostField(minimum=0, load_default=None, allow_none=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> AdjustmentLine:
        return AdjustmentLine(**line)


class AdjustmentIn(Schema):
    """A correction of stock, with its reason. ``client_uuid`` makes it safe to send twice."""

    branch_id = IdField(required=True)
    reason = fields.Enum(AdjustmentReason, by_value=True, required=True)
    notes = TextField(longest=1000, load_default=None, blank_is_none=True)
    client_uuid = fields.UUID(load_default=None, allow_none=True)
    lines = fields.List(
        fields.Nested(AdjustmentLineIn), required=True, data_key="items", validate=validate.Length(min=1)
    )

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        if has_more(body, "items", MOST_LINES):
            raise Invalid(_("An adjustment may have at most %(most)s lines.", most=MOST_LINES))
        return body


class MovementsQuery(CursorQuery):
    """Which movements; ``from`` is included, ``to`` is not."""

    branch_id = IdField(load_default=None)
    product_id = IdField(load_default=None)
    batch_id = IdField(load_default=None)
    movement_type = fields.Enum(MovementType, by_value=True, load_default=None)
    origin_kind = TextField(longest=50, load_default=None)
    origin_id = IdField(load_default=None)
    begin = MomentField(load_default=None, data_key="from")
    end = MomentField(load_default=None, data_key="to")


class MovementOut(Schema):
    """One signed movement with its cause."""

    id = fields.Integer()
    branch_id = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    batch_id = fields.Integer(allow_none=True)
    batch_number = fields.String(allow_none=True)
    movement_type = fields.Enum(MovementType, by_value=True)
    quantity = QuantityField()
    unit_cost = CostField()
    value = CostField()
    notes = fields.String(allow_none=True)
    origin_kind = fields.String()
    origin_id = fields.Integer()
    created_by = fields.Integer(allow_none=True)
    occurred_at = fields.DateTime()


class MovementPage(Schema):
    """A page of movements."""

    items = fields.List(fields.Nested(MovementOut))
    next_cursor = fields.String(allow_none=True)


class AdjustmentOut(Schema):
    """The document of a correction with the movements it made."""

    id = fields.Integer()
    branch_id = fields.Integer()
    reason = fields.Enum(AdjustmentReason, by_value=True)
    notes = fields.String(allow_none=True)
    client_uuid = fields.String(allow_none=True)
    created_at = fields.DateTime()
    movements = fields.List(fields.Nested(MovementOut))
