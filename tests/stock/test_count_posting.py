"""Counting while sales go on, and differences that are corrected once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Engine, event, select

from smartpos.catalog.models import Product
from smartpos.core.db import db, utc_now
from smartpos.stock.models import (
    InventoryMovement,
    StockAdjustment,
    StockCountEntry,
    StockCountLine,
)
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations import counts as operations
from tests.cast import Shop
from tests.conftest import Api
from tests.stock.counting import Begin, Books, Enter, ago, level, lines_of, move, stocked

# --- selling goes on ---------------------------------------------------------------------------------------------


def test_sales_before_and_after_the_counting_are_netted(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    milk = stocked(shop, "20", "100")
    count = begin()
    move(shop, milk, "-2", ago(minutes=50))
    enter(count, milk, "17", ago(minutes=30))
    move(shop, milk, "-5", ago(minutes=10))
    assert lines_of(manager, count) == {milk: ("17.000", "18.000", "-1.000")}
    # Made offline before the counting, arrived after it: the goods were not on the shelf any more.
    move(shop, milk, "-1", ago(minutes=40))
    # Made offline after the counting.
    move(shop, milk, "-3", ago(minutes=20))
    assert lines_of(manager, count) == {milk: ("17.000", "17.000", "0.000")}
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk) == (9, 900)
    with shop.inside():
        assert db.session.query(StockAdjustment).filter_by(notes="SC-000001").count() == 0
        line = db.session.execute(select(StockCountLine)).scalar_one()
        assert (line.expected, line.counted, line.difference, line.value) == (17, 17, 0, 0)
    assert books() == []


def test_more_may_be_sold_than_was_counted(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    milk = stocked(shop, "10")
    count = begin()
    enter(count, milk, "3", ago(minutes=30))
    move(shop, milk, "-8", ago(minutes=10))
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk)[0] == -5
    assert books() == []


def test_goods_that_the_branch_never_held(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    milk = shop.product("Sut", stock=None, cost="70")
    count = begin()
    enter(count, milk, "3")
    assert lines_of(manager, count) == {milk: ("3.000", "0.000", "3.000")}
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk) == (3, 210)
    assert books() == []


# --- posting -----------------------------------------------------------------------------------------------------


def test_posting_makes_one_correction_and_keeps_the_lines(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    less = shop.product("Sut", stock="10", cost="100")
    more = shop.product("Non", stock="10", cost="50")
    same = shop.product("Tuz", stock="10", cost="7")
    count = begin()
    for product, counted in ((less, "8"), (more, "11"), (same, "10")):
        enter(count, product, counted)
    answer = manager.post(f"/api/counts/{count}/post")
    assert (answer.status_code, answer.json["status"]) == (200, "posted")
    assert answer.json["finished_by"] == answer.json["posted_by"] == shop.users["manager"]
    details = manager.get(f"/api/counts/{count}").json
    assert [(line["product_id"], line["difference"], line["value"]) for line in details["items"]] == [
        (less, "-2.000", "-200.0000"),
        (more, "1.000", "50.0000"),
        (same, "0.000", "0.0000"),
    ]
    assert details["totals"] == {"lines": 3, "differing": 2, "up": "50.0000", "down": "-200.0000"}
    assert list(lines_of(manager, count, only_differences="true")) == [less, more]
    with shop.inside():
        document = db.session.get_one(StockAdjustment, details["adjustment_id"])
        assert document.reason.value == "count"
        moved = db.session.execute(
            select(InventoryMovement.product_id, InventoryMovement.quantity, InventoryMovement.value).where(
                InventoryMovement.origin_kind == "stock_adjustment",
                InventoryMovement.origin_id == document.id,
            )
        ).all()
        assert sorted(map(tuple, moved)) == sorted([(less, -2, -200), (more, 1, 50)])
    again = manager.post(f"/api/counts/{count}/post")
    assert (again.status_code, again.json["code"]) == (409, "count_not_open")
    assert level(shop, less) == (8, 800)
    assert books() == []


def test_lines_come_in_pages(shop: Shop, manager: Api, begin: Begin, enter: Enter) -> None:
    count = begin(is_blind=False)
    products = [shop.product(stock="10", cost="100") for _number in range(5)]
    for place, product in enumerate(products):
        enter(count, product, str(10 - place % 3))
    seen, cursor = [], None
    while True:
        answer = manager.get(f"/api/counts/{count}", query_string={"limit": 2, "cursor": cursor or ""}).json
        seen += [(line["product_id"], line["value"]) for line in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert [product for product, _value in seen] == [products[place] for place in (2, 1, 4, 0, 3)]
    assert manager.get(f"/api/counts/{count}", query_string={"cursor": "x"}).status_code == 422


def test_what_nobody_counted_is_not_there(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    milk, bread = stocked(shop, "10", "100", "Sut"), stocked(shop, "4", "50", "Non")
    count = begin(covers_uncounted=True)
    enter(count, milk, "10")
    assert manager.post(f"/api/counts/{count}/finish").status_code == 200
    # Sold after the count was finished: it was there after all, and this much of it is not missing.
    move(shop, bread, "-1")
    assert lines_of(manager, count) == {
        milk: ("10.000", "10.000", "0.000"),
        bread: ("0.000", "4.000", "-4.000"),
    }
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk)[0] == 10
    assert level(shop, bread)[0] == -1
    assert books() == []


def test_uncounted_goods_stay_unless_the_count_covers_them(
    shop: Shop, manager: Api, begin: Begin, enter: Enter
) -> None:
    milk, bread = shop.product(stock="10"), shop.product(stock="4")
    count = begin()
    enter(count, milk, "9")
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert (level(shop, milk)[0], level(shop, bread)[0]) == (9, 4)


def test_an_empty_count_changes_nothing(shop: Shop, manager: Api, begin: Begin) -> None:
    milk, count = shop.product(stock="10"), begin()
    assert manager.post(f"/api/counts/{count}/post").json["status"] == "posted"
    assert level(shop, milk)[0] == 10
    assert manager.get(f"/api/counts/{count}").json["adjustment_id"] is None


@contextmanager
def statements() -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "SAVEPOINT" not in statement:
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_posting_takes_as_many_statements_for_many_lines(shop: Shop, begin: Begin) -> None:
    def posted(lines: int) -> int:
        products = [shop.product(stock="10") for _number in range(lines)]
        count = begin()
        with shop.inside("manager"):
            db.session.add_all(
                StockCountEntry(
                    count_id=count, product_id=product, quantity=Decimal(9), counted_at=ago(minutes=5)
                )
                for product in products
            )
        with shop.inside("manager"):
            actor = shop.actor("manager")
            with statements() as sent:
                operations.post_count(count, actor=actor)
            return len(sent)

    few, many = posted(2), posted(60)
    assert few == many
    assert many <= 14


def test_a_lot_that_has_expired_is_counted_off_too(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    from smartpos.stock.operations import Lot

    milk = shop.product("Sut", stock=None, track_batches=True)
    with shop.inside("warehouse"):
        post_movements(
            [
                Movement(
                    milk, Decimal(5), Decimal(100), lot=Lot("A-1", (utc_now() - timedelta(days=9)).date())
                )
            ],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            allow_expired=True,
            actor=shop.actor("warehouse"),
        )
        product = db.session.get_one(Product, milk)
        assert product.track_batches
    count = begin()
    enter(count, milk, "2", ago(minutes=0))
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert level(shop, milk)[0] == 2
    assert books() == []


def test_what_came_in_during_the_count_is_not_missing(
    shop: Shop, manager: Api, begin: Begin, enter: Enter, books: Books
) -> None:
    milk, bread, salt = (stocked(shop, "4") for _product in range(3))
    count = begin(covers_uncounted=True)
    enter(count, milk, "4")
    move(shop, bread, "6", ago(minutes=20))
    assert lines_of(manager, count) == {
        milk: ("4.000", "4.000", "0.000"),
        salt: ("0.000", "4.000", "-4.000"),
    }
    assert manager.post(f"/api/counts/{count}/post").status_code == 200
    assert [level(shop, one)[0] for one in (milk, bread, salt)] == [4, 10, 0]
    assert books() == []


def test_what_moved_while_it_was_counted_is_unsure(
    shop: Shop, manager: Api, begin: Begin, enter: Enter
) -> None:
    milk, bread = stocked(shop, "10"), stocked(shop, "10")
    count = begin()
    for product in (milk, bread):
        enter(count, product, "6", ago(minutes=40))
        enter(count, product, "4", ago(minutes=20))
    move(shop, milk, "-1", ago(minutes=30))
    move(shop, bread, "-1", ago(minutes=10))
    for _state in ("open", "posted"):  # a posted count tells it still
        items = manager.get(f"/api/counts/{count}").json["items"]
        assert {one["product_id"]: (one["difference"], one["unsure"]) for one in items} == {
            milk: ("1.000", True),
            bread: ("0.000", False),
        }
        manager.post(f"/api/counts/{count}/post")


def test_a_blind_count_does_not_tell_what_nobody_counted(
    shop: Shop, storekeeper: Api, manager: Api, begin: Begin, enter: Enter
) -> None:
    milk, bread = stocked(shop, "10"), stocked(shop, "10")
    count = begin(covers_uncounted=True)
    enter(count, milk, "9")
    for _state in ("open", "posted"):
        shown = storekeeper.get(f"/api/counts/{count}").json
        assert [one["product_id"] for one in shown["items"]] == [milk]
        assert shown["totals"] == {"lines": 1}
        assert "unsure" not in shown["items"][0]
        assert {one["product_id"] for one in manager.get(f"/api/counts/{count}").json["items"]} == {
            milk,
            bread,
        }
        manager.post(f"/api/counts/{count}/post")
