"""A download from its order to its file: what people ask for, and what the worker reports.

The row of the run is the truth. It is done in the same commit that makes the row of its file, so nobody is ever given
half a file; and whoever works at it holds the moment at which it began, so that a worker that was thought dead and
comes back changes nothing, even when somebody has asked for the file once more meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select, tuple_

from smartpos.core.audit import record
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.files import adopt_file, delete_file
from smartpos.core.idempotency import lock_client_uuid
from smartpos.core.models import AuditAction, StoredFile
from smartpos.identity.actors import Actor
from smartpos.reports.errors import ExportIsOver, TooManyExports
from smartpos.reports.models import ExportFormat, ReportRun, RunSource, RunStatus
from smartpos.reports.permissions import KEEP_DAYS
from smartpos.reports.permissions import ReportsPermission as P

MOST_OPEN = 10
MOST_ATTEMPTS = 3
# A worker tells every second how far it is; one that was silent for so long is gone.
SILENT = timedelta(minutes=2)
OPEN = (RunStatus.WAITING, RunStatus.RUNNING)
AGAIN = (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.EXPIRED)
LONGEST_TITLE = 200
CONTENT_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv",
    ExportFormat.PDF: "application/pdf",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that the worker has taken on."""

    id: int
    started_at: datetime
    source: RunSource
    report: str
    title: str
    format: ExportFormat
    filters: dict[str, Any]
    columns: tuple[str, ...]
    locale: str
    user_id: int | None
    workspace_ids: tuple[int, ...] | None


# --- What people ask for --------------------------------------------------------------------------------------------
def order_export(
    *,
    source: RunSource,
    report: str,
    format: ExportFormat | str,  # noqa: A002 - the name of the API's field
    filters: Mapping[str, Any],
    columns: Sequence[str] = (),
    title: str,
    client_uuid: UUID | None = None,
    report_id: int | None = None,
    locale: str | None = None,
    workspace_ids: Sequence[int] | None = None,
    actor: Actor,
) -> ReportRun:
    """Have a file made of a report or a list; the caller has seen to it that the actor may look at it.

    ``report`` is the slug of a report or the endpoint of a list, ``filters`` what a request would give, ``columns`` the
    keys of those wanted (all of them when empty). Titles and headers are in the actor's language. ``workspace_ids``
    narrow what the actor sees. A ``client_uuid`` that was used before gives the run of then. The job
    is to be enqueued by the caller. Raises Forbidden, TooManyExports.
    """
    if not actor.can(P.EXPORT_CREATE):
        raise Forbidden
    if client_uuid is not None:
        lock_client_uuid(client_uuid)
        known = db.session.scalars(
            select(ReportRun).where(ReportRun.client_uuid == client_uuid)
        ).one_or_none()
        if known is not None:
            return known
    if report_id is None:
        _leave_room(actor)
    run = ReportRun(
        client_uuid=client_uuid,
        source=source,
        report=report,
        report_id=report_id,
        title=" ".join(title.split())[:LONGEST_TITLE],
        format=ExportFormat(format),
        filters=dict(filters),
        columns=list(columns),
        workspace_ids=list(workspace_ids) if workspace_ids is not None else None,
        locale=locale or actor.locale or actor.organization.locale,
        created_by=actor.user_id,
    )
    db.session.add(run)
    db.session.flush()
    record(
        AuditAction.EXPORT,
        "report_runs",
        run.id,
        new_values={
            "report": report,
            "format": run.format,
            "filters": run.filters,
            "columns": run.columns,
            "title": run.title,
        },
    )
    return run


def cancel_export(run: ReportRun) -> None:
    """Stop a run: at once when nobody works at it, else within a second or two. Raises ExportIsOver."""
    db.session.refresh(run, with_for_update=True)
    if run.status is RunStatus.WAITING:
        run.status = RunStatus.CANCELLED
        run.finished_at = utc_now()
    elif run.status is RunStatus.RUNNING:
        run.cancel_asked = True
    else:
        raise ExportIsOver
    db.session.flush()


def retry_export(run: ReportRun, *, actor: Actor) -> None:
    """Make the file once more, as of now; the job is to be enqueued by the caller. Raises ExportIsOver, Forbidden."""
    if not actor.can(P.EXPORT_CREATE):
        raise Forbidden
    db.session.refresh(run, with_for_update=True)
    if run.status not in AGAIN:
        raise ExportIsOver
    _leave_room(actor)
    run.status = RunStatus.WAITING
    run.attempts = run.rows_done = 0
    run.rows_total = run.message = run.started_at = run.beat_at = run.finished_at = run.expires_at = None
    run.cancel_asked = False
    db.session.flush()
    record(AuditAction.EXPORT, "report_runs", run.id, reason="again", new_values={"title": run.title})


def _leave_room(actor: Actor) -> None:
    open_now = select(func.count()).where(ReportRun.status.in_(OPEN), ReportRun.created_by == actor.user_id)
    if (db.session.scalar(open_now) or 0) >= MOST_OPEN:
        raise TooManyExports(_("Wait until one of them is finished, or cancel one."), most=MOST_OPEN)


