"""What a purchase needs to know about the products on it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import Product, ProductBarcode, Unit
from smartpos.catalog.queries import vat_rates_on
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.money import ZERO
from smartpos.identity.actors import Actor
from smartpos.purchasing.costing import price_with_vat
from smartpos.stock.queries.goods import is_tracked


@dataclass(frozen=True, slots=True)
class BoughtGoods:
    """A product as a purchase sees it; ``weight`` is kilograms per base unit, ``vat_rate`` per cent on that day."""

    id: int
    name: str
    unit: str
    digits: int
    weight: Decimal | None
    is_tracked: bool
    keeps_lots: bool
    vat_rate: Decimal
    price: Decimal


def bought_goods(
    product_ids: Collection[int], *, country: str, day: date, locked: bool = False
) -> dict[int, BoughtGoods]:
    """The products by id; deleted ones and what does not exist are missing. Two statements.

    ``locked``: nobody changes them until the commit; they are locked in the order of their ids.
    """
    rates = vat_rates_on(country, day)
    query = (
        select(
            Product.id,
            Product.name,
            Unit.name.label("unit"),
            Unit.digits,
            Product.weight,
            Product.type,
            Product.track_inventory,
            Product.track_batches,
            Product.vat_code,
            Product.price,
        )
        .join(Unit, Unit.id == Product.unit_id)
        .where(in_ids(Product.id, sorted(set(product_ids))), Product.deleted_at.is_(None))
    )
    if locked:
        query = query.order_by(Product.id).with_for_update(of=Product, key_share=True)
    return {
        row.id: BoughtGoods(
            row.id,
            row.name,
            row.unit,
            row.digits,
            row.weight,
            is_tracked(row.type, row.track_inventory),
            row.track_batches,
            rates.get(row.vat_code, ZERO),
            row.price,
        )
        for row in db.session.execute(query)
    }


def last_cost_with_vat(cost_price: Decimal, vat_rate: Decimal, actor: Actor) -> Decimal:
    """What a unit cost last, with VAT in it as suppliers' prices are kept: VAT that comes back is no part of a cost."""
    if actor.setting("purchase_vat_recoverable"):
        return price_with_vat(cost_price, vat_rate)
    return cost_price


def pack_sizes(product_ids: Collection[int]) -> dict[int, list[Decimal]]:
    """How many base units the packs of products hold, by their barcodes; products without packs are missing."""
    if not product_ids:
        return {}
    query = (
        select(ProductBarcode.product_id, ProductBarcode.multiplier)
        .where(in_ids(ProductBarcode.product_id, sorted(set(product_ids))), ProductBarcode.multiplier != 1)
        .distinct()
    )
    sizes: dict[int, list[Decimal]] = {}
    for product_id, multiplier in db.session.execute(query):
        sizes.setdefault(product_id, []).append(multiplier)
    return sizes


def barcodes_of(codes: Collection[str]) -> dict[str, tuple[int, Decimal]]:
    """What product each barcode stands for, and how many base units of it."""
    if not codes:
        return {}
    query = (
        select(ProductBarcode.barcode, ProductBarcode.product_id, ProductBarcode.multiplier)
        .join(Product, Product.id == ProductBarcode.product_id)
        .where(
            ProductBarcode.barcode == func.any(literal(sorted(set(codes)), ARRAY(Text))),
            Product.deleted_at.is_(None),
        )
    )
    return {row.barcode: (row.product_id, row.multiplier) for row in db.session.execute(query)}
