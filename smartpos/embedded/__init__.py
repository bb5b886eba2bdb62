"""PostgreSQL and Redis out of their wheels, and the process group of `make run`.

Nothing here imports the application: it is started and stopped as a set of ordinary processes.
"""

from smartpos.embedded.errors import EmbeddedError
from smartpos.embedded.postgres import RunningPostgres, start_postgres
from smartpos.embedded.redis import RunningRedis, start_redis

__all__ = ["EmbeddedError", "RunningPostgres", "RunningRedis", "start_postgres", "start_redis"]
