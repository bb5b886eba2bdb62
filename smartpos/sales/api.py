"""The selling API: shifts, the sale itself, and receipts."""

from typing import Any

from flask import Flask, Response, g, jsonify, make_response
from flask_smorest import Blueprint

from smartpos.core.extensions import api
from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.sales import operations, queries
from smartpos.sales.bodies import head_body, sale_body, shift_body, shift_report
from smartpos.sales.errors import NoCurrentShift
from smartpos.sales.models import Sale, Shift
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.schemas import (
    CloseShiftIn,
    OpenShiftIn,
    SaleOut,
    SalePage,
    SalesQuery,
    Sell,
    ShiftPage,
    ShiftReport,
    ShiftsQuery,
)

blueprint = Blueprint("sales_api", __name__, url_prefix="/api", description="Shifts and sales")


@blueprint.post("/shifts/open")
@needs(SalesPermission.SHIFT_OPEN)
@blueprint.arguments(OpenShiftIn)
@blueprint.response(201, ShiftReport)
def open_shift(body: dict[str, Any]) -> Response:
    """Open a shift on a till with counted cash. 409 when the till or the cashier already has one."""
    shift = operations.open_shift(body["till_id"], opening_cash=body["opening_cash"], actor=g.principal)
    return make_response(jsonify(shift_report(shift, queries.takings_of(shift.id))), 201)


@blueprint.get("/shifts/current")
@blueprint.response(200, ShiftReport)
def current_shift() -> Response:
    """The caller's own open shift; 404 with code no_open_shift when there is none."""
    require(SalesPermission.SHIFT_OPEN)
    shift = queries.current_shift(g.principal)
    if shift is None:
        raise NoCurrentShift
    return jsonify(shift_report(shift, queries.takings_of(shift.id)))


@blueprint.post("/shifts/<int:shift_id>/close")
@needs(SalesPermission.SHIFT_CLOSE)
@blueprint.arguments(CloseShiftIn)
@blueprint.response(200, ShiftReport)
def close_shift(body: dict[str, Any], shift_id: int) -> Response:
    """Close a shift with counted cash; the answer tells what was expected and the difference."""
    shift = queries.shift_for(g.principal, shift_id)
    operations.close_shift(shift, closing_cash=body["closing_cash"], actor=g.principal)
    return jsonify(shift_report(shift, queries.takings_of(shift.id)))


@blueprint.get("/shifts")
@needs(SalesPermission.SHIFT_OPEN)
@blueprint.arguments(ShiftsQuery, location="query")
@blueprint.response(200, ShiftPage)
def list_shifts(query: dict[str, Any]) -> Response:
    """Shifts, the latest first: one's own, or all with the permission."""
    statement = queries.shifts_of(g.principal)
    for column in (Shift.till_id, Shift.cashier_id, Shift.status):
        if query[column.key] is not None:
            statement = statement.where(column == query[column.key])
    found = page(
        statement, [Shift.opened_at, Shift.id], limit=query["limit"], cursor=query["cursor"], descending=True
    )
    return jsonify(items=[shift_body(shift) for shift in found.items], next_cursor=found.next_cursor)


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
    """Receipts without their lines, the latest first: one's own, or all with the permission."""
    statement = queries.sales_of(g.principal)
    for column in (Sale.shift_id, Sale.branch_id, Sale.cashier_id):
        if query[column.key] is not None:
            statement = statement.where(column == query[column.key])
    if query["first_day"] is not None:
        statement = statement.where(Sale.business_date >= query["first_day"])
    if query["last_day"] is not None:
        statement = statement.where(Sale.business_date <= query["last_day"])
    found = page(
        statement, [Sale.sold_at, Sale.id], limit=query["limit"], cursor=query["cursor"], descending=True
    )
    heads = [head_body(queries.sale_head(row, [], [])) for row in found.items]
    return jsonify(items=heads, next_cursor=found.next_cursor)


@blueprint.get("/sales/<int:sale_id>")
@blueprint.response(200, SaleOut)
def get_sale(sale_id: int) -> Response:
    """A receipt: one's own, or any with the permission."""
    require(SalesPermission.SALE_READ)
    return jsonify(sale_body(queries.sale_for(g.principal, sale_id)))


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
