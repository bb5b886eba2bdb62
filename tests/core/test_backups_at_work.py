"""Backups as the platform meets them: its page, the nightly turn, what is told when one was not made."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from rq import Queue, Worker
from sqlalchemy import delete, select

import config
from smartpos.core import jobs
from smartpos.core.backups import work
from smartpos.core.backups.archive import Manifest, write_manifest
from smartpos.core.backups.programs import BackupFailed
from smartpos.core.backups.work import LONGEST, NIGHTLY, NOW, QUEUE, look_after_backups
from smartpos.core.db import db, utc_now
from smartpos.core.events import dispatch_events
from smartpos.core.models import AuditLog, JobRun, JobRunStatus
from smartpos.core.redis import connection
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.models import User
from smartpos.identity.operations import create_super_admin
from smartpos.identity.queries import platform_id
from smartpos.notifications.models import Notification
from smartpos.notifications.operations import words_of
from smartpos.notifications.operations.kinds import Worded
from tests.cast import PASSWORD, Shop
from tests.identity.people import csrf_of, log_in, post

NAME = "smartpos-20260301T223000Z.tar"


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of backups, with one in it and one that is none."""
    monkeypatch.setitem(app.config, "BACKUP_FOLDER", tmp_path)
    moment = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
    with (tmp_path / NAME).open("wb") as file:
        write_manifest(file, Manifest(moment, "0.1.0", "0004", 18, "x", 10, 7, 70, (), "", moment))
    (tmp_path / "smartpos-20260302T223000Z.tar").write_bytes(b"not ours")
    return tmp_path


@pytest.fixture
def platform(app: Flask) -> Callable[[], FlaskClient]:
    """A browser in which a super admin, who reads English, has signed in."""
    with app.app_context():
        create_super_admin(username="root", full_name="Root", password=PASSWORD, must_change_password=False)
        db.session.commit()
        with platform_scope(reason="test"):
            for user in db.session.scalars(select(User).where(User.username == "root")):
                user.locale = "en"
            db.session.commit()

    def sign_in() -> FlaskClient:
        browser = app.test_client()
        log_in(browser, "root")
        return browser

    return sign_in


@pytest.fixture
def queue(app: Flask) -> Iterator[Queue]:
    """The queue of long work, empty; no worker serves it."""
    with app.app_context():
        queue = Queue(QUEUE, connection=connection())
        queue.empty()
    # Outside of the context: requests of the test must have their own.
    yield queue
    queue.empty()


def test_the_page_lists_gives_out_and_asks_for_backups(
    app: Flask, folder: Path, platform: Callable[[], FlaskClient], queue: Queue
) -> None:
    browser = platform()
    page = browser.get("/platform/backups").get_data(as_text=True)
    assert NAME in page
    assert page.count('class="pill good"') == 1
    assert "Not a whole backup" in page
    assert str(folder) in page
    assert "more than two days old" in page

    answer = browser.get(f"/platform/backups/{NAME}")
    assert answer.data == (folder / NAME).read_bytes()
    assert answer.headers["Cache-Control"] == "no-store"
    for wrong in ("smartpos-20200101T000000Z.tar", "..%2Fsecrets", ".smartpos-20260301T223000Z.tar.part"):
        assert browser.get(f"/platform/backups/{wrong}").status_code == 404

    refused = browser.post("/platform/backups", data={"csrf_token": csrf_of(browser)}, follow_redirects=True)
    assert "No worker is running" in refused.get_data(as_text=True)
    assert queue.count == 0
    worker = Worker([queue], connection=queue.connection)
    worker.register_birth()
    try:
        post(browser, "/platform/backups")
    finally:
        worker.register_death()
    assert [job.args for job in queue.jobs] == [(NOW,)]
    with app.app_context(), platform_scope(reason="test"):
        acts = db.session.scalars(
            select(AuditLog).where(AuditLog.entity_type == "backup").order_by(AuditLog.id)
        )
        assert [act.action.value for act in acts] == ["export", "create"]


