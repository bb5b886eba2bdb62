"""PostgreSQL and Redis for a test run: started by the first test that asks, shared by all xdist workers.

A small guardian process owns the two servers. It watches the pytest that began the run, and when that is
gone, however it went, stops them and removes their folder.

    postgres_url("smartpos_gw0")      SQLAlchemy address, whether or not the database exists yet
    create_database("a", template="b"), drop_database("a")
    redis_url()                       a numbered database of this worker's own
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
READY = "ready.json"


def postgres_url(dbname: str = "smartpos") -> str:
    """The SQLAlchemy address of a database on the run's server."""
    return f"postgresql+psycopg://smartpos@/{quote(dbname)}?host={_servers()['sockets']}"


def postgres_conninfo(dbname: str = "postgres") -> str:
    """The libpq address of a database on the run's server, as its superuser."""
    return f"host={_servers()['sockets']} user=smartpos dbname={dbname}"


def redis_url(database: int | None = None) -> str:
    """The address of a Redis database; each xdist worker has its own, unless a number is given."""
    if database is None:
        database = int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))) or 0) % 16
    return f"unix://{_servers()['redis']}?db={database}"


def create_database(dbname: str, *, template: str = "template1") -> str:
    """Make an empty database, or a copy of `template`, replacing one of this name. Returns its address."""
    drop_database(dbname)
    with psycopg.connect(postgres_conninfo(), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(dbname), sql.Identifier(template)
            )
        )
    return postgres_url(dbname)


def drop_database(dbname: str) -> None:
    """Remove a database and whoever is connected to it; fine when there is none."""
    with psycopg.connect(postgres_conninfo(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(dbname)))


def run_folder() -> Path:
    """A folder shared by all workers of this run, removed after it."""
    controller = _controller()
    started = int(psutil.Process(controller).create_time())
    folder = Path(tempfile.gettempdir()) / f"smartpos-test-{controller}-{started}"
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


def _controller() -> int:
    # An xdist worker is a child of the pytest that was started by hand.
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


@cache
def _servers() -> dict[str, Any]:
    folder = run_folder()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / READY).exists():
            _start_guardian(folder)
    answer: dict[str, Any] = json.loads((folder / READY).read_text())
    return answer


def _start_guardian(folder: Path) -> None:
    log = folder / "guardian.log"
    with log.open("ab") as output:
        guardian = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), str(folder), str(_controller())],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + 60
    while not (folder / READY).exists():
        if guardian.poll() is not None or time.monotonic() > deadline:
            message = f"The servers of the tests did not start:\n{log.read_text()}"
            raise RuntimeError(message)
        time.sleep(0.02)


def _guard(folder: Path, controller: int) -> None:
    from smartpos.embedded import start_postgres, start_redis
    from smartpos.embedded.folders import remove_runtime_folder

    watched = psutil.Process(controller)
    data = folder / "data"
    postgres = start_postgres(data, durable=False)
    redis = start_redis(data, durable=False)
    try:
        ready = folder / f"{READY}.new"
        ready.write_text(json.dumps({"sockets": str(postgres.sockets), "redis": str(redis.socket)}))
        ready.rename(folder / READY)
        while watched.is_running() and watched.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.5)
    except psutil.NoSuchProcess:
        pass
    finally:
        redis.stop()
        postgres.stop()
        remove_runtime_folder(data)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _guard(Path(sys.argv[1]), int(sys.argv[2]))
