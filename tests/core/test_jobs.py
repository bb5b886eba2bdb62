"""Jobs on demand: sent by the commit, never by what is rolled back, and never in the way of anybody."""

from collections.abc import Iterator

import pytest
from flask import Flask
from rq import Queue
from sqlalchemy import text

from smartpos.core import jobs
from smartpos.core.db import db
from smartpos.core.redis import connection
from smartpos.core.tenancy import platform_scope

QUEUE = "tests-of-jobs"
done: list[int] = []


@jobs.job(queue=QUEUE)
def note(number: int) -> None:
    """Remember that it ran."""
    done.append(number)


@pytest.fixture
def queue(app: Flask) -> Iterator[Queue]:
    with app.app_context(), platform_scope(reason="test"):
        queue = Queue(QUEUE, connection=connection())
        queue.empty()
        yield queue
        queue.empty()


def waiting(queue: Queue) -> list[tuple[object, ...]]:
    return [job.args for job in queue.jobs]


NAME = "tests.core.test_jobs.note"


def test_a_job_is_sent_by_the_commit_and_once(queue: Queue) -> None:
    jobs.enqueue_after_commit(note, 1)
    assert waiting(queue) == []
    db.session.execute(text("SELECT 1"))
    db.session.commit()
    assert waiting(queue) == [(NAME, 1)]
    db.session.commit()
    assert waiting(queue) == [(NAME, 1)]


def test_what_is_rolled_back_sends_nothing(queue: Queue) -> None:
    db.session.execute(text("SELECT 1"))
    jobs.enqueue_after_commit(note, 2)
    db.session.rollback()
    db.session.commit()
    assert waiting(queue) == []


def test_the_end_of_a_savepoint_is_not_a_commit(queue: Queue) -> None:
    with db.session.begin_nested():
        jobs.enqueue_after_commit(note, 3)
        db.session.execute(text("SELECT 1"))
    assert waiting(queue) == []
    db.session.commit()
    assert waiting(queue) == [(NAME, 3)]


def test_a_dead_redis_disturbs_nobody(queue: Queue, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setitem(app.extensions, "smartpos_redis", None)
    jobs.enqueue_after_commit(note, 4)
    db.session.execute(text("SELECT 1"))
    db.session.commit()
    assert db.session.execute(text("SELECT 5")).scalar_one() == 5


def test_only_what_is_declared_may_run() -> None:
    with pytest.raises(LookupError):
        jobs.enqueue_after_commit(waiting, 5)
