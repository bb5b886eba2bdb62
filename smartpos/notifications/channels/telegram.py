"""Telegram: messages of the installation's bot to chats that are linked to a shop.

Telegram takes about thirty messages a second in all and one a second per chat, asks whoever is faster to wait
(429 with ``retry_after``) and answers 403 for a person who has stopped the bot: the link is then closed, and nobody
writes there before the person comes back.
"""

import os
import re
import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from flask import current_app
from redis.exceptions import RedisError

from smartpos.core.redis import connection
from smartpos.notifications.channels.base import Blocked, Failed, Outgoing, Retry, Way, register
from smartpos.notifications.channels.bot_api import BotApi, Refused, TelegramError, TooFast
from smartpos.notifications.models import Channel

API_URL = "https://api.telegram.org"
# Telegram allows thirty; the bot's own answers need some of them.
PER_SECOND = 25
CHAT_PAUSE = 1.0
LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
NAME_SECONDS = 3600.0
NAME_PATIENCE = 30.0
_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{8,200}")
_EXTENSION = "smartpos_telegram"
# What Telegram says of chats that will never take a message again.
_GONE = ("chat not found", "user is deactivated", "bot was blocked", "bot was kicked", "peer_id_invalid")
_MOST_CHATS = 10_000


def bot_token() -> str:
    """The token of the installation's bot; empty when there is none, or none that can be one."""
    token = str(current_app.config.get("TELEGRAM_BOT_TOKEN") or "")
    return token if _TOKEN.fullmatch(token) else ""


def is_on() -> bool:
    """Whether this installation has a bot."""
    return bool(bot_token())


def api_url() -> str:
    """Where the Bot API is: Telegram's own, or a server of one's own."""
    return str(current_app.config.get("TELEGRAM_API_URL") or API_URL).rstrip("/")


def api() -> BotApi:
    """The way to Telegram, made once per process: connections do not survive a fork. Raises Failed without a token."""
    token = bot_token()
    if not token:
        raise Failed("TELEGRAM_BOT_TOKEN is not set")
    key = (os.getpid(), token, api_url())
    kept = current_app.extensions.get(_EXTENSION)
    if kept is None or kept[0] != key:
        kept = (key, BotApi(token, api_url()))
        current_app.extensions[_EXTENSION] = kept
    return kept[1]


def bot_name() -> str | None:
    """The name under which people find the bot (``shop_bot``); None while Telegram does not tell."""
    if not is_on():
        return None
    known = current_app.extensions.setdefault(f"{_EXTENSION}_name", {})
    token = bot_token()
    name, until = known.get(token, (None, 0.0))
    if time.monotonic() < until:
        return name  # type: ignore[no-any-return]
    try:
        # Somebody waits for the page this is for.
        asked = BotApi(token, api_url(), seconds=4.0)
        name, patience = asked.call("getMe", {}).get("username"), NAME_SECONDS
    except (TelegramError, AttributeError):
        patience = NAME_PATIENCE
    known[token] = (name, time.monotonic() + patience)
    return name  # type: ignore[no-any-return]


def deep_link(argument: str) -> str | None:
    """The address that opens the bot and tells it ``argument``; None while the bot's name is not known."""
    name = bot_name()
    return f"https://t.me/{name}?start={argument}" if name else None


def send(message: Outgoing) -> None:
    """Send a message to its chat. Raises Retry, Blocked or Failed."""
    if not message.address.lstrip("-").isdecimal():
        raise Failed("this is not the number of a chat")
    chat_id = int(message.address)
    time.sleep(_wait_of(chat_id))
    _keep_pace()
    try:
        _send(api(), chat_id, message)
    except TooFast as error:
        raise Retry(str(error), seconds=error.seconds, everybody=True) from None
    except Refused as error:
        raise _meaning(error) from None
    except TelegramError as error:
        raise Retry(str(error)) from None


def _send(telegram: BotApi, chat_id: int, message: Outgoing) -> None:
    text = f"{message.subject}\n\n{message.body}".strip() if message.subject else message.body
    keyboard = keyboard_of(message.buttons)
    if message.attachment is None:
        fields = {"chat_id": chat_id, "text": shortened(text, LONGEST_TEXT), "reply_markup": keyboard}
        telegram.call("sendMessage", fields | {"link_preview_options": {"is_disabled": True}})
        return
    try:
        content = message.attachment.read()
    except OSError as error:
        raise Failed(f"the file is gone: {type(error).__name__}") from None
    fields = {"chat_id": chat_id, "caption": shortened(text, LONGEST_CAPTION), "reply_markup": keyboard}
    telegram.call("sendDocument", fields, file=("document", message.attachment.name, content))


def keyboard_of(buttons: list[Any]) -> dict[str, Any] | None:
    """Rows of ``{text, url | data}`` as Telegram wants them."""
    rows = [
        [
            {"text": str(button["text"])[:64]}
            | ({"url": button["url"]} if "url" in button else {"callback_data": str(button["data"])})
            for button in row
        ]
        for row in buttons
    ]
    return {"inline_keyboard": rows} if rows else None


def shortened(text: str, longest: int) -> str:
    """The text, cut where it is longer than Telegram takes (it counts in UTF-16)."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 <= longest:
        return text
    cut = text.encode("utf-16-le", "surrogatepass")[: (longest - 1) * 2]
    return cut.decode("utf-16-le", "ignore") + "…"


def is_gone(error: Refused) -> bool:
    """Whether the chat takes no messages any more."""
    told = error.description.lower()
    return error.code == 403 or any(sign in told for sign in _GONE)


def _meaning(error: Refused) -> Exception:
    if is_gone(error):
        return Blocked(str(error))
    # A wrong token is put right by whoever runs the installation; the messages wait for it.
    if error.code in (401, 404, 409):
        return Retry(str(error), seconds=300, everybody=True)
    return Failed(str(error))


def _keep_pace() -> None:
    """Wait for a free place among the messages of this second, whatever process sends them."""
    try:
        store = connection()
        while True:
            now = time.time()
            key = f"telegram:second:{int(now)}"
            if int(store.incr(key)) <= PER_SECOND:
                store.expire(key, 5)
                return
            time.sleep(1 - now % 1)
    except (RedisError, OSError):
        time.sleep(1 / PER_SECOND)


_sent: OrderedDict[int, float] = OrderedDict()
_lock = Lock()


def _wait_of(chat_id: int) -> float:
    """How many seconds a message to this chat has to wait, counting what other processes send if Redis knows.

    Raises Retry when others are in front of it.
    """
    try:
        store, key = connection(), f"telegram:chat:{chat_id}"
        if store.set(key, 1, nx=True, px=int(CHAT_PAUSE * 1000)):
            return 0.0
        left = max(int(store.pttl(key)), 0)
        if left > 2000 * CHAT_PAUSE:
            raise Retry("others wait for this chat", seconds=left / 1000)
        store.set(key, 1, px=left + int(CHAT_PAUSE * 1000))
        return left / 1000
    except (RedisError, OSError):
        pass
    now = time.monotonic()
    with _lock:
        due = max(_sent.pop(chat_id, 0.0) + CHAT_PAUSE, now)
        _sent[chat_id] = due
        while len(_sent) > _MOST_CHATS:
            _sent.popitem(last=False)
    return min(due - now, 2 * CHAT_PAUSE)


register(Channel.TELEGRAM, Way(send, is_on, per_second=PER_SECOND))
