"""Downloads over HTTP: ordered, looked at, cancelled."""

from typing import Any

from flask import Response, jsonify, make_response

from smartpos.core.errors import Invalid
from smartpos.core.i18n import select_locale
from smartpos.core.jobs import enqueue_after_commit
from smartpos.core.permissions import needs
from smartpos.identity.principal import me
from smartpos.reports.api.blueprint import blueprint
from smartpos.reports.exporting.reports import columns_of
from smartpos.reports.jobs.exports import run_export
from smartpos.reports.models import RunSource
from smartpos.reports.operations.exports import cancel_export, order_export
from smartpos.reports.permissions import ReportsPermission as P
from smartpos.reports.queries.exports import exports_of, own_export
from smartpos.reports.queries.running import asked_as_args, read_filters, report_for
from smartpos.reports.schemas.exports import ExportIn, ExportOrdered, ExportOut, ExportPage, ExportQuery
from smartpos.reports.standing import told


@blueprint.get("/exports")
@needs(P.EXPORT_CREATE)
@blueprint.arguments(ExportQuery, location="query")
@blueprint.response(200, ExportPage)
def list_exports(query: dict[str, Any]) -> dict[str, Any]:
    """The person's own downloads, the latest first."""
    found = exports_of(me(), limit=query["limit"], cursor=query["cursor"])
    return {"items": [told(run) for run in found.items], "next_cursor": found.next_cursor}


@blueprint.post("/exports")
@needs(P.EXPORT_CREATE)
@blueprint.arguments(ExportIn)
@blueprint.response(202, ExportOrdered)
def order(body: dict[str, Any]) -> Response:
    """Have a file made of a report. The same ``client_uuid`` again gives the same one.

    422 for filters and columns that the report does not have, 409 when ten downloads are under way already.
    """
    actor = me()
    report = report_for(body["report"], actor)
    try:
        asked = read_filters(report, body["filters"], actor)
    except Invalid as refusal:
        errors = refusal.facts.get("errors", {})
        raise Invalid(refusal.detail, errors={"filters": errors}) from None
    columns_of(report, body["columns"], actor)
    run = order_export(
        source=RunSource.REPORT,
        report=report.slug,
        format=body["format"],
        filters=asked_as_args(report, asked),
        columns=body["columns"],
        title=str(report.title),
        client_uuid=body["client_uuid"],
        locale=select_locale(),
        actor=actor,
    )
    enqueue_after_commit(run_export, run.organization_id, run.id)
    return make_response(jsonify(id=run.id), 202)


@blueprint.get("/exports/<int:export_id>")
@needs(P.EXPORT_CREATE)
@blueprint.response(200, ExportOut)
def get_export(export_id: int) -> dict[str, Any]:
    """How far a download has come, and where its file is to be had. 404 for those of others."""
    return told(own_export(export_id, me()))


@blueprint.delete("/exports/<int:export_id>")
@needs(P.EXPORT_CREATE)
@blueprint.response(200, ExportOut)
def cancel(export_id: int) -> dict[str, Any]:
    """Cancel a download; one at work stops within a second or two. 409 when it has ended."""
    run = own_export(export_id, me())
    cancel_export(run)
    return told(run)
