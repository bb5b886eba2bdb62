"""A checkout takes a handful of statements, whatever the number of lines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import Engine, event

from tests.cast import Shop
from tests.conftest import Api

BUDGET = 12


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent meanwhile, those that say whose data it is about included.

    The savepoints are the suite's own: they stand for the begin and the commit of a real transaction.
    """
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("lines", [1, 200])
def test_a_checkout_stays_within_its_budget(
    shop: Shop, open_till: int, api_of: Callable[..., Api], lines: int
) -> None:
    products = [shop.product(price="1000") for _line in range(lines)]
    api = api_of("cashier")
    body = {
        "client_uuid": str(uuid4()),
        "items": [{"product_id": product, "quantity": 1} for product in products],
        "payments": [{"method": "card", "amount": "500"}, {"method": "cash", "amount": "1000000"}],
    }
    with statements() as sent:
        answer = api.post("/api/sell", body)
    assert answer.status_code == 201
    assert len(sent) <= BUDGET, "\n".join(sent)
    with statements() as sent:
        again = api.post("/api/sell", body)
    assert again.status_code == 200
    assert len(sent) <= BUDGET, "\n".join(sent)


def test_goods_that_a_branch_never_held_take_two_statements_more(
    shop: Shop, open_till: int, api_of: Callable[..., Api]
) -> None:
    with shop.inside("owner"):
        from smartpos.core.db import db
        from smartpos.identity.models import AppSetting

        db.session.add(AppSetting(key="sell_below_zero", value=True))
    products = [shop.product(price="1000", stock=None) for _line in range(20)]
    api = api_of("cashier")
    body = {
        "client_uuid": str(uuid4()),
        "items": [{"product_id": product, "quantity": 1} for product in products],
        "payments": [{"method": "cash", "amount": "1000000"}],
    }
    with statements() as sent:
        assert api.post("/api/sell", body).status_code == 201
    assert len(sent) <= BUDGET + 2, "\n".join(sent)


@pytest.mark.parametrize("lines", [1, 200])
def test_giving_back_does_not_take_more_for_more_lines(
    shop: Shop, open_till: int, api_of: Callable[..., Api], lines: int
) -> None:
    products = [shop.product(price="1000") for _line in range(lines)]
    cashier, manager = api_of("cashier"), api_of("manager")
    assert (
        manager.post("/api/shifts/open", {"till_id": shop.till2_id, "opening_cash": "1000000"}).status_code
        == 201
    )
    sale = cashier.post(
        "/api/sell",
        {
            "client_uuid": str(uuid4()),
            "items": [{"product_id": product, "quantity": 2} for product in products],
            "payments": [{"method": "cash", "amount": "1000000"}],
        },
    ).json
    places = {"sale": 0, "damaged": 1, "none": 2}
    body = {
        "client_uuid": str(uuid4()),
        "items": [
            {"sale_item_id": line["id"], "quantity": 1, "restock": list(places)[number % 3]}
            for number, line in enumerate(sale["items"])
        ],
    }
    with statements() as sent:
        answer = manager.post(f"/api/sales/{sale['id']}/refund", body)
    assert answer.status_code == 201, answer.json
    assert len(sent) <= 2 * BUDGET + 4, "\n".join(sent)
