"""Work happens for one tenant, or across tenants with a reason, or not at all."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import Engine, create_engine, delete, func, insert, select, text, update
from sqlalchemy.orm import aliased
from structlog.testing import capture_logs

from smartpos.catalog.models import VatRate
from smartpos.core import tenancy
from smartpos.core.db import db
from smartpos.core.scope import Scope, current_scope
from smartpos.core.tenancy import ForeignRow, ScopeMissing, platform_scope, tenant_scope
from smartpos.identity.models import Branch, Organization, Till
from tests import servers
from tests.rows import make_organization, make_row


@pytest.fixture
def tenants(app: Flask) -> Iterator[tuple[int, int]]:
    """Two tenants with a branch each, and the owner's connection put back into the application's role."""
    with app.app_context():
        connection: Any = db.engine
        numbers = make_organization(connection, "a"), make_organization(connection, "b")
        for number in numbers:
            make_row(connection, db.metadata.tables["branches"], number, name=f"branch of {number}")
        yield numbers


WITHOUT_SCOPE: dict[str, Callable[[], Any]] = {
    "select": lambda: db.session.execute(select(Branch)),
    "column": lambda: db.session.execute(select(Branch.name)),
    "count": lambda: db.session.scalar(select(func.count()).select_from(Branch)),
    "bare count": lambda: db.session.scalar(select(func.count(Branch.id))),
    "alias": lambda: db.session.execute(select(aliased(Branch))),
    "get": lambda: db.session.get(Branch, 1),
    "legacy query": lambda: db.session.query(Branch).all(),
    "update": lambda: db.session.execute(update(Branch).values(name="x")),
    "delete": lambda: db.session.execute(delete(Branch)),
    "insert": lambda: db.session.execute(insert(Branch).values(name="x", organization_id=1)),
    "organization": lambda: db.session.execute(select(Organization)),
    "text": lambda: db.session.execute(text("SELECT 1")),
    "new row": lambda: (db.session.add(Branch(name="x")), db.session.flush()),
}


@pytest.mark.parametrize("way", WITHOUT_SCOPE)
def test_without_a_scope_nothing_runs(tenants: tuple[int, int], way: str) -> None:
    with pytest.raises(ScopeMissing):
        WITHOUT_SCOPE[way]()
    db.session.rollback()


def test_what_belongs_to_nobody_may_be_read_without_a_scope(tenants: tuple[int, int]) -> None:
    assert db.session.scalars(select(VatRate.country).distinct().order_by(VatRate.country)).all() == [
        "KZ",
        "UZ",
    ]


def test_new_rows_are_stamped_with_the_tenant_in_force(tenants: tuple[int, int]) -> None:
    with tenant_scope(tenants[0]):
        branch = Branch(name="new")
        db.session.add(branch)
        db.session.flush()
        assert branch.organization_id == tenants[0]


def test_a_scope_inside_another_gives_way_at_its_end(tenants: tuple[int, int]) -> None:
    a, b = tenants

    def names() -> list[str]:
        return list(db.session.scalars(select(Branch.name)))

    with tenant_scope(a):
        assert names() == [f"branch of {a}"]
        with tenant_scope(b):
            assert names() == [f"branch of {b}"]
            with platform_scope(reason="compare two tenants"):
                assert len(names()) == 2
            assert names() == [f"branch of {b}"]
        assert names() == [f"branch of {a}"]
        assert db.session.execute(text("SELECT name FROM branches")).scalars().all() == [f"branch of {a}"]
    assert current_scope() is None


def test_a_scope_ends_when_the_work_fails(tenants: tuple[int, int]) -> None:
    with pytest.raises(ZeroDivisionError), tenant_scope(tenants[0]):
        1 / 0  # noqa: B018
    assert current_scope() is None


def test_the_scope_holds_after_a_commit_and_after_a_rollback(tenants: tuple[int, int]) -> None:
    a, _b = tenants
    with tenant_scope(a):
        for end in (db.session.commit, db.session.rollback):
            end()
            assert db.session.scalar(select(func.count()).select_from(Branch)) == 1
            assert db.session.execute(text("SELECT count(*) FROM branches")).scalar() == 1


def test_the_session_is_empty_after_the_scope(tenants: tuple[int, int]) -> None:
    a, b = tenants
    with tenant_scope(a):
        number = db.session.scalars(select(Branch)).one().id
    assert list(db.session) == []
    with tenant_scope(b):
        assert db.session.get(Branch, number) is None


def test_the_same_number_in_two_tenants_is_two_rows(tenants: tuple[int, int]) -> None:
    a, b = tenants
    connection: Any = db.engine
    connection.execute(text("RESET ROLE"))
    for tenant in tenants:
        make_row(connection, db.metadata.tables["branches"], tenant, id=10_000_000, name=f"twin of {tenant}")
    for tenant in (a, b, a):
        with tenant_scope(tenant):
            assert db.session.get_one(Branch, 10_000_000).name == f"twin of {tenant}"
            assert (
                db.session.execute(update(Branch).where(Branch.id == 10_000_000).values(phone="1")).rowcount
                == 1
            )


def test_the_platform_scope_sees_all_and_is_logged(
    tenants: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenancy, "log", structlog.get_logger())  # one that no other application has set up
    with capture_logs() as logged, platform_scope(reason="count branches", user_id=7):
        assert db.session.scalar(select(func.count()).select_from(Branch)) == 2
        assert db.session.execute(text("SELECT current_user")).scalar() == "smartpos_platform"
    assert {
        "event": "platform_scope",
        "log_level": "info",
        "reason": "count branches",
        "user_id": 7,
    } in logged


def test_in_the_platform_scope_a_row_names_its_organization(tenants: tuple[int, int]) -> None:
    with platform_scope(reason="write for one tenant"):
        db.session.add(Branch(name="nobody's"))
        with pytest.raises(ForeignRow):
            db.session.flush()
        db.session.rollback()
        db.session.add(Branch(name="known", organization_id=tenants[1]))
        db.session.flush()


def test_the_platform_scope_wants_a_reason() -> None:
    with pytest.raises(TypeError):
        platform_scope()  # type: ignore[call-arg]


def test_a_request_of_text_cannot_leave_the_settings(tenants: tuple[int, int]) -> None:
    """What is set for PostgreSQL is numbers and plain letters, whatever a caller passes on."""
    with tenant_scope(tenants[0], request_id="x'; SET LOCAL ROLE smartpos; --"):
        assert db.session.execute(text("SELECT current_user")).scalar() == "smartpos_app"
        assert (
            db.session.execute(text("SELECT current_setting('app.request_id')")).scalar()
            == "xSETLOCALROLEsmartpos"
        )


def test_a_join_is_guarded_on_both_sides(tenants: tuple[int, int]) -> None:
    a, b = tenants
    make_row(db.engine, db.metadata.tables["tills"], a, name="theirs")  # type: ignore[arg-type]
    with tenant_scope(b):
        query = select(Till.name).select_from(Branch).join(Till, Till.branch_id == Branch.id, isouter=True)
        assert db.session.scalars(query).all() == [None]


def test_nothing_stays_on_a_pooled_connection(base_app: Flask) -> None:
    """The next user of a connection starts with no tenant: what is set ends with the transaction."""
    with base_app.app_context():
        engine: Engine = db.engine
        with tenant_scope(1):
            db.session.execute(text("SELECT 1"))
            db.session.commit()
        db.session.remove()
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT current_setting('app.organization_id', true)")) in (
                None,
                "",
            )
            assert connection.scalar(text("SELECT current_user")) != "smartpos_app"
        engine.dispose()


def test_a_savepoint_keeps_the_tenant(migrated: str) -> None:
    """Neither a released nor a rolled back savepoint loses the tenant of its transaction."""
    engine = create_engine(servers.postgres_url(migrated))
    with engine.connect() as connection:
        connection.exec_driver_sql(tenancy._settings(Scope(41)))
        for end in ("commit", "rollback"):
            savepoint = connection.begin_nested()
            connection.exec_driver_sql(tenancy._settings(Scope(41)))
            getattr(savepoint, end)()
            assert connection.scalar(text("SELECT current_setting('app.organization_id')")) == "41"
    engine.dispose()
