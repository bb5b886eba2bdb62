"""Several people at one recipe at once, on a real server."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.production.models import BillOfMaterials
from tests.cast import PASSWORD
from tests.conftest import LiveServer
from tests.production.recipes import make_recipe

AT_ONCE = 4


@pytest.fixture
def post(live_server: LiveServer) -> Callable[..., Any]:
    """``post(path, body)`` as the manager, from any thread."""
    first = live_server.app.test_client()
    token = first.post("/token", data={"username": "manager", "password": PASSWORD}).json["access_token"]

    def send(path: str, body: Any = None) -> Any:
        client = live_server.app.test_client()
        return client.post(path, json=body or {}, headers={"Authorization": f"Bearer {token}"})

    return send


def at_once(act: Callable[[int], Any], times: int = AT_ONCE) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(act, range(times)))


def test_recipes_that_are_activated_at_once_leave_one_default_and_no_circle(
    live_server: LiveServer, post: Callable[..., Any]
) -> None:
    shop = live_server.shop
    bread, dough, flour = (shop.product(stock=None) for _turn in range(3))
    first = make_recipe(shop, bread, "1", (flour, "1"), active=False)
    answers = at_once(lambda _number: post(f"/api/boms/{first}/activate"))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    copies = at_once(lambda _number: post(f"/api/boms/{first}/copy"))
    assert sorted(copy.json["version"] for copy in copies) == ["1.1", "1.2", "1.3", "1.4"]
    ids = [copy.json["id"] for copy in copies]
    answers = at_once(lambda number: post(f"/api/boms/{ids[number]}/activate"))
    assert [answer.status_code for answer in answers] == [200] * AT_ONCE
    with shop.inside("owner"):
        chosen = select(BillOfMaterials.id).where(
            BillOfMaterials.product_id == bread, BillOfMaterials.is_default
        )
        assert len(db.session.scalars(chosen).all()) == 1
    # Each of two drafts is fine alone; together they would make each of the other.
    pair = [
        make_recipe(shop, dough, "1", (flour, "1"), active=False),
        make_recipe(shop, flour, "1", (dough, "1"), active=False),
    ]
    answers = at_once(lambda number: post(f"/api/boms/{pair[number]}/activate"), 2)
    assert sorted(answer.status_code for answer in answers) == [200, 422]
