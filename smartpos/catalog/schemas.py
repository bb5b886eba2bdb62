"""Shapes of the catalogue's API."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, pre_load, validates_schema

from smartpos.catalog.models import CustomerTier, ProductStatus, ProductType, PromotionKind, VatCode
from smartpos.catalog.operations.products import MOST_BARCODES
from smartpos.catalog.operations.promotions import HIGHEST_PRIORITY, LARGEST_GROUP, MOST_TARGETS
from smartpos.core.fields import (
    CostField,
    CursorQuery,
    DecimalText,
    IdField,
    MomentField,
    MoneyField,
    PercentField,
    QuantityField,
    TextField,
    WholeField,
    has_more,
)
from smartpos.core.money import QUANTITY_LIMIT


class ProductsQuery(CursorQuery):
    """Which products. ``updated_since`` asks for changes, deleted products included, and excludes the other filters."""

    q = TextField(longest=200, load_default=None)
    barcode = TextField(longest=64, load_default=None)
    category_id = IdField(load_default=None)
    updated_since = MomentField(load_default=None)
    branch_id = IdField(load_default=None)
    is_active = fields.Boolean(load_default=False)


class PlaceQuery(Schema):
    """For which branch prices and stock are asked."""

    branch_id = IdField(load_default=None)


class BarcodeShape(Schema):
    """A barcode. A pack has a ``multiplier``, perhaps a ``price`` of its own, and ``unit``, what the pack is called."""

    barcode = TextField(longest=64, shortest=1, required=True)
    multiplier = QuantityField(above=0, load_default=None)
    price = MoneyField(minimum=0, allow_none=True, load_default=None)
    unit = TextField(longest=60, blank_is_none=True, load_default=None)


class ProductShape(Schema):
    """A product as lists show it. ``price`` is the one in force in the branch asked for, or in one's own."""

    id = fields.Integer()
    name = fields.String()
    sku = fields.String()
    barcode = fields.String(allow_none=True, metadata={"description": "the first of its barcodes"})
    barcodes = fields.List(fields.Nested(BarcodeShape))
    type = fields.Enum(ProductType, by_value=True)
    status = fields.Enum(ProductStatus, by_value=True)
    is_active = fields.Boolean()
    deleted = fields.Boolean()
    category_id = fields.Integer(allow_none=True)
    unit = fields.String()
    unit_id = fields.Integer()
    unit_digits = fields.Integer()
    price = MoneyField()
    base_price = MoneyField(metadata={"description": "the product's own price, which special prices refine"})
    prices = fields.Dict(
        keys=fields.String(),
        values=MoneyField(),
        metadata={
            "description": "in force by other price types, by their ids, where they differ from `price`"
        },
    )
    cost_price = CostField(metadata={"description": "only for those who may see costs"})
    vat_code = fields.Enum(VatCode, by_value=True)
    vat_rate = PercentField()
    vat_included = fields.Boolean()
    cash_allowed = fields.Boolean()
    track_inventory = fields.Boolean()
    stock_quantity = QuantityField(allow_none=True)
    brand = fields.String(allow_none=True)
    tags = fields.List(fields.String())
    mxik_code = fields.String(allow_none=True)
    package_code = fields.String(allow_none=True)
    workspace_id = fields.Integer(allow_none=True)
    image_url = fields.String(allow_none=True)
    search_key = fields.String()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class ProductPage(Schema):
    """A page of products. ``synced_at`` is what to ask for as ``updated_since`` the next time."""

    items = fields.List(fields.Nested(ProductShape))
    next_cursor = fields.String(allow_none=True)
    synced_at = fields.DateTime()


class ImageShape(Schema):
    """A picture of a product."""

    id = fields.Integer()
    url = fields.String()
    thumbnail_url = fields.String()


class ProductDetails(ProductShape):
    """All about a product."""

    description = fields.String(allow_none=True)
    markup_percent = PercentField(
        allow_none=True, metadata={"description": "only for those who may see costs"}
    )
    reorder_quantity = QuantityField(allow_none=True)
    weight = QuantityField(allow_none=True)
    dimensions = fields.Dict()
    color = fields.String(allow_none=True)
    lead_time_days = fields.Integer(allow_none=True)
    production_time = fields.Integer(allow_none=True)
    requires_production = fields.Boolean()
    shelf_life_days = fields.Integer(allow_none=True)
    track_batches = fields.Boolean()
    specifications = fields.Dict()
    custom_fields = fields.Dict()
    images = fields.List(fields.Nested(ImageShape))


