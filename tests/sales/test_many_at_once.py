"""Many cashiers at the same moment, with real commits on a database of their own."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.crm.models import Customer
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_till, create_user
from smartpos.identity.queries import system_actor
from smartpos.sales.models import Sale, Shift
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import BranchStock
from tests.cast import PASSWORD, Shop
from tests.conftest import LiveServer

CASHIERS = 6


class Cashier:
    """A person at a till of their own."""

    def __init__(self, live: LiveServer, number: int) -> None:
        self.live = live
        self.client = live.app.test_client()
        token = self.client.post("/token", data={"username": f"kassir{number}", "password": PASSWORD}).json
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers=self.headers)

    def sell(self, *items: tuple[int, int], client_uuid: str | None = None, method: str = "cash") -> Any:
        return self.post(
            "/api/sell",
            {
                "client_uuid": client_uuid or str(uuid4()),
                "items": [{"product_id": product, "quantity": quantity} for product, quantity in items],
                "payments": [
                    {"method": method, "amount": str(1000 * sum(quantity for _id, quantity in items))}
                ],
            },
        )


def hire(number: int, actor: Actor) -> None:
    """A cashier called kassir and the number."""
    create_user(
        username=f"kassir{number}",
        full_name=f"Kassir {number}",
        role=RoleKey.CASHIER,
        password=PASSWORD,
        actor=actor,
    )


@pytest.fixture(scope="module")
def cashiers(live_server: LiveServer) -> list[Cashier]:
    """Cashiers whose shifts are open."""
    shop = live_server.shop
    tills = []
    with shop.inside("owner"):
        actor = system_actor(shop.organization_id)
        branch = db.session.get_one(Branch, shop.branch_id)
        for number in range(CASHIERS):
            hire(number, actor)
            tills.append(create_till(branch=branch, name=f"Kassa {number}", actor=actor).id)
    people = [Cashier(live_server, number) for number in range(CASHIERS)]
    for person, till in zip(people, tills, strict=True):
        answer = person.post("/api/shifts/open", {"till_id": till, "opening_cash": "0"})
        assert answer.status_code == 201, answer.json
    return people


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all of it in threads that start together; gives what each returned."""
    barrier = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        results[place] = work()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def quantity(shop: Shop, product_id: int) -> Decimal:
    with shop.inside():
        query = select(BranchStock.quantity).where(BranchStock.product_id == product_id)
        return db.session.execute(query).scalar_one()


def agree(shop: Shop) -> bool:
    with shop.app.app_context(), platform_scope(reason="test"):
        return verify_books() == []


def test_the_last_pieces_are_sold_once(live_server: LiveServer, cashiers: list[Cashier]) -> None:
    shop = live_server.shop
    milk = shop.product("Sut", price="1000", stock="25")

    def sell_until_gone(person: Cashier) -> Callable[[], list[int]]:
        return lambda: [person.sell((milk, 1)).status_code for _attempt in range(10)]

    answers = Counter(status for done in at_once(*map(sell_until_gone, cashiers)) for status in done)
    assert answers == {201: 25, 409: CASHIERS * 10 - 25}
    assert quantity(shop, milk) == 0
    assert agree(shop)


def test_carts_in_every_order_do_not_wait_in_a_circle(
    live_server: LiveServer, cashiers: list[Cashier]
) -> None:
    shop = live_server.shop
    goods = [shop.product(price="1000", stock="1000") for _product in range(5)]

    def sell_all(person: Cashier, turn: int) -> Callable[[], set[int]]:
        order = goods[turn % 5 :] + goods[: turn % 5]
        lines = [(product, 1) for product in (order if turn % 2 else order[::-1])]
        return lambda: {person.sell(*lines).status_code for _sale in range(8)}

    works = [sell_all(person, turn) for turn, person in enumerate(cashiers)]
    assert at_once(*works) == [{201}] * CASHIERS
    assert [quantity(shop, product) for product in goods] == [1000 - CASHIERS * 8] * 5
    assert agree(shop)


def test_two_tills_together_stay_within_a_customers_limit(
    live_server: LiveServer, cashiers: list[Cashier]
) -> None:
    shop = live_server.shop
    goods = shop.product(price="1000", stock="100")
    with shop.inside("owner"):
        customer = Customer(name="Karimov", customer_number=str(uuid4()), credit_limit=Decimal(2500))
        db.session.add(customer)
        db.session.flush()
        customer_id = customer.id

    def sell_on_credit(person: Cashier) -> Any:
        body = {
            "client_uuid": str(uuid4()),
            "customer_id": customer_id,
            "items": [{"product_id": goods, "quantity": 1}],
            "payments": [{"method": "credit", "amount": "1000"}],
        }
        return person.post("/api/sell", body).status_code

    answers = at_once(*(partial(sell_on_credit, person) for person in cashiers))
    assert Counter(answers) == {201: 2, 409: CASHIERS - 2}
    with shop.inside():
        assert db.session.get_one(Customer, customer_id).balance == Decimal(-2000)
    assert agree(shop)


def test_the_same_sale_sent_at_once_is_one_sale(live_server: LiveServer, cashiers: list[Cashier]) -> None:
    shop = live_server.shop
    milk = shop.product("Sut", price="1000", stock="1")
    name = str(uuid4())
    first = cashiers[0]
    twins = [Cashier(live_server, 0) for _twin in range(4)]
    answers = at_once(
        *(lambda person=person: person.sell((milk, 1), client_uuid=name) for person in [first, *twins])
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.data for answer in answers}) == 1
    assert quantity(shop, milk) == 0
    assert agree(shop)


