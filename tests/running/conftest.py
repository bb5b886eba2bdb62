"""A SmartPOS started as people start it, on a data folder of its own."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from smartpos.embedded import processes
from smartpos.embedded.instance import Instance

ROOT = Path(__file__).resolve().parent.parent.parent
READY = re.compile(r"^SmartPOS is ready: (http://127\.0\.0\.1:\d+)$", re.MULTILINE)
SECONDS = 320  # that anything may take on a busy machine; the start itself gives up sooner


class Run:
    """One `python app.py` and what it says."""

    def __init__(self, data: Path, **env: str) -> None:
        self.data = data
        self.instance = Instance(data)
        self.output = data.parent / f"output-{time.monotonic_ns()}"
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=ROOT,
                env=environment(data) | env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def says(self) -> str:
        """Everything printed so far."""
        return self.output.read_text()

    def wait_ready(self) -> str:
        """The address, as soon as it is announced."""
        announced = processes.wait_until(
            lambda: bool(READY.search(self.says())) or self.process.poll() is not None, seconds=SECONDS
        )
        found = READY.search(self.says())
        assert announced, self.says()
        assert found, self.says()
        return found[1]

    def wait_end(self) -> int:
        """The exit status, once everything has stopped."""
        return self.process.wait(SECONDS)

    def state(self) -> dict[str, Any]:
        """What it tells other commands."""
        return self.instance.state()

    def processes(self) -> list[psutil.Process]:
        """All its processes except the supervisor itself."""
        postgres = (self.data / "postgres").resolve() / "18"
        return [
            *processes.marked(self.instance.mark),
            *processes.working_in(postgres, "postgres"),
            *processes.working_in(self.data / "redis", "redis-server"),
        ]

    def kill_everything(self) -> None:
        """What a power cut does to processes."""
        for process in (psutil.Process(self.process.pid), *self.processes()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait()


def environment(data: Path) -> dict[str, str]:
    """The caller's environment without what would lead away from this folder."""
    foreign = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "SMARTPOS_DEMO_PASSWORD"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {"SMARTPOS_DATA": str(data), "SMARTPOS_DEMO": "none", "PORT": "0", "WEB_CONCURRENCY": "1"}


@pytest.fixture
def new_folder() -> Iterator[Callable[[str], Path]]:
    """Makes data folders that the database's own user can reach, removed after the test."""
    base = Path(tempfile.mkdtemp(prefix="smartpos-running-"))
    base.chmod(0o755)

    def make(name: str) -> Path:
        folder = base / name
        folder.mkdir(parents=True)
        return folder

    yield make
    shutil.rmtree(base)


@pytest.fixture
def start(new_folder: Callable[[str], Path]) -> Iterator[Callable[..., Run]]:
    """Starts instances; whatever still runs after the test is taken down."""
    runs: list[Run] = []

    def begin(data: Path | None = None, **env: str) -> Run:
        runs.append(Run(data or new_folder("data"), **env))
        return runs[-1]

    yield begin
    for run in runs:
        if run.process.poll() is None:
            run.process.send_signal(signal.SIGTERM)
            run.wait_end()
        processes.put_down(run.processes(), polite=signal.SIGKILL, seconds=5)
