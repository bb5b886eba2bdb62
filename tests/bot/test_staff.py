"""Those who run the shop: connect their Telegram, get alerts, see the day, approve by a button."""

import base64
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from smartpos.bot import answering
from smartpos.core.db import db
from smartpos.core.events import dispatch_events
from smartpos.core.permissions import RoleKey
from smartpos.identity.models import Role, RolePermission, User, UserStatus
from smartpos.notifications.jobs import send_deliveries
from smartpos.notifications.models import Channel, Delivery, DeliveryStatus, LinkStatus, TelegramLink
from smartpos.notifications.operations import send_message
from smartpos.notifications.operations import telegram as links
from smartpos.sales.models import PaymentMethod
from smartpos.sales.operations import SaleLine, SaleRequest, Tender, complete_sale, open_shift
from smartpos.stock.models import CountStatus, StockCount, StockTransfer, TransferStatus
from smartpos.stock.operations import counts
from smartpos.stock.operations.transfers import TransferLine, TransferRequest, create_transfer
from tests.bot.people import link_of
from tests.bot.server import BOT_NAME, BotApiServer, Person
from tests.cast import PASSWORD, Shop
from tests.conftest import LiveServer, csrf_of

Meet = Callable[..., Person]


@pytest.fixture
def shop(live_server: LiveServer) -> Shop:
    return live_server.shop


def connected(shop: Shop, person: Person, who: str) -> Person:
    """A member of the cast whose Telegram is connected."""
    with shop.inside(who):
        argument = links.staff_argument(shop.actor(who))
    (welcome,) = person.writes(f"/start {argument}")
    assert "connected" in welcome.text
    return person


def signed_in(shop: Shop, who: str) -> Any:
    client = shop.app.test_client()
    form = {"name": who, "password": PASSWORD, "csrf_token": csrf_of(client)}
    assert client.post("/login", data=form).status_code == 302
    return client


def transfer(shop: Shop, product: int, quantity: int = 2) -> int:
    lines = [TransferLine(product, Decimal(quantity))]
    with shop.inside("warehouse"):
        request = TransferRequest(shop.branch_id, shop.warehouse_id, lines)
        return create_transfer(request, actor=shop.actor("warehouse")).id


def test_the_profile_connects_and_disconnects(shop: Shop, person: Meet) -> None:
    client = signed_in(shop, "manager")
    assert "/profile/telegram" in client.get("/profile").get_data(as_text=True)
    page = client.get("/profile/telegram").get_data(as_text=True)
    address = re.search(rf"https://t\.me/{BOT_NAME}\?start=(u-[\w-]+)", page)
    assert address is not None
    assert len(address[1]) <= 64
    assert client.get("/profile/telegram/state").json == {"connected": False, "name": ""}
    manager = person("Manager")
    (welcome,) = manager.writes(f"/start {address[1]}")
    assert "Manager" in welcome.text
    assert client.get("/profile/telegram/state").json["connected"] is True
    link = link_of(shop, manager)
    assert (link.user_id, link.status) == (shop.users["manager"], LinkStatus.ACTIVE)
    # The same update again is harmless; the link itself is used up for everybody else.
    assert "connected" in manager.writes(f"/start {address[1]}")[0].text
    thief = person("Thief")
    assert "no longer good" in thief.writes(f"/start {address[1]}")[0].text
    token = csrf_of(client)
    answer = client.post("/profile/telegram/disconnect", data={"csrf_token": token})
    assert answer.status_code == 302
    with shop.inside():
        assert links.unlink_staff(shop.users["manager"]) is False


