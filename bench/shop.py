"""An empty shop for measuring operations in this process: a tenant on PostgreSQL and Redis of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import upgrade

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.embedded import start_postgres, start_redis
from smartpos.factory import create_app
from smartpos.identity.operations import create_organization


@contextmanager
def new_shop() -> Iterator[tuple[Flask, int]]:
    """A new organization on a database of its own."""
    folder = Path(tempfile.mkdtemp(prefix="smartpos-bench-"))
    folder.chmod(0o755)
    postgres = start_postgres(folder / "postgres")
    redis = start_redis(folder / "redis")
    try:
        app = create_app(
            {
                "SQLALCHEMY_DATABASE_URI": postgres.url().replace("postgresql://", "postgresql+psycopg://"),
                "REDIS_URL": redis.url,
                "SECRET_KEY": "only for measuring",
                "ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
                "DATA_FOLDER": folder,
            }
        )
        with app.app_context():
            upgrade()
            with platform_scope(reason="bench"):
                organization_id = create_organization(name="Bench", domain="bench").id
            db.session.commit()
        yield app, organization_id
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    finally:
        redis.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
