"""Events: written with what caused them, reacted to afterwards, never lost and never in each other's way."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rq import Queue
from sqlalchemy import select, update

from smartpos.core import events
from smartpos.core.db import db, utc_now
from smartpos.core.jobs import DEFAULT_QUEUE
from smartpos.core.models import Event
from smartpos.core.redis import connection
from smartpos.core.tenancy import ScopeMissing, tenant_scope
from smartpos.identity.models import Organization, OrganizationStatus
from tests.cast import Shop
from tests.conftest import LiveServer

HEARD, UNHEARD = "test.heard", "test.unheard"


@dataclass
class Somebody:
    user_id: int | None = None


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers that a reaction was told, in order; only this test's reactions exist."""
    told: list[int] = []
    monkeypatch.setattr(events, "_reactions", {})

    @events.on(HEARD)
    def remember(happened: events.Happened) -> None:
        told.append(happened.facts["number"])

    return told


@pytest.fixture
def queue(app: Flask) -> Iterator[Queue]:
    with app.app_context():
        queue = Queue(DEFAULT_QUEUE, connection=connection())
        queue.empty()
        yield queue
        queue.empty()


def happen(number: int, name: str = HEARD) -> None:
    events.record(name, origin_kind="test", origin_id=number, facts={"number": number}, actor=Somebody())


def rows(shop: Shop) -> list[Any]:
    with shop.inside():
        asked = select(Event.dispatched_at, Event.attempts, Event.error).where(Event.origin_kind == "test")
        return list(db.session.execute(asked.order_by(Event.id)))


def dispatch(shop: Shop) -> None:
    with shop.app.app_context():
        events.dispatch_events(shop.organization_id)
        db.session.commit()


def make_due(shop: Shop) -> None:
    """As if the wait after a failure were over."""
    with shop.inside():
        db.session.execute(update(Event).values(created_at=utc_now() - timedelta(days=2)))


def sent(queue: Queue) -> list[tuple[Any, ...]]:
    return [job.args for job in queue.jobs if job.args[0].endswith("dispatch_events")]


def test_a_commit_sends_one_job_for_all_events_of_it(shop: Shop, queue: Queue, heard: list[int]) -> None:
    with shop.inside("owner"):
        happen(1)
        happen(2)
        assert sent(queue) == []
    assert sent(queue) == [("smartpos.core.events.dispatch_events", shop.organization_id)]
    with shop.inside("owner"):
        happen(3)
    assert len(sent(queue)) == 2
    dispatch(shop)
    assert heard == [1, 2, 3]
    assert all(row.dispatched_at and row.attempts == 1 and row.error is None for row in rows(shop))
    dispatch(shop)
    assert heard == [1, 2, 3]


def test_what_is_rolled_back_has_not_happened(shop: Shop, queue: Queue, heard: list[int]) -> None:
    with shop.app.app_context(), tenant_scope(shop.organization_id):
        happen(1)
        db.session.flush()
        db.session.rollback()
        db.session.commit()
    assert sent(queue) == []
    dispatch(shop)
    assert heard == [] and rows(shop) == []


def test_an_event_without_a_tenant_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(ScopeMissing):
        happen(1)


