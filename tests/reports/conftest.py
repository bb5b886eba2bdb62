"""What the tests of reports start from."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from smartpos.reports.models import RunSource
from smartpos.reports.operations.exports import order_export
from tests.cast import Shop
from tests.reports.files import Made, made_of
from tests.reports.workers import many, start  # noqa: F401 - workers, and a list that takes them a while
from tests.sales.conftest import open_till, sell  # noqa: F401 - sales to be reported


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
