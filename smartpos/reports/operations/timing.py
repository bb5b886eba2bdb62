"""When a report is sent next: an hour of the tenant's clock, which is put forward and back in some countries."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smartpos.reports.models import Rhythm

# A month has passed after so many days, whatever the month.
FURTHEST = 32


def next_moment(rhythm: Rhythm, day: int | None, at: time, *, zone: ZoneInfo, after: datetime) -> datetime:
    """The first moment behind ``after`` (in UTC) that a rhythm names.

    ``day`` is the weekday of a weekly rhythm (0 is Monday) or the day of the month of a monthly one. An hour that the
    clock leaves out comes as much later; of an hour that comes twice the first is meant.
    """
    first = after.astimezone(zone).date()
    for ahead in range(FURTHEST):
        candidate = first + timedelta(ahead)
        if not _falls_on(rhythm, day, candidate):
            continue
        moment = datetime.combine(candidate, at, zone).astimezone(UTC)
        if moment > after:
            return moment
    raise ValueError(f"a {rhythm} report has no day {day}")


def _falls_on(rhythm: Rhythm, day: int | None, candidate: date) -> bool:
    match rhythm:
        case Rhythm.WEEKLY:
            return candidate.weekday() == day
        case Rhythm.MONTHLY:
            return candidate.day == day
    return True
