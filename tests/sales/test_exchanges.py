"""Goods come back and others go out in one document; only the difference is paid. And goods without a receipt."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.finance.models import CashEntry
from smartpos.sales.models import Sale, Shift
from smartpos.sales.operations import open_shift
from smartpos.sales.totals import count_of
from tests.cast import PIN, Shop
from tests.conftest import Api
from tests.sales.counter import (
    Answer,
    Books,
    account,
    cash_of,
    everything,
    item,
    make_customer,
    paid,
    part,
    refund,
    set_setting,
    sold,
    status_of,
    stock_of,
)


@pytest.fixture
def shift(shop: Shop) -> int:
    """The manager's open shift with 500 000 in the drawer."""
    with shop.inside("manager"):
        return open_shift(shop.till_id, opening_cash=Decimal(500_000), actor=shop.actor("manager")).id


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api], shift: int) -> Api:
    """The manager at a till: may take goods back."""
    return api_of("manager")


def swap(api: Api, sale: Answer, old: list[Answer], new: list[Answer], **facts: Any) -> Any:
    """Exchange parts of a receipt for new goods; gives the response."""
    return refund(api, sale, *old, exchange_items=new, **facts)


# --- exchanges ---------------------------------------------------------------------------------------------------


def test_the_customer_pays_the_difference(shop: Shop, till: Api, shift: int, books: Books) -> None:
    small, large = shop.product("Kichik", price="40000"), shop.product("Katta", price="65000")
    sale = sold(till, item(small, 2))
    answer = swap(till, sale, [part(sale, 0, 1)], [item(large)])
    assert answer.status_code == 201, answer.json
    both = answer.json
    assert (both["type"], both["original_id"], both["total"]) == ("exchange", sale["id"], "25000.00")
    assert [(line["quantity"], line["total"]) for line in both["items"]] == [
        ("-1.000", "-40000.00"),
        ("1.000", "65000.00"),
    ]
    assert paid(both) == {"cash": "25000.00"}
    assert cash_of(shop, shift) == 500_000 + 80_000 + 25_000
    assert (stock_of(shop, small)[0], stock_of(shop, large)[0]) == (99, 99)
    assert status_of(shop, sale["id"]) == "partly_returned"
    with shop.inside():
        assert count_of(db.session.get_one(Shift, shift).totals, "exchange") == 1
        assert (
            db.session.execute(select(Sale.returned_amount).where(Sale.id == both["id"])).scalar_one()
            == 40_000
        )
    assert till.get(f"/api/sales/{both['id']}").json == both
    assert books() == []


def test_the_customer_gets_the_difference_back(shop: Shop, till: Api, shift: int, books: Books) -> None:
    small, large = shop.product(price="40000"), shop.product(price="65000")
    sale = sold(till, item(large), payments=[{"method": "card", "amount": "65000"}])
    both = swap(till, sale, everything(sale), [item(small)]).json
    assert (both["total"], paid(both)) == ("-25000.00", {"card": "-25000.00"})
    assert cash_of(shop, shift) == 500_000
    assert status_of(shop, sale["id"]) == "returned"
    assert books() == []


def test_a_change_is_given_and_other_tenders_are_taken(
    shop: Shop, till: Api, shift: int, books: Books
) -> None:
    small, large = shop.product(price="40000"), shop.product(price="65000")
    sale = sold(till, item(small))
    both = swap(
        till,
        sale,
        everything(sale),
        [item(large)],
        payments=[{"method": "card", "amount": "5000"}, {"method": "cash", "amount": "50000"}],
    ).json
    assert paid(both) == {"card": "5000.00", "cash": "20000.00"}
    assert (both["paid"], both["change"]) == ("55000.00", "30000.00")
    assert cash_of(shop, shift) == 560_000
    underpaid = swap(
        till, both, everything(both), [item(large, 2)], payments=[{"method": "card", "amount": "64999"}]
    )
    assert (underpaid.status_code, underpaid.json["code"]) == (422, "underpaid")
    assert books() == []


