"""How background work goes, for the page of the platform: periodic work by its turns, RQ's queues and failed jobs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job
from rq.registry import FailedJobRegistry

from smartpos.core import turns
from smartpos.core.db import utc_now
from smartpos.core.errors import NotFound, Unavailable
from smartpos.core.jobs import Periodic, periodic_table
from smartpos.core.models import JobRunStatus
from smartpos.core.redis import connection

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One line of the table of periodic work. ``state`` is done, failed, running, stuck or never."""

    name: str
    cron: str
    state: str
    started_at: datetime | None
    seconds: float | None
    next_at: datetime
    failures: int
    error: str | None


@dataclass(frozen=True, slots=True)
class QueueLine:
    """How many jobs wait in a queue."""

    name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that failed: what it was, when, and the last line of its error."""

    id: str
    name: str
    failed_at: datetime | None
    error: str


def periodic_work() -> dict[str, Any]:
    """Everything the page shows. ``redis`` is false when Redis does not answer; the table is there all the same."""
    now = utc_now()
    latest = turns.latest_turns()
    lines = [_line(name, entry, latest.get(name), now) for name, entry in periodic_table().items()]
    lines.sort(key=lambda line: (line.state not in ("failed", "stuck"), line.name))
    facts: dict[str, Any] = {"lines": lines, "failures": turns.failed_turns(), "now": now, "redis": True}
    try:
        return {**facts, **_of_redis()}
    except (RedisError, OSError):
        return {**facts, "redis": False, "queues": [], "workers": 0, "failed_jobs": []}


def retry_failed_job(job_id: str) -> None:
    """Send a failed job to its queue again. Raises NotFound when it is not among them, Unavailable without Redis."""
    try:
        for queue in Queue.all(connection=connection()):
            registry = FailedJobRegistry(queue=queue)
            if job_id in registry:
                registry.requeue(job_id)
                return
    except NoSuchJobError:
        raise NotFound(_("There is no such job among those that failed.")) from None
    except (RedisError, OSError):
        raise Unavailable(_("Redis does not answer. Please try again.")) from None
    raise NotFound(_("There is no such job among those that failed."))


def _line(name: str, entry: Periodic, last: turns.LatestTurn | None, now: datetime) -> WorkLine:
    state = "never" if last is None else last.status.value
    if (
        last
        and last.status is JobRunStatus.RUNNING
        and (now - last.started_at).total_seconds() > entry.timeout
    ):
        state = "stuck"  # its worker was killed, or it would have ended by now
    return WorkLine(
        name=name.removeprefix("smartpos."),
        cron=entry.cron,
        state=state,
        started_at=last.started_at if last else None,
        seconds=(last.finished_at - last.started_at).total_seconds() if last and last.finished_at else None,
        next_at=turns.next_turn(entry.cron, now),
        failures=last.failures if last else 0,
        error=last.error if last else None,
    )


def _of_redis() -> dict[str, Any]:
    queues = Queue.all(connection=connection())
    failed: list[FailedJob] = []
    for queue in queues:
        ids = FailedJobRegistry(queue=queue).get_job_ids(0, MOST_SHOWN - 1, desc=True)
        for job in Job.fetch_many(ids, connection=connection()):
            if job is not None:
                result = job.latest_result()
                text = ((result.exc_string if result else None) or "").strip()
                name = " ".join(map(str, job.args)).removeprefix("smartpos.")
                failed.append(FailedJob(job.id, name, job.ended_at, text.rpartition("\n")[2][:300]))
    return {
        "queues": [QueueLine(queue.name, queue.count) for queue in queues],
        "workers": Worker.count(connection=connection()),
        "failed_jobs": failed[:MOST_SHOWN],
    }
