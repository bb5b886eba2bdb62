"""What may be counted: the products of a count with their codes, for devices that find them without the network."""

from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import BigInteger, Text, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import Product, ProductBarcode, Unit
from smartpos.catalog.queries import products_of_codes
from smartpos.catalog.queries.tree import categories_below
from smartpos.catalog.scales import read_scale_code
from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.paging import AnySelect, Page, page
from smartpos.stock.models import StockCount
from smartpos.stock.queries.goods import WITHOUT_STOCK


def in_scope(category_id: int | None) -> Any:
    """The condition on products that belong to a count of this category (None: of everything) and keep stock."""
    kept = Product.track_inventory & Product.type.not_in(WITHOUT_STOCK)
    if category_id is None:
        return kept
    return kept & (Product.category_id == func.any(literal(categories_below(category_id), ARRAY(BigInteger))))


class Countable(NamedTuple):
    """A product that may be counted, with its codes: ``(code, base units in the pack, what it is called)``.

    By ``price`` a label of the scale that bears money is read as a weight.
    """

    id: int
    name: str
    sku: str
    unit: str
    digits: int
    search_key: str
    price: Decimal
    codes: list[tuple[str, Decimal, str | None]]


def countable_goods(
    category_id: int | None, *, limit: int, cursor: str | None = None, ids: list[int] | None = None
) -> Page[Countable]:
    """A page of the products of a scope with their barcodes, in the order of their numbers; ``ids`` narrows it.

    A device that counts keeps them all, so that it finds everything without the network.
    """
    query: AnySelect = (
        select(
            Product.id, Product.name, Product.sku, Unit.name, Unit.digits, Product.search_key, Product.price
        )
        .join(Unit, Unit.id == Product.unit_id)
        .where(Product.deleted_at.is_(None), in_scope(category_id))
    )
    if ids is not None:
        query = query.where(Product.id == func.any(literal(ids, ARRAY(BigInteger))))
    found = page(query, [Product.id], limit=limit, cursor=cursor)
    wanted = literal([row[0] for row in found.items], ARRAY(BigInteger))
    codes: dict[int, list[tuple[str, Decimal, str | None]]] = {}
    barcodes = select(
        ProductBarcode.product_id, ProductBarcode.barcode, ProductBarcode.multiplier, ProductBarcode.title
    ).where(ProductBarcode.product_id == func.any(wanted))
    for product_id, code, multiplier, title in db.session.execute(barcodes.order_by(ProductBarcode.id)):
        codes.setdefault(product_id, []).append((code, multiplier, title))
    items = [Countable._make((*row, codes.get(row[0], []))) for row in found.items]
    return Page(items, found.next_cursor)


def product_of_code(code: str, scale_patterns: str = "") -> tuple[int, Decimal]:
    """What a code stands for: a product and how many base units. Raises Invalid.

    The code is a barcode, an article number, or a label that the shop's scale printed (by the setting
    ``scale_patterns``), which says how much lies under it.
    """
    barcode = select(ProductBarcode.product_id, ProductBarcode.multiplier).where(
        ProductBarcode.barcode == literal(code, Text)
    )
    found = db.session.execute(barcode).first()
    if found is None:
        number = select(Product.id).where(Product.sku == code, Product.deleted_at.is_(None))
        product_id = db.session.execute(number).scalar_one_or_none()
        if product_id is None:
            label = weighed(code, scale_patterns)
            if label is not None:
                return label
            sentence = _("No product has the code %(code)s.", code=code)
            raise Invalid(sentence, errors={"barcode": [sentence]})
        return product_id, Decimal(1)
    return found.product_id, found.multiplier


def weighed(code: str, patterns: str) -> tuple[int, Decimal] | None:
    """The product under a label of the scale and how many base units of it; None when the code is no such label."""
    label = read_scale_code(code, patterns)
    if label is None:
        return None
    numbers = products_of_codes(label.candidates)
    product_id = next((numbers[one] for one in label.candidates if one in numbers), None)
    if product_id is None:
        return None
    price = db.session.scalar(select(Product.price).where(Product.id == product_id))
    quantity = label.quantity_at(price or Decimal(0))
    return None if quantity is None else (product_id, quantity)


def product_in_scope(count: StockCount, product_id: int) -> tuple[str, int] | None:
    """Name and digits of the unit of a product that belongs to a count; None when it does not."""
    query = (
        select(Product.name, Unit.digits)
        .join(Unit, Unit.id == Product.unit_id)
        .where(Product.id == product_id, Product.deleted_at.is_(None), in_scope(count.category_id))
    )
    row = db.session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def as_shown(goods: Countable) -> dict[str, Any]:
    """A product that may be counted, ready for the shapes of the API."""
    codes = [
        {"barcode": code, "multiplier": multiplier, "title": title} for code, multiplier, title in goods.codes
    ]
    return goods._asdict() | {"codes": codes}
