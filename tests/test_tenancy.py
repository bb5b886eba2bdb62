"""No tenant reaches another's rows: every tenant table, by raw SQL and through the ORM, in every way of reaching.

A new table is found by itself; without its walls this file fails. docs/tenants.md tells about the walls.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import attributes

from smartpos.core import tenancy
from smartpos.core.db import TenantModel, db
from smartpos.core.scope import Scope
from smartpos.core.tenancy import ForeignRow, tenant_scope
from tests.rows import CHOSEN, make_organization, make_row, references, row_values, tenant_models
from tests.walls import GLOBAL, LEDGERS, gaps

MODELS = tenant_models()
FORBIDDEN = "42501"  # insufficient privilege, and new rows that violate a row-level security policy
NO_SUCH_TARGET = "23503"

Model = type[TenantModel]


@dataclass
class TwoTenants:
    """Tenant A, whose rows are to be reached, and tenant B, who tries."""

    connection: Connection
    a: int
    b: int

    def owned_by(self, organization_id: int, model: Model, **given: Any) -> dict[str, Any]:
        """A row of that tenant, written as the owner of the tables."""
        self.connection.execute(text("RESET ROLE"))
        return make_row(self.connection, db.metadata.tables[model.__tablename__], organization_id, **given)

    def values_for(self, organization_id: int, model: Model, **given: Any) -> dict[str, Any]:
        self.connection.execute(text("RESET ROLE"))
        return row_values(self.connection, db.metadata.tables[model.__tablename__], organization_id, **given)

    @contextmanager
    def raw(self, organization_id: int | None) -> Iterator[Connection]:
        """Plain SQL as the application's role with that tenant in force; undone afterwards."""
        savepoint = self.connection.begin_nested()
        self.connection.exec_driver_sql(
            tenancy._settings(Scope(organization_id) if organization_id else None)
        )
        try:
            yield self.connection
        finally:
            savepoint.rollback()

    def survives(self, model: Model, row: dict[str, Any]) -> bool:
        """Whether the row is still there as it was."""
        self.connection.execute(text("RESET ROLE"))
        table = db.metadata.tables[model.__tablename__]
        found = self.connection.execute(select(table).where(*_key(table, row))).one_or_none()
        return found is not None and dict(found._mapping) == row


def _key(table: Any, row: dict[str, Any]) -> list[Any]:
    return [column == row[column.name] for column in table.primary_key.columns]


@pytest.fixture
def two(app: Flask) -> Iterator[TwoTenants]:
    """Two tenants, everything undone after the test."""
    with app.app_context():
        connection: Any = db.engine
        yield TwoTenants(
            connection, make_organization(connection, "wall-a"), make_organization(connection, "wall-b")
        )


each_table = pytest.mark.parametrize("model", MODELS, ids=[model.__tablename__ for model in MODELS])


def _refused(attempt: Callable[[], Any]) -> str | None:
    with pytest.raises(DBAPIError) as caught:
        attempt()
    state: str | None = getattr(caught.value.orig, "sqlstate", None)
    return state


# --- the catalogue ---------------------------------------------------------------------------------------------


def test_every_table_stands_behind_the_walls(two: TwoTenants) -> None:
    assert gaps(two.connection) == []


def test_the_models_are_all_tables_there_are(two: TwoTenants) -> None:
    query = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p') AND NOT relispartition"
    )
    present = set(two.connection.scalars(text(query)))
    assert present == {model.__tablename__ for model in MODELS} | GLOBAL | {"organizations"}


