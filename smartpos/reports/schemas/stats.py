"""Shapes of the statistics of 001."""

from marshmallow import Schema, fields

from smartpos.core.fields import IdField, MoneyField, QuantityField


class StatsQuery(Schema):
    """Which days, both included, and which branch. Without days today; with one of them the other is today."""

    since = fields.Date(data_key="from", load_default=None)
    until = fields.Date(data_key="to", load_default=None)
    branch_id = IdField(load_default=None)


class TopProduct(Schema):
    """One of the products that brought most."""

    product_id = fields.Integer()
    name = fields.String()
    quantity = QuantityField(metadata={"description": "in base units, without what came back"})
    revenue = MoneyField()
    profit = MoneyField(
        allow_none=True, metadata={"description": "null without the right to see purchase prices"}
    )


class StatsOut(Schema):
    """What was sold and spent. Amounts that the caller may not see are null."""

    since = fields.Date(data_key="from")
    until = fields.Date(data_key="to")
    branch_id = fields.Integer(allow_none=True)
    revenue = MoneyField(
        metadata={"description": "what was to be paid, with VAT and rounding, refunds taken off"}
    )
    tax = MoneyField(metadata={"description": "the VAT in it"})
    cost = MoneyField(allow_none=True)
    gross_profit = MoneyField(
        allow_none=True, metadata={"description": "revenue without VAT, less the cost of the goods"}
    )
    expenses = MoneyField(allow_none=True)
    net_profit = MoneyField(allow_none=True)
    receipts = fields.Integer(metadata={"description": "sales and exchanges"})
    average_receipt = MoneyField(allow_none=True, metadata={"description": "null where nothing was sold"})
    top_products = fields.List(fields.Nested(TopProduct))
