"""Which labels are due: those whose price is no longer the one in force where they hang."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from smartpos.catalog.models import LabelPrint, PriceType, Product
from smartpos.catalog.operations import (
    create_category,
    create_price_type,
    create_promotion,
    delete_product,
    set_product_price,
    update_product,
)
from smartpos.core.db import db, utc_now
from tests.cast import Shop

HOUR = timedelta(hours=1)
FREE = {"weekdays": 127, "is_active": True}


@pytest.fixture
def api(api_of: Callable[..., Any]) -> Any:
    return api_of("manager")


def print_labels(api: Any, *product_ids: int, **facts: Any) -> Any:
    items = [{"product_id": number} for number in product_ids]
    answer = api.post("/api/labels", {"items": items, "format": "zpl", **facts})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def due(api: Any, **query: Any) -> dict[int, str]:
    """The products that are due, with the price their label must say."""
    answer = api.get("/api/labels/queue", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return {item["product_id"]: item["price"] for item in answer.json["items"]}


def set_price(shop: Shop, product_id: int, price: str, **options: Any) -> None:
    with shop.inside("owner"):
        set_product_price(db.session.get_one(Product, product_id), price, actor=shop.actor(), **options)


def promote(shop: Shop, **facts: Any) -> None:
    with shop.inside("owner"):
        create_promotion(actor=shop.actor(), name="Kuz", **facts)


def test_a_label_is_due_when_its_price_has_changed_until_it_is_printed(
    shop: Shop, make: Any, api: Any
) -> None:
    bread, milk = make("Non", price="4000"), make("Sut", price="9000")
    assert due(api) == {}
    assert due(api, never_printed=True) == {bread: "4000.00", milk: "9000.00"}
    print_labels(api, bread, milk)
    assert due(api) == due(api, never_printed=True) == {}
    set_price(shop, bread, "4500")
    assert due(api) == {bread: "4500.00"}
    (item,) = api.get("/api/labels/queue").json["items"]
    assert (item["printed_price"], item["name"]) == ("4000.00", "Non")
    print_labels(api, bread)
    assert due(api) == {}


def test_a_price_that_goes_back_needs_no_label(shop: Shop, make: Any, api: Any) -> None:
    bread = make("Non", price="4000")
    print_labels(api, bread)
    set_price(shop, bread, "4500")
    set_price(shop, bread, "4000")
    assert due(api) == {}


def test_a_barcode_label_and_a_trial_do_not_count(shop: Shop, make: Any, api: Any) -> None:
    bread = make("Non", price="4000")
    print_labels(api, bread)
    set_price(shop, bread, "4500")
    print_labels(api, bread, kind="barcode")
    print_labels(api, bread, is_kept=False)
    assert due(api) == {bread: "4500.00"}
    with shop.inside():
        kinds = select(LabelPrint.kind, func.count()).group_by(LabelPrint.kind).order_by(LabelPrint.kind)
        assert [tuple(row) for row in db.session.execute(kinds)] == [("barcode", 1), ("price", 1)]


def test_each_branch_has_labels_of_its_own(shop: Shop, make: Any, api: Any) -> None:
    bread = make("Non", price="4000")
    print_labels(api, bread)
    print_labels(api, bread, branch_id=shop.warehouse_id)
    set_price(shop, bread, "4200", branch_id=shop.warehouse_id)
    assert due(api) == {}
    assert due(api, branch_id=shop.warehouse_id) == {bread: "4200.00"}


def test_each_price_type_has_labels_of_its_own(shop: Shop, make: Any, api: Any) -> None:
    bread = make("Non", price="4000")
    with shop.inside("owner"):
        wholesale = create_price_type(name="Ulgurji", actor=shop.actor()).id
        product, kind = db.session.get_one(Product, bread), db.session.get_one(PriceType, wholesale)
        set_product_price(product, "3500", price_type=kind, actor=shop.actor())
    print_labels(api, bread)
    print_labels(api, bread, price_type_id=wholesale)
    assert due(api) == due(api, price_type_id=wholesale) == {}
    set_price(shop, bread, "4100")
    assert due(api) == {bread: "4100.00"} and due(api, price_type_id=wholesale) == {}


def test_a_price_that_begins_by_itself_is_due_when_it_has_begun(shop: Shop, make: Any, api: Any) -> None:
    bread, milk = make("Non", price="4000"), make("Sut", price="9000")
    print_labels(api, bread, milk)
    set_price(shop, bread, "5000", valid_from=utc_now() + HOUR)
    set_price(shop, milk, "8000", valid_from=utc_now() - HOUR, valid_to=utc_now() + HOUR)
    assert due(api) == {milk: "8000.00"}


def test_a_promotion_for_everybody_is_on_the_label(shop: Shop, make: Any, api: Any) -> None:
    with shop.inside("owner"):
        bakery = create_category(name="Non mahsulotlari", actor=shop.actor()).id
        rolls = create_category(name="Bulochka", parent_id=bakery, actor=shop.actor()).id
        salts = create_category(name="Tuz", actor=shop.actor()).id
    roll = make("Bulochka", price="3333", category_id=rolls)
    milk, tea, salt = (
        make("Sut", price="9000"),
        make("Choy", price="20000"),
        make("Tuz", price="100", category_id=salts),
    )
    print_labels(api, roll, milk, tea, salt)
    promote(shop, kind="percent", percent="10", category_ids=[bakery])
    promote(shop, kind="amount", amount="500", product_ids=[milk], category_ids=[salts])
    promote(shop, kind="percent", percent="1", product_ids=[milk])
    promote(shop, kind="fixed_price", amount="15000", product_ids=[tea])
    assert due(api) == {roll: "2999.70", milk: "8500.00", tea: "15000.00", salt: "0.00"}
    (item,) = api.get("/api/labels/products", query_string={"ids": str(tea)}).json["items"]
    assert (item["price"], item["regular_price"]) == ("15000.00", "20000.00")


def test_the_higher_priority_wins_however_little_it_takes_off(shop: Shop, make: Any, api: Any) -> None:
    bread = make("Non", price="4000")
    print_labels(api, bread)
    promote(shop, kind="percent", percent="50")
    promote(shop, kind="amount", amount="100", product_ids=[bread], priority=5)
    promote(shop, kind="fixed_price", amount="9000", product_ids=[bread], priority=9)
    assert due(api) == {bread: "3900.00"}


@pytest.mark.parametrize(
    "facts",
    [
        {"tier": "gold"},
        {"weekdays": 31},
        {"time_from": time(18), "time_to": time(20)},
        {"min_quantity": "3"},
        {"kind": "n_for_m", "percent": None, "buy_quantity": 3, "pay_quantity": 2},
        {"valid_from": utc_now() + HOUR},
    ],
)
def test_a_promotion_that_is_not_for_everybody_all_day_is_not_on_the_label(
    shop: Shop, make: Any, api: Any, facts: Any
) -> None:
    bread = make("Non", price="4000")
    print_labels(api, bread)
    promote(shop, **{"kind": "percent", "percent": "10", **facts})
    assert due(api) == {}


def test_what_is_no_longer_sold_is_never_due(shop: Shop, make: Any, api: Any) -> None:
    bread, milk = make("Non", price="4000"), make("Sut", price="9000")
    print_labels(api, bread, milk)
    with shop.inside("owner"):
        update_product(
            db.session.get_one(Product, bread), price="1", status="discontinued", actor=shop.actor()
        )
        product = db.session.get_one(Product, milk)
        update_product(product, price="1", actor=shop.actor())
        delete_product(product, actor=shop.actor())  # a label is no history that keeps it
    assert due(api, never_printed=True) == {}


def test_the_queue_comes_in_pages_by_as_many_statements_however_long(
    shop: Shop, make: Any, api: Any, statements: Any
) -> None:
    goods = [make(f"Choy {number}", price="1000") for number in range(7)]
    print_labels(api, *goods)
    for number in goods:
        set_price(shop, number, "1100")
    seen, cursor = [], ""
    while True:
        with statements() as sent:
            answer = api.get(
                "/api/labels/queue", query_string={"limit": 3, "cursor": cursor} if cursor else {"limit": 3}
            )
        seen.append([item["product_id"] for item in answer.json["items"]])
        cursor = answer.json["next_cursor"]
        if not cursor:
            break
    assert seen == [goods[:3], goods[3:6], goods[6:]]
    few = len(sent)
    with statements() as sent:
        api.get("/api/labels/queue")
    assert len(sent) == few
    assert api.get("/api/labels/queue", query_string={"cursor": "nonsense"}).status_code == 422