def test_like_for_like_costs_nothing(shop: Shop, till: Api, shift: int, books: Books) -> None:
    milk = shop.product(price="13500", stock="1")
    sale = sold(till, item(milk))
    # The only piece there is comes back and goes out again.
    answer = swap(till, sale, everything(sale), [item(milk)])
    assert answer.status_code == 201, answer.json
    assert (answer.json["total"], answer.json["payments"]) == ("0.00", [])
    assert stock_of(shop, milk)[0] == 0
    with shop.inside():
        assert (
            len(db.session.scalars(select(CashEntry).where(CashEntry.origin_id == answer.json["id"])).all())
            == 0
        )
    # A damaged one does not stand in for a good one.
    again = answer.json
    refused = swap(till, again, everything(again, restock="damaged"), [item(milk)])
    assert (refused.status_code, refused.json["code"]) == (409, "not_enough_stock")
    assert status_of(shop, again["id"]) == "completed"
    assert books() == []


def test_what_was_exchanged_comes_back_with_the_money_of_both(
    shop: Shop, till: Api, shift: int, books: Books
) -> None:
    small, large = shop.product(price="40000"), shop.product(price="65000")
    sale = sold(till, item(small), payments=[{"method": "card", "amount": "40000"}])
    both = swap(till, sale, everything(sale), [item(large)]).json
    back = refund(till, both, {"sale_item_id": both["items"][0]["id"], "quantity": 1})
    assert (back.status_code, back.json["code"]) == (404, "sale_item_not_found")
    back = refund(till, both)
    assert back.status_code == 201, back.json
    assert paid(back.json) == {"card": "-40000.00", "cash": "-25000.00"}
    assert cash_of(shop, shift) == 500_000
    assert status_of(shop, both["id"]) == "returned"
    assert refund(till, sale, part(sale, 0, 1)).json["code"] == "too_much_returned"
    assert books() == []


def test_rounding_comes_back_through_an_exchange(shop: Shop, till: Api, shift: int, books: Books) -> None:
    set_setting(shop, "cash_rounding_step", "1000")
    first, second = shop.product(price="10300"), shop.product(price="12400")
    sale = sold(till, item(first))
    assert sale["total"] == "10000.00"
    both = swap(till, sale, everything(sale), [item(second)]).json
    # What was paid counts, not what the line says: 12 400 for 10 000, and the difference is a round one.
    assert (both["total"], both["rounding"]) == ("2000.00", "-100.00")
    back = refund(till, both).json
    assert back["total"] == "-12000.00"
    assert cash_of(shop, shift) == 500_000
    assert books() == []


def test_new_goods_are_priced_by_the_shops_law(
    shop: Shop, api_of: Callable[..., Api], open_till: int
) -> None:
    cashier = api_of("cashier")
    milk = shop.product(price="13500")
    sale = sold(cashier, item(milk))
    uuid = str(uuid4())
    body = {"action": "sales:sale:refund", "user_id": shop.users["manager"], "pin": PIN, "subject_uuid": uuid}
    token = cashier.post("/api/approvals", body).json["token"]
    facts = {"client_uuid": uuid, "approvals": [token]}
    dear = swap(cashier, sale, everything(sale), [item(milk, price="1")], **facts)
    assert (dear.status_code, dear.json["approval"]) == (403, "sales:sale:change_price")
    assert (
        swap(cashier, sale, everything(sale), [item(milk, 500)], **facts).json["code"] == "not_enough_stock"
    )
    assert swap(cashier, sale, everything(sale), [item(2**61)], **facts).json["code"] == "product_not_found"
    too_much = swap(cashier, sale, everything(sale), [item(milk)], discount="13501", **facts)
    assert too_much.json["code"] == "discount_too_large"
    done = swap(cashier, sale, everything(sale), [item(milk, 2, discount="500")], discount="1000", **facts)
    assert done.status_code == 201, done.json
    assert done.json["total"] == "12000.00"


def test_points_follow_the_goods(shop: Shop, till: Api, books: Books) -> None:
    set_setting(shop, "loyalty_percent", 10)
    customer = make_customer(shop, credit_limit=Decimal(100_000))
    small, large = shop.product(price="40000"), shop.product(price="65000")
    sale = sold(till, item(small), customer_id=customer)
    assert account(shop, customer) == (0, 4000)
    both = swap(
        till, sale, everything(sale), [item(large)], payments=[{"method": "credit", "amount": "25000"}]
    )
    assert both.status_code == 201, both.json
    assert both.json["customer"]["id"] == customer
    assert (both.json["points_earned"], both.json["customer_balance"]) == ("2500.00", "-25000.00")
    assert account(shop, customer) == (-25_000, 6500)
    back = refund(till, both.json).json
    assert paid(back) == {"credit": "-25000.00", "cash": "-40000.00"}
    assert account(shop, customer) == (0, 0)
    assert books() == []


