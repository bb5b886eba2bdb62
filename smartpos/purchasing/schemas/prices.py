"""Shapes of suppliers' prices."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, pre_load

from smartpos.core.fields import (
    CostField,
    CursorQuery,
    IdField,
    QuantityField,
    TextField,
    WholeField,
    has_more,
)
from smartpos.crm.operations.suppliers import MOST_DAYS
from smartpos.purchasing.operations.prices import LONGEST_SKU, MOST_COST, MOST_PRICES


class SupplierPricesQuery(CursorQuery):
    """Which prices: where to go on, and how many at most."""


class SupplierPriceLine(Schema):
    """What a supplier asks for a product; what is not given stays. ``price`` null removes the line."""

    product_id = IdField(required=True)
    price = CostField(
        minimum=0,
        maximum=MOST_COST,
        allow_none=True,
        metadata={"description": "with VAT in it, per base unit"},
    )
    supplier_sku = TextField(longest=LONGEST_SKU, blank_is_none=True)
    min_quantity = QuantityField(above=0, allow_none=True)
    lead_time_days = WholeField(maximum=MOST_DAYS, allow_none=True)
    is_preferred = fields.Boolean()


class SetSupplierPrices(Schema):
    """Prices to set; products that are not named keep theirs."""

    items = fields.List(fields.Nested(SupplierPriceLine), required=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of ten thousand lines is looked at."""
        if has_more(body, "items", MOST_PRICES):
            raise ValidationError(
                _("At most %(most)s entries fit here.", most=MOST_PRICES), field_name="items"
            )
        return body


class SupplierPriceShape(Schema):
    """What a supplier asks for a product."""

    id = fields.Integer()
    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    supplier_sku = fields.String(allow_none=True)
    price = CostField(metadata={"description": "with VAT in it, per base unit, in the shop's own currency"})
    min_quantity = QuantityField(allow_none=True)
    lead_time_days = fields.Integer(allow_none=True, metadata={"description": "null: the supplier's own"})
    is_preferred = fields.Boolean()
    updated_at = fields.DateTime()


class SupplierPricePage(Schema):
    """A page of prices, in the order in which the products were made."""

    items = fields.List(fields.Nested(SupplierPriceShape))
    next_cursor = fields.String(allow_none=True)