class ProductChange(Schema):
    """What can be told about a product. What is not given stays as it is."""

    name = TextField(longest=500, shortest=1)
    sku = TextField(longest=64, blank_is_none=True)
    barcode = TextField(longest=64, blank_is_none=True)
    barcodes = fields.List(fields.Nested(BarcodeShape))
    type = fields.Enum(ProductType, by_value=True)
    status = fields.Enum(ProductStatus, by_value=True)
    is_active = fields.Boolean()
    category_id = IdField(allow_none=True)
    unit = TextField(longest=20)
    unit_id = IdField()
    workspace_id = IdField(allow_none=True)
    description = TextField(longest=10_000, blank_is_none=True)
    price = MoneyField(minimum=0)
    cost_price = CostField(minimum=0)
    markup_percent = PercentField(minimum=0, limit=99999, allow_none=True)
    vat_code = fields.Enum(VatCode, by_value=True)
    vat_included = fields.Boolean()
    mxik_code = TextField(longest=30, blank_is_none=True)
    package_code = TextField(longest=30, blank_is_none=True)
    cash_allowed = fields.Boolean()
    track_inventory = fields.Boolean()
    track_batches = fields.Boolean()
    reorder_quantity = QuantityField(minimum=0, allow_none=True)
    weight = QuantityField(minimum=0, allow_none=True)
    dimensions = fields.Dict(keys=fields.String())
    color = TextField(longest=100, blank_is_none=True)
    brand = TextField(longest=200, blank_is_none=True)
    lead_time_days = WholeField(allow_none=True)
    production_time = WholeField(allow_none=True)
    requires_production = fields.Boolean()
    shelf_life_days = WholeField(allow_none=True)
    specifications = fields.Dict(keys=fields.String())
    custom_fields = fields.Dict(keys=fields.String())
    tags = fields.List(TextField(longest=60))

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of ten thousand barcodes is looked at."""
        for name in ("barcodes", "tags"):
            if has_more(body, name, MOST_BARCODES):
                raise ValidationError(
                    _("At most %(most)s entries fit here.", most=MOST_BARCODES), field_name=name
                )
        return body

    @validates_schema
    def refuse_both(self, data: dict[str, Any], **options: Any) -> None:
        for one, other in (("barcode", "barcodes"), ("unit", "unit_id"), ("status", "is_active")):
            if one in data and other in data:
                raise ValidationError(_("Give only one of the two."), field_name=one)


class ProductCreation(ProductChange):
    """A new product; only its name is needed."""

    name = TextField(longest=500, shortest=1, required=True)


class CategoryShape(Schema):
    """A category; ``parent_id`` is the one it lies in."""

    id = fields.Integer()
    name = fields.String()
    code = fields.String(allow_none=True)
    description = fields.String(allow_none=True)
    parent_id = fields.Integer(allow_none=True)
    workspace_id = fields.Integer(allow_none=True)
    sort_order = fields.Integer()
    is_active = fields.Boolean()
    updated_at = fields.DateTime()


class CategoryPage(Schema):
    """A page of categories."""

    items = fields.List(fields.Nested(CategoryShape))
    next_cursor = fields.String(allow_none=True)


class CategoryChange(Schema):
    """What can be told about a category. What is not given stays as it is."""

    name = TextField(longest=200, shortest=1)
    code = TextField(longest=64, blank_is_none=True)
    description = TextField(longest=10_000, blank_is_none=True)
    parent_id = IdField(allow_none=True)
    workspace_id = IdField(allow_none=True)
    sort_order = WholeField(maximum=1_000_000)
    is_active = fields.Boolean()


class CategoryCreation(CategoryChange):
    """A new category; only its name is needed."""

    name = TextField(longest=200, shortest=1, required=True)


class UnitShape(Schema):
    """A unit of measure; ``digits`` says how finely a quantity may be divided.

    One of it is ``factor`` of the unit ``base_unit_id``, if it leads to one.
    """

    id = fields.Integer()
    name = fields.String()
    title = fields.String()
    digits = fields.Integer()
    base_unit_id = fields.Integer(allow_none=True)
    factor = DecimalText(digits=6, limit=QUANTITY_LIMIT, allow_none=True)


class UnitPage(Schema):
    """A page of units."""

    items = fields.List(fields.Nested(UnitShape))
    next_cursor = fields.String(allow_none=True)


class PriceTypeShape(Schema):
    """A price type; exactly one is the default."""

    id = fields.Integer()
    name = fields.String()
    is_default = fields.Boolean()


class PriceTypePage(Schema):
    """A page of price types."""

    items = fields.List(fields.Nested(PriceTypeShape))
    next_cursor = fields.String(allow_none=True)


class PriceShape(Schema):
    """A special price: of a type, perhaps in one branch only and for a time only."""

    id = fields.Integer()
    product_id = fields.Integer()
    price_type_id = fields.Integer()
    branch_id = fields.Integer(allow_none=True)
    price = MoneyField()
    valid_from = fields.DateTime(allow_none=True)
    valid_to = fields.DateTime(allow_none=True)


class PricePage(Schema):
    """A page of special prices."""

    items = fields.List(fields.Nested(PriceShape))
    next_cursor = fields.String(allow_none=True)


class PriceSetting(Schema):
    """A price to set. With nothing but ``price`` it becomes the product's own."""

    price = MoneyField(minimum=0, required=True)
    price_type_id = IdField(load_default=None, allow_none=True)
    branch_id = IdField(load_default=None, allow_none=True)
    valid_from = MomentField(load_default=None, allow_none=True)
    valid_to = MomentField(load_default=None, allow_none=True)


