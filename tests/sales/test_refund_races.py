"""Refunds that meet: with real commits, at the same moment, at several tills."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_till, create_user
from smartpos.identity.queries import system_actor
from smartpos.sales.models import Sale, SaleItem, SaleType
from smartpos.sales.operations import open_shift
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import BranchStock
from tests.cast import PASSWORD, Shop
from tests.conftest import LiveServer

PEOPLE = 5


class Manager:
    """A person at a till of their own who may take goods back."""

    def __init__(self, live: LiveServer, number: int) -> None:
        self.client = live.app.test_client()
        token = self.client.post("/token", data={"username": f"boshliq{number}", "password": PASSWORD}).json
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(path, json=body, headers=self.headers)

    def sell(self, *items: tuple[int, int]) -> Any:
        return self.post(
            "/api/sell",
            {
                "client_uuid": str(uuid4()),
                "items": [{"product_id": product, "quantity": quantity} for product, quantity in items],
                "payments": [{"method": "cash", "amount": "1000000"}],
            },
        )

    def refund(self, sale: dict[str, Any], quantity: int, **facts: Any) -> Any:
        lines = [{"sale_item_id": line["id"], "quantity": quantity} for line in sale["items"]]
        return self.post(
            f"/api/sales/{sale['id']}/refund", {"client_uuid": str(uuid4()), "items": lines} | facts
        )


@pytest.fixture(scope="module")
def managers(live_server: LiveServer) -> list[Manager]:
    """People whose shifts are open."""
    shop = live_server.shop
    with shop.inside("owner"):
        actor = system_actor(shop.organization_id)
        branch = db.session.get_one(Branch, shop.branch_id)
        for number in range(PEOPLE):
            user = create_user(
                username=f"boshliq{number}",
                full_name=f"Boshliq {number}",
                role=RoleKey.MANAGER,
                password=PASSWORD,
                actor=actor,
            )
            shop.users[f"boshliq{number}"] = user.id
            shop.users[f"till of {number}"] = create_till(
                branch=branch, name=f"Kassa {number}", actor=actor
            ).id
    for number in range(PEOPLE):
        with shop.inside(f"boshliq{number}"):
            open_shift(
                shop.users[f"till of {number}"],
                opening_cash=Decimal(1_000_000),
                actor=shop.actor(f"boshliq{number}"),
            )
    return [Manager(live_server, number) for number in range(PEOPLE)]


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


def agree(shop: Shop) -> list[Any]:
    with shop.app.app_context(), platform_scope(reason="test"):
        return verify_books()


def on_hand(shop: Shop, product_id: int) -> Decimal:
    with shop.inside():
        query = select(BranchStock.quantity).where(BranchStock.product_id == product_id)
        return db.session.execute(query).scalar_one()


def returned(shop: Shop, sale: dict[str, Any]) -> Decimal:
    """How much has come back of the first line."""
    with shop.inside():
        query = select(func.coalesce(-func.sum(SaleItem.quantity), 0)).where(
            SaleItem.returns_id == sale["items"][0]["id"]
        )
        return db.session.execute(query).scalar_one()


def test_two_refunds_of_the_same_goods_and_one_wins(live_server: LiveServer, managers: list[Manager]) -> None:
    shop = live_server.shop
    milk = shop.product(price="1000", stock="10")
    for _round in range(5):
        sale = managers[0].sell((milk, 3)).json
        answers = at_once(*(partial(person.refund, sale, 2) for person in managers))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: PEOPLE - 1}
        losers = [answer.json for answer in answers if answer.status_code == 409]
        assert {answer["code"] for answer in losers} == {"too_much_returned"}
        assert {answer["lines"][0]["left"] for answer in losers} == {"1.000"}
        assert returned(shop, sale) == 2
    assert on_hand(shop, milk) == 5
    assert agree(shop) == []


def test_refunds_piece_by_piece_never_exceed_the_receipt(
    live_server: LiveServer, managers: list[Manager]
) -> None:
    shop = live_server.shop
    goods = [shop.product(price="333.33", stock="100", cost="111.11") for _product in range(3)]
    sale = managers[0].sell(*((product, 7) for product in goods)).json

    def nibble(person: Manager) -> list[int]:
        return [person.refund(sale, 1).status_code for _attempt in range(3)]

    answers = Counter(
        code for codes in at_once(*(partial(nibble, one) for one in managers)) for code in codes
    )
    assert answers == {201: 7, 409: 3 * PEOPLE - 7}
    with shop.inside():
        back = db.session.scalars(select(Sale).where(Sale.original_id == sale["id"])).all()
        assert -sum(one.total_amount for one in back) == Decimal(sale["total"])
        assert -sum(one.tax_amount for one in back) == Decimal(sale["tax"])
    assert [on_hand(shop, product) for product in goods] == [100, 100, 100]
    assert agree(shop) == []


@pytest.mark.parametrize("same_till", [True, False])
def test_the_same_refund_five_times_is_one(
    live_server: LiveServer, managers: list[Manager], same_till: bool
) -> None:
    shop = live_server.shop
    milk = shop.product(price="1000", stock="10")
    sale = managers[0].sell((milk, 4)).json
    uuid = str(uuid4())
    people = [managers[0]] * 5 if same_till else managers
    answers = at_once(*(partial(person.refund, sale, 1, client_uuid=uuid) for person in people))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 4}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert returned(shop, sale) == 1
    assert on_hand(shop, milk) == 7
    assert agree(shop) == []


def test_what_comes_back_is_sold_once(live_server: LiveServer, managers: list[Manager]) -> None:
    shop = live_server.shop
    milk = shop.product(price="1000", stock="1")
    sale = managers[0].sell((milk, 1)).json
    answers = at_once(
        partial(managers[0].refund, sale, 1),
        *(partial(person.sell, (milk, 1)) for person in managers[1:]),
    )
    assert answers[0].status_code == 201
    sold = Counter(answer.status_code for answer in answers[1:])
    assert sold[201] <= 1 and sold[201] + sold[409] == PEOPLE - 1
    assert on_hand(shop, milk) == 1 - sold[201]
    assert agree(shop) == []


def test_an_exchange_meets_a_refund(live_server: LiveServer, managers: list[Manager]) -> None:
    shop = live_server.shop
    milk, bread = shop.product(price="1000", stock="10"), shop.product(price="1500", stock="10")
    sale = managers[0].sell((milk, 2)).json
    swap = {"exchange_items": [{"product_id": bread, "quantity": 1}]}
    answers = at_once(
        partial(managers[1].refund, sale, 2, **swap),
        partial(managers[2].refund, sale, 2),
        partial(managers[3].refund, sale, 1, **swap),
    )
    codes = [answer.status_code for answer in answers]
    assert 201 in codes and set(codes) == {201, 409}, [answer.json for answer in answers]
    assert returned(shop, sale) <= 2
    with shop.inside():
        refunds = (
            select(func.count())
            .select_from(Sale)
            .where(Sale.original_id == sale["id"], Sale.type != SaleType.SALE)
        )
        assert db.session.execute(refunds).scalar_one() == codes.count(201)
    assert agree(shop) == []


def test_a_whole_family_of_exchanges_returns_at_once(
    live_server: LiveServer, managers: list[Manager]
) -> None:
    # They share the money of the first receipt: nobody gives the same tiyin back twice.
    shop = live_server.shop
    milk, bread = shop.product(price="1000", stock="10"), shop.product(price="1500", stock="10")
    sale = managers[0].sell((milk, 2)).json
    swap = {"exchange_items": [{"product_id": bread, "quantity": 1}]}
    both = managers[0].refund(sale, 1, **swap).json
    bread_line = {"items": [{"sale_item_id": both["items"][1]["id"], "quantity": 1}]}
    answers = at_once(
        partial(managers[1].refund, sale, 1),
        partial(managers[2].refund, both, 1, **bread_line),
        partial(managers[3].refund, both, 1, **bread_line),
        partial(managers[4].refund, sale, 1),
    )
    assert Counter(answer.status_code for answer in answers) == {201: 2, 409: 2}
    with shop.inside():
        family = select(Sale.total_amount).where(
            Sale.id.in_([sale["id"], both["id"]]) | Sale.original_id.in_([sale["id"], both["id"]])
        )
        assert sum(set_of_totals := list(db.session.scalars(family))) == 0, set_of_totals
    assert agree(shop) == []
