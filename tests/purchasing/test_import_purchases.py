"""Suppliers' invoices from a spreadsheet: drafts, once each, and back while they are drafts."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from smartpos.core.db import db
from smartpos.core.models import ImportStatus
from smartpos.crm.operations.suppliers import create_supplier
from smartpos.identity.models import Branch
from smartpos.purchasing.imports import purchases
from smartpos.purchasing.models import Purchase, PurchaseStatus
from smartpos.purchasing.operations.drafting import edit_purchase, order_purchase
from smartpos.purchasing.operations.facts import PurchaseFacts, PurchaseLine
from smartpos.purchasing.operations.files import add_purchase_file
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


@pytest.fixture
def app_statements() -> Iterator[list[str]]:
    """What is sent to the database."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


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


def test_what_somebody_worked_on_is_not_taken_back(shop: Shop, importing: Importing, place: str) -> None:
    importing.bring(
        book(
            HEADERS[:8],
            ("Bahor", "N-1", None, place, "A-1", None, 1, 900),
            ("Bahor", "N-2", None, place, "A-1", None, 1, 900),
            ("Bahor", "N-3", None, place, "A-1", None, 1, 900),
        )
    )
    with shop.inside("owner"):
        edited, papered, untouched = db.session.scalars(select(Purchase).order_by(Purchase.id)).all()
        line = edited.items[0]
        # The same sums, so that nothing but the lines differs.
        facts = PurchaseFacts(
            edited.branch_id,
            (PurchaseLine(line.quantity, line.price, product_id=line.product_id, batch_number="L-9"),),
            supplier_id=edited.supplier_id,
            document_number=edited.document_number,
            document_date=edited.document_date,
            notes=edited.notes,
        )
        edit_purchase(edited.id, facts, actor=shop.actor())
        add_purchase_file(papered, b"%PDF-1.4\n%%EOF", original_name="n-2.pdf", actor=shop.actor())
        numbers = [edited.number, papered.number, untouched.number]
    run = importing.undo()
    assert run.status is ImportStatus.DONE
    assert run.message is not None
    assert [number in run.message for number in numbers] == [True, True, False]
    assert {row[1] for row in drafts(shop)} == {PurchaseStatus.DRAFT}


def test_numbers_begin_anew_with_the_year(shop: Shop, importing: Importing, place: str) -> None:
    old, new = "30.12.2025", "05.01.2026"
    importing.bring(book(HEADERS[:8], ("Bahor", "N-1", old, place, "A-1", None, 1, 900)))
    both = book(
        HEADERS[:8],
        ("Bahor", "N-1", old, place, "A-1", None, 1, 900),
        ("Bahor", "N-1", new, place, "A-1", None, 2, 950),
        ("Bahor", "N-1", None, place, "A-2", None, 3, 100),
    )
    found = importing.check(both).summary
    assert (found["new"], found["same"]) == (2, 1)
    importing.bring(both)
    assert [row[3] for row in drafts(shop)] == [1, 2]
    assert importing.check(both).summary["same"] == 3


def test_a_file_has_an_end(
    shop: Shop, importing: Importing, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purchases, "MOST_DOCUMENTS", 2)
    rows = [("Bahor", f"N-{number}", None, place, "A-1", None, 1, 900) for number in (1, 2, 3, 1)]
    assert wrong(importing.check(book(HEADERS[:8], *rows))) == [(4, "B")]


def test_importing_drafts_locks_no_products(
    shop: Shop, importing: Importing, place: str, app_statements: list[str]
) -> None:
    importing.bring(book(HEADERS[:8], ("Bahor", "N-1", None, place, "A-1", None, 1, 900)))
    assert any("FROM products" in statement for statement in app_statements)
    assert not [one for one in app_statements if "FROM products" in one and "FOR NO KEY UPDATE" in one]


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