class PromotionsQuery(Schema):
    """For which branch; ``updated_since`` asks for what has changed since as well, ended and deleted included."""

    branch_id = IdField(load_default=None)
    updated_since = MomentField(load_default=None)


class PromotionShape(Schema):
    """A promotion. ``category_ids`` are the categories it is for with all below; both lists empty: everything."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.Enum(PromotionKind, by_value=True)
    percent = PercentField(allow_none=True)
    amount = MoneyField(
        allow_none=True, metadata={"description": "off one base unit, or the fixed price of one"}
    )
    buy_quantity = fields.Integer(allow_none=True, metadata={"description": "N of N for M"})
    pay_quantity = fields.Integer(allow_none=True, metadata={"description": "M of N for M"})
    product_ids = fields.List(fields.Integer())
    category_ids = fields.List(fields.Integer())
    target_category_ids = fields.List(
        fields.Integer(), metadata={"description": "the categories it names, without those below them"}
    )
    branch_id = fields.Integer(allow_none=True)
    tier = fields.Enum(CustomerTier, by_value=True, allow_none=True)
    valid_from = fields.DateTime(allow_none=True)
    valid_to = fields.DateTime(
        allow_none=True, metadata={"description": "the first moment it holds no longer"}
    )
    weekdays = fields.Integer(metadata={"description": "bits: Monday is 1, Sunday is 64"})
    time_from = fields.Time(allow_none=True, metadata={"description": "by the clock of the shop"})
    time_to = fields.Time(allow_none=True, metadata={"description": "before `time_from`: over midnight"})
    min_quantity = QuantityField(metadata={"description": "base units of one line"})
    priority = fields.Integer(metadata={"description": "the highest wins, then the larger amount"})
    is_active = fields.Boolean()
    deleted = fields.Boolean()
    updated_at = fields.DateTime()


class PromotionList(Schema):
    """Promotions. ``synced_at`` is what to ask for as ``updated_since`` the next time."""

    items = fields.List(fields.Nested(PromotionShape))
    synced_at = fields.DateTime()


class PromotionChange(Schema):
    """What can be told about a promotion. What is not given stays as it is."""

    name = TextField(longest=200, shortest=1)
    kind = fields.Enum(PromotionKind, by_value=True)
    percent = PercentField(minimum=0, allow_none=True)
    amount = MoneyField(minimum=0, allow_none=True)
    buy_quantity = WholeField(maximum=LARGEST_GROUP, allow_none=True)
    pay_quantity = WholeField(maximum=LARGEST_GROUP, allow_none=True)
    product_ids = fields.List(IdField())
    category_ids = fields.List(IdField())
    branch_id = IdField(allow_none=True)
    tier = fields.Enum(CustomerTier, by_value=True, allow_none=True)
    valid_from = MomentField(allow_none=True)
    valid_to = MomentField(allow_none=True)
    weekdays = WholeField(minimum=1, maximum=127)
    time_from = fields.Time(allow_none=True)
    time_to = fields.Time(allow_none=True)
    min_quantity = QuantityField(minimum=0, allow_none=True)
    priority = WholeField(minimum=-HIGHEST_PRIORITY, maximum=HIGHEST_PRIORITY)
    is_active = fields.Boolean()

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of ten thousand numbers is looked at."""
        for name in ("product_ids", "category_ids"):
            if has_more(body, name, MOST_TARGETS):
                raise ValidationError(
                    _("At most %(most)s entries fit here.", most=MOST_TARGETS), field_name=name
                )
        return body


class PromotionCreation(PromotionChange):
    """A new promotion: what it is called, of which kind it is, and what that kind needs."""

    name = TextField(longest=200, shortest=1, required=True)
    kind = fields.Enum(PromotionKind, by_value=True, required=True)
