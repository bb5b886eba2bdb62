"""Who may have the file of a download: links that cannot be made up, and the rights of whoever follows one.

A link alone opens nothing: it is signed for one file of one run of one tenant, and the visitor must besides be somebody
of that tenant who ordered the file, or could have ordered the very same, or receives it regularly. Rights are asked for
again each time, also those of whoever ordered it. Who sees some workspaces only could not have ordered what somebody
else sees.
"""

from datetime import UTC, datetime

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from smartpos.core.errors import Forbidden, NotFound
from smartpos.core.reports import find_report
from smartpos.identity.actors import Actor
from smartpos.reports.errors import FileIsGone, LinkNotGood
from smartpos.reports.exporting.grids import find_grid
from smartpos.reports.models import ReportRun, RunSource
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.exports import export_of, is_kept
from smartpos.reports.queries.saved import receives


def link_of(run: ReportRun, *, absolute: bool = False) -> str | None:
    """The address of the file of a run, good for as long as the file is kept; None when there is none."""
    if not is_kept(run) or run.expires_at is None:
        return None
    token = _signer().dumps([run.organization_id, run.id, run.file_id, int(run.expires_at.timestamp())])
    return url_for("downloads.fetch", export_id=run.id, token=token, _external=absolute)


def fetched(run_id: int, token: str, *, actor: Actor) -> ReportRun:
    """The run whose file a visitor may have now.

    Raises NotFound for a run of another tenant, LinkNotGood for a token that is not its own or too old, FileIsGone,
    Forbidden. To be asked in the visitor's request.
    """
    run = export_of(run_id)
    try:
        organization_id, number, file_id, until = _signer().loads(token)
        is_meant = (organization_id, number) == (actor.organization.id, run.id)
        is_old = datetime.fromtimestamp(until, UTC) < datetime.now(UTC)
    except (BadSignature, ValueError, TypeError, OverflowError, OSError):
        raise LinkNotGood from None
    if not is_meant:
        raise LinkNotGood
    if not may_fetch(run, actor):
        raise Forbidden
    if is_old or not is_kept(run) or file_id != run.file_id:
        raise FileIsGone
    return run


def may_fetch(run: ReportRun, actor: Actor) -> bool:
    """Whether the person of this request may see everything that is in the file, now.

    Whoever receives a scheduled report need not be somebody who downloads.
    """
    return _could_order(run, actor) or receives(run, actor)


def _could_order(run: ReportRun, actor: Actor) -> bool:
    """Whether the person ordered the run, or could have ordered the very same, by the rights they have now."""
    is_own = actor.user_id is not None and run.created_by == actor.user_id
    if not actor.can(P.EXPORT_CREATE) or (actor.workspace_ids is not None and not is_own):
        return False
    if run.source is RunSource.REPORT:
        report = find_report(run.report)
        if report is None or not report.is_open_to(actor):
            return False
        seen = {column.key for column in report.columns_for(actor)}
        return seen.issuperset(run.columns)
    try:
        view = find_grid(run.report)
    except (NotFound, Forbidden):
        return False
    return all(view.shows(name) for name in run.columns)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="downloads")