WALLED = (
    "CREATE TABLE bad (organization_id bigint NOT NULL REFERENCES organizations, id bigint, {columns} "
    "PRIMARY KEY (organization_id, id)); SELECT smartpos_build_walls('bad'); "
)
MISTAKES = {
    "no organization_id that must be given": "CREATE TABLE bad (id bigint PRIMARY KEY)",
    "row-level security is not enabled and forced": WALLED.format(columns="")
    + "ALTER TABLE bad NO FORCE ROW LEVEL SECURITY",
    "the policy tenant_wall is missing": WALLED.format(columns="") + "DROP POLICY tenant_wall ON bad",
    "the policy tenant_wall does not compare the tenant": WALLED.format(columns="")
    + "ALTER POLICY tenant_wall ON bad USING (true)",
    "the policy help opens a second door": WALLED.format(columns="")
    + "CREATE POLICY help ON bad USING (true)",
    "the policy workspace_wall is missing": WALLED.format(columns="workspace_id bigint,")
    + "DROP POLICY workspace_wall ON bad",
    "bad_code_key is unique across tenants": WALLED.format(columns="code text UNIQUE,"),
    "bad_pkey is unique across tenants": "CREATE TABLE bad (organization_id bigint NOT NULL, id bigint PRIMARY KEY)",
    "bad_other_fkey leads to an organization that is not the row's own": WALLED.format(
        columns="other bigint CONSTRAINT bad_other_fkey REFERENCES organizations,"
    ),
    "bad_role_fkey may lead to a row of another tenant": WALLED.format(
        columns="role bigint, owner bigint, CONSTRAINT bad_role_fkey FOREIGN KEY (owner, role) REFERENCES roles,"
    ),
    "the view lacks security_invoker": "CREATE VIEW bad AS SELECT * FROM products",
    "a materialized view cannot have row-level security": "CREATE MATERIALIZED VIEW bad AS SELECT * FROM products",
    "a partition must only be reached through its table": "CREATE TABLE bad PARTITION OF audit_logs "
    "FOR VALUES FROM ('2001-01-01') TO ('2001-02-01'); GRANT SELECT ON bad TO smartpos_app",
    "runs with its owner's rights": "CREATE FUNCTION bad() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_check_notices(two: TwoTenants, mistake: str) -> None:
    two.connection.exec_driver_sql(MISTAKES[mistake])
    assert f"bad: {mistake}" in gaps(two.connection)


def test_a_ledger_that_can_be_changed_is_noticed(two: TwoTenants) -> None:
    two.connection.exec_driver_sql("GRANT UPDATE ON sales TO smartpos_app")
    assert gaps(two.connection) == ["sales: rows of a ledger can be changed"]


def test_the_application_works_without_special_rights(two: TwoTenants) -> None:
    with two.raw(two.a) as sql:
        assert sql.scalar(text("SELECT current_user")) == "smartpos_app"
        rights = sql.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname ~ '^smartpos_'"
            )
        ).all()
    assert [tuple(row) for row in rights] == [(False, False, False, False)] * 2


# --- raw SQL ---------------------------------------------------------------------------------------------------


@each_table
def test_raw_sql_reads_nothing_of_another_tenant(two: TwoTenants, model: Model) -> None:
    row = two.owned_by(two.a, model)
    table = db.metadata.tables[model.__tablename__]
    with two.raw(two.b) as sql:
        assert sql.execute(select(table).where(*_key(table, row))).all() == []
        assert (
            sql.scalar(select(func.count()).select_from(table).where(table.c.organization_id == two.a)) == 0
        )
    with two.raw(two.a) as sql:
        assert len(sql.execute(select(table).where(*_key(table, row))).all()) == 1


@each_table
def test_raw_sql_without_a_tenant_reads_nothing(two: TwoTenants, model: Model) -> None:
    two.owned_by(two.a, model)
    with two.raw(None) as sql:
        assert sql.execute(select(db.metadata.tables[model.__tablename__])).all() == []


@each_table
def test_raw_sql_cannot_insert_for_another_tenant(two: TwoTenants, model: Model) -> None:
    values = two.values_for(two.a, model)
    table = db.metadata.tables[model.__tablename__]
    with two.raw(two.b) as sql:
        assert _refused(lambda: sql.execute(insert(table).values(values))) == FORBIDDEN
    with two.raw(two.a) as sql:
        sql.execute(insert(table).values(values))


