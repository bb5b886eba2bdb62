"""Messages to many customers: who gets them, how they go out, how they are watched and stopped."""

import re
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from smartpos.bot.jobs import AT_ONCE, HANDS, _key, begin_sending, send_broadcast, sweep_broadcasts
from smartpos.core.db import db, utc_now
from smartpos.core.redis import connection
from smartpos.crm.models import Customer, CustomerEntryKind
from smartpos.crm.operations import delete_customer, post_entry
from smartpos.notifications.jobs import send_deliveries
from smartpos.notifications.models import (
    Broadcast,
    Channel,
    Delivery,
    DeliveryStatus,
    LinkStatus,
    TelegramLink,
)
from smartpos.notifications.operations import retry_delivery, send_message
from smartpos.notifications.operations.delivering import try_to_send
from tests.bot.conftest import chats
from tests.bot.people import make_customer, new_phone, seat
from tests.bot.server import BotApiServer
from tests.cast import PASSWORD, Shop
from tests.conftest import Api, LiveServer, csrf_of


@pytest.fixture
def shop(live_server: LiveServer, telegram: BotApiServer) -> Shop:
    return live_server.shop


@pytest.fixture
def api(shop: Shop) -> Api:
    return api_of(shop, "manager")


def api_of(shop: Shop, who: str) -> Api:
    client = shop.app.test_client()
    answer = client.post("/token", data={"username": who, "password": PASSWORD})
    return Api(client, answer.json["access_token"])  # type: ignore[index]


@pytest.fixture
def audience(shop: Shop) -> dict[str, int]:
    """Five linked customers and three who are not to be told; gives their chats."""
    found = {}
    for name, facts in (
        ("gold", {"tier": "gold", "tags": ["bakers"]}),
        ("silver", {"tier": "silver"}),
        ("debtor", {"tags": ["bakers", "late"]}),
        ("plain", {}),
        ("blocks", {}),
        ("stopped", {}),
        ("gone", {}),
        ("blocked", {}),
    ):
        chat_id = chats.randrange(10**9, 10**15)
        customer_id = make_customer(shop, new_phone(), name.title(), **facts)
        kept = {
            "stopped": {"stopped_at": utc_now()},
            "blocked": {"status": LinkStatus.BLOCKED},
        }.get(name, {})
        seat(shop, chat_id, customer_id, **kept)
        found[name] = chat_id
        with shop.inside("owner"):
            if name == "debtor":
                post_entry(
                    customer_id,
                    CustomerEntryKind.SALE,
                    amount=Decimal(-5000),
                    origin_kind="test",
                    origin_id=1,
                    branch_id=shop.branch_id,
                    actor=shop.actor(),
                )
            if name == "gone":
                delete_customer(db.session.get_one(Customer, customer_id), actor=shop.actor())
    yield found
    with shop.inside():
        db.session.execute(update(TelegramLink).values(status=LinkStatus.BLOCKED))


def run(shop: Shop, broadcast_id: int) -> None:
    """The worker takes the job that was queued."""
    with shop.app.app_context():
        begin_sending(shop.organization_id, broadcast_id)
        chain = int(connection().get(_key(broadcast_id)))  # type: ignore[arg-type]
        send_broadcast(shop.organization_id, broadcast_id, chain)
        db.session.commit()


def test_a_broadcast_goes_out_and_is_watched(
    shop: Shop, api: Api, audience: dict[str, int], telegram: BotApiServer
) -> None:
    body = {"client_uuid": str(uuid4()), "text": "Fresh bread from seven o'clock"}
    made = api.post("/api/broadcast", body)
    assert made.status_code == 202, made.json
    assert made.json["recipients"] == 5
    assert api.post("/api/broadcast", body).json == made.json
    other = api.post("/api/broadcast", body | {"text": "Something else"})
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")
    number = made.json["id"]
    assert api.get(f"/api/broadcasts/{number}").json["waiting"] == 5

    # What concerns one person is not held up by what goes to thousands.
    with shop.inside():
        send_message(channel=Channel.TELEGRAM, address=str(audience["gold"]), body="Yours alone", kind="test")
    with shop.app.app_context():
        send_deliveries(shop.organization_id)
        db.session.commit()
    assert [call.text for call in telegram.sent_to(audience["gold"])] == ["Yours alone"]

    telegram.blocked.add(audience["blocks"])
    telegram.slow[audience["plain"]] = [1.0]
    run(shop, number)
    (sent,) = telegram.sent_to(audience["silver"])
    assert sent.text == "Bahor\n\nFresh bread from seven o'clock"
    assert sent.buttons == {"🔕 Stop messages": f"q:{shop.organization_id}"}
    for name in ("stopped", "gone", "blocked", "blocks"):
        assert telegram.sent_to(audience[name]) == []
    with shop.inside():
        link = select(TelegramLink.status).where(TelegramLink.chat_id == audience["blocks"])
        assert db.session.scalar(link) is LinkStatus.BLOCKED
    state = api.get(f"/api/broadcasts/{number}").json
    assert (state["status"], state["sent"], state["blocked"], state["waiting"]) == ("done", 4, 1, 0)
    assert [call.text for call in telegram.sent_to(audience["plain"])] == [sent.text]
    assert state["finished_at"] is not None
    # "Send again" in the list of messages: the broadcast is open once more, and its own sender takes it up.
    telegram.blocked.discard(audience["blocks"])
    with shop.inside("owner"):
        refused = select(Delivery.id).where(
            Delivery.broadcast_id == number, Delivery.status == DeliveryStatus.BLOCKED
        )
        retry_delivery(db.session.scalars(refused).one())
    assert api.get(f"/api/broadcasts/{number}").json["status"] == "sending"
    run(shop, number)
    assert len(telegram.sent_to(audience["blocks"])) == 1
    assert api.get(f"/api/broadcasts/{number}").json["status"] == "done"
    # A second message does not ask whoever has stopped the bot.
    again = api.post("/api/broadcast", {"text": "Once more"})
    assert again.json["recipients"] == 4
    assert api.get("/api/broadcasts").json["items"][0]["id"] == again.json["id"]
    # Where the job was lost, the sweep begins anew; where one is at work, it does not.
    with shop.app.app_context():
        key = _key(again.json["id"])
        assert connection().delete(key) == 1
        sweep_broadcasts()
        db.session.commit()
        chain = connection().get(key)
        sweep_broadcasts()
        db.session.commit()
        assert chain is not None
        assert connection().get(key) == chain
    assert api.delete(f"/api/broadcasts/{again.json['id']}").json["status"] == "cancelled"


