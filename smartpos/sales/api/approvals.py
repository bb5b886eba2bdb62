"""A manager's PIN for one thing, over HTTP."""

from typing import Any

from flask import Response, g, jsonify, make_response

from smartpos.core.errors import SmartPOSError
from smartpos.core.permissions import needs
from smartpos.core.web import refusal
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.throttling import per_person
from smartpos.sales import queries
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.errors import UnknownAction
from smartpos.sales.operations.approving import give_approval, is_approvable
from smartpos.sales.schemas.counter import ApprovalIn, ApprovalOut, ApproversOut, ApproversQuery


@blueprint.get("/approvers")
@needs(IdentityPermission.TILL_USE)
@blueprint.arguments(ApproversQuery, location="query")
@blueprint.response(200, ApproversOut)
def approvers(query: dict[str, Any]) -> Response:
    """Who may allow something here: active people with a PIN who hold the right and may lend it."""
    if not is_approvable(query["action"]):
        raise UnknownAction(query["action"])
    place = queries.work_place(g.principal)
    people = queries.approvers_for(query["action"], place.branch_id)
    return jsonify(items=[{"id": one.id, "name": one.name} for one in people])


@blueprint.post("/approvals")
@needs(IdentityPermission.TILL_USE)
@blueprint.arguments(ApprovalIn)
@blueprint.response(201, ApprovalOut)
@per_person
def approve(body: dict[str, Any]) -> Response:
    """Let a manager allow one thing by their PIN. The token is good once, for that thing, for ten minutes.

    A wrong PIN answers 403 with code wrong_pin; after five in a row the PIN is locked for a while (429).
    """
    try:
        approval = give_approval(
            body["action"],
            approver_id=body["user_id"],
            pin=body["pin"],
            subject_uuid=body["subject_uuid"],
            reason=body["reason"],
            facts=body["facts"],
            actor=g.principal,
        )
    except SmartPOSError as error:
        return refusal(error)
    answer = {
        "token": str(approval.token),
        "action": approval.action,
        "subject_uuid": str(approval.subject_uuid),
        "approved_by": {"id": approval.approver.id, "name": approval.approver.display},
        "expires_at": approval.expires_at.isoformat(),
    }
    return make_response(jsonify(answer), 201)
