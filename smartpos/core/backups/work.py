"""Backups as work: every night by themselves, at once when somebody asks, and looked after every hour.

They run in the queue of long work, so that notices and receipts do not wait for them. What fails is told by whoever
listens to failures (``core.jobs.on_failure``) under the names in ``BACKUP_WORK``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import current_app
from flask_babel import gettext as _
from redis.exceptions import RedisError
from rq import Queue, Worker

from smartpos.core import turns
from smartpos.core.backups.keeping import (
    KeptBackup,
    backup_folder,
    kept_backups,
    remove_old_backups,
    unfinished_size,
)
from smartpos.core.backups.making import AlreadyRunning, make_backup
from smartpos.core.backups.programs import BackupFailed
from smartpos.core.db import utc_now
from smartpos.core.errors import Conflict, Unavailable
from smartpos.core.jobs import enqueue_after_commit, job, periodic, run_soon
from smartpos.core.models import JobRunStatus
from smartpos.core.redis import connection

# Half past three in Tashkent and Almaty: the last shops have closed and no baker has come yet.
NIGHT = "30 22 * * *"
QUEUE = "exports"
LONGEST = 4 * 60 * 60

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class BackupsState:
    """What the platform's page shows. ``unfinished`` are the bytes written so far of one that is being made."""

    folder: str | None
    exists: bool
    backups: list[KeptBackup]
    unfinished: int | None
    keep_days: int
    keep_weeks: int
    next_at: datetime
    last: turns.LatestTurn | None
    now: datetime

    @property
    def is_overdue(self) -> bool:
        """Whether the newest backup is older than it may be when every night makes one."""
        return bool(self.backups) and self.now - self.backups[0].made_at > timedelta(days=2)


@periodic(NIGHT, queue=QUEUE, timeout=LONGEST)
def back_up_nightly() -> None:
    """Every night: make a backup, then remove those that are no longer to be kept."""
    _back_up()


@job(queue=QUEUE, timeout=LONGEST)
def back_up_now() -> None:
    """Make a backup because somebody asked; one that is being made already is as good."""
    try:
        _back_up()
    except AlreadyRunning as reason:
        log.info("backup_not_needed", reason=str(reason))


@periodic("10 * * * *", timeout=60)
def look_after_backups() -> None:
    """Every hour: make up for a night in which the machine was off, and tell once of a backup that broke off.

    A killed worker writes down nothing, so its turn is found here. Raises BackupFailed for that.
    """
    if backup_folder() is None:
        return
    now = utc_now()
    last = turns.latest_turns().get(NIGHTLY)
    if last is None or last.started_at < turns.due_turn(NIGHT, now) - timedelta(minutes=1):
        run_soon(NIGHTLY)
    elif last.status is JobRunStatus.RUNNING:
        late = (now - last.started_at).total_seconds() - LONGEST
        if 0 <= late < timedelta(hours=1).total_seconds():
            raise BackupFailed("The last backup broke off: its worker was stopped in the middle of it.")


NIGHTLY, NOW, LOOK = (
    f"{work.__module__}.{work.__name__}" for work in (back_up_nightly, back_up_now, look_after_backups)
)
BACKUP_WORK = frozenset({NIGHTLY, NOW, LOOK})


def ask_for_backup() -> None:
    """Have a backup made once this transaction is committed.

    Raises Conflict where backups are off or one is being made, Unavailable when nobody would make it.
    """
    folder = backup_folder()
    if folder is None:
        raise Conflict(_("Backups are switched off here."))
    if unfinished_size(folder) is not None:
        raise Conflict(_("A backup is being made already."))
    try:
        if not Worker.count(queue=Queue(QUEUE, connection=connection())):
            raise Unavailable(_("No worker is running: jobs wait until one is started."))
    except (RedisError, OSError):
        raise Unavailable(_("Redis does not answer. Please try again.")) from None
    enqueue_after_commit(back_up_now)


def backups_state() -> BackupsState:
    """Everything about backups that the platform sees; a folder that cannot be read shows as missing."""
    folder = backup_folder()
    days, weeks = current_app.config["BACKUP_KEEP"]
    now = utc_now()
    backups: list[KeptBackup] = []
    unfinished, exists = None, False
    if folder is not None:
        try:
            exists = folder.is_dir() or folder.parent == current_app.config["DATA_FOLDER"]
            backups, unfinished = kept_backups(folder), unfinished_size(folder)
        except OSError:
            exists = False
    return BackupsState(
        str(folder) if folder else None,
        exists,
        backups,
        unfinished,
        days,
        weeks,
        turns.next_turn(NIGHT, now),
        turns.latest_turns().get(NIGHTLY),
        now,
    )


def _back_up() -> None:
    folder = backup_folder()
    if folder is None:
        return
    make_backup(folder)
    days, weeks = current_app.config["BACKUP_KEEP"]
    remove_old_backups(folder, days, weeks, utc_now())
