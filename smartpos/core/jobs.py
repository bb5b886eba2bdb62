"""Background work through RQ, and the one table of periodic work.

A job takes ids, enters the tenant, calls one operation and is safe to repeat. The web process only enqueues, and does
so after its commit; when Redis is down the enqueueing fails quietly and the periodic sweep catches up. Periodic work
has turns (``core.turns``), so that two schedulers do no harm; what fails is told to those who asked by ``on_failure``.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.cron import CronScheduler
from sqlalchemy import event
from sqlalchemy.orm import Session

from smartpos.core import turns
from smartpos.core.db import db, utc_now
from smartpos.core.redis import connection
from smartpos.core.tenancy import platform_scope

DEFAULT_QUEUE = "default"
# A job that failed is kept for a week to be looked at; what it should have done is found by its sweep.
KEEP_FAILED = 7 * 24 * 60 * 60
PENDING = "smartpos_jobs"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Periodic:
    """One line of the table: what to run, when (cron, UTC), in which queue, within how many seconds."""

    work: Callable[[], Any]
    cron: str
    queue: str = DEFAULT_QUEUE
    timeout: int = 300


@dataclass(frozen=True, slots=True)
class Job:
    """Work on demand: what to run, in which queue, within how many seconds."""

    work: Callable[..., Any]
    queue: str = DEFAULT_QUEUE
    timeout: int = 60


FailureListener = Callable[[str, str], None]

_table: dict[str, Periodic] = {}
_jobs: dict[str, Job] = {}
_listeners: list[FailureListener] = []


def on_failure(listener: FailureListener) -> FailureListener:
    """Have a function called with the name of work that failed and its error; in a transaction of its own."""
    _listeners.append(listener)
    return listener


def periodic(cron: str, *, queue: str = DEFAULT_QUEUE, timeout: int = 300) -> Callable[[Any], Any]:
    """Declare a function without arguments as periodic work."""

    def register(work: Callable[[], Any]) -> Callable[[], Any]:
        _table[f"{work.__module__}.{work.__name__}"] = Periodic(work, cron, queue, timeout)
        return work

    return register


def job(*, queue: str = DEFAULT_QUEUE, timeout: int = 60) -> Callable[[Any], Any]:
    """Declare a function of ids as work for ``enqueue_after_commit``. ``timeout`` is in seconds."""

    def register(work: Callable[..., Any]) -> Callable[..., Any]:
        _jobs[f"{work.__module__}.{work.__name__}"] = Job(work, queue, timeout)
        return work

    return register


def enqueue_after_commit(work: Callable[..., Any], *ids: int) -> None:
    """Have a declared job run once the transaction in force is committed; never when it is rolled back.

    Nobody waits for it and nothing fails when Redis is down: a job that must not be lost has a periodic sweep.
    """
    name = f"{work.__module__}.{work.__name__}"
    if name not in _jobs:
        raise LookupError(f"{name} is not declared as a job")
    db.session().info.setdefault(PENDING, []).append((name, ids))


@event.listens_for(Session, "after_commit")
def _send_pending(session: Session) -> None:
    if PENDING not in session.info or session.in_nested_transaction():
        return
    for name, ids in session.info.pop(PENDING):
        found = _jobs[name]
        try:
            Queue(found.queue, connection=connection()).enqueue(
                run_job, args=(name, *ids), job_timeout=found.timeout, result_ttl=0, failure_ttl=KEEP_FAILED
            )
        except (RedisError, OSError) as error:
            log.warning("job_not_enqueued", job=name, ids=ids, error=str(error))


@event.listens_for(Session, "after_rollback")
def _forget_pending(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(PENDING, None)


def run_soon(name: str) -> None:
    """Send a piece of periodic work out of its hour; its turn is still taken once only. Quiet when Redis is down."""
    entry = _table[name]
    try:
        Queue(entry.queue, connection=connection()).enqueue(
            run_periodic, args=(name,), job_timeout=entry.timeout, result_ttl=0, failure_ttl=KEEP_FAILED
        )
    except (RedisError, OSError) as error:
        log.warning("job_not_enqueued", job=name, ids=(), error=str(error))


def commit_step() -> None:
    """Keep what a job has done so far, before it turns to something slow; nothing is locked while it waits."""
    db.session.commit()


def run_job(name: str, *ids: int) -> None:
    """Run one declared job as a unit of its own; the worker calls this inside its application context."""
    _leave_connections()
    _run(name, _jobs[name].work, *ids)


def periodic_table() -> dict[str, Periodic]:
    """All periodic work by name."""
    return dict(_table)


def run_periodic(name: str) -> None:
    """Run one piece of periodic work; the worker calls this inside its application context."""
    _leave_connections()
    run_turn(name, utc_now())


def run_turn(name: str, now: datetime) -> None:
    """Run the turn of a piece of periodic work that is due at ``now`` as a unit of its own, unless it is taken."""
    entry = _table[name]
    turn = turns.take_turn(name, entry.cron, now)
    db.session.commit()
    if turn is None:
        log.info("turn_taken", job=name)
        return
    try:
        _run(name, entry.work)
    except BaseException as error:
        turns.end_turn(turn, error)
        db.session.commit()
        raise
    turns.end_turn(turn, None)
    db.session.commit()


def _leave_connections() -> None:
    # The work horse is a fork: connections opened before it belong to its parent.
    db.engine.dispose(close=False)


def _run(name: str, work: Callable[..., Any], *ids: int) -> None:
    try:
        work(*ids)
        db.session.commit()
    except BaseException as error:
        db.session.rollback()
        _tell(name, turns.told(error))
        raise


def _tell(name: str, error: str) -> None:
    for listener in _listeners:
        # What made the work fail may make this fail too, and must not hide behind it.
        with suppress(Exception):
            try:
                listener(name, error)
                db.session.commit()
            except BaseException:
                db.session.rollback()
                log.exception("failure_not_told", job=name)
                raise


@periodic("30 3 * * *", timeout=300)
def forget_turns() -> None:
    """Every night: turns of long ago are forgotten."""
    with platform_scope(reason="forget turns of periodic work"):
        turns.forget_turns()


def work(*queues: str) -> None:
    """Run a worker of these queues until it is told to stop; of the default one when none is named."""
    named = [Queue(name, connection=connection()) for name in queues or (DEFAULT_QUEUE,)]
    Worker(named, connection=connection()).work(logging_level="WARNING")


def is_idle(queue: str) -> bool:
    """Whether nothing waits in a queue. False too when Redis does not answer: nobody would hear what is sent now."""
    try:
        return not Queue(queue, connection=connection()).count
    except (RedisError, OSError):
        return False


def schedule() -> None:
    """Run the scheduler until it is told to stop. RQ's cron keeps it; two of them only repeat safe work."""
    scheduler = CronScheduler(connection=connection(), logging_level="WARNING")
    for name, entry in _table.items():
        scheduler.register(
            run_periodic, args=(name,), queue_name=entry.queue, cron=entry.cron, job_timeout=entry.timeout
        )
    current_app.logger.info("scheduler started with %s entries", len(_table))
    scheduler.start()  # type: ignore[no-untyped-call]
