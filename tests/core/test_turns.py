"""Periodic work takes turns: once each, whoever asks, and how it went is written down and told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update

from smartpos.core import jobs, turns
from smartpos.core.db import db, utc_now
from smartpos.core.models import Event, JobRun, JobRunStatus
from smartpos.core.tenancy import platform_scope
from smartpos.identity.operations import create_super_admin
from smartpos.identity.queries import organizations_at
from tests.cast import PASSWORD, Shop
from tests.identity.people import log_in

done: list[str] = []


@jobs.periodic("* * * * *")
def tick() -> None:
    """Tell that it ran."""
    done.append("tick")


@jobs.periodic("0 0 1 1 *")
def stumble() -> None:
    """Leave something half done and fail."""
    with platform_scope(reason="test"):
        db.session.execute(text("CREATE TEMPORARY TABLE half_done ()"))
    raise ValueError("a stone\x00 in the way")


TICK, STUMBLE = "tests.core.test_turns.tick", "tests.core.test_turns.stumble"


@pytest.fixture(scope="module", autouse=True)
def _declared_for_these_tests_only() -> Iterator[None]:
    yield
    for name in (TICK, STUMBLE):
        jobs._table.pop(name)


@pytest.fixture
def bare(app: Flask) -> Iterator[None]:
    with app.app_context():
        done.clear()
        yield


def runs(name: str) -> list[JobRun]:
    with platform_scope(reason="test"):
        found = list(db.session.scalars(select(JobRun).where(JobRun.name == name).order_by(JobRun.id)))
        db.session.expunge_all()
        return found


@pytest.mark.parametrize(
    ("cron", "now", "due"),
    [
        ("* * * * *", "2026-03-01T10:00:00", "2026-03-01T10:00:00"),
        ("* * * * *", "2026-03-01T10:00:59", "2026-03-01T10:00:00"),
        ("30 22 * * *", "2026-03-01T22:29:59", "2026-02-28T22:30:00"),
        ("30 22 * * *", "2026-03-01T22:30:00", "2026-03-01T22:30:00"),
        ("0 0 29 2 *", "2026-03-01T00:00:00", "2024-02-29T00:00:00"),
    ],
)
def test_a_turn_belongs_to_the_minute_in_which_it_was_due(cron: str, now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert turns.due_turn(cron, moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert turns.next_turn(cron, moment) > moment


def test_two_schedulers_make_one_turn_of_it(bare: None) -> None:
    noon = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
    jobs.run_turn(TICK, noon)
    jobs.run_turn(TICK, noon + timedelta(seconds=9))
    assert done == ["tick"]
    jobs.run_turn(TICK, noon + timedelta(minutes=1))
    assert done == ["tick", "tick"]
    assert [(run.status, run.due_at.minute) for run in runs(TICK)] == [
        (JobRunStatus.DONE, 0),
        (JobRunStatus.DONE, 1),
    ]


def test_a_failure_is_written_down_told_to_the_platform_and_leaves_nothing(bare: None) -> None:
    create_super_admin(username="root", full_name="Root", password=PASSWORD, must_change_password=False)
    db.session.commit()
    with pytest.raises(ValueError, match="stone"):
        jobs.run_turn(STUMBLE, utc_now())
    (run,) = runs(STUMBLE)
    assert (run.status, run.error) == (JobRunStatus.FAILED, "ValueError: a stone in the way")
    with platform_scope(reason="test"):
        assert db.session.scalar(text("SELECT to_regclass('half_done')")) is None
        told = db.session.scalars(select(Event).where(Event.name == "core.job_failed")).one()
        assert told.facts["job"] == STUMBLE
        assert "stone" in told.facts["error"]


def test_without_a_platform_a_failure_is_still_written_down(bare: None) -> None:
    with pytest.raises(ValueError, match="stone"):
        jobs.run_turn(STUMBLE, utc_now())
    assert [run.status for run in runs(STUMBLE)] == [JobRunStatus.FAILED]


def test_turns_of_long_ago_are_forgotten_failures_later(bare: None) -> None:
    jobs.run_turn(TICK, utc_now())
    with pytest.raises(ValueError, match="stone"):
        jobs.run_turn(STUMBLE, utc_now())
    with platform_scope(reason="test"):
        old = utc_now() - timedelta(days=30)
        db.session.execute(update(JobRun).values(started_at=old))
        turns.forget_turns()
        assert list(db.session.scalars(select(JobRun.name))) == [STUMBLE]
        db.session.execute(update(JobRun).values(started_at=old - timedelta(days=90)))
        turns.forget_turns()
        assert list(db.session.scalars(select(JobRun.name))) == []


def test_an_hour_of_the_day_is_the_tenants_own(shop: Shop, stranger: Shop) -> None:
    with shop.app.app_context():
        with platform_scope(reason="test"):
            db.session.execute(
                text("UPDATE organizations SET timezone = 'America/New_York' WHERE id = :id"),
                {"id": stranger.organization_id},
            )
        morning = datetime(
            2026, 3, 2, 4, 5, tzinfo=UTC
        )  # nine in Tashkent, an hour before midnight in New York
        assert shop.organization_id in organizations_at(9, morning)
        assert stranger.organization_id not in organizations_at(9, morning)
        assert stranger.organization_id in organizations_at(23, morning)
        # A night without a worker is made up for; an evening is too late.
        assert shop.organization_id in organizations_at(9, morning + timedelta(hours=5))
        assert shop.organization_id not in organizations_at(9, morning + timedelta(hours=6))


def test_the_platform_sees_what_failed_and_what_waits(shop: Shop, app: Flask) -> None:
    with app.app_context():
        create_super_admin(username="root", full_name="Root", password=PASSWORD, must_change_password=False)
        db.session.commit()
        with platform_scope(reason="test"):
            db.session.execute(delete(JobRun))
            db.session.add(
                JobRun(
                    name="smartpos.core.audit.keep_partitions",
                    due_at=utc_now() - timedelta(hours=2),
                    status=JobRunStatus.FAILED,
                    started_at=utc_now() - timedelta(hours=2),
                    finished_at=utc_now() - timedelta(hours=2),
                    error="OSError: <disk full>",
                )
            )
            # Its worker was killed: it says running, and would have ended long ago.
            db.session.add(
                JobRun(name="smartpos.core.events.sweep_events", due_at=utc_now() - timedelta(hours=1),
                       started_at=utc_now() - timedelta(hours=1))
            )  # fmt: skip
            db.session.commit()
    browser: FlaskClient = app.test_client()
    log_in(browser, "root")
    page = browser.get("/platform/jobs").get_data(as_text=True)
    assert "OSError: &lt;disk full&gt;" in page
    first = page.index("core.audit.keep_partitions")
    assert first < page.index("core.events.sweep_events") < page.index("core.events.clear_events")
    assert page.count('class="pill bad"') >= 2