@each_table
def test_raw_sql_cannot_change_or_take_a_row_of_another_tenant(two: TwoTenants, model: Model) -> None:
    row, own = two.owned_by(two.a, model), two.owned_by(two.b, model)
    table = db.metadata.tables[model.__tablename__]
    take = update(table).where(*_key(table, row)).values(organization_id=two.b)
    give = update(table).where(*_key(table, own)).values(organization_id=two.a)
    with two.raw(two.b) as sql:
        if model.__tablename__ in LEDGERS:
            assert _refused(lambda: sql.execute(take)) == FORBIDDEN
        else:
            assert sql.execute(take).rowcount == 0
    with two.raw(two.b) as sql:
        assert _refused(lambda: sql.execute(give)) == FORBIDDEN
    assert two.survives(model, row)


@each_table
def test_raw_sql_cannot_delete_a_row_of_another_tenant(two: TwoTenants, model: Model) -> None:
    row = two.owned_by(two.a, model)
    table = db.metadata.tables[model.__tablename__]
    with two.raw(two.b) as sql:
        if model.__tablename__ in LEDGERS:
            assert _refused(lambda: sql.execute(delete(table))) == FORBIDDEN
        else:
            sql.execute(delete(table).where(table.c.organization_id == two.a))
            assert two.survives(model, row)
    with two.raw(two.b) as sql:
        assert _refused(lambda: sql.execute(text(f"TRUNCATE {table.name} CASCADE"))) == FORBIDDEN


# What a row with this reference must hold besides, or a CHECK would refuse it first.
BESIDES: dict[str, dict[str, Any]] = {
    "payments.reverses_id": {"amount": -1},
    "supplier_payments.reverses_id": {"amount": -1},
    "units.base_unit_id": {"factor": 1},
}
REFERENCES = [
    pytest.param(model, column, id=f"{model.__tablename__}.{column}")
    for model in MODELS
    for column in references(db.metadata.tables[model.__tablename__])
]


@pytest.mark.parametrize(("model", "column"), REFERENCES)
def test_no_row_can_refer_to_a_row_of_another_tenant(two: TwoTenants, model: Model, column: str) -> None:
    table = db.metadata.tables[model.__tablename__]
    target = references(table)[column]
    theirs = make_row(two.connection, target, two.a)
    values = two.values_for(two.b, model)
    if table.columns[column].nullable and table.name in CHOSEN:
        values[CHOSEN[table.name]] = None
    with two.raw(two.b) as sql:
        besides = BESIDES.get(f"{table.name}.{column}", {})
        reach = insert(table).values(values | besides | {column: theirs["id"]})
        assert _refused(lambda: sql.execute(reach)) == NO_SUCH_TARGET
    # Nor can the owner of the tables, who stands above the policies.
    two.connection.execute(text("RESET ROLE"))
    with two.connection.begin_nested() as savepoint:
        assert _refused(lambda: two.connection.execute(reach)) == NO_SUCH_TARGET
        savepoint.rollback()


def test_partitions_are_closed_to_the_application(two: TwoTenants) -> None:
    for partition in two.connection.scalars(
        text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'")
    ):
        with two.raw(two.b) as sql:
            assert _refused(lambda: sql.execute(text(f"SELECT FROM {partition}"))) == FORBIDDEN  # noqa: B023


def test_a_tenant_sees_and_edits_only_its_own_organization(two: TwoTenants) -> None:
    with two.raw(two.b) as sql:
        assert sql.scalars(text("SELECT id FROM organizations")).all() == [two.b]
        assert sql.execute(text(f"UPDATE organizations SET name = 'x' WHERE id = {two.a}")).rowcount == 0
    for statement in (
        "INSERT INTO organizations (name, domain) VALUES ('x', 'x')",
        "DELETE FROM organizations",
    ):
        with two.raw(two.b) as sql:
            assert _refused(lambda: sql.execute(text(statement))) == FORBIDDEN  # noqa: B023


# --- the ORM ---------------------------------------------------------------------------------------------------


def _identity(model: Model, row: dict[str, Any]) -> Any:
    names = [column.name for column in inspect(model).primary_key]
    return tuple(row[name] for name in names) if len(names) > 1 else row[names[0]]


