"""SQL sent as it is, for the few statements on the path of every sale.

What SQLAlchemy does around a statement (a compiled text, a result with named columns) costs more there than PostgreSQL
needs to answer. The transaction, the walls, the events and the kinds of error are the same as everywhere.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import psycopg
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from smartpos.core.db import db

_HERE = "connection in use"


@event.listens_for(Session, "after_begin")
def _remember(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    # Asking the session for its connection takes it longer than many a statement takes the database.
    session.info[_HERE] = connection


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_HERE, None)


def send(statement: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement with ``%(name)s`` parameters in the session's transaction; rows are bare tuples.

    A statement that returns no rows gives an empty list. Raises SQLAlchemy's errors.
    """
    session = db.session()
    connection = session.info.get(_HERE) or session.connection()
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    for listener in connection.dispatch.before_cursor_execute:
        listener(connection, cursor, statement, parameters, None, False)
    try:
        cursor.execute(statement, parameters)
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        raise DBAPIError.instance(
            statement, dict(parameters), error, psycopg.Error, connection_invalidated=bool(driver.closed)
        ) from error
    return cursor.fetchall() if cursor.pgresult.nfields else []


def array(numbers: Iterable[int | Decimal]) -> str:
    """Numbers as PostgreSQL writes an array; to be cast where it is used: ``%(ids)s::bigint[]``."""
    return "{" + ",".join(map(str, numbers)) + "}"
