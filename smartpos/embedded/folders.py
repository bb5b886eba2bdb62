"""Where a local instance keeps its things.

<data>/                 SMARTPOS_DATA, by default .data beside the code
  postgres/             the database cluster (a link elsewhere when its user can't reach it here)
  redis/                the append-only file of queued jobs
  secrets/              keys and the demo password, mode 0600
  logs/                 one file per process
  lock, run.json        who runs here now
/tmp/smartpos-<hash>/   the sockets: a socket's path may have about 100 characters and no spaces
"""

import hashlib
import os
import shutil
import stat
from pathlib import Path

from smartpos.embedded.errors import EmbeddedError

ROOT = Path(__file__).resolve().parent.parent.parent


def data_folder() -> Path:
    """The data folder the environment asks for, absolute."""
    chosen = os.environ.get("SMARTPOS_DATA")
    return Path(chosen).expanduser().resolve() if chosen else ROOT / ".data"


def make_private(folder: Path, mode: int = 0o700) -> Path:
    """The folder, made when missing, closed to everybody else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(f"The folder {folder} can't be made: {error.strerror}.") from None
    try:
        folder.chmod(mode)
    except PermissionError:
        raise EmbeddedError(
            f"The folder {folder} belongs to another user. "
            "Run as that user, or set SMARTPOS_DATA to a folder of yours."
        ) from None
    return folder


def mark_of(data: Path) -> str:
    """A short name of the instance, the same for every process of this user on this data folder."""
    return hashlib.sha256(os.fsencode(data)).hexdigest()[:12]


def runtime_folder(data: Path, *, owner: tuple[int, int] | None = None) -> Path:
    """The folder of the sockets: short, without spaces, closed to other users.

    `owner` is the (uid, gid) of the database server when that is not this user.
    """
    folder = _runtime_path(data)
    uid, gid = owner or (os.geteuid(), os.getegid())
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        os.chown(folder, uid, gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()}:
        raise EmbeddedError(f"{folder} belongs to another user; remove it and start again.")
    if found.st_uid != uid:
        os.chown(folder, uid, gid)
    folder.chmod(0o700)
    return folder


def remove_runtime_folder(data: Path) -> None:
    """Forget the sockets of servers that have stopped."""
    shutil.rmtree(_runtime_path(data), ignore_errors=True)


def _runtime_path(data: Path) -> Path:
    base = Path("/tmp")  # noqa: S108 - a fixed short place; whoever uses it checks to whom it belongs
    return base / f"smartpos-{mark_of(data.resolve())}"
