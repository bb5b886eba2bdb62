"""Shifts and the cash in their drawers over HTTP."""

from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.core.errors import SmartPOSError, Unauthorized
from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.core.web import refusal
from smartpos.identity.errors import WrongCredentials
from smartpos.identity.operations import check_pin_of
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.queries import actor_of_user
from smartpos.identity.throttling import per_person
from smartpos.sales import operations, queries
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.bodies import shift_body, shift_report
from smartpos.sales.errors import NextMayNotOpen, NoCurrentShift, WrongPin
from smartpos.sales.models import Shift
from smartpos.sales.operations.cash import CashMove, CashRequest, move_drawer_cash
from smartpos.sales.operations.shifts import NOTHING
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries.reports import shift_figures
from smartpos.sales.schemas.shifts import (
    CashIn,
    CashOut,
    CloseShiftIn,
    FullShiftReport,
    HandedOverOut,
    HandOverIn,
    OpenShiftIn,
    ShiftPage,
    ShiftReport,
    ShiftsQuery,
)
from smartpos.sales.shift_bodies import report_body


@blueprint.post("/shifts/open")
@needs(SalesPermission.SHIFT_OPEN)
@blueprint.arguments(OpenShiftIn)
@blueprint.response(201, ShiftReport)
def open_shift(body: dict[str, Any]) -> Response:
    """Open a shift on a till with counted cash. 409 when the till or the cashier already has one."""
    shift = operations.open_shift(
        body["till_id"],
        opening_cash=body["opening_cash"],
        opening_foreign=body["opening_foreign"] or NOTHING,
        exchange_rate=body["exchange_rate"],
        actor=g.principal,
    )
    return make_response(jsonify(_report(shift)), 201)


@blueprint.get("/shifts/current")
@blueprint.response(200, ShiftReport)
def current_shift() -> Response:
    """The open shift in which the caller sells; 404 with code no_open_shift when there is none."""
    require(SalesPermission.SHIFT_OPEN)
    shift = queries.current_shift(g.principal)
    if shift is None:
        raise NoCurrentShift
    return jsonify(_report(shift))


@blueprint.post("/shifts/<int:shift_id>/close")
@needs(SalesPermission.SHIFT_CLOSE)
@blueprint.arguments(CloseShiftIn)
@blueprint.response(200, ShiftReport)
def close_shift(body: dict[str, Any], shift_id: int) -> Response:
    """Close a shift with counted cash; the answer tells what was expected and the difference.

    422 with code difference_needs_reason when the shop wants one; by how much it differs is not told before.
    """
    shift = queries.shift_for(g.principal, shift_id)
    operations.close_shift(shift, count=body["count"], forced=body["forced"], actor=g.principal)
    return jsonify(_report(shift))


@blueprint.post("/shifts/<int:shift_id>/hand-over")
@needs(SalesPermission.SHIFT_CLOSE)
@blueprint.arguments(HandOverIn)
@blueprint.response(201, HandedOverOut)
@per_person
def hand_over_shift(body: dict[str, Any], shift_id: int) -> Response:
    """Close a shift and open the next one for somebody else with the counted cash, both or neither.

    A wrong PIN of the next person answers 403 with code wrong_pin; after five in a row it is locked for a while (429).
    """
    shift = queries.shift_for(g.principal, shift_id)
    try:
        person = check_pin_of(body["user_id"], body["pin"])
    except WrongCredentials:
        return refusal(WrongPin())
    except SmartPOSError as error:
        return refusal(error)
    following = actor_of_user(person.id)  # None: switched off
    if following is None or not queries.sees_branch(following, shift.branch_id):
        raise NextMayNotOpen
    closed, opened = operations.hand_over(shift, count=body["count"], to=following, actor=g.principal)
    return make_response(jsonify(closed=_report(closed), opened=_report(opened)), 201)


@blueprint.post("/shifts/<int:shift_id>/cash")
@needs(IdentityPermission.TILL_USE)
@blueprint.arguments(CashIn())
@blueprint.response(201, CashOut)
@blueprint.alt_response(
    200, schema=CashOut, description="This client_uuid was recorded before; nothing was written"
)
def move_cash(request: CashRequest, shift_id: int) -> Response:
    """Put cash into the drawer, take it out, or pay an expense from it.

    Safe to repeat with the same client_uuid. 409 with code not_enough_cash when the drawer holds less; what is missing
    of the right (`sales:cash:move`, `sales:cash:expense`) a manager may approve.
    """
    move, created = move_drawer_cash(shift_id, request, actor=g.principal)
    return make_response(jsonify(_cash_body(move)), 201 if created else 200)


@blueprint.get("/shifts/<int:shift_id>/report")
@blueprint.response(200, FullShiftReport)
def get_shift_report(shift_id: int) -> Response:
    """The X report of an open shift, the Z report of a closed one; one's own, or any with the permission."""
    if g.get("principal") is None:
        raise Unauthorized
    shift = queries.shift_for(g.principal, shift_id)
    return jsonify(report_body(shift_figures(shift, g.principal)))


def _report(shift: Shift) -> dict[str, Any]:
    return shift_report(shift, queries.takings_of(shift))


def _cash_body(move: CashMove) -> dict[str, Any]:
    body: dict[str, Any] = CashOut().dump(move)
    expense = move.expense
    return body | {
        "expense_id": expense.id if expense else None,
        "category_id": expense.category_id if expense else None,
    }


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