def test_where_backups_go_and_how_long_they_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in config.REQUIRED:
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("SMARTPOS_DATA", str(tmp_path))
    for name in ("SMARTPOS_BACKUP_FOLDER", "SMARTPOS_BACKUP_KEEP"):
        monkeypatch.delenv(name, raising=False)
    told = config.from_environment()
    assert (told["BACKUP_FOLDER"], told["BACKUP_KEEP"]) == (tmp_path / "backups", (7, 4))
    monkeypatch.setenv("SMARTPOS_BACKUP_KEEP", "30")
    monkeypatch.setenv("SMARTPOS_BACKUP_FOLDER", "/mnt/cloud/smartpos")
    told = config.from_environment()
    assert (told["BACKUP_FOLDER"], told["BACKUP_KEEP"]) == (Path("/mnt/cloud/smartpos"), (30, 0))
    for off in ("", "off"):
        monkeypatch.setenv("SMARTPOS_BACKUP_FOLDER", off)
        assert config.from_environment()["BACKUP_FOLDER"] is None
    for wrong in ("seven", "0,0", "-1,4"):
        monkeypatch.setenv("SMARTPOS_BACKUP_KEEP", wrong)
        with pytest.raises(config.WrongConfiguration, match="SMARTPOS_BACKUP_KEEP"):
            config.from_environment()


def test_nobody_of_a_shop_comes_near(shop: Shop, folder: Path, client_of: Callable[..., FlaskClient]) -> None:
    browser = client_of("owner")
    assert browser.get("/platform/backups").status_code == 403
    assert browser.get(f"/platform/backups/{NAME}").status_code == 403


def test_a_night_without_a_backup_is_told_and_written_down(
    app: Flask, platform: Callable[[], FlaskClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = platform()
    monkeypatch.setitem(app.config, "BACKUP_FOLDER", tmp_path / "cloud")
    with app.app_context():
        with pytest.raises(BackupFailed, match="Is its disk mounted"):
            jobs.run_turn(NIGHTLY, utc_now())
        with platform_scope(reason="test"):
            run = db.session.scalars(select(JobRun).where(JobRun.name == NIGHTLY)).one()
            assert run.status is JobRunStatus.FAILED
        number = platform_id()
        assert number is not None
        dispatch_events(number)
        with tenant_scope(number), force_locale("en"):
            row = db.session.scalars(select(Notification)).one()
            assert row.kind == "core.backup_failed"
            told = words_of(row.kind, row.facts)
            assert isinstance(told, Worded)
            assert told.title == "The backup was not made"
            assert "Is its disk mounted?" in told.text
            assert row.link == "/platform/backups"
    assert "Is its disk mounted?" in browser.get("/platform/jobs").get_data(as_text=True)
    page = browser.get("/platform/backups").get_data(as_text=True)
    assert "cannot be reached" in page
    assert "The last nightly backup failed" in page
    assert "Back up now" not in page


def test_a_night_slept_through_is_made_up_for_and_a_broken_one_is_told_once(
    app: Flask, folder: Path, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)

    def look(after: timedelta) -> list[Any]:
        monkeypatch.setattr(work, "utc_now", lambda: night + after)
        queue.empty()
        look_after_backups()
        return [job.args for job in queue.jobs]

    def last_turn(status: JobRunStatus, started_at: datetime) -> None:
        with platform_scope(reason="test"):
            db.session.execute(delete(JobRun).where(JobRun.name == NIGHTLY))
            db.session.add(JobRun(name=NIGHTLY, due_at=started_at, started_at=started_at, status=status))
            db.session.commit()

    with app.app_context():
        assert look(timedelta(hours=9)) == [(NIGHTLY,)]
        last_turn(JobRunStatus.DONE, night - timedelta(days=1))
        assert look(timedelta(hours=9)) == [(NIGHTLY,)]
        for status in (JobRunStatus.DONE, JobRunStatus.FAILED, JobRunStatus.RUNNING):
            last_turn(status, night)
            assert look(timedelta(hours=3)) == []
        over = timedelta(seconds=LONGEST)
        with pytest.raises(BackupFailed, match="broke off"):
            look(over + timedelta(minutes=40))
        assert look(over + timedelta(minutes=100)) == []
        monkeypatch.setitem(app.config, "BACKUP_FOLDER", None)
        assert look(timedelta(days=5)) == []
