"""Background work of reports: downloads, summaries, their check, reports that are sent regularly."""

from smartpos.reports.jobs import (  # noqa: F401 - they declare their work
    books,
    digest,
    exports,
    schedules,
    summaries,
)
