"""Bringing a backup back: everything is looked at first, and what fails leaves what was there as it was.

An empty database is filled in one transaction. One with tables in it is left alone unless it is to be replaced: then
the backup goes into a new database beside it, and the two change their names in one transaction. What was there before
stays under another name, database and files, until an operator removes it.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from smartpos.core.backups.archive import Manifest, check_backup, dump_of, read_manifest, stored_files
from smartpos.core.backups.making import key_fingerprints
from smartpos.core.backups.programs import (
    BackupFailed,
    connection_options,
    feed,
    find_program,
    server_version,
)
from smartpos.core.db import db, utc_now

Step = Callable[[str], None]

LONGEST_NAME = 63  # of a database
LEAVING_SECONDS = 3

ROLES = """
DO $$
DECLARE wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['smartpos_app', 'smartpos_platform'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', wanted);
        END IF;
        IF current_setting('server_version_num')::int < 160000 THEN
            IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
                EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
            END IF;
        ELSIF NOT pg_has_role(current_user, wanted, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER WITH INHERIT FALSE, SET TRUE', wanted);
        END IF;
    END LOOP;
END $$
"""
OBJECTS = """
SELECT count(*) FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
WHERE space.nspname NOT LIKE 'pg\\_%' AND space.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = relation.oid AND deptype = 'e')
"""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
MAY_CREATE = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
# How the present database sorts and compares, so that its successor does the same; ``locale`` has had two names.
LOOKS = """
SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype, datlocprovider AS provider,
       coalesce(to_jsonb(found) ->> 'datlocale', to_jsonb(found) ->> 'daticulocale') AS locale
FROM pg_database AS found WHERE datname = current_database()
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done. ``old_database`` and ``old_files`` are where the replaced ones are now, if any."""

    manifest: Manifest
    revision: str
    old_database: str | None
    old_files: Path | None


def restore_backup(path: Path, *, replace: bool = False, step: Step = lambda text: None) -> Restored:
    """Bring a backup into the database and the data folder of this installation, and migrate it to this code.

    Raises BackupFailed with nothing changed: for a damaged file or one of newer code, for a database that is not empty
    unless ``replace`` is given, for one that somebody is working in.
    """
    head = _refuse_newer(read_manifest(path))
    db.session.remove()
    db.engine.dispose()
    try:
        with db.engine.connect() as connection:
            server = server_version(connection)
            is_empty = not connection.scalar(text(OBJECTS))
            if not is_empty:
                _refuse_unless_replaceable(connection, replace=replace)
        db.engine.dispose()
        step("Checking the backup ...")
        manifest = check_backup(path, server)
        if manifest.server > server:
            raise BackupFailed(
                f"The backup was made on PostgreSQL {manifest.server}; this server is version {server}, which is older."
            )
        with _unpacked(path, step) as files:
            if is_empty:
                old = None
                _fill(path, db.engine.url, server, step)
                old_files = files.put_in_place()
                _migrate(step)
            else:
                old, old_files = _replace(path, server, files, step)
    except SQLAlchemyError as error:
        raise BackupFailed(f"The database refused: {getattr(error, 'orig', None) or error}") from error
    except OSError as error:
        raise BackupFailed(f"The files could not be restored: {error.strerror or error}.") from error
    finally:
        db.session.remove()
        db.engine.dispose()
    log.info("backup_restored", backup=path.name, old_database=old, old_files=str(old_files or ""))
    return Restored(manifest, head, old, old_files)


def opens_with_present_keys(manifest: Manifest) -> bool:
    """Whether the key that this backup was encrypted with is among the ENCRYPTION_KEYS of now."""
    return not manifest.keys or manifest.keys[0] in key_fingerprints()


def _refuse_newer(manifest: Manifest) -> str:
    """The revision of this code. Raises BackupFailed when the backup's is not known to it."""
    script = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
    if manifest.revision not in {known.revision for known in script.walk_revisions()}:
        raise BackupFailed(
            f"The backup was made by SmartPOS {manifest.version} with a database of revision {manifest.revision}, "
            "which this version does not know. Restore it with that version or a newer one."
        )
    return str(script.get_current_head())


def _refuse_unless_replaceable(connection: Connection, *, replace: bool) -> None:
    if not replace:
        raise BackupFailed(
            "The database is not empty, and nothing was changed. Restore into an empty one, or give --replace: the "
            "present database and files are then kept under another name."
        )
    if not connection.scalar(text(MAY_CREATE)):
        raise BackupFailed(
            "The database user may not create databases, so nothing can be replaced. Have an empty database made, let "
            "DATABASE_URL name it, and restore without --replace."
        )
    if others := _others_of(connection):
        raise BackupFailed(
            f"Others are connected to the database ({others}). Stop web, worker, exports, scheduler and bot first."
        )


def _others_of(connection: Connection) -> int:
    """How many others are connected; who has just left may still be counted for a moment."""
    deadline = time.monotonic() + LEAVING_SECONDS
    while (others := int(connection.scalar(text(OTHERS)) or 0)) and time.monotonic() < deadline:
        connection.rollback()  # or PostgreSQL would go on telling what it told this transaction
        time.sleep(0.1)
    return others


def _fill(path: Path, url: URL, server: int, step: Step) -> None:
    """Fill an empty database with a backup's dump, all or nothing."""
    step("Restoring the database ...")
    _run_as_owner(url, ROLES)
    program = find_program("pg_restore", max(server, read_manifest(path).server))
    arguments, env = connection_options(url)
    arguments += ["--single-transaction", "--exit-on-error", "--no-owner"]
    with dump_of(path) as chunks:
        feed(program, arguments, env, chunks)
    # Without figures about its tables PostgreSQL would plan badly until it finds the time to gather them.
    _run_as_owner(url, "ANALYZE")


def _replace(path: Path, server: int, files: "UnpackedFiles", step: Step) -> tuple[str, Path | None]:
    """Restore beside the present database and change their names. Returns where the old database and files are."""
    present = str(db.engine.url.database)
    stamp = f"{utc_now():%Y%m%dT%H%M%S}"
    fresh, old = (f"{present[: LONGEST_NAME - 30]}_{what}_{stamp}" for what in ("restoring", "before"))
    _create_beside(fresh)
    url = db.engine.url.set(database=fresh)
    try:
        _fill(path, url, server, step)
        with _working_in(url):
            _migrate(step)
        step("Changing places ...")
        old_files = files.put_in_place()
        try:
            _swap(present, fresh, old)
        except BaseException:
            files.take_back()
            raise
    except BaseException:
        with suppress(SQLAlchemyError):
            _run_as_owner(_maintenance(), f"DROP DATABASE IF EXISTS {_quoted(fresh)} WITH (FORCE)")
        raise
    return old, old_files


def _create_beside(name: str) -> None:
    """Make an empty database that is like the present one in everything that decides about sorting."""
    with db.engine.connect() as connection:
        looks = connection.execute(text(LOOKS)).mappings().one()
    parts = [
        f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING {_literal(looks['encoding'])}",
        f"LC_COLLATE {_literal(looks['datcollate'])} LC_CTYPE {_literal(looks['datctype'])}",
    ]
    kind = {"i": "icu", "b": "builtin"}.get(looks["provider"])
    if kind:
        parts.append(f"LOCALE_PROVIDER {kind} {kind.upper()}_LOCALE {_literal(looks['locale'])}")
    db.engine.dispose()
    _run_as_owner(_maintenance(), " ".join(parts))


def _swap(present: str, fresh: str, old: str) -> None:
    """Give the fresh database the name of the present one, and that another name, in one transaction."""
    engine = create_engine(_maintenance(), poolclass=NullPool)
    db.engine.dispose()
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {_quoted(present)} RENAME TO {_quoted(old)}")
        connection.exec_driver_sql(f"ALTER DATABASE {_quoted(fresh)} RENAME TO {_quoted(present)}")


def _maintenance() -> URL:
    """Databases are made and renamed from outside of them."""
    return db.engine.url.set(database="postgres")


def _run_as_owner(url: URL, statement: str) -> None:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def _working_in(url: URL) -> Iterator[None]:
    """Have the application work in another database for a while."""
    engines: Any = db.engines
    usual = db.engine
    engines[None] = create_engine(url, poolclass=NullPool)
    try:
        yield
    finally:
        db.session.remove()
        engines[None] = usual


def _migrate(step: Step) -> None:
    step("Bringing the database up to date ...")
    try:
        upgrade()
    except SystemExit as error:  # what the command of Flask-Migrate makes of an error
        raise BackupFailed(
            "The restored database could not be migrated: run `flask --app app db upgrade`."
        ) from error


class UnpackedFiles:
    """The files of a backup beside the present ones, waiting to take their place."""

    def __init__(self, folder: Path, present: Path) -> None:
        self.folder = folder
        self.present = present
        self._old: Path | None = None

    def put_in_place(self) -> Path | None:
        """Change places with the present files. Returns where those are now, if there were any."""
        if self.present.is_dir() and any(self.present.iterdir()):
            self._old = self.present.with_name(f"files.before-{utc_now():%Y%m%dT%H%M%S}")
            self.present.rename(self._old)
        elif self.present.is_dir():
            self.present.rmdir()
        self.folder.rename(self.present)
        return self._old

    def take_back(self) -> None:
        """Undo that."""
        self.present.rename(self.folder)
        if self._old is not None:
            self._old.rename(self.present)


@contextmanager
def _unpacked(path: Path, step: Step) -> Iterator[UnpackedFiles]:
    """Unpack the files of a backup; what has not been put in place in the end is removed."""
    step("Unpacking the files ...")
    present = Path(current_app.config["DATA_FOLDER"]) / "files"
    folder = present.with_name(f"files.restoring-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        for name, source in stored_files(path):
            target = folder / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(source, file, 1024 * 1024)
        os.sync()
        yield UnpackedFiles(folder, present)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
