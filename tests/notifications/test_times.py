"""Quiet hours and the hour of the digest, in the time zone of the shop."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from smartpos.notifications.operations.times import after_quiet, is_quiet, next_digest

TASHKENT = ZoneInfo("Asia/Tashkent")
BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, zone: ZoneInfo = TASHKENT) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "quiet_from", "quiet_until", "expected"),
    [
        ("10T21:59", time(22), time(7), "10T21:59"),
        ("10T22:00", time(22), time(7), "11T07:00"),
        ("11T03:15", time(22), time(7), "11T07:00"),
        ("11T06:59", time(22), time(7), "11T07:00"),
        ("11T07:00", time(22), time(7), "11T07:00"),
        ("11T13:30", time(13), time(14), "11T14:00"),
        ("11T14:00", time(13), time(14), "11T14:00"),
        ("11T23:30", time(0), time(6), "11T23:30"),
        ("11T00:00", time(0), time(6), "11T06:00"),
        ("11T12:00", time(9), time(9), "11T12:00"),
        ("11T12:00", None, None, "11T12:00"),
    ],
)
def test_what_comes_in_quiet_hours_waits_for_their_end(
    now: str, quiet_from: time | None, quiet_until: time | None, expected: str
) -> None:
    assert after_quiet(at(now), TASHKENT, quiet_from, quiet_until) == at(expected)
    assert is_quiet(time.fromisoformat(now[3:]), quiet_from, quiet_until) == (now != expected)


@pytest.mark.parametrize(
    ("now", "digest_at", "expected"),
    [
        ("10T08:59", None, "10T09:00"),
        ("10T09:00", None, "11T09:00"),
        ("10T18:00", time(18, 15), "10T18:15"),
        ("10T23:59", time(0, 30), "11T00:30"),
    ],
)
def test_the_digest_comes_at_its_hour(now: str, digest_at: time | None, expected: str) -> None:
    assert next_digest(at(now), TASHKENT, digest_at) == at(expected)


def test_the_night_when_clocks_change_ends_at_the_same_hour() -> None:
    """In Berlin the night to the 29th of March has one hour less."""
    found = after_quiet(at("28T23:00", BERLIN), BERLIN, time(22), time(7))
    assert found.astimezone(BERLIN).isoformat() == "2026-03-29T07:00:00+02:00"
