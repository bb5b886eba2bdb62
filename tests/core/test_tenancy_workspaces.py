"""A user who is limited to some workspaces sees their rows and those of the whole organization, nothing else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from smartpos.core.db import db
from smartpos.core.tenancy import tenant_scope
from tests.rows import make_organization, make_row, references, row_values, tenant_models
from tests.walls import WITHOUT_WORKSPACES

DIVIDED = [
    model
    for model in tenant_models()
    if references(db.metadata.tables[model.__tablename__]).get("workspace_id") is not None
]


@dataclass
class Divided:
    connection: Any
    organization_id: int
    workspaces: tuple[int, int]


@pytest.fixture
def divided(app: Flask) -> Iterator[Divided]:
    """A tenant with two workspaces."""
    with app.app_context():
        connection: Any = db.engine
        tenant = make_organization(connection, "divided")
        table = db.metadata.tables["workspaces"]
        first, second = (make_row(connection, table, tenant)["id"] for _ in range(2))
        yield Divided(connection, tenant, (first, second))


def test_the_tables_with_workspaces_are_known() -> None:
    with_column = {
        model.__tablename__ for model in tenant_models() if "workspace_id" in model.__table__.columns
    }
    # Which workspaces a user is limited to is not itself divided.
    assert {model.__tablename__ for model in DIVIDED} == with_column - WITHOUT_WORKSPACES


@pytest.mark.parametrize("model", DIVIDED, ids=[model.__tablename__ for model in DIVIDED])
def test_rows_of_other_workspaces_are_out_of_reach(divided: Divided, model: Any) -> None:
    table = db.metadata.tables[model.__tablename__]
    first, second = divided.workspaces
    spaces = (first, second) if not table.c.workspace_id.nullable else (first, second, None)
    rows = {
        space: make_row(divided.connection, table, divided.organization_id, workspace_id=space)["id"]
        for space in spaces
    }
    forbidden = row_values(divided.connection, table, divided.organization_id, workspace_id=second)
    mine = {rows[space] for space in spaces if space != second}
    with tenant_scope(divided.organization_id, workspace_ids=(first,)):
        assert mine <= set(db.session.scalars(select(model.id)))
        assert rows[second] not in set(db.session.scalars(select(model.id)))
        assert db.session.get(model, rows[second]) is None
        raw = set(db.session.scalars(text(f"SELECT id FROM {table.name}")))
        assert rows[second] not in raw
        with pytest.raises(DBAPIError) as refused, db.session.begin_nested():
            db.session.connection().execute(insert(table).values(forbidden))
        assert getattr(refused.value.orig, "sqlstate", None) == "42501"
    with tenant_scope(divided.organization_id, workspace_ids=(first, second)):
        assert set(rows.values()) <= set(db.session.scalars(select(model.id)))
    with tenant_scope(divided.organization_id):
        assert set(rows.values()) <= set(db.session.scalars(select(model.id)))
