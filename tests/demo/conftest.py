"""The demo shops, loaded small into a database of their own by the command that people use."""

from collections.abc import Iterator

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.factory import create_app
from smartpos.identity.models import Organization
from tests import servers
from tests.conftest import settings

PASSWORD = "kuz-bog-uzum-24"


def load(app: Flask, password: str | None) -> Result:
    """Run the command as somebody at a terminal."""
    runner = app.test_cli_runner(env={"SMARTPOS_DEMO_PASSWORD": password, "SMARTPOS_DEMO": None})
    return runner.invoke(args=["demo", "load", "--size", "small"])


def organization(domain: str) -> int:
    """The id of a tenant."""
    with platform_scope(reason="look at the demo"):
        return db.session.execute(select(Organization.id).where(Organization.domain == domain)).scalar_one()


@pytest.fixture(scope="session")
def loaded(
    migrated: str, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Result]]:
    """An installation with the demo, and what the command said."""
    name = f"demo_{worker}"
    servers.create_database(name, template=migrated)
    app = create_app(settings(name, tmp_path_factory.mktemp("demo")))
    result = load(app, PASSWORD)
    assert result.exit_code == 0, result.output + str(result.exception)
    yield app, result
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    servers.drop_database(name)


@pytest.fixture
def demo(loaded: tuple[Flask, Result]) -> Iterator[Flask]:
    """Inside the chain's scope."""
    app, _result = loaded
    with app.app_context(), tenant_scope(organization("bahor")):
        yield app
