"""Shapes of what an order would take, asked before it is entered."""

from marshmallow import Schema, fields

from smartpos.core.fields import IdField, MoneyField, QuantityField


class PreviewQuery(Schema):
    """How much of a product is to be made where; without ``bom_id`` by the recipe in force."""

    product_id = IdField(required=True)
    branch_id = IdField(required=True)
    quantity = QuantityField(above=0, load_default=None, allow_none=True)
    bom_id = IdField(load_default=None, allow_none=True)


class RecipeOut(Schema):
    """A recipe to make it by."""

    id = fields.Integer()
    name = fields.String()
    is_default = fields.Boolean()


class NeedOut(Schema):
    """What of a material is needed, what is available and what is missing."""

    product_id = fields.Integer()
    name = fields.String()
    unit = fields.String()
    needed = QuantityField()
    available = QuantityField(allow_none=True, metadata={"description": "null: no stock is kept of it"})
    short = QuantityField()
    is_made = fields.Boolean(metadata={"description": "it has a recipe of its own"})


class PreviewOut(Schema):
    """What an order would take. ``estimated_cost`` is there for those who may see costs."""

    unit = fields.String()
    digits = fields.Integer()
    recipes = fields.List(fields.Nested(RecipeOut))
    bom_id = fields.Integer(allow_none=True)
    machine_id = fields.Integer(allow_none=True)
    minutes = fields.Integer()
    materials = fields.List(fields.Nested(NeedOut))
    estimated_cost = MoneyField()
