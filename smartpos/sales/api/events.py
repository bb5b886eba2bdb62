"""What is done at tills and leaves no receipt, over HTTP."""

from typing import Any

from flask import Response, g, jsonify
from marshmallow import ValidationError
from sqlalchemy.exc import DBAPIError

from smartpos.core.db import db
from smartpos.core.errors import Invalid, SmartPOSError
from smartpos.core.permissions import needs
from smartpos.core.web import CONFLICT_STATES, INVALID_STATES, sqlstate
from smartpos.identity.actors import Actor
from smartpos.sales.api.blueprint import blueprint
from smartpos.sales.operations.events import EventRequest, record_event
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.schemas.counter import TillEventIn, TillEventsIn, TillEventsOut

_ONE = TillEventIn()
_LONGEST_NAME = 64


@blueprint.post("/till-events")
@needs(SalesPermission.SALE_CREATE)
@blueprint.arguments(TillEventsIn)
@blueprint.response(200, TillEventsOut)
def till_events(body: dict[str, Any]) -> Response:
    """Record removed lines, given up receipts, reprints and the like; at most 200 at once.

    Each is answered for itself: created, known (it was recorded before), or refused with a code; one that is wrong does
    not hurt the others. What happened without the right for it is recorded all the same, and marked.
    """
    return jsonify(items=[_record(item, g.principal) for item in body["items"]])


def _record(item: dict[str, Any], actor: Actor) -> dict[str, Any]:
    given = item.get("client_uuid")
    named = {"client_uuid": given if isinstance(given, str) and len(given) <= _LONGEST_NAME else None}
    try:
        facts = _ONE.load(item)
        request = EventRequest(**facts | {"approvals": tuple(facts["approvals"])})
        # What the database refuses of one event must not undo the others.
        with db.session.begin_nested():
            is_new = record_event(request, actor=actor)
    except ValidationError as problem:
        return named | _refusal(Invalid(errors=problem.messages))
    except SmartPOSError as error:
        return named | _refusal(error)
    except (DBAPIError, UnicodeEncodeError) as error:
        if sqlstate(error) in CONFLICT_STATES | INVALID_STATES or isinstance(error, UnicodeEncodeError):
            return named | _refusal(Invalid())
        raise
    return named | {"status": "created" if is_new else "known"}


def _refusal(error: SmartPOSError) -> dict[str, Any]:
    told = {"status": "refused", "code": error.code, "detail": str(error)}
    return told | ({"errors": error.facts["errors"]} if "errors" in error.facts else {})
