"""Work of reports that nobody waits for."""

from smartpos.reports.jobs import books, summaries  # noqa: F401 - they declare their work
