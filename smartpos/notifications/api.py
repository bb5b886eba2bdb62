"""One's own notices over HTTP."""

from typing import Any

from flask import Flask, Response, jsonify
from flask_smorest import Blueprint

from smartpos.core.extensions import api
from smartpos.identity.principal import me
from smartpos.notifications import queries
from smartpos.notifications.operations import reading
from smartpos.notifications.schemas import NoticePage, NoticesQuery, ReadAllIn, ReadAllOut, ReadOut
from smartpos.notifications.shown import shown

blueprint = Blueprint("notifications_api", __name__, url_prefix="/api", description="Notices and messages")


@blueprint.get("/notifications")
@blueprint.arguments(NoticesQuery, location="query")
@blueprint.response(200, NoticePage)
def notices(query: dict[str, Any]) -> Any:
    """One's own notices, the latest first, in one's own language."""
    actor = me()
    found = queries.notices_page(actor, **query)
    return {
        "items": [shown(row) for row in found.items],
        "next_cursor": found.next_cursor,
        "unread": queries.unread_count(actor.user_id),
    }


@blueprint.post("/notifications/<int:notification_id>/read")
@blueprint.response(200, ReadOut)
def read(notification_id: int) -> Any:
    """Note that one has seen a notice. A second time changes nothing."""
    actor = me()
    row = reading.read_notice(notification_id, actor=actor)
    return {"id": row.id, "read_at": row.read_at, "unread": queries.unread_count(actor.user_id)}


@blueprint.post("/notifications/read")
@blueprint.arguments(ReadAllIn)
@blueprint.response(200, ReadAllOut)
def read_all(given: dict[str, Any]) -> Response:
    """Note that one has seen all notices, or all up to one."""
    actor = me()
    count = reading.read_all(up_to=given["up_to"], actor=actor)
    return jsonify(read=count, unread=queries.unread_count(actor.user_id))


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
