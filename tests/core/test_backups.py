"""A backup holds everything of everybody, comes back whole, and what fails leaves nothing that looks like one."""

import hashlib
import multiprocessing
import re
import resource
import stat
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from flask import Flask
from flask_migrate import downgrade
from psycopg import sql
from sqlalchemy import select, text

from smartpos.core import jobs
from smartpos.core.backups import archive, kept_backups, make_backup, programs
from smartpos.core.backups.archive import write_manifest
from smartpos.core.backups.keeping import unfinished_size
from smartpos.core.backups.making import BACKUP_LOCK, AlreadyRunning
from smartpos.core.backups.programs import BackupFailed
from smartpos.core.db import db
from smartpos.core.files import read_file, store_file
from smartpos.core.models import StoredFile
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import tenant_scope
from smartpos.factory import create_app
from smartpos.identity.models import Organization
from tests import servers
from tests.cast import Shop, make_shop
from tests.conftest import settings
from tests.core.broken_programs import pretend_program
from tests.core.test_backup_retention import kept_on
from tests.identity.people import is_in, log_in
from tests.test_migrations import CONTENTS

PAPER = b"what the supplier sent"


@dataclass
class World:
    """Two shops with a file each, on a database of their own whose user passes row-level security by."""

    app: Flask
    shop: Shop
    stranger: Shop
    folder: Path
    backup: Path


def application(database: str, folder: Path, *, user: str = "smartpos", **changes: Any) -> Flask:
    url = servers.postgres_url(database).replace("smartpos@", f"{user}@")
    return create_app(settings(database, folder) | {"SQLALCHEMY_DATABASE_URI": url} | changes)


