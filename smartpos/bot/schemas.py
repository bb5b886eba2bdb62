"""Shapes of messages to customers."""

from marshmallow import Schema, fields

from smartpos.core.fields import TextField
from smartpos.notifications.operations.broadcasts import LONGEST_TEXT


class AudienceIn(Schema):
    """Which customers; all of what is given must hold."""

    tier = fields.String(allow_none=True)
    tag = TextField(longest=100, allow_none=True)
    with_debts = fields.Boolean(allow_none=True)
    branch_id = fields.Integer(allow_none=True, strict=True)


class BroadcastIn(Schema):
    """A message to customers who use the bot, to all of them unless an audience is named."""

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    text = TextField(required=True, longest=LONGEST_TEXT, shortest=1)
    audience = fields.Nested(AudienceIn, load_default=None, allow_none=True)


class BroadcastMade(Schema):
    """A message that is being sent."""

    id = fields.Integer()
    recipients = fields.Integer()


class BroadcastOut(Schema):
    """A message to customers, and what has become of it."""

    id = fields.Integer()
    client_uuid = fields.UUID()
    text = fields.String()
    audience = fields.Dict()
    status = fields.String()
    recipients = fields.Integer()
    sent = fields.Integer()
    failed = fields.Integer()
    blocked = fields.Integer()
    cancelled = fields.Integer()
    waiting = fields.Integer()
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


class BroadcastLine(Schema):
    """A message to customers in a list."""

    id = fields.Integer()
    text = fields.String()
    audience = fields.Dict()
    status = fields.String()
    recipients = fields.Integer()
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


class BroadcastPage(Schema):
    """A page of messages, the latest first."""

    items = fields.List(fields.Nested(BroadcastLine))
    next_cursor = fields.String(allow_none=True)
