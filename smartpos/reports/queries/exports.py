"""Questions about downloads: whose they are, how far they have come, which wait."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.paging import DEFAULT_LIMIT, Page, page
from smartpos.identity.actors import Actor
from smartpos.reports.models import ReportRun, RunStatus

OPEN = (RunStatus.WAITING, RunStatus.RUNNING)
# Of a second there is nothing to reckon from.
LEAST_SECONDS = 1.0
MOST_SENT = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run has come. ``progress`` is from 0 to 1; the rate and the time left are None while nobody knows.

    ``is_packing``: all rows are written, and the file is being packed.
    """

    progress: float
    rows_per_second: int | None
    seconds_left: int | None
    is_packing: bool = False


def standing_of(run: ReportRun) -> Standing:
    """How far a run has come, by what its worker told last."""
    if run.status in (RunStatus.DONE, RunStatus.EXPIRED):
        return Standing(1.0, _rate(run, run.finished_at), None)
    rate = _rate(run, run.beat_at)
    if not run.rows_total or run.status is not RunStatus.RUNNING:
        return Standing(0.0, rate if run.status is RunStatus.RUNNING else None, None)
    left = max(0, run.rows_total - run.rows_done)
    # What is not finished never looks finished, even when there are more rows than were counted.
    progress = min(0.99, run.rows_done / run.rows_total)
    return Standing(progress, rate, round(left / rate) if rate and left else None, not left)


def _rate(run: ReportRun, until: datetime | None) -> int | None:
    if run.started_at is None or until is None or not run.rows_done:
        return None
    seconds = (until - run.started_at).total_seconds()
    return round(run.rows_done / seconds) if seconds >= LEAST_SECONDS else None


def export_of(run_id: int) -> ReportRun:
    """A run of the tenant in force. Raises NotFound."""
    run = db.session.scalars(select(ReportRun).where(ReportRun.id == run_id)).one_or_none()
    if run is None:
        raise NotFound
    return run


def own_export(run_id: int, actor: Actor) -> ReportRun:
    """A run that the person ordered. Raises NotFound for those of others too."""
    run = export_of(run_id)
    if run.created_by is None or run.created_by != actor.user_id:
        raise NotFound
    return run


def exports_of(actor: Actor, *, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[ReportRun]:
    """The runs a person ordered, the latest first. Raises Invalid for a cursor of another list."""
    found: Page[Any] = page(
        select(ReportRun).where(ReportRun.created_by == actor.user_id),
        [ReportRun.created_at, ReportRun.id],
        limit=limit,
        cursor=cursor,
        descending=True,
    )
    return found


def open_exports(actor: Actor) -> int:
    """How many runs of a person wait or are at work."""
    statement = (
        select(ReportRun.id)
        .where(ReportRun.status.in_(OPEN), ReportRun.created_by == actor.user_id)
        .limit(100)
    )
    return len(db.session.scalars(statement).all())


def waiting_exports() -> list[tuple[int, int]]:
    """Tenants and runs that wait for a worker, the oldest first; in the platform scope."""
    found = db.session.execute(
        select(ReportRun.organization_id, ReportRun.id)
        .where(ReportRun.status == RunStatus.WAITING)
        .order_by(ReportRun.id)
        .limit(MOST_SENT)
    )
    return [(row[0], row[1]) for row in found]


def is_kept(run: ReportRun) -> bool:
    """Whether there is a file to fetch now."""
    return (
        run.status is RunStatus.DONE
        and run.file_id is not None
        and (run.expires_at is None or run.expires_at > utc_now())
    )
