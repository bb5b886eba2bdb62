"""A small Bot API server: keeps what the bot sends, hands out what people do, misbehaves when told to.

It speaks HTTP as Telegram does (JSON and forms, ``ok`` and ``result``, 403, 429 with ``retry_after``, 409 for two who
ask at once), in a thread of its own.
"""

import asyncio
import contextlib
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

BOT_NAME = "dokon_bot"
PATIENCE = 20.0


@dataclass(frozen=True)
class Call:
    """One call of a method by the bot."""

    method: str
    fields: dict[str, Any]
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    @property
    def chat_id(self) -> int:
        return int(self.fields.get("chat_id", 0))

    @property
    def text(self) -> str:
        return str(self.fields.get("text") or self.fields.get("caption") or "")

    @property
    def buttons(self) -> dict[str, str]:
        """Text and data of the buttons below the message."""
        rows = self._markup.get("inline_keyboard", [])
        return {one["text"]: one.get("callback_data") or one.get("url", "") for row in rows for one in row}

    @property
    def keys(self) -> list[str]:
        """The keyboard under the field for writing."""
        return [one["text"] for row in self._markup.get("keyboard", []) for one in row]

    @property
    def _markup(self) -> dict[str, Any]:
        import json

        markup = self.fields.get("reply_markup") or {}
        return json.loads(markup) if isinstance(markup, str) else markup


class BotApiServer:
    """The server. ``calls`` is what the bot has sent; ``blocked`` are chats that have stopped it."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self.calls: list[Call] = []
        self.blocked: set[int] = set()
        self.slow: dict[int, list[float]] = defaultdict(list)
        self.webhook: dict[str, Any] = {"url": ""}
        self.asked: list[float] = []
        self.commands: dict[str, Any] = {}
        self._updates: list[dict[str, Any]] = []
        self._confirmed = 0
        self._numbers, self._messages = count(1), count(1000)
        self._asking = 0
        self._loop = asyncio.new_event_loop()
        self._news: asyncio.Event
        self._done = threading.Condition()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(PATIENCE)

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._open())
        started.set()
        self._loop.run_forever()

    async def _open(self) -> None:
        self._news = asyncio.Event()
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        self._runner = runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)

    # --- what people do ------------------------------------------------------------------------------------------

    def push(self, **update: Any) -> int:
        """Something happens; gives the update's number."""
        number = next(self._numbers)
        self._updates.append({"update_id": number} | update)
        self._loop.call_soon_threadsafe(self._news.set)
        return number

    def wait_until_handled(self, number: int) -> None:
        """Until the bot has confirmed the update."""
        with self._done:
            assert self._done.wait_for(lambda: self._confirmed > number, PATIENCE), (
                "the bot did not handle it"
            )

    def next_message_id(self) -> int:
        return next(self._messages)

    def sent_to(self, chat_id: int, since: int = 0) -> list[Call]:
        """What the bot has said in a chat."""
        return [call for call in self.calls[since:] if call.chat_id == chat_id]

    # --- what the bot asks -----------------------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fields, files = await _read(request)
        if request.match_info["token"].endswith(":revoked-token"):
            return _refusal(401, "Unauthorized")
        answer = getattr(self, f"_{method.lower()}", None)
        if answer is not None:
            return await answer(fields)
        chat_id = int(fields.get("chat_id", 0))
        if self.slow[chat_id]:
            wait = self.slow[chat_id].pop(0)
            self.asked.append(time.monotonic())
            return _refusal(429, f"Too Many Requests: retry after {wait}", {"retry_after": int(wait)})
        if chat_id in self.blocked:
            return _refusal(403, "Forbidden: bot was blocked by the user")
        self.calls.append(Call(method, fields, files))
        if method.startswith(("send", "edit")):
            return _result(self._message(chat_id, fields))
        return _result(True)

    async def _getme(self, _fields: dict[str, Any]) -> web.Response:
        return _result({"id": 1, "is_bot": True, "first_name": "Dokon", "username": BOT_NAME})

    async def _setmycommands(self, fields: dict[str, Any]) -> web.Response:
        self.commands[fields.get("language_code") or ""] = fields["commands"]
        return _result(True)

    async def _setwebhook(self, fields: dict[str, Any]) -> web.Response:
        self.webhook = fields
        return _result(True)

    async def _deletewebhook(self, _fields: dict[str, Any]) -> web.Response:
        self.webhook = {"url": ""}
        return _result(True)

    async def _getwebhookinfo(self, _fields: dict[str, Any]) -> web.Response:
        return _result({"url": self.webhook["url"], "pending_update_count": len(self._updates)})

    async def _getupdates(self, fields: dict[str, Any]) -> web.Response:
        if self._asking:
            return _refusal(409, "Conflict: terminated by other getUpdates request")
        self._asking += 1
        try:
            offset = int(fields.get("offset") or 0)
            with self._done:
                self._confirmed = max(self._confirmed, offset)
                self._updates = [one for one in self._updates if one["update_id"] >= offset]
                self._done.notify_all()
            if not self._updates:
                self._news.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), float(fields.get("timeout") or 0) or 0.01)
            return _result(self._updates[: int(fields.get("limit") or 100)])
        finally:
            self._asking -= 1

    def _message(self, chat_id: int, fields: dict[str, Any]) -> dict[str, Any]:
        return {
            "message_id": int(fields.get("message_id") or self.next_message_id()),
            "date": int(time.time()),
            "chat": {"id": chat_id, "type": "private"},
            "text": fields.get("text", ""),
        }


