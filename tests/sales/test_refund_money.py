"""The money of what comes back: the way it came, or another one with the right."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from smartpos.core.db import db
from smartpos.crm.models import CustomerEntryKind, CustomerTransaction
from smartpos.sales.operations import open_shift
from tests.cast import PIN, Shop
from tests.conftest import Api
from tests.sales.counter import (
    Books,
    account,
    cash_of,
    item,
    make_customer,
    paid,
    part,
    refund,
    set_setting,
    sold,
    status_of,
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


def test_money_goes_back_the_way_it_came(shop: Shop, till: Api, shift: int, books: Books) -> None:
    sale = sold(
        till,
        item(shop.product(price="1000"), 10),
        payments=[{"method": "card", "amount": "6000"}, {"method": "cash", "amount": "5000"}],
    )
    what = till.get(f"/api/sales/{sale['id']}/refundable").json
    assert what["payments"] == [{"method": "card", "left": "6000.00"}, {"method": "cash", "left": "4000.00"}]
    assert paid(refund(till, sale, part(sale, 0, 4)).json) == {"card": "-4000.00"}
    assert paid(refund(till, sale, part(sale, 0, 3)).json) == {"card": "-2000.00", "cash": "-1000.00"}
    what = till.get(f"/api/sales/{sale['id']}/refundable").json
    assert what["payments"] == [{"method": "cash", "left": "3000.00"}]
    assert (what["total_left"], what["items"][0]["left"], what["items"][0]["amount_left"]) == (
        "3000.00",
        "3.000",
        "3000.00",
    )
    assert paid(refund(till, sale, part(sale, 0, 3)).json) == {"cash": "-3000.00"}
    assert cash_of(shop, shift) == 500_000
    assert books() == []


def test_another_way_needs_the_right(shop: Shop, api_of: Callable[..., Api], open_till: int) -> None:
    cashier = api_of("cashier")
    sale = sold(cashier, item(shop.product(price="1000"), 3), payments=[{"method": "card", "amount": "3000"}])
    uuid = str(uuid4())

    def allow(action: str) -> str:
        body = {"action": action, "user_id": shop.users["manager"], "pin": PIN, "subject_uuid": uuid}
        return str(cashier.post("/api/approvals", body).json["token"])

    one = allow("sales:sale:refund")
    in_cash = [{"method": "cash", "amount": "1000"}]
    refused = refund(cashier, sale, part(sale, 0, 1), client_uuid=uuid, approvals=[one], payments=in_cash)
    assert (refused.status_code, refused.json["code"]) == (403, "other_tender")
    assert refused.json["approval"] == "sales:sale:refund_other_tender"
    assert refused.json["methods"] == ["cash"]
    both = [one, allow("sales:sale:refund_other_tender")]
    done = refund(cashier, sale, part(sale, 0, 1), client_uuid=uuid, approvals=both, payments=in_cash)
    assert done.status_code == 201, done.json
    assert paid(done.json) == {"cash": "-1000.00"}


def test_all_of_it_may_go_one_way_without_saying_how_much(shop: Shop, till: Api) -> None:
    sale = sold(till, item(shop.product(price="1000"), 3), payments=[{"method": "card", "amount": "3000"}])
    back = refund(till, sale, part(sale, 0, 2), payments=[{"method": "transfer"}])
    assert paid(back.json) == {"transfer": "-2000.00"}


@pytest.mark.parametrize(
    ("payments", "told"),
    [
        ([{"method": "cash", "amount": "999"}], (422, "money_back_differs")),
        ([{"method": "cash", "amount": "1001"}], (422, "money_back_differs")),
        ([], (422, "money_back_differs")),
        ([{"method": "cash", "amount": "0"}], (422, "invalid")),
        ([{"method": "cash", "amount": "-1000"}], (422, "invalid")),
        ([{"method": "cash", "amount": "9999999999999999.99"}], (422, "money_back_differs")),
        ([{"method": "credit", "amount": "1000"}], (422, "customer_needed")),
        ([{"method": "points", "amount": "1000"}], (422, "customer_needed")),
        ([{"method": "cash"}, {"method": "card"}], (422, "invalid")),
        ([{"method": "cash", "amount": "1", "currency": "USD"}], (409, "too_much_foreign_back")),
        ([{"method": "card", "amount": "1", "currency": "USD"}], (422, "currency_not_taken")),
        ([{"method": "gold", "amount": "1"}], (422, "invalid")),
        ("all", (422, "invalid")),
    ],
)
def test_payments_that_make_no_sense(
    shop: Shop,
    till: Api,
    shift: int,
    payments: Any,
    told: tuple[int, str],
) -> None:
    sale = sold(till, item(shop.product(price="1000"), 3))
    answer = refund(till, sale, part(sale, 0, 1), payments=payments)
    assert (answer.status_code, answer.json["code"]) == told, answer.json
    assert cash_of(shop, shift) == 503_000
    assert status_of(shop, sale["id"]) == "completed"


def test_no_more_cash_than_the_drawer_holds(shop: Shop, till: Api, shift: int) -> None:
    sale = sold(
        till, item(shop.product(price="600000"), 1), payments=[{"method": "card", "amount": "600000"}]
    )
    answer = refund(till, sale, payments=[{"method": "cash"}])
    assert (answer.status_code, answer.json["code"]) == (409, "not_enough_cash")
    assert cash_of(shop, shift) == 500_000
    assert refund(till, sale).status_code == 201


def test_cash_rounding_goes_back_with_the_last_piece(shop: Shop, till: Api, shift: int, books: Books) -> None:
    set_setting(shop, "cash_rounding_step", "1000")
    sale = sold(till, item(shop.product(price="3400"), 3), cash="10000")
    assert (sale["total"], sale["rounding"]) == ("10000.00", "-200.00")
    backs = [refund(till, sale, part(sale, 0, 1)).json for _piece in range(3)]
    assert [back["total"] for back in backs] == ["-3000.00", "-4000.00", "-3000.00"]
    assert [back["rounding"] for back in backs] == ["400.00", "-600.00", "400.00"]
    assert cash_of(shop, shift) == 500_000
    assert books() == []


def test_debt_and_points_are_restored(shop: Shop, till: Api, books: Books) -> None:
    set_setting(shop, "loyalty_percent", 10)
    customer = make_customer(shop, credit_limit=Decimal(100_000))
    tea = shop.product(price="1000")
    sold(till, item(tea, 50), customer_id=customer)
    assert account(shop, customer) == (0, 5000)
    sale = sold(
        till,
        item(tea, 10),
        customer_id=customer,
        payments=[
            {"method": "credit", "amount": "5000"},
            {"method": "points", "amount": "3000"},
            {"method": "cash", "amount": "2000"},
        ],
    )
    assert account(shop, customer) == (-5000, 5000 - 3000 + 700)
    first = refund(till, sale, part(sale, 0, 7)).json
    assert paid(first) == {"credit": "-5000.00", "points": "-2000.00"}
    assert (first["customer_balance"], first["points_earned"], first["points_used"]) == (
        "0.00",
        "-490.00",
        "-2000.00",
    )
    assert account(shop, customer) == (0, 2700 + 2000 - 490)
    last = refund(till, sale, part(sale, 0, 3)).json
    assert paid(last) == {"points": "-1000.00", "cash": "-2000.00"}
    assert account(shop, customer) == (0, 5000)
    with shop.inside():
        sale_row, *refunds = db.session.scalars(
            select(CustomerTransaction)
            .where(CustomerTransaction.origin_id.in_([sale["id"], first["id"], last["id"]]))
            .order_by(CustomerTransaction.id)
        ).all()
        assert {row.transaction_type for row in refunds} == {CustomerEntryKind.REFUND}
        assert {row.reverses_id for row in refunds} == {sale_row.id}
        assert sum(row.turnover for row in [sale_row, *refunds]) == 0
    assert books() == []


def test_a_deleted_customers_goods_come_back_too(shop: Shop, till: Api, books: Books) -> None:
    customer = make_customer(shop, credit_limit=Decimal(100_000))
    sale = sold(
        till,
        item(shop.product(price="1000"), 2),
        customer_id=customer,
        payments=[{"method": "credit", "amount": "2000"}],
    )
    with shop.inside("owner"):
        from smartpos.core.db import utc_now
        from smartpos.crm.models import Customer

        db.session.execute(update(Customer).where(Customer.id == customer).values(deleted_at=utc_now()))
    assert refund(till, sale).status_code == 201
    assert books() == []


def test_foreign_cash_goes_back_in_the_shops_own_or_as_it_came(
    shop: Shop, api_of: Callable[..., Api], books: Books
) -> None:
    set_setting(shop, "foreign_currency", "USD")
    api = api_of("manager")
    opened = api.post(
        "/api/shifts/open",
        {
            "till_id": shop.till_id,
            "opening_cash": "500000",
            "opening_foreign": "0",
            "exchange_rate": "12500",
        },
    )
    assert opened.status_code == 201, opened.json
    sale = sold(
        api,
        item(shop.product(price="25000"), 5),
        payments=[{"method": "cash", "amount": "10", "currency": "USD"}],
    )
    assert api.get(f"/api/sales/{sale['id']}/refundable").json["foreign"] == [
        {"currency": "USD", "left": "10.00"}
    ]
    own = refund(api, sale, part(sale, 0, 1)).json
    assert [(one["currency"], one["amount"]) for one in own["payments"]] == [(None, "-25000.00")]
    dollars = refund(
        api, sale, part(sale, 0, 2), payments=[{"method": "cash", "amount": "4", "currency": "USD"}]
    ).json
    assert [(one["currency"], one["amount"], one["foreign_amount"]) for one in dollars["payments"]] == [
        ("USD", "-50000.00", "-4.00")
    ]
    too_much = refund(
        api,
        sale,
        part(sale, 0, 2),
        payments=[{"method": "cash", "amount": "7", "currency": "USD"}],
    )
    assert (too_much.status_code, too_much.json["code"]) == (409, "too_much_foreign_back")
    assert books() == []


# --- goods -------------------------------------------------------------------------------------------------------
