"""Shapes of production orders. Costs are left out for those who may not see them."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, fields, post_load, pre_load, validate

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
from smartpos.production.models import OrderPriority, OrderStatus, OutputKind
from smartpos.production.operations.materials import LONGEST_NOTES, MOST_MATERIALS, MaterialDraft
from smartpos.production.operations.orders import MOST_TEAM
from smartpos.production.operations.working import LONGEST_REASON

# What only those who may see costs are shown.
ORDER_COSTS = (
    "estimated_cost",
    "material_cost",
    "labor_cost",
    "overhead_cost",
    "scrap_cost",
    "actual_cost",
)
COMPLETION_COSTS = (
    "material_cost",
    "labor_cost",
    "overhead_cost",
    "output_cost",
    "by_product_cost",
    "scrap_cost",
    "standard_cost",
    "uses.value",
    "outputs.value",
)


def _words(longest: int = 100) -> TextField:
    return TextField(longest=longest, load_default=None, blank_is_none=True)


class ProductionOrderIn(Schema):
    """A production order to be. ``client_uuid`` makes it safe to send twice.

    Without ``bom_id`` it is made by the recipe in force, without ``machine_id`` on the machine that the recipe names.
    """

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    product_id = IdField(required=True)
    quantity_to_produce = QuantityField(required=True)
    branch_id = IdField(required=True)
    bom_id = IdField(load_default=None, allow_none=True)
    machine_id = IdField(load_default=None, allow_none=True)
    operator_id = IdField(load_default=None, allow_none=True)
    priority = fields.Enum(OrderPriority, by_value=True, load_default=OrderPriority.NORMAL)
    planned_start_at = MomentField(load_default=None, allow_none=True)
    planned_end_at = MomentField(load_default=None, allow_none=True)
    due_at = MomentField(load_default=None, allow_none=True)
    parent_id = IdField(load_default=None, allow_none=True)
    notes = _words(2000)
    production_line = _words()
    work_center = _words()
    shift = _words()
    team = fields.List(IdField(), load_default=(), validate=validate.Length(max=MOST_TEAM))


class ProductionOrderChange(Schema):
    """What is to be changed of an order; what is not named stays."""

    quantity_to_produce = QuantityField()
    machine_id = IdField(allow_none=True)
    operator_id = IdField(allow_none=True)
    priority = fields.Enum(OrderPriority, by_value=True)
    planned_start_at = MomentField(allow_none=True)
    planned_end_at = MomentField(allow_none=True)
    due_at = MomentField(allow_none=True)
    notes = TextField(longest=2000, blank_is_none=True)
    instructions = TextField(longest=5000, blank_is_none=True)
    production_line = TextField(longest=100, blank_is_none=True)
    work_center = TextField(longest=100, blank_is_none=True)
    shift = TextField(longest=100, blank_is_none=True)
    team = fields.List(IdField(), validate=validate.Length(max=MOST_TEAM))


class ProductionMaterialIn(Schema):
    """How much of a material the order takes in all, in the material's own unit."""

    product_id = IdField(required=True)
    quantity = QuantityField(minimum=0, required=True, data_key="quantity")
    substitute_for_id = IdField(load_default=None, allow_none=True)
    operation_sequence = IdField(load_default=None, allow_none=True, validate=validate.Range(1, 10_000))
    operation_notes = _words(LONGEST_NOTES)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> MaterialDraft:
        return MaterialDraft(planned_quantity=line.pop("quantity"), **line)


def _refuse_endless(body: Any, name: str) -> Any:
    """Raises Invalid for more lines than an order may have, before each of them is read."""
    if has_more(body, name, MOST_MATERIALS):
        raise Invalid(_("An order may have at most %(most)s materials.", most=MOST_MATERIALS))
    return body


