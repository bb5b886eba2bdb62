"""Selling to customers: on credit, for points, for foreign cash, and what the account says afterwards."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from smartpos.catalog.models import Promotion, PromotionKind, PromotionTarget
from smartpos.core.db import db, utc_now
from smartpos.crm.models import Customer, CustomerTransaction
from smartpos.finance.models import CashEntry
from smartpos.identity.models import Role, User
from smartpos.sales.models import Approval, Shift
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.test_sell_api import item, sale
from tests.sales.test_sell_api import set_setting as setting


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api], open_till: int) -> Api:
    return api_of("cashier")


def customer(shop: Shop, limit: str | None = "100000", **facts: Any) -> int:
    with shop.inside("owner"):
        row = Customer(
            name="Karimov Aziz",
            customer_number=str(uuid4()),
            credit_limit=None if limit is None else Decimal(limit),
            **facts,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def account(shop: Shop, customer_id: int) -> tuple[Decimal, Decimal]:
    with shop.inside():
        row = db.session.get_one(Customer, customer_id)
        return row.balance, row.points


def approve(shop: Shop, action: str, subject: str, **changes: Any) -> str:
    """An approval as a manager gives it at the till."""
    with shop.inside("manager"):
        row = Approval(
            **{
                "token": uuid4(),
                "action": action,
                "subject_uuid": UUID(subject),
                "requested_by": shop.users["cashier"],
                "approved_by": shop.users["manager"],
                "facts": {},
                "expires_at": utc_now() + timedelta(minutes=10),
            }
            | changes
        )
        db.session.add(row)
        db.session.flush()
        return str(row.token)


def on_credit(amount: str, **facts: Any) -> list[dict[str, Any]]:
    return [{"method": "credit", "amount": amount, **facts}]


def test_what_is_sold_on_credit_is_owed(shop: Shop, till: Api, books: Callable[[], list[str]]) -> None:
    who = customer(shop)
    due = (utc_now().date() + timedelta(days=10)).isoformat()
    tv = shop.product(price="60000")
    part = [*on_credit("50000", due_date=due), {"method": "cash", "amount": "10000"}]
    body = till.post("/api/sell", sale(item(tv), customer_id=who, payments=part)).json
    assert (body["payment_method"], body["customer"]["name"]) == ("mixed", "Karimov Aziz")
    assert body["customer_balance"] == "-50000.00"
    assert {one["method"]: one["due_date"] for one in body["payments"]} == {"cash": None, "credit": due}
    assert account(shop, who)[0] == Decimal("-50000.00")
    with shop.inside():
        row = db.session.execute(select(CustomerTransaction)).scalar_one()
        assert (row.amount, row.turnover, str(row.due_date)) == (Decimal(-50000), Decimal(60000), due)
    assert till.get(f"/api/sales/{body['id']}").json == body
    assert books() == []


def test_above_the_limit_a_manager_has_to_allow_it(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    who = customer(shop)
    tv = shop.product(price="60000")
    assert (
        till.post("/api/sell", sale(item(tv), customer_id=who, payments=on_credit("60000"))).status_code
        == 201
    )
    second = sale(item(tv), customer_id=who, payments=on_credit("60000"))
    refused = till.post("/api/sell", second)
    assert (refused.status_code, refused.json["code"]) == (409, "credit_limit_exceeded")
    assert (refused.json["limit"], refused.json["balance"]) == ("100000.00", "-60000.00")
    right = refused.json["approval"]
    for forged in (
        str(uuid4()),
        approve(shop, right, str(uuid4())),
        approve(shop, right, second["client_uuid"], expires_at=utc_now() - timedelta(seconds=1)),
        approve(shop, right, second["client_uuid"], requested_by=shop.users["cashier2"]),
        approve(shop, "sales:sale:refund", second["client_uuid"]),
    ):
        assert till.post("/api/sell", second | {"approvals": [forged]}).status_code == 409
    token = approve(shop, right, second["client_uuid"])
    sold = till.post("/api/sell", second | {"approvals": [token]})
    assert (sold.status_code, sold.json["customer_balance"]) == (201, "-120000.00")
    with shop.inside():
        used = db.session.execute(select(Approval).where(Approval.token == UUID(token))).scalar_one()
        assert (used.origin_kind, used.origin_id) == ("sale", sold.json["id"])
    third = sale(item(tv), customer_id=who, payments=on_credit("60000"))
    assert till.post("/api/sell", third | {"approvals": [token]}).status_code == 409
    assert books() == []


def test_without_a_limit_of_their_own_the_shops_holds(shop: Shop, till: Api) -> None:
    who, tv = customer(shop, None), shop.product(price="60000")
    request = sale(item(tv), customer_id=who, payments=on_credit("60000"))
    assert till.post("/api/sell", request).json["limit"] == "0.00"
    setting(shop, "default_credit_limit", "60000.00")
    assert till.post("/api/sell", request).status_code == 201


def test_a_prepayment_is_used_up_before_there_is_debt(shop: Shop, till: Api) -> None:
    who, tv = customer(shop, "0"), shop.product(price="60000")
    with shop.inside("owner"):
        db.session.execute(update(Customer).where(Customer.id == who).values(balance=Decimal(60000)))
    body = till.post("/api/sell", sale(item(tv), customer_id=who, payments=on_credit("60000"))).json
    assert (body["customer_balance"], body["payments"][0]["due_date"]) == ("0.00", None)
    assert (
        till.post("/api/sell", sale(item(tv), customer_id=who, payments=on_credit("60000"))).status_code
        == 409
    )


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({}, 422, "customer_needed"),
        ({"customer_id": 999999999}, 404, "customer_not_found"),
        ({"customer_uuid": str(uuid4())}, 404, "customer_not_found"),
    ],
)
def test_credit_belongs_to_somebody(
    shop: Shop, till: Api, facts: dict[str, Any], status: int, code: str
) -> None:
    answer = till.post("/api/sell", sale(item(shop.product()), payments=on_credit("10000"), **facts))
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_debt_cannot_be_due_yesterday(shop: Shop, till: Api) -> None:
    payments = on_credit("10000", due_date="2020-01-01")
    answer = till.post("/api/sell", sale(item(shop.product()), customer_id=customer(shop), payments=payments))
    assert (answer.status_code, answer.json["code"]) == (422, "due_date_in_past")


def test_another_shops_customer_is_nobody_here(shop: Shop, stranger: Shop, till: Api) -> None:
    theirs = customer(stranger)
    answer = till.post(
        "/api/sell", sale(item(shop.product()), customer_id=theirs, payments=on_credit("10000"))
    )
    assert (answer.status_code, answer.json["code"]) == (404, "customer_not_found")


def test_points_are_earned_and_used_by_the_shops_rules(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    setting(shop, "loyalty_percent", 3)
    setting(shop, "loyalty_percent_gold", 5)
    setting(shop, "loyalty_most_percent", 30)
    who, gold = customer(shop), customer(shop, tier="gold")
    goods = shop.product(price="10090")
    body = till.post("/api/sell", sale(item(goods), customer_id=who)).json
    assert (body["points_earned"], body["points_balance"]) == ("302.00", "302.00")
    assert till.post("/api/sell", sale(item(goods), customer_id=gold)).json["points_earned"] == "504.00"
    too_many = [{"method": "points", "amount": "303"}, {"method": "cash", "amount": "10000"}]
    answer = till.post("/api/sell", sale(item(goods), customer_id=who, payments=too_many))
    assert (answer.status_code, answer.json["code"], answer.json["most"]) == (
        409,
        "not_enough_points",
        "302.00",
    )
    mixed = [{"method": "points", "amount": "302"}, {"method": "cash", "amount": "9788"}]
    body = till.post("/api/sell", sale(item(goods), customer_id=who, payments=mixed)).json
    assert (body["points_used"], body["points_earned"], body["points_balance"]) == (
        "302.00",
        "293.00",
        "293.00",
    )
    with shop.inside("owner"):
        db.session.execute(update(Customer).where(Customer.id == who).values(points=Decimal(999999)))
    most = till.post(
        "/api/sell", sale(item(goods), customer_id=who, payments=[{"method": "points", "amount": "10090"}])
    )
    assert most.json["most"] == "3027.00"


def test_foreign_cash_keeps_each_drawer_right(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    goods = shop.product(price="250000")
    dollars = [{"method": "cash", "amount": "20", "currency": "USD"}]
    answer = till.post("/api/sell", sale(item(goods), payments=dollars))
    assert (answer.status_code, answer.json["code"]) == (422, "currency_not_taken")
    with shop.inside("owner"):
        values = {"foreign_currency": "USD", "exchange_rate": Decimal("12650.5")}
        db.session.execute(update(Shift).where(Shift.id == open_till).values(**values))
    # 20 USD are 253 010; the change of 3 010 comes in so'm.
    body = till.post("/api/sell", sale(item(goods), payments=dollars)).json
    assert (body["paid"], body["change"], body["total"]) == ("253010.00", "3010.00", "250000.00")
    # 40 USD are 506 020; of the change 20 USD come back in dollars, the rest in so'm.
    forty = [{"method": "cash", "amount": "40", "currency": "USD"}]
    body = till.post("/api/sell", sale(item(goods), payments=forty, foreign_change="20")).json
    assert body["change"] == "256020.00"
    assert [(one["currency"], one["amount"], one["foreign_amount"]) for one in body["payments"]] == [
        (None, "-3010.00", None),
        ("USD", "253010.00", "20.00"),
    ]
    too_much = till.post("/api/sell", sale(item(goods), payments=forty, foreign_change="21"))
    assert too_much.status_code == 422
    # 15 USD and 60 242,50 so'm, exactly.
    both = [
        {"method": "cash", "amount": "15", "currency": "USD"},
        {"method": "cash", "amount": "60242.5"},
    ]
    assert till.post("/api/sell", sale(item(goods), payments=both)).json["change"] == "0.00"
    with shop.inside():
        shift = db.session.get_one(Shift, open_till)
        assert shift.foreign_balance == Decimal("55.00")
        entries = db.session.execute(
            select(CashEntry.currency, CashEntry.amount).where(CashEntry.kind == "sale")
        )
        assert sum(amount for currency, amount in entries if currency == "USD") == Decimal("55.00")
    assert books() == []


def test_the_total_the_customer_was_told_has_to_be_right(shop: Shop, till: Api) -> None:
    goods = shop.product(price="10000")
    answer = till.post("/api/sell", sale(item(goods), total="9000"))
    assert (answer.status_code, answer.json["code"], answer.json["total"]) == (
        409,
        "total_differs",
        "10000.00",
    )
    assert till.post("/api/sell", sale(item(goods), total="10000")).status_code == 201


def test_a_role_has_a_discount_limit_of_its_own(shop: Shop, till: Api) -> None:
    with shop.inside("owner"):
        role_id = select(User.role_id).where(User.id == shop.users["cashier"]).scalar_subquery()
        db.session.execute(update(Role).where(Role.id == role_id).values(max_discount_percent=5))
    goods = shop.product(price="10000")
    assert till.post("/api/sell", sale(item(goods, discount="500"))).status_code == 201
    request = sale(item(goods, discount="501"))
    answer = till.post("/api/sell", request)
    assert (answer.status_code, answer.json["limit_percent"]) == (422, 5)
    token = approve(shop, answer.json["approval"], request["client_uuid"])
    assert till.post("/api/sell", request | {"approvals": [token]}).status_code == 201


def test_a_price_set_by_hand_takes_a_managers_word(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    goods = shop.product(price="10000")
    request = sale(item(goods, price="8000"))
    answer = till.post("/api/sell", request)
    assert (answer.status_code, answer.json["approval"]) == (403, "sales:sale:change_price")
    token = approve(shop, "sales:sale:change_price", request["client_uuid"])
    line = till.post("/api/sell", request | {"approvals": [token]}).json["items"][0]
    assert (line["price"], line["list_price"], line["total"]) == ("8000.00", "10000.00", "8000.00")
    assert till.post("/api/sell", sale(item(goods, price="10000"))).status_code == 201
    assert books() == []


def test_expired_goods_are_not_sold(shop: Shop, till: Api) -> None:
    goods = shop.product()
    answer = till.post("/api/sell", sale(item(goods, expiration_date="2020-01-01")))
    assert (answer.status_code, answer.json["code"]) == (409, "goods_expired")
    later = (utc_now().date() + timedelta(days=3)).isoformat()
    body = till.post("/api/sell", sale(item(goods, expiration_date=later, batch_number="L-7"))).json
    assert (body["items"][0]["batch_number"], body["items"][0]["expiration_date"]) == ("L-7", later)


def test_promotions_go_off_before_people_do(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    goods, other = shop.product(price="10000"), shop.product(price="5000")
    with shop.inside("owner"):
        promotion = Promotion(name="Kuzgi aksiya", kind=PromotionKind.PERCENT, percent=Decimal(20))
        promotion.targets.append(PromotionTarget(product_id=goods))
        gold = Promotion(name="Oltin", kind=PromotionKind.FIXED_PRICE, amount=Decimal(4000), tier="gold")
        gold.targets.append(PromotionTarget(product_id=other))
        db.session.add_all([promotion, gold])
    body = till.post("/api/sell", sale(item(goods, 2, discount="1000"), item(other))).json
    first, second = body["items"]
    assert (first["promotion"], first["promotion_name"], first["discount"]) == (
        "4000.00",
        "Kuzgi aksiya",
        "1000.00",
    )
    assert (second["promotion"], second["promotion_id"]) == ("0.00", None)
    assert (body["gross"], body["discount"], body["total"]) == ("25000.00", "5000.00", "20000.00")
    assert till.get(f"/api/sales/{body['id']}").json == body
    body = till.post("/api/sell", sale(item(other), customer_id=customer(shop, tier="gold"))).json
    assert (body["total"], body["items"][0]["promotion_name"]) == ("4000.00", "Oltin")
    missed = sale(item(goods, shown_price="10000"), offline=True, shift_id=open_till, cash="10000")
    body = till.post("/api/sell", missed).json
    assert (body["total"], body["flags"]) == ("10000.00", ["price_differs"])
    seen = item(goods, shown_price="10000", shown_promotion="2000", promotion_id=first["promotion_id"])
    body = till.post("/api/sell", sale(seen, offline=True, shift_id=open_till, cash="8000")).json
    assert (body["total"], body["flags"], body["items"][0]["promotion_name"]) == (
        "8000.00",
        [],
        "Kuzgi aksiya",
    )
    assert books() == []
