"""Prices of other price types travel with the products, where they differ, and are noticed when they change."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from smartpos.catalog.models import PriceType, Product
from smartpos.catalog.operations import create_price_type, make_default_price_type, set_product_price
from smartpos.catalog.queries import sellable_products
from smartpos.catalog.queries.listing import Place, changed_products, list_products
from smartpos.core.db import db, utc_now
from tests.cast import Shop

HOUR = timedelta(hours=1)


@pytest.fixture
def wholesale(shop: Shop) -> int:
    with shop.inside("owner"):
        return create_price_type(name="Ulgurji", actor=shop.actor()).id


def set_price(shop: Shop, product_id: int, price_type_id: int, price: str, **options: Any) -> None:
    with shop.inside("owner"):
        set_product_price(
            db.session.get_one(Product, product_id),
            price,
            price_type=db.session.get_one(PriceType, price_type_id),
            actor=shop.actor(),
            **options,
        )


def shown(api: Any, product_id: int, query: str = "") -> dict[str, str]:
    items = api.get(f"/api/products?limit=1000{query}").json["items"]
    prices: dict[str, str] = next(item for item in items if item["id"] == product_id)["prices"]
    return prices


def test_only_prices_that_differ_are_sent(
    shop: Shop, make: Callable[..., int], wholesale: int, api_of: Callable[..., Any]
) -> None:
    bread, milk, tea = (make(name, price="4000") for name in ("Non", "Sut", "Choy"))
    set_price(shop, bread, wholesale, "3500")
    set_price(shop, milk, wholesale, "4000")
    cashier = api_of("cashier")
    assert shown(cashier, bread) == {str(wholesale): "3500.00"}
    assert shown(cashier, milk) == {}
    assert shown(cashier, tea) == {}


def test_the_branch_and_the_period_count(
    shop: Shop, make: Callable[..., int], wholesale: int, api_of: Callable[..., Any]
) -> None:
    bread, now = make("Non", price="4000"), utc_now()
    set_price(shop, bread, wholesale, "3500")
    set_price(shop, bread, wholesale, "3400", branch_id=shop.branch_id)
    set_price(shop, bread, wholesale, "3300", branch_id=shop.branch_id, valid_from=now + HOUR)
    set_price(shop, bread, wholesale, "3200", valid_from=now - 2 * HOUR, valid_to=now - HOUR)
    owner = api_of("owner")
    assert shown(owner, bread, f"&branch_id={shop.branch_id}") == {str(wholesale): "3400.00"}
    assert shown(owner, bread, f"&branch_id={shop.warehouse_id}") == {str(wholesale): "3500.00"}


def test_what_the_till_is_told_is_what_the_sale_will_cost(
    shop: Shop, make: Callable[..., int], wholesale: int
) -> None:
    bread, milk = make("Non", price="4000"), make("Sut", price="9000")
    set_price(shop, bread, wholesale, "3500", branch_id=shop.branch_id)
    with shop.inside():
        place = Place.of(shop.actor("cashier"), shop.branch_id)
        products, _codes = sellable_products(
            [bread, milk],
            [],
            branch_id=shop.branch_id,
            country="UZ",
            at=place.at,
            price_type_id=wholesale,
        )
        listed = {one.facts.id: one for one in list_products(place, limit=10).items}
    assert products[bread].price == Decimal("3500")
    assert products[milk].price == Decimal("9000")
    assert [row.price for row in listed[bread].prices] == [Decimal("3500")]
    assert list(listed[milk].prices) == []


def test_a_pack_costs_its_pieces_by_the_type_unless_it_has_a_price_of_its_own(
    shop: Shop, make: Callable[..., int], wholesale: int, statements: Callable[[], Any]
) -> None:
    water = make(
        "Suv",
        price="3000",
        barcodes=[
            {"barcode": "BLOK6", "multiplier": 6},
            {"barcode": "BLOK12", "multiplier": 12, "price": "33000"},
        ],
    )
    set_price(shop, water, wholesale, "2500")
    with shop.inside(), statements() as sent:
        products, codes = sellable_products(
            [], ["BLOK6", "BLOK12"], branch_id=None, country="UZ", at=utc_now(), price_type_id=wholesale
        )
    assert len(sent) == 1
    assert products[water].price == Decimal("2500")
    assert (codes["BLOK6"].price, codes["BLOK12"].price) == (None, Decimal("33000"))


def test_a_till_is_told_when_a_price_of_another_type_is_set_begins_or_ends(
    shop: Shop, make: Callable[..., int], wholesale: int
) -> None:
    bread, tea, now = make("Non", price="4000"), make("Choy", price="20000"), utc_now()
    set_price(shop, bread, wholesale, "3500", valid_from=now + HOUR, valid_to=now + 3 * HOUR)

    def changed(since: Any, at: Any) -> dict[int, list[Decimal]]:
        with shop.inside():
            found = changed_products(Place(shop.branch_id, "UZ", at), since=since, limit=100)
        return {one.facts.id: [row.price for row in one.prices] for one in found.items}

    assert bread in changed(now, now + HOUR / 2)
    assert changed(now + HOUR / 2, now + 2 * HOUR) == {bread: [Decimal("3500")]}
    assert changed(now + 2 * HOUR, now + 4 * HOUR) == {bread: []}
    assert tea not in changed(now + 2 * HOUR, now + 4 * HOUR)


def test_another_default_type_turns_the_prices_around(
    shop: Shop, make: Callable[..., int], wholesale: int, api_of: Callable[..., Any]
) -> None:
    bread = make("Non", price="4000")
    set_price(shop, bread, wholesale, "3500")
    with shop.inside("owner"):
        make_default_price_type(db.session.get_one(PriceType, wholesale), actor=shop.actor())
    assert shown(api_of("cashier"), bread) == {}


def test_a_page_takes_the_same_statements_with_many_price_types(
    shop: Shop, make: Callable[..., int], statements: Callable[[], Any]
) -> None:
    ids = [make(f"Choy {number}", price="10000") for number in range(12)]
    counts = []
    for round_number in range(2):
        with shop.inside():
            place = Place.of(shop.actor("cashier"), shop.branch_id)
            with statements() as sent:
                list_products(place, limit=100)
        counts.append(len(sent))
        if round_number == 0:
            with shop.inside("owner"):
                types = [create_price_type(name=f"T{number}", actor=shop.actor()).id for number in range(3)]
            for type_id in types:
                for number in ids:
                    set_price(shop, number, type_id, "9000")
    assert counts[0] == counts[1] <= 6
