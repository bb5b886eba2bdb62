"""Customers are reminded of debts: on which days, in which words, and whom not."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from smartpos.bot.jobs import remind_customers
from smartpos.bot.operations import reminders
from smartpos.core.db import db, utc_now
from smartpos.crm.models import CustomerEntryKind
from smartpos.crm.operations import post_entry
from smartpos.identity.models import AppSetting
from smartpos.notifications.jobs import send_deliveries
from smartpos.notifications.models import Delivery
from tests.bot.conftest import chats
from tests.bot.people import make_customer, new_phone, seat
from tests.bot.server import BotApiServer
from tests.cast import Shop
from tests.conftest import LiveServer

DUE = date(2026, 11, 20)
# Ten in the morning in Tashkent.
MORNING = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)


@pytest.fixture
def shop(live_server: LiveServer, telegram: BotApiServer) -> Shop:
    return live_server.shop


def debtor(shop: Shop, due: date, amount: str = "-50000", **link: object) -> tuple[int, int]:
    """A customer in a chat who owes something; gives both numbers."""
    customer_id, chat_id = make_customer(shop, new_phone()), chats.randrange(10**9, 10**15)
    seat(shop, chat_id, customer_id, **link)
    owe(shop, customer_id, due, amount)
    return customer_id, chat_id


def owe(shop: Shop, customer_id: int, due: date | None, amount: str) -> None:
    with shop.inside("owner"):
        post_entry(
            customer_id,
            CustomerEntryKind.SALE if amount.startswith("-") else CustomerEntryKind.PAYMENT,
            amount=Decimal(amount),
            due_date=due,
            origin_kind="test",
            origin_id=1,
            occurred_at=MORNING - timedelta(days=40),
            actor=shop.actor(),
        )


def remind(shop: Shop, now: datetime) -> int:
    with shop.inside("owner"):
        return reminders.remind_debtors(actor=shop.actor(), now=now)


def told(shop: Shop, customer_id: int) -> list[str]:
    with shop.inside():
        query = select(Delivery.body).where(Delivery.customer_id == customer_id).order_by(Delivery.id)
        return list(db.session.scalars(query))


def test_on_which_days_and_in_which_words(shop: Shop) -> None:
    customer_id, _chat = debtor(shop, DUE)
    days = []
    for offset in range(-6, 31):
        now = MORNING + timedelta(days=offset)
        before = len(told(shop, customer_id))
        remind(shop, now)
        remind(shop, now + timedelta(hours=1))  # as often as one likes
        if len(told(shop, customer_id)) > before:
            days.append(offset)
            assert len(told(shop, customer_id)) == before + 1
    assert days == [-3, -2, -1, 0, 1, 3, 7, 14, 21, 28]
    texts = [text.replace("\u202f", " ").replace("\xa0", " ") for text in told(shop, customer_id)]
    assert texts[0] == "50 000 UZS is due in 3 days, on 20.11.2026."
    assert texts[2:5] == [
        "50 000 UZS is due in 1 day, on 20.11.2026.",
        "50 000 UZS is due today.",
        "50 000 UZS was due 1 day ago, on 20.11.2026.",
    ]
    assert texts[-1] == "50 000 UZS was due 28 days ago, on 20.11.2026."
    owe(shop, customer_id, None, "50000")


def test_whom_not(shop: Shop) -> None:
    stopped, _chat = debtor(shop, DUE, stopped_at=utc_now())
    paid, _chat = debtor(shop, DUE)
    owe(shop, paid, None, "50000")
    partly, _chat = debtor(shop, DUE)
    owe(shop, partly, None, "20000")
    twice, _chat = debtor(shop, DUE, "-1000")
    owe(shop, twice, DUE, "-2000")
    speaks, _chat = debtor(shop, DUE, locale="ru")
    assert remind(shop, MORNING) == 3
    assert told(shop, stopped) == told(shop, paid) == []
    assert "30\u202f000" in told(shop, partly)[0]
    assert len(told(shop, twice)) == 1
    assert "3\u202f000" in told(shop, twice)[0]
    assert "UZS" in told(shop, speaks)[0]
    for customer_id, amount in ((stopped, "50000"), (partly, "30000"), (twice, "3000"), (speaks, "50000")):
        owe(shop, customer_id, None, amount)


def test_the_hour_and_the_switch(shop: Shop) -> None:
    customer_id, _chat = debtor(shop, DUE)
    night = MORNING.replace(hour=1)
    late = MORNING.replace(hour=17)  # ten in the evening in Tashkent
    assert remind(shop, night) == remind(shop, late) == 0
    with shop.inside("owner"):
        db.session.add(AppSetting(key="telegram_reminder_hour", value=12))
    assert remind(shop, MORNING) == 0
    with shop.inside("owner"):
        db.session.add(AppSetting(key="telegram_reminders", value=False))
    assert remind(shop, MORNING + timedelta(hours=3)) == 0
    with shop.inside("owner"):
        for row in db.session.scalars(select(AppSetting).where(AppSetting.key.startswith("telegram_"))):
            db.session.delete(row)
    assert remind(shop, MORNING) == 1
    owe(shop, customer_id, None, "50000")


def test_a_reminder_arrives(shop: Shop, telegram: BotApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    today = utc_now().astimezone(ZoneInfo("Asia/Tashkent")).date()
    _customer, chat_id = debtor(shop, today + timedelta(days=1))
    with shop.inside("owner"):
        db.session.add(AppSetting(key="telegram_reminder_hour", value=0))
    monkeypatch.setattr(reminders, "LATEST_HOUR", 24)
    with shop.app.app_context():
        remind_customers(shop.organization_id)
        db.session.commit()
        send_deliveries(shop.organization_id)
        db.session.commit()
    (sent,) = telegram.sent_to(chat_id)
    assert sent.text.startswith("Bahor\n\n50\u202f000\u00a0UZS is due in 1 day")
    assert sent.buttons == {"🔕 Stop messages": f"q:{shop.organization_id}"}
