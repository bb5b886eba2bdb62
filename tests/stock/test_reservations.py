"""Setting goods aside: promised to one, not available to others, and still there."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.catalog.models import ProductType
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries.books import verify_books
from smartpos.stock.errors import NotEnoughStock, NotInStock, UnknownGoods
from smartpos.stock.models import BranchStock, StockReservation
from smartpos.stock.operations.reservations import release, reserve
from tests.cast import Shop
from tests.conftest import LiveServer
from tests.stock.lots import issue


def books(shop: Shop) -> list[Any]:
    with shop.app.app_context(), platform_scope(reason="test"):
        return verify_books()


def put_aside(shop: Shop, *lines: tuple[int, str], order: int = 1, branch_id: int | None = None) -> None:
    with shop.inside("owner"):
        reserve(
            branch_id or shop.branch_id,
            [(product, Decimal(quantity)) for product, quantity in lines],
            origin_kind="order",
            origin_id=order,
            actor=shop.actor("owner"),
        )


def give_back(shop: Shop, order: int = 1) -> list[tuple[int, int, Decimal]]:
    with shop.inside("owner"):
        return release("order", order, actor=shop.actor("owner"))


def figures(shop: Shop, product: int) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, reserved, available."""
    with shop.inside():
        row = db.session.execute(
            select(BranchStock).where(
                BranchStock.product_id == product, BranchStock.branch_id == shop.branch_id
            )
        ).scalar_one()
        return row.quantity, row.reserved_quantity, row.available


def test_what_is_set_aside_is_there_but_not_available(shop: Shop) -> None:
    milk, bread = shop.product(stock="10"), shop.product(stock="4")
    put_aside(shop, (milk, "3"), (bread, "4"), (milk, "1.5"))
    assert figures(shop, milk) == (10, Decimal("4.5"), Decimal("5.5"))
    assert figures(shop, bread) == (4, 4, 0)
    put_aside(shop, (milk, "5"), order=2)
    assert books(shop) == []
    assert give_back(shop) == [(shop.branch_id, milk, Decimal("4.5")), (shop.branch_id, bread, 4)]
    assert give_back(shop) == []
    assert figures(shop, milk) == (10, 5, 5)
    assert books(shop) == []


def test_the_same_cause_adds_up(shop: Shop) -> None:
    milk = shop.product(stock="10")
    put_aside(shop, (milk, "3"))
    put_aside(shop, (milk, "2"))
    with shop.inside():
        assert db.session.execute(select(StockReservation.quantity)).scalars().all() == [5]
    assert figures(shop, milk) == (10, 5, 5)


def test_no_more_is_promised_than_is_available_and_all_shortages_are_told(shop: Shop) -> None:
    milk, bread, salt = (
        shop.product("Sut", stock="10"),
        shop.product("Non", stock=None),
        shop.product(stock="9"),
    )
    put_aside(shop, (milk, "8"))
    with pytest.raises(NotEnoughStock) as caught:
        put_aside(shop, (salt, "1"), (milk, "3"), (bread, "1"), order=2)
    assert [(one["name"], one["available"]) for one in caught.value.facts["lines"]] == [
        ("Sut", "2.000"),
        ("Non", "0.000"),
    ]
    assert figures(shop, salt) == (9, 0, 9)


def test_the_till_sells_what_is_there_even_if_it_is_promised(shop: Shop) -> None:
    milk = shop.product(stock="10")
    put_aside(shop, (milk, "8"))
    issue(shop, milk, "5")
    assert figures(shop, milk) == (5, 8, -3)
    with pytest.raises(NotEnoughStock):
        put_aside(shop, (milk, "1"), order=2)
    give_back(shop)
    assert figures(shop, milk) == (5, 0, 5)
    assert books(shop) == []


def test_one_cause_may_hold_goods_of_several_branches(shop: Shop) -> None:
    from tests.stock.lots import receive

    milk = shop.product(stock="10")
    receive(shop, milk, "4", branch_id=shop.warehouse_id)
    put_aside(shop, (milk, "2"))
    put_aside(shop, (milk, "3"), branch_id=shop.warehouse_id)
    assert sorted(give_back(shop)) == sorted([(shop.branch_id, milk, 2), (shop.warehouse_id, milk, 3)])
    assert books(shop) == []


def test_what_makes_no_sense_is_refused(shop: Shop, stranger: Shop) -> None:
    milk, service = shop.product(), shop.product(stock=None, type=ProductType.SERVICE)
    for quantity in ("0", "-1"):
        with pytest.raises(Invalid):
            put_aside(shop, (milk, quantity))
    with pytest.raises(NotInStock):
        put_aside(shop, (service, "1"))
    with pytest.raises(UnknownGoods):
        put_aside(shop, (stranger.product(), "1"))
    put_aside(shop)
    with shop.inside():
        assert db.session.query(StockReservation).count() == 0


def test_two_orders_at_once_do_not_get_the_same_piece(live_server: LiveServer) -> None:
    import threading

    shop = live_server.shop
    milk = shop.product(stock="5")
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def order(number: int) -> Callable[[], None]:
        def work() -> None:
            barrier.wait()
            try:
                put_aside(shop, (milk, "2"), order=number)
            except NotEnoughStock:
                outcomes.append("short")
            else:
                outcomes.append("reserved")

        return work

    threads = [threading.Thread(target=order(number)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == ["reserved", "reserved", "short", "short"]
    assert figures(shop, milk) == (5, 4, 1)
