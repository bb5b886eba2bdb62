"""Shapes of purchases."""

from typing import Any

from flask_babel import gettext as _
from marshmallow import Schema, fields, post_load, pre_load

from smartpos.core.errors import Invalid
from smartpos.core.fields import (
    CostField,
    CursorQuery,
    IdField,
    MoneyField,
    PercentField,
    QuantityField,
    TextField,
    has_more,
)
from smartpos.core.money import ZERO
from smartpos.purchasing.models import CostKind, PurchaseStatus, PurchaseType, SpreadBy
from smartpos.purchasing.operations import (
    MOST_LINES,
    CostLine,
    PurchaseFacts,
    PurchaseLine,
    ReceivedLine,
    Remainder,
    ReturnLine,
    ReturnRequest,
)

COSTS = (
    "subtotal",
    "discount_amount",
    "tax_amount",
    "costs_amount",
    "total",
    "costs",
    "items.cost_price",
    "items.discount_percent",
    "items.tax_amount",
    "items.total",
    "items.cost_share",
    "items.unit_cost",
)
"""What only those see who may see what goods cost."""


class _Endless(Schema):
    """A body with lines, refused before each of too many of them is looked at."""

    @pre_load
    def refuse_endless(self, body: Any, **options: Any) -> Any:
        if has_more(body, "items", MOST_LINES):
            raise Invalid(_("A purchase may have at most %(most)s lines.", most=MOST_LINES))
        return body


class PurchaseLineIn(Schema):
    """A line: a product by id or barcode, or only the supplier's words for it (to be matched before confirming).

    With the barcode of a pack, ``quantity`` and ``received`` count packs and ``cost_price`` is of one pack.
    ``vat_rate`` left out is the one of the product. ``sale_price`` is set when the purchase is confirmed.
    """

    product_id = IdField(load_default=None, allow_none=True)
    barcode = TextField(longest=64, load_default=None, blank_is_none=True)
    product_name_raw = TextField(longest=500, load_default=None, blank_is_none=True)
    quantity = QuantityField(required=True, above=0)
    price = CostField(required=True, minimum=0, data_key="cost_price")
    discount_percent = PercentField(load_default=ZERO, minimum=0, maximum=100)
    vat_rate = PercentField(load_default=None, allow_none=True, minimum=0, maximum=99)
    batch_number = TextField(longest=100, load_default=None, blank_is_none=True)
    expiration_date = fields.Date(load_default=None, allow_none=True)
    sale_price = MoneyField(load_default=None, allow_none=True, minimum=0)
    received = QuantityField(load_default=None, allow_none=True, minimum=0)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> PurchaseLine:
        return PurchaseLine(**line)


class CostIn(Schema):
    """What it cost besides to get the goods here, and what each line's share goes by."""

    kind = fields.Enum(CostKind, by_value=True, load_default=CostKind.TRANSPORT)
    amount = MoneyField(required=True, above=0)
    spread_by = fields.Enum(SpreadBy, by_value=True, load_default=SpreadBy.VALUE)
    note = TextField(longest=500, load_default=None, blank_is_none=True)

    @post_load
    def make(self, cost: dict[str, Any], **options: Any) -> CostLine:
        return CostLine(**cost)


class PurchaseIn(_Endless):
    """All of a purchase. ``document_date`` left out is today, ``due_date`` follows the supplier's terms."""

    branch_id = IdField(required=True)
    supplier_id = IdField(load_default=None, allow_none=True)
    document_number = TextField(longest=100, load_default=None, blank_is_none=True)
    document_date = fields.Date(load_default=None, allow_none=True)
    expected_on = fields.Date(load_default=None, allow_none=True)
    due_date = fields.Date(load_default=None, allow_none=True)
    vat_included = fields.Boolean(load_default=True)
    notes = TextField(longest=2000, load_default=None, blank_is_none=True)
    items = fields.List(fields.Nested(PurchaseLineIn), required=True)
    costs = fields.List(fields.Nested(CostIn), load_default=list)

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> Any:
        return _facts(body)


class NewPurchaseIn(PurchaseIn):
    """A new purchase; ``client_uuid`` makes it safe to send twice, ``confirm`` takes the goods into stock at once."""

    client_uuid = fields.UUID(load_default=None, allow_none=True)
    confirm = fields.Boolean(load_default=False)

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> dict[str, Any]:
        confirm = body.pop("confirm")
        return {"facts": _facts(body), "confirm": confirm}


def _facts(body: dict[str, Any]) -> PurchaseFacts:
    return PurchaseFacts(**body | {"items": tuple(body["items"]), "costs": tuple(body["costs"])})


class ReceivedLineIn(Schema):
    """What was unloaded of a line; name a line several times to split it into lots."""

    item_id = IdField(required=True)
    received = QuantityField(required=True, minimum=0)
    batch_number = TextField(longest=100, load_default=None, blank_is_none=True)
    expiration_date = fields.Date(load_default=None, allow_none=True)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> ReceivedLine:
        return ReceivedLine(**line)


class ReceiveIn(_Endless):
    """What has arrived; without ``items`` everything, as ordered."""

    items = fields.List(fields.Nested(ReceivedLineIn), load_default=None, allow_none=True)


class ConfirmIn(Schema):
    """What becomes of what was ordered and did not come."""

    remainder = fields.Enum(Remainder, by_value=True, load_default=Remainder.CLOSE)


class ReasonIn(Schema):
    """Why."""

    reason = TextField(longest=1000, shortest=1, required=True)


