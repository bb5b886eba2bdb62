"""Shapes of shifts and of the cash in their drawers."""

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from smartpos.core.fields import (
    CostField,
    CursorQuery,
    IdField,
    MomentField,
    MoneyField,
    TextField,
    WholeField,
)
from smartpos.finance.models import CashEntryKind
from smartpos.sales.denominations import MOST_PIECES
from smartpos.sales.models import PaymentMethod, SaleType, ShiftStatus
from smartpos.sales.operations.cash import BY_HAND, CashRequest
from smartpos.sales.operations.counting import DrawerCount
from smartpos.sales.operations.shifts import LONGEST_REASON

MOST_FACES = 40
MOST_APPROVALS = 10


class OpenShiftIn(Schema):
    """Opening a till with counted cash. The rate is that in force where none is given."""

    till_id = IdField(required=True)
    opening_cash = MoneyField(required=True, minimum=0)
    opening_foreign = MoneyField(load_default=None, allow_none=True, minimum=0)
    exchange_rate = CostField(load_default=None, allow_none=True, above=0)


class CountIn(Schema):
    """What was counted: a total, or the pieces of each banknote and coin by currency (the server multiplies)."""

    closing_cash = MoneyField(minimum=0, metadata={"description": "in the shop's own currency"})
    closing_foreign = MoneyField(minimum=0, metadata={"description": "in the shift's foreign currency"})
    denominations = fields.Dict(
        keys=fields.String(validate=validate.Length(3, 3)),
        values=fields.Dict(
            keys=fields.String(validate=validate.Length(1, 12)),
            values=WholeField(maximum=MOST_PIECES),
            validate=validate.Length(max=MOST_FACES),
        ),
        validate=validate.Length(max=4),
        metadata={"example": {"UZS": {"200000": 3}, "USD": {"100": 1}}},
    )
    difference_reason = TextField(longest=LONGEST_REASON, blank_is_none=True, load_default=None)

    @post_load
    def make(self, given: dict[str, Any], **options: Any) -> dict[str, Any]:
        count = DrawerCount(
            cash=given.pop("closing_cash", None),
            foreign=given.pop("closing_foreign", None),
            denominations=given.pop("denominations", {}),
            reason=given.pop("difference_reason"),
        )
        return given | {"count": count}


class CloseShiftIn(CountIn):
    """Closing with counted cash. ``forced`` ends a shift that was left, with a reason, counted or not."""

    forced = fields.Boolean(load_default=False)


class HandOverIn(CountIn):
    """Closing with counted cash and opening for the next person, who shows by their PIN that they are there."""

    user_id = IdField(required=True)
    pin = TextField(required=True, longest=20, shortest=1)


class CashIn(Schema):
    """Cash that is put in or taken out by hand, or an expense paid from the drawer; ``amount`` is above zero."""

    kind = fields.Enum(CashEntryKind, by_value=True, required=True, validate=validate.OneOf(BY_HAND))
    amount = MoneyField(required=True, above=0)
    reason = TextField(required=True, longest=LONGEST_REASON, shortest=1)
    category_id = IdField(load_default=None, allow_none=True)
    currency = TextField(load_default=None, allow_none=True, longest=3, shortest=3)
    client_uuid = fields.UUID(load_default=None, allow_none=True)
    occurred_at = MomentField(load_default=None, allow_none=True)
    approvals = fields.List(fields.UUID(), load_default=list, validate=validate.Length(max=MOST_APPROVALS))

    @post_load
    def make(self, given: dict[str, Any], **options: Any) -> CashRequest:
        currency = given.pop("currency")
        return CashRequest(
            **{**given, "approvals": tuple(given["approvals"])},
            currency=None if currency is None else currency.upper(),
        )


class CashOut(Schema):
    """Cash that was moved. ``is_late``: it arrived after the drawer was counted."""

    id = fields.Integer()
    kind = fields.Enum(CashEntryKind, by_value=True)
    amount = MoneyField()
    currency = fields.String(allow_none=True)
    reason = fields.String()
    shift_id = fields.Integer()
    category_id = fields.Integer(allow_none=True)
    expense_id = fields.Integer(allow_none=True)
    occurred_at = fields.DateTime()
    is_late = fields.Boolean()


