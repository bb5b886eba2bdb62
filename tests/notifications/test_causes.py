"""What people are told of: each cause is made to happen, and the right people hear of it once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.events import dispatch_events, record
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import tenant_scope
from smartpos.crm.models import CustomerEntryKind, SupplierEntryKind
from smartpos.crm.operations import create_customer, create_supplier, post_entry, post_supplier_entry
from smartpos.crm.operations.notices import tell_of_debts
from smartpos.identity.jobs import tell_platform
from smartpos.identity.models import User
from smartpos.identity.operations import create_super_admin
from smartpos.identity.queries import platform_id, system_actor
from smartpos.notifications.models import Channel, Delivery, DeliveryStatus, Level, Notification
from smartpos.notifications.operations import words_of
from smartpos.notifications.operations.kinds import Worded
from smartpos.purchasing.operations.notices import tell_of_payables
from smartpos.stock.models import Batch
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations.counts import finish_count, post_count, reopen_count, start_count
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from smartpos.stock.operations.telling import tell_of_expiring
from smartpos.stock.operations.transfers import (
    TransferLine,
    TransferRequest,
    approve_transfer,
    create_transfer,
)
from tests.cast import PASSWORD, Shop, make_shop
from tests.conftest import Api
from tests.sales.counter import everything, refund, set_setting, sold
from tests.stock.lots import day, lotted, receive


@pytest.fixture
def shop(app: Any) -> Shop:
    """The shop with an accountant."""
    from tests.cast import ROLES

    return make_shop(app, domain="bahor", people=ROLES | {"accountant": RoleKey.ACCOUNTANT})


def told(shop: Shop, kind: str) -> list[tuple[str, str, set[str]]]:
    """Each notice of a kind in English, with those who were told: title, text, people."""
    names = {number: name for name, number in shop.users.items()}
    found: dict[str, tuple[str, str, set[str]]] = {}
    with shop.inside(), force_locale("en"):
        for row in db.session.scalars(
            select(Notification).where(Notification.kind == kind).order_by(Notification.id)
        ):
            words = words_of(row.kind, row.facts)
            found.setdefault(row.dedupe_key, (_plain(words.title), _plain(words.text), set()))[2].add(
                names[row.user_id]
            )
    return list(found.values())


def _plain(text: str) -> str:
    """Numbers as typed: without the thin spaces of people who set type."""
    return text.replace("\u202f", " ").replace("\u00a0", " ")


def react(shop: Shop) -> None:
    with shop.app.app_context():
        dispatch_events(shop.organization_id)


def unread(shop: Shop, kind: str) -> int:
    with shop.inside():
        query = select(Notification.id).where(Notification.kind == kind, Notification.read_at.is_(None))
        return len(db.session.scalars(query).all())


def move(shop: Shop, quantities: dict[int, str]) -> None:
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, Decimal(quantity)) for product, quantity in quantities.items()],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            allow_negative=True,
            actor=shop.actor("warehouse"),
        )


def watch(shop: Shop, *products: int) -> None:
    with shop.inside("warehouse"):
        set_levels_of_branch(
            shop.branch_id,
            [WantedLevels(product, Decimal(10), None, None) for product in products],
            actor=shop.actor("warehouse"),
        )


KEEPERS = {"owner", "admin", "manager", "warehouse"}


def test_who_keeps_the_levels_hears_what_runs_low(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(shop.app.config, "OUTBOX", True)
    bread, milk, rice = (shop.product(name) for name in ("Non", "Sut", "Guruch"))
    with shop.inside():
        db.session.get_one(User, shop.users["manager"]).email = "manager@example.org"
    watch(shop, bread, milk, rice)
    react(shop)
    assert told(shop, "stock.low") == []
    move(shop, {bread: "-95"})
    react(shop)
    react(shop)
    assert told(shop, "stock.low") == [
        ("Non runs low", _where(shop, "5 dona left, at least 10 dona wanted"), KEEPERS)
    ]
    # The message waits for the digest; there is enough again before it goes out.
    move(shop, {bread: "50"})
    react(shop)
    assert unread(shop, "stock.low") == 0
    with shop.inside():
        row = db.session.scalars(select(Delivery)).one()
        assert (row.channel, row.is_digest, row.status) == (Channel.EMAIL, True, DeliveryStatus.CANCELLED)
    # It hovers about its level: once a day is enough.
    move(shop, {bread: "-50"})
    react(shop)
    assert len(told(shop, "stock.low")) == 1
    # One posting with several is one notice, worst first.
    move(shop, {bread: "50"})
    react(shop)
    move(shop, {bread: "-60", milk: "-95", rice: "-100"})
    react(shop)
    title, text, people = told(shop, "stock.low")[-1]
    assert len(told(shop, "stock.low")) == 2
    assert title == f"{_branch(shop)}: 3 products run low"
    assert text.splitlines() == ["Non: −5 dona", "Guruch: 0 dona", "Sut: 5 dona"]
    assert people == KEEPERS
    with shop.inside():
        levels = set(db.session.scalars(select(Notification.level)))
        assert levels == {Level.WARN, Level.BAD}


def _branch(shop: Shop) -> str:
    from smartpos.identity.models import Branch

    with shop.inside():
        return db.session.get_one(Branch, shop.branch_id).name


def _where(shop: Shop, text: str) -> str:
    return f"{_branch(shop)}: {text}"


def test_what_expires_is_told_when_it_is_news(shop: Shop) -> None:
    milk = lotted(shop, "Sut")
    receive(shop, milk, "5", "A-1", day(3))
    receive(shop, milk, "5", "A-2", day(60))
    receive(shop, milk, "4", "A-0", day(-2))

    def morning() -> int:
        with shop.inside():
            return tell_of_expiring(actor=system_actor(shop.organization_id))

    assert morning() == 4
    assert morning() == 0
    title, text, people = told(shop, "stock.expiring")[0]
    assert title == f"{_branch(shop)}: lots expired: 1, expiring soon: 1"
    assert text.splitlines() == [f"Sut, {day(-2):%d.%m.%Y}: 4 dona", f"Sut, {day(3):%d.%m.%Y}: 5 dona"]
    assert people == KEEPERS
    # On the next day nothing is new, until another lot comes near its end.
    with shop.inside():
        yesterday = (day(0) - timedelta(days=1)).isoformat()
        for row in db.session.scalars(select(Notification)):
            row.facts = row.facts | {"day": yesterday}
            row.dedupe_key = f"stock.expiring:{shop.branch_id}:{yesterday}"
        for lot in db.session.scalars(select(Batch)):
            lot.received_date = day(-30)
    assert morning() == 0
    with shop.inside():
        db.session.scalars(select(Batch).where(Batch.batch_number == "A-2")).one().expiration_date = day(14)
    assert morning() == 4
    title, text, _people = told(shop, "stock.expiring")[-1]
    assert title == f"{_branch(shop)}: lots expired: 1, expiring soon: 2"
    assert text.splitlines() == [f"Sut, {day(14):%d.%m.%Y}: 5 dona", "and 2 more"]


def test_who_approves_hears_what_waits(shop: Shop) -> None:
    bread = shop.product("Non")
    with shop.inside("warehouse"):
        request = TransferRequest(shop.branch_id, shop.warehouse_id, [TransferLine(bread, Decimal(3))])
        transfer = create_transfer(request, actor=shop.actor("warehouse"))
        number, transfer_id = transfer.number, transfer.id
    react(shop)
    title, text, people = told(shop, "stock.transfer_waiting")[0]
    assert title == f"Transfer {number} waits for approval"
    assert "1 line" in text
    assert people == {"owner", "admin", "manager"}
    assert unread(shop, "stock.transfer_waiting") == 3
    with shop.inside("manager"):
        approve_transfer(transfer_id, actor=shop.actor("manager"))
    assert unread(shop, "stock.transfer_waiting") == 0
    # One that was settled before anybody could be told is not told.
    with shop.inside("owner"):
        transfer = create_transfer(request, actor=shop.actor("owner"))
        approve_transfer(transfer.id, actor=shop.actor("manager"))
    react(shop)
    assert len(told(shop, "stock.transfer_waiting")) == 1


def test_who_posts_counts_hears_of_finished_ones(shop: Shop) -> None:
    shop.product("Non")
    with shop.inside("warehouse"):
        count, _new = start_count(shop.branch_id, actor=shop.actor("warehouse"))
        finish_count(count.id, actor=shop.actor("warehouse"))
        number, count_id = count.number, count.id
    react(shop)
    assert [(title, people) for title, _text, people in told(shop, "stock.count_waiting")] == [
        (f"Stock count {number} waits for approval", {"owner", "admin", "manager"})
    ]
    with shop.inside("warehouse"):
        reopen_count(count_id, actor=shop.actor("warehouse"))
    assert unread(shop, "stock.count_waiting") == 0
    with shop.inside("manager"):
        finish_count(count_id, actor=shop.actor("manager"))
    react(shop)
    # Who finished it knows.
    assert told(shop, "stock.count_waiting")[-1][2] == {"owner", "admin"}
    with shop.inside("manager"):
        post_count(count_id, actor=shop.actor("manager"))
    assert unread(shop, "stock.count_waiting") == 0


def test_cash_that_does_not_add_up_is_told(shop: Shop, api_of: Callable[..., Api]) -> None:
    cashier = api_of("cashier")

    def day_of(counted: str, **facts: Any) -> None:
        shift = cashier.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "50000"}).json
        answer = cashier.post(f"/api/shifts/{shift['id']}/close", {"closing_cash": counted} | facts)
        assert answer.status_code == 200, answer.json
        react(shop)

    day_of("50000")
    assert told(shop, "sales.cash_difference") == []
    day_of("47500.50")
    title, text, people = told(shop, "sales.cash_difference")[0]
    assert title.endswith(": 2 499.50 UZS is missing")
    assert people == {"owner", "admin", "manager", "accountant"}
    assert text.startswith(_branch(shop))
    set_setting(shop, "cash_difference_tolerance", "3000")
    day_of("52000")
    assert len(told(shop, "sales.cash_difference")) == 1
    day_of("60000", difference_reason="found under the till")
    title, text, _people = told(shop, "sales.cash_difference")[1]
    assert title.endswith(": 10 000 UZS too much")
    assert text.endswith("found under the till")


def test_large_discounts_and_refunds_are_told(shop: Shop, api_of: Callable[..., Api]) -> None:
    cashier, manager = api_of("cashier"), api_of("manager")
    gold = shop.product("Oltin", price="1000000")
    for who in (cashier, manager):
        till = shop.till_id if who is cashier else shop.till2_id
        assert who.post("/api/shifts/open", {"till_id": till, "opening_cash": "9000000"}).status_code == 201

    def sell(who: Api, **facts: Any) -> Any:
        body = {
            "client_uuid": str(uuid4()),
            "items": [{"product_id": gold, "quantity": 1}],
            "payments": [{"method": "cash", "amount": "1000000"}],
        }
        answer = who.post("/api/sell", body | facts)
        assert answer.status_code == 201, answer.json
        react(shop)
        return answer.json

    plain = sell(manager)
    sell(manager, discount="240000")
    assert told(shop, "sales.big_discount") == []
    large = sell(manager, discount="250000")
    title, text, people = told(shop, "sales.big_discount")[0]
    assert title == f"Receipt {large['number']}: discount of 25%"
    assert text.splitlines()[0] == "Taken off: 250 000 UZS, paid: 750 000 UZS"
    # Who gave it knows.
    assert people == {"owner", "admin", "accountant"}
    answer = refund(manager, plain, *everything(plain), reason="broken")
    assert answer.status_code == 201, answer.json
    react(shop)
    title, text, people = told(shop, "sales.big_refund")[0]
    assert title == f"Receipt {answer.json['number']}: goods worth 1 000 000 UZS came back"
    assert text.endswith("broken")
    assert people == {"owner", "admin", "accountant"}
    set_setting(shop, "notice_refund_amount", "0")
    set_setting(shop, "notice_discount_percent", 0)
    again = sell(manager, discount="900000")
    assert refund(manager, again, *everything(again)).status_code == 201
    react(shop)
    assert len(told(shop, "sales.big_discount")) == len(told(shop, "sales.big_refund")) == 1


def test_debts_are_told_once_a_day(shop: Shop) -> None:
    with shop.inside("manager"):
        actor = shop.actor("manager")
        for name, amount, due in (("Ali", "300", -5), ("Vali", "200", 2), ("Gʻani", "900", 9)):
            customer, _new = create_customer(name=name, actor=actor)
            post_entry(
                customer.id,
                CustomerEntryKind.SALE,
                amount=-Decimal(amount),
                due_date=day(due),
                origin_kind="test",
                origin_id=1,
                actor=actor,
            )

    def morning(tell: Any) -> int:
        with shop.inside():
            return int(tell(actor=system_actor(shop.organization_id)))

    assert morning(tell_of_debts) == 4
    assert morning(tell_of_debts) == 0
    title, text, people = told(shop, "crm.debts_due")[0]
    assert title == "Customers overdue: 1, 300 UZS"
    assert text.splitlines() == [
        "Due within 3 days: 1, 200 UZS",
        "Ali: 300 UZS",
        "Vali: 200 UZS",
    ]
    assert people == {"owner", "admin", "manager", "accountant"}
    # Nothing is owed to suppliers, so nobody is told of it; then something is.
    assert morning(tell_of_payables) == 0
    with shop.inside("manager"):
        actor = shop.actor("manager")
        supplier = create_supplier(name="Nestle", actor=actor)
        post_supplier_entry(
            supplier.id,
            SupplierEntryKind.PURCHASE,
            amount=Decimal(500),
            due_date=day(1),
            origin_kind="test",
            origin_id=1,
            actor=actor,
        )
    assert morning(tell_of_payables) == 4
    assert told(shop, "purchasing.payables_due") == [
        (
            "Suppliers to pay within 3 days: 1, 500 UZS",
            "Nestle: 500 UZS",
            {"owner", "admin", "manager", "accountant"},
        )
    ]


def test_what_the_machinery_writes_down_is_told_once_a_day(shop: Shop) -> None:
    with shop.inside():
        actor = system_actor(shop.organization_id)
        for number in (3, 4):
            record(
                "core.books_differ",
                origin_kind="organization",
                origin_id=shop.organization_id,
                facts={"count": number, "lines": ["cash: 5 ≠ 6"]},
                actor=actor,
            )
        record(
            "core.job_failed",
            origin_kind="organization",
            origin_id=shop.organization_id,
            facts={"job": "sales.sweep", "error": "boom"},
            actor=actor,
        )
    react(shop)
    assert told(shop, "core.books_differ") == [
        ("The books do not add up: differences found: 3", "cash: 5 ≠ 6", {"owner", "admin"})
    ]
    # Failed work is the platform's business; nobody in a shop hears of it.
    assert told(shop, "core.job_failed") == []


def test_failed_work_is_told_to_the_platform(shop: Shop) -> None:
    with shop.app.app_context():
        create_super_admin(username="super", full_name="Super", password=PASSWORD, must_change_password=False)
        db.session.commit()
        platform = platform_id()
        assert platform is not None
        tell_platform("sales.jobs.sweep", "boom")
        tell_platform("sales.jobs.sweep", "boom again")
        db.session.commit()
        dispatch_events(platform)
        with tenant_scope(platform), force_locale("en"):
            row = db.session.scalars(select(Notification)).one()
            assert words_of(row.kind, row.facts) == Worded("Failed: sales.jobs.sweep", "boom")
            assert row.level is Level.BAD


def test_an_ordinary_sale_writes_nothing_down(shop: Shop, api_of: Callable[..., Api]) -> None:
    from smartpos.core.models import Event

    cashier = api_of("cashier")
    bread = shop.product("Non")
    assert cashier.post("/api/shifts/open", {"till_id": shop.till_id, "opening_cash": "0"}).status_code == 201
    with shop.inside():
        before = len(db.session.scalars(select(Event.id)).all())
    assert sold(cashier, {"product_id": bread, "quantity": 1})
    with shop.inside():
        assert len(db.session.scalars(select(Event.id)).all()) == before
