"""The cart as data: whose prices it shows, what promotions take off it, and how the sale travels."""

from typing import Any

from tests.javascript import run_javascript

PRELUDE = """
import * as carts from "./static/till/cart.js";
import { rulesOf } from "./static/till/promotions.js";

const NON = {
  id: 1, name: "Non", unit: "dona", digits: 0, price: 400000, prices: { 7: 350000 }, categoryId: 5,
  vatRate: 1200, vatIncluded: true, cashAllowed: true, codes: [],
};
const SUV = { ...NON, id: 2, name: "Suv", price: 300000, prices: { 7: 250000 }, categoryId: null };
const BLOK = { product: SUV, code: "BLOK", multiplier: 6000, price: 1700000, unit: "blok" };
const add = (cart, product, count, more = {}) => carts.addToCart(cart, { product, ...more }, count);
const WHOLESALE = { id: 3, uuid: "u", name: "Ali", phone: "", tier: "gold", priceTypeId: 7 };
const GOLD = { ...WHOLESALE, priceTypeId: null };
const prices = (cart) => cart.lines.map(({ price }) => price);
const TEN = rulesOf([{ id: 9, name: "Kuz", kind: "percent", percent: "10.00", tier: "gold" }]);
"""


def run(body: str, argument: Any = None) -> Any:
    return run_javascript(f"{PRELUDE}\nexport default (given) => {{ {body} }};", argument)


def test_prices_follow_the_customer_and_what_is_chosen_by_hand() -> None:
    assert run("""
      let cart = carts.addToCart(add(add(carts.emptyCart(), NON, 1000), SUV, 2000), BLOK, 1000);
      const shown = [prices(cart)];
      cart = carts.withCustomer(cart, WHOLESALE);
      shown.push(prices(cart));
      shown.push(prices(add(cart, { ...NON, id: 4, prices: {} }, 1000)));  // no price of the type
      cart = carts.withPriceType(cart, 1);  // the usual one, by hand
      shown.push(prices(cart));
      cart = carts.withCustomer(carts.withPriceType(cart, 7), null);
      shown.push(prices(cart));
      shown.push(prices(carts.withPriceType(cart, null)));
      return shown;
    """) == [
        [400000, 300000, 1700000],
        [350000, 250000, 1700000],
        [350000, 250000, 1700000, 400000],
        [400000, 300000, 1700000],
        [350000, 250000, 1700000],
        [400000, 300000, 1700000],
    ]


def test_a_price_by_hand_stays_whatever_the_customer_and_comes_back() -> None:
    assert run("""
      let cart = carts.withPrice(add(carts.emptyCart(), NON, 1000), "1", 100000);
      const shown = [cart.lines[0].price];
      cart = carts.withCustomer(cart, WHOLESALE);
      shown.push(cart.lines[0].price, cart.lines[0].manualPrice, cart.lines[0].listPrice);
      cart = carts.refreshed(cart, new Map([[1, { ...NON, price: 500000, prices: { 7: 450000 } }]]));
      shown.push(cart.lines[0].price);
      cart = carts.withPrice(cart, "1", null);
      shown.push(cart.lines[0].price, cart.lines[0].manualPrice);
      return shown;
    """) == [100000, 100000, 100000, 400000, 100000, 450000, None]


def test_the_catalogue_brings_new_prices_and_leaves_an_unchanged_cart_alone() -> None:
    assert run("""
      const cart = carts.withCustomer(carts.addToCart(add(carts.emptyCart(), NON, 1000), BLOK, 1000), WHOLESALE);
      const suv = { ...SUV, codes: [BLOK] };
      const same = carts.refreshed(cart, new Map([[1, NON], [2, suv]])) === cart;
      const dearer = { ...suv, codes: [{ ...BLOK, price: 1800000 }] };
      return [same, prices(carts.refreshed(cart, new Map([[1, { ...NON, prices: {} }], [2, dearer]])))];
    """) == [True, [400000, 1800000]]


def test_a_cart_kept_from_before_is_priced_as_it_was() -> None:
    """Held sales and carts in a browser's storage may come from an earlier version of the page."""
    assert run("""
      const line = { key: "1", productId: 1, code: null, perPack: 1000, name: "Non", unit: "dona", digits: 0,
        price: 400000, vatRate: 1200, vatIncluded: true, cashAllowed: true, quantity: 2000,
        discount: null, available: null };
      const cart = { uuid: "u", lines: [line], discount: null, selected: "1" };
      const fresh = carts.refreshed(cart, new Map([[1, NON]]));
      return [carts.pricedCart(cart).total, carts.withCustomer(cart, WHOLESALE).lines[0].price,
        carts.withCustomer(fresh, WHOLESALE).lines[0].price, carts.saleOf(cart, []).items];
    """) == [
        800000,
        400000,
        350000,
        [{"product_id": 1, "quantity": "2.000", "shown_price": "4000.00"}],
    ]


