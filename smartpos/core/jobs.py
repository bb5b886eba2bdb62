"""Background work through RQ, and the one table of periodic work.

A job takes ids, enters the tenant, calls one operation and is safe to repeat. The web process only enqueues, and does
so after its commit; when Redis is down the enqueueing fails quietly and the periodic sweep catches up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from rq import Queue, Worker
from rq.cron import CronScheduler

from smartpos.core.db import db
from smartpos.core.redis import connection

DEFAULT_QUEUE = "default"


@dataclass(frozen=True, slots=True)
class Periodic:
    """One line of the table: what to run, when (cron, UTC), in which queue, within how many seconds."""

    work: Callable[[], Any]
    cron: str
    queue: str = DEFAULT_QUEUE
    timeout: int = 300


_table: dict[str, Periodic] = {}


def periodic(cron: str, *, queue: str = DEFAULT_QUEUE, timeout: int = 300) -> Callable[[Any], Any]:
    """Declare a function without arguments as periodic work."""

    def register(work: Callable[[], Any]) -> Callable[[], Any]:
        _table[f"{work.__module__}.{work.__name__}"] = Periodic(work, cron, queue, timeout)
        return work

    return register


def periodic_table() -> dict[str, Periodic]:
    """All periodic work by name."""
    return dict(_table)


def run_periodic(name: str) -> None:
    """Run one piece of periodic work as a unit of its own; the worker calls this inside its application context."""
    # The work horse is a fork: connections opened before it belong to its parent.
    db.engine.dispose(close=False)
    try:
        _table[name].work()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def work() -> None:
    """Run a worker until it is told to stop."""
    Worker([Queue(DEFAULT_QUEUE, connection=connection())], connection=connection()).work(
        logging_level="WARNING"
    )


def schedule() -> None:
    """Run the scheduler until it is told to stop. RQ's cron keeps it; two of them only repeat safe work."""
    scheduler = CronScheduler(connection=connection(), logging_level="WARNING")
    for name, entry in _table.items():
        scheduler.register(
            run_periodic, args=(name,), queue_name=entry.queue, cron=entry.cron, job_timeout=entry.timeout
        )
    current_app.logger.info("scheduler started with %s entries", len(_table))
    scheduler.start()  # type: ignore[no-untyped-call]