class ShiftOut(Schema):
    """A shift. What was expected is told when it is closed, so that the cashier counts without knowing."""

    id = fields.Integer()
    number = fields.Integer()
    status = fields.Enum(ShiftStatus, by_value=True)
    branch_id = fields.Integer()
    branch = fields.String()
    till_id = fields.Integer()
    till = fields.String()
    cashier_id = fields.Integer()
    cashier = fields.String()
    sales_count = fields.Integer()
    opening_cash = MoneyField()
    expected_cash = MoneyField(allow_none=True)
    closing_cash = MoneyField(allow_none=True)
    difference = MoneyField(allow_none=True)
    difference_reason = fields.String(allow_none=True)
    denominations = fields.Dict(keys=fields.String(), values=fields.Dict())
    foreign_currency = fields.String(allow_none=True)
    exchange_rate = CostField(allow_none=True)
    opening_foreign = MoneyField()
    expected_foreign = MoneyField(allow_none=True)
    closing_foreign = MoneyField(allow_none=True)
    foreign_difference = MoneyField(allow_none=True)
    late_count = fields.Integer()
    late_total = MoneyField()
    is_forced = fields.Boolean()
    handed_over_to = fields.Integer(allow_none=True)
    opened_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)
    closed_by = fields.Integer(allow_none=True)


class ShiftReport(ShiftOut):
    """A shift with what was sold in it, by method of payment."""

    sales_total = MoneyField()
    payments = fields.Dict(keys=fields.Enum(PaymentMethod, by_value=True), values=MoneyField())


class DayOut(Schema):
    """A business day of a shift that lasted over midnight."""

    date = fields.Date()
    receipts = fields.Integer()
    total = MoneyField()


class LateSaleOut(Schema):
    """A receipt that arrived after the close."""

    id = fields.Integer()
    number = fields.String()
    type = fields.Enum(SaleType, by_value=True)
    total = MoneyField()
    sold_at = fields.DateTime()
    created_at = fields.DateTime()


class ForeignDrawerOut(Schema):
    """The foreign cash of a shift."""

    currency = fields.String()
    exchange_rate = CostField()
    cash = fields.Dict(keys=fields.Enum(CashEntryKind, by_value=True), values=MoneyField())
    expected = MoneyField(allow_none=True)
    counted = MoneyField(allow_none=True)
    difference = MoneyField(allow_none=True)
    late = MoneyField()


class FullShiftReport(ShiftReport):
    """The X report of an open shift, the Z report of a closed one.

    ``expected_cash`` of an open shift is told only to those who may close anybody's. Late receipts are listed and part
    of no sum.
    """

    kind = fields.String(validate=validate.OneOf(["X", "Z"]))
    counts = fields.Dict(keys=fields.Enum(SaleType, by_value=True), values=fields.Integer())
    gross = MoneyField()
    discount = MoneyField()
    tax = MoneyField()
    rounding = MoneyField()
    total = MoneyField()
    refunded = MoneyField()
    debts = fields.Dict(keys=fields.Enum(PaymentMethod, by_value=True), values=MoneyField())
    cash = fields.Dict(keys=fields.Enum(CashEntryKind, by_value=True), values=MoneyField())
    late_cash = MoneyField()
    foreign = fields.Nested(ForeignDrawerOut, allow_none=True)
    first_receipt = fields.String(allow_none=True)
    last_receipt = fields.String(allow_none=True)
    days = fields.List(fields.Nested(DayOut))
    late_sales = fields.List(fields.Nested(LateSaleOut))


class HandedOverOut(Schema):
    """The shift that was closed, and the one that was opened."""

    closed = fields.Nested(ShiftReport)
    opened = fields.Nested(ShiftReport)


class ShiftPage(Schema):
    """A page of shifts."""

    items = fields.List(fields.Nested(ShiftOut))
    next_cursor = fields.String(allow_none=True)


class ShiftsQuery(CursorQuery):
    """Which shifts."""

    till_id = IdField(load_default=None)
    cashier_id = IdField(load_default=None)
    status = fields.Enum(ShiftStatus, by_value=True, load_default=None)
