"""Lots in the ledger: what comes in with one stays with it, and the first to expire goes out first."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries.books import verify_books
from smartpos.stock.errors import (
    GoodsExpired,
    LotExpiryDiffers,
    LotOfAnotherProduct,
    NotEnoughStock,
    UnknownLots,
)
from smartpos.stock.models import Batch, InventoryMovement
from smartpos.stock.operations import Lot, Movement, prepare_movements, write_movements
from tests.cast import Shop
from tests.stock.lots import batch_id, day, issue, lots_of, lotted, moved, post, quantity_of, receive


@pytest.fixture
def books(shop: Shop) -> Callable[[], list[Any]]:
    """``books()``: where the books do not agree."""

    def verify() -> list[Any]:
        with shop.app.app_context(), platform_scope(reason="test"):
            return verify_books()

    return verify


Books = Callable[[], list[Any]]


def test_what_expires_first_goes_out_first(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "5", "LATE", day(30))
    receive(shop, milk, "5", "NEVER")
    receive(shop, milk, "5", "SOON", day(3))
    assert moved(issue(shop, milk, "7")) == [("SOON", -5), ("LATE", -2)]
    assert lots_of(shop, milk) == {"LATE": 3, "NEVER": 5}
    assert moved(issue(shop, milk, "4")) == [("LATE", -3), ("NEVER", -1)]
    assert books() == []


def test_a_request_makes_a_row_for_each_lot_whose_values_add_up(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "1", "A", day(1), cost="33.3333")
    receive(shop, milk, "2", "B", day(2), cost="10.0001")
    posted = issue(shop, milk, "2")
    assert sum(lot.value for lot in posted.lots) == posted.value
    with shop.inside():
        rows = db.session.execute(
            select(InventoryMovement.quantity, InventoryMovement.value, Batch.batch_number)
            .join(Batch, Batch.id == InventoryMovement.batch_id)
            .where(InventoryMovement.product_id == milk, InventoryMovement.quantity < 0)
            .order_by(InventoryMovement.id)
        ).all()
    assert [(quantity, number) for quantity, _value, number in rows] == [(-1, "A"), (-1, "B")]
    assert sum(value for _quantity, value, _number in rows) == posted.value
    assert books() == []


def test_a_lot_is_made_once_and_adds_up(shop: Shop) -> None:
    milk = lotted(shop)
    receive(shop, milk, "5", "A", day(9), cost="100")
    receive(shop, milk, "15", " A ", day(9), cost="200")
    with shop.inside():
        lot = db.session.execute(select(Batch).where(Batch.product_id == milk)).scalar_one()
        assert (lot.batch_number, lot.quantity_received, lot.cost_per_unit) == ("A", 20, 175)
    assert lots_of(shop, milk) == {"A": 20}


def test_two_lines_of_a_delivery_may_bring_the_same_lot(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    lot = Lot("A", day(9))
    post(
        shop,
        Movement(milk, Decimal(2), Decimal(10), lot=lot),
        Movement(milk, Decimal(3), Decimal(20), lot=Lot("A")),
    )
    assert lots_of(shop, milk) == {"A": 5}
    assert books() == []


def test_a_lot_without_a_date_learns_it_and_keeps_it(shop: Shop) -> None:
    milk = lotted(shop)
    receive(shop, milk, "1", "A")
    receive(shop, milk, "1", "A", day(9))
    receive(shop, milk, "1", "A")
    with shop.inside():
        assert db.session.execute(select(Batch.expiration_date)).scalar_one() == day(9)
    with pytest.raises(LotExpiryDiffers) as caught:
        receive(shop, milk, "1", "A", day(10))
    assert caught.value.facts["batches"] == [
        {
            "product_id": milk,
            "batch_number": "A",
            "recorded": day(9).isoformat(),
            "given": day(10).isoformat(),
        }
    ]
    assert lots_of(shop, milk) == {"A": 3}


@pytest.mark.parametrize("number", ["", "   ", "x" * 101])
def test_a_lot_needs_a_number(shop: Shop, number: str) -> None:
    milk = lotted(shop)
    with pytest.raises(Invalid):
        post(shop, Movement(milk, Decimal(1), Decimal(1), lot=Lot(number, day(1))))


def test_what_lies_there_without_a_lot_goes_after_the_lots(shop: Shop, books: Books) -> None:
    milk = shop.product(stock="4")
    with shop.inside("owner"):
        db.session.get(Product, milk).track_batches = True
    receive(shop, milk, "3", "A", day(5))
    assert moved(issue(shop, milk, "5")) == [("A", -3)]
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (2, {})
    assert books() == []


def test_what_is_known_to_have_no_lot_goes_before_them(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "4")
    receive(shop, milk, "3", "A", day(5))
    assert moved(issue(shop, milk, "5", loose=True)) == [("A", -1)]
    assert books() == []


def test_expired_lots_stay_where_they_are(shop: Shop, books: Books) -> None:
    milk = lotted(shop, "Sut")
    receive(shop, milk, "5", "OLD", day(-1))
    receive(shop, milk, "2", "TODAY", day(0))
    assert moved(issue(shop, milk, "1")) == [("TODAY", -1)]
    with pytest.raises(GoodsExpired) as caught:
        issue(shop, milk, "2")
    (line,) = caught.value.facts["products"]
    assert (line["name"], line["batch_number"], line["expiration_date"]) == (
        "Sut",
        "OLD",
        day(-1).isoformat(),
    )
    assert quantity_of(shop, milk) == 6
    assert moved(issue(shop, milk, "6", allow_expired=True)) == [("OLD", -5), ("TODAY", -1)]
    assert books() == []


def test_selling_below_zero_is_no_way_around_the_expiry(shop: Shop) -> None:
    milk = lotted(shop)
    receive(shop, milk, "5", "OLD", day(-1))
    with pytest.raises(GoodsExpired):
        issue(shop, milk, "1", allow_negative=True)
    assert moved(issue(shop, milk, "7", allow_negative=True, allow_expired=True)) == [("OLD", -5)]
    assert quantity_of(shop, milk) == -2


def test_expired_goods_are_named_for_all_products_at_once(shop: Shop) -> None:
    milk, bread = lotted(shop, "Sut"), lotted(shop, "Non")
    receive(shop, milk, "5", "M", day(-1))
    receive(shop, bread, "5", "B", day(-2))
    with pytest.raises(GoodsExpired) as caught:
        post(shop, Movement(milk, Decimal(-1)), Movement(bread, Decimal(-1)))
    assert [line["batch_number"] for line in caught.value.facts["products"]] == ["M", "B"]


def late(shop: Shop, product: int, quantity: str, happened_on: date) -> list[tuple[str, Decimal]]:
    """An offline sale that comes late."""
    with shop.inside("warehouse"):
        actor = shop.actor("warehouse")
        prepared = prepare_movements(
            [Movement(product, -Decimal(quantity))],
            branch_id=shop.branch_id,
            allow_negative=True,
            happened_on=happened_on,
            actor=actor,
        )
        write_movements(prepared, origin_kind="test", origin_id=2, actor=actor)
        return moved(prepared.posted[0])


def test_what_has_happened_takes_good_lots_then_loose_goods_then_expired_ones_then_none(
    shop: Shop, books: Books
) -> None:
    milk = lotted(shop)
    receive(shop, milk, "1", "OLD", day(-2))
    receive(shop, milk, "1", "GOOD", day(2))
    receive(shop, milk, "1")
    assert late(shop, milk, "1", day(0)) == [("GOOD", -1)]
    assert late(shop, milk, "2", day(0)) == [("OLD", -1)]
    assert late(shop, milk, "2", day(0)) == []
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (-2, {})
    assert books() == []


def test_what_happened_earlier_goes_by_the_expiry_of_that_day(shop: Shop) -> None:
    milk = lotted(shop)
    receive(shop, milk, "1", "GOOD THEN", day(-2))
    receive(shop, milk, "1", "GOOD", day(2))
    assert late(shop, milk, "1", day(-3)) == [("GOOD THEN", -1)]


def test_a_lot_that_is_named_goes_and_no_other(shop: Shop, books: Books) -> None:
    milk = lotted(shop, "Sut")
    receive(shop, milk, "5", "SOON", day(1))
    receive(shop, milk, "2", "LATE", day(9))
    named = batch_id(shop, milk, "LATE")
    assert moved(issue(shop, milk, "1", batch_id=named)) == [("LATE", -1)]
    with pytest.raises(NotEnoughStock) as caught:
        issue(shop, milk, "2", batch_id=named)
    (line,) = caught.value.facts["lines"]
    assert (line["batch_number"], line["requested"], line["available"]) == ("LATE", "2", "1.000")
    assert lots_of(shop, milk) == {"SOON": 5, "LATE": 1}
    assert books() == []


def test_a_scanned_lot_goes_first_and_the_rest_by_expiry(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "5", "SOON", day(1))
    receive(shop, milk, "2", "LATE", day(9))
    assert moved(issue(shop, milk, "3", lot=Lot("LATE"))) == [("LATE", -2), ("SOON", -1)]
    assert moved(issue(shop, milk, "1", lot=Lot("NOBODY KNOWS IT"))) == [("SOON", -1)]
    assert books() == []


def test_lots_are_of_one_product_and_exist(shop: Shop, stranger: Shop) -> None:
    milk, bread, foreign = lotted(shop), lotted(shop), lotted(stranger)
    receive(shop, milk, "5", "A", day(1))
    receive(shop, bread, "5", "B", day(1))
    receive(stranger, foreign, "5", "F", day(1))
    of_bread, of_others = batch_id(shop, bread, "B"), batch_id(stranger, foreign, "F")
    for quantity in ("1", "-1"):
        with pytest.raises(LotOfAnotherProduct):
            post(shop, Movement(milk, Decimal(quantity), batch_id=of_bread))
        with pytest.raises(UnknownLots):
            post(shop, Movement(milk, Decimal(quantity), batch_id=of_others))


def test_goods_that_were_owed_join_no_lot(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    issue(shop, milk, "3", allow_negative=True)
    posted = receive(shop, milk, "10", "A", day(5))
    assert moved(posted) == [("A", 7)]
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (7, {"A": 7})
    issue(shop, milk, "9", allow_negative=True)
    assert moved(receive(shop, milk, "1", "A", day(5))) == []
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (-1, {})
    assert books() == []


def test_a_lot_may_lie_in_several_branches(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "5", "A", day(5))
    lot = batch_id(shop, milk, "A")
    issue(shop, milk, "2", batch_id=lot)
    post(shop, Movement(milk, Decimal(2), batch_id=lot), branch_id=shop.warehouse_id)
    assert lots_of(shop, milk) == {"A": 3}
    assert lots_of(shop, milk, shop.warehouse_id) == {"A": 2}
    assert books() == []


def test_products_without_lots_ignore_them(shop: Shop, books: Books) -> None:
    bread = shop.product(stock="5")
    post(shop, Movement(bread, Decimal(5), Decimal(10), lot=Lot("A", day(-5))))
    assert moved(issue(shop, bread, "7", lot=Lot("A"))) == []
    with shop.inside():
        assert db.session.query(Batch).count() == 0
    assert books() == []


def test_lots_that_are_left_when_lots_are_given_up_are_used_up(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "3", "OLD", day(-1))
    with shop.inside("owner"):
        db.session.get(Product, milk).track_batches = False
    assert moved(receive(shop, milk, "4", "NEW", day(5))) == []
    assert moved(issue(shop, milk, "2")) == [("OLD", -2)]
    assert moved(issue(shop, milk, "2")) == [("OLD", -1)]
    assert (quantity_of(shop, milk), lots_of(shop, milk)) == (3, {})
    assert books() == []


def test_the_books_tell_when_a_lot_does_not_agree(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "3", "A", day(5))
    with shop.inside("owner"):
        db.session.execute(db.text("UPDATE batch_stocks SET quantity = quantity + 1"))
    assert {one.check for one in books()} == {
        "quantity of a lot = sum of its movements",
        "lots together <= stock quantity",
    }
    with shop.inside("owner"):
        db.session.execute(db.text("UPDATE batch_stocks SET quantity = quantity - 1"))
        db.session.execute(db.text("UPDATE branch_stocks SET reserved_quantity = 1"))
    assert [one.check for one in books()] == ["reserved quantity = sum of its reservations"]


def test_a_line_that_names_a_lot_chooses_before_one_that_does_not(shop: Shop, books: Books) -> None:
    milk = lotted(shop)
    receive(shop, milk, "5", "SOON", day(3))
    receive(shop, milk, "5", "LATE", day(30))
    soon = batch_id(shop, milk, "SOON")
    anything, same_number, named = post(
        shop,
        Movement(milk, Decimal(-3)),
        Movement(milk, Decimal(-2), lot=Lot("SOON")),
        Movement(milk, Decimal(-4), batch_id=soon),
    )
    assert moved(named) == [("SOON", -4)]
    assert moved(same_number) == [("SOON", -1), ("LATE", -1)]
    assert moved(anything) == [("LATE", -3)]
    assert lots_of(shop, milk) == {"LATE": 1}
    assert books() == []
