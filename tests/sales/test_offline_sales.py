"""Sales that were made without a connection and are sent in afterwards: accepted as they happened, and flagged."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from smartpos.catalog.models import Product, ProductStatus
from smartpos.core.db import db, utc_now
from smartpos.finance.models import CashEntry
from smartpos.sales.models import Sale, Shift
from smartpos.sales.operations import close_shift
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.test_credit_and_points import account, customer, on_credit
from tests.sales.test_sell_api import item, on_hand, sale, set_setting


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api], open_till: int) -> Api:
    return api_of("cashier")


def offline(shift_id: int, *items: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return sale(*items, **{"offline": True, "shift_id": shift_id} | facts)


def test_what_was_charged_holds_and_is_flagged(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    goods = shop.product(price="12000", stock="1")
    with shop.inside("owner"):
        db.session.execute(
            update(Product)
            .where(Product.id == goods)
            .values(status=ProductStatus.INACTIVE, cash_allowed=False)
        )
    request = offline(open_till, item(goods, 3, shown_price="10000"), total="30000", cash="30000")
    answer = till.post("/api/sell", request)
    assert (answer.status_code, answer.json["total"]) == (201, "30000.00")
    assert set(answer.json["flags"]) == {"price_differs", "not_for_sale", "below_zero", "cash_rule"}
    assert answer.json["items"][0]["list_price"] == "12000.00"
    assert on_hand(shop, goods) == Decimal(-2)
    assert till.post("/api/sell", request).status_code == 200
    assert books() == []


def test_the_same_sale_sent_again_offline_is_the_same_sale(shop: Shop, till: Api, open_till: int) -> None:
    """The answer to the first attempt was lost; the till cannot know that the server had acted."""
    goods = shop.product(price="10000")
    online = sale(item(goods), cash="10000", shift_id=open_till)
    first = till.post("/api/sell", online)
    again = till.post("/api/sell", online | {"offline": True, "total": "10000"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["id"] == first.json["id"]
    with shop.inside():
        assert len(db.session.execute(select(Sale.id)).all()) == 1


def test_a_sale_after_the_close_is_late_and_its_money_is_in_the_books(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    goods = shop.product(price="10000")
    sold_at = utc_now()
    with shop.inside("cashier"):
        # The drawer already holds the 20 000 of the sale that has not arrived.
        shift = db.session.get_one(Shift, open_till)
        close_shift(shift, closing_cash=Decimal(70_000), actor=shop.actor("cashier"))
        assert shift.difference == Decimal(20_000)
    request = offline(
        open_till, item(goods, 2, shown_price="10000"), cash="20000", sold_at=sold_at.isoformat()
    )
    answer = till.post("/api/sell", request)
    assert answer.status_code == 201, answer.json
    assert (answer.json["is_late"], answer.json["flags"]) == (True, ["late"])
    assert answer.json["shift_id"] == open_till
    with shop.inside():
        shift = db.session.get_one(Shift, open_till)
        assert (shift.late_count, shift.late_total) == (1, Decimal("20000.00"))
        assert (shift.expected_cash, shift.closing_cash) == (Decimal(50_000), Decimal(70_000))
        kinds = db.session.execute(select(CashEntry.kind, CashEntry.amount).order_by(CashEntry.id)).all()
        assert [(kind.value, amount) for kind, amount in kinds[-2:]] == [
            ("late", Decimal(20_000)),
            ("late_offset", Decimal(-20_000)),
        ]
    assert on_hand(shop, goods) == Decimal(98)
    assert books() == []


def test_a_clock_that_is_wrong_by_a_day_is_not_believed(shop: Shop, till: Api, open_till: int) -> None:
    goods = shop.product(price="10000")
    for moment in (utc_now() + timedelta(days=1), utc_now() - timedelta(days=1)):
        claimed = moment.isoformat()
        online = till.post("/api/sell", sale(item(goods), sold_at=claimed))
        assert (online.status_code, online.json["code"]) == (422, "wrong_sold_at")
        body = till.post("/api/sell", offline(open_till, item(goods), sold_at=claimed)).json
        assert "clock_wrong" in body["flags"]
        with shop.inside():
            row = db.session.get_one(Sale, body["id"])
            assert row.claimed_at == moment
            assert db.session.get_one(Shift, open_till).opened_at <= row.sold_at <= utc_now()


def test_credit_above_the_last_known_limit_is_flagged(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    who, goods = customer(shop, "5000"), shop.product(price="10000")
    body = till.post(
        "/api/sell", offline(open_till, item(goods), customer_id=who, payments=on_credit("10000"))
    ).json
    assert body["flags"] == ["over_credit_limit"]
    assert account(shop, who)[0] == Decimal(-10000)
    assert books() == []


def test_discounts_and_hand_set_prices_without_the_right_are_flagged(
    shop: Shop, till: Api, open_till: int
) -> None:
    set_setting(shop, "max_discount_percent", 10)
    goods = shop.product(price="10000")
    body = till.post("/api/sell", offline(open_till, item(goods, discount="5000"))).json
    assert body["flags"] == ["discount_above_limit"]
    body = till.post("/api/sell", offline(open_till, item(goods, price="100"))).json
    assert body["flags"] == ["price_differs"]


def test_who_sold_is_who_sold(shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int) -> None:
    """Another cashier's unsent sales may be sent by a manager, and by nobody who has nothing to do with them."""
    goods = shop.product(price="10000")
    facts = {"cashier_id": shop.users["cashier"]}
    refused = api_of("cashier2").post("/api/sell", offline(open_till, item(goods), **facts))
    assert (refused.status_code, refused.json["code"]) == (403, "not_their_shift")
    body = api_of("manager").post("/api/sell", offline(open_till, item(goods), **facts)).json
    assert (body["cashier_id"], body["flags"]) == (shop.users["cashier"], ["other_sender"])
    with shop.inside():
        assert db.session.get_one(Sale, body["id"]).sent_by == shop.users["manager"]
    online = till.post("/api/sell", sale(item(goods), cashier_id=shop.users["cashier2"]))
    assert online.status_code == 403


def test_another_shops_shift_takes_nothing(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], open_till: int
) -> None:
    goods = stranger.product()
    answer = api_of("stranger").post("/api/sell", offline(open_till, item(goods)))
    assert (answer.status_code, answer.json["code"]) == (409, "no_open_shift")


@pytest.mark.parametrize("clock", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_clock_beyond_all_calendars_does_not_close_the_lists(
    shop: Shop, till: Api, open_till: int, clock: str, client_of: Callable[..., Any]
) -> None:
    """The claimed moment is kept with the sale; one that no list could show again is refused instead."""
    goods = shop.product(price="10000")
    answer = till.post("/api/sell", offline(open_till, item(goods, 1, shown_price="10000"), sold_at=clock))
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["sold_at"])
    back_office = client_of("manager")
    for page in ("receipts", "sale_payments", "attention"):
        assert back_office.get(f"/admin/{page}/").status_code == 200, page