def test_promotions_come_before_discounts_of_lines_and_cart() -> None:
    priced = run("""
      let cart = carts.withCustomer(add(add(carts.emptyCart(), NON, 2000), SUV, 1000), GOLD);
      cart = carts.withLineDiscount(cart, "1", { kind: "percent", value: 5000 });
      cart = carts.withCartDiscount(cart, { kind: "percent", value: 1000 });
      const facts = { promotions: TEN, at: 0, branchId: 1, timezone: "Asia/Tashkent" };
      const { lines, ...all } = carts.pricedCart(cart, facts);
      return { ...all, lines: lines.map(({ promotion, discount, net }) => ({ promotion, discount, net })) };
    """)
    assert [line["promotion"] for line in priced["lines"]] == [
        {"id": 9, "name": "Kuz", "amount": 80000},
        {"id": 9, "name": "Kuz", "amount": 30000},
    ]
    assert [line["discount"] for line in priced["lines"]] == [360000, 0]
    assert (priced["promotion"], priced["payable"], priced["cartDiscount"]) == (110000, 630000, 63000)
    assert (priced["discount"], priced["total"]) == (110000 + 360000 + 63000, 567000)


def test_promotions_wait_for_their_customer_and_leave_prices_by_hand_alone() -> None:
    assert run("""
      const cart = add(add(carts.emptyCart(), NON, 1000), SUV, 1000);
      const gold = carts.withCustomer(cart, GOLD);
      const off = (one) => carts.pricedCart(one, { promotions: TEN }).lines
        .map(({ promotion }) => promotion?.amount ?? 0);
      return [off(cart), off(gold), off(carts.withPrice(gold, "1", 300000))];
    """) == [[0, 0], [40000, 30000], [0, 30000]]


def test_the_sale_says_what_the_customer_was_shown() -> None:
    sale = run("""
      let cart = carts.withCustomer(carts.addToCart(add(carts.emptyCart(), NON, 2000), BLOK, 1000), WHOLESALE);
      cart = carts.withPrice({ ...cart, uuid: "one", approvals: [{ action: "a", token: "t" }] }, "2/BLOK", 1600000);
      const credit = { method: "credit", amount: 2129950, due_date: "2026-12-01" };
      return carts.saleOf(carts.withPriceType(cart, 8), [{ method: "card", amount: 100000 }, credit], {
        promotions: TEN, rounding: 100000, foreignChange: 500,
      });
    """)
    assert sale == {
        "client_uuid": "one",
        "items": [
            {
                "product_id": 1,
                "quantity": "2.000",
                "shown_price": "4000.00",
                "shown_promotion": "800.00",
                "promotion_id": 9,
            },
            {"barcode": "BLOK", "quantity": "1.000", "price": "16000.00", "shown_price": "16000.00"},
        ],
        "payments": [
            {"method": "card", "amount": "1000.00"},
            {"method": "credit", "amount": "21299.50", "due_date": "2026-12-01"},
        ],
        "foreign_change": "5.00",
        "customer_id": 3,
        "price_type_id": 8,
        "approvals": ["t"],
        "total": "23200.00",
    }


def test_a_sale_for_cash_alone_is_rounded_and_a_new_customer_goes_by_name() -> None:
    assert run("""
      const odd = { ...NON, price: 123456 };
      const cart = carts.withCustomer(add(carts.emptyCart(), odd, 1000), { id: null, uuid: "new" });
      const cash = carts.saleOf(cart, [{ method: "cash", amount: 200000 }], { rounding: 10000 });
      const card = carts.saleOf(cart, [{ method: "card", amount: 123456 }], { rounding: 10000 });
      return [cash.total, card.total, cash.customer_uuid, "customer_id" in cash, "price_type_id" in cash,
        "total" in carts.saleOf(cart, [])];
    """) == ["1200.00", "1234.56", "new", False, False, False]


def test_lots_and_marks_make_lines_of_their_own_and_a_mark_counts_once() -> None:
    lines = run("""
      let cart = add(carts.emptyCart(), NON, 1000);
      cart = add(cart, NON, 1000, { lot: "A", expiry: "2027-01-31" });
      cart = add(cart, NON, 1000, { lot: "A", expiry: "2027-01-31" });
      cart = add(cart, NON, 1000, { mark: "0104601234" });
      cart = add(cart, NON, 1000, { mark: "0104601234" });
      return carts.saleOf(cart, []).items;
    """)
    plain = {"product_id": 1, "shown_price": "4000.00"}
    assert lines == [
        {**plain, "quantity": "1.000"},
        {**plain, "quantity": "2.000", "batch_number": "A", "expiration_date": "2027-01-31"},
        {**plain, "quantity": "1.000", "marking_code": "0104601234"},
    ]
