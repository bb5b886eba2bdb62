"""Background work of reports: downloads, summaries, their check."""

from smartpos.reports.jobs import books, digest, exports, summaries  # noqa: F401 - they declare their work
