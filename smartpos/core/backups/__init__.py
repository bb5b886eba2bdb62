"""Backups: the whole database and the stored files in one checked file, and the way back.

A backup is a tar file (``archive``) with a dump that PostgreSQL's own programs make and read (``programs``). It is
written under another name and checked before it gets its own (``making``), kept for some days and weeks (``keeping``),
and brought back whole or not at all (``restoring``). ``work`` is the nightly turn, ``docs/running.md`` tells operators.
"""

from smartpos.core.backups.archive import Manifest, check_backup
from smartpos.core.backups.keeping import KeptBackup, kept_backup, kept_backups, remove_old_backups
from smartpos.core.backups.making import make_backup
from smartpos.core.backups.programs import BackupFailed
from smartpos.core.backups.restoring import Restored, restore_backup

__all__ = [
    "BackupFailed",
    "KeptBackup",
    "Manifest",
    "Restored",
    "check_backup",
    "kept_backup",
    "kept_backups",
    "make_backup",
    "remove_old_backups",
    "restore_backup",
]
