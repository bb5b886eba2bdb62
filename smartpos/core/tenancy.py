"""The second and third wall: row-level security set per transaction, and the ORM guard.

``tenant_scope`` is how work enters a tenant; ``platform_scope`` is the one, greppable way across tenants. Outside
of both, an ORM statement raises and raw SQL sees no tenant rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from smartpos.core.db import GlobalModel, TenantModel, TenantRoot, db
from smartpos.core.scope import Scope, current_scope, replace_scope

APP_ROLE = "smartpos_app"
PLATFORM_ROLE = "smartpos_platform"

log = structlog.get_logger(__name__)


class ScopeMissing(RuntimeError):
    """A statement was about to run without anybody having said for which tenant."""


class ForeignRow(RuntimeError):
    """A row of another tenant was about to be written."""


@contextmanager
def tenant_scope(
    organization_id: int,
    *,
    user_id: int | None = None,
    workspace_ids: tuple[int, ...] | None = None,
    request_id: str | None = None,
) -> Iterator[Scope]:
    """Do the work inside for one tenant. Flushes at the end; commits nothing."""
    scope = Scope(int(organization_id), user_id, workspace_ids, request_id)
    with _in_force(scope):
        yield scope


@contextmanager
def platform_scope(*, reason: str, user_id: int | None = None) -> Iterator[Scope]:
    """Do the work inside across tenants. The reason is logged; rows written keep their own organization."""
    log.info("platform_scope", reason=reason, user_id=user_id)
    with _in_force(Scope(None, user_id, reason=reason)) as scope:
        yield scope


@contextmanager
def _in_force(scope: Scope) -> Iterator[Scope]:
    before = current_scope()
    enter(scope)
    try:
        yield scope
        db.session.flush()
    finally:
        enter(before)


def enter(scope: Scope | None) -> None:
    """Put ``scope`` in force now, for an open transaction too, and empty the session when the tenant changes.

    Emptying matters: ``session.get`` would otherwise hand out a row of the last tenant from the identity map.
    """
    before = current_scope()
    if before is not None and (scope is None or before.organization_id != scope.organization_id):
        db.session.expunge_all()
    replace_scope(scope)
    session = db.session()
    if session.in_transaction() and session.is_active:
        for connection in _connections(session):
            # A failed transaction takes no statement, and trying would hide the error that made it fail.
            if _takes_statements(connection):
                connection.exec_driver_sql(_settings(scope), execution_options={"no_parameters": True})


@contextmanager
def aside(engine: Engine, scope: Scope) -> Iterator[Connection]:
    """A transaction beside the session's, behind the same walls, committed at the end; for any thread.

    What is written here stays when the session's own work is rolled back, and others see it while that goes on.
    """
    with engine.begin() as connection:
        connection.exec_driver_sql(_settings(scope), execution_options={"no_parameters": True})
        yield connection


def _takes_statements(connection: Connection) -> bool:
    driver: Any = connection.connection.dbapi_connection
    return bool(driver.info.transaction_status is not TransactionStatus.INERROR)


def _connections(session: Session) -> list[Connection]:
    transaction: Any = session.get_transaction()
    while transaction.parent is not None:
        transaction = transaction.parent
    return [key for key in transaction._connections if isinstance(key, Connection)]


def _settings(scope: Scope | None) -> str:
    """The statements that tell PostgreSQL who is at work; SET LOCAL because poolers and Citus keep no session.

    They travel as one round trip. All values are integers or our own hexadecimal request id, so nothing needs quoting.
    """
    role = PLATFORM_ROLE if scope is not None and scope.is_platform else APP_ROLE
    organization = "" if scope is None or scope.organization_id is None else int(scope.organization_id)
    user = "" if scope is None or scope.user_id is None else int(scope.user_id)
    workspaces = "" if scope is None or not scope.workspace_ids else ",".join(map(str, scope.workspace_ids))
    request = (
        "" if scope is None or scope.request_id is None else "".join(filter(str.isalnum, scope.request_id))
    )
    return (
        f"SET LOCAL ROLE {role}; SET LOCAL app.organization_id = '{organization}'; "
        f"SET LOCAL app.user_id = '{user}'; SET LOCAL app.workspace_ids = '{workspaces}'; "
        f"SET LOCAL app.request_id = '{request}'"
    )


@event.listens_for(Session, "after_begin")
def _tell_postgresql(session: Session, transaction: Any, connection: Connection) -> None:
    if transaction.nested:
        return
    connection.exec_driver_sql(_settings(current_scope()), execution_options={"no_parameters": True})


@event.listens_for(Session, "do_orm_execute")
def _guard_statements(state: ORMExecuteState) -> None:
    mappers = state.all_mappers
    if mappers and all(issubclass(mapper.class_, GlobalModel) for mapper in mappers):
        return
    scope = current_scope()
    if scope is None:
        raise ScopeMissing("no tenant is in force; use tenant_scope() or platform_scope(reason=...)")
    if scope.is_platform or state.is_column_load:
        return
    organization_id = scope.organization_id
    state.statement = state.statement.options(
        with_loader_criteria(
            TenantModel, lambda cls: cls.organization_id == organization_id, include_aliases=True
        ),
        with_loader_criteria(TenantRoot, lambda cls: cls.id == organization_id, include_aliases=True),
    )


@event.listens_for(Session, "before_flush")
def _guard_rows(session: Session, flush_context: Any, instances: Any) -> None:
    scope = current_scope()
    for row in [*session.new, *session.dirty, *session.deleted]:
        if not isinstance(row, TenantModel):
            continue
        if scope is None:
            raise ScopeMissing(f"a row of {row.__tablename__} was to be written for no tenant")
        if scope.is_platform:
            if row.organization_id is None:
                raise ForeignRow(
                    f"in the platform scope a row of {row.__tablename__} must name its organization"
                )
        elif not _names_its_tenant(row):
            row.organization_id = scope.organization_id  # type: ignore[assignment]
        elif row.organization_id != scope.organization_id:
            raise ForeignRow(f"a row of {row.__tablename__} belongs to another organization")


def _names_its_tenant(row: TenantModel) -> bool:
    owner: int | None = row.organization_id
    return owner is not None
