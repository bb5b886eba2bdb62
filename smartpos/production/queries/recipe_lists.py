"""Lists of recipes, and the products that may go into one."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from smartpos.catalog.models import Product, ProductBarcode, ProductStatus, ProductType, Unit
from smartpos.catalog.queries import search_products
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.identity.actors import Actor
from smartpos.production.models import BillOfMaterials, BomStatus
from smartpos.production.queries.recipe_costs import unit_costs
from smartpos.production.queries.recipe_tree import Named, named
from smartpos.purchasing.queries.goods import barcodes_of

MOST_FOUND = 12
MOST_UNITS = 500
MOST_VERSIONS = 200


def recipes(
    *, product_id: int | None = None, status: BomStatus | None = None, is_default: bool | None = None
) -> AnySelect:
    """Recipes with the names of product and unit, to be paged by ``id``."""
    query = (
        select(BillOfMaterials, Product.name, Product.sku, Unit.name)
        .join(Product, Product.id == BillOfMaterials.product_id)
        .join(Unit, Unit.id == Product.unit_id)
    )
    for column, wanted in (
        (BillOfMaterials.product_id, product_id),
        (BillOfMaterials.status, status),
        (BillOfMaterials.is_default, is_default),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return query


def versions_of(product_id: int) -> list[BillOfMaterials]:
    """The recipes of a product, the newest first."""
    query = select(BillOfMaterials).where(BillOfMaterials.product_id == product_id)
    return list(db.session.scalars(query.order_by(BillOfMaterials.id.desc()).limit(MOST_VERSIONS)))


def all_units() -> list[Unit]:
    """The shop's units, by name."""
    return list(db.session.scalars(select(Unit).order_by(Unit.name, Unit.id).limit(MOST_UNITS)))


@dataclass(frozen=True, slots=True)
class Offered:
    """A product as the editor of recipes offers it. ``unit_cost`` is rolled up where it is made itself."""

    product: Named
    unit_cost: Decimal
    is_made: bool
    may_be_made: bool
    codes: tuple[str, ...]


def find_materials(words: str, *, actor: Actor) -> list[Offered]:
    """The products that words or a code mean, the best first. A number of statements that the answer does not raise."""
    code = barcodes_of([words[:64]]).get(words[:64])
    ids = [code[0]] if code is not None else list(search_products(words, limit=MOST_FOUND).ids)
    return offered(ids, actor=actor)


def offered(product_ids: Collection[int], *, actor: Actor) -> list[Offered]:
    """These products as the editor offers them, in this order; what may stand in no recipe is left out."""
    ids = list(dict.fromkeys(product_ids))
    if not ids:
        return []
    query = select(Product.id, Product.type, Product.status).where(
        in_ids(Product.id, ids), Product.deleted_at.is_(None), Product.status != ProductStatus.DISCONTINUED
    )
    kinds: dict[int, Any] = {row.id: row for row in db.session.execute(query)}
    known = named(kinds.keys())
    costs, made = unit_costs(kinds.keys(), actor.organization.today)
    codes: dict[int, list[str]] = {}
    rows = select(ProductBarcode.product_id, ProductBarcode.barcode).where(
        in_ids(ProductBarcode.product_id, list(kinds))
    )
    for product_id, barcode in db.session.execute(rows.order_by(ProductBarcode.id)):
        codes.setdefault(product_id, []).append(barcode)
    return [
        Offered(
            known[number],
            costs[number],
            number in made,
            kinds[number].type is not ProductType.SERVICE and kinds[number].status is ProductStatus.ACTIVE,
            tuple(codes.get(number, ())),
        )
        for number in ids
        if number in kinds and kinds[number].type not in (ProductType.BUNDLE, ProductType.DIGITAL)
    ]
