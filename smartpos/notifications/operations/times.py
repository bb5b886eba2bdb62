"""When a message may go out: quiet hours, and the hour of the digest, in the tenant's time zone."""

from datetime import datetime, time, timedelta, tzinfo

FIRST_DIGEST = time(9, 0)


def is_quiet(at: time, quiet_from: time | None, quiet_until: time | None) -> bool:
    """Whether a time of day lies in the quiet hours; they may go over midnight, and the last minute is not quiet."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return False
    if quiet_from < quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def after_quiet(now: datetime, zone: tzinfo, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """The first moment from ``now`` on that is not quiet."""
    local = now.astimezone(zone)
    if quiet_until is None or not is_quiet(local.time(), quiet_from, quiet_until):
        return now
    return _next(local, quiet_until, zone).astimezone(now.tzinfo)


def next_digest(now: datetime, zone: tzinfo, digest_at: time | None) -> datetime:
    """When the next digest goes out: today if its hour is still to come, else tomorrow."""
    return _next(now.astimezone(zone), digest_at or FIRST_DIGEST, zone).astimezone(now.tzinfo)


def _next(local: datetime, at: time, zone: tzinfo) -> datetime:
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    return datetime.combine(day, at, tzinfo=zone)
