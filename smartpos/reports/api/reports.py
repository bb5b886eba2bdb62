"""Reports over HTTP: which there are, and their rows."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request

from smartpos.core.reports import Column, Filter, FilterKind, Report
from smartpos.identity.principal import me
from smartpos.reports.api.blueprint import blueprint
from smartpos.reports.groups import group_label
from smartpos.reports.queries.running import (
    asked_as_args,
    page_of,
    read_filters,
    report_for,
    reports_for,
    totals_of,
)
from smartpos.reports.schemas.reports import ReportList, ReportPage, ReportQuery
from smartpos.reports.values import as_json, row_as_json


@blueprint.get("/reports")
@blueprint.response(200, ReportList)
def list_reports() -> Response:
    """The reports the person may see, with what each may be narrowed by and the columns that are shown to them."""
    actor = me()
    return jsonify(items=[_described(report, report.columns_for(actor)) for report in reports_for(actor)])


@blueprint.get("/reports/<slug>")
@blueprint.arguments(ReportQuery, location="query")
@blueprint.response(200, ReportPage)
def read_report(query: dict[str, Any], slug: str) -> Response:
    """Some rows of a report in its order, and on the first page the totals of all."""
    actor = me()
    report = report_for(slug, actor)
    given = {
        name: values
        for name, values in request.args.to_dict(flat=False).items()
        if name not in ("cursor", "limit")
    }
    asked = read_filters(report, given, actor)
    columns = report.columns_for(actor)
    found = page_of(report, asked, columns=columns, limit=query["limit"], cursor=query["cursor"])
    totals = None
    if not query["cursor"]:
        sums = totals_of(report, asked, columns)
        kinds = {column.key: column.kind for column in columns}
        totals = {key: as_json(value, kinds[key]) if key in kinds else value for key, value in sums.items()}
    return jsonify(
        slug=report.slug,
        title=str(report.title),
        filters=asked_as_args(report, asked),
        columns=[_column(column) for column in columns],
        items=[row_as_json(row, columns) for row in found.items],
        next_cursor=found.next_cursor,
        totals=totals,
    )


def _described(report: Report, columns: list[Column]) -> dict[str, Any]:
    return {
        "slug": report.slug,
        "title": str(report.title),
        "note": str(report.note),
        "group": report.group.value,
        "group_label": group_label(report.group),
        "filters": [_filter(one) for one in report.filters],
        "columns": [_column(column) for column in columns],
    }


def _filter(one: Filter) -> dict[str, Any]:
    is_whole = one.kind is FilterKind.WHOLE
    return {
        "name": one.name,
        "label": str(one.label),
        "kind": one.kind.value,
        "required": one.required,
        "choices": _choices(one.choices),
        "minimum": one.minimum if is_whole else None,
        "maximum": one.maximum if is_whole else None,
        "longest": one.longest if one.kind is FilterKind.PERIOD else None,
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "key": column.key,
        "label": str(column.label),
        "kind": column.kind.value,
        "has_total": bool(column.total),
        "choices": _choices(column.choices),
    }


def _choices(choices: Mapping[str, Any] | None) -> list[dict[str, str]] | None:
    if choices is None:
        return None
    return [{"value": str(value), "label": str(label)} for value, label in choices.items()]
