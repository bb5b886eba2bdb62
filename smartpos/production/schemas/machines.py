"""Shapes of machines."""

from marshmallow import Schema, fields

from smartpos.core.fields import CursorQuery, IdField, QuantityField, TextField
from smartpos.production.models import MachineEvent, MachineStatus
from smartpos.production.operations.machines import LONGEST_NOTE, REPORTED


class MachinesQuery(CursorQuery):
    """Which machines. ``code`` is what is painted on one, as it is scanned; capitals do not matter."""

    status = fields.Enum(MachineStatus, by_value=True, load_default=None)
    branch_id = IdField(load_default=None)
    code = TextField(longest=50, load_default=None)


class RunningOut(Schema):
    """The order that is in progress on a machine. ``operator`` is who works on it now, or should."""

    id = fields.Integer(attribute="order_id")
    number = fields.String(attribute="order_number")
    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    quantity_to_produce = QuantityField()
    quantity_completed = QuantityField()
    quantity_scrapped = QuantityField()
    operator_id = fields.Integer(allow_none=True)
    operator = fields.String(allow_none=True)
    running_since = fields.DateTime(allow_none=True)
    planned_end_at = fields.DateTime(allow_none=True)


class MachineOut(Schema):
    """A machine; ``order`` is what runs on it now."""

    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    kind = fields.String(allow_none=True)
    branch_id = fields.Integer()
    branch = fields.String()
    production_line = fields.String(allow_none=True)
    work_center = fields.String(allow_none=True)
    manufacturer = fields.String(allow_none=True)
    serial_number = fields.String(allow_none=True)
    status = fields.Enum(MachineStatus, by_value=True)
    status_since = fields.DateTime()
    upkeep_every_days = fields.Integer(allow_none=True)
    last_upkeep_on = fields.Date(allow_none=True)
    next_upkeep_on = fields.Date(allow_none=True)
    is_upkeep_overdue = fields.Boolean()
    notes = fields.String(allow_none=True)
    order = fields.Nested(RunningOut, allow_none=True)


class MachinePage(Schema):
    """A page of machines."""

    items = fields.List(fields.Nested(MachineOut))
    next_cursor = fields.String(allow_none=True)


class MachinePersonOut(Schema):
    """Somebody who may run a machine."""

    id = fields.Integer()
    name = fields.String()


class OneMachineOut(MachineOut):
    """A machine with who may run it (empty: everybody who may work on orders).

    ``may_operate`` tells whether the caller may report what it does.
    """

    operators = fields.List(fields.Nested(MachinePersonOut))
    may_operate = fields.Boolean()


class MachineStatusIn(Schema):
    """What a machine does from now on. That it is busy is never reported: an order in progress makes it so."""

    status = fields.Enum(
        MachineStatus,
        by_value=True,
        required=True,
        metadata={"enum": [status.value for status in REPORTED]},
    )
    note = TextField(longest=LONGEST_NOTE, load_default=None)


class UpkeepIn(Schema):
    """A machine was looked after; today unless told otherwise."""

    done_on = fields.Date(load_default=None)
    note = TextField(longest=LONGEST_NOTE, load_default=None)


class MachineLogQuery(CursorQuery):
    """Which page of a machine's history."""


class MachineLogOut(Schema):
    """Something that happened to a machine. ``status`` holds until the next row that has one."""

    id = fields.Integer()
    occurred_at = fields.DateTime()
    event = fields.Enum(MachineEvent, by_value=True)
    status = fields.Enum(MachineStatus, by_value=True, allow_none=True)
    note = fields.String(allow_none=True)
    order_id = fields.Integer(allow_none=True)
    order_number = fields.String(allow_none=True)
    created_by = fields.Integer(allow_none=True)
    author = fields.String(allow_none=True)


class MachineLogPage(Schema):
    """A page of a machine's history, the latest first."""

    items = fields.List(fields.Nested(MachineLogOut))
    next_cursor = fields.String(allow_none=True)
