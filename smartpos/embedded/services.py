"""The processes of `make run`, each able to start, stop and say whether it lives."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from smartpos.embedded import processes

LOG_LIMIT = 10 * 2**20
FORGIVE_SECONDS = 60.0
MOST_DEATHS = 6


class Server(Protocol):
    """A started PostgreSQL or Redis."""

    process: subprocess.Popen[bytes]

    def stop(self) -> None: ...


class Service:
    """One member of the group. `deaths` are the times it ended by itself lately."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None
        self.deaths: deque[float] = deque(maxlen=MOST_DEATHS)
        self.due = 0.0

    def start(self) -> None:
        """Start the process; raises EmbeddedError when it can't."""
        raise NotImplementedError

    def ask_to_stop(self) -> None:
        """Begin a clean stop without waiting for it."""

    def stop(self) -> None:
        """Stop it cleanly, by force when that takes too long."""
        raise NotImplementedError

    def died(self) -> int | None:
        """The exit status when the process ended without being asked, else None."""
        return None if self.process is None else self.process.poll()

    def note_death(self) -> float | None:
        """Record it and return the seconds to wait before the next start; None when it fails too often."""
        now = time.monotonic()
        while self.deaths and now - self.deaths[0] > FORGIVE_SECONDS:
            self.deaths.popleft()
        self.deaths.append(now)
        self.process = None
        if len(self.deaths) >= MOST_DEATHS:
            return None
        delay = float(2 ** (len(self.deaths) - 1) - 1)
        self.due = now + delay
        return delay


class ServerService(Service):
    """PostgreSQL or Redis, started by its own module and ready when `start` returns."""

    def __init__(self, name: str, log: Path, launch: Callable[[], Server]) -> None:
        super().__init__(name, log)
        self._launch = launch
        self._server: Server | None = None

    def start(self) -> None:
        self._server = self._launch()
        self.process = self._server.process

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
        self.process = None


class AppService(Service):
    """A process of the application: web, worker or scheduler."""

    def __init__(
        self,
        name: str,
        log: Path,
        command: Sequence[str],
        *,
        cwd: Path,
        env: dict[str, str],
        mark: str,
        patience: float,
        pass_fds: Sequence[int] = (),
    ) -> None:
        super().__init__(name, log)
        self._command = command
        self._cwd = cwd
        self._env = env | {processes.MARK: mark, processes.ROLE: name}
        self._mark = mark
        self._patience = patience
        self._asked = False
        self._pass_fds = pass_fds

    def start(self) -> None:
        self.process = processes.start(
            [sys.executable, *self._command],
            log=self.log,
            cwd=self._cwd,
            env=self._env,
            pass_fds=self._pass_fds,
        )

    def clear_orphans(self) -> None:
        """End what a killed predecessor left behind."""
        left = processes.marked(self._mark, self.name)
        processes.put_down(left, polite=signal.SIGTERM, seconds=3)

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None and not self._asked:
            self._asked = True
            self.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        # Asked once only: a worker that is asked again drops the job it is finishing.
        self.ask_to_stop()
        if self.process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self._patience)
            processes.stop(self.process)
            self.process = None

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()


def describe_exit(status: int) -> str:
    """An exit status in words."""
    if status < 0:
        return f"killed by signal {signal.Signals(-status).name}"
    return f"exit status {status}"


def limit_logs(folder: Path, *, limit: int = LOG_LIMIT) -> None:
    """Keep each log below about twice `limit` bytes. Its writer goes on with the same, emptied file."""
    for log in folder.glob("*.log"):
        if log.stat().st_size > limit:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
