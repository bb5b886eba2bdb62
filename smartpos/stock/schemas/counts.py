"""Shapes of stock counts and write-offs."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from smartpos.core.errors import Invalid
from smartpos.core.fields import (
    CostField,
    CursorQuery,
    IdField,
    MomentField,
    MoneyField,
    QuantityField,
    TextField,
    has_more,
)
from smartpos.stock.models import AdjustmentReason, CountStatus
from smartpos.stock.operations.adjustments import MOST_LINES, WRITE_OFF_REASONS, AdjustmentLine


class CountIn(Schema):
    """A stock count to begin. Without ``category_id`` the whole branch is counted."""

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    branch_id = IdField(required=True)
    category_id = IdField(load_default=None, allow_none=True)
    is_blind = fields.Boolean(load_default=True)
    covers_uncounted = fields.Boolean(load_default=False)
    notes = TextField(longest=1000, load_default=None, blank_is_none=True)


class CountsQuery(CursorQuery):
    """Which stock counts."""

    branch_id = IdField(load_default=None)
    status = fields.Enum(CountStatus, by_value=True, load_default=None)


class CountQuery(CursorQuery):
    """Which lines of a stock count."""

    only_differences = fields.Boolean(load_default=False)


class CountOut(Schema):
    """A stock count without its lines."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID(allow_none=True)
    branch_id = fields.Integer()
    category_id = fields.Integer(allow_none=True)
    status = fields.Enum(CountStatus, by_value=True)
    is_blind = fields.Boolean()
    covers_uncounted = fields.Boolean()
    notes = fields.String(allow_none=True)
    created_by = fields.Integer(allow_none=True)
    created_at = fields.DateTime()
    finished_by = fields.Integer(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)
    posted_by = fields.Integer(allow_none=True)
    posted_at = fields.DateTime(allow_none=True)
    cancelled_by = fields.Integer(allow_none=True)
    cancelled_at = fields.DateTime(allow_none=True)


class CountPage(Schema):
    """A page of stock counts."""

    items = fields.List(fields.Nested(CountOut))
    next_cursor = fields.String(allow_none=True)


class CountLineOut(Schema):
    """A product of a count. What the books expect is there for those who may see it, money for those who see costs.

    ``unsure``: it moved between its first and its last entry, so it should be counted again before the count is posted.
    """

    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    counted = QuantityField()
    counted_at = fields.DateTime()
    expected = QuantityField()
    difference = QuantityField()
    value = CostField()
    unsure = fields.Boolean()


class CountTotalsOut(Schema):
    """The sums of a count: products counted and differing, money found (``up``) and missing (``down``)."""

    lines = fields.Integer()
    differing = fields.Integer()
    up = CostField()
    down = CostField()


class CountDetails(CountOut):
    """A stock count with a page of its lines; ``adjustment_id`` is the correction that its posting made."""

    adjustment_id = fields.Integer(allow_none=True)
    totals = fields.Nested(CountTotalsOut)
    items = fields.List(fields.Nested(CountLineOut))
    next_cursor = fields.String(allow_none=True)


class CountEntryIn(Schema):
    """What was counted of a product in one place; entries add up, a negative one takes back, zero means none."""

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    product_id = IdField(load_default=None, allow_none=True)
    barcode = TextField(longest=64, load_default=None, blank_is_none=True)
    quantity = QuantityField(required=True, data_key="counted")
    counted_at = MomentField(load_default=None, allow_none=True)
    note = TextField(longest=500, load_default=None, blank_is_none=True)

    @validates_schema
    def name_one_product(self, entry: dict[str, Any], **options: Any) -> None:
        if (entry.get("product_id") is None) == (entry.get("barcode") is None):
            raise ValidationError(_("Name a product or a barcode."), "product_id")


