"""Many rows by few statements, through row-level security like everybody else.

``COPY`` is refused by PostgreSQL for tables under row-level security, so columns travel as arrays.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from smartpos.core.db import Model, db
from smartpos.core.scope import current_organization_id

ROWS_AT_ONCE = 20_000
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(
    model: type[Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]], *, key: Sequence[str] = ()
) -> dict[tuple[Any, ...], int]:
    """Write rows of the tenant in force, in their order. Values are what the columns hold, enumerations by value.

    With ``key``, columns whose values together differ from row to row, gives the new ids by them.
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
    ids: dict[tuple[Any, ...], int] = {}
    for chunk in _chunks(rows):
        values = dict(zip(columns, map(list, zip(*chunk, strict=True)), strict=True))
        result = connection.exec_driver_sql(
            statement, values | {"organization_id": current_organization_id()}
        )
        if key:
            ids.update((tuple(row[:-1]), row[-1]) for row in result)
    return ids


def _chunks(rows: Sequence[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while chunk := list(islice(source, ROWS_AT_ONCE)):
        yield chunk
