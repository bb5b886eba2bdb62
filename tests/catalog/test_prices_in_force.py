"""The law of prices: the branch's own before all branches, then the later beginning; else the product's own."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from smartpos.catalog.errors import DefaultPriceType
from smartpos.catalog.models import PriceType, Product
from smartpos.catalog.operations import (
    create_price_type,
    delete_price,
    delete_price_type,
    set_product_price,
    update_price_type,
)
from smartpos.catalog.queries import price_list, sellable_products
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.identity.errors import AlreadyTaken, BadField
from tests.cast import Shop

HOUR = timedelta(hours=1)


@pytest.fixture
def bread(make: Callable[..., int]) -> int:
    return make("Non", price="4000")


def price_of(shop: Shop, product_id: int, *, branch_id: int | None = None, **options: Any) -> Decimal:
    """The price in force in the shop's branch."""
    at = options.pop("at", utc_now())
    with shop.inside():
        return price_list([product_id], branch_id=branch_id or shop.branch_id, at=at, **options)[product_id]


def set_price(shop: Shop, product_id: int, price: Any, *, who: str = "owner", **options: Any) -> int | None:
    with shop.inside(who):
        product = db.session.get_one(Product, product_id)
        row = set_product_price(product, price, actor=shop.actor(who), **options)
        return row.id if row else None


def test_the_products_own_price_holds_where_nothing_else_does(shop: Shop, bread: int) -> None:
    assert price_of(shop, bread) == Decimal("4000")


def test_without_branch_and_period_the_products_own_price_is_set(shop: Shop, bread: int) -> None:
    assert set_price(shop, bread, "4500") is None
    assert price_of(shop, bread) == Decimal("4500")


def test_a_branchs_own_price_goes_before_that_of_all_branches(shop: Shop, bread: int) -> None:
    now = utc_now()
    set_price(shop, bread, "4200", branch_id=shop.branch_id)
    set_price(shop, bread, "3900", valid_from=now - HOUR)
    assert price_of(shop, bread) == Decimal("4200")
    assert price_of(shop, bread, branch_id=shop.warehouse_id) == Decimal("3900")


def test_the_later_beginning_wins(shop: Shop, bread: int) -> None:
    now = utc_now()
    set_price(shop, bread, "5000", valid_from=now - 2 * HOUR)
    set_price(shop, bread, "5500", valid_from=now - HOUR)
    set_price(shop, bread, "6000", valid_from=now + HOUR)
    assert price_of(shop, bread) == Decimal("5500")
    assert price_of(shop, bread, at=now + 2 * HOUR) == Decimal("6000")


def test_a_price_ends_at_the_moment_it_is_valid_to(shop: Shop, bread: int) -> None:
    now = utc_now()
    set_price(shop, bread, "3000", valid_from=now - HOUR, valid_to=now + HOUR)
    assert price_of(shop, bread, at=now) == Decimal("3000")
    assert price_of(shop, bread, at=now + HOUR) == Decimal("4000")
    assert price_of(shop, bread, at=now - HOUR) == Decimal("3000")


def test_a_price_without_a_beginning_gives_way_to_one_that_has_begun(shop: Shop, bread: int) -> None:
    now = utc_now()
    set_price(shop, bread, "3500", valid_to=now + HOUR)
    assert price_of(shop, bread) == Decimal("3500")
    set_price(shop, bread, "3600", valid_from=now - HOUR)
    assert price_of(shop, bread) == Decimal("3600")


def test_another_price_type_falls_back_to_the_default_one(shop: Shop, bread: int) -> None:
    with shop.inside("owner"):
        wholesale = create_price_type(name="Ulgurji", actor=shop.actor()).id
    set_price(shop, bread, "4100", branch_id=shop.branch_id)
    assert price_of(shop, bread, price_type_id=wholesale) == Decimal("4100")
    with shop.inside("owner"):
        product = db.session.get_one(Product, bread)
        price_type = db.session.get_one(PriceType, wholesale)
        set_product_price(product, "3300", price_type=price_type, actor=shop.actor())
    assert price_of(shop, bread, price_type_id=wholesale) == Decimal("3300")
    assert price_of(shop, bread) == Decimal("4100")


