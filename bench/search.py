"""Product search over 50,000 products: in the database under row-level security, against a plain barcode lookup.

Both run in the same session, through the same mapper, so that the ratio tells what finding by words costs beyond
finding by code. The catalogue is the demo's, varied; one run at 1,000 products shows whether the time stays flat.
"""

import random
import shutil
import statistics
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from cryptography.fernet import Fernet
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event, insert, select, text

from bench.figures import Figure, median_ms
from smartpos.catalog.models import Category, Product, ProductBarcode, Unit
from smartpos.catalog.operations import rebuild_search
from smartpos.catalog.operations.indexing import search_key
from smartpos.catalog.queries import products_by_code, search_products
from smartpos.catalog.queries.listing import FIRST_MOMENT, Place, changed_products
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.demo.catalogue import read_products
from smartpos.embedded import start_postgres
from smartpos.factory import create_app
from smartpos.identity.operations import create_organization

FEW, MANY = 1_000, 50_000
QUERIES = (
    *("sut", "koka kola", "шоколад alpen gold", "ichimliklar", "guruch lazer 1 kg", "choy axmad", "shokolat"),
    *("ghjlern", "молоко", "kir yuvish kukuni", "s", "sut 1 l"),
)
VARIANTS = ("mini", "katta", "Lux", "Extra", "Oltin", "Bahor", "Нова", "Classic", "Zo'r", "Premium")


def measure() -> list[Figure]:
    """Milliseconds of a search, and of the steps around it."""
    folder = Path(tempfile.mkdtemp(prefix="smartpos-search-"))
    folder.chmod(0o755)
    postgres = start_postgres(folder, durable=False)
    try:
        app = create_app(
            {
                "SQLALCHEMY_DATABASE_URI": postgres.url(),
                "REDIS_URL": "redis://127.0.0.1:1",
                "SECRET_KEY": Fernet.generate_key().decode(),
                "ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
                "DATA_FOLDER": folder,
            }
        )
        return _figures(app)
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _figures(app: Flask) -> list[Figure]:
    with app.app_context():
        upgrade()
        with platform_scope(reason="bench"):
            organization_id = create_organization(name="Bench", domain="bench").id
        db.session.commit()
        catalogue = Catalogue(organization_id)
        catalogue.grow(FEW)
        few, _slowest, _lookup = catalogue.search()
        seconds = catalogue.grow(MANY)
        many, slowest, lookup = catalogue.search()
        sync, rows = catalogue.sync()
        db.session.remove()
        db.engine.dispose()
    of = f"{MANY:,} products".replace(",", " ")
    return [
        Figure(
            f"Search, {of}, median of {len(QUERIES)} queries",
            many,
            "ms",
            lookup,
            "a barcode lookup",
            "< 25 ms",
        ),
        Figure(f"Search, {of}, the slowest of them", slowest, "ms", lookup, "a barcode lookup", "< 25 ms"),
        Figure(f"Search, {of}, median", many, "ms", few, f"{FEW} products", "flat"),
        Figure(f"Indexing {of} for search", seconds, "s"),
        Figure(f"First sync of a till, {of}", sync, "s", rows, "the bare rows"),
    ]


class Catalogue:
    """A tenant's products, growing."""

    def __init__(self, organization_id: int) -> None:
        self.organization_id = organization_id
        self.size = 0
        self.random = random.Random(7)
        self.demo = read_products()

    def grow(self, size: int) -> float:
        """Add products up to ``size``; gives the seconds that indexing all of them took."""
        with tenant_scope(self.organization_id):
            unit = db.session.scalars(select(Unit.id).limit(1)).one()
            category = self._categories()
            rows = [self._row(number, unit, category) for number in range(self.size, size)]
            tenant = {"organization_id": self.organization_id}
            ids = db.session.scalars(
                insert(Product).returning(Product.id), [tenant | row for row in rows]
            ).all()
            codes = [tenant | {"product_id": number, "barcode": f"B{number}"} for number in ids]
            db.session.execute(insert(ProductBarcode), codes)
            begun = perf_counter()
            rebuild_search(ids)
            seconds = perf_counter() - begun
            db.session.commit()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
            owner.execute(text("VACUUM ANALYZE"))
        self.size = size
        return seconds

    def _categories(self) -> dict[str, int]:
        there = dict(db.session.execute(select(Category.name, Category.id)).all())
        for name in {product.category[-1] for product in self.demo} - there.keys():
            category = Category(name=name)
            db.session.add(category)
            db.session.flush()
            there[name] = category.id
        return there

    def _row(self, number: int, unit: int, categories: dict[str, int]) -> dict[str, Any]:
        product = self.demo[number % len(self.demo)]
        words = (
            [] if number < len(self.demo) else [self.random.choice(VARIANTS), str(number // len(self.demo))]
        )
        name = " ".join([product.name, *words])
        return {
            "name": name,
            "search_key": search_key(name),
            "sku": f"S{number}",
            "unit_id": unit,
            "category_id": categories[product.category[-1]],
            "brand": product.brand,
            "price": product.price,
        }

    def search(self) -> tuple[float, float, float]:
        """Milliseconds in the database of the median and of the slowest query, and of a barcode lookup."""
        with tenant_scope(self.organization_id):
            code = db.session.scalars(select(ProductBarcode.barcode).limit(1)).one()
            times = [_in_database(lambda query=query: search_products(query)) for query in QUERIES]
            lookup = _in_database(lambda: products_by_code(code))
            db.session.rollback()
        return statistics.median(times), max(times), lookup

    def sync(self) -> tuple[float, float]:
        """Seconds for all pages of a first sync, and for fetching the same rows bare."""
        with tenant_scope(self.organization_id):
            place = Place(None, "UZ", utc_now())
            begun = perf_counter()
            cursor, count = None, 0
            while True:
                page = changed_products(place, since=FIRST_MOMENT, limit=1000, cursor=cursor)
                cursor, count = page.next_cursor, count + len(page.items)
                if cursor is None:
                    break
            seconds = perf_counter() - begun
            assert count == self.size
            bare = median_ms(
                lambda: db.session.connection().exec_driver_sql("SELECT * FROM products").all(),
                times=3,
                warm=1,
            )
            db.session.rollback()
        return seconds, bare / 1000


def _in_database(work: Any) -> float:
    """The median milliseconds that the statements of ``work`` take."""
    spent: list[float] = []
    begun: list[float] = []

    def before(*_facts: Any) -> None:
        begun.append(perf_counter())

    def after(*_facts: Any) -> None:
        spent[-1] += perf_counter() - begun.pop()

    event.listen(db.engine, "before_cursor_execute", before)
    event.listen(db.engine, "after_cursor_execute", after)
    try:
        for _run in range(15):
            spent.append(0.0)
            work()
    finally:
        event.remove(db.engine, "before_cursor_execute", before)
        event.remove(db.engine, "after_cursor_execute", after)
    return statistics.median(spent[3:]) * 1000
