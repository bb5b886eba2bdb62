"""Selling, and receipts."""

from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.sales import operations, queries
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.bodies import head_body, sale_body
from smartpos.sales.models import Sale
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.schemas import SaleOut, SalePage, SalesQuery, Sell


@blueprint.post("/sell")
@needs(SalesPermission.SALE_CREATE)
@blueprint.arguments(Sell())
@blueprint.response(201, SaleOut)
@blueprint.alt_response(
    200, schema=SaleOut, description="This client_uuid was sold before; nothing was written"
)
def sell(request: operations.SaleRequest) -> Response:
    """Complete a sale on the caller's open shift.

    Safe to repeat: the same client_uuid with the same contents answers 200 with the first receipt, with other
    contents 409. A shortage answers 409 with every line that is short.
    """
    sale, created = operations.complete_sale(request, actor=g.principal)
    return make_response(jsonify(sale_body(sale)), 201 if created else 200)


@blueprint.get("/sales")
@needs(SalesPermission.SALE_READ)
@blueprint.arguments(SalesQuery, location="query")
@blueprint.response(200, SalePage)
def list_sales(query: dict[str, Any]) -> Response:
    """Receipts without their lines, the latest first: one's own, or all with the permission.

    By ``receipt`` anybody who sells finds any receipt of the organization: a customer has come back with it.
    """
    statement = queries.sales_of(g.principal, in_hand=bool(query["receipt"]))
    for column in (Sale.shift_id, Sale.branch_id, Sale.cashier_id, Sale.customer_id, Sale.type):
        if query[column.key] is not None:
            statement = statement.where(column == query[column.key])
    if query["flag"] is not None:
        statement = statement.where(Sale.flags.any(query["flag"].value), Sale.flags != [])
    if query["receipt"]:
        statement = statement.where(queries.named_so(query["receipt"]))
    if query["first_day"] is not None:
        statement = statement.where(Sale.business_date >= query["first_day"])
    if query["last_day"] is not None:
        statement = statement.where(Sale.business_date <= query["last_day"])
    found = page(
        statement, [Sale.sold_at, Sale.id], limit=query["limit"], cursor=query["cursor"], descending=True
    )
    heads = [head_body(queries.sale_head(row)) for row in found.items]
    return jsonify(items=heads, next_cursor=found.next_cursor)


@blueprint.get("/sales/<int:sale_id>")
@blueprint.response(200, SaleOut)
def get_sale(sale_id: int) -> Response:
    """A receipt: one's own, or any with the permission."""
    require(SalesPermission.SALE_READ)
    return jsonify(sale_body(queries.sale_for(g.principal, sale_id)))
