"""Shapes of the operator's page. There is no price, cost or value in any of them."""

from marshmallow import Schema, fields

from smartpos.core.fields import IdField, QuantityField, TextField


class CodeQuery(Schema):
    """What was scanned."""

    code = TextField(longest=100, shortest=1, required=True)


class FloorOrderOut(Schema):
    """An order as the list shows it. ``whose`` is mine, team, free (nobody's yet) or other."""

    id = fields.Integer()
    number = fields.String()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    digits = fields.Integer()
    branch = fields.String()
    branch_id = fields.Integer()
    status = fields.String()
    priority = fields.String()
    quantity = QuantityField(attribute="quantity_to_produce")
    completed = QuantityField(attribute="quantity_completed")
    scrapped = QuantityField(attribute="quantity_scrapped")
    left = QuantityField(attribute="quantity_left")
    planned_start_at = fields.AwareDateTime(format="iso")
    planned_end_at = fields.AwareDateTime(format="iso")
    due_at = fields.AwareDateTime(format="iso")
    is_late = fields.Boolean()
    whose = fields.String()
    operator = fields.String(allow_none=True)
    machine_id = fields.Integer(allow_none=True)
    machine = fields.String(allow_none=True)
    machine_code = fields.String(allow_none=True)
    since = fields.AwareDateTime(
        format="iso", metadata={"description": "since when somebody works; null while nobody does"}
    )
    worker_id = fields.Integer(allow_none=True)
    worker = fields.String(allow_none=True)
    worked_seconds = fields.Integer(metadata={"description": "of the stretches of work that have ended"})
    qc_required = fields.Boolean()
    keeps_lots = fields.Boolean()
    codes = fields.List(fields.String())


class FloorMachineOut(Schema):
    """A machine, what it does and whether the person may run it."""

    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    kind = fields.String(allow_none=True)
    branch_id = fields.Integer()
    status = fields.String()
    status_since = fields.AwareDateTime(format="iso")
    order_id = fields.Integer(allow_none=True)
    order = fields.String(allow_none=True)
    is_mine = fields.Boolean()


class FloorOut(Schema):
    """What there is to make now."""

    orders = fields.List(fields.Nested(FloorOrderOut))
    machines = fields.List(fields.Nested(FloorMachineOut))


class FloorMaterialOut(Schema):
    """A material with what is needed of it for what is left, and what of that is missing."""

    product_id = fields.Integer()
    name = fields.String()
    unit = fields.String()
    digits = fields.Integer()
    planned = QuantityField()
    used = QuantityField()
    left = QuantityField()
    available = QuantityField()
    short = QuantityField()
    is_tracked = fields.Boolean()
    operation_sequence = fields.Integer(allow_none=True)
    operation_notes = fields.String(allow_none=True)


class FloorYieldOut(Schema):
    """What the order has yielded at one time."""

    sequence_number = fields.Integer()
    quantity = QuantityField()
    scrapped = QuantityField()
    scrap_reason = fields.String(allow_none=True)
    completed_at = fields.AwareDateTime(format="iso")
    author = fields.String(allow_none=True)
    batch_number = fields.String(allow_none=True)
    expiration_date = fields.Date(allow_none=True)


class FloorDetailsOut(Schema):
    """One order in full."""

    order = fields.Nested(FloorOrderOut)
    materials = fields.List(fields.Nested(FloorMaterialOut))
    yields = fields.List(fields.Nested(FloorYieldOut))
    team = fields.List(fields.String())
    instructions = fields.String(allow_none=True)
    notes = fields.String(allow_none=True)
    quality_standard = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    parent = fields.String(allow_none=True)
    most = QuantityField(metadata={"description": "what may still be completed, with what is tolerated"})
    batch_number = fields.String(allow_none=True, metadata={"description": "proposed for what comes next"})
    expiration_date = fields.Date(allow_none=True, metadata={"description": "proposed, by the shelf life"})


class FoundOut(Schema):
    """The orders that a code means: the number of an order or the code of a machine is one of them."""

    order_ids = fields.List(fields.Integer())


class ChooseMachineIn(Schema):
    """On which machine an order is made; null: on none."""

    machine_id = IdField(required=True, allow_none=True)
