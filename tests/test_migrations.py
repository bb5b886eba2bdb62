"""The migrations build what the models say, can be taken back, and ask for no more rights than an operator can give."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from smartpos.core.audit import make_partitions
from smartpos.core.db import db
from smartpos.core.permissions import RoleKey, default_permissions
from smartpos.core.tenancy import tenant_scope
from smartpos.factory import create_app
from smartpos.identity.models import Branch
from tests import servers
from tests.conftest import settings

# What roles could do before the second migration.
FOUNDATION = ("identity:",)
FOUNDATION_RIGHTS = [
    *(
        "catalog:product:read",
        "catalog:product:write",
        "catalog:cost:read",
        "catalog:price:read",
        "catalog:price:write",
    ),
    *("stock:stock:read", "stock:movement:read", "stock:stock:adjust", "stock:level:write"),
    *(f"sales:sale:{act}" for act in ("create", "read", "read_all", "discount")),
    *(f"sales:shift:{act}" for act in ("open", "close", "close_any", "read_all")),
    "finance:cash:read",
]
VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"
FILES = sorted(VERSIONS.glob("*.py"))

CONTENTS = """
SELECT 'column', table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'policy', tablename, policyname, coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'grant', table_name, grantee, privilege_type FROM information_schema.role_table_grants
WHERE table_schema = 'public' AND grantee LIKE 'smartpos\\_%'
UNION ALL SELECT 'function', proname, '', prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
ORDER BY 1, 2, 3, 4
"""


def application(name: str, folder: Path, **changes: Any) -> Flask:
    return create_app(settings(name, folder) | changes)


def contents() -> list[tuple[Any, ...]]:
    """Everything the migrations leave in the database, in an order of its own."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(CONTENTS)) if row[1] != "alembic_version"]


