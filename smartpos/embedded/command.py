"""One command of the application, on the running instance or on its stopped data folder."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from smartpos.embedded import processes
from smartpos.embedded.errors import EmbeddedError
from smartpos.embedded.folders import ROOT, data_folder, remove_runtime_folder
from smartpos.embedded.instance import Instance
from smartpos.embedded.postgres import start_postgres
from smartpos.embedded.redis import start_redis


def run(arguments: Sequence[str]) -> int:
    """`flask --app app <arguments>`, with the servers started for its duration when none run.

    Returns the command's exit status.
    """
    try:
        # A backup is brought to a machine on which nothing has run yet.
        with _environment(may_begin=arguments[:1] == ["restore"]) as env:
            return subprocess.run(
                [sys.executable, "-m", "flask", "--app", "app", *arguments], cwd=ROOT, env=env, check=False
            ).returncode
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1


def adopt_running_instance() -> None:
    """Let a command typed by hand find the instance that `make run` holds up, unless told another."""
    if os.environ.get("DATABASE_URL"):
        return
    instance = Instance(data_folder())
    state = instance.running()
    if state and "database_url" in state:
        for name, value in _of_running(instance, state).items():
            os.environ.setdefault(name, value)


@contextmanager
def _environment(*, may_begin: bool = False) -> Iterator[dict[str, str]]:
    instance = Instance(data_folder())
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield dict(os.environ) | instance.environment()
        return
    state = instance.running()
    if state and "database_url" in state:
        yield dict(os.environ) | _of_running(instance, state)
        return
    if not may_begin and not (instance.data / "postgres").exists():
        raise EmbeddedError(f"There is no database in {instance.data} yet: `make run` makes one.")
    with _started(instance) as env:
        yield env


def _of_running(instance: Instance, state: dict[str, str]) -> dict[str, str]:
    return instance.environment() | {
        "DATABASE_URL": state["database_url"],
        "REDIS_URL": state["redis_url"],
        "SMARTPOS_DEMO": state.get("demo", "full"),
    }


@contextmanager
def _started(instance: Instance) -> Iterator[dict[str, str]]:
    """The servers of a stopped data folder, held alone for a while."""
    instance.open("command")
    try:
        postgres = start_postgres(instance.data)
        try:
            redis = start_redis(instance.data)
            try:
                yield (
                    dict(os.environ)
                    | instance.environment()
                    | {"DATABASE_URL": postgres.url(), "REDIS_URL": redis.url, processes.MARK: instance.mark}
                )
            finally:
                redis.stop()
        finally:
            postgres.stop()
    finally:
        remove_runtime_folder(instance.data)
        instance.close()
