"""Shapes of print jobs."""

from marshmallow import Schema, fields

from smartpos.core.fields import IdField
from smartpos.sales.models import PrintKind, PrintStatus, PrintTrouble
from smartpos.sales.operations.printing import PrintRequest
from smartpos.sales.schemas.counter import tokens


class PrintIn(Schema):
    """What to print."""

    client_uuid = fields.UUID(required=True)
    kind = fields.Enum(PrintKind, by_value=True, required=True)
    till_id = IdField(load_default=None, allow_none=True, metadata={"description": "whose printer"})
    sale_id = IdField(load_default=None, allow_none=True, metadata={"description": "of a receipt or a copy"})
    shift_id = IdField(load_default=None, allow_none=True, metadata={"description": "of a report"})
    approvals = tokens()

    @staticmethod
    def request(loaded: dict[str, object]) -> PrintRequest:
        """What the operation takes."""
        return PrintRequest(**loaded)  # type: ignore[arg-type]


class PrintJobOut(Schema):
    """A print job. A ``receipt`` that was printed before comes as a ``copy``."""

    id = fields.Integer()
    client_uuid = fields.UUID()
    till_id = fields.Integer()
    kind = fields.Enum(PrintKind, by_value=True)
    sale_id = fields.Integer(allow_none=True)
    shift_id = fields.Integer(allow_none=True)
    status = fields.Enum(PrintStatus, by_value=True)
    attempts = fields.Integer()
    error = fields.Enum(PrintTrouble, by_value=True, allow_none=True)
    detail = fields.String(allow_none=True, metadata={"description": "the error in words"})
    created_at = fields.DateTime()
    done_at = fields.DateTime(allow_none=True)