class CountEntryOut(Schema):
    """An entry as it was kept; ``total`` is what all entries of the product add up to."""

    id = fields.Integer()
    count_id = fields.Integer()
    product_id = fields.Integer()
    counted = QuantityField(attribute="quantity")
    counted_at = fields.DateTime()
    counted_by = fields.Integer(allow_none=True)
    client_uuid = fields.UUID(allow_none=True)
    note = fields.String(allow_none=True)
    total = QuantityField()


class CodeOut(Schema):
    """A barcode: ``multiplier`` base units are in what it stands on."""

    barcode = fields.String()
    multiplier = QuantityField()
    title = fields.String(allow_none=True)


class CountableOut(Schema):
    """A product that may be counted, with everything a device needs to find it without the network.

    By ``price``, that of the catalogue, a label of the scale that bears money is read as a weight.
    """

    id = fields.Integer()
    name = fields.String()
    sku = fields.String()
    unit = fields.String()
    digits = fields.Integer()
    search_key = fields.String()
    price = MoneyField()
    codes = fields.List(fields.Nested(CodeOut))


class CountablePage(Schema):
    """A page of products that may be counted."""

    items = fields.List(fields.Nested(CountableOut))
    next_cursor = fields.String(allow_none=True)


class CounterOut(Schema):
    """Somebody who counts."""

    name = fields.String()
    entries = fields.Integer()
    products = fields.Integer()
    last_at = fields.DateTime()


class OwnEntryOut(Schema):
    """One of the last entries of the person who asks."""

    id = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    counted = QuantityField(attribute="quantity")
    counted_at = fields.DateTime()
    client_uuid = fields.UUID(allow_none=True)


class ProgressOut(Schema):
    """How far a count is: its state, who counts, and the last entries of the person who asks."""

    status = fields.Enum(CountStatus, by_value=True)
    people = fields.List(fields.Nested(CounterOut))
    entries = fields.List(fields.Nested(OwnEntryOut))


class WriteOffLineIn(Schema):
    """How much of a product, or of one lot of it, is written off."""

    product_id = IdField(required=True)
    quantity = QuantityField(above=0, required=True)
    batch_id = IdField(load_default=None, allow_none=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> AdjustmentLine:
        return AdjustmentLine(line["product_id"], -line["quantity"], batch_id=line["batch_id"])


class WriteOffIn(Schema):
    """Goods that are gone, and why. ``client_uuid`` makes it safe to send twice."""

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    branch_id = IdField(required=True)
    reason = fields.Enum(
        AdjustmentReason, by_value=True, required=True, validate=validate.OneOf(WRITE_OFF_REASONS)
    )
    notes = TextField(longest=1000, load_default=None, blank_is_none=True)
    lines = fields.List(
        fields.Nested(WriteOffLineIn), required=True, data_key="items", validate=validate.Length(min=1)
    )

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        if has_more(body, "items", MOST_LINES):
            raise Invalid(_("An adjustment may have at most %(most)s lines.", most=MOST_LINES))
        return body


class GoodsQuery(CursorQuery):
    """What to write off: a code, or words."""

    branch_id = IdField(required=True)
    q = TextField(longest=200, required=True, shortest=1)


class LotOut(Schema):
    """What lies of a lot in the branch."""

    batch_id = fields.Integer()
    batch_number = fields.String()
    expiration_date = fields.Date(allow_none=True)
    quantity = QuantityField()


class StockedOut(CountableOut):
    """A product with what lies of it in a branch; ``multiplier`` is of the code that was asked for."""

    quantity = QuantityField()
    multiplier = QuantityField()
    batches = fields.List(fields.Nested(LotOut))


class StockedPage(Schema):
    """Products that were found."""

    items = fields.List(fields.Nested(StockedOut))


class WriteOffOut(Schema):
    """The document of a write-off; what it moved is in the ledger under this cause."""

    id = fields.Integer()
    branch_id = fields.Integer()
    reason = fields.Enum(AdjustmentReason, by_value=True)
    notes = fields.String(allow_none=True)
    client_uuid = fields.String(allow_none=True)
    created_at = fields.DateTime()
