"""Messages on their way: sent, put off, given up, refused."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rq import Queue
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.files import path_of, store_file
from smartpos.core.jobs import DEFAULT_QUEUE, periodic_table
from smartpos.core.redis import connection
from smartpos.identity.models import User, UserStatus
from smartpos.notifications import channels, jobs
from smartpos.notifications.channels import Outgoing, Retry, Way
from smartpos.notifications.jobs import send_deliveries, sweep_deliveries
from smartpos.notifications.models import (
    Channel,
    Delivery,
    DeliveryStatus,
    LinkStatus,
    TelegramLink,
)
from smartpos.notifications.operations import delivering, send_message
from tests.cast import Shop
from tests.conftest import csrf_of
from tests.notifications.posting import make_due, queue_up, row, run
from tests.notifications.servers import Gateway, MailServer, mail_server

KIND = "core.books_differ"
EMAIL = {"channel": Channel.EMAIL, "address": "ali@example.org", "body": "Salom", "kind": "test.message"}
SMS = {"channel": Channel.SMS, "address": "+998901112233", "body": "Salom", "kind": "test.message"}


def test_mail_goes_out_with_its_file(shop: Shop, mail: MailServer) -> None:
    with shop.inside("owner"):
        file = store_file(b"PK", original_name="hisobot.xlsx", content_type="application/x-sheet")
        number = send_message(**EMAIL, subject="Hisobot\r\nBcc: all@example.org", file_id=file.id)
    run(shop)
    run(shop)
    assert len(mail.letters) == 1
    letter = mail.letters[0]
    assert letter["To"] == "ali@example.org"
    assert letter["From"] == "Bahor <pos@example.org>"
    assert letter["Subject"] == "Hisobot Bcc: all@example.org"
    assert letter["Bcc"] is None
    assert letter["Message-ID"] == f"<{shop.organization_id}-{number}@example.org>"
    body = letter.get_body()
    assert body is not None
    assert body.get_content().split() == ["Salom"]
    attached = next(letter.iter_attachments())
    assert (attached.get_filename(), attached.get_content()) == ("hisobot.xlsx", b"PK")
    sent = row(shop)
    assert (sent.status, sent.attempts, sent.error) == (DeliveryStatus.SENT, 1, None)
    assert sent.sent_at is not None


def test_a_file_that_is_gone_is_spoken_of(shop: Shop, mail: MailServer) -> None:
    page = "https://bahor.example.org/reports/sales-by-day?period=today"
    with shop.inside("owner"):
        db.session.get_one(User, shop.users["owner"]).locale = "en"
        files = [
            store_file(b"PK", original_name=f"{name}.xlsx", content_type="application/x-sheet")
            for name in ("forgotten", "lost", "bare")
        ]
        for file, place in zip(files, (page, page, None), strict=True):
            body = f"Salom\n{place}" if place else "Salom"
            facts = EMAIL | {"body": body, "file_id": file.id, "file_page": place}
            send_message(**facts, subject=file.original_name, user_id=shop.users["owner"])
        path_of(files[1]).unlink()
        db.session.delete(files[0])
        db.session.delete(files[2])
    run(shop)
    told = {str(letter["Subject"]): letter for letter in mail.letters}
    assert len(told) == 3
    for name, place in (("forgotten.xlsx", page), ("lost.xlsx", page), ("bare.xlsx", None)):
        assert list(told[name].iter_attachments()) == []
        said = " ".join(told[name].get_body().get_content().split())  # type: ignore[union-attr]
        assert said.startswith("Salom") and f"“{name}” is not kept any more" in said, said
        assert said.count("https://") == (1 if place else 0)
        assert place is None or said.endswith(place), "the link to have it anew"


def test_an_sms_goes_to_the_gateway(shop: Shop, gateway: Gateway) -> None:
    number = queue_up(shop, **SMS, subject="Diqqat")
    queue_up(shop, **SMS | {"body": "x" * 2000})
    run(shop)
    assert gateway.tokens == ["Bearer sesame"] * 2
    first, second = gateway.messages
    assert first == {
        "to": "+998901112233",
        "text": "Diqqat\nSalom",
        "id": f"{shop.organization_id}-{number}",
        "sender": "Bahor",
    }
    assert len(second["text"]) == 800
    assert second["text"].endswith("…")


@pytest.mark.parametrize(
    ("answer", "status", "waits"),
    [
        ("450 later", DeliveryStatus.WAITING, True),
        ("550 no such mailbox", DeliveryStatus.BLOCKED, False),
        ("554 spam", DeliveryStatus.FAILED, False),
    ],
)
def test_what_a_mail_server_says_counts(
    shop: Shop, mail: MailServer, answer: str, status: DeliveryStatus, waits: bool
) -> None:
    mail.answers["ali@example.org"] = answer
    queue_up(shop, **EMAIL)
    run(shop)
    kept = row(shop)
    assert (kept.status, kept.attempts, kept.error) == (status, 1, answer)
    assert not waits or kept.not_before > utc_now()
    assert mail.letters == []


@pytest.mark.parametrize(
    ("answer", "kept_as", "seconds"),
    [
        ((500, {}), (DeliveryStatus.WAITING, 1), 30),
        ((429, {"Retry-After": "120"}), (DeliveryStatus.WAITING, 0), 120),
        ((410, {}), (DeliveryStatus.BLOCKED, 1), None),
        ((422, {}), (DeliveryStatus.FAILED, 1), None),
        ((302, {"Location": "http://127.0.0.1:9/"}), (DeliveryStatus.FAILED, 1), None),
    ],
)
def test_what_a_gateway_says_counts(
    shop: Shop,
    gateway: Gateway,
    answer: tuple[int, dict[str, str]],
    kept_as: tuple[DeliveryStatus, int],
    seconds: int | None,
) -> None:
    gateway.answers["+998901112233"] = answer
    queue_up(shop, **SMS)
    run(shop)
    kept = row(shop)
    assert (kept.status, kept.attempts) == kept_as
    assert str(answer[0]) in (kept.error or "")
    if seconds is not None:
        assert abs((kept.not_before - utc_now()).total_seconds() - seconds) < 15


def test_a_server_that_is_down_is_tried_later_each_time_and_then_given_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server() as gone:
        pass
    monkeypatch.setitem(shop.app.config, "SMTP_URL", gone.url)
    queue_up(shop, **EMAIL)
    waits = []
    for _turn in range(delivering.MOST_ATTEMPTS):
        run(shop)
        waits.append((row(shop).not_before - utc_now()).total_seconds())
        make_due(shop)
    kept = row(shop)
    assert (kept.status, kept.attempts) == (DeliveryStatus.FAILED, delivering.MOST_ATTEMPTS)
    assert "Refused" in (kept.error or "")
    grown = waits[:-1]
    assert all(abs(wait - 30 * 2**turn) < 15 for turn, wait in enumerate(grown))


def test_an_address_that_refused_is_remembered_until_somebody_says_otherwise(
    shop: Shop, mail: MailServer, client_of: Callable[..., FlaskClient]
) -> None:
    mail.answers["ali@example.org"] = "550 no such mailbox"
    first = queue_up(shop, **EMAIL)
    run(shop)
    second = queue_up(shop, **EMAIL)
    assert row(shop, second).status is DeliveryStatus.BLOCKED
    with shop.inside():
        owner = db.session.get_one(User, shop.users["owner"])
        owner.email, owner.locale = "ali@example.org", "en"
    client = client_of("owner")
    assert "This address has refused our messages." in client.get("/profile/notifications").get_data(True)
    mail.answers.clear()
    for number in (first, second):
        form = {"id": str(number), "csrf_token": csrf_of(client)}
        assert client.post("/admin/deliveries/act/again/", data=form).status_code == 302
    run(shop)
    assert {row(shop, number).status for number in (first, second)} == {DeliveryStatus.SENT}
    assert len(mail.letters) == 2
    # What was sent is not sent again.
    form = {"id": str(first), "csrf_token": csrf_of(client)}
    client.post("/admin/deliveries/act/again/", data=form)
    run(shop)
    assert len(mail.letters) == 2
    page = client.get("/admin/deliveries/").get_data(as_text=True)
    assert "Sent" in page
    assert "ali@example.org" in page
    assert "Salom" in client.get(f"/admin/deliveries/details/?id={first}").get_data(as_text=True)


def test_a_message_of_a_key_is_queued_once(shop: Shop, stranger: Shop, mail: MailServer) -> None:
    assert queue_up(shop, **EMAIL, dedupe_key="once") is not None
    assert queue_up(shop, **EMAIL, dedupe_key="once") is None
    assert queue_up(stranger, **EMAIL, dedupe_key="once") is not None
    run(shop)
    assert len(mail.letters) == 1
    assert row(stranger).status is DeliveryStatus.WAITING


def test_a_channel_that_is_off_says_so(shop: Shop) -> None:
    queue_up(shop, **EMAIL)
    run(shop)
    kept = row(shop)
    assert (kept.status, kept.error) == (DeliveryStatus.FAILED, "the channel is off")


def test_for_development_messages_become_files(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(shop.app.config, "OUTBOX", True)
    monkeypatch.setitem(shop.app.config, "DATA_FOLDER", tmp_path)
    number = queue_up(shop, **SMS, subject="Diqqat", buttons=[[{"text": "Ha", "data": "yes"}]])
    run(shop)
    file = tmp_path / "outbox" / f"sms-{shop.organization_id}-{number}.txt"
    text = file.read_text()
    assert re.search(r"^To: \+998901112233$", text, re.MULTILINE)
    assert "Subject: Diqqat\n" in text
    assert "Button: Ha\n" in text
    assert text.endswith("\nSalom\n")
    assert row(shop).status is DeliveryStatus.SENT


@pytest.mark.parametrize("url", ["http://mail.example.org", "smtp://", "smtp://host:port"])
def test_a_mail_server_that_makes_no_sense_fails_with_a_word(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setitem(shop.app.config, "SMTP_URL", url)
    queue_up(shop, **EMAIL)
    run(shop)
    kept = row(shop)
    assert kept.status is DeliveryStatus.FAILED
    assert "SMTP_URL" in (kept.error or "")


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a b@example.org", "a@example.org\r\nBcc: b@c.d"])
def test_an_address_that_is_none_fails_and_the_others_go_out(
    shop: Shop, mail: MailServer, address: str
) -> None:
    bad = queue_up(shop, **EMAIL | {"address": address})
    good = queue_up(shop, **EMAIL)
    run(shop)
    assert row(shop, bad).status is DeliveryStatus.FAILED
    assert row(shop, good).status is DeliveryStatus.SENT


def test_a_channel_that_asks_for_a_pause_gets_one_and_the_others_go_on(
    shop: Shop, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood control concerns everybody who is reached through the channel, and costs no attempt."""
    tried: list[str] = []

    def refuse(message: Outgoing) -> None:
        tried.append(message.address)
        raise Retry("too many", seconds=90, everybody=True)

    monkeypatch.setitem(channels.base._ways, Channel.TELEGRAM, Way(refuse, lambda: True))
    chats = [
        queue_up(shop, **EMAIL | {"channel": Channel.TELEGRAM, "address": str(chat)}) for chat in (1, 2, 3)
    ]
    letter = queue_up(shop, **EMAIL)
    run(shop)
    assert tried == ["1"]
    for number in chats:
        kept = row(shop, number)
        assert (kept.status, kept.attempts) == (DeliveryStatus.WAITING, 0)
        assert 60 < (kept.not_before - utc_now()).total_seconds() <= 90
    assert row(shop, letter).status is DeliveryStatus.SENT


