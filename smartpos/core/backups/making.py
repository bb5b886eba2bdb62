"""Making a backup: the database as of one moment, then the files, then reading all of it again.

The order matters: a file is on disk before the row that names it is committed and stays for a day after that row is
gone, so files copied after the database was read are all that its rows name.
"""

import fcntl
import hashlib
import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

import structlog
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from smartpos.core.backups.archive import DUMP, FILE, ArchiveWriter, Manifest, check_backup, write_manifest
from smartpos.core.backups.keeping import clear_unfinished, ready_folder
from smartpos.core.backups.programs import (
    BackupFailed,
    connection_options,
    find_program,
    output_of,
    server_version,
)
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import PLATFORM_ROLE

Progress = Callable[[str, int], None]
"""Hears the name of a step and how many bytes it has got on by."""

# Any number that nobody else uses: it names the lock that only one backup of a database may hold.
BACKUP_LOCK = 720_411_961

SEES_EVERYTHING = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
# Tables of which the platform's role would not see every row, so that a dump by it would lack some.
HIDDEN_TABLES = text("""
SELECT relation.oid::regclass::text FROM pg_class AS relation
WHERE relation.relnamespace = 'public'::regnamespace AND relation.relrowsecurity
  AND (NOT EXISTS (
        SELECT FROM pg_policy AS policy
        WHERE policy.polrelid = relation.oid AND policy.polpermissive AND policy.polcmd IN ('*', 'r')
          AND CAST(:role AS regrole) = ANY (policy.polroles)
          AND pg_get_expr(policy.polqual, policy.polrelid) = 'true')
    OR EXISTS (
        SELECT FROM pg_policy AS policy
        WHERE policy.polrelid = relation.oid AND NOT policy.polpermissive AND policy.polcmd IN ('*', 'r')
          AND (CAST(:role AS regrole) = ANY (policy.polroles) OR 0::oid = ANY (policy.polroles))))
""")

log = structlog.get_logger(__name__)


class AlreadyRunning(BackupFailed):
    """Somebody else is making one of the same database."""


def make_backup(folder: Path, *, progress: Progress = lambda step, count: None) -> Path:
    """Write a backup of the database and the stored files into a folder and check it. Returns its path.

    Under its own name there is only ever a whole and checked file. Raises BackupFailed when it cannot be made, and
    AlreadyRunning, which is one of those.
    """
    ready_folder(folder)
    try:
        with db.engine.connect() as connection, connection.begin():
            # Held by the transaction rather than the session, so that it ends however this process does.
            if not connection.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": BACKUP_LOCK}):
                raise AlreadyRunning("A backup is being made already. Wait until it is finished.")
            clear_unfinished(folder)
            return _make(folder, connection, progress)
    except OSError as error:
        raise BackupFailed(
            f"The backup could not be written to {folder}: {error.strerror or error}."
        ) from error
    except SQLAlchemyError as error:
        raise BackupFailed(f"The database could not be read: {error}") from error


def _make(folder: Path, connection: Connection, progress: Progress) -> Path:
    began = utc_now().replace(microsecond=0)
    final = folder / f"smartpos-{began:%Y%m%dT%H%M%SZ}.tar"
    if final.exists():
        raise AlreadyRunning(f"{final.name} was made in this very second.")
    server = server_version(connection)
    program = find_program("pg_dump", server)
    revision = _revision(connection)
    with _part_of(final) as (part, file):
        writer = ArchiveWriter(file)
        arguments, env = connection_options()
        arguments += ["--format=custom", *_as_somebody_who_sees_all()]
        with output_of(program, arguments, env) as dump:
            dump_size = writer.add(DUMP, dump, lambda count: progress("database", count))
        if _revision(connection) != revision:
            raise BackupFailed("The database was migrated while it was being read. Try again.")
        files = files_size = 0
        for name, source in _stored_files():
            with source:
                files_size += writer.add(name, source, lambda count: progress("files", count))
                files += 1
        manifest = Manifest(
            created_at=began,
            version=_product_version(),
            revision=revision,
            server=server,
            database=str(connection.scalar(text("SELECT current_database()"))),
            dump_size=dump_size,
            files=files,
            files_size=files_size,
            keys=key_fingerprints(),
            sums=writer.finish(),
        )
        write_manifest(file, manifest)
        progress("check", 0)
        check_backup(part, server)
        write_manifest(file, replace(manifest, verified_at=utc_now().replace(microsecond=0)))
        part.rename(final)
        _settle(folder)
    log.info("backup_made", backup=final.name, size=final.stat().st_size, files=files)
    return final


@contextmanager
def _part_of(final: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A file beside the final one that only we read, locked while we live and gone when we fail."""
    part = final.with_name(f".{final.name}.part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield part, file
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _settle(folder: Path) -> None:
    """Have the disk remember the new name."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _as_somebody_who_sees_all() -> list[str]:
    """Arguments that have pg_dump see the rows of all tenants.

    Row-level security is forced for the owner of the tables too. A user who passes it by dumps as he is, and pg_dump
    itself refuses when he does not; an ordinary owner dumps as the platform's role, whose policies show every row. It
    learns nothing new by being let to read the numbers of sequences and the few tables that belong to no tenant.
    """
    with db.engine.begin() as owner:
        if owner.scalar(text(SEES_EVERYTHING)):
            return []
        hidden = list(owner.scalars(HIDDEN_TABLES, {"role": PLATFORM_ROLE}))
        if hidden:
            raise BackupFailed(f"The role {PLATFORM_ROLE} does not see every row of {', '.join(hidden)}.")
        for kind in ("TABLES", "SEQUENCES"):
            owner.execute(text(f"GRANT SELECT ON ALL {kind} IN SCHEMA public TO {PLATFORM_ROLE}"))
    return [f"--role={PLATFORM_ROLE}", "--enable-row-security"]


def _revision(connection: Connection) -> str:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise BackupFailed("There is nothing to back up: the database holds no tables of SmartPOS yet.")
    return revision


def _stored_files() -> Iterator[tuple[str, IO[bytes]]]:
    """All finished files of tenants; one that is swept away in between had no row any more."""
    root = Path(current_app.config["DATA_FOLDER"])
    for path in sorted((root / "files").glob("*/??/*")):
        name = path.relative_to(root).as_posix()
        if FILE.fullmatch(name):
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            yield name, source


def key_fingerprints() -> tuple[str, ...]:
    """What tells encryption keys apart and tells nothing about them: they are random and long."""
    keys = current_app.config["ENCRYPTION_KEYS"]
    return tuple(hashlib.sha256(f"smartpos key {key}".encode()).hexdigest()[:16] for key in keys)


def _product_version() -> str:
    told = tomllib.loads((Path(current_app.root_path) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(told["project"]["version"])