class ProductionMaterialsIn(Schema):
    """All that an order takes, instead of what it was planned to take."""

    items = fields.List(fields.Nested(ProductionMaterialIn), required=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        return _refuse_endless(body, "items")


class ProductionScheduleIn(Schema):
    """When an order is made, and on what by whom; without an end it takes as long as its recipe says."""

    start = MomentField(required=True)
    end = MomentField(load_default=None, allow_none=True)
    machine_id = IdField(load_default=None, allow_none=True)
    operator_id = IdField(load_default=None, allow_none=True)


class ProductionReasonIn(Schema):
    """Why, if that is to be told."""

    reason = TextField(longest=LONGEST_REASON, load_default=None, blank_is_none=True)


class ProductionRevertIn(ProductionReasonIn):
    """What is to be taken back: one completion, or without ``completion_id`` all of them."""

    completion_id = IdField(load_default=None, allow_none=True)


class ProductionUsedIn(Schema):
    """How much of a material was really used."""

    product_id = IdField(required=True)
    quantity = QuantityField(minimum=0, required=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> tuple[int, Any]:
        return line["product_id"], line["quantity"]


class ProductionCompletionIn(Schema):
    """What was made: ``quantity`` good ones and ``scrapped`` bad ones. ``client_uuid`` makes it safe to send twice.

    Of materials that are not named as much goes out as the plan says for what was made. ``finish``: nothing more is to
    come. Costs of labour and overhead are the recipe's unless they are given by somebody who may see costs.
    """

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    quantity = QuantityField(minimum=0, required=True)
    scrapped = QuantityField(minimum=0, load_default=Decimal(0))
    materials = fields.List(fields.Nested(ProductionUsedIn), load_default=())
    scrap_reason = _words(LONGEST_REASON)
    batch_number = _words()
    expiration_date = fields.Date(load_default=None, allow_none=True)
    qc_passed = fields.Boolean(load_default=None, allow_none=True)
    qc_notes = _words(LONGEST_REASON)
    labor_cost = CostField(minimum=0, load_default=None, allow_none=True)
    overhead_cost = CostField(minimum=0, load_default=None, allow_none=True)
    finish = fields.Boolean(load_default=False)
    notes = _words(LONGEST_REASON)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        return _refuse_endless(body, "materials")

    @post_load
    def gather(self, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        return body | {"materials": tuple(body["materials"])}


class ProductionOrdersQuery(CursorQuery):
    """Which orders; made from ``from`` on, before ``to``."""

    status = fields.Enum(OrderStatus, by_value=True, load_default=None)
    branch_id = IdField(load_default=None)
    machine_id = IdField(load_default=None)
    operator_id = IdField(load_default=None)
    product_id = IdField(load_default=None)
    begin = MomentField(load_default=None, data_key="from")
    end = MomentField(load_default=None, data_key="to")


class ProductionOrderRow(Schema):
    """An order in a list."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID(allow_none=True)
    status = fields.Enum(OrderStatus, by_value=True)
    priority = fields.Enum(OrderPriority, by_value=True)
    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    branch_id = fields.Integer()
    branch = fields.String()
    machine_id = fields.Integer(allow_none=True)
    machine = fields.String(allow_none=True)
    operator_id = fields.Integer(allow_none=True)
    operator = fields.String(allow_none=True)
    bom_id = fields.Integer(allow_none=True)
    quantity_to_produce = QuantityField()
    quantity_completed = QuantityField()
    quantity_scrapped = QuantityField()
    quantity_left = QuantityField()
    planned_start_at = fields.DateTime(allow_none=True)
    planned_end_at = fields.DateTime(allow_none=True)
    due_at = fields.DateTime(allow_none=True)
    started_at = fields.DateTime(allow_none=True)
    completed_at = fields.DateTime(allow_none=True)
    cancelled_at = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()
    estimated_cost = MoneyField()
    material_cost = CostField()
    labor_cost = CostField()
    overhead_cost = CostField()
    scrap_cost = CostField()
    actual_cost = CostField()


class ProductionOrderPage(Schema):
    """A page of production orders."""

    items = fields.List(fields.Nested(ProductionOrderRow))
    next_cursor = fields.String(allow_none=True)


class ProductionMaterialOut(Schema):
    """A material of an order, with what there is of it; ``short`` is what is missing for what is left to be made."""

    id = fields.Integer()
    product_id = fields.Integer()
    name = fields.String()
    sku = fields.String()
    unit = fields.String()
    planned = QuantityField()
    used = QuantityField()
    left = QuantityField()
    on_hand = QuantityField()
    reserved_for_it = QuantityField()
    available = QuantityField()
    short = QuantityField()
    is_tracked = fields.Boolean()
    substitute_for_id = fields.Integer(allow_none=True)
    operation_sequence = fields.Integer(allow_none=True)
    operation_notes = fields.String(allow_none=True)


class ProductionUseOut(Schema):
    """What a completion has consumed of a material."""

    product_id = fields.Integer()
    quantity = QuantityField()
    standard_quantity = QuantityField()
    value = CostField()


class ProductionOutputOut(Schema):
    """What a completion has yielded."""

    kind = fields.Enum(OutputKind, by_value=True)
    product_id = fields.Integer()
    batch_id = fields.Integer(allow_none=True)
    quantity = QuantityField()
    value = CostField()


class ProductionCompletionOut(Schema):
    """Goods that an order has yielded; ``reverted_at`` where that was taken back."""

    id = fields.Integer()
    sequence_number = fields.Integer()
    client_uuid = fields.UUID(allow_none=True)
    quantity = QuantityField()
    scrapped_quantity = QuantityField()
    scrap_reason = fields.String(allow_none=True)
    batch_id = fields.Integer(allow_none=True)
    expiration_date = fields.Date(allow_none=True)
    qc_passed = fields.Boolean(allow_none=True)
    qc_notes = fields.String(allow_none=True)
    machine_id = fields.Integer(allow_none=True)
    operator_id = fields.Integer(allow_none=True)
    notes = fields.String(allow_none=True)
    completed_at = fields.DateTime()
    reverted_at = fields.DateTime(allow_none=True)
    revert_reason = fields.String(allow_none=True)
    material_cost = CostField()
    labor_cost = CostField()
    overhead_cost = CostField()
    output_cost = CostField()
    by_product_cost = CostField()
    scrap_cost = CostField()
    standard_cost = CostField()
    uses = fields.List(fields.Nested(ProductionUseOut))
    outputs = fields.List(fields.Nested(ProductionOutputOut))


class ProductionWorkingOut(Schema):
    """Who works on an order at this moment, and since when."""

    user_id = fields.Integer(allow_none=True)
    name = fields.String()
    started_at = fields.DateTime()


class ProductionShortageOut(Schema):
    """A material of which less is available than the order still takes."""

    product_id = fields.Integer()
    name = fields.String()
    requested = fields.String()
    available = fields.String()


class ProductionOrderOut(ProductionOrderRow):
    """An order with its materials and what has come of it."""

    parent_id = fields.Integer(allow_none=True)
    origin_kind = fields.String(allow_none=True)
    origin_id = fields.Integer(allow_none=True)
    production_line = fields.String(allow_none=True)
    work_center = fields.String(allow_none=True)
    shift = fields.String(allow_none=True)
    qc_required = fields.Boolean()
    quality_standard = fields.String(allow_none=True)
    instructions = fields.String(allow_none=True)
    notes = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    created_by = fields.Integer(allow_none=True)
    cancelled_by = fields.Integer(allow_none=True)
    team = fields.List(fields.Integer())
    working = fields.Nested(ProductionWorkingOut, allow_none=True)
    materials = fields.List(fields.Nested(ProductionMaterialOut))
    completions = fields.List(fields.Nested(ProductionCompletionOut))


class ProductionScheduledOut(ProductionOrderOut):
    """An order that was scheduled, with what is short for it."""

    shortages = fields.List(fields.Nested(ProductionShortageOut))


class ProductionCompletedOut(ProductionOrderOut):
    """An order that has yielded something; ``completion_id`` is the latest."""

    completion_id = fields.Integer()