@each_table
def test_the_orm_reads_nothing_of_another_tenant(two: TwoTenants, model: Model) -> None:
    theirs, own = two.owned_by(two.a, model), two.owned_by(two.b, model)
    with tenant_scope(two.a):
        assert db.session.get(model, _identity(model, theirs)) is not None
    with tenant_scope(two.b):
        assert db.session.get(model, _identity(model, theirs)) is None
        seen = [_identity(model, vars(row)) for row in db.session.scalars(select(model))]
        assert _identity(model, own) in seen
        assert _identity(model, theirs) not in seen
        assert db.session.scalar(select(func.count()).select_from(model)) == len(seen)
        assert db.session.scalars(select(model.organization_id).distinct()).all() == [two.b]
        assert db.session.query(model).filter(model.organization_id == two.a).count() == 0
        assert db.session.execute(select(func.count()).where(model.organization_id == two.a)).scalar() == 0


@each_table
def test_the_orm_cannot_add_a_row_for_another_tenant(two: TwoTenants, model: Model) -> None:
    with tenant_scope(two.b):
        db.session.add(model(organization_id=two.a))
        with pytest.raises(ForeignRow):
            db.session.flush()
        db.session.rollback()


@each_table
@pytest.mark.parametrize("act", [lambda row: None, db.session.delete], ids=["edit", "delete"])
def test_a_row_taken_along_from_another_tenant_cannot_be_written(
    two: TwoTenants, model: Model, act: Callable[[Any], None]
) -> None:
    theirs = two.owned_by(two.a, model)
    with tenant_scope(two.a):
        row = db.session.get_one(model, _identity(model, theirs))
    with tenant_scope(two.b):
        assert inspect(row).detached, "a row of the last tenant is still at hand"
        db.session.add(row)
        attributes.flag_modified(row, "organization_id")
        act(row)
        with pytest.raises(ForeignRow):
            db.session.flush()
        db.session.rollback()
    assert two.survives(model, theirs)


@each_table
def test_bulk_statements_touch_nothing_of_another_tenant(two: TwoTenants, model: Model) -> None:
    theirs = two.owned_by(two.a, model)
    change = (
        update(model)
        .values(organization_id=model.organization_id)
        .execution_options(synchronize_session=False)
    )
    remove = delete(model).execution_options(synchronize_session=False)
    with tenant_scope(two.b):
        if model.__tablename__ in LEDGERS:
            assert _refused(lambda: db.session.execute(change)) == FORBIDDEN
            db.session.rollback()
            assert _refused(lambda: db.session.execute(remove)) == FORBIDDEN
            db.session.rollback()
        else:
            assert db.session.execute(change).rowcount == 0
            assert db.session.execute(remove).rowcount == 0
    assert two.survives(model, theirs)


LAZY = [
    pytest.param(
        model,
        relation.key,
        next(iter(relation.local_columns)).name,
        id=f"{model.__tablename__}.{relation.key}",
    )
    for model in MODELS
    for relation in inspect(model).relationships
    if not relation.uselist
]


@pytest.mark.parametrize(("model", "relation", "column"), LAZY)
def test_a_lazy_load_finds_nothing_of_another_tenant(
    two: TwoTenants, model: Model, relation: str, column: str
) -> None:
    target = references(db.metadata.tables[model.__tablename__])[column]
    theirs = make_row(two.connection, target, two.a)
    own = two.owned_by(two.b, model)
    with tenant_scope(two.b):
        row = db.session.get_one(model, _identity(model, own))
        # The foreign key forbids it; should a number of another tenant ever get here, it leads nowhere.
        attributes.set_committed_value(row, column, theirs["id"])
        assert getattr(row, relation) is None


def test_every_reference_has_been_tried() -> None:
    assert len(REFERENCES) > len(MODELS)
    assert len(LAZY) > len(MODELS) / 2
    assert {model.__tablename__ for model in MODELS} >= LEDGERS
