"""All reports, and one report: filters, a picture, rows and totals."""

from dataclasses import replace
from typing import Any

from flask import (
    Response,
    flash,
    get_template_attribute,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.admin import register_link
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.loaders import parse_id
from smartpos.core.errors import Invalid, NotFound
from smartpos.core.i18n import select_locale
from smartpos.core.jobs import enqueue_after_commit
from smartpos.core.paging import Page
from smartpos.core.permissions import can, require
from smartpos.core.reports import Asked, Report, ReportGroup, declared_reports, find_report
from smartpos.identity.principal import me
from smartpos.reports import charts
from smartpos.reports.bar import controls_of, given_args
from smartpos.reports.choosing import offered
from smartpos.reports.errors import TooManyExports
from smartpos.reports.groups import group_label
from smartpos.reports.jobs.exports import run_export
from smartpos.reports.links import links_of
from smartpos.reports.models import ExportFormat, RunSource, SavedReport
from smartpos.reports.operations.exports import order_export
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.running import (
    SORT,
    asked_as_args,
    page_of,
    read_filters,
    report_for,
    reports_for,
    totals_of,
)
from smartpos.reports.queries.saved import saved_report, saved_reports
from smartpos.reports.routes.blueprint import blueprint
from smartpos.reports.routes.saved import may_delete
from smartpos.reports.values import NUMERIC, as_text, plain_text

PER_PAGE = 100


@blueprint.get("")
def index() -> str:
    """Every report the person may see, by group."""
    groups: dict[ReportGroup, list[Report]] = {}
    for report in reports_for(me()):
        groups.setdefault(report.group, []).append(report)
    return render_template(
        "reports/index.html",
        groups=[(group_label(group), found) for group, found in groups.items()],
        saved=[(one, find_report(one.type)) for one in saved_reports(me())],
        may_delete=may_delete,
        me=me(),
    )


@blueprint.get("/<slug>")
def report(slug: str) -> tuple[str, int]:
    """A report with its filters in the address; one that makes no sense says so at the filter."""
    actor = me()
    shown = report_for(slug, actor)
    given = given_args(shown)
    asked, problems = None, {}
    try:
        asked = read_filters(shown, given, actor)
    except Invalid as refusal:
        problems = refusal.facts["errors"]
    facts: dict[str, Any] = {}
    status = 200
    if asked is not None:
        facts = _facts(shown, asked)
    elif _only_lacks(shown, given, problems):
        problems = {}
    else:
        status = 422
    kept = _saved_of(shown)
    if kept is not None and facts:
        facts["kept"]["saved"] = kept.id
    page = render_template(
        "reports/report.html",
        report=shown,
        saved=kept,
        is_own=kept is not None and kept.created_by == actor.user_id,
        is_changed=kept is not None
        and asked is not None
        and _differs(kept, asked_as_args(shown, asked, moving=True)),
        may_export=can(P.EXPORT_CREATE) and may_enter(),
        may_schedule=can(P.SAVED_SCHEDULE),
        controls=controls_of(shown, given, asked, problems),
        problems=problems,
        stray=[sentence for name in problems if name == SORT for sentence in problems[name]],
        asked=asked,
        is_narrowed=bool(given),
        is_continued=bool(request.args.get("cursor")),
        page_url=url_for("reports.report", slug=slug),
        **facts,
    )
    return page, status


@blueprint.post("/<slug>/download")
def download(slug: str) -> ResponseReturnValue:
    """Have a file made of the report, with the filters that stand in the address."""
    actor = me()
    shown = report_for(slug, actor)
    require(P.EXPORT_CREATE)
    try:
        format_ = ExportFormat(request.form.get("format", ""))
    except ValueError:
        raise Invalid(_("Choose Excel, CSV or PDF."), field="format") from None
    asked = read_filters(shown, given_args(shown), actor)
    try:
        run = order_export(
            source=RunSource.REPORT,
            report=slug,
            format=format_,
            filters=asked_as_args(shown, asked),
            title=str(shown.title),
            locale=select_locale(),
            actor=actor,
        )
    except TooManyExports as refusal:
        flash(str(refusal), "error")
        return redirect(url_for("downloads.page"), 303)
    enqueue_after_commit(run_export, run.organization_id, run.id)
    flash(_("The file is being made. It stands here as soon as it is ready."), "success")
    return redirect(url_for("downloads.page", _anchor=f"run-{run.id}"), 303)


@blueprint.get("/<slug>/rows")
def rows(slug: str) -> Response:
    """The rows after a cursor, for "show more"."""
    actor = me()
    shown = report_for(slug, actor)
    asked = read_filters(shown, given_args(shown), actor)
    found = _page(shown, asked)
    html = get_template_attribute("reports/rows.html", "rows")
    return jsonify(
        html=html(found.items, _cells(shown, asked)),
        next=_rows_url(shown, asked, found.next_cursor),
        next_page=_page_url(shown, asked, found.next_cursor),
        shown=len(found.items),
    )


@blueprint.get("/<slug>/choices/<filter_name>")
def choices(slug: str, filter_name: str) -> Response:
    """What a filter may be chosen from."""
    return offered(report_for(slug, me()), filter_name)


def _page(shown: Report, asked: Asked) -> Page[dict[str, Any]]:
    return page_of(shown, asked, limit=PER_PAGE, cursor=request.args.get("cursor") or None)


def _facts(shown: Report, asked: Asked) -> dict[str, Any]:
    """What the page tells of a report that was asked for sensibly."""
    found = _page(shown, asked)
    pictured: list[dict[str, Any]] = []
    if shown.chart is not None and not request.args.get("cursor"):
        pictured = found.items
        if asked[SORT] or (found.next_cursor and shown.chart.most > PER_PAGE):
            usual = replace(asked, values={**asked.values, SORT: None})
            pictured = page_of(shown, usual, limit=shown.chart.most).items
    kept = asked_as_args(shown, asked, moving=True)
    return {
        "found": found,
        "totals": totals_of(shown, asked),
        "cells": _cells(shown, asked),
        "chart": charts.chart_of(shown, pictured, asked.viewer),
        "heat": charts.heat_of(shown, pictured, asked.viewer),
        "kept": kept,
        "sorting": _sorting(shown, asked, kept),
        "rows_url": _rows_url(shown, asked, found.next_cursor),
        "next_url": _page_url(shown, asked, found.next_cursor),
        "first_url": url_for("reports.report", slug=shown.slug, **kept),
    }


class _Cells:
    """How the cells of a report are shown; one for all rows of a page."""

    def __init__(self, shown: Report, asked: Asked) -> None:
        self.columns = shown.columns_for(asked.viewer)
        self.links = links_of(self.columns)
        self.numeric = {column.key for column in self.columns if column.kind in NUMERIC}
        self.text = as_text
        self.plain = plain_text


def _cells(shown: Report, asked: Asked) -> _Cells:
    return _Cells(shown, asked)


def _sorting(shown: Report, asked: Asked, kept: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """By column, the address that sorts by it, and how it is sorted now: ascending, descending or none.

    Numbers and days descend first, because the largest and the latest are what people look for.
    """
    chosen = asked[SORT] or ""
    if not chosen and len(shown.order) == 1:
        chosen = shown.order[0]
    found = {}
    for column in shown.columns_for(asked.viewer):
        state = "none"
        if chosen.removeprefix("-") == column.key:
            state = "descending" if chosen.startswith("-") else "ascending"
        falls_first = column.kind.value != "text"
        falls = state == "ascending" if state != "none" else falls_first
        address = url_for(
            "reports.report", slug=shown.slug, **kept | {SORT: f"-{column.key}" if falls else column.key}
        )
        found[column.key] = (address, state)
    return found


def _rows_url(shown: Report, asked: Asked, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    # Days are pinned down: what is shown more belongs to what is shown already, over midnight too.
    return url_for("reports.rows", slug=shown.slug, cursor=cursor, **asked_as_args(shown, asked))


def _page_url(shown: Report, asked: Asked, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return url_for("reports.report", slug=shown.slug, cursor=cursor, **asked_as_args(shown, asked))


def _saved_of(shown: Report) -> SavedReport | None:
    """The saved report that the person has opened, if the address names one of this report that they may see."""
    number = parse_id(request.args.get("saved", ""))
    if number is None:
        return None
    try:
        found = saved_report(number, me())
    except NotFound:
        return None
    return found if found.type == shown.slug else None


def _differs(kept: SavedReport, args: dict[str, Any]) -> bool:
    """Whether the filters on the page are others than those that were kept."""
    return {name: str(value) for name, value in kept.parameters.items()} != {
        name: str(value) for name, value in args.items()
    }


def _only_lacks(shown: Report, given: dict[str, str], problems: dict[str, list[str]]) -> bool:
    """Whether nothing is wrong but that something necessary was not chosen yet."""
    required = {one.name for one in shown.filters if one.required}
    return problems.keys() <= required and not (problems.keys() & given.keys())


def register_menu() -> None:
    """Put the reports into the menu of everybody who may see at least one."""
    register_link(
        _l("Reports"),
        _l("All reports"),
        "reports.index",
        "chart",
        {report.permission for report in declared_reports()},
        order=20,
    )
