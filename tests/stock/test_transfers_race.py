"""Several people at one transfer, and several transfers of the same goods, at once."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.cast import PASSWORD
from tests.conftest import Api, LiveServer
from tests.stock.movers import approve, ask, disagreements, holds, sent, status, transit

PEOPLE = ("warehouse", "manager", "owner", "admin")


def connect(live: LiveServer, username: str) -> Api:
    client = live.app.test_client()
    token = client.post("/token", data={"username": username, "password": PASSWORD}).json
    return Api(client, token["access_token"])


def together(*works: Callable[[], Any]) -> list[Any]:
    """Run these at the same moment; what each gave."""
    barrier = threading.Barrier(len(works))
    answers: list[Any] = []

    def run(work: Callable[[], Any]) -> None:
        barrier.wait()
        answers.append(work())

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_an_act_done_by_four_at_once_is_done_once(live_server: LiveServer) -> None:
    shop = live_server.shop
    milk = shop.product(stock="10", cost="100")
    people = [connect(live_server, name) for name in PEOPLE]
    number = ask(shop, (milk, "4"))
    approve(shop, number)
    for act, body in (("ship", None), ("complete", {})):
        answers = together(
            *[
                lambda one=one, act=act, body=body: one.post(f"/api/transfers/{number}/{act}", body)
                for one in people
            ]
        )
        codes = Counter((answer.status_code, answer.json.get("code")) for answer in answers)
        assert codes == {(200, None): 1, (409, "transfer_in_other_state"): 3}
    assert status(shop, number) == "completed"
    assert holds(shop, milk, shop.warehouse_id) == (4, 400)
    assert holds(shop, milk, shop.branch_id) == (6, 600)
    assert disagreements(shop) == []


def test_received_or_cancelled_but_not_both(live_server: LiveServer) -> None:
    shop = live_server.shop
    milk = shop.product(stock="10", cost="100")
    number = sent(shop, (milk, "4"))
    keeper, manager = connect(live_server, "warehouse"), connect(live_server, "manager")
    answers = together(
        lambda: keeper.post(f"/api/transfers/{number}/complete", {}),
        lambda: manager.post(f"/api/transfers/{number}/cancel", {}),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    arrived = holds(shop, milk, shop.warehouse_id)[0]
    assert arrived in {0, 4}
    assert holds(shop, milk, shop.branch_id)[0] == 10 - arrived
    assert holds(shop, milk, transit(shop)) == (0, 0)
    assert disagreements(shop) == []


def test_the_last_goods_are_sent_once(live_server: LiveServer) -> None:
    shop = live_server.shop
    milk = shop.product(stock="5", cost="100")
    numbers = [ask(shop, (milk, "3")) for _person in PEOPLE]
    for number in numbers:
        approve(shop, number)
    people = [connect(live_server, name) for name in PEOPLE]
    answers = together(
        *[
            lambda one=one, number=number: one.post(f"/api/transfers/{number}/ship")
            for one, number in zip(people, numbers, strict=True)
        ]
    )
    codes = Counter((answer.status_code, answer.json.get("code")) for answer in answers)
    assert codes == {(200, None): 1, (409, "not_enough_stock"): 3}
    assert holds(shop, milk, shop.branch_id) == (2, 200)
    assert disagreements(shop) == []


def test_goods_that_cross_on_the_way_wait_for_nobody_in_a_circle(live_server: LiveServer) -> None:
    shop = live_server.shop
    goods = [shop.product(stock="50", cost="10") for _number in range(6)]
    first = sent(shop, *[(product, "25") for product in goods])
    together(lambda: connect(live_server, "warehouse").post(f"/api/transfers/{first}/complete", {}))
    there = {"from_branch_id": shop.warehouse_id, "to_branch_id": shop.branch_id}
    back = [sent(shop, *[(product, "2") for product in goods], **there) for _number in range(3)]
    out = [ask(shop, *[(product, "2") for product in reversed(goods)]) for _number in range(3)]
    for number in out:
        approve(shop, number)
    people = {number: connect(live_server, "warehouse") for number in (*back, *out)}
    answers = together(
        *[
            lambda number=number: people[number].post(f"/api/transfers/{number}/complete", {})
            for number in back
        ],
        *[lambda number=number: people[number].post(f"/api/transfers/{number}/ship") for number in out],
    )
    assert [answer.status_code for answer in answers] == [200] * 6, [answer.json for answer in answers]
    for product in goods:
        assert holds(shop, product, shop.branch_id) == (Decimal(25), Decimal(250))
        assert holds(shop, product, transit(shop)) == (6, 60)
    assert disagreements(shop) == []


def test_the_same_request_twice_at_once_is_one_transfer(live_server: LiveServer) -> None:
    shop = live_server.shop
    body = {
        "client_uuid": "0f1c2f0e-4a53-4c62-9d1b-3e1f6c9a7b77",
        "from_branch_id": shop.branch_id,
        "to_branch_id": shop.warehouse_id,
        "items": [{"product_id": shop.product(), "quantity": "1"}],
    }
    people = [connect(live_server, "warehouse") for _time in range(4)]
    answers = together(*[lambda one=one: one.post("/api/transfers", body) for one in people])
    assert len({answer.json["id"] for answer in answers}) == 1
    assert {answer.status_code for answer in answers} <= {200, 201}