@pytest.fixture(scope="module")
def world(worker: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    name, folder = f"backed_up_{worker}", tmp_path_factory.mktemp("backups")
    servers.create_database(name, template=migrated)
    app = application(name, tmp_path_factory.mktemp("data"), BACKUP_FOLDER=folder)
    shop = make_shop(app, domain="bahor", people={"owner": RoleKey.OWNER, "cashier": RoleKey.CASHIER})
    stranger = make_shop(app, domain="navruz", people={"stranger": RoleKey.OWNER})
    for one in (shop, stranger):
        one.product(name="Non", stock="12")
        with one.inside():
            store_file(PAPER + one.domain.encode(), original_name="paper.pdf", content_type="application/pdf")
    with app.app_context():
        backup = make_backup(folder)
    yield World(app, shop, stranger, folder, backup)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    servers.drop_database(name)


@pytest.fixture
def ordinary(worker: str, world: World, tmp_path: Path) -> Iterator[Flask]:
    """An application on an empty database whose owner is nothing special: row-level security is forced for him."""
    name = f"restored_{worker}"
    with psycopg.connect(servers.postgres_conninfo(), autocommit=True) as connection:
        servers.drop_database(name)
        connection.execute(f"DROP ROLE IF EXISTS {name}")
        connection.execute(f"CREATE ROLE {name} LOGIN CREATEROLE")
        for role in ("smartpos_app", "smartpos_platform"):
            connection.execute(f"GRANT {role} TO {name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    app = application(
        name, tmp_path / "there", user=name, ENCRYPTION_KEYS=world.app.config["ENCRYPTION_KEYS"]
    )
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    servers.drop_database(name)
    with psycopg.connect(servers.postgres_conninfo(), autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")


def everything(database: str) -> tuple[dict[str, int], list[tuple[Any, ...]]]:
    """How many rows every table has, of all tenants, and every column, policy, trigger and grant."""
    with psycopg.connect(servers.postgres_conninfo(database)) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
        ).fetchall()
        counts = {}
        for (table,) in tables:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert row is not None
            counts[table] = int(row[0])
        return counts, [tuple(map(_plainly, row)) for row in connection.execute(CONTENTS)]


def _plainly(part: Any) -> Any:
    """PostgreSQL writes an expression that it has written itself with other brackets and casts, meaning the same."""
    return re.sub(r"[()]|::[a-z]+( varying)?(\[\])?", "", part) if isinstance(part, str) else part


def run(app: Flask, *arguments: Any) -> Any:
    """A command of the application."""
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def name_of(app: Flask) -> str:
    with app.app_context():
        return str(db.engine.url.database)


def papers(app: Flask, shop: Shop) -> list[bytes]:
    with app.app_context(), tenant_scope(shop.organization_id):
        return [read_file(row) for row in db.session.scalars(select(StoredFile))]


def test_there_and_back_again(world: World, ordinary: Flask, tmp_path: Path) -> None:
    assert stat.S_IMODE(world.backup.stat().st_mode) == 0o600
    counts, contents = everything(name_of(world.app))
    assert counts["organizations"] == 2

    answer = run(ordinary, "restore", world.backup)
    assert answer.exit_code == 0, answer.output
    assert "2 files" in answer.output
    assert "The books of 2 organizations agree." in answer.output
    assert "Warning" not in answer.output
    there = name_of(ordinary)
    assert everything(there)[0] == counts
    # Its owner has another name; what the two roles of the application may do is the same to the letter.
    assert everything(there)[1] == contents

    # Everybody signs in, finds his files and sees nothing of the other shop, not even as the tables' owner.
    for who, shop in (("cashier", world.shop), ("stranger", world.stranger)):
        client = ordinary.test_client()
        log_in(client, who)
        assert is_in(client)
        assert papers(ordinary, shop) == [PAPER + shop.domain.encode()]
    with ordinary.app_context():
        with tenant_scope(world.stranger.organization_id):
            seen = set(db.session.execute(text("SELECT organization_id FROM products")).scalars())
            assert seen == {world.stranger.organization_id}
        with db.engine.connect() as owner:
            assert owner.scalar(text("SELECT count(*) FROM products")) == 0

    # A backup of that owner is as complete, although the walls stand in his way; the second is of an older database.
    away = tmp_path / "away"
    away.mkdir()
    assert run(ordinary, "backup", "--to", away).exit_code == 0
    (first,) = away.iterdir()
    counts, contents = everything(there)
    with ordinary.app_context():
        newest = revision()
        downgrade()
        older = revision()
        first.unlink()
        second = make_backup(away)
    refused = run(ordinary, "restore", second, "--replace")
    assert refused.exit_code == 1
    assert "may not create databases" in refused.output
    # A table of which his dump would lack rows is found out before there is a dump.
    with ordinary.app_context(), db.engine.begin() as owner:
        owner.execute(text("DROP POLICY platform ON customers"))
    answer = run(ordinary, "backup", "--to", away)
    assert answer.exit_code == 1
    assert "does not see every row of customers" in answer.output
    assert list(away.iterdir()) == [second]

    output = _put_in_place_of_another(world, second, counts, contents, tmp_path / "third")
    assert f"database of revision {older}, now {newest}." in output
    assert older != newest


def _put_in_place_of_another(
    world: World, backup: Path, counts: dict[str, int], contents: list[tuple[Any, ...]], data: Path
) -> str:
    """What is replaced must be given up by name, stays under another one, and nobody may be at work in it."""
    database = f"{name_of(world.app)}_third"
    servers.create_database(database, template=name_of(_rested(world.app)))
    app = application(database, data)
    with app.app_context(), tenant_scope(world.shop.organization_id):
        organization = db.session.get(Organization, world.shop.organization_id)
        assert organization is not None
        organization.name = "Spoilt"
        store_file(b"of before", original_name="before.pdf", content_type="application/pdf")
        db.session.commit()
    answer = run(app, "restore", backup)
    assert answer.exit_code == 1
    assert "not empty" in answer.output
    with psycopg.connect(servers.postgres_conninfo(database)):
        answer = run(app, "restore", backup, "--replace")
        assert answer.exit_code == 1
        assert "Others are connected to the database (1)" in answer.output
    answer = run(app, "restore", backup, "--replace")
    assert answer.exit_code == 0, answer.output
    assert "The books of 2 organizations agree." in answer.output
    assert "another encryption key" in answer.output
    assert everything(database) == (counts, contents)
    assert papers(app, world.stranger) == [PAPER + b"navruz"]
    old = answer.output.split("is kept as ")[1].split(";")[0]
    with psycopg.connect(servers.postgres_conninfo(old)) as connection:
        row = connection.execute("SELECT count(*) FROM organizations WHERE name = 'Spoilt'").fetchone()
        assert row == (1,)
    (files,) = data.glob("files.before-*")
    assert [path.read_bytes() for path in files.glob("*/*/*")] == [b"of before"]
    _rested(app)
    for name in (database, old):
        servers.drop_database(name)
    return str(answer.output)


def _rested(app: Flask) -> Flask:
    """The application with no connection open, so that its database may be copied or dropped."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    return app


def test_what_is_inside_can_be_read_without_us(world: World) -> None:
    with tarfile.open(world.backup) as opened:
        names = opened.getnames()
        assert names[:2] == ["manifest.json", "database.dump"]
        assert names[-1] == "SHA256SUMS"
        listed = opened.extractfile("SHA256SUMS")
        assert listed is not None
        for line in listed.read().decode().splitlines():
            digest, _space, name = line.partition("  ")
            member = opened.extractfile(name)
            assert member is not None
            assert hashlib.sha256(member.read()).hexdigest() == digest
    whole = world.backup.read_bytes()
    for secret in (world.app.config["SECRET_KEY"], *world.app.config["ENCRYPTION_KEYS"]):
        assert secret.encode() not in whole
    with world.app.app_context():
        (kept,) = [kept for kept in kept_backups(world.folder) if kept.path == world.backup]
        assert kept.manifest is not None
        assert kept.manifest.verified_at is not None
        assert kept.manifest.files == 2
    listed_by_command = run(world.app, "backup", "--list")
    assert world.backup.name in listed_by_command.output


DAMAGES = {
    "a byte of the dump": lambda whole: whole[:20_000] + bytes([whole[20_000] ^ 1]) + whole[20_001:],
    "a byte of a file": lambda whole: whole.replace(PAPER + b"navruz", PAPER + b"bahorr"),
    "cut off": lambda whole: whole[: len(whole) // 2],
    "the list of checksums": lambda whole: whole.replace(b"  database.dump\n", b"  database.dumb\n"),
    "the head of a file": lambda whole: whole.replace(b"database.dump\x00", b"database.dumb\x00", 1),
    "its beginning": lambda whole: whole.replace(b'"product": "smartpos"', b'"product": "smartpot"', 1),
    "another archive": lambda whole: b"nothing of the kind",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    world: World, worker: str, tmp_path: Path, damage: str
) -> None:
    whole = world.backup.read_bytes()
    harmed = DAMAGES[damage](whole)
    assert harmed != whole
    file = tmp_path / "harmed.tar"
    file.write_bytes(harmed)
    answer = run(world.app, "restore", file, "--check")
    assert answer.exit_code == 1, answer.output
    assert "damaged" in answer.output or "not a backup" in answer.output
    if damage == "a byte of a file":
        empty = f"empty_{worker}"
        servers.create_database(empty)
        app = application(empty, tmp_path / "data")
        assert run(app, "restore", file).exit_code == 1
        assert everything(empty)[0] == {}
        assert not list((tmp_path / "data").glob("files*"))
        servers.drop_database(_name_at_rest(app))


def _name_at_rest(app: Flask) -> str:
    return name_of(_rested(app))


def test_a_backup_of_a_newer_database_is_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "newer.tar"
    file.write_bytes(world.backup.read_bytes())
    with file.open("r+b") as opened:
        write_manifest(opened, replace(archive.read_manifest(file), revision="9999", version="9.9"))
    answer = run(world.app, "restore", file, "--replace")
    assert answer.exit_code == 1
    assert "SmartPOS 9.9" in answer.output


def revision() -> str:
    with db.engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def test_two_at_once_make_one(world: World) -> None:
    with world.app.app_context(), db.engine.begin() as somebody:
        somebody.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": BACKUP_LOCK})
        with pytest.raises(AlreadyRunning):
            make_backup(world.folder)
    answer = run(world.app, "backup", "--to", world.folder / "missing")
    assert answer.exit_code == 1
    assert "Is its disk mounted?" in answer.output


@pytest.fixture
def nothing_left(world: World, tmp_path: Path) -> Iterator[Path]:
    """A folder for a backup that fails: afterwards there must be nothing in it."""
    folder = tmp_path / "target"
    folder.mkdir()
    with world.app.app_context():
        yield folder
    assert list(folder.iterdir()) == []


def test_a_full_disk_leaves_nothing(world: World, nothing_left: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(BackupFailed, match="could not be written"):
            make_backup(nothing_left)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_dump_that_breaks_off_leaves_nothing(
    world: World, nothing_left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = pretend_program(tmp_path / "bin", "echo PGDMP and then; echo 'connection lost' >&2; exit 1")
    monkeypatch.setenv("VERSION", "99.0")
    monkeypatch.setattr(programs, "folders", lambda: [fake])
    with pytest.raises(BackupFailed, match="connection lost"):
        make_backup(nothing_left)
    # One that says that all is well is not believed either.
    (fake / "pg_dump").write_text((fake / "pg_dump").read_text().replace("exit 1", "exit 0"))
    with pytest.raises(BackupFailed, match="no pg_restore"):
        make_backup(nothing_left)


def test_a_killed_run_leaves_nothing_that_looks_like_a_backup(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, alive = tmp_path / "target", tmp_path / "alive"
    folder.mkdir()
    endless = f"echo $$ > {alive}.new; mv {alive}.new {alive}; while echo PGDMP; do sleep 0.05; done"
    fake = pretend_program(tmp_path / "bin", endless)
    monkeypatch.setenv("VERSION", "99.0")
    monkeypatch.setattr(programs, "folders", lambda: [fake])

    def make() -> None:
        with world.app.app_context():
            db.engine.dispose(close=False)
            make_backup(folder)

    child = multiprocessing.get_context("fork").Process(target=make)
    child.start()
    assert wait_until(alive.exists)
    assert unfinished_size(folder) is not None
    child.kill()
    child.join()
    assert kept_backups(folder) == []
    # What it left is nobody's any more, and pg_dump does not outlive its reader.
    assert unfinished_size(folder) is None
    assert wait_until(lambda: not _runs(int(alive.read_text())))
    monkeypatch.undo()
    with world.app.app_context():
        assert wait_until(lambda: _lets_us(folder))
    assert len(list(folder.iterdir())) == 1


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def wait_until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def _lets_us(folder: Path) -> bool:
    """Make a backup, unless the server has not noticed yet that somebody was killed."""
    if kept_backups(folder):
        return True
    with suppress(AlreadyRunning):
        make_backup(folder)
    return bool(kept_backups(folder))


def test_programs_must_fit_the_server(
    world: World, nothing_left: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "folders", lambda: [tmp_path])
    with pytest.raises(BackupFailed, match="no pg_dump on this machine"):
        make_backup(nothing_left)
    monkeypatch.setenv("VERSION", "14.2")
    monkeypatch.setattr(programs, "folders", lambda: [pretend_program(tmp_path / "old", "exit 1")])
    with pytest.raises(BackupFailed, match="version 14, older than"):
        make_backup(nothing_left)


def test_work_of_the_night_keeps_house(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from smartpos.core.backups.work import NIGHTLY

    monkeypatch.setitem(world.app.config, "BACKUP_FOLDER", tmp_path)
    kept_on(tmp_path, [datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2)])
    monkeypatch.setitem(world.app.config, "BACKUP_KEEP", (1, 0))
    with world.app.app_context():
        jobs._run(NIGHTLY, jobs.periodic_table()[NIGHTLY].work)
        assert [kept.made_at.year for kept in kept_backups(tmp_path)] == [datetime.now(UTC).year]
        monkeypatch.setitem(world.app.config, "BACKUP_FOLDER", None)
        jobs._run(NIGHTLY, jobs.periodic_table()[NIGHTLY].work)
    assert len(list(tmp_path.iterdir())) == 1
