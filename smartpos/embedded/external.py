"""PostgreSQL and Redis of one's own, named by DATABASE_URL and REDIS_URL: do they answer, are they new enough?"""

import re

import psycopg
import redis
from redis.exceptions import RedisError

from smartpos.embedded.errors import EmbeddedError

OLDEST_POSTGRES = 15
OLDEST_REDIS = 6
SECONDS = 10


def check_postgres(url: str) -> str:
    """Its version for the terminal. Raises EmbeddedError when it can't be used."""
    address = re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)
    try:
        with psycopg.connect(address, connect_timeout=SECONDS) as connection:
            version = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise EmbeddedError(f"the PostgreSQL of DATABASE_URL can't be used: {error}".rstrip()) from None
    if version < OLDEST_POSTGRES:
        raise EmbeddedError(
            f"the PostgreSQL of DATABASE_URL is version {version}; {OLDEST_POSTGRES} is the oldest."
        )
    return str(version)


def check_redis(url: str) -> str:
    """Its version for the terminal. Raises EmbeddedError when it can't be used."""
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS) as client:
            version = str(client.info("server")["redis_version"])
    except (RedisError, OSError, ValueError) as error:
        raise EmbeddedError(f"the Redis of REDIS_URL can't be used: {error}") from None
    if int(version.split(".", maxsplit=1)[0]) < OLDEST_REDIS:
        raise EmbeddedError(f"the Redis of REDIS_URL is version {version}; {OLDEST_REDIS} is the oldest.")
    return version
