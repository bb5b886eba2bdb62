"""Where Telegram sends updates, when it is told to."""

import json

import structlog
from flask import Response, request

from smartpos.bot.routes.blueprint import blueprint
from smartpos.bot.webhook import LARGEST_UPDATE, SECRET_HEADER, WEBHOOK_PATH, is_genuine, receiver

log = structlog.get_logger(__name__)


@blueprint.post(WEBHOOK_PATH)
def webhook() -> Response:
    """An update from Telegram; whoever does not know the secret is sent away before anything is read."""
    if not is_genuine(request.headers.get(SECRET_HEADER, "")):
        return Response(status=403)
    request.max_content_length = LARGEST_UPDATE
    try:
        update = json.loads(request.get_data())
        if not isinstance(update, dict):
            raise TypeError("no object")
        receiver().handle(update)
    except (ValueError, TypeError, RecursionError) as error:
        # Telegram would send it again and again; it will not get better.
        log.warning("update_not_understood", error=str(error)[:300])
    except TimeoutError:
        # It may be done when Telegram comes again; if its process has died it is begun anew.
        log.error("update_not_handled")
        return Response(status=503, headers={"Retry-After": "10"})
    return Response(status=200)
