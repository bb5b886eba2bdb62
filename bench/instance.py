"""A real instance for measuring: the product started as ``make run`` starts it, on a data folder of its own."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
READY = "SmartPOS is ready: "


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Instance:
    """Start with ``with Instance(demo="full") as instance``; the folder goes away afterwards."""

    def __init__(self, *, demo: str = "small") -> None:
        self.demo = demo
        self.folder = Path(tempfile.mkdtemp(prefix="smartpos-bench-"))
        self.folder.chmod(0o755)
        self.password = secrets.token_urlsafe(12)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.seconds_to_ready = 0.0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        """Start and wait until it says that it is ready; ``seconds_to_ready`` tells how long that took."""
        environment = os.environ | {
            "PORT": str(self.port),
            "SMARTPOS_DATA": str(self.folder / "data"),
            "SMARTPOS_DEMO": self.demo,
            "SMARTPOS_DEMO_PASSWORD": self.password,
            "SMARTPOS_NO_RATE_LIMITS": "1",
        }
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS"):
            environment.pop(name, None)
        begun = perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(READY):
                self.seconds_to_ready = perf_counter() - begun
                return
        raise RuntimeError(f"the instance did not start; see {self.folder}")

    def stop(self) -> None:
        """Stop as Ctrl-C does and wait."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(60)
            self._process = None

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address of its database."""
        state: dict[str, Any] = json.loads((self.folder / "data" / "run.json").read_text())
        return str(state["database_url"])

    def token(self, username: str) -> str:
        """A bearer token of one of the demo's users."""
        form = urlencode({"username": username, "password": self.password}).encode()
        with urllib.request.urlopen(f"{self.url}/token", form) as answer:
            return str(json.load(answer)["access_token"])
