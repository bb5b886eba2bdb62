"""The folder of backups: what lies in it, what is kept, and what a killed run has left there."""

import fcntl
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from flask import current_app

from smartpos.core.backups.archive import Manifest, read_manifest
from smartpos.core.backups.programs import BackupFailed
from smartpos.core.errors import NotFound

# Whatever the rule says: a backup made before something risky must not be gone the same night.
SPARED = timedelta(days=1)
NAME = re.compile(r"smartpos-(\d{8}T\d{6})Z\.tar")
_UNFINISHED = ".smartpos-*.tar.part"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """A backup in the folder. ``size`` is in bytes; without a manifest the file is not what its name says."""

    name: str
    path: Path
    made_at: datetime
    size: int
    manifest: Manifest | None


def backup_folder() -> Path | None:
    """Where nightly backups go; None when they are switched off."""
    folder = current_app.config["BACKUP_FOLDER"]
    return Path(folder) if folder else None


def ready_folder(folder: Path) -> Path:
    """The folder, proven to take files. Raises BackupFailed.

    Only our own folder inside of the data folder is made: one that should be there and is not may be a disk that is not
    mounted, and the backups would fill up the disk that they are to survive.
    """
    try:
        if folder.parent == Path(current_app.config["DATA_FOLDER"]):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not folder.is_dir():
            raise BackupFailed(
                f"There is no folder {folder}. Is its disk mounted? Make the folder if it is new."
            )
        trial = folder / f".smartpos-trial-{os.getpid()}"
        trial.touch(mode=0o600)
        trial.unlink()
    except OSError as error:
        raise BackupFailed(f"The folder {folder} cannot be written to: {error.strerror}.") from None
    return folder


def kept_backups(folder: Path) -> list[KeptBackup]:
    """The backups of a folder, the newest first; none when there is no such folder.

    Only their beginnings are read, so this is quick however large they are.
    """
    found = []
    for path in folder.glob("smartpos-*.tar") if folder.is_dir() else ():
        made_at = _moment(path.name)
        if made_at is not None and (kept := _look_at(path, made_at)) is not None:
            found.append(kept)
    return sorted(found, key=lambda kept: kept.name, reverse=True)


def kept_backup(folder: Path, name: str) -> KeptBackup:
    """One backup by the name of its file. Raises NotFound; no name leads out of the folder."""
    made_at = _moment(name)
    kept = _look_at(folder / name, made_at) if made_at is not None else None
    if kept is None:
        raise NotFound
    return kept


def remove_old_backups(folder: Path, days: int, weeks: int, now: datetime) -> list[str]:
    """Keep the last backup of each of the newest ``days`` days and ``weeks`` weeks that have one. Names of the removed.

    The newest one and all of the last 24 hours stay whatever the rule says, and so does what is not ours.
    """
    backups = [kept for kept in kept_backups(folder) if kept.manifest is not None]
    spared = {kept.name for kept in backups[:1]} | {
        kept.name for kept in backups if now - kept.made_at < SPARED
    }
    spared |= _newest_of_each((("%Y-%m-%d", days), ("%G-%V", weeks)), backups)
    removed = [kept for kept in backups if kept.name not in spared]
    for kept in removed:
        kept.path.unlink(missing_ok=True)
        log.info("backup_removed", backup=kept.name)
    return [kept.name for kept in removed]


def _newest_of_each(rules: Iterable[tuple[str, int]], backups: list[KeptBackup]) -> set[str]:
    """The newest backup of each period; a rule is how a period is written and how many of them count."""
    chosen: set[str] = set()
    for shape, count in rules:
        newest: dict[str, str] = {}
        for kept in backups:
            newest.setdefault(kept.made_at.strftime(shape), kept.name)
        chosen |= set(list(newest.values())[:count])
    return chosen


def clear_unfinished(folder: Path) -> None:
    """Remove what killed runs have left; whoever still writes holds a lock on its file."""
    for path in folder.glob(_UNFINISHED):
        if not _is_held(path):
            path.unlink(missing_ok=True)
            log.info("unfinished_backup_removed", file=path.name)


def unfinished_size(folder: Path) -> int | None:
    """How many bytes of a backup that is being made right now are written; None when none is."""
    sizes = [size for path in folder.glob(_UNFINISHED) if (size := _size_if_held(path)) is not None]
    return sum(sizes) if sizes else None


def _is_held(path: Path) -> bool:
    return _size_if_held(path) is not None


def _size_if_held(path: Path) -> int | None:
    """The size of a file that somebody has locked; None when nobody has, or when it is gone by now."""
    size = 0
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except OSError:
        return size
    return None


def _moment(name: str) -> datetime | None:
    told = NAME.fullmatch(name)
    try:
        return datetime.strptime(told[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if told else None
    except ValueError:
        return None


def _look_at(path: Path, made_at: datetime) -> KeptBackup | None:
    try:
        size = path.stat().st_size
        return KeptBackup(path.name, path, made_at, size, read_manifest(path))
    except OSError:
        return None
    except BackupFailed:
        return KeptBackup(path.name, path, made_at, size, None)
