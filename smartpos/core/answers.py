"""Values as JSON answers carry them, for those that are written by hand because a till waits for them."""

from datetime import date, datetime
from decimal import Decimal

from smartpos.core.money import plain


def amount(value: Decimal | None) -> str | None:
    """An exact number as text; None stays None."""
    return None if value is None else plain(value)


def day(value: date | None) -> str | None:
    """A date, ISO 8601; None stays None."""
    return None if value is None else value.isoformat()


def moment(value: datetime) -> str:
    """A moment in UTC, ISO 8601 with a Z."""
    return value.isoformat().replace("+00:00", "Z")
