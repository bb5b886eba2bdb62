"""Turns of periodic work: each is taken once, whoever asks, and it is written down how it went.

Two schedulers by mistake send the same work twice; the second finds the turn taken and goes home. A turn belongs to the
minute in which it was due, so work that waited in its queue for longer than its period is done once and not many times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from croniter import croniter
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert

from smartpos.core.db import db, utc_now
from smartpos.core.models import JobRun, JobRunStatus
from smartpos.core.tenancy import platform_scope

KEEP_DONE = timedelta(days=3)
KEEP_FAILED = timedelta(days=90)
_LONGEST_ERROR = 2000


def due_turn(cron: str, now: datetime) -> datetime:
    """The last moment, ``now`` included, at which work of this cron expression (UTC) was due."""
    moment: datetime = croniter(cron, now + timedelta(seconds=1)).get_prev(datetime)
    return moment


def next_turn(cron: str, now: datetime) -> datetime:
    """The moment at which work of this cron expression (UTC) is due next."""
    moment: datetime = croniter(cron, now).get_next(datetime)
    return moment


def take_turn(name: str, cron: str, now: datetime) -> int | None:
    """Begin the turn that is due at ``now``; None when somebody has taken it.

    To be committed before the work begins.
    """
    with platform_scope(reason="take a turn of periodic work"):
        statement = (
            insert(JobRun)
            .values(name=name, due_at=due_turn(cron, now), started_at=now)
            .on_conflict_do_nothing(index_elements=["name", "due_at"])
            .returning(JobRun.id)
        )
        return db.session.execute(statement).scalar_one_or_none()


def told(error: BaseException) -> str:
    """An error as it is written down: PostgreSQL's text holds no NUL, and an error may say anything."""
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:_LONGEST_ERROR]


def end_turn(turn_id: int, error: BaseException | None) -> None:
    """Write down how a turn went."""
    with platform_scope(reason="end a turn of periodic work"):
        statement = (
            update(JobRun)
            .where(JobRun.id == turn_id)
            .values(
                status=JobRunStatus.DONE if error is None else JobRunStatus.FAILED,
                finished_at=utc_now(),
                error=None if error is None else told(error),
            )
        )
        db.session.execute(statement, execution_options={"synchronize_session": False})


@dataclass(frozen=True, slots=True)
class LatestTurn:
    """How a piece of periodic work went last, and how often it failed within a week."""

    status: JobRunStatus
    started_at: datetime
    finished_at: datetime | None
    error: str | None
    failures: int


def latest_turns() -> Mapping[str, LatestTurn]:
    """The last turn of every piece of work, by name; for the platform."""
    failed = func.count().filter(
        JobRun.status == JobRunStatus.FAILED, JobRun.started_at > utc_now() - timedelta(days=7)
    )
    with platform_scope(reason="look at periodic work"):
        failures = dict(db.session.execute(select(JobRun.name, failed).group_by(JobRun.name)).all())
        last = select(JobRun).ext(distinct_on(JobRun.name)).order_by(JobRun.name, JobRun.due_at.desc())
        return {
            row.name: LatestTurn(
                row.status, row.started_at, row.finished_at, row.error, failures.get(row.name, 0)
            )
            for row in db.session.scalars(last)
        }


def failed_turns(limit: int = 20) -> list[JobRun]:
    """The turns that failed, the newest first; for the platform."""
    statement = (
        select(JobRun)
        .where(JobRun.status == JobRunStatus.FAILED)
        .order_by(JobRun.started_at.desc())
        .limit(limit)
    )
    with platform_scope(reason="look at periodic work"):
        rows = list(db.session.scalars(statement))
        db.session.expunge_all()
        return rows


def forget_turns() -> None:
    """Forget turns of long ago; failures are kept longer."""
    now = utc_now()
    old = (JobRun.started_at < now - KEEP_FAILED) | (
        (JobRun.started_at < now - KEEP_DONE) & (JobRun.status == JobRunStatus.DONE)
    )
    db.session.execute(delete(JobRun).where(old), execution_options={"synchronize_session": False})
