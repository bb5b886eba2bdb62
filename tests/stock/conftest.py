"""What the tests of counting start from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from smartpos.core.db import utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries.books import verify_books
from smartpos.stock.operations import counts as operations
from tests.cast import Shop
from tests.conftest import Api
from tests.stock.counting import Begin, Books, Enter


@pytest.fixture
def books(shop: Shop) -> Books:
    """``books()``: where the books do not agree."""

    def verify() -> list[Any]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return verify_books()

    return verify


@pytest.fixture
def storekeeper(api_of: Callable[..., Api]) -> Api:
    return api_of("warehouse")


@pytest.fixture
def manager(api_of: Callable[..., Api]) -> Api:
    return api_of("manager")


@pytest.fixture
def begin(shop: Shop) -> Begin:
    """``begin()``: a count of the shop's branch that began an hour ago; gives its id."""

    def start(hours: float = 1, **facts: Any) -> int:
        with shop.inside("warehouse"):
            count, _is_new = operations.start_count(shop.branch_id, actor=shop.actor("warehouse"), **facts)
            count.created_at = utc_now() - timedelta(hours=hours)
            return count.id

    return start


@pytest.fixture
def enter(storekeeper: Api) -> Enter:
    """``enter(count, product, "5")``: an entry of the storekeeper through the API; must be accepted."""

    def send(
        count: int, product: int, counted: str, at: datetime | None = None, by: Api | None = None
    ) -> Any:
        body = {"product_id": product, "counted": counted, "client_uuid": str(uuid4())}
        if at is not None:
            body["counted_at"] = at.isoformat()
        answer = (by or storekeeper).post(f"/api/counts/{count}/lines", body)
        assert answer.status_code == 201, answer.json
        return answer.json

    return send
