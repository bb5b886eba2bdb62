"""Opening stock from a spreadsheet: by branch and lot, again without moving anything, and back while it is there."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.models import ImportStatus
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Branch
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import AdjustmentReason, Batch, BatchStock, BranchStock
from smartpos.stock.operations import AdjustmentLine, adjust_stock
from tests.cast import Shop, ean13
from tests.catalog.sheets import Importing, book, wrong

HEADERS = ("Склад", "Артикул", "Штрих код", "Остаток", "Себестоимость", "Партия", "Срок годности")


@pytest.fixture
def importing(shop: Shop, client_of: Callable[..., Any]) -> Importing:
    return Importing(shop, client_of("manager"), "manager", "opening_stock")


@pytest.fixture
def place(shop: Shop) -> str:
    with shop.inside():
        return db.session.get_one(Branch, shop.branch_id).name


def levels(shop: Shop) -> dict[int, tuple[Decimal, Decimal]]:
    with shop.inside():
        rows = db.session.scalars(select(BranchStock).where(BranchStock.quantity != 0))
        return {row.product_id: (row.quantity, row.value) for row in rows}


def books_agree(shop: Shop) -> None:
    with shop.app.app_context(), platform_scope(reason="a test asks for the books"):
        assert verify_books() == []


def test_it_opens_the_books_once(shop: Shop, importing: Importing, place: str) -> None:
    tea = shop.product("Choy", sku="A-1", stock=None, cost="100")
    milk = shop.product("Sut", sku="A-2", barcode=ean13(701), stock=None, track_batches=True)
    file = book(
        HEADERS,
        (place, "A-1", None, "10,5", None, None, None),
        (place, None, ean13(701), 6, 900, "L-1", "30.06.2027"),
        (place, "A-2", None, 4, 1000, "L-2", date(2027, 7, 31).strftime("%d.%m.%Y")),
    )
    run = importing.bring(file)
    assert run.status is ImportStatus.DONE, run.message
    assert levels(shop) == {
        tea: (Decimal("10.500"), Decimal("1050.0000")),
        milk: (Decimal(10), Decimal("9400.0000")),
    }
    with shop.inside():
        lots = {row.batch_number: row for row in db.session.scalars(select(Batch))}
        assert lots["L-1"].expiration_date == date(2027, 6, 30)
    again = importing.check(file)
    assert (again.summary["new"], again.summary["changed"], again.summary["same"]) == (0, 0, 3)
    importing.run_id = run.id
    assert importing.undo().status is ImportStatus.UNDONE
    assert levels(shop) == {}
    with shop.inside():
        assert {row.quantity for row in db.session.scalars(select(BatchStock))} == {Decimal(0)}
    books_agree(shop)
    assert importing.bring(file).status is ImportStatus.DONE
    assert levels(shop)[milk] == (Decimal(10), Decimal("9400.0000"))
    books_agree(shop)


def test_more_is_added_and_less_is_refused(shop: Shop, importing: Importing, place: str) -> None:
    tea = shop.product("Choy", sku="A-1", stock="5", cost="100")
    importing.bring(book(HEADERS[:4], (place, "A-1", None, 8)))
    assert levels(shop)[tea][0] == 8
    assert wrong(importing.check(book(HEADERS[:4], (place, "A-1", None, 3)))) == [(2, "D")]


def test_it_is_not_taken_back_when_the_goods_are_gone(shop: Shop, importing: Importing, place: str) -> None:
    tea = shop.product("Choy", sku="A-1", stock=None)
    importing.bring(book(HEADERS[:4], (place, "A-1", None, 8)))
    with shop.inside("owner"):
        adjust_stock(
            shop.branch_id,
            [AdjustmentLine(tea, Decimal(-3))],
            reason=AdjustmentReason.DAMAGE,
            actor=shop.actor(),
        )
    run = importing.undo()
    assert run.status is ImportStatus.DONE and "Choy" in run.message
    assert levels(shop)[tea][0] == 5
    books_agree(shop)


def test_what_cannot_be_is_marked(shop: Shop, importing: Importing, place: str) -> None:
    shop.product("Choy", sku="A-1", stock=None)
    shop.product("Sut", sku="A-2", stock=None, track_batches=True)
    shop.product("Yetkazish", sku="A-3", stock=None, track_inventory=False)
    run = importing.check(
        book(
            HEADERS,
            ("Oy", "A-1", None, 1, None, None, None),
            (place, "A-9", None, 1, None, None, None),
            (place, "A-3", None, 1, None, None, None),
            (place, "A-1", None, 1, None, "L-1", None),
            (place, "A-1", None, "-1", None, None, None),
            (place, "A-2", None, 1, None, "L-1", "01.02.2027"),
            (place, "A-2", None, 1, None, "L-1", "01.02.2027"),
            (place, "A-2", None, 1, None, None, "01.02.2027"),
            (place, "A-1", None, None, None, None, None),
        )
    )
    assert set(wrong(run)) == {
        *((2, "A"), (3, "B"), (4, "D"), (5, "F"), (6, "D"), (8, "D"), (9, "G"), (10, "D")),
    }
    assert levels(shop) == {}
