"""Shapes of what happens at the counter besides selling: approvals, parked sales, events, what to look at."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from smartpos.core.fields import (
    CursorQuery,
    IdField,
    MomentField,
    MoneyField,
    QuantityField,
    TextField,
    WholeField,
)
from smartpos.sales.models import SaleFlag, TillEventKind
from smartpos.sales.schemas.receipts import SaleHeadOut

MOST_EVENTS = 200


def tokens() -> Any:
    """The approvals that go along with something."""
    return fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=20))


class PersonOut(Schema):
    """Somebody by name."""

    id = fields.Integer()
    name = fields.String()


class ApproversQuery(Schema):
    """Who may allow what."""

    action = TextField(
        longest=100,
        shortest=1,
        required=True,
        metadata={"description": "the permission that is missing: the fact `approval` of a refusal"},
    )


class ApproversOut(Schema):
    """Whose PIN may be asked for."""

    items = fields.List(fields.Nested(PersonOut))


class ApprovalIn(Schema):
    """A manager's PIN for one thing."""

    action = TextField(longest=100, shortest=1, required=True)
    user_id = IdField(required=True, metadata={"description": "who allows it"})
    pin = TextField(longest=32, shortest=1, required=True, load_only=True)
    subject_uuid = fields.UUID(
        required=True, metadata={"description": "the client_uuid of the sale, refund or event it is for"}
    )
    reason = TextField(longest=500, blank_is_none=True, load_default=None)
    facts = fields.Dict(
        keys=TextField(longest=100),
        load_default=dict,
        metadata={"description": "what the manager was shown; at most 4 kB"},
    )


class ApprovalOut(Schema):
    """An approval. The token goes along with what was approved, among its ``approvals``."""

    token = fields.UUID()
    action = fields.String()
    subject_uuid = fields.UUID()
    approved_by = fields.Nested(PersonOut)
    expires_at = fields.AwareDateTime(format="iso")


class HeldSalesQuery(Schema):
    """Whose parked sales; by default those of the branch where one is at work."""

    branch_id = IdField(load_default=None)


class HeldSaleIn(Schema):
    """A sale to be parked, or parked again after it was taken up."""

    client_uuid = fields.UUID(required=True)
    branch_id = IdField(load_default=None, allow_none=True)
    name = TextField(longest=100, load_default="")
    customer_id = IdField(load_default=None, allow_none=True)
    cart = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "the till's own; at most 256 kB"}
    )
    line_count = WholeField(maximum=100_000, load_default=0)
    total = MoneyField(load_default=0)
    take_uuid = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "under which name it was taken up, when it is parked again"},
    )
    held_at = MomentField(load_default=None, allow_none=True)
    customer_uuid = fields.UUID(load_default=None, allow_none=True)
    approvals = tokens()


class TakeIn(Schema):
    """Taking up a parked sale. Under the same name it may be asked for again when the answer was lost."""

    take_uuid = fields.UUID(load_default=None, allow_none=True)
    approvals = tokens()


class VoidIn(Schema):
    """Giving up a parked sale."""

    reason = TextField(longest=500, blank_is_none=True, load_default=None)
    approvals = tokens()


class HeldSaleOut(Schema):
    """A parked sale without its cart."""

    id = fields.Integer()
    client_uuid = fields.UUID()
    status = fields.String(metadata={"enum": ["held", "taken", "voided"]})
    name = fields.String()
    branch_id = fields.Integer()
    till_id = fields.Integer(allow_none=True)
    till = fields.String(allow_none=True)
    customer = fields.Nested(PersonOut, allow_none=True)
    line_count = fields.Integer()
    total = MoneyField()
    held_by = fields.String(allow_none=True)
    held_at = fields.DateTime()
    is_stale = fields.Boolean(metadata={"description": "it has waited for more than a week"})


class HeldSaleWithCart(HeldSaleOut):
    """A parked sale that was taken up."""

    cart = fields.Dict()


class HeldSalesOut(Schema):
    """What waits in a branch, the longest waiting first."""

    items = fields.List(fields.Nested(HeldSaleOut))


class TillEventIn(Schema):
    """Something that was done at a till. What this version does not know of it is left out."""

    class Meta:
        unknown = EXCLUDE

    client_uuid = fields.UUID(required=True)
    kind = fields.Enum(TillEventKind, by_value=True, required=True)
    product_id = IdField(load_default=None, allow_none=True)
    product_name = TextField(longest=300, blank_is_none=True, load_default=None)
    quantity = QuantityField(load_default=None, allow_none=True)
    amount = MoneyField(
        load_default=None, allow_none=True, metadata={"description": "value of what was removed or changed"}
    )
    reason = TextField(longest=500, blank_is_none=True, load_default=None)
    sale_id = IdField(load_default=None, allow_none=True)
    sale_uuid = fields.UUID(
        load_default=None, allow_none=True, metadata={"description": "instead of sale_id: its client_uuid"}
    )
    details = fields.Dict(keys=TextField(longest=100), load_default=dict)
    approvals = tokens()
    shift_id = IdField(
        load_default=None, allow_none=True, metadata={"description": "in which shift; by default one's own"}
    )
    cashier_id = IdField(
        load_default=None,
        allow_none=True,
        metadata={"description": "who did it, when somebody else sends it"},
    )
    occurred_at = MomentField(load_default=None, allow_none=True)


class TillEventsIn(Schema):
    """Several events at once; each is answered for itself, so they are not checked here."""

    items = fields.List(fields.Dict(), required=True, validate=validate.Length(min=1, max=MOST_EVENTS))


class TillEventAnswer(Schema):
    """What became of one event."""

    client_uuid = fields.String(allow_none=True)
    status = fields.String(metadata={"enum": ["created", "known", "refused"]})
    code = fields.String()
    detail = fields.String()
    errors = fields.Dict()


class TillEventsOut(Schema):
    """What became of them, in the order in which they were sent."""

    items = fields.List(fields.Nested(TillEventAnswer))


class AttentionQuery(CursorQuery):
    """Which receipts with flags."""

    flag = fields.Enum(SaleFlag, by_value=True, load_default=None)
    branch_id = IdField(load_default=None)
    cashier_id = IdField(load_default=None)
    first_day = fields.Date(load_default=None, data_key="from")
    last_day = fields.Date(load_default=None, data_key="to")
    unseen = fields.Boolean(
        load_default=False, metadata={"description": "only those that nobody has ticked off yet"}
    )


class FlagOut(Schema):
    """Why somebody should look, in words."""

    flag = fields.Enum(SaleFlag, by_value=True)
    label = fields.String()


class AttentionItem(SaleHeadOut):
    """A receipt that was accepted because it had happened, and why it should be looked at."""

    reasons = fields.List(fields.Nested(FlagOut))
    sent_by = fields.String(allow_none=True)
    claimed_at = fields.DateTime(
        allow_none=True, metadata={"description": "the till's own clock, where it was not believed"}
    )
    seen_by = fields.String(allow_none=True, metadata={"description": "who has ticked it off"})
    seen_at = fields.DateTime(allow_none=True)


class AttentionPage(Schema):
    """A page of them, the latest first."""

    items = fields.List(fields.Nested(AttentionItem))
    next_cursor = fields.String(allow_none=True)
