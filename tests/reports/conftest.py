"""What the tests of reports start from."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from smartpos.core.db import db
from smartpos.factory import create_app
from smartpos.reports.models import RunSource
from smartpos.reports.operations.exports import order_export
from tests import servers
from tests.cast import NEIGHBOUR, ROLES, Shop, make_shop
from tests.conftest import settings
from tests.reports.files import Made, made_of
from tests.reports.history import History, make_history
from tests.reports.ledgers import Books, Ledgers
from tests.reports.workers import many, start  # noqa: F401 - workers, and a list that takes them a while
from tests.sales.conftest import open_till, sell  # noqa: F401 - sales to be reported


@pytest.fixture(scope="session")
def past(worker: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    """A shop with a past, in a database of its own that is only read; made once for all tests of reports."""
    name = f"past_{worker}"
    servers.create_database(name, template=migrated)
    app = create_app(settings(name, tmp_path_factory.mktemp("past")))
    shop = make_shop(app, domain="bahor", people=ROLES)
    stranger = make_shop(app, domain="navruz", people=NEIGHBOUR)
    yield make_history(shop, stranger)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def books(past: History) -> Books:
    """The ledgers of that past as they are, to reckon reports from."""
    with past.shop.inside("owner"):
        today = past.shop.actor().organization.today
    return Books(past, Ledgers.of(past.shop), today)


@pytest.fixture
def export(app: Flask, shop: Shop) -> Callable[..., Made]:
    """``export("products", "xlsx", who="owner", sort="1")``: ordered and made at once; what came of it."""

    def make(
        report: str,
        format: str = "xlsx",  # noqa: A002
        *,
        who: str = "owner",
        source: RunSource = RunSource.GRID,
        columns: tuple[str, ...] = (),
        title: str = "Roʻyxat",
        locale: str = "en",
        **filters: Any,
    ) -> Made:
        with shop.inside(who):
            run = order_export(
                source=source,
                report=report,
                format=format,
                filters=filters,
                columns=columns,
                title=title,
                locale=locale,
                actor=shop.actor(who),
            )
            run_id = run.id
        return made_of(shop, run_id, make=True)

    return make
