"""Shifts over HTTP."""

from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.sales import operations, queries
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.bodies import shift_body, shift_report
from smartpos.sales.errors import NoCurrentShift
from smartpos.sales.models import Shift
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.schemas import CloseShiftIn, OpenShiftIn, ShiftPage, ShiftReport, ShiftsQuery


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
