"""Fifty thousand products from an Excel file: checked and written by the worker, and looked at once more.

The time is that of the jobs alone, on PostgreSQL with its usual durability, and counts reading the file. The baseline
is what PostgreSQL needs to take the same rows by COPY into tables of the same shape without indexes and triggers.
"""

import io
import random
from time import perf_counter
from typing import Any

import xlsxwriter
from sqlalchemy import func, select, text

from bench.figures import Figure
from bench.shop import new_shop
from smartpos.catalog.models import Product
from smartpos.catalog.operations.barcodes import check_digit
from smartpos.core import imports as engine
from smartpos.core.db import db
from smartpos.core.models import ImportRun, ImportStatus
from smartpos.core.tenancy import tenant_scope
from smartpos.demo.catalogue import read_products
from smartpos.identity.queries import system_actor

ROWS = 50_000
HEADERS = (
    "Kodi",
    "Nomi",
    "Shtrix kod",
    "Kategoriya",
    "Birlik",
    "Narxi",
    "Tannarxi",
    "QQS",
    "Brend",
    "Tavsif",
)


def measure() -> list[Figure]:
    """Seconds for the first import and for the second, which changes nothing."""
    with new_shop() as (app, organization_id):
        content = _file()
        with app.app_context(), tenant_scope(organization_id):
            db.session.execute(text("ANALYZE"))
            raw = _raw_copy()
            first = _import(organization_id, content)
            assert db.session.scalar(select(func.count()).select_from(Product)) == ROWS
            second = _import(organization_id, content)
    rows = f"{ROWS:,} products".replace(",", " ")
    return [
        Figure(f"Checking a spreadsheet of {rows}", first[0], "s"),
        Figure(f"Importing {rows} from Excel", first[1], "s", raw, "COPY into bare tables", "30 s"),
        Figure("Checking the same spreadsheet again", second[0], "s", first[0], "the first time"),
    ]


def _import(organization_id: int, content: bytes) -> tuple[float, float]:
    """Check and write; how long each took. Nothing is written when there is nothing to change."""
    actor = system_actor(organization_id)
    importer = engine.find_importer("products")
    assert importer is not None
    run = engine.start_import(importer, content, original_name="mahsulotlar.xlsx", locale="uz", actor=actor)
    chosen = {int(place): name for place, name in run.columns.items()}
    assert len(chosen) == len(HEADERS), run.columns
    engine.choose_columns(run, importer, chosen, actor=actor)
    run_id = run.id
    db.session.commit()
    begun = perf_counter()
    engine.check_import(run_id, actor=actor)
    db.session.commit()
    checked = perf_counter()
    run = db.session.scalars(select(ImportRun).where(ImportRun.id == run_id)).one()
    assert run.status is ImportStatus.CHECKED, run.message
    assert not run.rows_wrong, run.problems[:3]
    if not run.summary["new"]:
        assert run.summary["same"] == ROWS
        return checked - begun, 0.0
    engine.confirm_import(run, actor=actor)
    db.session.commit()
    asked = perf_counter()
    engine.execute_import(run_id, actor=actor)
    db.session.commit()
    written = perf_counter()
    run = db.session.scalars(select(ImportRun).where(ImportRun.id == run_id)).one()
    assert run.status is ImportStatus.DONE, run.message
    return checked - begun, written - asked


def _file() -> bytes:
    """An Excel file like a wholesaler's price list: the demo's goods, varied."""
    choose = random.Random(7)
    goods = read_products()
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADERS)
    for number in range(1, ROWS + 1):
        like = choose.choice(goods)
        body = f"478{number:09d}"
        sheet.write_row(
            number,
            0,
            (
                f"B-{number}",
                f"{like.name} {number}",
                body + check_digit(body),
                f"{choose.choice(('Oziq-ovqat', 'Xoʻjalik', 'Ichimliklar'))} > Boʻlim {number % 60}",
                "dona",
                f"{choose.randrange(10, 900)} 500,50",
                choose.randrange(1000, 9000),
                "12%",
                choose.choice(("Bahor", "Navruz", "Oltin")),
                "Namuna",
            ),
        )
    book.close()
    return target.getvalue()


def _raw_copy() -> float:
    """The same amount of rows by COPY, products and barcodes, into bare tables."""
    driver: Any = db.session.connection().connection.driver_connection
    begun = perf_counter()
    with driver.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for table in ("products", "product_barcodes"):
            cursor.execute(
                f"CREATE TEMPORARY TABLE bare_{table} (id bigint, name text, price numeric, moment timestamptz)"
            )
            with cursor.copy(f"COPY bare_{table} FROM STDIN") as copy:
                for number in range(ROWS):
                    copy.write_row((number, f"Mahsulot {number}", "24500.50", "2026-01-01T00:00:00Z"))
    seconds = perf_counter() - begun
    db.session.rollback()
    return seconds
