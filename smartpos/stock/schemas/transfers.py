"""Shapes of transfers between branches."""

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
from smartpos.stock.models import AdjustmentReason, TransferStatus
from smartpos.stock.operations.transfers import LONGEST_REASON, MOST_TRANSFER_LINES, TransferLine
from smartpos.stock.operations.unloading import LONGEST_NOTE, Received
from smartpos.stock.schemas.counts import LotOut, StockedOut

# A line may travel in several lots, each of which is told for itself.
MOST_RECEIVED = 5 * MOST_TRANSFER_LINES


def refuse_endless(body: Any, most: int = MOST_TRANSFER_LINES) -> Any:
    """Raises Invalid for more lines than a transfer may have, before each of them is read."""
    if has_more(body, "items", most):
        raise Invalid(_("A transfer may have at most %(most)s lines.", most=most))
    return body


class TransferLineIn(Schema):
    """How much of a product is to be moved; of the lot ``batch_id``, or first expired, first out."""

    product_id = IdField(required=True)
    quantity = QuantityField(required=True)
    batch_id = IdField(load_default=None, allow_none=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> TransferLine:
        return TransferLine(**line)


class TransferIn(Schema):
    """A transfer to be. ``client_uuid`` makes it safe to send twice."""

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    from_branch_id = IdField(required=True)
    to_branch_id = IdField(required=True)
    notes = TextField(longest=1000, load_default=None, blank_is_none=True)
    lines = fields.List(
        fields.Nested(TransferLineIn), required=True, data_key="items", validate=validate.Length(min=1)
    )

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        return refuse_endless(body)


class TransferReasonIn(Schema):
    """Why something is refused."""

    reason = TextField(longest=LONGEST_REASON, required=True)


class TransferCancelIn(Schema):
    """Why something is called off, if that is to be told."""

    reason = TextField(longest=LONGEST_REASON, load_default=None, blank_is_none=True)


class ReceivedIn(Schema):
    """How much of a product arrived in all, of its lot ``batch_id`` or of the line ``line_id``, and what was wrong.

    Lots of a line that are not named have arrived in full. Where some are, what is told without a lot is of the goods
    that were sent without one.
    """

    product_id = IdField(required=True)
    quantity = QuantityField(minimum=0, required=True, data_key="received")
    note = TextField(longest=LONGEST_NOTE, load_default=None, blank_is_none=True)
    batch_id = IdField(load_default=None, allow_none=True)
    line_id = IdField(load_default=None, allow_none=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> Received:
        return Received(**line)


class TransferReceiptIn(Schema):
    """What has arrived; what is not named has arrived in full."""

    received = fields.List(fields.Nested(ReceivedIn), load_default=None, allow_none=True, data_key="items")

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        return refuse_endless(body, MOST_RECEIVED)


class TransfersQuery(CursorQuery):
    """Which transfers: ``branch_id`` at either end; made from ``from`` on, before ``to``."""

    status = fields.Enum(TransferStatus, by_value=True, load_default=None)
    branch_id = IdField(load_default=None)
    from_branch_id = IdField(load_default=None)
    to_branch_id = IdField(load_default=None)
    product_id = IdField(load_default=None)
    begin = MomentField(load_default=None, data_key="from")
    end = MomentField(load_default=None, data_key="to")


class TransferRow(Schema):
    """A transfer in a list. A branch that the person does not see has no name."""

    id = fields.Integer()
    number = fields.String()
    status = fields.Enum(TransferStatus, by_value=True)
    from_branch_id = fields.Integer()
    to_branch_id = fields.Integer()
    from_branch = fields.String(allow_none=True)
    to_branch = fields.String(allow_none=True)
    lines = fields.Integer()
    notes = fields.String(allow_none=True)
    created_by = fields.Integer(allow_none=True)
    created_at = fields.DateTime()
    approved_at = fields.DateTime(allow_none=True)
    shipped_at = fields.DateTime(allow_none=True)
    completed_at = fields.DateTime(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)


class TransferPage(Schema):
    """A page of transfers."""

    items = fields.List(fields.Nested(TransferRow))
    next_cursor = fields.String(allow_none=True)


class TransferGoodsQuery(CursorQuery):
    """What might be moved: a code, or words."""

    branch_id = IdField(required=True)
    q = TextField(longest=200, required=True, shortest=1)


class TransferStockIn(Schema):
    """Of which products it is asked what a branch has."""

    branch_id = IdField(required=True)
    product_ids = fields.List(
        IdField(), required=True, validate=validate.Length(min=1, max=MOST_TRANSFER_LINES)
    )


class AvailableOut(Schema):
    """What a branch has of a product: in all, not set aside, and by lots, the first to expire first."""

    product_id = fields.Integer()
    quantity = QuantityField()
    available = QuantityField()
    batches = fields.List(fields.Nested(LotOut))


class AvailablePage(Schema):
    """What a branch has of several products."""

    items = fields.List(fields.Nested(AvailableOut))


class TransferGoodsOut(StockedOut):
    """A product that may be moved. ``available`` is not set aside."""

    available = QuantityField()


class TransferGoodsPage(Schema):
    """Products that were found."""

    items = fields.List(fields.Nested(TransferGoodsOut))


class SentOut(Schema):
    """So much of a lot, or of goods without one, that a line sent off."""

    batch_id = fields.Integer(allow_none=True)
    batch_number = fields.String(allow_none=True)
    expiration_date = fields.Date(allow_none=True)
    quantity = QuantityField()


class TransferItemOut(Schema):
    """A line of a transfer. ``value`` is what the goods took along, for those who may see costs.

    ``sent`` are the lots in which they travel; empty before they are sent off.
    """

    id = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String(allow_none=True)
    unit = fields.String()
    quantity = QuantityField()
    received = QuantityField(allow_none=True)
    discrepancy = QuantityField(allow_none=True)
    batch_id = fields.Integer(allow_none=True)
    batch_number = fields.String(allow_none=True)
    expiration_date = fields.Date(allow_none=True)
    value = CostField(allow_none=True)
    note = fields.String(allow_none=True)
    sent = fields.List(fields.Nested(SentOut))


class TransferActLineOut(Schema):
    """So much of a product and lot that was missing (negative) or too many."""

    product_id = fields.Integer()
    batch_id = fields.Integer(allow_none=True)
    batch_number = fields.String(allow_none=True)
    quantity = QuantityField()


class TransferActOut(Schema):
    """A correction of stock that a discrepancy has led to: a loss on the way, or what was found on arrival."""

    adjustment_id = fields.Integer(attribute="id")
    branch_id = fields.Integer()
    reason = fields.Enum(AdjustmentReason, by_value=True)
    notes = fields.String(allow_none=True)
    items = fields.List(fields.Nested(TransferActLineOut))


class TransferOut(Schema):
    """A transfer with its lines, who did what when, and the corrections that it led to."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID(allow_none=True)
    status = fields.Enum(TransferStatus, by_value=True)
    from_branch_id = fields.Integer()
    to_branch_id = fields.Integer()
    notes = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    created_by = fields.Integer(allow_none=True)
    created_at = fields.DateTime()
    approved_by = fields.Integer(allow_none=True)
    approved_at = fields.DateTime(allow_none=True)
    shipped_by = fields.Integer(allow_none=True)
    shipped_at = fields.DateTime(allow_none=True)
    completed_by = fields.Integer(allow_none=True)
    completed_at = fields.DateTime(allow_none=True)
    closed_by = fields.Integer(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
    items = fields.List(fields.Nested(TransferItemOut))
    acts = fields.List(fields.Nested(TransferActOut))
