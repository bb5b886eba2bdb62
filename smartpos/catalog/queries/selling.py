"""What a sale needs to know about its goods, by one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import (
    Product,
    ProductBarcode,
    ProductStatus,
    ProductType,
    Unit,
    VatCode,
)
from smartpos.catalog.queries.pricing import price_in_force, vat_rate_in_force
from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.core.ready import Ready


@dataclass(frozen=True, slots=True)
class Sellable:
    """A product as a sale sees it. ``price`` is the one in force for one base unit; ``vat_rate`` is per cent.

    Products that are inactive or deleted are given too, with ``is_active`` false: a sale made offline has happened.
    """

    id: int
    name: str
    sku: str
    type: ProductType
    category_id: int | None
    unit_name: str
    unit_digits: int
    price: Decimal
    cost_price: Decimal
    vat_code: VatCode
    vat_rate: Decimal
    vat_included: bool
    cash_allowed: bool
    track_inventory: bool
    is_active: bool
    deleted: bool
    mxik_code: str | None
    package_code: str | None
    track_batches: bool


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a barcode means: ``multiplier`` base units of a product.

    ``price`` is of the whole pack, or None when a pack costs ``multiplier`` times the product's price.
    """

    barcode: str
    product_id: int
    multiplier: Decimal
    price: Decimal | None
    title: str | None


def _statement(*, of_type: bool = False) -> AnySelect:
    scanned = (
        select(
            ProductBarcode.product_id,
            func.jsonb_agg(
                func.jsonb_build_array(
                    ProductBarcode.barcode,
                    ProductBarcode.multiplier.cast(Text),
                    ProductBarcode.price.cast(Text),
                    ProductBarcode.title,
                )
            ).label("codes"),
        )
        .where(ProductBarcode.barcode == func.any(bindparam("codes", type_=ARRAY(Text))))
        .group_by(ProductBarcode.product_id)
        .cte("scanned")
    )
    # One array of ids, because PostgreSQL then always goes through the primary key, whatever its statistics say.
    wanted = func.array_cat(
        bindparam("ids", type_=ARRAY(BigInteger)), func.array(select(scanned.c.product_id).scalar_subquery())
    )
    return (
        select(
            Product.id,
            Product.name,
            Product.sku,
            Product.type,
            Product.category_id,
            Unit.name.label("unit_name"),
            Unit.digits,
            price_in_force(of_type=of_type).label("price"),
            Product.cost_price,
            Product.vat_code,
            vat_rate_in_force().label("vat_rate"),
            Product.vat_included,
            Product.cash_allowed,
            Product.track_inventory,
            Product.status,
            Product.deleted_at,
            Product.mxik_code,
            Product.package_code,
            Product.track_batches,
            scanned.c.codes,
        )
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(scanned, scanned.c.product_id == Product.id)
        .where(Product.id == func.any(wanted))
    )


_SELLABLE = Ready(_statement)
_SELLABLE_OF_TYPE = Ready(partial(_statement, of_type=True))


def sellable_products(
    product_ids: Collection[int],
    barcodes: Collection[str],
    *,
    branch_id: int | None,
    country: str,
    at: datetime,
    price_type_id: int | None = None,
) -> tuple[dict[int, Sellable], dict[str, Scanned]]:
    """Products by id and barcodes by code, with price and VAT in force in ``branch_id`` at ``at``.

    Prices are of the type ``price_type_id``; what has no price of that type, and all of it when none is named, costs
    what it does by the default type. A pack's own price is the same for all types.

    One statement whatever the number of ids and codes. What does not exist is missing from the dictionaries;
    the product of every barcode that is found is among the products.
    """
    if not product_ids and not barcodes:
        return {}, {}
    facts: dict[str, Any] = {
        "ids": list(product_ids),
        "codes": list(barcodes),
        "branch_id": branch_id,
        "country": country,
        "at": at,
    }
    statement = _SELLABLE
    if price_type_id is not None:
        statement = _SELLABLE_OF_TYPE
        facts["price_type_id"] = price_type_id
    products: dict[int, Sellable] = {}
    packs: dict[str, Scanned] = {}
    for row in statement.rows(facts):
        products[row.id] = Sellable(
            id=row.id,
            name=row.name,
            sku=row.sku,
            type=row.type,
            category_id=row.category_id,
            unit_name=row.unit_name,
            unit_digits=row.digits,
            price=row.price,
            cost_price=row.cost_price,
            vat_code=row.vat_code,
            vat_rate=row.vat_rate,
            vat_included=row.vat_included,
            cash_allowed=row.cash_allowed,
            track_inventory=row.track_inventory,
            is_active=row.status is ProductStatus.ACTIVE and row.deleted_at is None,
            deleted=row.deleted_at is not None,
            mxik_code=row.mxik_code,
            package_code=row.package_code,
            track_batches=row.track_batches,
        )
        for barcode, multiplier, price, title in row.codes or ():
            pack_price = None if price is None else Decimal(price)
            packs[barcode] = Scanned(barcode, row.id, Decimal(multiplier), pack_price, title)
    return products, packs


def products_of_codes(codes: Collection[str]) -> dict[str, int]:
    """The products that article numbers or barcodes of single units stand for; a barcode goes first."""
    wanted = list(codes)
    if not wanted:
        return {}
    numbers = select(Product.sku, Product.id).where(Product.sku.in_(wanted), Product.deleted_at.is_(None))
    barcodes = select(ProductBarcode.barcode, ProductBarcode.product_id).where(
        ProductBarcode.barcode.in_(wanted), ProductBarcode.multiplier == 1
    )
    found: dict[str, int] = dict(db.session.execute(numbers).all())
    return found | dict(db.session.execute(barcodes).all())
