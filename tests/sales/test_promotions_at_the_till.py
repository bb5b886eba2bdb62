"""What the till shows is what the server sells for: products, customers and promotions as the API tells them."""

import json
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from smartpos.catalog.models import PriceType, Product
from smartpos.catalog.operations import (
    create_category,
    create_price_type,
    create_promotion,
    set_product_price,
    update_product,
)
from smartpos.core.db import db, utc_now
from tests.cast import Shop
from tests.conftest import Api
from tests.javascript import run_javascript

TILL = """
import * as carts from "./static/till/cart.js";
import { productOf } from "./static/till/catalogue.js";
import { customerOf } from "./static/till/customers.js";
import { minor } from "./static/till/money.js";
import { rulesOf } from "./static/till/promotions.js";

// A till that fills its carts from what the API has told it; the answer is what it sends.
export default ({ products, client, promotions, at, branchId, timezone, step, baskets }) => {
  const index = new Map(products.map(productOf).map((product) => [product.id, product]));
  const pricing = { promotions: rulesOf(promotions), at: Date.parse(at), branchId, timezone, rounding: minor(step) };
  return baskets.map(({ entries, known, method }) => {
    let cart = known ? carts.withCustomer(carts.emptyCart(), customerOf(client)) : carts.emptyCart();
    for (const { id, code, count } of entries) {
      const product = index.get(id);
      const pack = product.codes.find((one) => one.code === code);
      cart = carts.addToCart(cart, pack ? { ...pack, product } : { product }, count);
    }
    const { total } = carts.pricedCart(cart, { ...pricing, rounding: method === "cash" ? pricing.rounding : 0 });
    return carts.saleOf(cart, [{ method, amount: total }], pricing);
  });
};
"""
PROMOTIONS: tuple[dict[str, Any], ...] = (
    {"name": "A", "kind": "percent", "percent": "7.5"},
    {"name": "B", "kind": "n_for_m", "buy_quantity": 3, "pay_quantity": 2, "categories": True},
    {"name": "C", "kind": "fixed_price", "amount": "8250", "products": slice(2, 4), "priority": 1},
    {"name": "D", "kind": "amount", "amount": "333.33", "tier": "gold", "priority": 2, "min_quantity": "2"},
    {"name": "E", "kind": "percent", "percent": "50", "is_active": False, "priority": 9},
    {"name": "F", "kind": "percent", "percent": "50", "elsewhere": True, "priority": 9},
)


@pytest.fixture
def goods(shop: Shop) -> list[int]:
    """Pieces in a category, pieces without, goods by weight; packs with and without a price of their own."""
    with shop.inside("owner"):
        parent = create_category(name="Oziq-ovqat", actor=shop.actor()).id
        child = create_category(name="Non", parent_id=parent, actor=shop.actor()).id
    ids = [
        shop.product("Non", price="4000", stock="100000", category_id=child),
        shop.product("Bulochka", price="3990.50", stock="100000", category_id=parent),
        shop.product("Sut", price="9000", stock="100000"),
        shop.product("Qaymoq", price="8100", stock="100000"),
        shop.product("Olma", price="14990", stock="100000", unit="kg"),
    ]
    with shop.inside("owner"):
        update_product(
            db.session.get_one(Product, ids[1]),
            barcodes=[
                {"barcode": "BLOK", "multiplier": 6, "price": "20000"},
                {"barcode": "QUTI", "multiplier": 12},
            ],
            actor=shop.actor(),
        )
        wholesale = create_price_type(name="Ulgurji", actor=shop.actor()).id
        for number, price in zip(ids[:3], ("3500", "3600", "8300"), strict=True):
            set_product_price(
                db.session.get_one(Product, number),
                price,
                price_type=db.session.get_one(PriceType, wholesale),
                actor=shop.actor(),
            )
        for facts in PROMOTIONS:
            given = dict(facts)
            if given.pop("categories", False):
                given["category_ids"] = [parent]
            if "products" in given:
                given["product_ids"] = ids[given.pop("products")]
            if given.pop("elsewhere", False):
                given["branch_id"] = shop.warehouse_id
            create_promotion(actor=shop.actor(), **given)
    return ids


@pytest.fixture
def till(api_of: Callable[..., Api], open_till: int) -> Api:
    """The cashier's API client, with an open shift."""
    return api_of("cashier")


@pytest.fixture
def wholesale_type(shop: Shop, goods: list[int]) -> int:
    with shop.inside():
        return int(db.session.query(PriceType).filter_by(name="Ulgurji").one().id)


@pytest.fixture
def gold(api_of: Callable[..., Api], wholesale_type: int) -> dict[str, Any]:
    """A customer who buys by the wholesale prices and is worth gold."""
    facts = {"name": "Ali", "phone": "+998901234567", "tier": "gold", "price_type_id": wholesale_type}
    answer = api_of("manager").post("/api/clients", facts)
    assert answer.status_code == 201, answer.json
    client: dict[str, Any] = answer.json
    return client


def known_to_the_till(shop: Shop, api: Api, client: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "products": api.get(f"/api/products?limit=1000&branch_id={shop.branch_id}").json["items"],
        "promotions": api.get(f"/api/promotions?branch_id={shop.branch_id}").json["items"],
        "client": client,
        "branchId": shop.branch_id,
        "timezone": "Asia/Tashkent",
        "at": utc_now().isoformat(),
        "step": "0",
        **more,
    }


