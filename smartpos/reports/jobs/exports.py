"""Downloads at work: a worker of the queue "exports" makes the file, in the name of whoever ordered it.

Three transactions: one takes the run on, one reads (its cursor stays open to the last row), one keeps the file and says
that the run is done. A worker that is killed leaves a run that tells nothing any more; the sweep finds it.
"""

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from flask import current_app, g
from flask_babel import force_locale
from flask_babel import gettext as _
from rq.timeouts import JobTimeoutException
from sqlalchemy.exc import DBAPIError

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden, SmartPOSError
from smartpos.core.files import workshop
from smartpos.core.jobs import commit_step, enqueue_after_commit, is_idle, job, periodic
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.actors import Actor
from smartpos.identity.queries import actor_of_user
from smartpos.notifications.operations import notify
from smartpos.reports.exporting.csv import write_csv
from smartpos.reports.exporting.grids import address_of, source_of_grid
from smartpos.reports.exporting.pdf import write_pdf
from smartpos.reports.exporting.reports import source_of_report
from smartpos.reports.exporting.rows import Source
from smartpos.reports.exporting.watch import Stopped, Watch, Why
from smartpos.reports.exporting.xlsx import write_xlsx
from smartpos.reports.models import ExportFormat, ReportRun, RunSource, RunStatus
from smartpos.reports.operations import exports as operations
from smartpos.reports.operations.exports import Begun
from smartpos.reports.operations.notices import EXPORT_FAILED, EXPORT_READY
from smartpos.reports.operations.sending import export_finished
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.exports import waiting_exports
from smartpos.reports.queries.saved import both_of

EXPORTS = "exports"
# Ten million rows take less; a worker that needs longer than this has lost its database.
SECONDS = 3 * 60 * 60
# Nothing more fits on the disk, into what the person may use of it, or into one file.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

log = structlog.get_logger(__name__)


@job(queue=EXPORTS, timeout=SECONDS)
def run_export(organization_id: int, run_id: int) -> None:
    """Make the file of a run that waits; does nothing for any other, and is safe to repeat."""
    with tenant_scope(organization_id):
        begun = operations.begin_export(run_id)
        actor = actor_of_user(begun.user_id) if begun is not None and begun.user_id is not None else None
        commit_step()
        if begun is None:
            return
        with force_locale(begun.locale):
            if actor is None:
                _fail(begun, _("Whoever ordered this may not sign in any more."))
            elif not actor.can(P.EXPORT_CREATE):
                _refuse(begun)
            else:
                _work(begun, actor)


@periodic("* * * * *", timeout=55)
def sweep_exports() -> None:
    """Every minute: runs whose worker was killed wait for another one, and those whose job was lost are sent again."""
    with platform_scope(reason="sweep exports"):
        silent = operations.tenants_of_lost_exports()
    for organization_id in silent:
        _take_back(organization_id)
    with platform_scope(reason="sweep exports"):
        # While something is in the queue nothing was lost, or the next minute will tell.
        waiting = waiting_exports() if is_idle(EXPORTS) else []
    for organization_id, run_id in waiting:
        enqueue_after_commit(run_export, organization_id, run_id)


def _take_back(organization_id: int) -> None:
    """What one tenant's dead workers have left, as a unit of its own: trouble there is no trouble for the others."""
    try:
        with tenant_scope(organization_id):
            for run in operations.lost_exports():
                if run.status is RunStatus.FAILED:
                    _tell(run)
            commit_step()
    except JobTimeoutException:
        raise
    except Exception:
        log.exception("lost_exports_not_taken_back", organization_id=organization_id)
        db.session.rollback()


@periodic("30 2 * * *", timeout=600)
def expire_exports() -> None:
    """Every night: files that were kept long enough are let go."""
    with platform_scope(reason="expire exports"):
        operations.expire_exports()


def _work(begun: Begun, actor: Actor) -> None:
    """Make the file and keep it, or say why there is none."""
    actor = replace(actor, workspace_ids=both_of(actor.workspace_ids, begun.workspace_ids))
    organization_id = actor.organization.id
    watch = Watch(organization_id, begun.id, begun.started_at)
    # A folder of its own for each attempt: a worker that was thought dead still puts away what it takes for its own.
    with workshop(f"export-{begun.id}", f"{begun.started_at:%Y%m%d%H%M%S%f}") as folder:
        made = folder / f"made.{begun.format}"
        try:
            with watch:
                rows, columns = _make(begun, actor, watch, made, folder)
            with tenant_scope(organization_id, user_id=actor.user_id):
                run = operations.complete_export(begun, made, rows=rows, columns=columns, actor=actor)
                if run is not None:
                    _tell(run)
                # The file has left the folder, which goes away; nothing may undo the row after that.
                commit_step()
        except Exception as error:
            db.session.rollback()
            with tenant_scope(organization_id, user_id=actor.user_id):
                _end_badly(begun, watch, error)


