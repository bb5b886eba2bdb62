"""How far a run has come, and whether somebody wants it to stop: in Redis, because its transaction is still open."""

import contextlib
from dataclasses import dataclass

from redis.exceptions import RedisError

from smartpos.core.redis import connection
from smartpos.core.scope import current_organization_id

KEPT_SECONDS = 3 * 60 * 60


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` steps of the whole work; no total is not known yet."""

    done: int = 0
    total: int = 0


def _key(run_id: int, what: str) -> str:
    return f"smartpos:import:{current_organization_id()}:{run_id}:{what}"


def tell_progress(run_id: int, done: int, total: int) -> None:
    """Note how far a run has come; a Redis that is down only leaves the bar where it is."""
    with contextlib.suppress(RedisError, OSError):
        connection().set(_key(run_id, "progress"), f"{done}/{total}", ex=KEPT_SECONDS)


def progress_of(run_id: int) -> Progress | None:
    """How far a run has come; None when it has not begun, or nobody knows."""
    try:
        found = connection().get(_key(run_id, "progress"))
    except (RedisError, OSError):
        return None
    if not isinstance(found, bytes):
        return None
    done, _slash, total = found.decode().partition("/")
    return Progress(int(done), int(total))


def ask_to_stop(run_id: int) -> bool:
    """Have a run stop at its next step; whether the wish could be written down."""
    try:
        connection().set(_key(run_id, "stop"), "1", ex=KEPT_SECONDS)
    except (RedisError, OSError):
        return False
    return True


def is_asked_to_stop(run_id: int) -> bool:
    """Whether somebody wants the run to stop."""
    try:
        return bool(connection().exists(_key(run_id, "stop")))
    except (RedisError, OSError):
        return False


def forget(run_id: int) -> None:
    """The run has ended, or begins anew."""
    with contextlib.suppress(RedisError, OSError):
        connection().delete(_key(run_id, "progress"), _key(run_id, "stop"))
