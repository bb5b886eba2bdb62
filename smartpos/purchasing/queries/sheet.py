"""Products for the sheet on which a supplier's invoice is typed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import Product, ProductBarcode
from smartpos.catalog.queries import products_of_codes, search_products
from smartpos.catalog.queries.pricing import in_ids
from smartpos.core.db import db
from smartpos.core.search import fold
from smartpos.identity.actors import Actor
from smartpos.purchasing.costing import price_without_vat
from smartpos.purchasing.models import SupplierPrice
from smartpos.purchasing.queries.goods import BoughtGoods, barcodes_of, bought_goods, last_cost_with_vat

MOST_FOUND = 12
LONGEST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Offered:
    """A product as the sheet offers it.

    ``quantity`` is what the code that named it stands for, one unit otherwise; ``cost_price`` is what this supplier
    asked last for a base unit, or what the product cost last: with VAT in it, and without.
    """

    goods: BoughtGoods
    sku: str
    cost_price: Decimal
    cost_price_net: Decimal
    quantity: Decimal
    codes: tuple[str, ...]


def find_goods(words: str, *, supplier_id: int | None, actor: Actor) -> list[Offered]:
    """The products that words or a code mean, the best first."""
    code = barcodes_of([words[:64]]).get(words[:64])
    if code is not None:
        product_id, multiplier = code
        return _offered([product_id], {product_id: multiplier}, supplier_id, actor)
    found = search_products(words, limit=MOST_FOUND)
    return _offered(list(found.ids), {}, supplier_id, actor)


def match_goods(texts: Sequence[str], *, supplier_id: int | None, actor: Actor) -> list[Offered | None]:
    """The product that each text names exactly, by barcode, article number or name; None for none or several.

    The number of statements does not grow with the texts.
    """
    wanted = [text.strip()[:LONGEST_WORDS] for text in texts]
    packs = barcodes_of([text for text in wanted if text and len(text) <= 64])
    numbers = products_of_codes({text for text in wanted if text})
    names = _by_name({fold(text) for text in wanted if text})
    ids = [
        packs[text][0] if text in packs else numbers.get(text) or names.get(fold(text)) if text else None
        for text in wanted
    ]
    found = sorted({number for number in ids if number is not None})
    known = {one.goods.id: one for one in _offered(found, {}, supplier_id, actor)}
    return [
        _counting(known.get(number), packs[text][1] if text in packs else Decimal(1))
        if number is not None
        else None
        for text, number in zip(wanted, ids, strict=True)
    ]


def _counting(offered: Offered | None, quantity: Decimal) -> Offered | None:
    if offered is None or quantity == 1:
        return offered
    return replace(offered, quantity=quantity)


def _by_name(keys: Collection[str]) -> dict[str, int]:
    """The products of these folded names; names that several bear are left out."""
    if not keys:
        return {}
    query = (
        select(Product.search_key, func.min(Product.id))
        .where(
            Product.search_key == func.any(literal(sorted(keys), ARRAY(Text))), Product.deleted_at.is_(None)
        )
        .group_by(Product.search_key)
        .having(func.count() == 1)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _offered(
    product_ids: list[int],
    quantities: dict[int, Decimal],
    supplier_id: int | None,
    actor: Actor,
) -> list[Offered]:
    if not product_ids:
        return []
    organization = actor.organization
    goods = bought_goods(product_ids, country=organization.country, day=organization.today)
    facts = {
        row.id: row
        for row in db.session.execute(
            select(Product.id, Product.sku, Product.cost_price).where(in_ids(Product.id, product_ids))
        )
    }
    asked: dict[int, Decimal] = {}
    if supplier_id is not None:
        prices = select(SupplierPrice.product_id, SupplierPrice.price).where(
            SupplierPrice.supplier_id == supplier_id, in_ids(SupplierPrice.product_id, product_ids)
        )
        asked = {row[0]: row[1] for row in db.session.execute(prices)}
    codes: dict[int, list[str]] = {}
    rows = select(ProductBarcode.product_id, ProductBarcode.barcode).where(
        in_ids(ProductBarcode.product_id, product_ids)
    )
    for product_id, code in db.session.execute(rows.order_by(ProductBarcode.id)):
        codes.setdefault(product_id, []).append(code)
    offers = []
    for number in product_ids:
        if number not in goods:
            continue
        rate = goods[number].vat_rate
        price = asked.get(number)
        if price is None:
            price = last_cost_with_vat(facts[number].cost_price, rate, actor)
        offers.append(
            Offered(
                goods[number],
                facts[number].sku,
                price,
                price_without_vat(price, rate),
                quantities.get(number, Decimal(1)),
                tuple(codes.get(number, ())),
            )
        )
    return offers