def test_whoever_stopped_the_bot_is_remembered(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, client_of: Callable[..., FlaskClient]
) -> None:
    def refuse(_message: Outgoing) -> None:
        raise channels.Blocked("bot was blocked by the user")

    monkeypatch.setitem(channels.base._ways, Channel.TELEGRAM, Way(refuse, lambda: True))
    with shop.inside():
        db.session.add(TelegramLink(chat_id=55, user_id=shop.users["owner"], status=LinkStatus.ACTIVE))
    queue_up(shop, **EMAIL | {"channel": Channel.TELEGRAM, "address": "55"})
    run(shop)
    with shop.inside():
        assert db.session.scalars(select(TelegramLink.status)).one() is LinkStatus.BLOCKED
        db.session.get_one(User, shop.users["owner"]).locale = "en"
    assert row(shop).status is DeliveryStatus.BLOCKED
    page = client_of("owner").get("/profile/notifications").get_data(as_text=True)
    assert "You have stopped the bot. Write to it to be told again." in page


def test_who_left_the_shop_is_sent_nothing_more(shop: Shop, mail: MailServer) -> None:
    with shop.inside():
        for digest in (False, True):
            db.session.add(
                Delivery(**EMAIL, user_id=shop.users["cashier"], subject="Sirlar", is_digest=digest)
            )
        db.session.add(Delivery(**EMAIL, user_id=shop.users["manager"], subject="Salom"))
        db.session.get_one(User, shop.users["cashier"]).status = UserStatus.INACTIVE
    run(shop)
    assert [letter["Subject"] for letter in mail.letters] == ["Salom"]
    with shop.inside():
        assert set(db.session.scalars(select(Delivery.status))) == {
            DeliveryStatus.CANCELLED,
            DeliveryStatus.SENT,
        }


