"""`make run` inside its environment: one command, one group of processes."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from smartpos.embedded import postgres, processes, start_postgres, start_redis, system_user
from smartpos.embedded.folders import remove_runtime_folder
from smartpos.embedded.instance import Instance
from smartpos.embedded.services import limit_logs
from tests.running.conftest import READY, ROOT, SECONDS, Run, environment

Start = Callable[..., Run]
NewFolder = Callable[[str], Path]


def libpq(url: str) -> str:
    return url.replace("postgresql+psycopg:", "postgresql:")


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=10) as answer:  # noqa: S310
            return bool(json.load(answer)["status"] == "ok")
    except OSError:
        return False


def test_it_starts_survives_losses_and_stops(start: Start, new_folder: NewFolder) -> None:
    data = new_folder("a folder with spaces " + "and a long name " * 8)
    run = start(data)
    url = run.wait_ready()
    assert is_ready(url)
    assert len(READY.findall(run.says())) == 1

    # Somebody else wants the same folder, or the same port.
    second = start(data)
    assert second.wait_end() == 1
    assert f"process {run.process.pid}" in second.says()
    assert not READY.search(second.says())
    neighbour = start(new_folder("neighbour"), PORT=url.rpartition(":")[2])
    assert neighbour.wait_end() == 1
    assert "is busy" in neighbour.says()
    assert is_ready(url)

    # Any process may be killed; it comes back, and the others notice nothing they can't mend.
    with psycopg.connect(libpq(run.state()["database_url"])) as connection:
        connection.execute("CREATE TABLE remembered (what text)")
        connection.execute("INSERT INTO remembered VALUES ('committed')")
    queue = redis.Redis.from_url(run.state()["redis_url"])
    queue.set("remembered", "queued")
    supervised = psutil.Process(run.process.pid).children()
    assert len(supervised) == 6
    for process in supervised:
        process.kill()
    assert processes.wait_until(lambda: run.says().count("starting it again") == 6, seconds=SECONDS), (
        run.says()
    )
    assert processes.wait_until(lambda: is_ready(url), seconds=SECONDS)
    assert len(READY.findall(run.says())) == 1

    # The machine loses its power: everything is gone at once, and the next start finds all of it again.
    run.kill_everything()
    again = start(data)
    url = again.wait_ready()
    with psycopg.connect(libpq(again.state()["database_url"])) as connection:
        assert connection.execute("SELECT what FROM remembered").fetchall() == [("committed",)]
    # The append-only file is written once a second at least, so the key may be younger than the cut, never torn.
    assert redis.Redis.from_url(again.state()["redis_url"]).get("remembered") in {b"queued", None}

    # Ctrl-C.
    again.process.send_signal(signal.SIGINT)
    assert again.wait_end() == 0
    assert again.says().endswith("Stopped.\n")
    assert again.processes() == []
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", int(url.rpartition(":")[2])))


def flask(data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "app.py", "flask", *command],
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        check=False,
    )


def test_commands_and_starts_cope_with_what_is_left(start: Start, new_folder: NewFolder) -> None:
    data = new_folder("data")
    without = flask(data, "db", "current")
    assert without.returncode == 1
    assert "no database" in without.stderr

    run = start(data)
    run.wait_ready()
    on_running = flask(data, "db", "current")
    assert "(head)" in on_running.stdout

    # Frozen processes ignore that their parent is gone, as any busy one may.
    before = run.processes()
    for process in before:
        process.suspend()
    run.process.kill()
    run.process.wait()
    on_stopped = flask(data, "db", "current")
    assert on_stopped.returncode == 0
    assert on_stopped.stdout == on_running.stdout
    assert [process for process in before if processes.lives(process) and process.name() == "postgres"] == []

    again = start(data)
    again.wait_ready()
    assert "had left behind" in again.says()
    assert not {process.pid for process in before} & {process.pid for process in again.processes()}
    again.process.send_signal(signal.SIGTERM)
    assert again.wait_end() == 0
    assert again.processes() == []


@pytest.mark.parametrize("port", ["shop", "70000", "-1"])
def test_it_refuses_a_port_that_is_none(start: Start, port: str) -> None:
    run = start(PORT=port)
    assert run.wait_end() == 1
    assert "PORT must be a number" in run.says()


def test_secrets_are_made_once_and_kept_private(
    new_folder: NewFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "SMARTPOS_DEMO_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    instance = Instance(new_folder("data"))
    first = instance.environment()
    assert instance.environment() == first
    assert first["SECRET_KEY"] != first["ENCRYPTION_KEYS"]
    for file in (instance.data / "secrets").iterdir():
        assert file.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("SMARTPOS_DEMO_PASSWORD", "chosen by hand")
    assert instance.environment()["SMARTPOS_DEMO_PASSWORD"] == "chosen by hand"
    monkeypatch.delenv("SMARTPOS_DEMO_PASSWORD")
    assert instance.environment()["SMARTPOS_DEMO_PASSWORD"] == "chosen by hand"


def test_queued_jobs_outlive_a_torn_file(new_folder: NewFolder) -> None:
    data = new_folder("data")
    server = start_redis(data)
    client = redis.Redis.from_url(server.url)
    client.rpush("queue", "first", "second")
    client.close()
    server.stop()
    with (data / "redis" / "appendonly.aof").open("ab") as file:
        file.write(b"\0" * 4096)
    server = start_redis(data)
    try:
        assert server.repaired
        assert redis.Redis.from_url(server.url).lrange("queue", 0, -1) == [b"first", b"second"]
    finally:
        server.stop()
        remove_runtime_folder(data)


def test_logs_stay_small_under_their_writer(new_folder: NewFolder) -> None:
    folder = new_folder("logs")
    with (folder / "web.log").open("ab", buffering=0) as log:
        log.write(b"x" * 2000)
        limit_logs(folder, limit=1000)
        log.write(b"after")
    assert (folder / "web.log").read_bytes() == b"after"
    assert (folder / "web.log.1").stat().st_size == 2000


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
def test_under_root_the_database_goes_where_its_user_can_reach_it(new_folder: NewFolder) -> None:
    closed = new_folder("closed")
    closed.chmod(0o700)
    data = closed / "data"
    for _ in range(2):
        server = start_postgres(data, durable=False)
        try:
            with psycopg.connect(server.conninfo("smartpos")) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS remembered (what text)")
                connection.execute("INSERT INTO remembered VALUES ('x')")
                rows = connection.execute("SELECT count(*) FROM remembered").fetchone()
        finally:
            server.stop()
    home = (data / "postgres").resolve()
    assert rows == (2,)
    assert not home.is_relative_to(closed)
    assert home.stat().st_mode & 0o077 == 0
    remove_runtime_folder(data)
    shutil.rmtree(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")
def test_under_root_the_programs_run_from_where_their_user_can_reach_them(new_folder: NewFolder) -> None:
    user = system_user.server_user(new_folder("home"))
    assert user is not None
    installed = postgres.programs()
    closed = new_folder("closed")
    package = closed / installed.parent.name
    shutil.copytree(installed, package / installed.name, symlinks=True)
    libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
    shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    closed.chmod(0o700)
    usable = system_user.reachable_programs(package / installed.name, user)
    assert not usable.is_relative_to(closed)
    version = subprocess.run(
        [usable / "bin" / "initdb", "--version"],
        cwd="/",
        user=user[0],
        group=user[1],
        extra_groups=[],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "PostgreSQL" in version.stdout
    assert usable == system_user.reachable_programs(package / installed.name, user)
    shutil.rmtree(usable.parents[1])
