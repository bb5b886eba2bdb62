"""Rows of any table from its metadata alone, with whatever they must refer to; for tests that walk all tables."""

from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Uuid,
    insert,
)
from sqlalchemy.dialects.postgresql import INET

import smartpos.core.models  # noqa: F401 - its tables
from smartpos.core.db import TenantModel, db
from smartpos.factory import DOMAINS

for domain in DOMAINS:
    if find_spec(f"smartpos.{domain}.models"):
        import_module(f"smartpos.{domain}.models")

_numbers = count(1)

SIMPLE: list[tuple[type[Any], Any]] = [
    (Boolean, False),
    (DateTime, datetime(2026, 5, 1, 12, tzinfo=UTC)),
    (Date, date(2026, 5, 1)),
    (JSON, {}),
    (ARRAY, []),
    (LargeBinary, b"x"),
    (Numeric, Decimal(1)),
    (INET, "127.0.0.1"),
]

# What a constraint demands of a column beyond its type.
DEMANDED: dict[str, Any] = {
    "expenses.source": "office",
    "exchange_rates.currency": "USD",
    "notification_deliveries.channel": "email",
    "hourly_sales.hour": 9,
}

# What a check asks for beyond the columns that must be given.
CHECKED: dict[str, dict[str, Any]] = {
    "promotions": {"percent": Decimal(10)},
    "label_templates": {"width_mm": Decimal(58), "height_mm": Decimal(40)},
    "purchase_items": {"product_name_raw": "Un"},
    "machine_logs": {"status": "free"},
    "production_completions": {"output_cost": Decimal(3)},
}
# Of several optional references, the one that a check wants.
CHOSEN: dict[str, str] = {"promotion_targets": "product_id"}


def tenant_models() -> list[type[TenantModel]]:
    """All tenant models, in the order of their table names."""
    mapped = (mapper.class_ for mapper in db.Model.registry.mappers)
    return sorted((cls for cls in mapped if issubclass(cls, TenantModel)), key=lambda cls: cls.__tablename__)


def references(table: Table) -> dict[str, Table]:
    """The columns made by ``refers_to``, with the table each points at."""
    return {
        column.name: table.metadata.tables[column.info["refers_to"]]
        for column in table.columns
        if "refers_to" in column.info
    }


def make_organization(connection: Connection, domain: str) -> int:
    """A new tenant, as the owner of the tables."""
    table = db.metadata.tables["organizations"]
    return connection.execute(
        insert(table).values(name=domain, domain=domain).returning(table.c.id)
    ).scalar_one()


def row_values(connection: Connection, table: Table, organization_id: int, **given: Any) -> dict[str, Any]:
    """Values for a new row of ``table``; rows it must refer to are made, each a fresh one."""
    values: dict[str, Any] = {"organization_id": organization_id, **CHECKED.get(table.name, {})}
    targets = references(table)
    chosen = CHOSEN.get(table.name)
    for column in table.columns:
        if column.name in given or column.name in values:
            continue
        if column.name != chosen and not _must_be_given(column):
            continue
        if column.name in targets:
            values[column.name] = make_row(connection, targets[column.name], organization_id)["id"]
        else:
            values[column.name] = _value(column)
    return values | given


def make_row(connection: Connection, table: Table, organization_id: int, **given: Any) -> dict[str, Any]:
    """Insert a row as the owner of the tables and give all its values."""
    values = row_values(connection, table, organization_id, **given)
    statement = insert(table).values(values).returning(*table.columns)
    return dict(connection.execute(statement).one()._mapping)


def _must_be_given(column: Column[Any]) -> bool:
    return not (column.nullable or column.server_default is not None or column.identity or column.default)


def _value(column: Column[Any]) -> Any:
    number = next(_numbers)
    if str(column) in DEMANDED:
        return DEMANDED[str(column)]
    if isinstance(column.type, Enum):
        kind = column.type.enum_class
        return next(iter(kind)) if kind else column.type.enums[0]
    if isinstance(column.type, Uuid):
        return uuid4()
    if isinstance(column.type, Integer):
        return number
    for kind, value in SIMPLE:
        if isinstance(column.type, kind):
            return value
    return f"r{number}"
