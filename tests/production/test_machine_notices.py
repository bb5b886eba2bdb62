"""What people are told of machines and orders: upkeep every morning until it is done, an order that is late once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.events import dispatch_events, record
from smartpos.core.jobs import run_turn
from smartpos.core.models import Event
from smartpos.identity.models import User
from smartpos.notifications.models import Channel, Mode, Notification, Subscription
from smartpos.notifications.operations import kinds
from smartpos.notifications.operations.kinds import words_of
from smartpos.production.jobs import notices as jobs
from smartpos.production.models import Machine, OrderStatus, ProductionOrder
from smartpos.production.operations import machines as operations
from smartpos.production.operations.notices import COMPLETED, ORDER_ORIGIN, UPKEEP_DUE
from smartpos.production.operations.orders import cancel_order
from smartpos.production.queries.telling import OVERDUE
from tests.cast import Shop
from tests.production.machines import change, machine, order_on

MORNING = "smartpos.production.jobs.notices.tell_upkeep"
LATE = "smartpos.production.jobs.notices.find_overdue_orders"
# Everybody who holds the right to operate machines, and those who plan.
OPERATE = {"owner", "admin", "manager", "operator"}
PLAN = {"owner", "admin", "manager"}


@pytest.fixture
def morning(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Any:
    """``morning(2)``: what the scheduler does at eight in the morning in two days, with the jobs that it orders."""
    orders: list[tuple[Any, int]] = []
    monkeypatch.setattr(jobs, "enqueue_after_commit", lambda work, number: orders.append((work, number)))

    def turn(ahead: int = 0, name: str = MORNING) -> None:
        # Eight in Tashkent is three in Greenwich.
        now = datetime.now(UTC).replace(hour=3, minute=14, second=0) + timedelta(days=ahead)
        for module in ("smartpos.production.jobs.notices", "smartpos.identity.actors"):
            monkeypatch.setattr(f"{module}.utc_now", lambda: now)
        with shop.app.app_context():
            run_turn(name, now)
            for work, number in orders:
                work(number)
                db.session.commit()
            orders.clear()
        react(shop)

    return turn


def react(shop: Shop) -> None:
    with shop.app.app_context():
        dispatch_events(shop.organization_id)


def told(shop: Shop, kind: str) -> list[tuple[str, str, set[str]]]:
    """Each notice of a kind in English with those who were told: title, text, people."""
    names = {number: name for name, number in shop.users.items()}
    found: dict[str, tuple[str, str, set[str]]] = {}
    with shop.inside(), force_locale("en"):
        query = select(Notification).where(Notification.kind == kind).order_by(Notification.id)
        for row in db.session.scalars(query):
            words = words_of(row.kind, row.facts)
            people = found.setdefault(row.dedupe_key, (words.title, words.text, set()))[2]
            people.add(names[row.user_id])
    return list(found.values())


def unread(shop: Shop, kind: str) -> int:
    with shop.inside():
        query = select(Notification.id).where(Notification.kind == kind, Notification.read_at.is_(None))
        return len(db.session.scalars(query).all())


def test_upkeep_is_told_every_morning_until_it_is_done(shop: Shop, morning: Any) -> None:
    oven = machine(shop, code="P-1", name="Pech", upkeep_every_days=5)
    day = datetime.now(UTC).date()
    change(shop, Machine, oven, next_upkeep_on=day + timedelta(days=1))
    morning()
    assert told(shop, UPKEEP_DUE) == []
    morning(1)
    morning(1)
    ((title, text, people),) = told(shop, UPKEEP_DUE)
    assert title == "Pech: upkeep is due today"
    assert text == "Chilonzor\nP-1"
    assert people == OPERATE
    # A day later it is late; another machine of the branch is due with it, and both are one notice.
    mixer = machine(shop, code="M-1", name="Mikser")
    change(shop, Machine, mixer, next_upkeep_on=day + timedelta(days=2))
    morning(2)
    assert len(told(shop, UPKEEP_DUE)) == 2
    title, text, people = told(shop, UPKEEP_DUE)[-1]
    assert title == "Chilonzor: upkeep of 2 machines is due"
    assert text.splitlines() == [
        f"Pech (P-1): {day + timedelta(days=1):%d.%m.%Y}",
        f"Mikser (M-1): {day + timedelta(days=2):%d.%m.%Y}",
    ]
    # While one of them is still due the notices stand; when both are done nobody needs to read them.
    with shop.inside("operator"):
        operations.log_upkeep(oven, actor=shop.actor("operator"))
    react(shop)
    assert unread(shop, UPKEEP_DUE) == 2 * len(OPERATE)
    with shop.inside("operator"):
        operations.log_upkeep(mixer, actor=shop.actor("operator"))
    react(shop)
    assert unread(shop, UPKEEP_DUE) == 0
    morning(3)
    assert len(told(shop, UPKEEP_DUE)) == 2


def test_an_order_that_is_late_is_told_once(shop: Shop, morning: Any) -> None:
    product = shop.product("Non", cost="7777")
    past = utc_now() - timedelta(hours=3)
    oven = machine(shop)
    late = order_on(shop, oven, product, OrderStatus.IN_PROGRESS, quantity="25", due_at=past)
    order_on(shop, None, product, OrderStatus.COMPLETED, due_at=past)
    order_on(shop, None, product, OrderStatus.CANCELLED, due_at=past)
    order_on(shop, None, product, OrderStatus.PENDING, due_at=past + timedelta(days=30))
    order_on(shop, None, product, OrderStatus.PENDING, due_at=past - timedelta(days=200))

    def events() -> int:
        with shop.inside():
            return len(db.session.scalars(select(Event.id).where(Event.name == OVERDUE)).all())

    morning(1, LATE)
    morning(2, LATE)
    assert events() == 1
    ((title, text, people),) = told(shop, OVERDUE)
    assert title.startswith("Production order T-")
    assert title.endswith(" is late")
    assert text == "Non: 25\u00a0dona\nChilonzor\nOperator"
    assert people == PLAN
    # Another day is promised, and missed too.
    change(shop, ProductionOrder, late, due_at=past + timedelta(hours=1))
    morning(3, LATE)
    assert events() == 2
    assert len(told(shop, OVERDUE)) == 2
    # Done: nobody needs to read that it is late; that it is done hears who wants to.
    with shop.inside("owner"):
        person = shop.users["manager"]
        db.session.add(Subscription(user_id=person, kind=COMPLETED, channel=Channel.APP, mode=Mode.AT_ONCE))
        order = db.session.get(ProductionOrder, late)
        assert order is not None
        order.status, order.completed_at = OrderStatus.COMPLETED, utc_now()
        order.quantity_completed, order.quantity_scrapped = 24, 1  # type: ignore[assignment]
        record(COMPLETED, origin_kind=ORDER_ORIGIN, origin_id=late, facts={}, actor=shop.actor("operator"))
    react(shop)
    assert unread(shop, OVERDUE) == 0
    ((title, text, people),) = told(shop, COMPLETED)
    assert people == {"manager"}
    assert text == "Non: 24\u00a0dona\nScrapped: 1\u00a0dona\nChilonzor"


def test_what_is_called_off_is_late_no_more(shop: Shop, morning: Any) -> None:
    late = order_on(shop, None, shop.product("Non"), due_at=utc_now() - timedelta(hours=3))
    morning(1, LATE)
    assert unread(shop, OVERDUE) == len(PLAN)
    with shop.inside("manager"):
        cancel_order(late, "Kerak emas", actor=shop.actor("manager"))
    react(shop)
    assert unread(shop, OVERDUE) == 0
    morning(2, LATE)
    assert len(told(shop, OVERDUE)) == 1


def test_people_find_these_notices_among_their_settings(shop: Shop) -> None:
    found = {kind.key: kind for kind in kinds.declared_kinds()}
    assert found[COMPLETED].default(Channel.APP) is Mode.OFF
    for key in (UPKEEP_DUE, OVERDUE):
        assert found[key].default(Channel.APP) is Mode.AT_ONCE
        assert found[key].group is kinds.NoticeGroup.PRODUCTION
    with shop.inside():
        assert db.session.get(User, shop.users["operator"]) is not None
        held = shop.actor("operator").permissions
    assert found[UPKEEP_DUE].is_open_to(held)
    assert not found[OVERDUE].is_open_to(held)
