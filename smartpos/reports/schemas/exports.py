"""Shapes of downloads."""

from marshmallow import Schema, fields, validate

from smartpos.core.fields import CursorQuery, TextField
from smartpos.reports.models import ExportFormat, RunSource, RunStatus

MOST_COLUMNS = 200


class ExportIn(Schema):
    """A file to be made of a report. Without ``columns`` it has all that the person may see."""

    report = TextField(required=True, longest=100, shortest=1, metadata={"description": "slug of the report"})
    format = fields.Enum(ExportFormat, by_value=True, required=True)
    filters = fields.Dict(
        keys=fields.String(),
        load_default=dict,
        metadata={"description": "as the report's own address takes them"},
    )
    columns = fields.List(
        TextField(longest=100), load_default=list, validate=validate.Length(max=MOST_COLUMNS)
    )
    client_uuid = fields.UUID(load_default=None, allow_none=True)


class ExportOrdered(Schema):
    """The number under which a file is made."""

    id = fields.Integer()


class ExportOut(Schema):
    """How far a file has come, and where it is to be had."""

    id = fields.Integer()
    source = fields.Enum(RunSource, by_value=True)
    report = fields.String(metadata={"description": "slug of the report, or the name of the list"})
    title = fields.String()
    format = fields.Enum(ExportFormat, by_value=True)
    status = fields.Enum(RunStatus, by_value=True)
    progress = fields.Float(metadata={"description": "from 0 to 1"})
    rows = fields.Integer(metadata={"description": "written so far"})
    rows_total = fields.Integer(allow_none=True, metadata={"description": "null while nobody has counted"})
    rows_per_second = fields.Integer(allow_none=True)
    seconds_left = fields.Integer(allow_none=True)
    is_packing = fields.Boolean(metadata={"description": "all rows are written, the file is being packed"})
    message = fields.String(allow_none=True, metadata={"description": "why it failed"})
    size = fields.Integer(allow_none=True, metadata={"description": "of the file, in bytes"})
    download_url = fields.String(
        allow_none=True,
        metadata={"description": "good until expires_at, for the person's own session or token"},
    )
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)
    expires_at = fields.DateTime(allow_none=True)


class ExportPage(Schema):
    """Downloads, the latest first."""

    items = fields.List(fields.Nested(ExportOut))
    next_cursor = fields.String(allow_none=True)


class ExportQuery(CursorQuery):
    """Which downloads."""
