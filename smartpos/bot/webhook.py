"""Updates that Telegram sends by itself: proven by a secret, handled by the same dispatcher as those asked for."""

import asyncio
import hmac
import os
import threading
from collections.abc import Coroutine
from hashlib import sha256
from typing import Any

import structlog
from flask import Flask, current_app

from smartpos.notifications.channels.telegram import api_url, bot_token

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST_UPDATE = 256 * 1024
HANDLE_SECONDS = 50.0
_EXTENSION = "smartpos_webhook"
_lock = threading.Lock()

log = structlog.get_logger(__name__)


def webhook_secret() -> str:
    """What Telegram is to send along with each update: TELEGRAM_WEBHOOK_SECRET, or one made from the other secrets."""
    given = str(current_app.config.get("TELEGRAM_WEBHOOK_SECRET") or "")
    if given:
        return given
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, b"telegram webhook " + bot_token().encode(), sha256).hexdigest()


def is_genuine(secret: str) -> bool:
    """Whether what came with an update is the secret; takes as long for a near miss as for a wild guess."""
    wanted = sha256(webhook_secret().encode()).digest()
    return bool(bot_token()) and hmac.compare_digest(
        sha256(secret.encode("utf-8", "replace")).digest(), wanted
    )


class Receiver:
    """An event loop of its own in a thread of the web process, with one bot and one dispatcher."""

    def __init__(self, app: Flask, token: str, url: str) -> None:
        from smartpos.bot import gateway

        self.pid, self.token, self.url = os.getpid(), token, url
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="telegram", daemon=True).start()
        self.bot = self._wait_for(_made(gateway, token, url))
        self.dispatcher = gateway.make_dispatcher(app)

    def handle(self, update: dict[str, Any]) -> None:
        """Handle one update to its end. Raises ValueError for what is no update."""
        from aiogram.types import Update

        found = Update.model_validate(update, context={"bot": self.bot})
        self._wait_for(self.dispatcher.feed_update(self.bot, found))

    def _wait_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        future = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return future.result(HANDLE_SECONDS)
        except TimeoutError:
            future.cancel()
            raise


async def _made(gateway: Any, token: str, url: str) -> Any:
    return gateway.make_bot(token, url)


def receiver() -> Receiver:
    """The one of this process, made with the first update."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    token, url = bot_token(), api_url()
    with _lock:
        kept: Receiver | None = app.extensions.get(_EXTENSION)
        if kept is None or (kept.pid, kept.token, kept.url) != (os.getpid(), token, url):
            kept = Receiver(app, token, url)
            app.extensions[_EXTENSION] = kept
        return kept
