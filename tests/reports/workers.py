"""Real workers of the queue of downloads, and enough rows that they take a while."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from rq import Queue
from sqlalchemy import text

from smartpos.core.db import db
from smartpos.core.redis import connection
from smartpos.reports.jobs import exports as jobs
from tests.conftest import LiveServer

ROOT = Path(__file__).resolve().parent.parent.parent
MANY = 20_000

# Sets the limit of a file's size before the worker starts: a disk that takes so much and no more.
LIMITED = (
    "import resource, os, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300000, 300000)); "
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Worker:
    """``flask worker exports`` on the database of the live server."""

    def __init__(self, server: LiveServer, folder: Path, *, limited: bool = False) -> None:
        config = server.app.config
        env = os.environ | {
            "DATABASE_URL": config["SQLALCHEMY_DATABASE_URI"],
            "REDIS_URL": config["REDIS_URL"],
            "SECRET_KEY": config["SECRET_KEY"],
            "ENCRYPTION_KEYS": ",".join(config["ENCRYPTION_KEYS"]),
            "SMARTPOS_DATA": str(config["DATA_FOLDER"]),
        }
        command = [sys.executable, "-m", "flask", "--app", "app", "worker", "exports"]
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LIMITED, *command] if limited else command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """What a power cut does: the worker and the process it works in, at once."""
        worker = psutil.Process(self.process.pid)
        for process in (worker, *worker.children(recursive=True)):
            process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@pytest.fixture
def start(live_server: LiveServer, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers; the queue is empty before, and none is left after the test."""
    with live_server.app.app_context():
        Queue(jobs.EXPORTS, connection=connection()).empty()
    started: list[Worker] = []

    def begin(**how: Any) -> Worker:
        started.append(Worker(live_server, tmp_path, **how))
        return started[-1]

    yield begin
    for worker in started:
        worker.stop()


@pytest.fixture(scope="module")
def many(live_server: LiveServer) -> None:
    """So many events that a list of them takes a while."""
    with live_server.shop.inside("owner"):
        db.session.execute(
            text(
                "INSERT INTO events (organization_id, name, facts, origin_kind, origin_id, attempts, dispatched_at) "
                "SELECT :organization, 'sales.sale_completed', '{\"n\": 1}', 'sale', n, 1, now() "
                "FROM generate_series(1, :many) AS n"
            ),
            {"organization": live_server.shop.organization_id, "many": MANY},
        )
