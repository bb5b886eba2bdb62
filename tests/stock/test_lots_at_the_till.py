"""Lots where they leave the shop: the till takes them first expired first, and gets them back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import Batch, InventoryMovement
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.counter import Answer, item, part, refund, set_setting, sold
from tests.sales.test_statement_budget import BUDGET, statements
from tests.stock.lots import day, lots_of, lotted, open_shift, quantity_of, receive, sale

Books = Callable[[], list[Any]]


@pytest.fixture
def books(shop: Shop) -> Books:
    """``books()``: where the books do not agree."""

    def verify() -> list[Any]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return verify_books()

    return verify


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api]) -> Api:
    """The manager at the first till, who may also take goods back."""
    api = api_of("manager")
    open_shift(shop, api)
    return api


@pytest.fixture
def milk(shop: Shop) -> int:
    """Two lots of milk, five of each."""
    product = lotted(shop, "Sut", price="10000")
    receive(shop, product, "5", "LATE", day(20), cost="200")
    receive(shop, product, "5", "SOON", day(2), cost="100")
    return product


def lot_moves(shop: Shop, origin_kind: str, origin_id: int) -> list[tuple[str | None, Decimal]]:
    with shop.inside():
        query = (
            select(Batch.batch_number, InventoryMovement.quantity)
            .select_from(InventoryMovement)
            .outerjoin(Batch, Batch.id == InventoryMovement.batch_id)
            .where(InventoryMovement.origin_kind == origin_kind, InventoryMovement.origin_id == origin_id)
            .order_by(InventoryMovement.id)
        )
        return [tuple(row) for row in db.session.execute(query)]


def on_receipt(receipt: Answer) -> list[tuple[str | None, str | None]]:
    return [(line["batch_number"], line["expiration_date"]) for line in receipt["items"]]


def test_the_till_sells_what_expires_first_and_the_receipt_names_its_lot(
    shop: Shop, till: Api, milk: int, books: Books
) -> None:
    receipt = sold(till, item(milk, 3))
    assert on_receipt(receipt) == [("SOON", day(2).isoformat())]
    assert on_receipt(till.get(f"/api/sales/{receipt['id']}").json) == [("SOON", day(2).isoformat())]
    receipt = sold(till, item(milk, 4))
    assert on_receipt(receipt) == [(None, None)]
    assert lot_moves(shop, "sale", receipt["id"]) == [("SOON", -2), ("LATE", -2)]
    assert lots_of(shop, milk) == {"LATE": 3}
    assert books() == []


def test_the_lot_that_was_scanned_is_the_one_that_is_sold(
    shop: Shop, till: Api, milk: int, books: Books
) -> None:
    receipt = sold(till, item(milk, 2, batch_number="LATE"), item(milk, 1, batch_number="OF ANOTHER SHOP"))
    assert lot_moves(shop, "sale", receipt["id"]) == [("LATE", -2), ("SOON", -1)]
    assert on_receipt(receipt) == [("LATE", None), ("OF ANOTHER SHOP", None)]
    assert books() == []


def test_nothing_but_expired_goods_is_refused_by_name(shop: Shop, till: Api, books: Books) -> None:
    kefir = lotted(shop, "Kefir", price="10000")
    receive(shop, kefir, "5", "OLD", day(-1))
    receive(shop, kefir, "1", "GOOD", day(1))
    for body in (sale(item(kefir, 2)), sale(item(kefir, 1, batch_number="OLD"))):
        answer = till.post("/api/sell", body)
        assert (answer.status_code, answer.json["code"]) == (409, "goods_expired")
        (line,) = answer.json["products"]
        assert (line["name"], line["batch_number"]) == ("Kefir", "OLD")
    assert quantity_of(shop, kefir) == 6
    sold(till, item(kefir, 1))
    assert lots_of(shop, kefir) == {"OLD": 5}
    assert books() == []


def test_a_shop_that_sells_below_zero_sells_nothing_expired(shop: Shop, till: Api, milk: int) -> None:
    set_setting(shop, "sell_below_zero", True)
    receive(shop, milk, "1", "OLD", day(-1))
    answer = till.post("/api/sell", sale(item(milk, 12)))
    assert (answer.status_code, answer.json["code"]) == (409, "goods_expired")


def offline(shift_id: int, *items: Any) -> dict[str, Any]:
    total = sum(10000 * Decimal(one["quantity"]) for one in items)
    payments = [{"method": "cash", "amount": str(total)}]
    shown = [one | {"shown_price": "10000"} for one in items]
    return sale(*shown, offline=True, shift_id=shift_id, total=str(total), payments=payments)


def test_what_was_sold_offline_is_accepted_to_the_last_expired_piece(
    shop: Shop, api_of: Callable[..., Api], milk: int, books: Books
) -> None:
    till = api_of("manager")
    shift_id = open_shift(shop, till)
    receive(shop, milk, "2", "OLD", day(-1))
    first = till.post("/api/sell", offline(shift_id, item(milk, 10)))
    assert (first.status_code, first.json["flags"]) == (201, [])
    assert lots_of(shop, milk) == {"OLD": 2}
    second = till.post("/api/sell", offline(shift_id, item(milk, 3)))
    assert (second.status_code, set(second.json["flags"])) == (201, {"not_for_sale", "below_zero"})
    assert lot_moves(shop, "sale", second.json["id"]) == [("OLD", -2), (None, -1)]
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (-1, {})
    assert books() == []


def test_goods_come_back_into_the_lots_they_left_the_last_one_first(
    shop: Shop, till: Api, milk: int, books: Books
) -> None:
    receipt = sold(till, item(milk, 7))
    assert lots_of(shop, milk) == {"LATE": 3}
    back = refund(till, receipt, part(receipt, 0, 3))
    assert back.status_code == 201, back.json
    assert lot_moves(shop, "sale", back.json["id"]) == [("LATE", 2), ("SOON", 1)]
    rest = refund(till, receipt, part(receipt, 0, 4))
    assert lot_moves(shop, "sale", rest.json["id"]) == [("SOON", 4)]
    assert lots_of(shop, milk) == {"LATE": 5, "SOON": 5}
    assert books() == []


def test_damaged_goods_are_written_off_their_own_lot(shop: Shop, till: Api, milk: int, books: Books) -> None:
    receipt = sold(till, item(milk, 6))
    back = refund(till, receipt, part(receipt, 0, 2, restock="damaged"), part(receipt, 0, 1))
    assert back.status_code == 201, back.json
    assert lots_of(shop, milk) == {"LATE": 5}
    with shop.inside():
        rows = db.session.execute(
            select(Batch.batch_number, InventoryMovement.quantity)
            .join(Batch, Batch.id == InventoryMovement.batch_id)
            .where(InventoryMovement.origin_kind == "stock_adjustment", InventoryMovement.quantity < 0)
        )
        assert sum(quantity for _number, quantity in rows) == -2
    assert books() == []


def test_an_exchange_gives_and_takes_lots(shop: Shop, till: Api, milk: int, books: Books) -> None:
    receipt = sold(till, item(milk, 6))
    back = refund(till, receipt, part(receipt, 0, 6), exchange_items=[item(milk, 1)], reason="Boshqasi")
    assert back.status_code == 201, back.json
    assert lot_moves(shop, "sale", back.json["id"]) == [("LATE", 1), ("SOON", 5), ("SOON", -1)]
    again = refund(till, back.json, part(back.json, 1, 1))
    assert again.status_code == 201, again.json
    assert lot_moves(shop, "sale", again.json["id"]) == [("SOON", 1)]
    assert lots_of(shop, milk) == {"LATE": 5, "SOON": 5}
    assert books() == []


def test_goods_that_left_without_a_lot_come_back_without_one(shop: Shop, till: Api, books: Books) -> None:
    bread = shop.product(price="10000", stock="3")
    receipt = sold(till, item(bread, 2))
    with shop.inside("owner"):
        db.session.get(Product, bread).track_batches = True
    receive(shop, bread, "2", "NEW", day(3))
    back = refund(till, receipt)
    assert lot_moves(shop, "sale", back.json["id"]) == [(None, 2)]
    assert (quantity_of(shop, bread), lots_of(shop, bread)) == (5, {"NEW": 2})
    assert books() == []


def test_goods_without_a_receipt_come_back_without_a_lot(
    shop: Shop, till: Api, milk: int, books: Books
) -> None:
    back = till.post(
        "/api/refunds",
        {
            "client_uuid": str(uuid4()),
            "items": [item(milk, 1, restock="damaged"), item(milk, 1)],
            "reason": "Yo'q",
        },
    )
    assert back.status_code == 201, back.json
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (11, {"LATE": 5, "SOON": 5})
    assert books() == []


@pytest.mark.parametrize("lines", [1, 100])
def test_a_cart_with_lots_takes_one_statement_more(
    shop: Shop, api_of: Callable[..., Api], lines: int
) -> None:
    api = api_of("cashier")
    open_shift(shop, api)
    products = [lotted(shop, price="1000") for _line in range(lines)]
    for number, product in enumerate(products):
        receive(shop, product, "5", f"L{number}", day(9))
        receive(shop, product, "5", f"M{number}", day(8))
    body = sale(*(item(product, 7) for product in products))
    with statements() as sent:
        answer = api.post("/api/sell", body)
    assert answer.status_code == 201, answer.json
    assert len(sent) <= BUDGET + 1, "\n".join(sent)


def test_a_cart_without_lots_does_not_ask_for_them(shop: Shop, till: Api) -> None:
    bread = shop.product(price="1000")
    with statements() as sent:
        assert till.post("/api/sell", sale(item(bread, 1))).status_code == 201
    assert not [one for one in sent if "FROM batches" in one or "INTO batch_stocks" in one]
