"""What was downloaded by whom, and what is sent to whom: for owners, who answer for where the shop's figures go."""

from typing import Any

from flask import Flask, redirect
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import DetailsTable, ReadOnlyView, RowAction, add_views
from smartpos.core.admin.formatters import file_size, number
from smartpos.core.errors import NotFound
from smartpos.core.reports import find_report
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.principal import me
from smartpos.reports.fetching import link_of, may_fetch
from smartpos.reports.models import ReportRun, SavedReport
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.exports import is_kept


def _fetch(run: ReportRun) -> Any:
    link = link_of(run)
    if link is None or not may_fetch(run, me()):
        raise NotFound
    return redirect(link, 303)


class ReportRunView(ReadOnlyView):
    """Everything that was ordered, by everybody."""

    permission_read = IdentityPermission.AUDIT_READ
    menu_icon, menu_order = "download", 95
    lead = _l("Everything that anybody has made a file of, and who it was. Files are kept for some days.")
    column_list = (
        *(
            "created_at",
            "author",
            "title",
            "source",
            "format",
            "status",
            "rows_done",
            "file.size",
            "finished_at",
        ),
    )
    column_details_list = (
        *("title", "author", "source", "report", "format", "filters", "columns", "status", "message"),
        *("rows_total", "rows_done", "attempts", "file.size"),
        *("created_at", "started_at", "finished_at", "expires_at"),
    )
    column_labels = {
        "created_at": _l("Ordered"),
        "author": _l("Who"),
        "title": _l("What"),
        "source": _l("Kind"),
        "report": _l("Report or list"),
        "format": _l("Format"),
        "filters": _l("Filters"),
        "columns": _l("Columns"),
        "status": _l("State"),
        "message": _l("Why it failed"),
        "rows_total": _l("Rows"),
        "rows_done": _l("Rows written"),
        "attempts": _l("Attempts"),
        "file.size": _l("Size"),
        "started_at": _l("Begun"),
        "finished_at": _l("Finished"),
        "expires_at": _l("Kept until"),
    }
    column_formats = {"rows_done": number, "rows_total": number, "file.size": file_size}
    column_wrap = ("title",)
    column_filters = ("author", "source", "format", "status", "created_at")
    column_searchable_list = ("title", "report")
    search_hint = _l("Title of a report or list")
    row_actions = [
        RowAction(
            "fetch",
            _l("Download"),
            "download",
            P.EXPORT_CREATE,
            _fetch,
            visible=lambda run: is_kept(run) and may_fetch(run, me()),
            in_list=False,
        )
    ]


def _title(slug: str) -> str:
    """What a report is called; its slug where it is gone."""
    report = find_report(slug)
    return str(report.title) if report is not None else slug


class SavedReportView(ReadOnlyView):
    """Everything that was kept, by everybody, with what is sent regularly."""

    permission_read = IdentityPermission.AUDIT_READ
    menu_icon, menu_order = "mail", 96
    lead = _l("Reports that people keep with their filters, and what is sent to whom.")
    column_list = ("name", "author", "type", "is_shared", "rhythm", "send_at", "next_run_at", "created_at")
    column_details_list = (
        *("name", "author", "type", "parameters", "is_shared", "format"),
        *("rhythm", "send_at", "channels", "next_run_at", "created_at", "updated_at"),
    )
    column_labels = {
        "name": _l("Name"),
        "author": _l("Who"),
        "type": _l("Report"),
        "parameters": _l("Filters"),
        "is_shared": _l("Shared"),
        "format": _l("Format"),
        "rhythm": _l("Is sent"),
        "send_day": _l("Day"),
        "send_at": _l("Time"),
        "channels": _l("How it is sent"),
        "next_run_at": _l("Next time"),
        "created_at": _l("Saved on"),
        "updated_at": _l("Last changed"),
    }
    column_formats = {"type": _title, "send_at": lambda hour: hour.strftime("%H:%M")}
    column_wrap = ("name",)
    column_filters = ("author", "is_shared", "rhythm", "next_run_at")
    column_searchable_list = ("name",)
    search_hint = _l("Name of a saved report")
    details_tables = (
        DetailsTable("recipients", _l("Receives it"), ("user",), labels={"user": _l("Person")}),
    )


def init_app(app: Flask) -> None:
    """Put the view into the panel."""
    add_views(
        app,
        [
            ReportRunView(
                ReportRun, name=_l("All downloads"), category=_l("Administration"), endpoint="report_runs"
            ),
            SavedReportView(
                SavedReport, name=_l("Saved reports"), category=_l("Administration"), endpoint="saved_reports"
            ),
        ],
    )
