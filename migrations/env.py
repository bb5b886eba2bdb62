"""Runs migrations under a lock, with time limits, so that two deployments or a busy table cannot hang the shop."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import text

# Any number that nobody else uses: it names the lock that only one migration may hold.
MIGRATION_LOCK = 720_411_960


def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Partitions are made by a job as time passes; they are not part of the models."""
    return not (kind == "table" and name is not None and name.startswith("audit_logs_"))


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    metadata = current_app.extensions["migrate"].db.metadata
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.execute(text("SET statement_timeout = '10min'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.commit()
        try:
            context.configure(
                connection=connection,
                target_metadata=metadata,
                include_object=include_object,
                compare_type=True,
                transaction_per_migration=True,
            )
            with context.begin_transaction():
                context.run_migrations()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()


run()
