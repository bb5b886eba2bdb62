"""Lists of products with everything a page or a till shows of them, in a handful of statements however long."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, func, or_, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import (
    Price,
    Product,
    ProductBarcode,
    ProductImage,
    ProductStatus,
    Unit,
    VatRate,
)
from smartpos.catalog.queries.pricing import in_ids, price_in_force, prices_of_other_types, vat_rate_in_force
from smartpos.catalog.queries.stock import stock_changed_since, stock_of
from smartpos.catalog.queries.tree import categories_below
from smartpos.core.db import db, utc_now
from smartpos.core.paging import AnySelect, Page, decode_cursor, encode_cursor, page
from smartpos.identity.actors import Actor

SETTLED = timedelta(seconds=60)
"""A transaction that began before a sync may end after it; it is over by then, and what it changed is sent again."""

FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """A product of a list. ``facts`` has its columns, ``unit_name``, ``unit_digits``, ``price_now`` (the price in
    force) and ``vat_rate``; ``stock`` is None when nobody keeps it; ``prices`` are those by other price types."""

    facts: Any
    barcodes: Sequence[Any]
    image_ids: Sequence[int]
    stock: Decimal | None
    prices: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """A page of what has changed, and the moment to ask from the next time."""

    items: list[Listed]
    next_cursor: str | None
    synced_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when prices are asked for."""

    branch_id: int | None
    country: str
    at: datetime

    @classmethod
    def of(cls, actor: Actor, branch_id: int | None = None) -> "Place":
        """The branch given, else the actor's own; now."""
        return cls(branch_id or actor.default_branch_id, actor.organization.country, utc_now())

    @property
    def parameters(self) -> dict[str, Any]:
        return {"branch_id": self.branch_id, "country": self.country, "at": self.at}


# What lists show; columns rather than objects, because a till asks for tens of thousands at once.
SHOWN = (
    *("id", "name", "sku", "type", "status", "category_id", "unit_id", "workspace_id", "brand", "tags"),
    *("price", "cost_price", "vat_code", "vat_included", "mxik_code", "package_code", "cash_allowed"),
    *("track_inventory", "search_key", "created_at", "updated_at", "deleted_at"),
)


@cache
def listing() -> AnySelect:
    """The products themselves; executed with the parameters of a ``Place``."""
    return select(
        *(getattr(Product, name) for name in SHOWN),
        Unit.name.label("unit_name"),
        Unit.digits.label("unit_digits"),
        price_in_force().label("price_now"),
        vat_rate_in_force().label("vat_rate"),
    ).join(Unit, Unit.id == Product.unit_id)


def products_by_ids(ids: Sequence[int], place: Place) -> list[Listed]:
    """These products in this order; those that do not exist are left out."""
    if not ids:
        return []
    rows = db.session.execute(listing().where(in_ids(Product.id, ids)), place.parameters).all()
    by_id = {row.id: row for row in rows}
    return _complete([by_id[number] for number in ids if number in by_id], place)


def list_products(
    place: Place,
    *,
    limit: int,
    cursor: str | None = None,
    category_id: int | None = None,
    only_active: bool = False,
) -> Page[Listed]:
    """The products that are not deleted, in the order in which they were made."""
    statement = select(Product.id).where(Product.deleted_at.is_(None))
    if category_id is not None:
        statement = statement.where(in_ids(Product.category_id, categories_below(category_id)))
    if only_active:
        statement = statement.where(Product.status == ProductStatus.ACTIVE)
    found = page(statement, [Product.id], limit=limit, cursor=cursor)
    return Page(products_by_ids(found.items, place), found.next_cursor)


