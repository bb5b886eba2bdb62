"""Shapes of recipes."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, post_load, pre_load

from smartpos.core.fields import (
    CostField,
    CursorQuery,
    DecimalText,
    IdField,
    MoneyField,
    PercentField,
    QuantityField,
    TextField,
    WholeField,
    has_more,
)
from smartpos.core.money import ZERO
from smartpos.production.models import BomStatus
from smartpos.production.operations.recipe_facts import BomDraft, ByProductLine, ComponentLine, SubstituteLine
from smartpos.production.operations.recipe_reading import (
    COST_LIMIT,
    MOST_BY_PRODUCTS,
    MOST_COMPONENTS,
    MOST_DAYS,
    MOST_MINUTES,
    MOST_SUBSTITUTES,
    PER_UNIT_LIMIT,
)

COSTS = (
    *("material_cost", "labor_cost", "overhead_cost", "total_cost", "unit_cost", "costed_at"),
    *("components.unit_cost", "components.cost", "tree.unit_cost", "tree.cost"),
)
"""What only those see who may see what goods cost."""
MONEY = ("labor_cost", "overhead_cost")


class PerUnitField(DecimalText):
    """A quantity in a recipe, finer than what is weighed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"digits": 9, "limit": PER_UNIT_LIMIT, **options})


class SubstituteIn(Schema):
    """What may be taken instead: ``ratio`` units of it for one unit of the component."""

    product_id = IdField(required=True)
    ratio = DecimalText(digits=6, limit=PER_UNIT_LIMIT, above=0, load_default=Decimal(1))

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> SubstituteLine:
        return SubstituteLine(**line)


class _Quantities(Schema):
    """How much: for one unit of the product, or for a batch; in ``unit_id`` or the product's own unit."""

    quantity_per_unit = PerUnitField(load_default=None, allow_none=True, above=0)
    quantity_per_batch = PerUnitField(load_default=None, allow_none=True, above=0)
    unit_id = IdField(load_default=None, allow_none=True)

    def refuse_both(self, line: dict[str, Any]) -> None:
        """One of the two quantities is given."""
        if (line["quantity_per_unit"] is None) is (line["quantity_per_batch"] is None):
            raise ValidationError(
                _("Say how much it takes: for one unit, or for a batch."), field_name="quantity_per_unit"
            )


class ComponentIn(_Quantities):
    """A material. ``scrap_factor`` is what is lost on the way, as a part of one: 0.05 is 5 per cent."""

    component_id = IdField(required=True)
    scrap_factor = DecimalText(
        digits=4, limit=PER_UNIT_LIMIT, minimum=0, maximum=1, load_default=ZERO, allow_none=True
    )
    operation_sequence = WholeField(maximum=1000, load_default=None, allow_none=True)
    operation_notes = TextField(longest=1000, load_default=None, blank_is_none=True)
    notes = TextField(longest=1000, load_default=None, blank_is_none=True)
    substitutes = fields.List(fields.Nested(SubstituteIn), load_default=list)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of a million substitutes is looked at."""
        if has_more(body, "substitutes", MOST_SUBSTITUTES):
            raise ValidationError(
                _("At most %(most)s entries fit here.", most=MOST_SUBSTITUTES), field_name="substitutes"
            )
        return body

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> ComponentLine:
        self.refuse_both(line)
        line["scrap_factor"] = line["scrap_factor"] or ZERO
        return ComponentLine(**line | {"substitutes": tuple(line["substitutes"])})


class ByProductIn(_Quantities):
    """What comes out besides; ``cost_percent`` of all costs are its share."""

    product_id = IdField(required=True)
    cost_percent = PercentField(minimum=0, maximum=100, load_default=ZERO)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> ByProductLine:
        self.refuse_both(line)
        return ByProductLine(**line)


class ChangeBomIn(Schema):
    """A draft; what is not named stays as it is. ``components`` and ``by_products`` replace those that were."""

    quantity = QuantityField(above=0)
    components = fields.List(fields.Nested(ComponentIn))
    by_products = fields.List(fields.Nested(ByProductIn))
    version = TextField(longest=20, blank_is_none=True)
    name = TextField(longest=255, blank_is_none=True)
    description = TextField(longest=10_000, blank_is_none=True)
    lead_time_days = WholeField(maximum=MOST_DAYS)
    setup_time_minutes = WholeField(maximum=MOST_MINUTES)
    production_time_minutes = WholeField(maximum=MOST_MINUTES)
    labor_cost = MoneyField(minimum=0, maximum=COST_LIMIT, metadata={"description": "per batch"})
    overhead_cost = MoneyField(minimum=0, maximum=COST_LIMIT, metadata={"description": "per batch"})
    machine_id = IdField(allow_none=True)
    qc_required = fields.Boolean()
    quality_standard = TextField(longest=10_000, blank_is_none=True)
    instructions = TextField(longest=10_000, blank_is_none=True)
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of a million lines is looked at."""
        for name, most in (("components", MOST_COMPONENTS), ("by_products", MOST_BY_PRODUCTS)):
            if has_more(body, name, most):
                raise ValidationError(_("At most %(most)s entries fit here.", most=most), field_name=name)
        return body

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> Any:
        return {
            name: tuple(value) if name in ("components", "by_products") else value
            for name, value in body.items()
        }