class ReturnLineIn(Schema):
    """How much of a line goes back, in base units."""

    item_id = IdField(required=True)
    quantity = QuantityField(required=True, above=0)

    @post_load
    def make(self, line: dict[str, Any], **options: Any) -> ReturnLine:
        return ReturnLine(**line)


class ReturnIn(_Endless):
    """What goes back to the supplier; ``client_uuid`` makes it safe to send twice."""

    client_uuid = fields.UUID(required=True)
    items = fields.List(fields.Nested(ReturnLineIn), required=True)
    reason = TextField(longest=1000, load_default=None, blank_is_none=True)

    @post_load
    def make(self, body: dict[str, Any], **options: Any) -> ReturnRequest:
        return ReturnRequest(**body | {"items": tuple(body["items"])})


class PurchasesQuery(CursorQuery):
    """Which purchases; both days count."""

    status = fields.Enum(PurchaseStatus, by_value=True, load_default=None)
    kind = fields.Enum(PurchaseType, by_value=True, load_default=None, data_key="type")
    supplier_id = IdField(load_default=None)
    branch_id = IdField(load_default=None)
    first_day = fields.Date(load_default=None, data_key="from")
    last_day = fields.Date(load_default=None, data_key="to")


class PurchaseHead(Schema):
    """A purchase without its lines. Amounts are there for those who may see what goods cost."""

    id = fields.Integer()
    number = fields.String()
    client_uuid = fields.UUID(allow_none=True)
    type = fields.Enum(PurchaseType, by_value=True)
    status = fields.Enum(PurchaseStatus, by_value=True)
    original_id = fields.Integer(allow_none=True)
    backorder_of_id = fields.Integer(allow_none=True)
    supplier_id = fields.Integer(allow_none=True)
    supplier = fields.String(allow_none=True)
    branch_id = fields.Integer()
    branch = fields.String()
    document_number = fields.String(allow_none=True)
    document_date = fields.Date()
    expected_on = fields.Date(allow_none=True)
    due_date = fields.Date(allow_none=True)
    vat_included = fields.Boolean()
    subtotal = MoneyField()
    discount_amount = MoneyField()
    tax_amount = MoneyField()
    costs_amount = MoneyField()
    total = MoneyField(attribute="total_amount")
    notes = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    created_by = fields.Integer(allow_none=True)
    created_at = fields.DateTime()
    ordered_by = fields.Integer(allow_none=True)
    ordered_at = fields.DateTime(allow_none=True)
    received_by = fields.Integer(allow_none=True)
    received_at = fields.DateTime(allow_none=True)
    confirmed_by = fields.Integer(allow_none=True)
    confirmed_at = fields.DateTime(allow_none=True)
    reverted_by = fields.Integer(allow_none=True)
    reverted_at = fields.DateTime(allow_none=True)
    cancelled_by = fields.Integer(allow_none=True)
    cancelled_at = fields.DateTime(allow_none=True)


class PurchaseLineOut(Schema):
    """A line. ``returned`` has gone back to the supplier; ``unit_cost`` is what a base unit costs on the shelf."""

    id = fields.Integer()
    position = fields.Integer()
    product_id = fields.Integer(allow_none=True)
    product = fields.String(allow_none=True)
    sku = fields.String(allow_none=True)
    unit = fields.String(allow_none=True)
    product_name_raw = fields.String(allow_none=True)
    quantity = QuantityField()
    received = QuantityField(allow_none=True, attribute="received_quantity")
    returned = QuantityField()
    cost_price = CostField(attribute="price")
    discount_percent = PercentField()
    vat_rate = PercentField()
    tax_amount = MoneyField()
    total = MoneyField()
    cost_share = CostField()
    unit_cost = CostField(allow_none=True)
    sale_price = MoneyField(allow_none=True)
    batch_id = fields.Integer(allow_none=True)
    batch_number = fields.String(allow_none=True)
    expiration_date = fields.Date(allow_none=True)
    returns_id = fields.Integer(allow_none=True)


class CostOut(Schema):
    """A cost besides. ``spread_as`` is by what it is spread in fact: where nothing has a weight, by value."""

    id = fields.Integer()
    kind = fields.Enum(CostKind, by_value=True)
    amount = MoneyField()
    spread_by = fields.Enum(SpreadBy, by_value=True)
    spread_as = fields.Enum(SpreadBy, by_value=True)
    note = fields.String(allow_none=True)


class FileOut(Schema):
    """What is attached."""

    id = fields.Integer()
    name = fields.String(attribute="file.original_name")
    content_type = fields.String(attribute="file.content_type")
    size = fields.Integer(attribute="file.size")
    created_at = fields.DateTime()


class ReturnHead(Schema):
    """A return that holds."""

    id = fields.Integer()
    number = fields.String()
    document_date = fields.Date()


class PurchaseOut(PurchaseHead):
    """A purchase with its lines, costs and files. ``backorder_id`` names the order for what did not come."""

    items = fields.List(fields.Nested(PurchaseLineOut))
    costs = fields.List(fields.Nested(CostOut))
    files = fields.List(fields.Nested(FileOut))
    returns = fields.List(fields.Nested(ReturnHead))
    backorder_id = fields.Integer(allow_none=True)


class PurchasePage(Schema):
    """A page of purchases."""

    items = fields.List(fields.Nested(PurchaseHead))
    next_cursor = fields.String(allow_none=True)
