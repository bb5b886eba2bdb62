"""Many rows by one statement: columns travel as arrays, so that the number of statements does not grow with rows."""

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql

from smartpos.core.db import db
from smartpos.core.scope import current_organization_id
from smartpos.core.sql import send

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@cache
def _type(table: str, column: str) -> str:
    return db.metadata.tables[table].c[column].type.compile(dialect=_DIALECT)


def _unnest(table: str, columns: Sequence[str]) -> str:
    arrays = ", ".join(f"%({name})s::{_type(table, name)}[]" for name in columns)
    return f"unnest({arrays}) WITH ORDINALITY AS new ({', '.join(columns)}, place)"


def _values(columns: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    return {
        name: [cell.value if isinstance(cell, Enum) else cell for cell in cells]
        for name, cells in columns.items()
    }


def insert_rows(
    table: str, columns: Mapping[str, Sequence[Any]], *, returning: Sequence[str] = ("id",)
) -> list[tuple[Any, ...]]:
    """Insert rows given by their columns, all equally long; gives ``returning`` of each, in their order.

    Names are the code's own, never a person's. JSON columns take text. Rows belong to the tenant in force.
    """
    if not any(columns.values()):
        return []
    names = list(columns)
    statement = (
        f"INSERT INTO {table} (organization_id, {', '.join(names)}) "
        f"SELECT %(organization_id)s, {', '.join(f'new.{name}' for name in names)} "
        f"FROM {_unnest(table, names)} ORDER BY new.place "
        + (f"RETURNING {', '.join(returning)}" if returning else "")
    )
    return send(statement, {"organization_id": current_organization_id(), **_values(columns)})


def update_rows(table: str, ids: Sequence[int], columns: Mapping[str, Sequence[Any]]) -> None:
    """Set columns of rows; every column has one value for each id."""
    if not ids or not columns:
        return
    names = list(columns)
    statement = (
        f"UPDATE {table} AS row SET {', '.join(f'{name} = new.{name}' for name in names)} "
        f"FROM {_unnest(table, ['id', *names])} "
        "WHERE row.organization_id = %(organization_id)s AND row.id = new.id"
    )
    send(statement, {"organization_id": current_organization_id(), "id": list(ids), **_values(columns)})


def delete_rows(table: str, ids: Sequence[int]) -> None:
    """Remove rows."""
    if ids:
        send(
            f"DELETE FROM {table} WHERE organization_id = %(organization_id)s "
            "AND id = ANY (%(ids)s::bigint[])",
            {"organization_id": current_organization_id(), "ids": list(ids)},
        )
