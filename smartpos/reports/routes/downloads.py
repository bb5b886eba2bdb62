"""The page of downloads: what a person has ordered, how far it is, and the files; and the order of a list."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import describe, register_link
from smartpos.core.admin.guard import require_entry
from smartpos.core.admin.trail import describe_subjects
from smartpos.core.errors import Invalid
from smartpos.core.files import send_stored_file
from smartpos.core.i18n import select_locale
from smartpos.core.jobs import enqueue_after_commit
from smartpos.core.permissions import require
from smartpos.identity.principal import me
from smartpos.reports.errors import ExportIsOver, TooManyExports
from smartpos.reports.exporting.grids import find_grid, kept_arguments
from smartpos.reports.fetching import fetched
from smartpos.reports.jobs.exports import run_export
from smartpos.reports.models import ExportFormat, ReportRun, RunSource, RunStatus
from smartpos.reports.operations.exports import cancel_export, order_export, retry_export
from smartpos.reports.permissions import KEEP_DAYS
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.exports import exports_of, own_export
from smartpos.reports.standing import told

blueprint = Blueprint("downloads", __name__, url_prefix="/downloads")

PER_PAGE = 30
LONGEST_ADDRESS = 8000
LONGEST_NAME = 100

describe(
    {
        RunStatus.WAITING: (_l("Waiting"), "info"),
        RunStatus.RUNNING: (_l("Being made"), "info"),
        RunStatus.DONE: (_l("Ready"), "good"),
        RunStatus.FAILED: (_l("Failed"), "bad"),
        RunStatus.CANCELLED: _l("Cancelled"),
        RunStatus.EXPIRED: _l("Not kept any more"),
    }
)
describe({RunSource.REPORT: _l("Report"), RunSource.GRID: _l("List")})
describe({ExportFormat.XLSX: _l("Excel"), ExportFormat.CSV: _l("CSV"), ExportFormat.PDF: _l("PDF")})
describe_subjects({"report_runs": _l("Downloads")})


def init_app(app: Flask) -> None:
    """Register the pages and their place in the menu."""
    app.register_blueprint(blueprint)
    register_link(_l("Reports"), _l("Downloads"), "downloads.page", "download", P.EXPORT_CREATE, order=90)


@blueprint.get("/")
def page() -> str:
    """The person's own downloads, the latest first."""
    _enter()
    actor = me()
    cursor = request.args.get("cursor") or None
    found = exports_of(actor, limit=PER_PAGE, cursor=cursor)
    return render_template(
        "reports/downloads.html",
        runs=[(run, told(run)) for run in found.items],
        open_states=(RunStatus.WAITING, RunStatus.RUNNING),
        again=(RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.EXPIRED),
        keep_days=actor.setting(KEEP_DAYS),
        next_url=url_for("downloads.page", cursor=found.next_cursor) if found.next_cursor else "",
        is_continued=cursor is not None,
    )


@blueprint.post("/order")
def order() -> ResponseReturnValue:
    """Have a file made of a list of the back office, as its address narrows and sorts it."""
    _enter()
    view = find_grid(request.form.get("list", "")[:LONGEST_NAME])
    address = request.form.get("address", "")
    if len(address) > LONGEST_ADDRESS:
        raise Invalid(_("This address is too long."), field="address")
    try:
        format_ = ExportFormat(request.form.get("format", ""))
    except ValueError:
        raise Invalid(_("Choose Excel, CSV or PDF."), field="format") from None
    asked = parse_qs(urlsplit(address).query, keep_blank_values=True)
    try:
        run = order_export(
            source=RunSource.GRID,
            report=view.endpoint,
            format=format_,
            filters=kept_arguments(view, asked),
            title=str(view.name),
            locale=select_locale(),
            actor=me(),
        )
    except TooManyExports as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("downloads.page"), 303)
    return _sent(run, _("The file is being made. It stands here as soon as it is ready."))


@blueprint.post("/<int:export_id>/cancel")
def cancel(export_id: int) -> ResponseReturnValue:
    """Stop making a file."""
    _enter()
    try:
        cancel_export(own_export(export_id, me()))
    except ExportIsOver as refusal:
        flash(str(refusal), "error")
    return redirect(url_for("downloads.page"), 303)


@blueprint.post("/<int:export_id>/retry")
def retry(export_id: int) -> ResponseReturnValue:
    """Make a file once more, as of now."""
    _enter()
    run = own_export(export_id, me())
    try:
        retry_export(run, actor=me())
    except (ExportIsOver, TooManyExports) as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("downloads.page"), 303)
    return _sent(run, _("The file is made once more, as of now."))


@blueprint.get("/<int:export_id>")
def fetch(export_id: int) -> Response:
    """The file, for whoever has a good link and the rights to what is in it."""
    run = fetched(export_id, request.args.get("token", ""), actor=me())
    return send_stored_file(run.file_id or 0, download=True)


def _enter() -> None:
    require_entry()
    require(P.EXPORT_CREATE)


def _sent(run: ReportRun, said: Any) -> ResponseReturnValue:
    enqueue_after_commit(run_export, run.organization_id, run.id)
    flash(said, "success")
    return redirect(url_for("downloads.page", _anchor=f"run-{run.id}"), 303)