def test_what_a_dead_redis_missed_is_swept(
    shop: Shop, app: Flask, queue: Queue, heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
        patch.setitem(app.extensions, "smartpos_redis", None)
        with shop.inside("owner"):
            happen(1)
    monkeypatch.setitem(app.extensions, "smartpos_redis", None)
    assert [row.dispatched_at for row in rows(shop)] == [None]
    assert sent(queue) == []
    with app.app_context():
        events.sweep_events()
        db.session.commit()
    assert sent(queue) == [("smartpos.core.events.dispatch_events", shop.organization_id)]
    dispatch(shop)
    assert heard == [1]
    queue.empty()
    with app.app_context():
        events.sweep_events()
        db.session.commit()
    assert sent(queue) == []


def test_a_suspended_shop_waits(shop: Shop, app: Flask, queue: Queue, heard: list[int]) -> None:
    with shop.inside("owner"):
        happen(1)

    def become(status: OrganizationStatus) -> None:
        with shop.inside():
            db.session.get_one(Organization, shop.organization_id).status = status

    become(OrganizationStatus.SUSPENDED)
    queue.empty()
    with app.app_context():
        events.sweep_events()
        db.session.commit()
    assert sent(queue) == []
    dispatch(shop)  # a job that was queued before
    assert heard == []
    become(OrganizationStatus.ACTIVE)
    with app.app_context():
        events.sweep_events()
        db.session.commit()
    assert len(sent(queue)) == 1
    dispatch(shop)
    assert heard == [1]


def test_a_failing_reaction_comes_again_and_disturbs_nobody(shop: Shop, heard: list[int]) -> None:
    tries: list[int] = []

    @events.on(HEARD)
    def fail_at_two(happened: events.Happened) -> None:
        tries.append(happened.facts["number"])
        if happened.facts["number"] == 2 and len(tries) < 4:
            db.session.execute(
                select(1 / db.func.abs(0))
            )  # the database refuses; the others go on all the same

    with shop.inside("owner"):
        for number in (1, 2, 3):
            happen(number)
    dispatch(shop)
    assert heard == [1, 2, 3] and tries == [1, 2, 3]
    one, two, three = rows(shop)
    assert one.dispatched_at and three.dispatched_at
    assert (two.dispatched_at, two.attempts) == (None, 1)
    assert "fail_at_two" in str(two.error)
    dispatch(shop)
    assert heard == [1, 2, 3], "it waits a while before it comes again"
    make_due(shop)
    dispatch(shop)
    assert heard == [1, 2, 3, 2]
    two = rows(shop)[1]
    assert two.dispatched_at and two.attempts == 2 and two.error is None


def test_after_ten_attempts_it_is_left_alone(shop: Shop, heard: list[int], queue: Queue) -> None:
    tries = 0

    @events.on(HEARD)
    def fail(happened: events.Happened) -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError("no\x00")

    with shop.inside("owner"):
        happen(1)
    make_due(shop)
    for _turn in range(12):
        dispatch(shop)
    assert tries == events.MOST_ATTEMPTS
    row = rows(shop)[0]
    assert row.dispatched_at is None and row.attempts == events.MOST_ATTEMPTS and "no" in str(row.error)
    queue.empty()
    with shop.app.app_context():
        events.sweep_events()
        db.session.commit()
    assert sent(queue) == []


def test_what_nobody_reacts_to_is_done_with(shop: Shop, heard: list[int]) -> None:
    with shop.inside("owner"):
        happen(1, UNHEARD)
    dispatch(shop)
    assert rows(shop)[0].dispatched_at is not None and heard == []


def test_one_tenants_events_are_not_dispatched_for_another(
    shop: Shop, stranger: Shop, heard: list[int]
) -> None:
    with shop.inside("owner"):
        happen(1)
    dispatch(stranger)
    assert heard == []
    dispatch(shop)
    assert heard == [1]


def test_two_dispatchers_share_the_work(live_server: LiveServer, heard: list[int]) -> None:
    shop = live_server.shop
    first_is_in, second_is_done = Signal(), Signal()

    @events.on(HEARD)
    def hold_the_first(happened: events.Happened) -> None:
        if happened.facts["number"] == 1:
            first_is_in.set()
            assert second_is_done.wait(20)

    with shop.inside("owner"):
        for number in (1, 2, 3):
            happen(number)
    slow = Thread(target=dispatch, args=(shop,))
    slow.start()
    try:
        assert first_is_in.wait(20)
        dispatch(shop)  # does not wait for the event that the other has taken
        assert sorted(heard) == [1, 2, 3]
    finally:
        second_is_done.set()
        slow.join(20)
    assert sorted(heard) == [1, 2, 3]
    assert all(row.dispatched_at and row.attempts == 1 for row in rows(shop))


def test_administrators_see_what_has_become_of_events(
    shop: Shop, client_of: Callable[[str], FlaskClient], heard: list[int]
) -> None:
    with shop.inside("owner"):
        happen(1)
    page = client_of("owner").get("/admin/events/")
    assert page.status_code == 200 and HEARD in page.get_data(as_text=True)
    assert client_of("cashier").get("/admin/events/").status_code == 403


def test_an_event_that_kills_its_worker_does_not_stop_the_others(shop: Shop, heard: list[int]) -> None:
    @events.on(HEARD)
    def die_at_one(happened: events.Happened) -> None:
        if happened.facts["number"] == 1:
            raise SystemExit

    with shop.inside("owner"):
        for number in (1, 2):
            happen(number)
    with pytest.raises(SystemExit):
        dispatch(shop)
    with shop.app.app_context():
        db.session.rollback()
    assert [row.attempts for row in rows(shop)] == [1, 0]
    dispatch(shop)
    assert heard == [1, 2]
    assert [(row.dispatched_at is None, row.attempts) for row in rows(shop)] == [(True, 1), (False, 1)]
