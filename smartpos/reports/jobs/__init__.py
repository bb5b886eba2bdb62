"""Work of reports that nobody waits for."""

from smartpos.reports.jobs import summaries  # noqa: F401 - declares its work
