"""Suppliers' invoices from a spreadsheet: drafts, once each, and back while they are drafts."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.models import ImportStatus
from smartpos.crm.operations.suppliers import create_supplier
from smartpos.identity.models import Branch
from smartpos.purchasing.models import Purchase, PurchaseStatus
from smartpos.purchasing.operations.drafting import order_purchase
from tests.cast import Shop, ean13
from tests.catalog.sheets import Importing, book, wrong

HEADERS = (
    "Поставщик",
    "Накладная",
    "Дата",
    "Склад",
    "Артикул",
    "Штрихкод",
    "Кол-во",
    "Цена",
    "Партия",
    "Годен до",
)


@pytest.fixture
def importing(shop: Shop, client_of: Callable[..., Any]) -> Importing:
    with shop.inside("owner"):
        create_supplier(name="Bahor", actor=shop.actor())
    shop.product("Choy", sku="A-1", stock=None)
    shop.product("Sut", sku="A-2", barcode=ean13(401), stock=None, track_batches=True)
    return Importing(shop, client_of("manager"), "manager", "purchases")


@pytest.fixture
def place(shop: Shop) -> str:
    with shop.inside():
        return db.session.get_one(Branch, shop.branch_id).name


def drafts(shop: Shop) -> list[tuple[str | None, PurchaseStatus, Decimal, int]]:
    with shop.inside():
        rows = db.session.scalars(select(Purchase).order_by(Purchase.id))
        return [(row.document_number, row.status, row.total_amount, len(row.items)) for row in rows]


def test_rows_of_one_number_are_one_draft(shop: Shop, importing: Importing, place: str) -> None:
    file = book(
        HEADERS,
        ("bahor", "N-1", "20.11.2026", place, "A-1", None, 10, "1 000,50", None, None),
        ("Bahor", "N-1", None, place, None, ean13(401), 5, 2000, "L-1", "31.12.2027"),
        ("Bahor", "N-2", None, place, "A-1", None, 1, 900, None, None),
    )
    run = importing.bring(file)
    assert run.status is ImportStatus.DONE, run.message
    first, second = drafts(shop)
    assert first == ("N-1", PurchaseStatus.DRAFT, Decimal("20005.00"), 2)
    assert second == ("N-2", PurchaseStatus.DRAFT, Decimal("900.00"), 1)
    assert importing.check(file).summary["same"] == 3
    importing.run_id = run.id
    assert importing.undo().status is ImportStatus.UNDONE
    assert {row[1] for row in drafts(shop)} == {PurchaseStatus.CANCELLED}
    assert importing.bring(file).status is ImportStatus.DONE


def test_what_was_ordered_is_not_taken_back(shop: Shop, importing: Importing, place: str) -> None:
    importing.bring(book(HEADERS[:8], ("Bahor", "N-1", None, place, "A-1", None, 1, 900)))
    with shop.inside("owner"):
        order_purchase(db.session.scalars(select(Purchase.id)).one(), actor=shop.actor())
    run = importing.undo()
    assert run.status is ImportStatus.DONE and run.message
    assert [row[1] for row in drafts(shop)] == [PurchaseStatus.ORDERED]


def test_what_cannot_be_is_marked(shop: Shop, importing: Importing, place: str) -> None:
    run = importing.check(
        book(
            HEADERS,
            ("Begona", "N-1", None, place, "A-1", None, 1, 1, None, None),
            ("Bahor", None, None, place, "A-1", None, 1, 1, None, None),
            ("Bahor", "N-1", None, "Oy", "A-1", None, 1, 1, None, None),
            ("Bahor", "N-1", None, place, "A-9", None, 1, 1, None, None),
            ("Bahor", "N-1", None, place, "A-1", None, "1,5", 1, None, None),
            ("Bahor", "N-1", None, place, "A-1", None, 0, None, None, None),
            ("Bahor", "N-1", None, place, "A-2", None, 1, 1, "L-1", "01.01.2020"),
        )
    )
    assert set(wrong(run)) == {(2, "A"), (3, "B"), (4, "D"), (5, "E"), (6, "G"), (7, "G"), (7, "H"), (8, "J")}
    assert drafts(shop) == []