def test_a_mistake_of_ours_in_one_message_does_not_stop_the_others(
    shop: Shop, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_message: Outgoing) -> None:
        raise RuntimeError("stumbled")

    monkeypatch.setitem(channels.base._ways, Channel.TELEGRAM, Way(stumble, lambda: True))
    bad = queue_up(shop, **EMAIL | {"channel": Channel.TELEGRAM, "address": "1"})
    good = queue_up(shop, **EMAIL)
    run(shop)
    kept = row(shop, bad)
    assert (kept.status, kept.error) == (DeliveryStatus.WAITING, "RuntimeError: stumbled")
    assert row(shop, good).status is DeliveryStatus.SENT


def test_a_worker_that_dies_leaves_nothing_unsent(
    shop: Shop, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_message: Outgoing) -> None:
        raise SystemExit

    monkeypatch.setitem(channels.base._ways, Channel.EMAIL, Way(die, lambda: True))
    queue_up(shop, **EMAIL)
    with pytest.raises(SystemExit):
        run(shop)
    with shop.app.app_context():
        db.session.rollback()
    kept = row(shop)
    assert (kept.status, kept.attempts) == (DeliveryStatus.WAITING, 1)
    assert 0 < (kept.not_before - utc_now()).total_seconds() <= delivering.LEASE.total_seconds()


