"""Updates that Telegram sends by itself: proven by a secret, handled by the same dispatcher as those asked for.

Telegram sends an update again until it hears that it was taken. Each is handled once: its number is marked while it is
at work and when it is done, in Redis, so that the other web processes know of it. One that takes too long is not broken
off; Telegram is asked to come again, and hears then that it is done. What a process that died had begun comes again.
"""

import asyncio
import contextlib
import hmac
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from hashlib import sha256
from typing import Any

import structlog
from flask import Flask, current_app
from redis.exceptions import RedisError

from smartpos.core.redis import connection
from smartpos.notifications.channels.telegram import api_url, bot_token

WEBHOOK_PATH = "/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST_UPDATE = 256 * 1024
HANDLE_SECONDS = 50.0
# Longer than the patience of any single call; after that an update has lost its process.
AT_WORK_SECONDS = 5 * 60
# For how long Telegram keeps an update that was not taken.
DONE_SECONDS = 24 * 60 * 60
_AT_WORK, _DONE = "at work", "done"
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

        self.app, self.pid, self.token, self.url = app, os.getpid(), token, url
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="telegram", daemon=True).start()
        self.bot = self._wait_for(_made(gateway, token, url))
        self.dispatcher = gateway.make_dispatcher(app)

    def handle(self, update: dict[str, Any]) -> None:
        """Handle one update to its end, unless that was done before.

        Raises ValueError for what is no update, and TimeoutError while it is at work, here or in another process.
        """
        from aiogram.types import Update

        found = Update.model_validate(update, context={"bot": self.bot})
        if self._take(found.update_id):
            work = self._done_with(found.update_id, self.dispatcher.feed_update(self.bot, found))
            self._wait_for(work)

    def _take(self, number: int) -> bool:
        """Whether this process is to handle an update now; without Redis nobody knows of the others."""
        try:
            store = connection()
            if store.set(self._key(number), _AT_WORK, nx=True, ex=AT_WORK_SECONDS):
                return True
            if store.get(self._key(number)) == _DONE.encode():
                return False
        except (RedisError, OSError):
            return True
        raise TimeoutError

    async def _done_with(self, number: int, work: Coroutine[Any, Any, Any]) -> Any:
        """Do the work and mark its update: it is not to be done again, or is to be when it failed."""
        try:
            result = await work
        except BaseException:
            await asyncio.to_thread(self._mark, number, None)
            raise
        await asyncio.to_thread(self._mark, number, _DONE)
        return result

    def _mark(self, number: int, state: str | None) -> None:
        with self.app.app_context(), contextlib.suppress(RedisError, OSError):
            if state is None:
                connection().delete(self._key(number))
            else:
                connection().set(self._key(number), state, ex=DONE_SECONDS)

    def _key(self, number: int) -> str:
        # Several installations may share a Redis, each with a bot of its own.
        return f"telegram:update:{self.bot.id}:{number}"

    def _wait_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self.loop)
        return future.result(HANDLE_SECONDS)


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
