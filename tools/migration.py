"""Write a migration: `python -m tools.migration "add gift cards"` compares the models with the migrations so far.

Works on a database of its own that is thrown away, so that nobody's data takes part.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from smartpos.embedded import start_postgres, start_redis
from smartpos.embedded.folders import remove_runtime_folder
from smartpos.embedded.instance import Instance

ROOT = Path(__file__).resolve().parent.parent


def next_revision() -> str:
    """Revisions are numbered: the files then stand in their order."""
    numbers = [
        int(line.split('"')[1])
        for path in (ROOT / "migrations" / "versions").glob("*.py")
        for line in path.read_text().splitlines()
        if line.startswith('revision = "')
    ]
    return f"{max(numbers, default=0) + 1:04}"


def write(message: str) -> int:
    """Bring an empty database to the last migration and let Alembic write what the models have besides."""
    folder = Path(tempfile.mkdtemp(prefix="smartpos-migration-"))
    try:
        postgres = start_postgres(folder, durable=False)
        redis = start_redis(folder, durable=False)
        try:
            env = os.environ | Instance(folder).environment()
            env |= {"DATABASE_URL": postgres.url(), "REDIS_URL": redis.url}
            if status := flask_db(env, "upgrade"):
                return status
            if flask_db(env, "check", quiet=True) == 0:
                print("The models say nothing that the migrations do not: there is nothing to write.")
                return 0
            return flask_db(env, "migrate", "--message", message, "--rev-id", next_revision())
        finally:
            redis.stop()
            postgres.stop()
            remove_runtime_folder(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def flask_db(env: dict[str, str], *command: str, quiet: bool = False) -> int:
    """`flask db <command>`; its exit status."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "db", *command],
        cwd=ROOT,
        env=env,
        check=False,
        capture_output=quiet,
    ).returncode


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        sys.exit('Say what the migration does: make migration m="add gift cards"')
    sys.exit(write(sys.argv[1].strip()))
