"""Customers talk to the bot: who they are, what they owe, what they bought."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.crm.models import Customer, CustomerEntryKind
from smartpos.crm.operations import create_customer, delete_customer, post_entry
from smartpos.identity.models import Branch, Organization, OrganizationStatus
from smartpos.notifications.models import Channel, Delivery, DeliveryStatus, LinkStatus
from smartpos.notifications.operations import send_message
from smartpos.sales.models import PaymentMethod, TillEvent, TillEventKind
from smartpos.sales.operations import SaleLine, SaleRequest, Tender, complete_sale, open_shift
from tests.bot.people import come_in, link_of, make_customer, new_phone
from tests.bot.server import BotApiServer, Person
from tests.cast import Shop
from tests.conftest import LiveServer

Meet = Callable[..., Person]


@pytest.fixture
def shop(live_server: LiveServer) -> Shop:
    return live_server.shop


def test_a_known_customer_comes_in_by_phone_and_asks_everything(shop: Shop, person: Meet) -> None:
    phone = new_phone()
    customer_id = make_customer(shop, phone)
    aziza = person()
    (asked,) = aziza.writes(f"/start {shop.domain}")
    assert "Bahor" in asked.text
    assert asked.keys == ["Share my phone number"]
    assert link_of(shop, aziza).status is LinkStatus.PENDING

    (welcome,) = aziza.shares(phone.removeprefix("+"))  # Telegram leaves the plus out
    assert "Aziza Karimova" in welcome.text
    assert len(welcome.keys) == 6
    link = link_of(shop, aziza)
    assert (link.customer_id, link.status) == (customer_id, LinkStatus.ACTIVE)

    with shop.inside("owner"):
        today = shop.actor().organization.today
        for amount, days in ((-120_000, 5), (-30_000, -2)):
            post_entry(
                customer_id,
                CustomerEntryKind.SALE,
                amount=Decimal(amount),
                points_earned=Decimal(15),
                due_date=today + timedelta(days=days),
                origin_kind="test",
                origin_id=1,
                actor=shop.actor(),
            )
    (balance,) = aziza.writes(welcome.keys[0])
    assert "150\u202f000" in balance.text
    assert "Points: 30" in balance.text
    (debts,) = aziza.writes(welcome.keys[1])
    assert f"120\u202f000\u00a0UZS until {today + timedelta(days=5):%d.%m.%Y}" in debts.text
    assert "2 days late" in debts.text
    (none,) = aziza.writes("/receipts")
    assert "no receipts" in none.text
    with shop.inside("owner"):
        branch = update(Branch).where(Branch.id == shop.branch_id)
        db.session.execute(branch.values(address="Bunyodkor 12", phone="+998712000000"))
    (where,) = aziza.writes(welcome.keys[3])
    assert "Bunyodkor 12" in where.text
    assert "Ombor" not in where.text  # a warehouse is not where people shop


def test_somebody_new_becomes_a_customer(shop: Shop, person: Meet) -> None:
    phone, newcomer = new_phone(), person("Botir")
    newcomer.writes(f"/start {shop.domain}")
    (asked,) = newcomer.shares(phone)
    assert asked.keys == ["Botir"]
    (again,) = newcomer.writes("?")
    assert "name" in again.text
    (welcome,) = newcomer.writes("  Botir   Aliyev ")
    assert "Botir Aliyev" in welcome.text
    with shop.inside():
        made = db.session.scalars(select(Customer).where(Customer.phone == phone)).one()
        assert (made.name, made.source) == ("Botir Aliyev", "telegram")
        assert made.id == link_of(shop, newcomer).customer_id


def test_a_contact_of_somebody_else_is_refused(shop: Shop, person: Meet) -> None:
    phone = new_phone()
    make_customer(shop, phone, "Victim")
    thief = person("Thief")
    thief.writes(f"/start {shop.domain}")
    for owner in (12345, None):
        (refused,) = (
            thief.shares(phone, user_id=owner)
            if owner
            else thief.sends(contact={"phone_number": phone, "first_name": "Victim"})
        )
        assert "somebody else" in refused.text
    (still,) = thief.writes(phone)  # a number that is typed proves nothing
    assert still.keys == ["Share my phone number"]
    assert link_of(shop, thief).customer_id is None


def test_the_number_of_another_shops_customer_reveals_nothing(
    shop: Shop, live_server: LiveServer, person: Meet
) -> None:
    phone = new_phone()
    with live_server.stranger.inside("stranger"):
        create_customer(name="Secret Person", phone=phone, actor=live_server.stranger.actor("stranger"))
    visitor = person("Visitor")
    visitor.writes(f"/start {shop.domain}")
    (asked,) = visitor.shares(phone)
    assert "Secret" not in asked.text
    assert asked.keys == ["Visitor"]
    (welcome,) = visitor.writes("Visitor One")
    (balance,) = visitor.writes(welcome.keys[0])
    assert "You owe nothing" in balance.text


def test_receipts_are_read_and_sent_as_pdf(shop: Shop, live_server: LiveServer, person: Meet) -> None:
    phone = new_phone()
    customer_id = make_customer(shop, phone)
    product = shop.product(name="Qora choy", price="12500")
    with shop.inside("cashier"):
        open_shift(shop.till_id, opening_cash=Decimal(0), actor=shop.actor("cashier"))
        request = SaleRequest(
            client_uuid=uuid4(),
            items=(SaleLine(product, None, Decimal(2), Decimal(0)),),
            payments=(Tender(PaymentMethod.CASH, Decimal(25_000)),),
            customer_id=customer_id,
        )
        sale = complete_sale(request, actor=shop.actor("cashier"))[0]
    aziza = person()
    come_in(shop, aziza, phone)
    (listed,) = aziza.writes("/receipts")
    (label,) = listed.buttons
    assert sale.number in label
    said = aziza.presses(listed, label)
    assert [call.method for call in said] == ["answerCallbackQuery", "sendMessage"]
    assert "Qora choy" in said[1].text
    assert "25\u202f000" in said[1].text
    _note, paper = aziza.presses(said[1], "Send as PDF")
    name, content = paper.files["document"] if "document" in paper.files else next(iter(paper.files.values()))
    assert name == f"{sale.number}.pdf"
    assert content.startswith(b"%PDF-")
    with shop.inside():
        (copy,) = db.session.scalars(select(TillEvent).where(TillEvent.sale_id == sale.id))
        assert (copy.kind, copy.user_id, copy.branch_id) == (TillEventKind.REPRINT, None, shop.branch_id)
        assert copy.details == {"number": sale.number, "how": "telegram"}
    # The same buttons pressed by somebody else, of this shop or of none.
    other_phone = new_phone()
    make_customer(shop, other_phone, "Other")
    other = person("Other")
    come_in(shop, other, other_phone)
    for somebody in (other, person("Nobody")):
        for act in ("r", "p"):
            (note,) = somebody.presses(f"{act}:{sale.id}")
            assert note.method == "answerCallbackQuery"
            assert "no longer good" in note.text


def test_languages(shop: Shop, person: Meet) -> None:
    phone = new_phone()
    make_customer(shop, phone)
    aziza = person()
    come_in(shop, aziza, phone)
    (choice,) = aziza.writes("/language")
    assert list(choice.buttons.values()) == ["l:uz", "l:uz_Cyrl", "l:ru", "l:en"]
    _note, edited, _menu = aziza.presses(choice, "Русский")
    assert edited.method == "editMessageText"
    assert link_of(shop, aziza).locale == "ru"
    # A keyboard drawn before in another language is still understood.
    (balance,) = aziza.writes("💰 Balance and points")
    assert "reply_markup" in balance.fields
    (note,) = aziza.presses("l:xx")
    assert note.method == "answerCallbackQuery"
    assert link_of(shop, aziza).locale == "ru"


def test_a_customer_stops_messages_and_takes_them_again(shop: Shop, person: Meet) -> None:
    phone = new_phone()
    make_customer(shop, phone)
    aziza = person()
    come_in(shop, aziza, phone)
    customer_id = link_of(shop, aziza).customer_id
    with shop.inside():
        waits = {"channel": Channel.TELEGRAM, "address": str(aziza.chat_id), "kind": "crm.debt_reminder"}
        later = utc_now() + timedelta(hours=1)
        number = send_message(**waits, body="Qarz", customer_id=customer_id, not_before=later)
    (stopped,) = aziza.writes("/stop")
    assert link_of(shop, aziza).stopped_at is not None
    with shop.inside():
        assert db.session.get_one(Delivery, number).status is DeliveryStatus.CANCELLED
    assert "🔔 Send me messages" in stopped.keys
    (balance,) = aziza.writes("/balance")
    assert "You owe nothing" in balance.text
    aziza.writes("🔔 Send me messages")
    assert link_of(shop, aziza).stopped_at is None
    # The button that hangs below what the shop sends of its own accord.
    assert len(aziza.presses(f"q:{shop.organization_id}")) == 2
    assert link_of(shop, aziza).stopped_at is not None


def test_several_shops_in_one_chat(shop: Shop, live_server: LiveServer, person: Meet) -> None:
    phone = new_phone()
    make_customer(shop, phone, "Aziza here")
    with live_server.stranger.inside("stranger"):
        create_customer(name="Aziza there", phone=phone, actor=live_server.stranger.actor("stranger"))
    aziza = person()
    come_in(shop, aziza, phone)
    aziza.writes(f"/start {live_server.stranger.domain}")
    (welcome,) = aziza.shares(phone)
    assert "Aziza there" in welcome.text
    (choice,) = aziza.writes("/shops")
    assert set(choice.buttons) == {"● Navruz", "Bahor"}
    said = aziza.presses(choice, "Bahor")
    assert "Aziza here" in said[-1].text
    (note,) = aziza.presses("s:999999")
    assert "no longer good" in note.text


def test_garbage_is_answered_in_a_friendly_way(shop: Shop, person: Meet) -> None:
    phone = new_phone()
    make_customer(shop, phone)
    stranger = person("Nobody")
    for said in (stranger.writes("hello"), stranger.writes("/balance"), stranger.writes("/start")):
        assert "QR code" in said[0].text
    assert "no shop" in stranger.writes("/start ../../etc/passwd")[0].text
    assert "no shop" in stranger.writes(f"/start {'x' * 60}")[0].text
    assert "no longer good" in stranger.writes("/start u-AAAA")[0].text
    aziza = person()
    come_in(shop, aziza, phone)
    sticker = {"file_id": "a", "file_unique_id": "b", "type": "regular", "width": 1, "height": 1}
    for facts in (
        {"sticker": sticker | {"is_animated": False, "is_video": False}},
        {"text": "x" * 4096},
        {"text": "\u0000\u202e'; DROP TABLE customers; --"},
        {"location": {"latitude": 41.3, "longitude": 69.2}},
        {"text": "/nosuchcommand"},
    ):
        (answer,) = aziza.sends(**facts)
        assert "keyboard" in answer.text
    for data in ("", "r:", "r:-1", "r:99999999999999999999", "ta:1", "x" * 64, "l:\u0000", "s:0", "cp:abc"):
        (note,) = aziza.presses(data)
        assert note.method == "answerCallbackQuery"
    group = {"chat": {"id": -100, "type": "group", "title": "G"}}
    assert aziza.sends(text="/balance", **group) == []
    # Kinds of updates that nobody knows are passed over, and those after them are answered.
    aziza.does(message={"message_id": "no number"})
    assert len(aziza.writes("/balance")) == 1


def test_a_suspended_shop_is_silent(live_server: LiveServer, person: Meet) -> None:
    shop, phone = live_server.stranger, new_phone()
    with shop.inside("stranger"):
        create_customer(name="Aziza", phone=phone, actor=shop.actor("stranger"))
    aziza = person()
    come_in(shop, aziza, phone)
    (choice,) = aziza.writes("/language")

    def become(status: OrganizationStatus) -> None:
        with shop.app.app_context(), platform_scope(reason="a test suspends a shop"):
            db.session.get_one(Organization, shop.organization_id).status = status
            db.session.commit()

    become(OrganizationStatus.SUSPENDED)
    try:
        for text in ("/balance", "hello", f"/start {shop.domain}"):
            (said,) = aziza.writes(text)
            assert "does not answer at the moment" in said.text
        (note,) = aziza.presses(choice, "Русский")
        assert "no longer good" in note.text
    finally:
        become(OrganizationStatus.ACTIVE)
    assert "You owe nothing" in aziza.writes("/balance")[0].text


def test_a_deleted_customer_is_asked_again(shop: Shop, person: Meet) -> None:
    phone = new_phone()
    customer_id = make_customer(shop, phone)
    aziza = person()
    come_in(shop, aziza, phone)
    with shop.inside("owner"):
        delete_customer(db.session.get_one(Customer, customer_id), actor=shop.actor())
    (asked,) = aziza.writes("/balance")
    assert asked.keys == ["Share my phone number"]
    assert link_of(shop, aziza).customer_id is None


def test_a_flood_is_let_pass(shop: Shop, person: Meet, telegram: BotApiServer) -> None:
    phone = new_phone()
    make_customer(shop, phone)
    flooder = person("Flood")
    come_in(shop, flooder, phone)
    since = len(telegram.calls)
    last = 0
    for _turn in range(100):
        last = telegram.push(message=flooder._message(text="/help me"))
    telegram.wait_until_handled(last)
    answers = telegram.sent_to(flooder.chat_id, since)
    assert 10 < len(answers) < 25
    assert "wait" in answers[-1].text
    # Others are served meanwhile.
    other_phone = new_phone()
    make_customer(shop, other_phone, "Other")
    come_in(shop, person("Other"), other_phone)


def test_telegram_asks_to_wait_and_people_stop_the_bot(
    shop: Shop, person: Meet, telegram: BotApiServer
) -> None:
    phone = new_phone()
    make_customer(shop, phone)
    aziza = person()
    come_in(shop, aziza, phone)
    telegram.slow[aziza.chat_id] = [1.0]
    (balance,) = aziza.writes("/balance")
    assert "You owe nothing" in balance.text
    telegram.blocked.add(aziza.chat_id)
    assert aziza.writes("/balance") == []
    assert link_of(shop, aziza).status is LinkStatus.BLOCKED
    # Whoever comes back is welcome.
    telegram.blocked.discard(aziza.chat_id)
    (welcome,) = aziza.writes(f"/start {shop.domain}")
    assert "Aziza Karimova" in welcome.text
    assert link_of(shop, aziza).status is LinkStatus.ACTIVE
    member = {"user": aziza._who, "status": "kicked", "until_date": 0}
    aziza.does(
        my_chat_member={
            "chat": {"id": aziza.chat_id, "type": "private"},
            "from": aziza._who,
            "date": 1,
            "old_chat_member": {"user": aziza._who, "status": "member"},
            "new_chat_member": member,
        }
    )
    assert link_of(shop, aziza).status is LinkStatus.BLOCKED


def test_nobody_is_registered_twice(shop: Shop, person: Meet) -> None:
    phone, aziza = new_phone(), person()
    come_in(shop, aziza, phone)
    aziza.writes("Aziza")
    aziza.writes("Aziza")
    with shop.inside():
        found = select(func.count()).select_from(Customer).where(Customer.phone == phone)
        assert db.session.execute(found).scalar_one() == 1
