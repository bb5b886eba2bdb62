"""The connection to Redis. The shop keeps selling while it is down; only background work waits."""

from flask import current_app
from redis import Redis


def connection() -> Redis:
    """A client for the configured Redis, made once per application, with short time limits."""
    client: Redis | None = current_app.extensions.get("smartpos_redis")
    if client is None:
        client = Redis.from_url(
            current_app.config["REDIS_URL"],
            socket_connect_timeout=2,
            socket_timeout=5,
            health_check_interval=30,
        )
        current_app.extensions["smartpos_redis"] = client
    return client


def limiter_url(url: str) -> str:
    """The same address as the rate limiter's library spells it."""
    return "redis+" + url if url.startswith("unix://") else url
