"""Shapes of the sheet on which an invoice is typed."""

from marshmallow import Schema, fields, validate

from smartpos.core.fields import CostField, IdField, MoneyField, PercentField, QuantityField, TextField
from smartpos.purchasing.operations import MOST_LINES


class GoodsQuery(Schema):
    """Words or a code, and whose prices are wanted."""

    q = TextField(longest=200, shortest=1, required=True)
    supplier_id = IdField(load_default=None)


class MatchIn(Schema):
    """Texts of an invoice, one per line: barcodes, article numbers or names."""

    texts = fields.List(
        TextField(longest=500), required=True, validate=validate.Length(min=1, max=MOST_LINES)
    )
    supplier_id = IdField(load_default=None, allow_none=True)


class GoodsOut(Schema):
    """A product for a line. ``quantity`` is what the code stands for; what it costs is for those who may see costs."""

    product_id = fields.Integer()
    name = fields.String()
    sku = fields.String()
    unit = fields.String()
    digits = fields.Integer()
    vat_rate = PercentField()
    price = MoneyField()
    cost_price = CostField(metadata={"description": "with VAT in it, for one base unit"})
    cost_price_net = CostField(metadata={"description": "the same without VAT"})
    quantity = QuantityField()
    keeps_lots = fields.Boolean()
    codes = fields.List(fields.String())


class GoodsList(Schema):
    """Products, the best first."""

    items = fields.List(fields.Nested(GoodsOut))


class MatchOut(Schema):
    """For each text the product that it names, or nothing."""

    items = fields.List(fields.Nested(GoodsOut, allow_none=True))
