"""The database: column types, the tenant table, and the declarative helpers that build the first wall.

Every tenant table has the primary key ``(organization_id, id)``; the mapper knows a row by ``id`` alone. A
reference made with ``refers_to`` becomes column, composite foreign key and index together, so that a row of one
tenant cannot point at a row of another even by raw SQL. ``docs/tenants.md`` tells why.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    DateTime,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    MappedColumn,
    foreign,
    mapped_column,
    relationship,
    remote,
)
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

from smartpos.core.scope import current_organization_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all models; every constraint and index gets a name from one convention."""

    metadata = MetaData(naming_convention=NAMING)


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"autoflush": False},
    engine_options={"pool_size": 10, "max_overflow": 10},
)

IDLE_SECONDS = 1.0


@event.listens_for(Pool, "checkin")
def _note_rest(_driver: Any, record: Any) -> None:
    record.info["rests_since"] = monotonic()


@event.listens_for(Pool, "checkout")
def _prove_alive(driver: Any, record: Any, _proxy: Any) -> None:
    # Asking before every use would cost each request a round trip; a connection that was used a moment ago is
    # alive, and one that has rested may have outlived its server.
    if monotonic() - record.info.get("rests_since", inf) < IDLE_SECONDS:
        return
    try:
        driver.execute("")
        driver.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


if TYPE_CHECKING:

    class Model(Base):
        """What type checkers see of ``db.Model``."""

        __abstract__ = True

else:
    Model = db.Model


def utc_now() -> datetime:
    """The present moment, with time zone UTC."""
    return datetime.now(UTC)


class LowerText(TypeDecorator[str]):
    """Text compared without case; stored lower-case (user names, e-mail addresses)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value.strip().lower() if value is not None else None


Money = Annotated[Decimal, mapped_column(Numeric(18, 2))]
UnitCost = Annotated[Decimal, mapped_column(Numeric(18, 4))]
Quantity = Annotated[Decimal, mapped_column(Numeric(14, 3))]
Percent = Annotated[Decimal, mapped_column(Numeric(5, 2))]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
CreatedAt = Annotated[
    datetime, mapped_column(DateTime(timezone=True), default=utc_now, server_default=func.now())
]
UpdatedAt = Annotated[
    datetime,
    mapped_column(DateTime(timezone=True), default=utc_now, onupdate=utc_now, server_default=func.now()),
]
LongText = Annotated[str, mapped_column(Text)]
JsonObject = Annotated[dict[str, Any], mapped_column(JSONB, default=dict, server_default="{}")]
JsonList = Annotated[list[Any], mapped_column(JSONB, default=list, server_default="[]")]


def enum_column(kind: type[StrEnum], **options: Any) -> Any:
    """A column for an enumeration, stored by value with a named CHECK constraint."""
    column_type = Enum(
        kind,
        name=options.pop("name", _snake(kind.__name__)),
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )
    return mapped_column(column_type, **options)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def refers_to(
    table: str,
    *,
    optional: bool = False,
    on_delete: str | None = None,
    circular: bool = False,
    **options: Any,
) -> Any:
    """A reference to a row of the same tenant: column, composite foreign key and index together.

    An optional reference is emptied when its target goes away; a required one keeps the target from being deleted
    unless ``on_delete="CASCADE"`` says that the row is a part of its target. ``circular`` marks the reference of two
    tables pointing at each other whose constraint is added last.
    """
    if optional and on_delete is None:
        on_delete = "SET NULL"
    return mapped_column(
        BigInteger,
        nullable=optional,
        info={"refers_to": table, "on_delete": on_delete, "circular": circular},
        **options,
    )


def related(column: Any, **options: Any) -> Any:
    """The relationship that follows a ``refers_to`` column.

    It joins on the id alone, because a composite join would try to empty ``organization_id`` when it is cleared.
    """
    if not isinstance(column, MappedColumn):
        raise TypeError("related() follows a column made by refers_to()")

    def join() -> Any:
        table = column.column.table
        other = table.metadata.tables[column.column.info["refers_to"]]
        return remote(other.c.id) == foreign(table.c[column.column.name])

    return relationship(primaryjoin=join, **options)


class TenantRoot:
    """Marks the organizations table: a row of it is a tenant and is visible to itself alone."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True, sort_order=-10)


class GlobalModel(Model):
    """A small table that belongs to no tenant, such as the VAT rates of a country. Keep these few."""

    __abstract__ = True


class TenantModel(Model):
    """Base of every tenant table; see the module's docstring for what it does to the table."""

    __abstract__ = True
    __mapper_args__ = {"primary_key": ["id"]}  # the mapper's key; the table's is composite

    organization_id: Mapped[int] = mapped_column(
        BigInteger,
        ForeignKey("organizations.id", ondelete="RESTRICT"),
        primary_key=True,
        default=current_organization_id,
        sort_order=-20,
    )
    id: Mapped[int] = mapped_column(
        BigInteger, Identity(always=False), primary_key=True, autoincrement=True, sort_order=-10
    )

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        table = cls.__dict__.get("__table__")
        if isinstance(table, Table):
            _order_primary_key(table)
            _build_references(table)


def _order_primary_key(table: Table) -> None:
    """The tenant comes first in every primary key, because every lookup begins with it."""
    rest = [column for column in table.primary_key.columns if column.name != "organization_id"]
    table.append_constraint(PrimaryKeyConstraint(table.c.organization_id, *rest, name=f"pk_{table.name}"))


def _build_references(table: Table) -> None:
    for column in list(table.columns):
        target = column.info.get("refers_to")
        if target is None:
            continue
        on_delete = column.info["on_delete"]
        if on_delete == "SET NULL":
            # Only the reference may be emptied: organization_id is part of the primary key.
            on_delete = f"SET NULL ({column.name})"
        table.append_constraint(
            ForeignKeyConstraint(
                ["organization_id", column.name],
                [f"{target}.organization_id", f"{target}.id"],
                name=f"fk_{table.name}_{column.name}",
                ondelete=on_delete,
                use_alter=column.info["circular"],
            )
        )
        Index(f"ix_{table.name}_{column.name}", table.c.organization_id, column)


class HasOrigin:
    """What caused a ledger row, told as a kind and an id, because foreign keys point down only."""

    origin_kind: Mapped[str] = mapped_column(Text)
    origin_id: Mapped[int] = mapped_column(BigInteger)


class SoftDeleted:
    """Master data that is in use is hidden, never removed."""

    deleted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
