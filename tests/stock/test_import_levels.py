"""Levels from a spreadsheet: by branch and product, again without changing anything, and back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.models import ImportStatus
from smartpos.identity.models import Branch
from smartpos.stock.models import BranchStock
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from tests.cast import Shop, ean13
from tests.catalog.sheets import Importing, book, wrong

HEADERS = ("Filial", "Артикул", "Штрих код", "Минимум", "Точка заказа", "Max")


@pytest.fixture
def importing(shop: Shop, client_of: Callable[..., Any]) -> Importing:
    return Importing(shop, client_of("manager"), "manager", "stock_levels")


@pytest.fixture
def places(shop: Shop) -> tuple[str, str]:
    with shop.inside():
        ids = (shop.branch_id, shop.warehouse_id)
        return tuple(db.session.get_one(Branch, number).name for number in ids)  # type: ignore[return-value]


def levels(shop: Shop) -> dict[tuple[int, int], tuple[Any, ...]]:
    with shop.inside():
        rows = db.session.scalars(select(BranchStock))
        return {
            (row.branch_id, row.product_id): (row.min_quantity, row.reorder_point, row.max_quantity)
            for row in rows
        }


def test_levels_come_in_once_and_go_back(shop: Shop, importing: Importing, places: tuple[str, str]) -> None:
    tea = shop.product("Choy", sku="A-1")
    milk = shop.product("Sut", sku="A-2", barcode=ean13(701), stock=None)
    with shop.inside("owner"):
        wanted = WantedLevels(tea, Decimal(1), Decimal(2), Decimal(3))
        set_levels_of_branch(shop.branch_id, [wanted], actor=shop.actor())
    file = book(
        HEADERS,
        (places[0], "A-1", None, "2,5", None, 30),
        (places[1], "A-1", None, None, 7, None),
        (places[0], None, ean13(701), 4, 8, 12),
    )
    found = importing.check(file)
    assert (found.summary["new"], found.summary["changed"], found.summary["same"]) == (2, 1, 0)
    run = importing.bring(file)
    assert run.status is ImportStatus.DONE, run.message
    assert levels(shop) == {
        (shop.branch_id, tea): (Decimal("2.5"), 2, 30),
        (shop.warehouse_id, tea): (0, 7, None),
        (shop.branch_id, milk): (4, 8, 12),
    }
    again = importing.check(file)
    assert (again.summary["new"], again.summary["changed"], again.summary["same"]) == (0, 0, 3)
    importing.run_id = run.id
    assert importing.undo().status is ImportStatus.UNDONE
    assert set(levels(shop).values()) == {(1, 2, 3), (0, None, None)}


def test_what_was_set_since_is_not_taken_back(
    shop: Shop, importing: Importing, places: tuple[str, str]
) -> None:
    tea = shop.product("Choy", sku="A-1")
    importing.bring(book(HEADERS[:4], (places[0], "A-1", None, 5)))
    with shop.inside("owner"):
        set_levels_of_branch(shop.branch_id, [WantedLevels(tea, Decimal(6))], actor=shop.actor())
    run = importing.undo()
    assert run.status is ImportStatus.DONE and "Choy" in run.message
    assert levels(shop)[shop.branch_id, tea] == (6, None, None)


def test_what_cannot_be_is_marked(shop: Shop, importing: Importing, places: tuple[str, str]) -> None:
    shop.product("Choy", sku="A-1")
    shop.product("Yetkazish", sku="A-3", stock=None, track_inventory=False)
    shop.product("Sut", sku="A-4")
    run = importing.check(
        book(
            HEADERS,
            ("Oy", "A-1", None, 1, None, None),
            (places[0], "A-9", None, 1, None, None),
            (places[0], "A-3", None, 1, None, None),
            (places[0], "A-1", None, "-1", None, None),
            (places[0], "A-1", None, "ko'p", None, None),
            (places[0], "A-1", None, 9, None, 5),
            (places[0], "A-4", None, 1, None, None),
            (places[0], "A-4", None, 2, None, None),
        )
    )
    assert {row for row, _column in wrong(run)} == {2, 3, 4, 5, 6, 7, 9}
    assert set(levels(shop).values()) == {(0, None, None)}
