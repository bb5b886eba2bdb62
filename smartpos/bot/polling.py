"""Asking Telegram for updates, for as long as the process lives.

An update is confirmed with the next question, after it was handled: what a killed process had begun comes again. The
updates of one chat are handled in their order, those of different chats at the same time. One process asks at a time:
it holds a lease in Redis, and where Redis is away Telegram itself refuses the second one.
"""

import asyncio
import contextlib
import secrets
import signal
from collections import defaultdict
from typing import Any

import structlog
from aiogram import Bot, Dispatcher
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramConflictError,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.types import BotCommand, Update
from flask import Flask
from flask_babel import force_locale
from pydantic import ValidationError
from redis.exceptions import RedisError

from smartpos.bot.gateway import UPDATES, make_bot, make_dispatcher
from smartpos.bot.menu import Item, label
from smartpos.core.i18n import DEFAULT_LANGUAGE
from smartpos.core.redis import connection
from smartpos.notifications.channels.telegram import api_url, bot_token

LEASE = "telegram:poller"
LEASE_SECONDS = 60
ASK_SECONDS = 25
AT_ONCE = 50
# Longer than this no update may keep the others waiting.
HANDLE_SECONDS = 90.0
SHOWN = (Item.BALANCE, Item.DEBTS, Item.RECEIPTS, Item.ADDRESSES, Item.LANGUAGE, Item.SHOPS, Item.STOP)
LEAST_PAUSE, MOST_PAUSE = 1.0, 60.0

log = structlog.get_logger(__name__)


def run(app: Flask) -> None:
    """Poll until a signal asks to stop. Without a token, wait for the signal: the product runs without a bot."""
    asyncio.run(_run(app))


async def _run(app: Flask) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    with app.app_context():
        token, url = bot_token(), api_url()
    if not token:
        log.info("telegram_is_off", reason="TELEGRAM_BOT_TOKEN is not set or cannot be one")
        await stopped.wait()
        return
    await Poller(app, make_bot(token, url)).run(stopped)


class Poller:
    """One process that asks for updates. ``ask_seconds`` is how long Telegram may wait with an empty answer."""

    def __init__(self, app: Flask, bot: Bot, *, ask_seconds: int = ASK_SECONDS) -> None:
        self.app, self.bot, self.ask_seconds = app, bot, ask_seconds
        self.dispatcher: Dispatcher = make_dispatcher(app)
        self.name, self.lease = secrets.token_hex(8), f"{LEASE}:{bot.id}"
        self.offset: int | None = None
        self.pause = LEAST_PAUSE

    async def run(self, stopped: asyncio.Event) -> None:
        """Poll until the event is set; what has been taken is handled to its end."""
        log.info("telegram_polling")
        stopping = asyncio.create_task(stopped.wait())
        introduced = False
        try:
            while not stopped.is_set():
                if not await asyncio.to_thread(self._lease):
                    await self._rest(stopped, 5.0)
                    continue
                try:
                    if not introduced:
                        await self._introduce()
                        introduced = True
                    updates = await self._ask(stopping)
                except TelegramRetryAfter as error:
                    await self._rest(stopped, float(error.retry_after))
                except TelegramUnauthorizedError:
                    log.error("telegram_refuses_the_token")
                    await self._rest(stopped, MOST_PAUSE)
                except TelegramConflictError as error:
                    # Another process asks, or a webhook is set; both may end.
                    log.warning("telegram_conflict", error=str(error))
                    await self._rest(stopped, MOST_PAUSE / 4)
                except (TelegramAPIError, ClientDecodeError, OSError) as error:
                    log.warning("telegram_unreachable", error=f"{type(error).__name__}: {error}")
                    await self._rest(stopped, self.pause)
                    self.pause = min(self.pause * 2, MOST_PAUSE)
                else:
                    self.pause = LEAST_PAUSE
                    await self._handle(updates)
        finally:
            stopping.cancel()
            await self._confirm()
            await asyncio.to_thread(self._release)
            await self.bot.session.close()
            log.info("telegram_polling_ended")

    async def _introduce(self) -> None:
        """The list of commands that Telegram shows beside the field for writing."""
        for language in (None, "uz", "ru", "en"):
            labels = await asyncio.to_thread(self._labels, language or DEFAULT_LANGUAGE)
            commands = [BotCommand(command=name, description=text) for name, text in labels.items()]
            with contextlib.suppress(TelegramAPIError):
                await self.bot.set_my_commands(commands, language_code=language)

    def _labels(self, language: str) -> dict[str, str]:
        with self.app.app_context(), force_locale(language):
            return {item.value: label(item) for item in SHOWN}

    async def _ask(self, stopping: "asyncio.Task[Any]") -> list[Update]:
        question = asyncio.create_task(
            self.bot.get_updates(
                offset=self.offset,
                limit=AT_ONCE,
                timeout=self.ask_seconds,
                allowed_updates=UPDATES,
                request_timeout=self.ask_seconds + 15,
            )
        )
        await asyncio.wait({question, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not question.done():
            question.cancel()
            with contextlib.suppress(asyncio.CancelledError, TelegramAPIError):
                await question
            return []
        try:
            return question.result()
        except ClientDecodeError as error:
            return self._readable(error.data)

    def _readable(self, answer: Any) -> list[Update]:
        """Those updates of an answer that can be read: one that cannot must not hold up all that come after it."""
        rows = answer.get("result") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise TypeError("no updates in the answer of Telegram")
        found = []
        for row in rows:
            try:
                found.append(Update.model_validate(row, context={"bot": self.bot}))
            except ValidationError as error:
                number = row.get("update_id") if isinstance(row, dict) else None
                log.warning("update_not_understood", update_id=number, error=str(error)[:500])
                if isinstance(number, int):
                    self.offset = max(self.offset or 0, number + 1)
        return found

    async def _handle(self, updates: list[Update]) -> None:
        chats: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            chats[_chat_of(update)].append(update)
        await asyncio.gather(*(self._one_chat(one) for one in chats.values()))
        for update in updates:
            self.offset = max(self.offset or 0, update.update_id + 1)

    async def _one_chat(self, updates: list[Update]) -> None:
        for update in updates:
            try:
                await asyncio.wait_for(self.dispatcher.feed_update(self.bot, update), HANDLE_SECONDS)
            except Exception:
                log.exception("update_not_handled", update_id=update.update_id)

    async def _confirm(self) -> None:
        """Tell Telegram what is done, so that it does not come again after a clean stop."""
        if self.offset is not None:
            with contextlib.suppress(TelegramAPIError, ClientDecodeError, OSError):
                await self.bot.get_updates(offset=self.offset, limit=1, timeout=0, request_timeout=5)

    async def _rest(self, stopped: asyncio.Event, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), seconds)

    def _lease(self) -> bool:
        """Whether this process is the one that asks; without Redis Telegram decides."""
        with self.app.app_context():
            try:
                store = connection()
                if store.set(self.lease, self.name, nx=True, ex=LEASE_SECONDS):
                    return True
                if store.get(self.lease) == self.name.encode():
                    store.expire(self.lease, LEASE_SECONDS)
                    return True
            except (RedisError, OSError):
                return True
        return False

    def _release(self) -> None:
        with self.app.app_context(), contextlib.suppress(RedisError, OSError):
            store = connection()
            if store.get(self.lease) == self.name.encode():
                store.delete(self.lease)


def _chat_of(update: Update) -> int:
    event = update.message or update.my_chat_member
    if event is not None:
        return event.chat.id
    press = update.callback_query
    return press.from_user.id if press is not None else 0
