"""Updates that Telegram sends by itself, and the commands that tell it to."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.bot.webhook import SECRET_HEADER, WEBHOOK_PATH, receiver, webhook_secret
from smartpos.core.db import db
from smartpos.core.redis import connection
from smartpos.notifications.channels.bot_api import BotApi, Refused, TooFast, Unreachable
from smartpos.notifications.models import TelegramLink
from tests.bot.conftest import chats
from tests.bot.people import make_customer, new_phone
from tests.bot.server import BOT_NAME, BotApiServer, Person
from tests.cast import Shop
from tests.conftest import LiveServer


@pytest.fixture
def shop(live_server: LiveServer, telegram: BotApiServer) -> Shop:
    return live_server.shop


@pytest.fixture
def post(shop: Shop) -> Callable[..., int]:
    """Sends something to the webhook; gives the status."""
    client = shop.app.test_client()
    with shop.app.app_context():
        secret = webhook_secret()

    def send(body: Any, **headers: str) -> int:
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        given = {SECRET_HEADER: secret} | headers
        return client.post(
            WEBHOOK_PATH, data=data, headers=given, content_type="application/json"
        ).status_code

    return send


def test_the_same_dialogs_by_the_webhook(
    shop: Shop, telegram: BotApiServer, post: Callable[..., int]
) -> None:
    phone = new_phone()
    make_customer(shop, phone, "Aziza Karimova")

    def deliver(update: dict[str, Any]) -> None:
        assert post({"update_id": chats.randrange(10**9)} | update) == 200

    aziza = Person(telegram, chats.randrange(10**9, 10**15), deliver=deliver)
    (asked,) = aziza.writes(f"/start {shop.domain}")
    assert asked.keys == ["Share my phone number"]
    (welcome,) = aziza.shares(phone)
    assert "Aziza Karimova" in welcome.text
    (choice,) = aziza.writes("/language")
    assert [call.method for call in aziza.presses(choice, "English")] == [
        "answerCallbackQuery",
        "editMessageText",
        "sendMessage",
    ]


def test_a_forged_webhook_is_sent_away(
    shop: Shop, telegram: BotApiServer, post: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = chats.randrange(10**9, 10**15)
    nobody = Person(telegram, chat_id)
    update = {"update_id": 1, "message": nobody._message(text=f"/start {shop.domain}")}
    since = len(telegram.calls)
    for secret in ("", "wrong", "я", "0" * 64):
        assert post(update, **{SECRET_HEADER: secret.encode().decode("latin-1")}) == 403
    assert shop.app.test_client().post(WEBHOOK_PATH, json=update).status_code == 403
    assert telegram.calls[since:] == []
    with shop.inside():
        found = select(TelegramLink).where(TelegramLink.chat_id == chat_id)
        assert db.session.scalars(found).all() == []
    # What is genuine and makes no sense is taken and forgotten; Telegram would send it forever.
    for body in ("", "{", "[]", "null", {"update_id": "x"}, "[" * 100_000):
        assert post(body) == 200
    assert post(b"x" * (300 * 1024)) == 413
    monkeypatch.setitem(shop.app.config, "TELEGRAM_WEBHOOK_SECRET", "our-own-secret")
    assert post(update) == 403
    assert post({}, **{SECRET_HEADER: "our-own-secret"}) == 200
    monkeypatch.setitem(shop.app.config, "TELEGRAM_BOT_TOKEN", "")
    assert post({}, **{SECRET_HEADER: "our-own-secret"}) == 403


def test_commands(shop: Shop, telegram: BotApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shop.app.test_cli_runner().invoke
    done = run(args=["telegram", "set-webhook", "https://pos.example.org"])
    assert done.exit_code == 0, done.output
    assert telegram.webhook["url"] == f"https://pos.example.org{WEBHOOK_PATH}"
    with shop.app.app_context():
        assert telegram.webhook["secret_token"] == webhook_secret()
    said = run(args=["telegram", "info"]).output
    assert f"@{BOT_NAME}" in said
    assert "pos.example.org" in said
    assert run(args=["telegram", "delete-webhook"]).exit_code == 0
    assert telegram.webhook["url"] == ""
    assert run(args=["telegram", "set-webhook", "ftp://example.org"]).exit_code != 0
    monkeypatch.setitem(shop.app.config, "TELEGRAM_BOT_TOKEN", "1:revoked-token")
    refused = run(args=["telegram", "info"])
    assert refused.exit_code != 0
    assert "Unauthorized" in refused.output
    monkeypatch.setitem(shop.app.config, "TELEGRAM_BOT_TOKEN", "nonsense")
    assert "TELEGRAM_BOT_TOKEN" in run(args=["telegram", "info"]).output


def test_without_a_token_pages_say_that_telegram_is_off(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.bot.test_staff import signed_in

    monkeypatch.setitem(shop.app.config, "TELEGRAM_BOT_TOKEN", None)
    client = signed_in(shop, "owner")
    assert "/profile/telegram" not in client.get("/profile").get_data(as_text=True)
    for place in ("/profile/telegram", "/telegram", "/broadcasts/new"):
        answer = client.get(place)
        assert answer.status_code == 200
        assert "alert warn" in answer.get_data(as_text=True), place
    assert client.get("/telegram/qr.svg").status_code == 404


def test_the_plain_client_tells_errors_apart(telegram: BotApiServer) -> None:
    api = BotApi("1:token-of-nobody", telegram.url, seconds=2)
    assert api.call("getMe", {})["username"] == BOT_NAME
    telegram.slow[7] = [3.0]
    with pytest.raises(TooFast) as slow:
        api.call("sendMessage", {"chat_id": 7, "text": "x"})
    assert slow.value.seconds == 3
    telegram.blocked.add(8)
    with pytest.raises(Refused) as refused:
        api.call("sendMessage", {"chat_id": 8, "text": "x"})
    assert refused.value.code == 403
    api.call("sendDocument", {"chat_id": 9, "caption": "ў"}, file=("document", 'a"b\n.pdf', b"\x00\r\n--x"))
    assert telegram.sent_to(9)[0].files["document"] == ("ab.pdf", b"\x00\r\n--x")
    with pytest.raises(Unreachable) as away:
        BotApi("1:secret-token", "http://127.0.0.1:1", seconds=1).call("getMe", {})
    assert "secret" not in str(away.value)


def test_what_takes_too_long_is_sent_again_and_done_once(
    shop: Shop, telegram: BotApiServer, post: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat_id = chats.randrange(10**9, 10**15)
    person = Person(telegram, chat_id)
    update = {"update_id": chats.randrange(10**9), "message": person._message(text=f"/start {shop.domain}")}
    assert post({"update_id": chats.randrange(10**9), "message": person._message(text="/shops")}) == 200
    begun = len(telegram.calls)
    # The dialog waits for Telegram, longer than the web process waits for the dialog.
    telegram.slow[chat_id] = [1.0]
    monkeypatch.setattr("smartpos.bot.webhook.HANDLE_SECONDS", 0.3)
    assert post(update) == 503
    assert post(update) == 503, "it is at work"
    monkeypatch.setattr("smartpos.bot.webhook.HANDLE_SECONDS", 30.0)
    ends = time.monotonic() + 20
    while (status := post(update)) == 503 and time.monotonic() < ends:
        time.sleep(0.1)
    assert status == 200
    assert post(update) == 200
    assert len(telegram.sent_to(chat_id, since=begun)) == 1, "it was done, and answered, once"
    # One whose process died while it was at work is begun anew when its time is over.
    again = update | {"update_id": chats.randrange(10**9)}
    with shop.app.app_context():
        key = receiver()._key(again["update_id"])
        connection().set(key, "at work", px=400)
    assert post(again) == 503
    time.sleep(0.5)
    assert post(again) == 200
    assert len(telegram.sent_to(chat_id, since=begun)) == 2
