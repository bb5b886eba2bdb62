"""One local instance: who holds the data folder, where its servers are, and its secrets."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from smartpos.embedded.errors import EmbeddedError
from smartpos.embedded.folders import make_private, mark_of

# An instance that has just lost its terminal gives up the folder within this time.
LOCK_SECONDS = 2.0
WAIT_SECONDS = 60.0
# Without the look-alikes l, 1, o and 0: it is read off a terminal.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


class Instance:
    """The data folder of an instance and the facts kept in it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.mark = mark_of(data)
        self.logs = data / "logs"
        self._lock: int | None = None

    def open(self, purpose: str = "starting") -> None:
        """Make the folders and become the only one to use them.

        Waits for one that is stopping and for a short command; raises EmbeddedError when one runs.
        """
        make_private(self.data, 0o711 if os.geteuid() == 0 else 0o700)
        make_private(self.logs)
        lock = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        begun = time.monotonic()
        while not _try_lock(lock):
            state = self.state()
            patience = WAIT_SECONDS if state.get("state") in {"stopping", "command"} else LOCK_SECONDS
            if time.monotonic() - begun > patience:
                os.close(lock)
                raise EmbeddedError(self._held_by(state))
            time.sleep(0.1)
        self._lock = lock
        self.write_state(state=purpose)

    def close(self) -> None:
        """Let others use the folder."""
        (self.data / "run.json").unlink(missing_ok=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running(self) -> dict[str, Any] | None:
        """What the running instance of this folder tells about itself; None when none runs."""
        try:
            lock = os.open(self.data / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            return None if _try_lock(lock) else self.state()
        finally:
            os.close(lock)

    def state(self) -> dict[str, Any]:
        """What was last written about the run; after a crash it is out of date."""
        try:
            found = json.loads((self.data / "run.json").read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write_state(self, **facts: Any) -> None:
        """Tell other commands how to reach this instance."""
        known = self.state()
        if known.get("pid") != os.getpid():
            known = {"pid": os.getpid()}
        self._write(self.data / "run.json", json.dumps(known | facts, indent=1))

    def environment(self) -> dict[str, str]:
        """Secrets of the instance, those of the caller's environment first; made once and kept."""
        return {
            "SMARTPOS_DATA": str(self.data),
            "SECRET_KEY": os.environ.get("SECRET_KEY") or self._secret("secret-key", _random_key),
            "ENCRYPTION_KEYS": os.environ.get("ENCRYPTION_KEYS")
            or self._secret("encryption-keys", _random_key),
            "SMARTPOS_DEMO_PASSWORD": self._demo_password(),
        }

    @property
    def demo_password_file(self) -> Path:
        """Where the password of the demo users is kept."""
        return self.data / "secrets" / "demo-password"

    def _demo_password(self) -> str:
        given = os.environ.get("SMARTPOS_DEMO_PASSWORD")
        kept = self._secret("demo-password", lambda: given or _random_password())
        if given and given != kept:
            self._write(self.demo_password_file, given)
        return given or kept

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = make_private(self.data / "secrets") / name
        with contextlib.suppress(FileNotFoundError):
            if kept := path.read_text().strip():
                return kept
        value = make()
        self._write(path, value)
        return value

    def _write(self, path: Path, text: str) -> None:
        """Replace the file at once, readable by this user only, safely on disk."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)

    def _held_by(self, state: dict[str, Any]) -> str:
        who = f"process {state['pid']}" if "pid" in state else "another process"
        where = f" at {state['url']}" if "url" in state else ""
        return (
            f"SmartPOS already runs on the data folder {self.data} ({who}{where}). "
            "Stop it first, or choose another folder with SMARTPOS_DATA and another port with PORT."
        )


def _try_lock(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _random_key() -> str:
    """256 random bits in the form Fernet expects."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _random_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
