"""Machines: which there are, what runs on them, what is reported of them."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from smartpos.core.paging import page
from smartpos.core.permissions import needs
from smartpos.identity.principal import me
from smartpos.production.api.blueprint import blueprint
from smartpos.production.models import Machine
from smartpos.production.operations import machines as operations
from smartpos.production.permissions import ProductionPermission as P
from smartpos.production.queries import machines as queries
from smartpos.production.schemas.machines import (
    MachineLogOut,
    MachineLogPage,
    MachineLogQuery,
    MachineOut,
    MachinePage,
    MachinesQuery,
    MachineStatusIn,
    OneMachineOut,
    UpkeepIn,
)
from smartpos.stock.queries.transfers import seen_branch


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    due = row["next_upkeep_on"]
    return {
        **row,
        "is_upkeep_overdue": due is not None and due < me().organization.today,
        "order": row if row["order_id"] is not None else None,
    }


def _one(machine_id: int) -> dict[str, Any]:
    row = _facts(queries.one_machine(machine_id)._mapping)
    row["operators"] = [{"id": number, "name": name} for number, name in queries.operators_of(machine_id)]
    row["may_operate"] = queries.may_operate(queries.machine_of(machine_id), me())
    shown: dict[str, Any] = OneMachineOut().dump(row)
    return shown


@blueprint.get("/machines")
@needs(P.MACHINE_READ)
@blueprint.arguments(MachinesQuery, location="query")
@blueprint.response(200, MachinePage)
def list_machines(query: dict[str, Any]) -> Response:
    """Machines with the order that is in progress on them and who works on it."""
    cursor, limit = query.pop("cursor"), query.pop("limit")
    if query["branch_id"] is not None:
        seen_branch(query["branch_id"])
    statement = queries.machines(**query)
    found = page(statement, [Machine.id], limit=limit, cursor=cursor)
    names = statement.selected_columns.keys()
    rows = [_facts(dict(zip(names, row, strict=True))) for row in found.items]
    return jsonify(items=MachineOut().dump(rows, many=True), next_cursor=found.next_cursor)


@blueprint.get("/machines/<int:machine_id>")
@needs(P.MACHINE_READ)
@blueprint.response(200, OneMachineOut)
def get_machine(machine_id: int) -> Response:
    """One machine with who may run it."""
    return jsonify(_one(machine_id))


@blueprint.get("/machines/<int:machine_id>/log")
@needs(P.MACHINE_READ)
@blueprint.arguments(MachineLogQuery, location="query")
@blueprint.response(200, MachineLogPage)
def get_machine_log(query: dict[str, Any], machine_id: int) -> Response:
    """What happened to a machine, the latest first."""
    statement = queries.history(queries.machine_of(machine_id).id)
    keys = list(queries.HISTORY_KEYS)
    found = page(statement, keys, limit=query["limit"], cursor=query["cursor"], descending=True)
    names = statement.selected_columns.keys()
    rows = [dict(zip(names, row, strict=True)) for row in found.items]
    return jsonify(items=MachineLogOut().dump(rows, many=True), next_cursor=found.next_cursor)


@blueprint.post("/machines/<int:machine_id>/status")
@needs(P.MACHINE_OPERATE)
@blueprint.arguments(MachineStatusIn)
@blueprint.response(200, OneMachineOut)
def report_machine_status(body: dict[str, Any], machine_id: int) -> Response:
    """Report maintenance, off or free again. 409 while an order is in progress on it, and for who may not run it."""
    operations.report_status(machine_id, body["status"], body["note"], actor=me())
    return jsonify(_one(machine_id))


@blueprint.post("/machines/<int:machine_id>/upkeep")
@needs(P.MACHINE_OPERATE)
@blueprint.arguments(UpkeepIn)
@blueprint.response(200, OneMachineOut)
def log_machine_upkeep(body: dict[str, Any], machine_id: int) -> Response:
    """Write down that a machine was looked after; the next day follows from its interval."""
    operations.log_upkeep(machine_id, body["done_on"], body["note"], actor=me())
    return jsonify(_one(machine_id))