def test_setting_the_same_price_again_replaces_it(shop: Shop, bread: int) -> None:
    first = set_price(shop, bread, "4200", branch_id=shop.branch_id)
    assert set_price(shop, bread, "4300", branch_id=shop.branch_id) == first
    assert price_of(shop, bread) == Decimal("4300")


def test_removing_a_special_price_uncovers_the_next(shop: Shop, bread: int) -> None:
    set_price(shop, bread, "4200", branch_id=shop.branch_id)
    with shop.inside("owner"):
        product = db.session.get_one(Product, bread)
        delete_price(product.prices[0], actor=shop.actor())
    assert price_of(shop, bread) == Decimal("4000")


def test_a_sale_is_told_the_price_and_vat_in_force_by_one_statement(
    shop: Shop, make: Callable[..., int], statements: Callable[[], Any]
) -> None:
    ids = [make(f"Choy {number}", price="10000") for number in range(20)]
    water = make(
        "Suv", price="3000", barcodes=[{"barcode": "4780000000007"}, {"barcode": "BLOK6", "multiplier": 6}]
    )
    set_price(shop, water, "2500", branch_id=shop.branch_id)
    with shop.inside(), statements() as sent:
        products, codes = sellable_products(
            ids, ["BLOK6", "unknown"], branch_id=shop.branch_id, country="UZ", at=utc_now()
        )
    assert len(sent) == 1
    assert len(products) == 21 and set(codes) == {"BLOK6"}
    assert (codes["BLOK6"].product_id, codes["BLOK6"].multiplier) == (water, Decimal(6))
    assert products[water].price == Decimal("2500")
    assert products[water].vat_rate == Decimal("12")


def test_vat_is_that_of_the_day_in_the_tenants_time_zone(shop: Shop, bread: int) -> None:
    last_of_the_old_rate = utc_now().replace(year=2022, month=12, day=31, hour=18, minute=30)
    with shop.inside():
        for moment, rate in ((last_of_the_old_rate, 15), (last_of_the_old_rate + HOUR, 12)):
            products, _codes = sellable_products([bread], [], branch_id=None, country="UZ", at=moment)
            assert products[bread].vat_rate == rate


def test_what_no_longer_sells_is_still_told_of(shop: Shop, make: Callable[..., int]) -> None:
    old = make("Eski", status="discontinued")
    with shop.inside():
        products, _codes = sellable_products([old, 10**12], [], branch_id=None, country="UZ", at=utc_now())
    assert list(products) == [old] and not products[old].is_active


def test_who_may_not_set_prices_is_refused(shop: Shop, bread: int) -> None:
    with pytest.raises(Forbidden):
        set_price(shop, bread, "1", who="warehouse")


def test_an_impossible_price_is_refused(shop: Shop, bread: int) -> None:
    for price in ("-1", "NaN", "Infinity", "1e400", "0.001", "ming", "", None, True):
        with pytest.raises(BadField):
            set_price(shop, bread, price, branch_id=shop.branch_id)


def test_a_price_must_end_after_it_begins(shop: Shop, bread: int) -> None:
    now = utc_now()
    with pytest.raises(BadField):
        set_price(shop, bread, "1", valid_from=now, valid_to=now)


def test_another_tenants_branch_is_refused(shop: Shop, stranger: Shop, bread: int) -> None:
    with pytest.raises(BadField):
        set_price(shop, bread, "1", branch_id=stranger.branch_id)


def test_there_is_always_exactly_one_default_price_type(shop: Shop) -> None:
    with shop.inside("owner"):
        actor = shop.actor()
        retail = db.session.query(PriceType).filter_by(is_default=True).one()
        with pytest.raises(DefaultPriceType):
            delete_price_type(retail, actor=actor)
        with pytest.raises(DefaultPriceType):
            update_price_type(retail, is_default=False, actor=actor)
        other = create_price_type(name="Ulgurji", is_default=True, actor=actor)
        assert other.is_default and not retail.is_default
        delete_price_type(retail, actor=actor)
        with pytest.raises(AlreadyTaken):
            create_price_type(name="Ulgurji", actor=actor)
