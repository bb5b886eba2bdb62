"""Telegram's Bot API over plain HTTP, for jobs and pages: one call, one answer, a connection that is kept.

The bot's own process speaks through aiogram; a job that sends three messages would wait longer for that library to
load than for Telegram.
"""

import http.client
import json
import secrets
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

SECONDS = 20.0
LONGEST_ANSWER = 4 * 1024 * 1024


class TelegramError(Exception):
    """Telegram did not do what it was asked."""


class Unreachable(TelegramError):
    """No answer, or an answer that says that Telegram itself is in trouble."""


class TooFast(TelegramError):
    """Telegram asks to be left alone for ``seconds``."""

    def __init__(self, description: str, seconds: float) -> None:
        super().__init__(description)
        self.seconds = seconds


class Refused(TelegramError):
    """Telegram understood and says no. ``code``: 400 for what can never be, 401 for a wrong token, 403 for a person who
    has stopped the bot, 409 for two who ask for updates."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description


@dataclass
class BotApi:
    """A bot's way to Telegram. Threads have a connection each. ``base`` is the address of the API server."""

    token: str
    base: str = "https://api.telegram.org"
    seconds: float = SECONDS
    _own: threading.local = field(default_factory=threading.local, repr=False)

    def call(self, method: str, fields: dict[str, Any], *, file: tuple[str, str, bytes] | None = None) -> Any:
        """Call a method and give its result. ``file`` is (field, name, content), sent along.

        Raises Unreachable, TooFast or Refused.
        """
        given = {name: value for name, value in fields.items() if value is not None}
        if file is None:
            kind, body = "application/json", json.dumps(given).encode()
        else:
            kind, body = _multipart(given, *file)
        status, answer = self._send(method, kind, body)
        if answer.get("ok") is True and "result" in answer:
            return answer["result"]
        description = str(answer.get("description", ""))[:500]
        parameters = answer.get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        if status == 429 or isinstance(wait, int | float):
            raise TooFast(description, float(wait) if isinstance(wait, int | float) else 5.0)
        if 400 <= status < 500:
            raise Refused(status, description)
        raise Unreachable(f"{status} {description}")

    def _send(self, method: str, kind: str, body: bytes) -> tuple[int, dict[str, Any]]:
        path = f"{urlsplit(self.base).path.rstrip('/')}/bot{self.token}/{method}"
        headers = {"Content-Type": kind, "Accept": "application/json"}
        for fresh in (False, True):
            connection, was_kept = self._connection(fresh)
            try:
                connection.request("POST", path, body, headers)
                answer = connection.getresponse()
                content = answer.read(LONGEST_ANSWER)
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                # A connection that was kept may have been closed by the other side before it read anything; only what
                # fails in that way is sent once more.
                if (
                    was_kept
                    and not fresh
                    and isinstance(error, http.client.RemoteDisconnected | BrokenPipeError)
                ):
                    continue
                raise Unreachable(f"{type(error).__name__}: {error}".replace(self.token, "…")) from None
            try:
                found = json.loads(content)
            except ValueError:
                found = None
            if not isinstance(found, dict):
                raise Unreachable(f"{answer.status}: no JSON")
            return answer.status, found
        raise AssertionError  # the second turn returns or raises

    def _connection(self, fresh: bool) -> tuple[http.client.HTTPConnection, bool]:
        kept: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if kept is not None and kept.sock is not None and not fresh:
            return kept, True
        parts = urlsplit(self.base)
        host, port = parts.hostname or "", parts.port
        made: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            made = http.client.HTTPSConnection(host, port, timeout=self.seconds, context=context)
        else:
            made = http.client.HTTPConnection(host, port, timeout=self.seconds)
        try:
            made.connect()
            if made.sock is not None:
                made.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from None
        self._own.connection = made
        return made, False


def _multipart(fields: dict[str, Any], name: str, file_name: str, content: bytes) -> tuple[str, bytes]:
    boundary = secrets.token_hex(16)
    parts = []
    for key, value in fields.items():
        text = value if isinstance(value, str) else json.dumps(value)
        parts.append(f'Content-Disposition: form-data; name="{key}"\r\n\r\n{text}'.encode())
    harmless = "".join(sign for sign in file_name if sign.isprintable() and sign not in '"\\') or "file"
    head = f'Content-Disposition: form-data; name="{name}"; filename="{harmless}"\r\n'
    parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content)
    mark = f"--{boundary}\r\n".encode()
    body = b"".join(mark + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body
