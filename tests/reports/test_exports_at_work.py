"""Downloads made by a real worker process: watched, cancelled, killed in the middle, out of room, without Redis."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from smartpos.core.db import db, utc_now
from smartpos.core.files import sweep_files
from smartpos.reports.jobs import exports as jobs
from smartpos.reports.models import ReportRun, RunStatus
from tests.cast import PASSWORD
from tests.conftest import LiveServer, csrf_of
from tests.reports.files import made_of
from tests.reports.workers import MANY, Worker

pytestmark = pytest.mark.usefixtures("many")

SECONDS = 60


@pytest.fixture
def client(live_server: LiveServer) -> Any:
    """The owner's browser."""
    client = live_server.app.test_client()
    client.post("/login", data={"name": "owner", "password": PASSWORD, "csrf_token": csrf_of(client)})
    return client


def order(client: Any, what: str = "events", format: str = "xlsx") -> int:  # noqa: A002
    """Order a list as its page does; the number of the run."""
    answer = client.post(
        "/downloads/order",
        data={"list": what, "format": format, "address": f"/admin/{what}/", "csrf_token": csrf_of(client)},
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return int(answer.headers["Location"].rpartition("-")[2])


def until(client: Any, run_id: int, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """What the API tells of a run as soon as it is as wanted."""
    give_up = time.monotonic() + SECONDS
    while True:
        told: dict[str, Any] = client.get(f"/api/exports/{run_id}").json
        if wanted(told):
            return told
        assert time.monotonic() < give_up, told
        assert told["status"] in {"waiting", "running"}, told
        time.sleep(0.1)


def left_behind(server: LiveServer) -> list[str]:
    """Files of the shop that belong to no run."""
    folder = Path(server.app.config["DATA_FOLDER"]) / "files" / str(server.shop.organization_id)
    with server.shop.inside("owner"):
        known = set(db.session.execute(text("SELECT path FROM stored_files")).scalars())
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and str(path.relative_to(folder)) not in known
    ]


def test_it_is_watched_cancelled_and_made_again(
    live_server: LiveServer, client: Any, start: Callable[..., Worker]
) -> None:
    run_id = order(client)
    assert client.get(f"/api/exports/{run_id}").json["status"] == "waiting"
    start()
    seen = until(client, run_id, lambda told: told["rows"] > 0)
    assert seen["rows_total"] >= MANY
    assert 0 < seen["progress"] < 1
    assert seen["download_url"] is None
    asked = time.monotonic()
    assert (
        client.delete(f"/api/exports/{run_id}", headers={"X-CSRFToken": csrf_of(client)}).status_code == 200
    )
    until(client, run_id, lambda told: told["status"] == "cancelled")
    assert time.monotonic() - asked < 6  # a second to hear of it, and the rest for a busy machine
    assert left_behind(live_server) == []
    assert made_of(live_server.shop, run_id).path is None
    # The same once more, short: the worker goes on after what was cancelled.
    small = order(client, "products", "csv")
    done = until(client, small, lambda told: told["status"] == "done")
    assert done["progress"] == 1
    assert client.get(done["download_url"]).status_code == 200


def test_a_killed_worker_leaves_nothing_and_another_begins_anew(
    live_server: LiveServer, client: Any, start: Callable[..., Worker]
) -> None:
    worker = start()
    run_id = order(client)
    until(client, run_id, lambda told: told["rows"] > 0)
    worker.kill()
    told = client.get(f"/api/exports/{run_id}").json
    assert (told["status"], told["download_url"]) == ("running", None)
    with live_server.app.app_context():
        jobs.sweep_exports()
        db.session.commit()
    assert client.get(f"/api/exports/{run_id}").json["status"] == "running", "it may only be slow"

    with live_server.shop.inside("owner"):
        run = db.session.get_one(ReportRun, run_id)
        run.beat_at = utc_now() - timedelta(minutes=3)
    with live_server.app.app_context():
        jobs.sweep_exports()
        db.session.commit()
    assert client.get(f"/api/exports/{run_id}").json["status"] == "waiting"
    start()
    until(client, run_id, lambda told: told["status"] == "done")
    made = made_of(live_server.shop, run_id)
    assert made.attempts == 2
    assert len(made.table()) == made.rows + 1 >= MANY + 1
    assert left_behind(live_server) == []


def test_it_fails_after_the_third_worker_it_killed(live_server: LiveServer, client: Any) -> None:
    run_id = order(client, "products")
    with live_server.shop.inside("owner"):
        run = db.session.get_one(ReportRun, run_id)
        run.status, run.attempts, run.beat_at = RunStatus.RUNNING, 3, utc_now() - timedelta(minutes=3)
    with live_server.app.app_context():
        jobs.sweep_exports()
        db.session.commit()
    made = made_of(live_server.shop, run_id)
    assert (made.status, made.path) == (RunStatus.FAILED, None)
    assert made.message
    with live_server.shop.inside("owner"):
        told = db.session.execute(
            text(
                "SELECT count(*) FROM notifications WHERE kind = 'reports.export_failed' AND origin_id = :run"
            ),
            {"run": run_id},
        )
        assert told.scalar_one() == 1


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_without_room_it_says_so_and_leaves_nothing(
    live_server: LiveServer,
    client: Any,
    start: Callable[..., Worker],
    format: str,  # noqa: A002
) -> None:
    start(limited=True)
    run_id = order(client, format=format)
    told = until(client, run_id, lambda told: told["status"] == "failed")
    assert "joy" in told["message"] or "room" in told["message"]
    assert told["download_url"] is None
    assert left_behind(live_server) == []


def test_an_order_outlives_a_dead_redis(
    live_server: LiveServer, client: Any, start: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dead:
        dead.setitem(live_server.app.config, "REDIS_URL", "redis://127.0.0.1:1/0")
        dead.setitem(live_server.app.extensions, "smartpos_redis", None)
        run_id = order(client, "products", "csv")
        with live_server.app.app_context():
            jobs.sweep_exports()
            db.session.commit()
    assert client.get(f"/api/exports/{run_id}").json["status"] == "waiting"
    start()
    with live_server.app.app_context():
        jobs.sweep_exports()
        db.session.commit()
    until(client, run_id, lambda told: told["status"] == "done")


def test_what_is_over_is_let_go(live_server: LiveServer, client: Any, start: Callable[..., Worker]) -> None:
    start()
    run_id = order(client, "products", "csv")
    done = until(client, run_id, lambda told: told["status"] == "done")
    path = made_of(live_server.shop, run_id).path
    assert path is not None and path.exists()
    with live_server.shop.inside("owner"):
        db.session.get_one(ReportRun, run_id).expires_at = utc_now() - timedelta(minutes=1)
    assert client.get(done["download_url"]).status_code == 404, (
        "the time is over, whatever the night has done"
    )
    os.utime(path, (0, 0))
    with live_server.app.app_context():
        jobs.expire_exports()
        db.session.commit()
    with live_server.app.app_context():
        sweep_files()
    assert not path.exists()
    told = client.get(f"/api/exports/{run_id}").json
    assert (told["status"], told["download_url"]) == ("expired", None)
    again = client.post(f"/downloads/{run_id}/retry", data={"csrf_token": csrf_of(client)})
    assert again.status_code == 303
    until(client, run_id, lambda told: told["status"] == "done")
