"""What the API tells of the plan of production."""

from typing import Any

from marshmallow import Schema, fields, validate

from smartpos.core.fields import IdField, QuantityField
from smartpos.core.money import ZERO
from smartpos.production.queries.planning import MOST_DAYS, Line, Plan, ToGet, ToMake, Why


class PlanQuery(Schema):
    """For which workshop, and for how many days."""

    branch_id = IdField(required=True)
    horizon_days = fields.Integer(load_default=7, validate=validate.Range(0, MOST_DAYS))


class WhatIfQuery(Schema):
    """How much of what is to be made where."""

    branch_id = IdField(required=True)
    product_id = IdField(required=True)
    quantity = QuantityField(required=True, validate=validate.Range(min=ZERO, min_inclusive=False))


class ReasonOut(Schema):
    """Why something is needed: sales, level, branches, orders, product, below_zero or asked.

    For ``product``, whose order takes it.
    """

    kind = fields.String()
    quantity = QuantityField()
    product_id = fields.Integer(allow_none=True)
    product = fields.String(allow_none=True)


class ToMakeOut(Schema):
    """A production order that is suggested, in whole batches.

    ``parent_product_id`` is the product for whose order alone it is made; ``late_days`` by how much it comes too late.
    """

    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    level = fields.Integer()
    free = QuantityField()
    missing = QuantityField()
    quantity = QuantityField()
    bom_id = fields.Integer()
    machine_id = fields.Integer(allow_none=True)
    machine = fields.String(allow_none=True)
    minutes = fields.Integer()
    begin_on = fields.Date()
    ready_on = fields.Date()
    late_days = fields.Integer()
    parent_product_id = fields.Integer(allow_none=True)
    reasons = fields.List(fields.Nested(ReasonOut))


class GivenOut(Schema):
    """What another branch has beyond its own need."""

    branch_id = fields.Integer()
    quantity = QuantityField()


class ToGetOut(Schema):
    """What is missing and not made here: what other branches give, and what is ordered of whom."""

    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    free = QuantityField()
    missing = QuantityField()
    transfers = fields.List(fields.Nested(GivenOut))
    order_quantity = QuantityField()
    supplier_id = fields.Integer(allow_none=True)
    supplier = fields.String(allow_none=True)
    lead_days = fields.Integer()
    order_on = fields.Date()
    expected_on = fields.Date()
    made_elsewhere = fields.Boolean()
    reasons = fields.List(fields.Nested(ReasonOut))


class PlanOut(Schema):
    """What a workshop should make and get."""

    branch_id = fields.Integer()
    horizon_days = fields.Integer()
    today = fields.Date()
    orders = fields.List(fields.Nested(ToMakeOut))
    purchases = fields.List(fields.Nested(ToGetOut))


class LineOut(Schema):
    """A product of a recipe that was taken apart; the first is what was asked for."""

    product_id = fields.Integer()
    product = fields.String()
    sku = fields.String()
    unit = fields.String()
    level = fields.Integer()
    takes = QuantityField()
    free = QuantityField()
    short = QuantityField()
    is_made = fields.Boolean()


class WhatIfOut(Schema):
    """What making something takes on all levels."""

    items = fields.List(fields.Nested(LineOut))


def _head(one: ToMake | ToGet | Line) -> dict[str, Any]:
    product = one.product
    return {"product_id": product.id, "product": product.name, "sku": product.sku, "unit": product.unit}


def _reason(why: Why) -> dict[str, Any]:
    named = {
        "product_id": why.product.id if why.product else None,
        "product": why.product.name if why.product else None,
    }
    return {"kind": why.peg.reason.value, "quantity": why.quantity, **named}


def _needed(one: ToMake | ToGet) -> dict[str, Any]:
    return {
        **_head(one),
        "free": one.need.free,
        "missing": one.missing,
        "reasons": [_reason(why) for why in one.reasons],
    }


def plan_data(found: Plan) -> dict[str, Any]:
    """A plan as PlanOut shows it."""
    orders = [
        {
            **_needed(one),
            "level": one.need.level,
            "quantity": one.need.quantity,
            "bom_id": one.making.bom_id,
            "machine_id": one.making.machine_id,
            "machine": one.machine,
            "minutes": one.minutes,
            "begin_on": one.begin_on,
            "ready_on": one.ready_on,
            "late_days": one.need.late_days,
            "parent_product_id": one.need.parent_id,
        }
        for one in found.orders
    ]
    purchases = [
        {
            **_needed(one),
            "transfers": [
                {"branch_id": branch_id, "quantity": quantity}
                for branch_id, quantity in one.suggestion.transfers
            ],
            "order_quantity": one.suggestion.order,
            "supplier_id": one.goods.supplier_id if one.goods else None,
            "supplier": one.goods.supplier if one.goods else None,
            "lead_days": (one.expected_on - one.order_on).days,
            "order_on": one.order_on,
            "expected_on": one.expected_on,
            "made_elsewhere": one.made_elsewhere,
        }
        for one in found.purchases
    ]
    return {
        "branch_id": found.branch_id,
        "horizon_days": found.horizon,
        "today": found.today,
        "orders": orders,
        "purchases": purchases,
    }


def what_if_data(lines: list[Line]) -> dict[str, Any]:
    """Lines as WhatIfOut shows them; levels are counted from what was asked for."""
    items = [
        {
            **_head(one),
            "level": one.need.level - lines[0].need.level,
            "takes": one.need.gross,
            "free": one.need.free,
            "short": one.need.net,
            "is_made": one.is_made,
        }
        for one in lines
    ]
    return {"items": items}
