"""Refunds and exchanges over HTTP."""

from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.core.money import plain
from smartpos.core.permissions import needs
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.bodies import moment_text, sale_body
from smartpos.sales.operations.refunds import (
    LooseRefundRequest,
    RefundRequest,
    refund_sale,
    refund_without_receipt,
)
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.returns import Original, original_sale
from smartpos.sales.refunding import BACK_IN_THIS_ORDER, NOTHING
from smartpos.sales.schemas import SaleOut
from smartpos.sales.schemas.refunds import LooseRefundIn, RefundableOut, RefundIn

_BEFORE = "This client_uuid was given back before; nothing was written"


# Cashiers may ask as well: with a manager's approval. What is missing is said by the operation.
@blueprint.post("/sales/<int:sale_id>/refund")
@needs(SalesPermission.SALE_READ)
@blueprint.arguments(RefundIn())
@blueprint.response(201, SaleOut)
@blueprint.alt_response(200, schema=SaleOut, description=_BEFORE)
def refund(request: RefundRequest, sale_id: int) -> Response:
    """Take goods of a receipt back on the caller's open shift, or exchange them.

    Gives a receipt of type refund, or exchange with ``exchange_items``. More than was sold answers 409 with all lines
    that are too much. Safe to repeat with the same client_uuid. Needs sales:sale:refund or an approval of it.
    """
    sale, created = refund_sale(sale_id, request, actor=g.principal)
    return make_response(jsonify(sale_body(sale)), 201 if created else 200)


@blueprint.post("/refunds")
@needs(SalesPermission.SALE_READ)
@blueprint.arguments(LooseRefundIn())
@blueprint.response(201, SaleOut)
@blueprint.alt_response(200, schema=SaleOut, description=_BEFORE)
def refund_loose(request: LooseRefundRequest) -> Response:
    """Take goods back of which nobody has the receipt, at the prices of now or lower ones.

    Needs sales:sale:refund_without_receipt or an approval of it, and a reason.
    """
    sale, created = refund_without_receipt(request, actor=g.principal)
    return make_response(jsonify(sale_body(sale)), 201 if created else 200)


@blueprint.get("/sales/<int:sale_id>/refundable")
@needs(SalesPermission.SALE_CREATE)
@blueprint.response(200, RefundableOut)
def refundable(sale_id: int) -> Response:
    """What of a receipt may still come back, and in which ways its money would go back.

    Of any receipt of the organization: the customer has it in hand.
    """
    return jsonify(_refundable_body(original_sale(sale_id, g.principal)))


def _refundable_body(original: Original) -> dict[str, Any]:
    held = original.held_by_method()
    abroad: dict[str, Any] = {}
    for one in original.held:
        if one.currency and one.foreign_amount:
            abroad[one.currency] = abroad.get(one.currency, NOTHING) + one.foreign_amount
    return {
        "sale_id": original.id,
        "number": original.number,
        "status": original.status.value,
        "sold_at": moment_text(original.sold_at),
        "customer_id": original.customer_id,
        "items": [
            {
                "sale_item_id": line.id,
                "line_number": line.line_number,
                "product_id": line.product_id,
                "name": line.name,
                "unit": line.unit,
                "digits": line.digits,
                "multiplier": plain(line.multiplier),
                "price": plain(line.price),
                "gross": plain(line.amounts.gross),
                "promotion": plain(line.amounts.promotion),
                "discount": plain(line.amounts.discount),
                "cart_discount": plain(line.amounts.cart_discount),
                "tax": plain(line.amounts.tax),
                "total": plain(line.amounts.total),
                "sold": plain(line.quantity),
                "returned": plain(line.returned),
                "left": plain(line.left),
                "amount_left": plain(line.amount_left),
            }
            for line in original.lines.values()
        ],
        "payments": [
            {"method": method.value, "left": plain(held[method])}
            for method in BACK_IN_THIS_ORDER
            if held.get(method, NOTHING) > 0
        ],
        "foreign": [{"currency": name, "left": plain(left)} for name, left in abroad.items() if left > 0],
        "bought": plain(original.bought),
        "total_left": plain(original.total_left),
    }
