"""Background work of reports: downloads, summaries, their check."""

from smartpos.reports.jobs import books, exports, summaries  # noqa: F401 - they declare their work