# --- What the worker reports ----------------------------------------------------------------------------------------
def begin_export(run_id: int) -> Begun | None:
    """Take a waiting run on; None when it is not waiting any more, or somebody else is just taking it."""
    run = db.session.scalars(
        select(ReportRun)
        .where(ReportRun.id == run_id, ReportRun.status == RunStatus.WAITING)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if run is None:
        return None
    run.status = RunStatus.RUNNING
    run.attempts += 1
    run.rows_done, run.rows_total, run.message = 0, None, None
    run.started_at = run.beat_at = utc_now()
    db.session.flush()
    return Begun(
        run.id,
        run.started_at,
        run.source,
        run.report,
        run.title,
        run.format,
        dict(run.filters),
        tuple(run.columns),
        run.locale,
        run.created_by,
        tuple(run.workspace_ids) if run.workspace_ids is not None else None,
    )


def complete_export(
    begun: Begun, made: Path, *, rows: int, columns: Sequence[str], actor: Actor
) -> ReportRun | None:
    """Keep the finished file and say so; None when the run is not ours any more or is not wanted.

    ``columns`` are the keys of those in the file: they decide who else may have it. Raises OSError.
    """
    run = _held(begun)
    if run is None:
        return None
    if run.cancel_asked:
        _end(run, RunStatus.CANCELLED, None)
        return None
    file = adopt_file(
        made,
        original_name=f"{begun.title} {actor.organization.today.isoformat()}.{begun.format}",
        content_type=CONTENT_TYPES[begun.format],
    )
    run.file_id = file.id
    run.columns = list(columns)
    run.rows_done = run.rows_total = rows
    run.expires_at = utc_now() + timedelta(days=max(1, int(actor.setting(KEEP_DAYS))))
    _end(run, RunStatus.DONE, None)
    return run


def fail_export(begun: Begun, message: str) -> ReportRun | None:
    """Say why there is no file; None when the run is not ours any more."""
    run = _held(begun)
    if run is not None:
        _end(run, RunStatus.FAILED, message)
    return run


def stop_export(begun: Begun, message: str | None = None) -> ReportRun | None:
    """The run was stopped as somebody wished, or because whoever ordered it may not have it any more (``message``)."""
    run = _held(begun)
    if run is not None:
        _end(run, RunStatus.CANCELLED, message)
    return run


def _held(begun: Begun) -> ReportRun | None:
    return db.session.scalars(
        select(ReportRun)
        .where(
            ReportRun.id == begun.id,
            ReportRun.status == RunStatus.RUNNING,
            ReportRun.started_at == begun.started_at,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _end(run: ReportRun, status: RunStatus, message: str | None) -> None:
    run.status = status
    run.message = message
    run.finished_at = run.beat_at = utc_now()
    db.session.flush()


# --- What the clock asks for ----------------------------------------------------------------------------------------
def tenants_of_lost_exports() -> list[int]:
    """Tenants with runs whose worker is gone; in the platform scope."""
    return list(db.session.scalars(select(ReportRun.organization_id).where(*_is_lost()).distinct()))


def lost_exports() -> list[ReportRun]:
    """Runs of the tenant in force whose worker is gone, set back to wait for another one.

    One that has lost its worker so often that it is likely to be the reason has failed, and is among them.
    """
    lost = db.session.scalars(select(ReportRun).where(*_is_lost()).with_for_update(skip_locked=True)).all()
    for run in lost:
        log.warning("export_lost_its_worker", run_id=run.id, attempts=run.attempts)
        if run.cancel_asked:
            _end(run, RunStatus.CANCELLED, None)
        elif run.attempts >= MOST_ATTEMPTS:
            with force_locale(run.locale):
                _end(run, RunStatus.FAILED, _("The work was interrupted several times. Try again later."))
        else:
            run.status = RunStatus.WAITING
    db.session.flush()
    return list(lost)


def _is_lost() -> tuple[ColumnElement[bool], ...]:
    silent = or_(ReportRun.beat_at < utc_now() - SILENT, ReportRun.beat_at.is_(None))
    return ReportRun.status == RunStatus.RUNNING, silent


def expire_exports() -> int:
    """Let go of the files whose time is over; gives how many. In the platform scope."""
    over = db.session.scalars(
        select(ReportRun)
        .where(ReportRun.status == RunStatus.DONE, ReportRun.expires_at < utc_now())
        .with_for_update(skip_locked=True)
    ).all()
    files = [(run.organization_id, run.file_id) for run in over]
    for run in over:
        run.status = RunStatus.EXPIRED
        run.file_id = None
    db.session.flush()
    named = tuple_(StoredFile.organization_id, StoredFile.id).in_(files)
    for file in db.session.scalars(select(StoredFile).where(named)):
        delete_file(file)
    db.session.flush()
    return len(over)
