"""What an operator's monitoring asks."""

from pathlib import Path

import pytest
from flask import Flask

from smartpos.core.db import db
from smartpos.factory import create_app
from tests import servers
from tests.conftest import settings


def ask(app: Flask, path: str) -> tuple[int, dict[str, str]]:
    answer = app.test_client().get(path)
    return answer.status_code, answer.json.get("checks", {})


def test_the_process_answers(base_app: Flask) -> None:
    assert base_app.test_client().get("/healthz").json == {"status": "ok"}


def test_ready_when_everything_is_there(base_app: Flask) -> None:
    assert ask(base_app, "/readyz") == (200, {"database": "ok", "migrations": "ok", "redis": "ok"})


def test_not_ready_without_redis(worker: str, base_app: Flask, tmp_path: Path) -> None:
    app = create_app(settings(f"test_{worker}", tmp_path) | {"REDIS_URL": "redis://127.0.0.1:1/0"})
    assert ask(app, "/readyz") == (503, {"database": "ok", "migrations": "ok", "redis": "unreachable"})
    assert app.test_client().get("/healthz").status_code == 200


def test_not_ready_without_a_database(tmp_path: Path, base_app: Flask) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    app = create_app(settings("none", tmp_path) | {"SQLALCHEMY_DATABASE_URI": nowhere})
    assert ask(app, "/readyz") == (503, {"database": "unreachable", "migrations": "unknown", "redis": "ok"})
    assert app.test_client().get("/healthz").status_code == 200


@pytest.fixture
def unmigrated(worker: str) -> str:
    name = f"unmigrated_{worker}"
    servers.create_database(name)
    return name


def test_not_ready_before_the_migrations(unmigrated: str, tmp_path: Path) -> None:
    app = create_app(settings(unmigrated, tmp_path))
    assert ask(app, "/readyz") == (503, {"database": "ok", "migrations": "behind", "redis": "ok"})
    with app.app_context():
        db.engine.dispose()


def test_metrics_count_requests(base_app: Flask) -> None:
    client = base_app.test_client()
    client.get("/healthz")
    client.get("/nothing-of-this-name")
    answer = client.get("/metrics")
    figures = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'smartpos_requests_total{endpoint="operations.healthz",method="GET",status="200"}' in figures
    # An address nobody knows must not become a label: strangers could invent endless ones.
    assert "nothing-of-this-name" not in figures
    assert "smartpos_request_seconds_bucket" in figures
