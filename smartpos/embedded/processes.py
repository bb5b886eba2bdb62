"""Child processes: started so that they die with their parent, recognised and stopped when they did not.

A process is ours when it carries the instance's mark in its environment or works in one of its folders.
A process id alone never decides: after a crash it may belong to somebody else.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import IO, Any

import psutil

MARK = "SMARTPOS_INSTANCE"
ROLE = "SMARTPOS_PROCESS"

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def start(
    command: Sequence[str],
    *,
    log: Path,
    cwd: Path,
    env: dict[str, str],
    farewell: signal.Signals = signal.SIGTERM,
    user: tuple[int, int] | None = None,
    pass_fds: Sequence[int] = (),
    answer: IO[bytes] | None = None,
    on_terminal: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, writing to `log`.

    `farewell` is the signal the kernel sends it when this process is gone. `user` is (uid, gid).
    Its standard output goes to `answer` if given; its errors to our terminal with `on_terminal`.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=answer or output,
            stderr=None if on_terminal else output,
            cwd=cwd,
            env=env,
            # Ctrl-C reaches the whole foreground group; only the supervisor may decide on the order.
            start_new_session=True,
            pass_fds=pass_fds,
            # Safe: this process has one thread, and the function calls the kernel only.
            preexec_fn=_die_with_parent(farewell),  # noqa: PLW1509
            **as_user(user),
        )


def as_user(user: tuple[int, int] | None) -> dict[str, Any]:
    """Arguments for subprocess to run as (uid, gid); none when there is no need."""
    return {} if user is None else {"user": user[0], "group": user[1], "extra_groups": []}


def _die_with_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def prepare() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(farewell), 0, 0, 0)
        # The parent may have gone between fork and prctl.
        if os.getppid() != parent:
            os._exit(1)

    return prepare


def stop(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait its seconds, until the process is gone; SIGKILL at last."""
    for number, seconds in (*signals, (signal.SIGKILL, 10.0)):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)


def marked(mark: str, role: str | None = None) -> list[psutil.Process]:
    """Running processes that carry this instance's mark (and role), this process and its parents excepted."""
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in own:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            env = process.environ()
            if env.get(MARK) == mark and (role is None or env.get(ROLE) == role):
                found.append(process)
    return found


def working_in(folder: Path, name: str) -> list[psutil.Process]:
    """Running programs called `name` whose working folder is `folder`: a server left behind on our data."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name() == name and _same_folder(process.cwd(), folder):
                found.append(process)
    return found


def _same_folder(cwd: str, folder: Path) -> bool:
    # The kernel marks the folder of a removed directory; such a server is of no use to anybody either.
    return Path(cwd.removesuffix(" (deleted)")) == folder


def put_down(processes: Iterable[psutil.Process], *, polite: signal.Signals, seconds: float) -> int:
    """Ask each process to end, then kill what is left. Returns how many there were."""
    alive = list(processes)
    count = len(alive)
    wake(alive)
    for number, patience in ((polite, seconds), (signal.SIGKILL, 10.0)):
        for process in alive:
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)
        waiting = alive

        def all_gone(waiting: list[psutil.Process] = waiting) -> bool:
            return not any(map(lives, waiting))

        if wait_until(all_gone, seconds=patience):
            break
        alive = [process for process in alive if lives(process)]
    return count


def wake(processes: Iterable[psutil.Process]) -> None:
    """Let frozen processes go on: they see no other signal before."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)


def lives(process: psutil.Process) -> bool:
    """Whether the process still runs; a dead one that nobody has collected does not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    """Ask until the condition holds; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, for a message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 16_384))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