@pytest.fixture
def empty(worker: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on an empty database."""
    name = f"migrations_{worker}"
    servers.create_database(name)
    app = application(name, tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    servers.drop_database(name)


def test_up_and_down_and_up_again(empty: Flask) -> None:
    upgrade()
    first = contents()
    assert {row[1] for row in first} >= {"products", "sales", "audit_logs"}
    downgrade(revision="base")
    assert contents() == []
    upgrade()
    assert contents() == first


def test_the_models_equal_the_migrations(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                # Partitions are made as time passes.
                "include_object": lambda item, name, kind, *_: (
                    not (kind == "table" and str(name).startswith("audit_logs_"))
                ),
            },
        )
        assert compare_metadata(context, db.metadata) == []


def test_roles_of_before_get_the_rights_that_new_tenants_have(empty: Flask) -> None:
    """A tenant that was there before an upgrade can do afterwards what a new one can."""
    upgrade(revision="0001")
    with db.engine.begin() as connection:
        connection.execute(text("INSERT INTO organizations (name, domain) VALUES ('Eski', 'eski')"))
        for key in RoleKey:
            role = {"key": key.value}
            connection.execute(
                text(
                    "INSERT INTO roles (organization_id, key, name) SELECT id, :key, :key FROM organizations"
                ),
                role,
            )
    upgrade()
    with db.engine.begin() as connection:
        held = connection.execute(
            text(
                "SELECT role.key, granted.permission FROM role_permissions AS granted "
                "JOIN roles AS role ON role.id = granted.role_id"
            )
        ).all()
    for key in RoleKey:
        if key not in {RoleKey.OWNER, RoleKey.SUPER_ADMIN}:
            wanted = {name for name in default_permissions(key) if not name.startswith(FOUNDATION)}
            assert {name for role, name in held if role == key} == wanted - set(FOUNDATION_RIGHTS), key


CHECKS = """
SELECT conrelid::regclass::text AS table, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype = 'c' AND conrelid::regclass::text NOT LIKE 'audit_logs_%'
ORDER BY 1, 2
"""


def test_the_models_check_what_the_migrations_check(empty: Flask) -> None:
    """Alembic compares columns, keys and indexes, but no CHECK constraints."""
    upgrade()
    with db.engine.begin() as connection:
        migrated = [tuple(row) for row in connection.execute(text(CHECKS))]
    downgrade(revision="base")
    with db.engine.begin() as connection:
        db.metadata.create_all(connection)
        modelled = [tuple(row) for row in connection.execute(text(CHECKS))]
        db.metadata.drop_all(connection)
    assert migrated == modelled


def test_partitions_are_made_ahead_and_take_along_what_the_default_caught(empty: Flask) -> None:
    upgrade()
    rows = "SELECT tableoid::regclass::text FROM audit_logs WHERE entity_type = 'late'"
    partitions = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'audit_logs'::regclass"
    with db.engine.begin() as connection:
        before = connection.scalar(text(partitions))
        connection.execute(text("INSERT INTO organizations (name, domain) VALUES ('a', 'a')"))
        connection.execute(
            text(
                "INSERT INTO audit_logs (organization_id, action, entity_type, timestamp) "
                "SELECT id, 'login', 'late', date_trunc('month', now()) + interval '5 months' FROM organizations"
            )
        )
        assert connection.scalar(text(rows)) == "audit_logs_default"
    make_partitions(months_ahead=6)
    make_partitions(months_ahead=6)
    with db.engine.begin() as connection:
        assert re.fullmatch(r"audit_logs_y\d{4}m\d{2}", str(connection.scalar(text(rows))))
        assert connection.scalar(text(partitions)) == before + 4


def test_the_command_makes_partitions(empty: Flask) -> None:
    upgrade()
    answer = empty.test_cli_runner().invoke(args=["audit", "partitions", "--months", "1"])
    assert answer.exit_code == 0, answer.output
    assert "1 more" in answer.output


@pytest.fixture
def ordinary_owner(worker: str) -> Iterator[str]:
    """A database that belongs to a role which may create roles and is nothing special otherwise."""
    name = f"owner_{worker}"
    with psycopg.connect(servers.postgres_conninfo(), autocommit=True) as connection:
        servers.drop_database(name)
        connection.execute(f"DROP ROLE IF EXISTS {name}")
        connection.execute(f"CREATE ROLE {name} LOGIN CREATEROLE")
        # The roles belong to the server and exist already; this is what it grants to whoever creates a role.
        for role in ("smartpos_app", "smartpos_platform"):
            connection.execute(
                f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
            )
            connection.execute(f"GRANT {role} TO {name} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")
        connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    yield name
    servers.drop_database(name)
    with psycopg.connect(servers.postgres_conninfo(), autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {name}")
        connection.execute(f"DROP ROLE {name}")


def test_an_ordinary_owner_can_migrate_and_work(ordinary_owner: str, tmp_path: Path) -> None:
    url = servers.postgres_url(ordinary_owner).replace("smartpos@", f"{ordinary_owner}@")
    app = application(ordinary_owner, tmp_path, SQLALCHEMY_DATABASE_URI=url)
    with app.app_context():
        upgrade()
        make_partitions(5)
        with db.engine.begin() as connection:
            connection.execute(text("SET LOCAL ROLE smartpos_platform"))
            tenant = connection.scalar(
                text("INSERT INTO organizations (name, domain) VALUES ('a', 'a') RETURNING id")
            )
        with tenant_scope(tenant):
            db.session.add(Branch(name="first"))
            db.session.commit()
            assert db.session.execute(text("SELECT count(*) FROM audit_logs")).scalar() == 2
        with db.engine.connect() as connection:
            # Forced: not even the owner of the tables sees rows without a tenant.
            assert connection.scalar(text("SELECT count(*) FROM branches")) == 0
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_migration_stands_alone(path: Path) -> None:
    """Migrations outlive the code they were written with: no import of it, a date in the name, both directions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not {name for name in imported if name.split(".")[0] in {"smartpos", "config", "tests", "tools"}}
    assert re.fullmatch(r"\d{8}_[a-z0-9_]+", path.stem)
    assert ast.get_docstring(tree)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for name in ("upgrade", "downgrade"):
        assert [node for node in functions[name].body if not isinstance(node, ast.Pass)], (
            f"{name} does nothing"
        )


def test_there_is_one_line_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
