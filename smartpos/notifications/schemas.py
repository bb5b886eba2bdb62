"""Shapes of notices over HTTP."""

from marshmallow import Schema, fields

from smartpos.core.fields import CursorQuery, IdField


class NoticesQuery(CursorQuery):
    """Which of one's notices."""

    unread = fields.Boolean(load_default=False, metadata={"description": "only those that are unread"})


class NoticeOut(Schema):
    """A notice in the reader's language."""

    id = fields.Integer()
    kind = fields.String()
    label = fields.String(metadata={"description": "what the kind is called"})
    level = fields.String(metadata={"enum": ["info", "good", "warn", "bad"]})
    icon = fields.String()
    title = fields.String()
    text = fields.String()
    link = fields.String(allow_none=True, metadata={"description": "the page it is about"})
    created_at = fields.AwareDateTime(format="iso")
    read_at = fields.AwareDateTime(format="iso", allow_none=True)


class NoticePage(Schema):
    """One's notices, the latest first, and how many are unread (a hundred means a hundred or more)."""

    items = fields.List(fields.Nested(NoticeOut))
    next_cursor = fields.String(allow_none=True)
    unread = fields.Integer()


class ReadOut(Schema):
    """A notice that was read, and how many still are not."""

    id = fields.Integer()
    read_at = fields.AwareDateTime(format="iso")
    unread = fields.Integer()


class ReadAllIn(Schema):
    """All notices, or those up to one."""

    up_to = IdField(
        load_default=None, allow_none=True, metadata={"description": "the last one that was seen"}
    )


class ReadAllOut(Schema):
    """How many were read just now, and how many still are not."""

    read = fields.Integer()
    unread = fields.Integer()
