"""What the tests of the catalogue share: products made the way people make them, and a count of statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from smartpos.catalog.operations import create_product
from smartpos.core.db import db
from tests.cast import Shop


@pytest.fixture
def make(shop: Shop) -> Callable[..., int]:
    """``make(name, **facts)``: a product of the shop, by the operation; gives its id."""

    def product(name: str, *, who: str = "owner", **facts: Any) -> int:
        with shop.inside(who):
            return create_product(name=name, actor=shop.actor(who), **facts).id

    return product


@pytest.fixture
def statements(app: Flask) -> Callable[[], Any]:
    """``with statements() as sent:`` collects the SQL statements sent meanwhile."""

    @contextmanager
    def collect() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "SET LOCAL")):
                sent.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return collect