def baskets_of(goods: list[int], count: int) -> list[dict[str, Any]]:
    chance = random.Random(7)
    baskets = []
    for _number in range(count):
        entries = []
        for _line in range(chance.randint(1, 6)):
            place = chance.randrange(len(goods))
            code = chance.choice([None, "BLOK", "QUTI"]) if place == 1 else None
            quantity = chance.randint(1, 4000) if place == 4 else chance.randint(1, 5) * 1000
            entries.append({"id": goods[place], "code": code, "count": quantity})
        methods = {
            "entries": entries,
            "known": chance.random() < 0.5,
            "method": chance.choice(["cash", "card"]),
        }
        baskets.append(methods)
    return baskets


def test_the_server_takes_every_total_that_the_till_shows(
    shop: Shop,
    goods: list[int],
    gold: dict[str, Any],
    till: Api,
    books: Callable[[], list[str]],
) -> None:
    """Online the server's own prices and promotions hold, and a total that differs would be refused."""
    baskets = baskets_of(goods, 40)
    bodies = run_javascript(TILL, known_to_the_till(shop, till, gold, baskets=baskets))
    seen: set[str | None] = set()
    for body in bodies:
        answer = till.post("/api/sell", body)
        assert answer.status_code == 201, (answer.json, json.dumps(body))
        receipt = answer.json
        assert receipt["total"] == body["total"]
        for asked, line in zip(body["items"], receipt["items"], strict=True):
            assert line["price"] == asked["shown_price"]
            assert Decimal(line["promotion"]) == Decimal(asked.get("shown_promotion", "0"))
            assert line["promotion_id"] == asked.get("promotion_id")
            seen.add(line["promotion_name"])
    assert seen == {None, "A", "B", "C", "D"}
    assert books() == []


def test_a_till_that_has_not_heard_of_an_end_is_told_the_other_total(
    shop: Shop, goods: list[int], gold: dict[str, Any], till: Api, api_of: Callable[..., Api]
) -> None:
    manager = api_of("manager")
    baskets = [{"entries": [{"id": goods[2], "code": None, "count": 1000}], "known": False, "method": "card"}]
    known = known_to_the_till(shop, till, gold, baskets=baskets)
    (body,) = run_javascript(TILL, known)
    assert body["total"] == "8250.00"
    for rule in known["promotions"]:
        assert manager.delete(f"/api/promotions/{rule['id']}").status_code == 204
    refused = till.post("/api/sell", body)
    assert (refused.status_code, refused.json["code"]) == (409, "total_differs")
    assert refused.json["total"] == "9000.00"
    # Without a connection the customer has left with the goods, at the price on the screen.
    kept = till.post("/api/sell", {**body, "offline": True, "sold_at": utc_now().isoformat()})
    assert (kept.status_code, kept.json["total"]) == (201, "8250.00"), kept.json
    assert kept.json["items"][0]["promotion"] == "750.00"


def test_a_promotion_is_no_discount_of_the_cashiers(
    goods: list[int], till: Api, api_of: Callable[..., Api]
) -> None:
    """Half off is more than a cashier may give away, and the shop's own promotion all the same."""
    api_of("manager").post(
        "/api/promotions", {"name": "G", "kind": "percent", "percent": "95", "priority": 50}
    )
    body = {
        "client_uuid": "5b1a3d1e-7a53-4f64-9f0c-1b7f1f9f0a11",
        "items": [{"product_id": goods[2], "quantity": 1}],
        "payments": [{"method": "card", "amount": "450.00"}],
    }
    answer = till.post("/api/sell", body)
    assert answer.status_code == 201, answer.json
    line = answer.json["items"][0]
    assert (line["promotion"], line["discount"], line["promotion_name"]) == ("8550.00", "0.00", "G")
    assert (answer.json["discount"], answer.json["total"]) == ("8550.00", "450.00")


def test_a_price_type_that_is_not_there(
    shop: Shop,
    stranger: Shop,
    goods: list[int],
    api_of: Callable[..., Api],
    books: Callable[[], list[str]],
) -> None:
    """It is refused by its name; what was sold without a connection before it was removed is accepted and flagged."""
    with stranger.inside("stranger"):
        foreign = create_price_type(name="Begona", actor=stranger.actor("stranger")).id
    owner = api_of("owner")
    shift = owner.post("/api/shifts/open", {"till_id": shop.till2_id, "opening_cash": "0"}).json["id"]
    for number in (foreign, 2**63 - 1):
        body = {
            "client_uuid": str(uuid4()),
            "items": [{"product_id": goods[2], "quantity": 1, "shown_price": "8300"}],
            "payments": [{"method": "cash", "amount": "9000"}],
            "price_type_id": number,
        }
        answer = owner.post("/api/sell", body)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["price_type_id"])
        answer = owner.post("/api/sell", body | {"offline": True, "shift_id": shift})
        assert (answer.status_code, answer.json["price_type_id"], answer.json["total"]) == (
            201,
            None,
            "8300.00",
        )
        assert "price_differs" in answer.json["flags"]
    assert books() == []