def test_links_that_are_old_or_forged_connect_nobody(
    shop: Shop, live_server: LiveServer, person: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop.inside("owner"):
        good = links.staff_argument(shop.actor())
        monkeypatch.setattr(links, "TOKEN_SECONDS", -1)
        old = links.staff_argument(shop.actor())
    with live_server.stranger.inside("stranger"):
        foreign = links.staff_argument(live_server.stranger.actor("stranger"))
    body = bytearray(base64.urlsafe_b64decode(good[2:] + "=="))
    body[15] ^= 1  # somebody else's number under the same signature
    forged = "u-" + base64.urlsafe_b64encode(bytes(body)).decode().rstrip("=")
    mixed = good[:-10] + foreign[-10:]
    nobody = person("Nobody")
    for argument in (old, forged, mixed, good[:-1], "u-", "u-" + "A" * 48):
        (refused,) = nobody.writes(f"/start {argument}")
        assert "no longer good" in refused.text
    with shop.inside():
        found = db.session.scalars(select(TelegramLink).where(TelegramLink.chat_id == nobody.chat_id)).all()
        assert found == []


def test_figures_of_the_day_for_those_who_may_see_them(shop: Shop, person: Meet) -> None:
    product = shop.product(name="Non", price="4000")
    with shop.inside("cashier"):
        open_shift(shop.till_id, opening_cash=Decimal(0), actor=shop.actor("cashier"))
        request = SaleRequest(
            client_uuid=uuid4(),
            items=(SaleLine(product, None, Decimal(3), Decimal(0)),),
            payments=(Tender(PaymentMethod.CASH, Decimal(12_000)),),
        )
        complete_sale(request, actor=shop.actor("cashier"))
    owner = connected(shop, person("Owner"), "owner")
    (figures,) = owner.writes("/today")
    assert "12\u202f000" in figures.text
    # 12 000 without VAT of 12 per cent, less what three for 7 000 each cost.
    assert "Gross profit: -10\u202f285,71" in figures.text.replace("\u2212", "-").replace(".", ",")
    assert "1 receipt" in figures.text
    assert "Non" in figures.text
    cashier = connected(shop, person("Cashier"), "cashier")
    (figures,) = cashier.writes("/today")
    assert "12\u202f000" in figures.text
    assert "Gross profit" not in figures.text
    warehouse = connected(shop, person("Warehouse"), "warehouse")
    assert "not allowed" in warehouse.writes("/today")[0].text


def test_a_transfer_is_approved_by_a_button_once(shop: Shop, person: Meet) -> None:
    product = shop.product(name="Guruch")
    number = transfer(shop, product)
    owner = connected(shop, person("Owner"), "owner")
    manager = connected(shop, person("Manager"), "manager")
    (waiting,) = owner.writes("/waiting")
    (other,) = manager.writes("/waiting")
    assert "Guruch: 2" in waiting.text
    assert waiting.buttons == {"Approve": f"ta:{number}", "Reject": f"tr:{number}"}
    note, edited = owner.presses(waiting, "Approve")
    assert (note.method, edited.method) == ("answerCallbackQuery", "editMessageText")
    assert "Approved · Owner" in edited.text
    assert edited.buttons == {}
    with shop.inside():
        row = db.session.get_one(StockTransfer, number)
        assert (row.status, row.approved_by) == (TransferStatus.APPROVED, shop.users["owner"])
    # The same button in another chat.
    note, edited = manager.presses(other, "Approve")
    assert "done already" in note.text
    assert "Approved · Owner" in edited.text
    note, _edited = manager.presses(other, "Reject")
    assert "done already" in note.text
    assert "Nothing waits" in owner.writes("/waiting")[0].text


def test_rights_are_asked_at_the_moment_of_the_press(
    shop: Shop, live_server: LiveServer, person: Meet
) -> None:
    product = shop.product()
    number = transfer(shop, product)
    manager = connected(shop, person("Manager"), "manager")
    (waiting,) = manager.writes("/waiting")
    operator = connected(shop, person("Operator"), "operator")
    (note,) = operator.presses(f"ta:{number}")
    assert "not allowed" in note.text
    # The owner of another shop, and somebody who is nobody.
    with live_server.stranger.inside("stranger"):
        argument = links.staff_argument(live_server.stranger.actor("stranger"))
    foreign = person("Stranger")
    foreign.writes(f"/start {argument}")
    for somebody in (foreign, person("Nobody")):
        (note,) = somebody.presses(f"ta:{number}")
        assert "no longer good" in note.text
    # The manager is locked between the message and the press.
    with shop.inside("owner"):
        db.session.get_one(User, shop.users["manager"]).status = UserStatus.SUSPENDED
    (note,) = manager.presses(waiting, "Approve")
    assert note.method == "answerCallbackQuery"
    with shop.inside("owner"):
        assert db.session.get_one(StockTransfer, number).status is TransferStatus.PENDING
        db.session.get_one(User, shop.users["manager"]).status = UserStatus.ACTIVE
    assert link_of(shop, manager).user_id is None


def test_a_transfer_is_refused_with_a_reason(shop: Shop, person: Meet) -> None:
    number = transfer(shop, shop.product())
    owner = connected(shop, person("Owner"), "owner")
    _note, asked = owner.presses(f"tr:{number}")
    assert "Why" in asked.text
    assert owner.writes("/cancel")
    assert "keyboard" in owner.writes("just words")[0].text
    owner.presses(f"tr:{number}")
    (said,) = owner.writes("There is no room for it")
    assert "Rejected · Owner" in said.text
    with shop.inside():
        row = db.session.get_one(StockTransfer, number)
        assert (row.status, row.reason) == (TransferStatus.REJECTED, "There is no room for it")


def test_a_count_is_posted_by_a_button_once(shop: Shop, person: Meet) -> None:
    product = shop.product(stock="10")
    with shop.inside("warehouse"):
        actor = shop.actor("warehouse")
        count = counts.start_count(shop.branch_id, actor=actor)[0]
        counts.add_count_entry(count.id, Decimal(8), product_id=product, actor=actor)
        number = count.id
    owner = connected(shop, person("Owner"), "owner")
    (note,) = owner.presses(f"cp:{number}")
    assert "still being counted" in note.text
    with shop.inside("warehouse"):
        counts.finish_count(number, actor=shop.actor("warehouse"))
    waiting = owner.writes("/waiting")[-1]
    assert "1 product differs" in waiting.text and "missing" in waiting.text
    # Who may post counts and not see purchase prices hears how many differ, and not of what worth.
    with shop.inside("owner"):
        manager = select(Role.id).where(Role.key == RoleKey.MANAGER)
        costs = (RolePermission.permission == "catalog:cost:read", RolePermission.role_id.in_(manager))
        db.session.execute(
            delete(RolePermission).where(*costs), execution_options={"synchronize_session": False}
        )
        db.session.commit()
    seen = connected(shop, person("Manager"), "manager").writes("/waiting")[-1].text
    assert "1 product differs" in seen and "missing" not in seen
    _note, edited = owner.presses(waiting, "Post")
    assert "Posted · Owner" in edited.text
    note, _edited = owner.presses(waiting, "Post")
    assert "done already" in note.text
    with shop.inside():
        assert db.session.get_one(StockCount, number).status is CountStatus.POSTED


def test_alerts_go_out_and_a_chat_that_stopped_the_bot_is_left_alone(
    shop: Shop, person: Meet, telegram: BotApiServer
) -> None:
    owner = connected(shop, person("Owner"), "owner")

    def alert(text: str) -> Delivery:
        with shop.inside("owner"):
            number = send_message(
                channel=Channel.TELEGRAM,
                address=str(owner.chat_id),
                subject="Low stock",
                body=text,
                kind="test",
                user_id=shop.users["owner"],
                buttons=[[{"text": "Look", "url": "https://example.org"}]],
            )
        with shop.app.app_context():
            send_deliveries(shop.organization_id)
            db.session.commit()
        with shop.inside():
            row = db.session.get_one(Delivery, number)
            db.session.expunge(row)
            return row

    since = len(telegram.calls)
    assert alert("Sugar runs low").status is DeliveryStatus.SENT
    (sent,) = telegram.sent_to(owner.chat_id, since)
    assert sent.text == "Low stock\n\nSugar runs low"
    assert sent.buttons == {"Look": "https://example.org"}
    # Telegram asks for patience: the message is kept and counts as not tried.
    telegram.slow[owner.chat_id] = [7.0]
    row = alert("Later")
    assert (row.status, row.attempts) == (DeliveryStatus.WAITING, 0)
    assert "retry after" in (row.error or "")
    telegram.blocked.add(owner.chat_id)
    assert alert("Not any more").status is DeliveryStatus.BLOCKED
    assert link_of(shop, owner).status is LinkStatus.BLOCKED
    telegram.blocked.discard(owner.chat_id)


def test_an_alert_brings_its_buttons(shop: Shop, person: Meet, telegram: BotApiServer) -> None:
    owner = connected(shop, person("Owner"), "owner")
    since = len(telegram.calls)
    number = transfer(shop, shop.product())
    with shop.app.app_context():
        dispatch_events(shop.organization_id)
        send_deliveries(shop.organization_id)
        db.session.commit()
    alert = [call for call in telegram.sent_to(owner.chat_id, since) if call.buttons][-1]
    assert set(alert.buttons.values()) == {f"ta:{number}", f"tr:{number}"}
    _note, edited = owner.presses(f"ta:{number}")
    assert "Approved · Owner" in edited.text


def test_an_error_of_ours_is_told_without_a_traceback(
    shop: Shop, person: Meet, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = connected(shop, person("Owner"), "owner")

    def break_down(_chat: Any) -> Any:
        raise RuntimeError("a mistake")

    monkeypatch.setitem(answering.OF_STAFF, answering.Item.TODAY, break_down)
    (said,) = owner.writes("/today")
    assert "went wrong" in said.text
    monkeypatch.undo()
    assert len(owner.writes("/today")) == 1
