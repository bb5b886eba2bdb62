"""The process that asks for updates: it resumes, is the only one, and outlives Telegram's bad days."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest

from smartpos.bot import answering, polling
from smartpos.bot.gateway import make_bot
from smartpos.bot.polling import Poller
from smartpos.core.redis import connection
from tests.bot.conftest import chats
from tests.bot.server import BotApiServer, Person
from tests.conftest import LiveServer


@pytest.fixture
def token() -> str:
    return f"{chats.randrange(10**9, 10**12)}:a-token-of-this-test"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "LEAST_PAUSE", 0.05)
    monkeypatch.setattr(polling, "MOST_PAUSE", 0.2)


@pytest.fixture
def running(live_server: LiveServer, telegram: BotApiServer, token: str) -> Callable[..., Any]:
    """``with running():`` a process of the bot; ``url`` and ``token`` of its own if given."""

    @contextmanager
    def run(url: str = "", own_token: str = "") -> Iterator[Poller]:
        made: list[Any] = []

        async def poll() -> None:
            stopped = asyncio.Event()
            poller = Poller(live_server.app, make_bot(own_token or token, url or telegram.url), ask_seconds=1)
            poller.pause = 0.05
            made.extend([poller, stopped, asyncio.get_running_loop()])
            await poller.run(stopped)

        thread = Thread(target=lambda: asyncio.run(poll()), daemon=True)
        thread.start()
        while len(made) < 3:
            thread.join(0.01)
        poller, stopped, loop = made
        try:
            yield poller
        finally:
            loop.call_soon_threadsafe(stopped.set)
            thread.join(20)
            assert not thread.is_alive()

    return run


def test_it_resumes_where_it_stopped(
    running: Callable[..., Any], telegram: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = Person(telegram, chats.randrange(10**9, 10**15))
    first = telegram.push(message=nobody._message(text="while nobody listens"))
    with running():
        telegram.wait_until_handled(first)
        assert len(telegram.sent_to(nobody.chat_id)) == 1
    with running():
        assert len(nobody.writes("after a restart")) == 1
    assert len(telegram.sent_to(nobody.chat_id)) == 2  # nothing was answered twice
    # One update that breaks everything holds up nobody.
    whole = answering.answer

    def break_down(app: Any, incoming: Any) -> Any:
        if incoming.text == "poison":
            raise MemoryError
        return whole(app, incoming)

    monkeypatch.setattr(answering, "answer", break_down)
    with running():
        assert nobody.writes("poison") == []
        assert len(nobody.writes("and on")) == 1


def test_one_process_asks_at_a_time(
    live_server: LiveServer, running: Callable[..., Any], telegram: BotApiServer
) -> None:
    nobody = Person(telegram, chats.randrange(10**9, 10**15))
    with running() as first:
        assert len(nobody.writes("hello")) == 1
        with live_server.app.app_context():
            assert connection().get(first.lease) == first.name.encode()
        with running() as second:
            assert second._lease() is False
            assert len(nobody.writes("once")) == 1
    with live_server.app.app_context():
        assert connection().get(first.lease) is None


def test_bad_days_of_telegram(running: Callable[..., Any], telegram: BotApiServer, token: str) -> None:
    nobody = Person(telegram, chats.randrange(10**9, 10**15))
    with running(url="http://127.0.0.1:1"):
        pass  # no network: it waits, and stops when told to
    with running(own_token=f"{token.partition(':')[0]}:revoked-token") as poller:
        assert poller._lease() is True
    telegram._asking = 1  # somebody else asks, or a webhook is set
    with running():
        number = telegram.push(message=nobody._message(text="hello"))
        telegram._asking = 0
        telegram.wait_until_handled(number)
    assert len(telegram.sent_to(nobody.chat_id)) == 1