class BomIn(ChangeBomIn):
    """A new recipe: what a batch of ``quantity`` of the product takes, each material for one unit of the product."""

    product_id = IdField(required=True)
    quantity = QuantityField(required=True, above=0)
    components = fields.List(fields.Nested(ComponentIn), required=True)

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> BomDraft:
        return BomDraft(**super().make(body))


class ActivateIn(Schema):
    """Whether the product is made by this recipe from now on, before its other versions."""

    make_default = fields.Boolean(load_default=True)


class CopyIn(Schema):
    """What the copy is called; left out: the next version that is free."""

    version = TextField(longest=20, load_default=None, blank_is_none=True)


class BomsQuery(CursorQuery):
    """Which recipes."""

    product_id = IdField(load_default=None, allow_none=True)
    status = fields.Enum(BomStatus, by_value=True, load_default=None, allow_none=True)
    is_default = fields.Boolean(load_default=None, allow_none=True)


class MaterialsQuery(Schema):
    """Words of a name, an article number or a barcode."""

    q = TextField(longest=200, shortest=1, required=True)


class BomHead(Schema):
    """A recipe without its lines. Costs are per batch, ``unit_cost`` for one unit of the product."""

    id = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    version = fields.String()
    name = fields.String()
    status = fields.Enum(BomStatus, by_value=True)
    is_default = fields.Boolean()
    quantity = QuantityField()
    valid_from = fields.Date(allow_none=True)
    valid_to = fields.Date(allow_none=True)
    material_cost = CostField()
    labor_cost = MoneyField()
    overhead_cost = MoneyField()
    total_cost = CostField()
    costed_at = fields.DateTime(allow_none=True)
    updated_at = fields.DateTime()


class BomPage(Schema):
    """A page of recipes."""

    items = fields.List(fields.Nested(BomHead))
    next_cursor = fields.String(allow_none=True)


class SubstituteOut(Schema):
    """What may be taken instead."""

    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    ratio = DecimalText(digits=6, limit=PER_UNIT_LIMIT)


class ComponentOut(Schema):
    """A material; ``quantity_per_unit`` is in its own ``unit``, ``written_quantity`` in the unit it was written in."""

    id = fields.Integer()
    sequence_number = fields.Integer()
    component_id = fields.Integer()
    component = fields.String()
    sku = fields.String()
    unit = fields.String()
    quantity_per_unit = DecimalText(digits=6, limit=PER_UNIT_LIMIT)
    unit_id = fields.Integer(allow_none=True)
    written_unit = fields.String(allow_none=True)
    written_quantity = PerUnitField()
    scrap_factor = DecimalText(digits=4, limit=PER_UNIT_LIMIT)
    operation_sequence = fields.Integer(allow_none=True)
    operation_notes = fields.String(allow_none=True)
    notes = fields.String(allow_none=True)
    substitutes = fields.List(fields.Nested(SubstituteOut))
    unit_cost = CostField()
    cost = CostField(metadata={"description": "of a batch, with what is lost on the way"})


class ByProductOut(Schema):
    """What comes out besides, in its own unit for one unit of the product."""

    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    quantity_per_unit = DecimalText(digits=6, limit=PER_UNIT_LIMIT)
    cost_percent = PercentField()


class TreeNode(Schema):
    """A place in the tree, depth first: ``level`` 1 are the recipe's own materials; quantities are for a batch."""

    level = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    unit = fields.String()
    quantity = QuantityField()
    bom_id = fields.Integer(allow_none=True, metadata={"description": "by which it is made itself"})
    unit_cost = CostField()
    cost = CostField()


class BomOut(BomHead):
    """A recipe with its lines and all levels below it. Costs are those of this moment."""

    description = fields.String(allow_none=True)
    lead_time_days = fields.Integer()
    setup_time_minutes = fields.Integer()
    production_time_minutes = fields.Integer()
    machine_id = fields.Integer(allow_none=True)
    qc_required = fields.Boolean()
    quality_standard = fields.String(allow_none=True)
    instructions = fields.String(allow_none=True)
    copied_from_id = fields.Integer(allow_none=True)
    approved_at = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()
    unit_cost = CostField(metadata={"description": "of one unit, when by-products have taken their shares"})
    components = fields.List(fields.Nested(ComponentOut))
    by_products = fields.List(fields.Nested(ByProductOut))
    tree = fields.List(fields.Nested(TreeNode))


class UnitChoice(Schema):
    """A unit in which a quantity may be written; ``factor`` of the product's own unit is one of it."""

    id = fields.Integer()
    name = fields.String()
    factor = fields.String()


class MaterialOut(Schema):
    """A product that may go into a recipe."""

    product_id = fields.Integer()
    name = fields.String()
    sku = fields.String()
    unit_id = fields.Integer()
    unit = fields.String()
    digits = fields.Integer()
    units = fields.List(fields.Nested(UnitChoice))
    codes = fields.List(fields.String())
    is_made = fields.Boolean()
    may_be_made = fields.Boolean()
    unit_cost = CostField()


class MaterialList(Schema):
    """What was found, the best first."""

    items = fields.List(fields.Nested(MaterialOut))
