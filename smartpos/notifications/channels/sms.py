"""SMS through a gateway that takes JSON over HTTP, which most providers do or a few lines in front of them can.

``POST SMS_GATEWAY_URL`` with ``{"to": "+998901234567", "text": "…", "id": "7-1234", "sender": "…"}`` and, when there is
one, ``Authorization: Bearer SMS_GATEWAY_TOKEN``. The same ``id`` means the same message. An answer of 2xx means that it
was taken, 410 that the number wants no messages, 429 or 503 (with ``Retry-After``) that it is to be sent later, as any
other 5xx, 401, 403 and 408; any other 4xx that it can never be sent.
"""

import json
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from flask import current_app

from smartpos.notifications.channels.base import Blocked, Failed, Outgoing, Retry, Way, register
from smartpos.notifications.models import Channel

SECONDS = 15
LONGEST = 800  # about five messages of the network
_LATER = frozenset({401, 403, 408, 425, 429})
_MOST_WAIT = 3600.0


class _NoDetours(HTTPRedirectHandler):
    """A gateway that sends us elsewhere would be given our token there."""

    def redirect_request(self, *_arguments: object) -> None:
        return None


def send(message: Outgoing) -> None:
    """Hand a message over to the gateway. Raises Retry, Blocked or Failed."""
    url = current_app.config["SMS_GATEWAY_URL"]
    if urlsplit(url).scheme not in {"http", "https"}:
        raise Failed("SMS_GATEWAY_URL begins with http:// or https://")
    token = current_app.config.get("SMS_GATEWAY_TOKEN")
    body = {"to": message.address, "text": text_of(message), "id": message.key, "sender": message.sender}
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 - http(s), see above
    try:
        with build_opener(_NoDetours).open(request, timeout=SECONDS) as answer:
            answer.read(1000)
    except HTTPError as error:
        raise _meaning(error) from None
    except (URLError, HTTPException, OSError) as error:
        raise Retry(f"{type(error).__name__}: {error}") from None


def text_of(message: Outgoing) -> str:
    """What fits into a few messages of the network: the title, then as much of the text as there is room for."""
    text = message.text
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _meaning(error: HTTPError) -> Exception:
    with error:
        told = f"{error.code} {error.read(300).decode('utf-8', 'replace')}".strip()
    if error.code == 410:
        return Blocked(told)
    if error.code in _LATER or error.code >= 500:
        wait = _seconds(error.headers.get("Retry-After"))
        return Retry(told, seconds=wait, everybody=wait is not None)
    return Failed(told)


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else min(max(float(text), 1.0), _MOST_WAIT)
    except ValueError:
        return None  # a date; our own patience is as good


register(Channel.SMS, Way(send, lambda: bool(current_app.config.get("SMS_GATEWAY_URL")), per_second=10))
