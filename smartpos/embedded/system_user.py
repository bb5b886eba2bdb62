"""PostgreSQL refuses to run as root. Then its processes belong to a system user made for them.

That user must reach the data and the programs. A checkout under a closed home (/root) is neither opened up
nor moved: the cluster and a copy of the programs go under /var/lib/smartpos.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
from pathlib import Path

from smartpos.embedded.errors import EmbeddedError

USER = "smartpos"
STATE = Path("/var/lib/smartpos")

Ids = tuple[int, int]


def server_user(home: Path) -> Ids | None:
    """(uid, gid) to run the database server as; None when that is simply this user.

    A database that already belongs to an ordinary user keeps its owner, even when root starts it.
    """
    if os.geteuid() != 0:
        return None
    if home.exists() and (owner := home.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    return _system_user()


def _system_user() -> Ids:
    try:
        entry = pwd.getpwnam(USER)
    except KeyError:
        program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program is None:
            raise EmbeddedError(
                "PostgreSQL does not run as root, and this machine has no `useradd` to make a user for it. "
                f"Make a user named {USER}, or run SmartPOS as an ordinary user."
            ) from None
        subprocess.run(
            [
                program,
                "--system",
                "--user-group",
                "--no-create-home",
                "--home-dir",
                str(STATE),
                "--shell",
                "/bin/sh",
                USER,
            ],
            check=False,
            capture_output=True,
        )
        try:
            entry = pwd.getpwnam(USER)
        except KeyError:
            raise EmbeddedError(
                f"PostgreSQL does not run as root, and the user {USER} could not be made for it. "
                "Make it by hand, or run SmartPOS as an ordinary user."
            ) from None
    return entry.pw_uid, entry.pw_gid


def can_reach(path: Path, user: Ids) -> bool:
    """Whether that user can enter the folder (or run the program) at this path."""
    answer = subprocess.run(
        ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)],
        check=False,
        cwd="/",
        user=user[0],
        group=user[1],
        extra_groups=[],
    )
    return answer.returncode == 0


def reachable_home(home: Path, user: Ids) -> Path:
    """Make the folder for that user; somewhere else, with a link here, when it is out of reach."""
    if home.is_symlink() and not home.exists():
        raise EmbeddedError(
            f"The database of this folder was kept in {home.readlink()}, which is gone. "
            f"Put it back, or remove {home} to begin with an empty database."
        )
    if not home.exists():
        home.mkdir(mode=0o700)
        os.chown(home, *user)
    home = home.resolve()
    if can_reach(home, user):
        return home
    if any(home.iterdir()):
        raise EmbeddedError(f"The user of the database server can't reach {home}: open the folders above it.")
    _open_state()
    elsewhere = STATE / "data" / secrets.token_hex(8)
    elsewhere.mkdir(mode=0o700)
    os.chown(elsewhere, *user)
    home.rmdir()
    home.symlink_to(elsewhere)
    return elsewhere


def reachable_programs(install: Path, user: Ids) -> Path:
    """The programs' folder, or a copy of it where that user can run them.

    The programs find the wheel's own libraries two folders up, so the copy keeps that arrangement.
    """
    program = install / "bin" / "postgres"
    if can_reach(program, user):
        return install
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    facts = program.stat()
    fingerprint = hashlib.sha256(f"{facts.st_size} {facts.st_mtime_ns} {libraries.exists()}".encode())
    copy = STATE / "programs" / fingerprint.hexdigest()[:12]
    if not copy.exists():
        _open_state()
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        shutil.copytree(install, unfinished / package.name / install.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        try:
            unfinished.rename(copy)
        except OSError:
            # Another instance was quicker.
            shutil.rmtree(unfinished)
    return copy / package.name / install.name


def _open_state() -> None:
    for folder in (STATE, STATE / "data", STATE / "programs"):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.chmod(0o755)
