"""An open till asks what has changed since it last asked, and misses nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from smartpos.catalog.models import PriceType, Product, Unit
from smartpos.catalog.operations import (
    add_product_image,
    create_price_type,
    delete_product,
    rebuild_search,
    set_product_price,
    update_product,
    update_unit,
)
from smartpos.catalog.queries.listing import SETTLED, Place, changed_products
from smartpos.core.db import db, utc_now
from tests.cast import Shop
from tests.catalog.pictures import png

LATER = timedelta(hours=1)


def changes(shop: Shop, since: datetime, *, at: datetime | None = None, limit: int = 1000) -> list[int]:
    """The ids a till is sent, page by page."""
    with shop.inside("cashier"):
        place = Place(shop.branch_id, "UZ", at or utc_now())
        ids: list[int] = []
        cursor = None
        while True:
            page = changed_products(place, since=since, limit=limit, cursor=cursor)
            ids += [one.facts.id for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return ids


@pytest.fixture
def product(make: Callable[..., int]) -> int:
    return make("Non", price="4000", barcodes=[{"barcode": "A"}])


@pytest.mark.parametrize(
    "change",
    [
        lambda product, actor: update_product(product, name="Patir", actor=actor),
        lambda product, actor: update_product(product, barcodes=[{"barcode": "B"}], actor=actor),
        lambda product, actor: update_product(product, price="5000", actor=actor),
        lambda product, actor: set_product_price(
            product, "1", branch_id=actor.default_branch_id, actor=actor
        ),
        lambda product, actor: add_product_image(product, png(), original_name="x", actor=actor),
        lambda product, actor: delete_product(product, actor=actor),
        lambda product, actor: update_unit(db.session.get_one(Unit, product.unit_id), name="ta", actor=actor),
        lambda product, actor: create_price_type(name="Ulgurji", is_default=True, actor=actor),
        lambda product, actor: db.session.query(Product).update({"search_key": ""}) and rebuild_search(),
    ],
    ids=["name", "barcodes", "price", "branch price", "picture", "deleted", "unit", "price type", "search"],
)
def test_a_changed_part_changes_the_product(shop: Shop, product: int, change: Callable[..., Any]) -> None:
    before = utc_now()
    assert changes(shop, before) == []
    with shop.inside("owner"):
        row = db.session.get_one(Product, product)
        change(row, shop.actor())
    assert changes(shop, before) == [product]


def test_deleted_and_inactive_products_are_told_of(
    shop: Shop, product: int, api_of: Callable[..., Any]
) -> None:
    with shop.inside("owner"):
        delete_product(db.session.get_one(Product, product), actor=shop.actor())
    page = api_of("cashier").get("/api/products?updated_since=2020-01-01T00:00:00Z").json
    assert [(item["id"], item["deleted"], item["is_active"]) for item in page["items"]] == [
        (product, True, False)
    ]


def test_a_price_that_begins_or_ends_by_itself_reaches_the_till(shop: Shop, product: int) -> None:
    now = utc_now()
    with shop.inside("owner"):
        row = db.session.get_one(Product, product)
        set_product_price(row, "3000", valid_from=now + LATER, valid_to=now + 2 * LATER, actor=shop.actor())
    seen = utc_now()
    assert changes(shop, seen, at=seen + LATER / 2) == []
    assert changes(shop, seen, at=seen + LATER) == [product]
    assert changes(shop, seen + LATER, at=seen + 1.5 * LATER) == []
    assert changes(shop, seen + LATER, at=seen + 2 * LATER) == [product]


def test_stock_that_moves_reaches_the_till(shop: Shop) -> None:
    from smartpos.stock.operations import set_opening_balances

    product = shop.product("Suv", stock=None)
    seen = utc_now()
    with shop.inside("owner"):
        set_opening_balances(
            shop.branch_id, [(product, Decimal(5), Decimal(100))], notes="test", actor=shop.actor()
        )
    assert changes(shop, seen) == [product]


def test_a_new_vat_rate_changes_everything(shop: Shop, product: int) -> None:
    with shop.inside():
        new_year = utc_now().replace(year=2023, month=1, day=1, hour=0)
        place = Place(shop.branch_id, "UZ", new_year + LATER)
        page = changed_products(place, since=new_year - LATER, limit=10)
        assert [one.facts.id for one in page.items] == [product]


def test_small_pages_bring_all_of_it_once(shop: Shop, make: Callable[..., int]) -> None:
    first = utc_now()
    begun = [make(f"Aksiya {number}") for number in range(5)]
    with shop.inside("owner"):
        for number in begun:
            row = db.session.get_one(Product, number)
            set_product_price(row, "1", valid_from=first + LATER, actor=shop.actor())
    since = utc_now()
    changed = [make(f"Yangi {number}") for number in range(5)]
    for limit in (1, 2, 3, 4, 5, 6, 9, 10, 11):
        assert changes(shop, since, at=since + 2 * LATER, limit=limit) == [*begun, *changed], limit


def test_the_next_sync_begins_a_little_before_this_one(shop: Shop, make: Callable[..., int]) -> None:
    """A transaction that was still being written is thereby sent the next time."""
    for number in range(3):
        make(f"Non {number}")
    with shop.inside():
        place = Place(shop.branch_id, "UZ", utc_now())
        page = changed_products(place, since=place.at - LATER, limit=2)
        later = Place(shop.branch_id, "UZ", place.at + LATER)
        following = changed_products(later, since=place.at - LATER, limit=2, cursor=page.next_cursor)
        assert page.synced_at == following.synced_at == place.at - SETTLED


def test_the_whole_price_list_has_a_default_type(shop: Shop) -> None:
    with shop.inside():
        assert [row.is_default for row in db.session.query(PriceType)] == [True]
