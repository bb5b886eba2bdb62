"""What suppliers ask for products, and from whom they are bought before others."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from smartpos.crm.operations import create_supplier
from smartpos.identity.errors import BadField
from smartpos.identity.operations import save_settings
from smartpos.purchasing.costing import price_with_vat, price_without_vat
from smartpos.purchasing.operations.prices import set_supplier_price, set_supplier_prices
from tests.cast import Shop
from tests.conftest import Api
from tests.purchasing.helpers import line, supply


@pytest.fixture
def manager(shop: Shop, api_of: Callable[..., Api]) -> Api:
    return api_of("manager")


@pytest.fixture
def supplier(shop: Shop) -> int:
    return named(shop, "Agro")


def named(shop: Shop, name: str) -> int:
    with shop.inside("manager"):
        return create_supplier(name=name, actor=shop.actor("manager")).id


def asked(api: Api, supplier_id: int) -> dict[int, dict[str, Any]]:
    return {row["product_id"]: row for row in api.get(f"/api/suppliers/{supplier_id}/prices").json["items"]}


def test_prices_are_set_changed_and_removed(shop: Shop, manager: Api, supplier: int) -> None:
    bread, milk = shop.product(name="Non"), shop.product(name="Sut")
    url = f"/api/suppliers/{supplier}/prices"
    lines = [
        {
            "product_id": bread,
            "price": "3200.1234",
            "supplier_sku": "N-1",
            "min_quantity": "10.5",
            "lead_time_days": 2,
        },
        {"product_id": milk, "price": 9000},
    ]
    answer = manager.put(url, {"items": lines})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    row = answer.json["items"][0]
    assert (row["product"], row["price"], row["supplier_sku"], row["min_quantity"]) == (
        "Non",
        "3200.1234",
        "N-1",
        "10.500",
    )
    assert (row["lead_time_days"], row["is_preferred"]) == (2, False)
    manager.put(url, {"items": [{"product_id": bread, "price": "3300"}]})
    assert (asked(manager, supplier)[bread]["price"], asked(manager, supplier)[bread]["supplier_sku"]) == (
        "3300.0000",
        "N-1",
    )
    assert set(asked(manager, supplier)) == {bread, milk}
    manager.put(url, {"items": [{"product_id": bread, "price": None}]})
    assert set(asked(manager, supplier)) == {milk}
    assert manager.put(url, {"items": []}).status_code == 200


def test_a_product_is_preferred_from_one_supplier(shop: Shop, manager: Api, supplier: int) -> None:
    bread, milk = shop.product(), shop.product()
    other = named(shop, "Bahor")
    for number in (supplier, other):
        lines = [
            {"product_id": bread, "price": "100", "is_preferred": True},
            {"product_id": milk, "price": "100", "is_preferred": number == supplier},
        ]
        assert manager.put(f"/api/suppliers/{number}/prices", {"items": lines}).status_code == 200
    first, second = asked(manager, supplier), asked(manager, other)
    assert (first[bread]["is_preferred"], second[bread]["is_preferred"]) == (False, True)
    assert (first[milk]["is_preferred"], second[milk]["is_preferred"]) == (True, False)


@pytest.mark.parametrize(
    "change",
    [
        {"price": "-1"},
        {"price": "1e18"},
        {"price": "1.23456"},
        {"price": "much"},
        {"min_quantity": "0"},
        {"min_quantity": "-3"},
        {"lead_time_days": -1},
        {"lead_time_days": 100_000},
        {"supplier_sku": "x" * 101},
        {"is_preferred": "perhaps"},
        {"product_id": 2**62},
        {"product_id": 0},
    ],
)
def test_one_wrong_line_sets_nothing(shop: Shop, manager: Api, supplier: int, change: dict[str, Any]) -> None:
    bread, milk = shop.product(), shop.product()
    lines = [{"product_id": milk, "price": "5"}, {"product_id": bread, "price": "5"} | change]
    answer = manager.put(f"/api/suppliers/{supplier}/prices", {"items": lines})
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert asked(manager, supplier) == {}


def test_a_new_price_needs_its_price_and_its_product_once(shop: Shop, manager: Api, supplier: int) -> None:
    bread = shop.product()
    url = f"/api/suppliers/{supplier}/prices"
    assert manager.put(url, {"items": [{"product_id": bread, "is_preferred": True}]}).status_code == 422
    twice = [{"product_id": bread, "price": "1"}, {"product_id": bread, "price": "2"}]
    assert manager.put(url, {"items": twice}).status_code == 422
    many = [{"product_id": number, "price": "1"} for number in range(1, 1100)]
    assert manager.put(url, {"items": many}).status_code == 422
    with shop.inside("manager"), pytest.raises(BadField):
        set_supplier_price(supplier, {"product_id": bread, "price": None})
    with shop.inside("manager"), pytest.raises(BadField):
        set_supplier_prices(supplier, [{"product_id": True, "price": "1"}])  # type: ignore[typeddict-item]


def test_prices_of_others_are_out_of_reach(
    shop: Shop, stranger: Shop, supplier: int, manager: Api, api_of: Callable[..., Api]
) -> None:
    bread, foreign = shop.product(), stranger.product()
    line = {"items": [{"product_id": bread, "price": "5"}]}
    url = f"/api/suppliers/{supplier}/prices"
    assert api_of("stranger").put(url, line).status_code == 404
    assert api_of("stranger").get(url).status_code == 404
    assert api_of("cashier").get(url).status_code == 403
    assert api_of("cashier").put(url, line).status_code == 403
    assert api_of("warehouse").put(url, line).status_code == 200
    answer = manager.put(url, {"items": [{"product_id": foreign, "price": "5"}]})
    assert answer.status_code == 422
    with stranger.inside("stranger"):
        theirs = create_supplier(name="Theirs", actor=stranger.actor("stranger")).id
    assert manager.put(f"/api/suppliers/{theirs}/prices", line).status_code == 404


def offered(api: Api, supplier_id: int | None, words: str) -> tuple[str, str]:
    """What the sheet offers as the price of a product: with VAT, and without."""
    query = {"q": words} | ({"supplier_id": supplier_id} if supplier_id else {})
    goods = api.get("/api/supplies/goods", query_string=query).json["items"][0]
    return goods["cost_price"], goods["cost_price_net"]


@pytest.mark.parametrize(
    ("vat_included", "kept", "net"), [(True, "100.0000", "89.2857"), (False, "112.0000", "100.0000")]
)
def test_a_price_is_kept_with_vat_however_the_invoice_tells_it(
    shop: Shop, manager: Api, vat_included: bool, kept: str, net: str
) -> None:
    supplier = named(shop, "Agro")
    bread = shop.product(name="Non", stock=None)
    body = supply(
        shop, line(bread, "3", "100"), supplier_id=supplier, vat_included=vat_included, confirm=True
    )
    assert manager.post("/api/supplies", body).status_code == 201
    assert asked(manager, supplier)[bread]["price"] == kept
    assert offered(manager, supplier, "Non") == (kept, net)
    text = shop.barcode_of(bread)
    matched = manager.post("/api/supplies/match", {"texts": [text], "supplier_id": supplier}).json["items"][0]
    assert (matched["cost_price"], matched["cost_price_net"]) == (kept, net)


def test_what_goods_cost_last_is_offered_with_the_vat_that_is_no_part_of_it(shop: Shop, manager: Api) -> None:
    shop.product(name="Non", stock=None, cost="100")
    assert offered(manager, None, "Non") == ("112.0000", "100.0000")
    with shop.inside("owner"):
        save_settings({"purchase_vat_recoverable": False}, actor=shop.actor("owner"))
    assert offered(manager, None, "Non") == ("100.0000", "89.2857")


@pytest.mark.parametrize("price", ["0", "0.0001", "33.3333", "1234.5678", "7142.8571"])
@pytest.mark.parametrize("rate", ["0", "5", "12", "16", "99.99"])
def test_vat_put_on_a_price_comes_off_exactly(price: str, rate: str) -> None:
    assert price_without_vat(price_with_vat(Decimal(price), Decimal(rate)), Decimal(rate)) == Decimal(price)
