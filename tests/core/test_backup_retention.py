"""Which backups are kept: the last days, and the Sundays of the last weeks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from smartpos.core.backups import kept_backups, remove_old_backups
from smartpos.core.backups.archive import Manifest, write_manifest


def kept_on(folder: Path, moments: list[datetime]) -> None:
    """Lay down backups of these moments, with nothing in them."""
    for moment in moments:
        path = folder / f"smartpos-{moment:%Y%m%dT%H%M%SZ}.tar"
        with path.open("wb") as file:
            write_manifest(file, Manifest(moment, "0", "0", 18, "x", 0, 0, 0, (), "", moment))


def test_the_last_days_and_weeks_are_kept(tmp_path: Path) -> None:
    now = datetime(2026, 3, 1, 23, tzinfo=UTC)  # a Sunday
    kept_on(tmp_path, [now - timedelta(days=days, minutes=30) for days in range(60)])
    kept_on(tmp_path, [now - timedelta(hours=3)])
    other = tmp_path / "smartpos-20200101T000000Z.tar"
    other.write_bytes(b"no backup of ours")
    remove_old_backups(tmp_path, 7, 4, now)
    kept = [one.made_at for one in kept_backups(tmp_path) if one.manifest]
    days = [(now.date() - moment.date()).days for moment in kept]
    # Today's two, six days before, and the Sundays of the three weeks before this one.
    assert days == [0, 0, 1, 2, 3, 4, 5, 6, 7, 14, 21]
    assert other.exists()
    remove_old_backups(tmp_path, 0, 1, now + timedelta(days=40))
    assert len([one for one in kept_backups(tmp_path) if one.manifest]) == 1