def test_dollars_pay_the_difference_and_the_change(
    shop: Shop, api_of: Callable[..., Api], books: Books
) -> None:
    set_setting(shop, "foreign_currency", "USD")
    api = api_of("manager")
    opened = {
        "till_id": shop.till_id,
        "opening_cash": "500000",
        "opening_foreign": "20",
        "exchange_rate": "12500",
    }
    assert api.post("/api/shifts/open", opened).status_code == 201
    small, large = shop.product(price="40000"), shop.product(price="165000")
    sale = sold(api, item(small))
    both = swap(
        api,
        sale,
        everything(sale),
        [item(large)],
        payments=[{"method": "cash", "amount": "12", "currency": "USD"}],
        foreign_change="2",
    )
    assert both.status_code == 201, both.json
    assert both.json["total"] == "125000.00"
    assert [(one["currency"], one["foreign_amount"]) for one in both.json["payments"]] == [("USD", "10.00")]
    back = refund(
        api,
        both.json,
        payments=[
            {"method": "cash", "amount": "10", "currency": "USD"},
            {"method": "cash", "amount": "40000"},
        ],
    )
    assert back.status_code == 201, back.json
    assert books() == []


def test_whoever_joins_an_exchange_is_named(shop: Shop, till: Api, books: Books) -> None:
    customer = make_customer(shop, credit_limit=Decimal(100_000))
    small, large = shop.product(price="40000"), shop.product(price="65000")
    sale = sold(till, item(small))
    debt = [{"method": "credit", "amount": "25000"}]
    nobody = swap(till, sale, everything(sale), [item(large)], payments=debt)
    assert (nobody.status_code, nobody.json["code"]) == (422, "customer_needed")
    both = swap(till, sale, everything(sale), [item(large)], payments=debt, customer_id=customer)
    assert both.status_code == 201, both.json
    assert account(shop, customer)[0] == -25_000
    assert books() == []


def test_an_exchange_is_sent_twice(shop: Shop, till: Api, shift: int) -> None:
    small, large = shop.product(price="40000"), shop.product(price="65000")
    sale = sold(till, item(small))
    uuid = str(uuid4())
    first = swap(till, sale, everything(sale), [item(large)], client_uuid=uuid)
    again = swap(till, sale, everything(sale), [item(large)], client_uuid=uuid)
    assert (first.status_code, again.status_code, again.json) == (201, 200, first.json)
    other = swap(till, sale, everything(sale), [item(large, 2)], client_uuid=uuid)
    assert (other.status_code, other.json["code"]) == (409, "client_uuid_reused")
    assert cash_of(shop, shift) == 565_000


# --- without a receipt -------------------------------------------------------------------------------------------


def loose(api: Api, *items: Answer, **facts: Any) -> Any:
    body = {"client_uuid": str(uuid4()), "items": list(items), "reason": "chek yo'qolgan"} | facts
    return api.post("/api/refunds", body)


def test_goods_without_a_receipt(shop: Shop, till: Api, shift: int, books: Books) -> None:
    milk = shop.product("Sut", price="13500", cost="9000")
    answer = loose(
        till, item(milk, 2), item(milk, 1, price="10000", restock="damaged"), item(milk, restock="none")
    )
    assert answer.status_code == 201, answer.json
    back = answer.json
    assert (back["type"], back["original_id"], back["reason"]) == ("refund", None, "chek yo'qolgan")
    assert (back["total"], paid(back)) == ("-50500.00", {"cash": "-50500.00"})
    assert [line["restock"] for line in back["items"]] == ["sale", "damaged", "none"]
    assert stock_of(shop, milk) == (102, 102 * 9000)
    assert cash_of(shop, shift) == 449_500
    assert refund(till, back, {"sale_item_id": back["items"][0]["id"], "quantity": 1}).json["code"] == (
        "refund_of_refund"
    )
    assert books() == []


def test_they_are_taken_back_at_the_price_of_now_or_below(shop: Shop, till: Api) -> None:
    milk = shop.product("Sut", price="13500")
    answer = loose(till, item(milk, price="13500.01"))
    assert (answer.status_code, answer.json["code"]) == (422, "price_above_shop")
    assert loose(till, item(milk, price="0")).json["total"] == "0.00"


