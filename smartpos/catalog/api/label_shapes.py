"""Shapes of the labels' API."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, ValidationError, fields, pre_load, validate

from smartpos.catalog.labels.dots import RESOLUTIONS
from smartpos.catalog.labels.facts import Block
from smartpos.catalog.models import LabelKind, LabelPaper
from smartpos.catalog.operations.labels import MOST_COPIES, MOST_PRODUCTS, LabelFormat
from smartpos.catalog.operations.own_barcodes import MOST_AT_ONCE
from smartpos.core.fields import (
    CursorQuery,
    DecimalText,
    IdField,
    MoneyField,
    TextField,
    WholeField,
    has_more,
)


class ShelfQuery(CursorQuery):
    """Whose labels: of a branch (one's own where none is named), by a price type (else the default one)."""

    branch_id = IdField(load_default=None)
    price_type_id = IdField(load_default=None)


class QueueQuery(ShelfQuery):
    """``never_printed`` takes products in that have no label yet."""

    never_printed = fields.Boolean(load_default=False)


class LabelProductsQuery(ShelfQuery):
    """Which products: found by words or a code, all of a category, or these."""

    q = TextField(longest=200, load_default=None)
    category_id = IdField(load_default=None)
    ids = TextField(longest=40_000, load_default=None)


class LabelProductShape(Schema):
    """A product as its label tells of it.

    ``price`` is that of one piece now, promotions for everybody included; ``regular_price`` what it costs when no offer
    holds. ``printed_price`` is what its latest price label in the branch says. ``barcode`` is that of a single piece.
    """

    product_id = fields.Integer(attribute="id")
    name = fields.String()
    sku = fields.String()
    barcode = fields.String(allow_none=True)
    unit = fields.String()
    price = MoneyField()
    regular_price = MoneyField(attribute="regular")
    printed_price = MoneyField(allow_none=True)
    printed_at = fields.DateTime(allow_none=True)
    stock_quantity = fields.String(allow_none=True)


class LabelProductPage(Schema):
    """A page of products."""

    items = fields.List(fields.Nested(LabelProductShape))
    next_cursor = fields.String(allow_none=True)


class LabelItem(Schema):
    """A product and how many labels of it."""

    product_id = IdField(required=True)
    copies = WholeField(minimum=1, maximum=MOST_COPIES, load_default=1)


class LabelPrinting(Schema):
    """What to print. Without a template the default one of ``kind`` is used.

    With ``by_stock`` each product gets as many labels as lie in the branch. ``start`` is the first free place on a
    sheet, from 1. For ZPL and TSPL, ``own_letters`` sends every text to be set in the printer's fonts; otherwise what
    is not in Latin letters goes as a picture. ``is_kept`` false prints without noting it.
    """

    template_id = IdField(load_default=None, allow_none=True)
    kind = fields.Enum(LabelKind, by_value=True, load_default=LabelKind.PRICE)
    branch_id = IdField(load_default=None, allow_none=True)
    price_type_id = IdField(load_default=None, allow_none=True)
    items = fields.List(fields.Nested(LabelItem), required=True)
    format = fields.Enum(LabelFormat, by_value=True, load_default=LabelFormat.PDF)
    by_stock = fields.Boolean(load_default=False)
    start = WholeField(minimum=1, maximum=300, load_default=1)
    dpi = fields.Integer(load_default=RESOLUTIONS[0], validate=validate.OneOf(RESOLUTIONS))
    own_letters = fields.Boolean(load_default=False)
    is_kept = fields.Boolean(load_default=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of a million products is looked at."""
        _refuse_endless(body, "items", MOST_PRODUCTS)
        return body


class BarcodeGiving(Schema):
    """The products that need a barcode; those that have one keep it."""

    product_ids = fields.List(IdField(), required=True)

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        """Before each of a million products is looked at."""
        _refuse_endless(body, "product_ids", MOST_AT_ONCE)
        return body


class GivenBarcode(Schema):
    """A new barcode."""

    product_id = fields.Integer()
    barcode = fields.String()


class GivenBarcodes(Schema):
    """The new barcodes."""

    items = fields.List(fields.Nested(GivenBarcode))


class LabelTemplateShape(Schema):
    """How a label looks; lengths are in millimetres, ``blocks`` stand from above."""

    id = fields.Integer()
    name = fields.String()
    kind = fields.Enum(LabelKind, by_value=True)
    paper = fields.Enum(LabelPaper, by_value=True)
    width_mm = DecimalText(digits=2, limit=Decimal(999))
    height_mm = DecimalText(digits=2, limit=Decimal(999))
    columns = fields.Integer()
    rows = fields.Integer()
    blocks = fields.List(fields.String(validate=validate.OneOf([block.value for block in Block])))
    is_default = fields.Boolean()


class LabelTemplates(Schema):
    """All templates."""

    items = fields.List(fields.Nested(LabelTemplateShape))


def _refuse_endless(body: Any, name: str, most: int) -> None:
    if has_more(body, name, most):
        raise ValidationError(_("At most %(most)s entries fit here.", most=most), field_name=name)
