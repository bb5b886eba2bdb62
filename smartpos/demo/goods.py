"""The catalogue of a demo tenant as rows: categories, products with barcodes, and wholesale prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from smartpos.catalog.models import (
    Category,
    Price,
    Product,
    ProductBarcode,
    ProductType,
    Unit,
    VatCode,
)
from smartpos.catalog.operations import create_price_type, rebuild_search
from smartpos.catalog.operations.indexing import search_key
from smartpos.core.db import db
from smartpos.demo.catalogue import DemoProduct, category_paths
from smartpos.identity.actors import Actor

WHOLESALE = "Ulgurji"


@dataclass(frozen=True, slots=True)
class Goods:
    """Ids of the products and names of their units, in the order of the list."""

    products: list[int]
    units: list[str]


def write_goods(products: Sequence[DemoProduct], *, actor: Actor) -> Goods:
    """Add the products to the tenant in force, whose starter has laid the units."""
    units = dict(db.session.execute(select(Unit.name, Unit.id)).all())
    categories = _categories(products)
    rows = [_product(product, units, categories) for product in products]
    db.session.add_all(rows)
    db.session.flush()
    _wholesale_prices(products, rows, actor)
    rebuild_search([row.id for row in rows])
    return Goods([row.id for row in rows], [product.unit for product in products])


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
        unit_id=units[product.unit],
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
                barcode=product.pack_barcode,
                multiplier=Decimal(product.pack_quantity or 1),
                title=product.pack_title,
            )
        )
    return row


def _wholesale_prices(products: Sequence[DemoProduct], rows: Sequence[Product], actor: Actor) -> None:
    price_type = create_price_type(name=WHOLESALE, actor=actor)
    db.session.add_all(
        Price(product_id=row.id, price_type_id=price_type.id, price=product.wholesale_price)
        for product, row in zip(products, rows, strict=True)
        if product.is_sold and product.is_stocked
    )
    db.session.flush()