def test_without_a_receipt_it_goes_to_the_account_or_the_card(shop: Shop, till: Api, books: Books) -> None:
    milk = shop.product(price="13500")
    customer = make_customer(shop)
    assert loose(till, item(milk), payments=[{"method": "credit"}]).json["code"] == "customer_needed"
    back = loose(till, item(milk), payments=[{"method": "credit"}], customer_id=customer)
    assert back.status_code == 201, back.json
    assert account(shop, customer) == (13_500, 0)
    assert paid(loose(till, item(milk), payments=[{"method": "card"}]).json) == {"card": "-13500.00"}
    for method in ("points", "transfer"):
        answer = loose(till, item(milk), payments=[{"method": method}], customer_id=customer)
        assert (answer.status_code, answer.json["code"]) == (422, "tender_not_for_refunds")
    assert books() == []


def test_without_a_receipt_needs_the_right_a_reason_and_sense(
    shop: Shop, api_of: Callable[..., Api], open_till: int
) -> None:
    milk = shop.product(price="13500")
    cashier = api_of("cashier")
    refused = loose(cashier, item(milk))
    assert (refused.status_code, refused.json["approval"]) == (403, "sales:sale:refund_without_receipt")
    uuid = str(uuid4())
    body = {
        "action": "sales:sale:refund_without_receipt",
        "user_id": shop.users["manager"],
        "pin": PIN,
        "subject_uuid": uuid,
    }
    token = cashier.post("/api/approvals", body).json["token"]
    facts = {"client_uuid": uuid, "approvals": [token]}
    for wrong in (
        {"reason": ""},
        {"reason": None},
        {"items": []},
        {"items": [item(milk, 0)]},
        {"items": [item(milk, "-1")]},
        {"items": [item(milk, "0.5")]},
        {"items": [{"quantity": 1}]},
        {"items": [item(2**61)]},
        {"items": [item(milk, 100_000_000_000)]},
        {"payments": [{"method": "cash", "amount": "1"}]},
        {"customer_id": 2**61, "payments": [{"method": "credit"}]},
    ):
        answer = loose(cashier, *wrong.pop("items", [item(milk)]), **facts | wrong)
        assert answer.status_code in {404, 422}, (wrong, answer.json)
    allowed = loose(cashier, item(milk), **facts)
    assert allowed.status_code == 201, allowed.json
    assert loose(cashier, item(milk), **facts).status_code == 200
    assert loose(cashier, item(milk, 2), **facts).json["code"] == "client_uuid_reused"


def test_one_shop_does_not_take_back_the_goods_of_another(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], till: Api
) -> None:
    theirs = stranger.product(price="13500")
    answer = loose(till, item(theirs))
    assert (answer.status_code, answer.json["code"]) == (404, "product_not_found")
    customer = make_customer_of(stranger)
    mine = shop.product(price="13500")
    answer = loose(till, item(mine), payments=[{"method": "credit"}], customer_id=customer)
    assert (answer.status_code, answer.json["code"]) == (404, "customer_not_found")


def make_customer_of(shop: Shop) -> int:
    from smartpos.crm.models import Customer

    with shop.inside("stranger"):
        customer = Customer(name="Begona", customer_number="C-1")
        db.session.add(customer)
        db.session.flush()
        return customer.id


def test_without_a_receipt_promotions_and_the_customers_prices_hold(
    shop: Shop, till: Api, books: Books
) -> None:
    from smartpos.catalog.models import Promotion, PromotionKind, PromotionTarget

    milk = shop.product("Sut", price="10000")
    with shop.inside("owner"):
        promotion = Promotion(name="Yarim narx", kind=PromotionKind.PERCENT, percent=Decimal(50))
        promotion.targets.append(PromotionTarget(product_id=milk))
        db.session.add(promotion)
    back = loose(till, item(milk, 2)).json
    # Whoever bought it today paid half.
    assert (back["total"], back["items"][0]["promotion"]) == ("-10000.00", "-10000.00")
    assert loose(till, item(milk, price="5000")).json["total"] == "-5000.00"
    assert loose(till, item(milk, price="5000.01")).json["code"] == "price_above_shop"
    assert books() == []
