"""What an operator asks: is the process alive, can it serve, what are the figures."""

import time

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from flask_migrate import Migrate
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from smartpos.core.db import db
from smartpos.core.extensions import csrf
from smartpos.core.redis import connection

blueprint = Blueprint("operations", __name__)

registry = CollectorRegistry()
REQUESTS = Counter(
    "smartpos_requests_total", "Requests answered", ["method", "endpoint", "status"], registry=registry
)
SECONDS = Histogram(
    "smartpos_request_seconds", "Seconds to answer a request", ["endpoint"], registry=registry
)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Database reachable and migrated, Redis reachable; 503 with what is wrong otherwise."""
    checks = {"database": _database(), "migrations": _migrations(), "redis": _redis()}
    ready = all(value == "ok" for value in checks.values())
    return jsonify(status="ok" if ready else "unavailable", checks=checks), 200 if ready else 503


@blueprint.get("/metrics")
def metrics() -> Response:
    """Figures of this process for Prometheus. Keep it behind the proxy: it is for the operator alone."""
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with db.engine.connect() as bare:
            bare.exec_driver_sql("SELECT 1")
    except SQLAlchemyError:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    try:
        migrate: Migrate = current_app.extensions["migrate"].migrate
        wanted = ScriptDirectory.from_config(migrate.get_config()).get_current_head()
        with db.engine.connect() as bare:
            present = MigrationContext.configure(bare).get_current_revision()
    except SQLAlchemyError:
        return "unknown"
    return "ok" if present == wanted else "behind"


def _redis() -> str:
    try:
        connection().ping()
    except (RedisError, OSError):
        return "unreachable"
    return "ok"


def init_app(app: Flask) -> None:
    """Register the pages and count requests."""
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)

    @app.after_request
    def count(response: Response) -> Response:
        endpoint = request.endpoint or "none"
        REQUESTS.labels(request.method, endpoint, response.status_code).inc()
        if "started" in g:
            SECONDS.labels(endpoint).observe(time.perf_counter() - g.started)
        return response