def _make(begun: Begun, actor: Actor, watch: Watch, made: Path, folder: Path) -> tuple[int, list[str]]:
    """Write the file; gives how many rows it holds, and the keys of its columns.

    A list reads its own address, so there has to be a request: one without a browser, of the person who ordered.
    """
    is_grid = begun.source is RunSource.GRID
    path, args = (address_of(begun.report), begun.filters) if is_grid else ("/", {})
    scope = tenant_scope(actor.organization.id, user_id=actor.user_id, workspace_ids=actor.workspace_ids)
    with current_app.test_request_context(path, query_string=args), scope:
        g.principal = actor
        try:
            with force_locale(begun.locale):
                source = _source(begun, actor)
                watch.guard()
                watch.total = source.count()
                watch(0)
                write: Any = {
                    ExportFormat.XLSX: lambda: write_xlsx(source, made, watch, folder=folder),
                    ExportFormat.CSV: lambda: write_csv(source, made, watch, locale=begun.locale),
                    ExportFormat.PDF: lambda: write_pdf(source, made, watch, locale=begun.locale),
                }[begun.format]
                return write(), [column.key for column in source.columns]
        finally:
            g.pop("principal", None)


def _source(begun: Begun, actor: Actor) -> Source:
    if begun.source is RunSource.GRID:
        source = source_of_grid(begun.report, begun.columns, title=begun.title, actor=actor)
    else:
        source = source_of_report(begun.report, begun.filters, begun.columns, title=begun.title, actor=actor)
    source.author, source.company = actor.name, actor.organization.name
    made = _("Made on %(moment)s by %(person)s", moment=_moment(actor), person=actor.name)
    money = _("Amounts in %(currency)s", currency=actor.organization.currency)
    source.lines = [*source.lines, f"{actor.organization.name} · {money} · {made}"]
    return source


def _moment(actor: Actor) -> str:
    return utc_now().astimezone(actor.organization.zone).strftime("%d.%m.%Y %H:%M")


def _end_badly(begun: Begun, watch: Watch, error: Exception) -> None:
    """Say why there is no file. What asks for another attempt is left to the sweep."""
    why = error.why if isinstance(error, Stopped) else watch.why
    if why is Why.CANCELLED:
        operations.stop_export(begun)
    elif why is Why.TAKEN:
        log.warning("export_taken_over", run_id=begun.id)
    elif isinstance(error, Forbidden):
        _refuse(begun)
    elif isinstance(error, DBAPIError) and error.connection_invalidated:
        raise error
    else:
        _fail(begun, _reason(begun, error))


def _reason(begun: Begun, error: Exception) -> str:
    if isinstance(error, SmartPOSError):
        return str(error)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in FULL:
            log.error("export_disk_full", run_id=begun.id)
            return str(
                _("There is no room left for the file. Free some space or narrow the filters, and try again.")
            )
        cause = cause.__cause__ or cause.__context__
    log.error("export_failed", run_id=begun.id, exc_info=error)
    if isinstance(error, JobTimeoutException):
        return str(_("This took too long. Narrow the filters and try again."))
    return str(_("Something went wrong. We have recorded it; try again later."))


def _fail(begun: Begun, message: str) -> None:
    run = operations.fail_export(begun, message)
    if run is not None:
        _tell(run)


def _refuse(begun: Begun) -> None:
    """The right was withdrawn after the order: the run ends as if it had been cancelled, and says why."""
    log.info("export_refused", run_id=begun.id)
    run = operations.stop_export(begun, _("Whoever ordered this may not download it any more."))
    if run is not None:
        _tell(run)


def _tell(run: ReportRun) -> None:
    """Tell whoever ordered it how it ended; saved reports are sent on from here."""
    if run.report_id is not None:
        export_finished(run)
        return
    if run.created_by is None:
        return
    facts: dict[str, Any] = {"title": run.title, "rows": run.rows_done, "message": run.message}
    notify(
        EXPORT_FAILED if run.message is not None else EXPORT_READY,
        facts=facts,
        origin_kind="report_run",
        origin_id=run.id,
        dedupe_key=f"export:{run.id}:{run.finished_at:%Y%m%d%H%M%S%f}",
        link=f"/downloads#run-{run.id}",
        user_ids=[run.created_by],
    )
