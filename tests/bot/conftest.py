"""The bot as it runs, polling a Bot API server of the suite, on a database with real commits."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from tests.bot.server import BotApiServer, Person
from tests.conftest import LiveServer

chats = random.SystemRandom()


@pytest.fixture(scope="module")
def telegram(live_server: LiveServer) -> Iterator[BotApiServer]:
    """Telegram, and an installation that has a bot there."""
    server = BotApiServer()
    token = f"{chats.randrange(10**9, 10**12)}:a-token-of-the-suite"
    live_server.app.config.update(TELEGRAM_BOT_TOKEN=token, TELEGRAM_API_URL=server.url)
    yield server
    server.close()


@pytest.fixture(scope="module")
def polling(live_server: LiveServer, telegram: BotApiServer) -> Iterator[None]:
    """The process ``bot``, as a thread."""
    from smartpos.bot.gateway import make_bot
    from smartpos.bot.polling import Poller

    loop = asyncio.new_event_loop()
    ready: Future[asyncio.Event] = Future()

    async def poll() -> None:
        stopped = asyncio.Event()
        ready.set_result(stopped)
        bot = make_bot(live_server.app.config["TELEGRAM_BOT_TOKEN"], telegram.url)
        await Poller(live_server.app, bot, ask_seconds=5).run(stopped)

    thread = threading.Thread(target=lambda: loop.run_until_complete(poll()), daemon=True)
    thread.start()
    stopped = ready.result(30)
    yield
    loop.call_soon_threadsafe(stopped.set)
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def person(telegram: BotApiServer, polling: None) -> Callable[..., Person]:
    """``person("Aziza")``: somebody new in Telegram."""

    def meet(name: str = "Aziza", **facts: Any) -> Person:
        return Person(telegram, chats.randrange(10**9, 10**15), name, **facts)

    return meet