def test_the_same_sale_from_two_shifts_at_once_is_one_sale(
    live_server: LiveServer, cashiers: list[Cashier]
) -> None:
    shop = live_server.shop
    milk = shop.product("Sut", price="1000", stock="100")
    for _attempt in range(6):
        name = str(uuid4())
        answers = at_once(*(partial(person.sell, (milk, 1), client_uuid=name) for person in cashiers[:4]))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
        assert len({answer.data for answer in answers}) == 1
        with shop.inside():
            assert db.session.query(Sale).filter_by(client_uuid=name).count() == 1
    assert quantity(shop, milk) == 94
    assert agree(shop)


def test_receipts_of_a_shift_have_no_gaps(live_server: LiveServer, cashiers: list[Cashier]) -> None:
    shop = live_server.shop
    milk = shop.product("Sut", price="1000", stock="40")
    with shop.inside():
        person = db.session.execute(select(Shift).order_by(Shift.id)).scalars().first()
        assert person is not None
        shift_id = person.id
    twins = [Cashier(live_server, 0) for _twin in range(4)]
    at_once(*(lambda twin=twin: [twin.sell((milk, 3)) for _sale in range(5)] for twin in twins))
    with shop.inside():
        query = select(Sale.number).where(Sale.shift_id == shift_id)
        numbers = sorted(int(number.rpartition("-")[2]) for number in db.session.execute(query).scalars())
    assert numbers == list(range(1, len(numbers) + 1))
    assert agree(shop)


def test_a_shift_is_closed_around_its_sales(live_server: LiveServer, cashiers: list[Cashier]) -> None:
    shop = live_server.shop
    milk = shop.product("Sut", price="1000", stock="1000")
    person = cashiers[-1]
    shift = person.client.get("/api/shifts/current", headers=person.headers).json
    twins = [Cashier(live_server, CASHIERS - 1) for _twin in range(3)]

    def close() -> Any:
        return person.post(f"/api/shifts/{shift['id']}/close", {"closing_cash": "0"})

    sold = at_once(close, *(lambda twin=twin: [twin.sell((milk, 1)) for _sale in range(6)] for twin in twins))
    assert sold[0].status_code == 200
    answers = [answer for done in sold[1:] for answer in done]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert agree(shop)
    assert (
        person.post("/api/shifts/open", {"till_id": shift["till_id"], "opening_cash": "0"}).status_code == 201
    )


def test_a_till_opens_once(live_server: LiveServer, cashiers: list[Cashier]) -> None:
    shop = live_server.shop
    with shop.inside("owner"):
        branch = db.session.get_one(Branch, shop.branch_id)
        till = create_till(branch=branch, name="Yangi kassa", actor=system_actor(shop.organization_id)).id
        for number in range(90, 94):
            hire(number, system_actor(shop.organization_id))
    people = [Cashier(live_server, number) for number in range(90, 94)]
    body = {"till_id": till, "opening_cash": "0"}
    answers = at_once(*(lambda one=one: one.post("/api/shifts/open", body) for one in people))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    again = [
        Cashier(live_server, 90 + next(i for i, one in enumerate(answers) if one.status_code == 409))
    ] * 2
    both = [shop.till_id, shop.till2_id]
    answers = at_once(
        *(
            lambda one=one, till=till: one.post("/api/shifts/open", {"till_id": till, "opening_cash": "0"})
            for one, till in zip(again, both, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]


def test_a_deadlock_is_tried_again(live_server: LiveServer, cashiers: list[Cashier]) -> None:
    """A sale is brought into a circle on purpose: it holds what somebody wants who holds what it wants.

    Which of the two PostgreSQL ends depends on the machine, so there are a few rounds; the sale succeeds in every one.
    """
    shop = live_server.shop
    low, high = sorted(shop.product(price="1000", stock="50") for _product in range(2))
    rounds = 0
    while _sell_in_a_circle(shop, cashiers[1], low, high) == 1 and rounds < 5:
        rounds += 1
    assert rounds < 5, "the sale was never the one to be ended"
    assert quantity(shop, low) == quantity(shop, high) == 50 - rounds - 1
    assert agree(shop)


def _sell_in_a_circle(shop: Shop, cashier: Cashier, low: int, high: int) -> int:
    """Sell both goods while somebody holds the second and then wants the first; gives how often it was tried."""
    holds = threading.Event()
    lock = "SELECT 1 FROM branch_stocks WHERE product_id = {} FOR UPDATE"
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"

    def hold_high_then_take_low() -> None:
        with shop.app.app_context(), tenant_scope(shop.organization_id):
            connection = db.session.connection()
            # Patient, so that it is rather the sale that PostgreSQL ends.
            connection.exec_driver_sql("RESET ROLE")
            connection.exec_driver_sql("SET LOCAL deadlock_timeout = '5s'")
            connection.exec_driver_sql(lock.format(high))
            holds.set()
            patience = time.monotonic() + 20
            while not connection.exec_driver_sql(waiting).scalar_one() and time.monotonic() < patience:
                pass
            with suppress(OperationalError):
                connection.exec_driver_sql(lock.format(low))
            db.session.rollback()

    attempts = 0

    def watch(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal attempts
        attempts += "ORDER BY product_id FOR UPDATE" in statement

    def sell() -> Any:
        assert holds.wait(20)
        return cashier.sell((low, 1), (high, 1)).status_code

    with shop.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", watch)
    try:
        assert at_once(hold_high_then_take_low, sell) == [None, 201]
    finally:
        event.remove(engine, "before_cursor_execute", watch)
    return attempts