async def _read(request: web.Request) -> tuple[dict[str, Any], dict[str, tuple[str, bytes]]]:
    if request.content_type == "application/json":
        return await request.json(), {}
    fields: dict[str, Any] = {}
    files = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        else:
            fields[name] = value
    return fields, files


def _result(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refusal(code: int, description: str, parameters: dict[str, Any] | None = None) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=code)


@dataclass
class Person:
    """Somebody with Telegram on their phone. What they do is waited for, and gives what the bot said to it."""

    server: BotApiServer
    chat_id: int
    name: str = "Aziza"
    language: str = "en"
    deliver: Any = None  # how an update reaches the bot; by the polls of the bot when None

    @property
    def _who(self) -> dict[str, Any]:
        return {"id": self.chat_id, "is_bot": False, "first_name": self.name, "language_code": self.language}

    def _message(self, **facts: Any) -> dict[str, Any]:
        return {
            "message_id": self.server.next_message_id(),
            "date": int(time.time()),
            "chat": {"id": self.chat_id, "type": "private", "first_name": self.name},
            "from": self._who,
        } | facts

    def does(self, **update: Any) -> list[Call]:
        """Anything at all."""
        since = len(self.server.calls)
        if self.deliver is not None:
            self.deliver(update)
        else:
            self.server.wait_until_handled(self.server.push(**update))
        return self.server.calls[since:]

    def sends(self, **facts: Any) -> list[Call]:
        return self.does(message=self._message(**facts))

    def writes(self, text: str) -> list[Call]:
        return self.sends(text=text)

    def shares(self, phone: str, user_id: int | None = None) -> list[Call]:
        """A contact; one's own unless somebody's number at Telegram is given."""
        contact = {"phone_number": phone, "first_name": self.name, "user_id": user_id or self.chat_id}
        return self.sends(contact=contact)

    def presses(self, call: Call | str, button: str = "") -> list[Call]:
        """A button below a message, by its text; or any data."""
        data = call if isinstance(call, str) else call.buttons[button]
        text = "" if isinstance(call, str) else call.text
        message = self._message(text=text) | {"from": {"id": 1, "is_bot": True, "first_name": "Dokon"}}
        callback = {
            "id": str(self.server.next_message_id()),
            "from": self._who,
            "chat_instance": "1",
            "data": data,
            "message": message,
        }
        return self.does(callback_query=callback)
