"""A download as it stands, for programs and for the bars of the page."""

from typing import Any

from smartpos.reports.fetching import link_of
from smartpos.reports.models import ReportRun
from smartpos.reports.queries.exports import standing_of


def told(run: ReportRun) -> dict[str, Any]:
    """The facts about a run that ``ExportOut`` shows."""
    standing = standing_of(run)
    return {
        "id": run.id,
        "source": run.source,
        "report": run.report,
        "title": run.title,
        "format": run.format,
        "status": run.status,
        "progress": standing.progress,
        "rows": run.rows_done,
        "rows_total": run.rows_total,
        "rows_per_second": standing.rows_per_second,
        "seconds_left": standing.seconds_left,
        "is_packing": standing.is_packing,
        "message": run.message,
        "size": run.file.size if run.file else None,
        "download_url": link_of(run),
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "expires_at": run.expires_at,
    }
