"""What refers to a row, found through the foreign keys themselves, so that no later table is forgotten."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Column, Table, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.core.db import Base, db
from smartpos.core.scope import current_organization_id


def uses_of(table: str, row_id: int, *, apart_from: Collection[str] = ()) -> list[str]:
    """The names of the tables that have rows referring to a row of ``table``, by one statement.

    ``apart_from`` are tables whose rows are a part of it. Tables of domains above are found as well: the catalogue
    need not know them to be told by the database that they need the row.
    """
    tenant = current_organization_id()
    questions = [
        select(literal(other.name).label("name")).where(
            select(column).where(other.c.organization_id == tenant, column == row_id).exists()
        )
        for other, column in _references(table)
        if other.name not in apart_from
    ]
    if not questions:
        return []
    return sorted(db.session.connection().execute(union_all(*questions)).scalars())


def _references(table: str) -> list[tuple[Table, Column[Any]]]:
    return [
        (other, column)
        for other in Base.metadata.sorted_tables
        for column in other.columns
        if column.info.get("refers_to") == table
    ]


def used_among(table: str, ids: Collection[int], *, apart_from: Collection[str] = ()) -> dict[str, set[int]]:
    """Which of many rows of ``table`` others refer to, by the names of those tables; one statement for each table."""
    tenant = current_organization_id()
    wanted = literal(sorted(ids), ARRAY(BigInteger))
    found: dict[str, set[int]] = {}
    for other, column in _references(table):
        if other.name in apart_from:
            continue
        statement = (
            select(column).distinct().where(other.c.organization_id == tenant, column == func.any(wanted))
        )
        rows = set(db.session.connection().execute(statement).scalars())
        if rows:
            found.setdefault(other.name, set()).update(rows)
    return found