def test_a_long_queue_is_left_to_others_after_a_while(
    shop: Shop, mail: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TURN_SECONDS", 0.0)
    numbers = [queue_up(shop, **EMAIL) for _turn in range(3)]
    with shop.app.app_context():
        queue = Queue(DEFAULT_QUEUE, connection=connection())
        queue.empty()
        send_deliveries(shop.organization_id)
        db.session.commit()
        assert [job.args for job in queue.jobs] == [
            ("smartpos.notifications.jobs.send_deliveries", shop.organization_id)
        ]
        queue.empty()
    assert {(row(shop, number).status, row(shop, number).attempts) for number in numbers} == {
        (DeliveryStatus.WAITING, 0)
    }
    assert mail.letters == []


def test_the_sweep_finds_what_waits(shop: Shop, stranger: Shop) -> None:
    assert periodic_table()["smartpos.notifications.jobs.sweep_deliveries"].cron == "* * * * *"
    queue_up(shop, **EMAIL)
    queue_up(stranger, **EMAIL, not_before=utc_now() + timedelta(hours=1))
    with shop.app.app_context():
        queue = Queue(DEFAULT_QUEUE, connection=connection())
        queue.empty()
        sweep_deliveries()
        db.session.commit()
        assert [job.args[1] for job in queue.jobs] == [shop.organization_id]
        queue.empty()