def test_each_outcome_is_kept_before_the_next_ones_go_out(
    shop: Shop, api: Api, telegram: BotApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the worker killed at any moment, no more than one message per hand could go out twice."""
    with shop.inside():
        customer_id = db.session.scalars(select(Customer.id).limit(1)).one()
        db.session.execute(update(TelegramLink).values(status=LinkStatus.BLOCKED))
        first = chats.randrange(10**9, 10**14)
        for number in range(AT_ONCE):
            db.session.add(
                TelegramLink(chat_id=first + number, customer_id=customer_id, status=LinkStatus.ACTIVE)
            )
    number = api.post("/api/broadcast", {"text": "To fifty"}).json["id"]
    unknown = []

    def watched(message: Any) -> Exception | None:
        problem = try_to_send(message)
        handed_over = len([call for call in telegram.calls if first <= call.chat_id < first + AT_ONCE])
        # Another connection sees only what is committed.
        with shop.inside():
            known = select(func.count()).where(
                Delivery.broadcast_id == number, Delivery.status == DeliveryStatus.SENT
            )
            unknown.append(handed_over - (db.session.scalar(known) or 0))
        return problem

    monkeypatch.setattr("smartpos.bot.jobs.try_to_send", watched)
    run(shop, number)
    with shop.inside():
        db.session.execute(update(TelegramLink).values(status=LinkStatus.BLOCKED))
    assert len(unknown) == AT_ONCE
    assert max(unknown) <= HANDS, unknown
    assert api.get(f"/api/broadcasts/{number}").json["sent"] == AT_ONCE


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ({"tier": "gold"}, {"gold"}),
        ({"tag": "bakers"}, {"gold", "debtor"}),
        ({"with_debts": True}, {"debtor"}),
        ({"tag": "bakers", "with_debts": True}, {"debtor"}),
        ({}, {"gold", "silver", "debtor", "plain", "blocks"}),
    ],
)
def test_audiences(shop: Shop, api: Api, audience: dict[str, int], asked: dict, who: set[str]) -> None:
    made = api.post("/api/broadcast", {"text": "Hello", "audience": asked})
    assert made.json["recipients"] == len(who), made.json
    with shop.inside():
        query = select(Delivery.address).where(Delivery.broadcast_id == made.json["id"])
        assert set(db.session.scalars(query)) == {str(audience[name]) for name in who}


def test_bad_input(shop: Shop, live_server: LiveServer, api: Api, audience: dict[str, int]) -> None:
    of_branch = api.post("/api/broadcast", {"text": "Hi", "audience": {"branch_id": shop.branch_id}})
    assert of_branch.json["recipients"] == 1
    for body, field in (
        ({"text": ""}, "text"),
        ({"text": "x" * 3501}, "text"),
        ({}, "text"),
        ({"text": "Hi", "audience": {"tier": "diamond"}}, "audience"),
        ({"text": "Hi", "audience": {"branch_id": live_server.stranger.branch_id}}, "audience"),
        ({"text": "Hi", "audience": {"nonsense": 1}}, "audience"),
        ({"text": "Hi", "audience": []}, "audience"),
        ({"text": "Hi", "client_uuid": "nonsense"}, "client_uuid"),
    ):
        answer = api.post("/api/broadcast", body)
        assert answer.status_code == 422, body
        assert field in answer.json["errors"], answer.json
    nobody = api.post("/api/broadcast", {"text": "Hi", "audience": {"tier": "platinum"}})
    assert (nobody.status_code, nobody.json["code"]) == (409, "nobody_to_tell")
    with shop.inside():
        assert (
            db.session.scalar(select(func.count()).select_from(Broadcast).where(Broadcast.recipients == 0))
            == 0
        )
    assert api_of(shop, "cashier").post("/api/broadcast", {"text": "Hi"}).status_code == 403
    foreign = api_of(live_server.stranger, "stranger")
    assert foreign.get(f"/api/broadcasts/{of_branch.json['id']}").status_code == 404
    assert foreign.delete(f"/api/broadcasts/{of_branch.json['id']}").status_code == 404


def test_a_broadcast_is_called_off(
    shop: Shop, api: Api, audience: dict[str, int], telegram: BotApiServer
) -> None:
    number = api.post("/api/broadcast", {"text": "A mistake"}).json["id"]
    stopped = api.delete(f"/api/broadcasts/{number}").json
    assert (stopped["status"], stopped["cancelled"], stopped["waiting"]) == ("cancelled", 5, 0)
    since = len(telegram.calls)
    run(shop, number)
    assert telegram.calls[since:] == []
    assert api.delete(f"/api/broadcasts/{number}").json["status"] == "cancelled"


def test_the_page_shows_who_gets_it_before_it_is_sent(shop: Shop, audience: dict[str, int]) -> None:
    client = shop.app.test_client()
    form = {"name": "manager", "password": PASSWORD, "csrf_token": csrf_of(client)}
    assert client.post("/login", data=form).status_code == 302
    page = client.get("/broadcasts/new", headers={"Accept-Language": "en"}).get_data(as_text=True)
    named = re.search(r'name="client_uuid"[^>]*value="([^"]+)"', page)
    assert named is not None
    sent = {
        "csrf_token": csrf_of(client),
        "client_uuid": named[1],
        "text": "Bread <b>& butter</b>",
        "tag": "bakers",
        "tier": "",
        "branch": "",
    }
    preview = client.post("/broadcasts/new", data=sent | {"act": "preview"}).get_data(as_text=True)
    assert "Bread &lt;b&gt;&amp; butter" in preview
    assert 'id="preview"' in preview
    assert re.search(r'id="preview-title">[^<]*\b2\b', preview)
    with shop.inside():
        before = db.session.scalar(select(func.max(Broadcast.id)))
    answer = client.post("/broadcasts/new", data=sent | {"act": "send"})
    assert answer.status_code == 302
    again = client.post("/broadcasts/new", data=sent | {"act": "send"})
    assert again.location == answer.location
    number = int(answer.location.rpartition("/")[2])
    assert number != before
    assert "Bread &lt;b&gt;" in client.get(answer.location).get_data(as_text=True)
    state = client.get(f"{answer.location}/state").json
    assert (state["status"], state["waiting"], state["done"]) == ("sending", 2, 0)
    stopped = client.post(f"{answer.location}/cancel", data={"csrf_token": csrf_of(client)})
    assert stopped.status_code == 302
    assert client.get(f"{answer.location}/state").json["status"] == "cancelled"
    assert client.post("/broadcasts/new", data=sent | {"text": ""}).status_code == 422
    for place in ("/telegram", "/telegram/qr.svg", "/admin/broadcasts/", "/admin/telegram_links/"):
        assert client.get(place).status_code == 200, place
    assert "t.me/dokon_bot?start=bahor" in client.get("/telegram").get_data(as_text=True)


def test_many_thousands_are_queued_by_a_few_statements(shop: Shop, api: Api) -> None:
    with shop.inside():
        template = db.session.scalars(select(Customer).limit(1)).one()
        assert template is not None
        db.session.execute(update(TelegramLink).values(status=LinkStatus.BLOCKED))
        from smartpos.core.sql import send

        send(
            """
            INSERT INTO telegram_links (organization_id, chat_id, customer_id, status, locale, selected_at)
            SELECT %(organization_id)s, 5000000000000000 + n, %(customer_id)s, 'active', 'ru', now()
            FROM generate_series(1, 20000) AS n
            """,
            {"organization_id": shop.organization_id, "customer_id": template.id},
        )
    made = api.post("/api/broadcast", {"text": "To all"})
    assert made.json["recipients"] == 20_000
    number = made.json["id"]
    assert api.get(f"/api/broadcasts/{number}").json["waiting"] == 20_000
    assert api.delete(f"/api/broadcasts/{number}").json["cancelled"] == 20_000
    with shop.inside():
        query = select(Delivery.buttons).where(Delivery.broadcast_id == number).limit(1)
        assert db.session.scalar(query)[0][0]["data"] == f"q:{shop.organization_id}"
        statuses = select(Delivery.status).where(Delivery.broadcast_id == number).distinct()
        assert set(db.session.scalars(statuses)) == {DeliveryStatus.CANCELLED}
