"""Several people at one order, one machine or the last materials, at once; on connections of their own."""

from collections import Counter
from typing import Any
from uuid import uuid4

from smartpos.production.models import MachineStatus, OrderStatus
from tests.conftest import LiveServer
from tests.production.machines import machine
from tests.production.making import bakery_of
from tests.stock.test_transfers_race import connect, together

PEOPLE = ("manager", "owner", "admin")


def outcomes(answers: list[Any]) -> Counter[tuple[int, Any]]:
    return Counter((answer.status_code, answer.json.get("code")) for answer in answers)


def test_production_at_once(live_server: LiveServer) -> None:
    bakery = bakery_of(live_server.shop, stock="1000")
    shop = live_server.shop
    people = [connect(live_server, name) for name in PEOPLE]
    url = "/api/production-orders/{}/{}"

    # The same completion, sent by a device that heard no answer.
    order = bakery.ask(bakery.dough, "10")
    body = {"client_uuid": str(uuid4()), "quantity": "10"}
    answers = together(*[lambda: people[0].post(url.format(order, "complete"), body) for _time in range(3)])
    assert outcomes(answers) == {(200, None): 3}
    assert len({answer.json["completion_id"] for answer in answers}) == 1
    assert bakery.holds(bakery.dough)[0] == 10

    # Three people who say, each for themselves, that all of it is done.
    order = bakery.ask(bakery.dough, "10")
    answers = together(
        *[
            lambda one=one: one.post(
                url.format(order, "complete"), {"quantity": "10", "client_uuid": str(uuid4())}
            )
            for one in people
        ]
    )
    assert outcomes(answers) == {(200, None): 1, (409, "production_order_in_other_state"): 2}
    assert bakery.holds(bakery.dough)[0] == 20

    # Two operators at once.
    order = bakery.ask(bakery.dough, "10")
    answers = together(*[lambda one=one: one.post(url.format(order, "start")) for one in people])
    assert outcomes(answers) == {(200, None): 1, (409, "another_operator_works"): 2}

    # Three orders on one machine.
    oven = machine(shop)
    orders = [bakery.ask(bakery.dough, "1", machine_id=oven) for _one in people]
    answers = together(
        *[
            lambda one=one, number=number: one.post(url.format(number, "start"))
            for one, number in zip(people, orders, strict=True)
        ]
    )
    assert outcomes(answers) == {(200, None): 1, (409, "machine_is_busy"): 2}
    assert bakery.machine(oven).status is MachineStatus.BUSY
    statuses = Counter(bakery.order(number).status for number in orders)
    assert statuses == {OrderStatus.IN_PROGRESS: 1, OrderStatus.PENDING: 2}

    # The last dough is baked once: 20 kg are there, each order takes 15.
    orders = [bakery.ask(bakery.bread, "30") for _one in people]
    answers = together(
        *[
            lambda one=one, number=number: one.post(url.format(number, "complete"), {"quantity": "30"})
            for one, number in zip(people, orders, strict=True)
        ]
    )
    assert outcomes(answers) == {(200, None): 1, (409, "materials_are_short"): 2}

    # Taken back, by three at once, once.
    done = next(answer.json for answer in answers if answer.status_code == 200)
    answers = together(*[lambda one=one: one.post(url.format(done["id"], "revert"), {}) for one in people])
    assert outcomes(answers) == {(200, None): 1, (409, "production_order_in_other_state"): 2}
    assert bakery.holds(bakery.dough) == (20, 48080)
    assert bakery.books() == []
