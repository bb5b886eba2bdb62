"""The catalogue of a demo tenant as rows: units, categories, products with barcodes, and wholesale prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from smartpos.catalog.models import (
    Category,
    Price,
    PriceType,
    Product,
    ProductBarcode,
    ProductType,
    Unit,
    VatCode,
)
from smartpos.catalog.operations.indexing import rebuild_search, search_key
from smartpos.core.db import db
from smartpos.demo.catalogue import DemoProduct, category_paths

UNITS = {"dona": ("dona", 0), "kg": ("kilogramm", 3), "l": ("litr", 3), "quti": ("quti", 0), "blok": ("blok", 0),
         "qop": ("qop", 0), "xizmat": ("xizmat", 0)}  # fmt: skip
NAMES_OF_UNITS = {"litr": "l"}
WHOLESALE = "Ulgurji"


@dataclass(frozen=True, slots=True)
class Goods:
    """Ids of the products and names of their units, in the order of the list."""

    products: list[int]
    units: list[str]


def write_goods(products: Sequence[DemoProduct]) -> Goods:
    """Add the products to the tenant in force."""
    units = _units(products)
    categories = _categories(products)
    rows = [_product(product, units, categories) for product in products]
    db.session.add_all(rows)
    db.session.flush()
    _wholesale_prices(products, rows)
    rebuild_search([row.id for row in rows])
    return Goods([row.id for row in rows], [_unit_name(product) for product in products])


def _unit_name(product: DemoProduct) -> str:
    return NAMES_OF_UNITS.get(product.unit, product.unit)


def _units(products: Sequence[DemoProduct]) -> dict[str, int]:
    """Units by name; a new tenant has the common ones already."""
    rows = {row.name: row for row in db.session.scalars(select(Unit))}
    for name in dict.fromkeys(map(_unit_name, products)):
        if name not in rows:
            title, digits = UNITS[name]
            rows[name] = Unit(name=name, title=title, digits=digits)
            db.session.add(rows[name])
    db.session.flush()
    return {name: row.id for name, row in rows.items()}


def _categories(products: Sequence[DemoProduct]) -> dict[tuple[str, ...], int]:
    ids: dict[tuple[str, ...], int] = {}
    for place, path in enumerate(category_paths(products)):
        category = Category(name=path[-1], parent_id=ids.get(path[:-1]), sort_order=place)
        db.session.add(category)
        db.session.flush()
        ids[path] = category.id
    return ids


def _product(product: DemoProduct, units: dict[str, int], categories: dict[tuple[str, ...], int]) -> Product:
    row = Product(
        name=product.name,
        sku=product.sku,
        type=ProductType(product.type),
        category_id=categories[product.category],
        unit_id=units[_unit_name(product)],
        price=product.price,
        cost_price=product.cost,
        vat_code=VatCode(product.vat_code),
        mxik_code=product.mxik,
        package_code=product.package_code,
        cash_allowed=product.cash_allowed,
        track_inventory=product.is_stocked,
        requires_production=product.type == "manufactured",
        brand=product.brand,
        search_key=search_key(product.name),
    )
    if product.barcode is not None:
        row.barcodes.append(ProductBarcode(barcode=product.barcode, multiplier=Decimal(1)))
    if product.pack_barcode is not None:
        row.barcodes.append(
            ProductBarcode(
                barcode=product.pack_barcode, multiplier=Decimal(product.pack_quantity or 1), title="blok"
            )
        )
    return row


def _wholesale_prices(products: Sequence[DemoProduct], rows: Sequence[Product]) -> None:
    price_type = PriceType(name=WHOLESALE)
    db.session.add(price_type)
    db.session.flush()
    db.session.add_all(
        Price(product_id=row.id, price_type_id=price_type.id, price=product.wholesale_price)
        for product, row in zip(products, rows, strict=True)
        if product.is_sold and product.is_stocked
    )
    db.session.flush()
