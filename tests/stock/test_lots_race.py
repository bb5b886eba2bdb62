"""The last pieces of a lot, wanted by several tills at once."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_till
from smartpos.identity.queries import system_actor
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import InventoryMovement
from tests.cast import PASSWORD
from tests.conftest import Api, LiveServer
from tests.stock.lots import day, lots_of, lotted, quantity_of, receive, sale

PEOPLE = ("cashier", "cashier2", "manager", "admin")


def connect(live: LiveServer, username: str) -> Api:
    client = live.app.test_client()
    token = client.post("/token", data={"username": username, "password": PASSWORD}).json
    return Api(client, token["access_token"])


def test_the_last_lot_is_sold_once_and_the_expired_one_never(live_server: LiveServer) -> None:
    shop = live_server.shop
    milk = lotted(shop, "Sut", price="1000")
    receive(shop, milk, "30", "OLD", day(-1))
    receive(shop, milk, "9", "FIRST", day(1))
    receive(shop, milk, "11", "SECOND", day(2))
    with shop.inside("owner"):
        actor = system_actor(shop.organization_id)
        branch = db.session.get_one(Branch, shop.branch_id)
        tills = [
            create_till(branch=branch, name=f"K{number}", actor=actor).id for number in range(len(PEOPLE))
        ]
    people = [connect(live_server, name) for name in PEOPLE]
    for person, till_id in zip(people, tills, strict=True):
        opened = person.post("/api/shifts/open", {"till_id": till_id, "opening_cash": "0"})
        assert opened.status_code == 201, opened.json
    barrier = threading.Barrier(len(people))
    answers: Counter[Any] = Counter()

    def sell(person: Api) -> Callable[[], None]:
        def work() -> None:
            barrier.wait()
            for _attempt in range(8):
                answer = person.post("/api/sell", sale({"product_id": milk, "quantity": 1}))
                answers[answer.status_code, answer.json.get("code")] += 1

        return work

    threads = [threading.Thread(target=sell(person)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {(201, None): 20, (409, "goods_expired"): len(PEOPLE) * 8 - 20}
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (Decimal(30), {"OLD": 30})
    with shop.inside():
        rows = db.session.execute(
            select(InventoryMovement.batch_id)
            .where(InventoryMovement.quantity < 0)
            .order_by(InventoryMovement.id)
        ).all()
    assert len({row[0] for row in rows[:9]}) == 1
    with shop.app.app_context(), platform_scope(reason="test"):
        assert verify_books() == []
