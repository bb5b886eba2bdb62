"""Many rows by few statements, through row-level security like everybody else.

``COPY`` is refused by PostgreSQL for tables under row-level security, so columns travel as arrays. They are written
out here because that takes a fraction of the driver's time for a million values.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from smartpos.core.db import Model, db
from smartpos.core.scope import current_organization_id

ROWS_AT_ONCE = 10_000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(
    model: type[Model], columns: Sequence[str], rows: Iterable[tuple[Any, ...]], *, key: Sequence[str] = ()
) -> dict[tuple[Any, ...], int]:
    """Write rows of the tenant in force, in their order. Values are what the columns hold, enumerations by value.

    With ``key``, columns whose values together differ from row to row, gives the new ids by them. The rows are
    asked for in another thread, which must not use the database: the next ones are made while these are written.
    """
    table = cast(Table, model.__table__)
    kinds = [table.c[name].type.compile(_DIALECT) for name in columns]
    arrays = ", ".join(f"%({name})s::{kind}[]" for name, kind in zip(columns, kinds, strict=True))
    names = ", ".join(columns)
    statement = (
        f"INSERT INTO {table.name} (organization_id, {names}) "
        f"SELECT %(organization_id)s, {names} FROM unnest({arrays}) WITH ORDINALITY AS new ({names}, place) "
        "ORDER BY place"
    )
    if key:
        statement += f" RETURNING {', '.join(key)}, id"
    connection = db.session.connection()
    tenant = {"organization_id": current_organization_id()}
    ids: dict[tuple[Any, ...], int] = {}
    source = iter(rows)
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(_chunk, source, columns)
        while values := coming.result():
            coming = ahead.submit(_chunk, source, columns)
            result = connection.exec_driver_sql(statement, values | tenant)
            if key:
                ids.update((tuple(row[:-1]), row[-1]) for row in result)
    return ids


def _chunk(source: Iterator[tuple[Any, ...]], columns: Sequence[str]) -> dict[str, Any]:
    """The next rows turned into one array per column; nothing when there are no more."""
    rows = list(islice(source, ROWS_AT_ONCE))
    if not rows:
        return {}
    return {
        name: array_literal(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    }


def array_literal(values: Iterable[Any]) -> str:
    """Values as PostgreSQL writes an array: ``{1,NULL,"two"}``."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)
