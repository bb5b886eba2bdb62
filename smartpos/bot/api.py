"""Messages to customers over HTTP."""

from dataclasses import asdict
from typing import Any

from flask import Flask
from flask.views import MethodView
from flask_smorest import Blueprint

from smartpos.bot.jobs import begin_sending
from smartpos.bot.operations.broadcasts import send_broadcast
from smartpos.bot.queries.audiences import read_audience
from smartpos.bot.schemas import BroadcastIn, BroadcastMade, BroadcastOut, BroadcastPage
from smartpos.core.extensions import api
from smartpos.core.fields import CursorQuery
from smartpos.core.paging import page
from smartpos.core.permissions import needs, require
from smartpos.identity.principal import me
from smartpos.notifications.models import Broadcast
from smartpos.notifications.operations.broadcasts import cancel_broadcast
from smartpos.notifications.permissions import NotificationsPermission as P
from smartpos.notifications.queries.broadcasts import broadcast_for, broadcasts, progress_of

blueprint = Blueprint("bot_api", __name__, url_prefix="/api", description="Messages to customers in Telegram")


@blueprint.route("/broadcast", methods=["POST"])
@needs(P.BROADCAST_SEND)
@blueprint.arguments(BroadcastIn)
@blueprint.response(202, BroadcastMade)
def broadcast(given: dict[str, Any]) -> Any:
    """Send a message to customers who use the bot. It goes out little by little; look at its progress."""
    row, is_new = send_broadcast(
        given["text"], read_audience(given["audience"]), client_uuid=given["client_uuid"], actor=me()
    )
    if is_new:
        begin_sending(row.organization_id, row.id)
    return row


@blueprint.route("/broadcasts")
class Broadcasts(MethodView):
    """Messages to customers."""

    @needs(P.BROADCAST_SEND)
    @blueprint.arguments(CursorQuery, location="query")
    @blueprint.response(200, BroadcastPage)
    def get(self, query: dict[str, Any]) -> Any:
        """The messages, the latest first."""
        return page(
            broadcasts(), [Broadcast.id], limit=query["limit"], cursor=query["cursor"], descending=True
        )


@blueprint.route("/broadcasts/<int:broadcast_id>")
class OneBroadcast(MethodView):
    """One message."""

    @blueprint.response(200, BroadcastOut)
    def get(self, broadcast_id: int) -> Any:
        """What has become of a message: how many were sent, failed, do not want it, still wait."""
        require(P.BROADCAST_SEND)
        return _shown(broadcast_for(broadcast_id))

    @blueprint.response(200, BroadcastOut)
    def delete(self, broadcast_id: int) -> Any:
        """Send no more of it; what is sent stays sent."""
        require(P.BROADCAST_SEND)
        return _shown(cancel_broadcast(broadcast_id, actor=me()))


def _shown(row: Broadcast) -> dict[str, Any]:
    facts = {
        name: getattr(row, name)
        for name in (
            "id", "client_uuid", "text", "audience", "recipients", "created_at", "finished_at",
        )
    }  # fmt: skip
    return facts | asdict(progress_of(row.id)) | {"status": row.status.value}


def init_app(app: Flask) -> None:
    """Register the endpoints."""
    api.register_blueprint(blueprint)