def changed_products(place: Place, *, since: datetime, limit: int, cursor: str | None = None) -> Changes:
    """What has changed since a moment, deleted and inactive products included, the earliest change first.

    That is: the products themselves and their parts; those with a price that has begun or ended meanwhile; those whose
    stock in the branch has moved; and all of them when a VAT rate of the country has. Ask the next time from
    ``synced_at``, which is the same on every page: it lies a little back, so that nothing slips through that was still
    being written. Products may therefore come more than once.
    """
    if cursor:
        phase, since, synced_at, moment, last = decode_cursor(
            cursor, [int, datetime, datetime, datetime, int]
        )
    else:
        since = max(since, FIRST_MOMENT)
        phase, synced_at, moment, last = 0, place.at - SETTLED, since, 0
        if _vat_has_changed(place, since):
            since = moment = FIRST_MOMENT
    rows: Sequence[Any] = []
    if phase == 0:
        rows = _changed_around(place, since, last, limit + 1)
        if len(rows) > limit:
            kept = rows[:limit]
            position = encode_cursor([0, since, synced_at, moment, kept[-1].id])
            return Changes(_complete(kept, place), position, synced_at)
        last = 0
    wanted = limit - len(rows)
    statement = listing().where(tuple_(Product.updated_at, Product.id) > tuple_(moment, last))
    statement = statement.order_by(Product.updated_at, Product.id).limit(wanted + 1)
    changed = db.session.execute(statement, place.parameters).all()
    following = None
    if len(changed) > wanted:
        changed = changed[:wanted]
        # Where this page holds nothing of the second kind yet, the next one begins with it.
        moment, last = (changed[-1].updated_at, changed[-1].id) if changed else (moment, 0)
        following = encode_cursor([1, since, synced_at, moment, last])
    return Changes(_complete([*rows, *changed], place), following, synced_at)


def _changed_around(place: Place, since: datetime, last: int, limit: int) -> Sequence[Any]:
    """Products that have not changed themselves, but a price in force or their stock has."""
    moments = [
        select(Price.product_id).where(column > since, column <= place.at)
        for column in (Price.valid_from, Price.valid_to)
    ]
    ids = set(db.session.scalars(union_all(*moments)))
    ids |= set(stock_changed_since(place.branch_id, since))
    if not ids:
        return []
    statement = listing().where(
        in_ids(Product.id, ids), Product.updated_at <= since, Product.deleted_at.is_(None), Product.id > last
    )
    return db.session.execute(statement.order_by(Product.id).limit(limit), place.parameters).all()


def _vat_has_changed(place: Place, since: datetime) -> bool:
    """Whether a rate began or ended on a day between. A day more is harmless, and time zones are then no matter."""
    first, last = (since - timedelta(days=1)).date(), (place.at + timedelta(days=1)).date()
    between = or_(VatRate.valid_from.between(first, last), VatRate.valid_to.between(first, last))
    question = select(VatRate.id).where(VatRate.country == place.country, between)
    return db.session.scalar(question.limit(1)) is not None


def _complete(rows: Sequence[Any], place: Place) -> list[Listed]:
    ids = [row.id for row in rows]
    if not ids:
        return []
    barcodes = _parts(_barcodes_of(), ids)
    images = _parts(_images_of(), ids)
    prices = _parts(prices_of_other_types(), ids, branch_id=place.branch_id, at=place.at)
    stock = stock_of(ids, place.branch_id)
    return [
        Listed(
            facts=row,
            barcodes=barcodes.get(row.id, ()),
            image_ids=[image.id for image in images.get(row.id, ())],
            stock=stock.get(row.id, Decimal(0)) if stock is not None else None,
            prices=prices.get(row.id, ()),
        )
        for row in rows
    ]


def _parts(statement: AnySelect, ids: Collection[int], **facts: Any) -> dict[int, list[Any]]:
    parts: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(statement, {"ids": list(ids), **facts}):
        parts[row.product_id].append(row)
    return parts


@cache
def _barcodes_of() -> AnySelect:
    return (
        select(
            ProductBarcode.product_id,
            ProductBarcode.barcode,
            ProductBarcode.multiplier,
            ProductBarcode.price,
            ProductBarcode.title,
        )
        .where(ProductBarcode.product_id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))
        .order_by(ProductBarcode.id)
    )


@cache
def _images_of() -> AnySelect:
    return (
        select(ProductImage.product_id, ProductImage.id)
        .where(ProductImage.product_id == func.any(bindparam("ids", type_=ARRAY(BigInteger))))
        .order_by(ProductImage.sort_order, ProductImage.id)
    )
