"""Prices from spreadsheets: the usual price, other types, branches and periods; again and back."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.catalog.models import Price, Product
from smartpos.catalog.operations import create_price_type
from smartpos.core.db import db
from smartpos.core.models import ImportStatus
from tests.cast import Shop, ean13
from tests.catalog.sheets import Importing, book, wrong

HEADERS = ("Артикул", "Штрихкод", "Тип цены", "Цена", "Филиал", "Действует с", "Действует до")


@pytest.fixture
def importing(shop: Shop, client_of: Callable[..., Any]) -> Importing:
    with shop.inside("owner"):
        create_price_type(name="Ulgurji", actor=shop.actor())
    return Importing(shop, client_of("manager"), "manager", "prices")


@pytest.fixture
def tea(shop: Shop) -> int:
    return shop.product("Choy", sku="A-1", barcode=ean13(801), price="5000", stock=None)


def branch_name(shop: Shop) -> str:
    from smartpos.identity.models import Branch

    with shop.inside():
        return db.session.get_one(Branch, shop.branch_id).name


def prices(shop: Shop) -> list[Price]:
    with shop.inside():
        found = list(db.session.scalars(select(Price).order_by(Price.id)))
        db.session.expunge_all()
        return found


def own_price(shop: Shop, product_id: int) -> Decimal:
    with shop.inside():
        return db.session.get_one(Product, product_id).price


def test_prices_of_every_kind_and_back(shop: Shop, importing: Importing, tea: int) -> None:
    file = book(
        HEADERS,
        ("A-1", None, None, "5 500", None, None, None),
        (None, ean13(801), "ulgurji", 5200, None, None, None),
        ("A-1", None, None, 4900, branch_name(shop), "01.12.2026", "2026-12-31"),
    )
    run = importing.bring(file)
    assert run.status is ImportStatus.DONE, run.message
    assert (run.summary["new"], run.summary["changed"]) == (2, 1)
    assert own_price(shop, tea) == 5500
    wholesale, december = prices(shop)
    assert (wholesale.price, wholesale.branch_id, wholesale.valid_from) == (Decimal(5200), None, None)
    assert december.branch_id == shop.branch_id
    # Days begin at midnight in Tashkent.
    assert december.valid_from == datetime(2026, 11, 30, 19, tzinfo=UTC)
    assert december.valid_to == datetime(2026, 12, 31, 19, tzinfo=UTC)
    again = importing.check(file)
    assert (again.summary["new"], again.summary["changed"], again.summary["same"]) == (0, 0, 3)
    importing.run_id = run.id
    assert importing.undo().status is ImportStatus.UNDONE
    assert own_price(shop, tea) == 5000 and prices(shop) == []


def test_a_special_price_is_replaced_and_put_back(shop: Shop, importing: Importing, tea: int) -> None:
    importing.bring(book(HEADERS, ("A-1", None, "Ulgurji", 5200, None, None, None)))
    importing.bring(book(HEADERS, ("A-1", None, "Ulgurji", 5100, None, None, None)))
    assert [row.price for row in prices(shop)] == [Decimal(5100)]
    assert importing.undo().status is ImportStatus.UNDONE
    assert [row.price for row in prices(shop)] == [Decimal(5200)]


def test_what_cannot_be_is_marked(shop: Shop, stranger: Shop, importing: Importing, tea: int) -> None:
    stranger.product("Begona", sku="B-1", stock=None)
    run = importing.check(
        book(
            HEADERS,
            ("B-1", None, None, 1, None, None, None),
            ("A-1", None, "Nomaʼlum", 1, None, None, None),
            ("A-1", None, None, None, None, None, None),
            ("A-1", None, None, 1, "Oy", None, None),
            ("A-1", None, None, 1, None, "31.12.2026", "01.12.2026"),
            ("A-1", None, None, 1, None, "tez orada", None),
            (None, None, None, 1, None, None, None),
            ("A-1", None, None, 7, None, None, None),
            ("A-1", None, None, 8, None, None, None),
        )
    )
    marked = {(2, "A"), (3, "C"), (4, "D"), (5, "E"), (6, "G"), (7, "F"), (8, "A"), (10, "D")}
    assert set(wrong(run)) == marked
    assert own_price(shop, tea) == 5000


def test_the_price_column_is_needed(importing: Importing, tea: int) -> None:
    importing.upload(book(("Артикул", "Тип цены"), ("A-1", "Ulgurji")))
    assert importing.post("columns", **{"column-0": "sku", "column-1": "price_type"}).status_code == 422
