"""Whatever is sold, exchanged and given back, in whatever pieces: in the end nobody has won or lost a tiyin."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.sales.models import Sale, SaleStatus
from smartpos.sales.operations import open_shift
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.counter import (
    Answer,
    Books,
    account,
    cash_of,
    item,
    make_customer,
    refund,
    set_setting,
    sold,
    stock_of,
)

OPENING = Decimal(100_000_000)


def make_goods(shop: Shop, dice: random.Random) -> list[tuple[int, str]]:
    """Products at awkward prices, by the piece and by weight; gives id and unit."""
    goods = []
    for number in range(4):
        unit = dice.choice(["dona", "kg"])
        price = Decimal(dice.randrange(1, 5_000_000)) / 100
        cost = Decimal(dice.randrange(1, 3_000_000)) / 100
        goods.append(
            (
                shop.product(
                    price=str(price),
                    cost=str(cost),
                    unit=unit,
                    stock="1000",
                    vat_included=number != 0,
                ),
                unit,
            )
        )
    return goods


def some(dice: random.Random, unit: str, most: Decimal = Decimal(9)) -> str:
    if unit == "dona":
        return str(dice.randint(1, int(most)))
    return str(Decimal(dice.randint(1, int(most * 1000))) / 1000)


def lines(dice: random.Random, goods: list[tuple[int, str]]) -> list[Answer]:
    chosen = dice.sample(goods, dice.randint(1, len(goods)))
    made = []
    for product, unit in chosen:
        made.append(item(product, some(dice, unit), discount=str(dice.choice([0, 0, "0.07"]))))
    return made


def pay(dice: random.Random, total: Decimal, customer: int | None) -> list[Answer]:
    """Some of everything that the customer has, the rest in cash."""
    ways = ["card", "transfer"] + (["credit"] if customer else [])
    payments = []
    left = total
    for way in dice.sample(ways, dice.randint(0, len(ways))):
        amount = (left * dice.randint(0, 60) / 100).quantize(Decimal("0.01"))
        if amount > 0:
            payments.append({"method": way, "amount": str(amount)})
            left -= amount
    if left > 0 or not payments:
        payments.append({"method": "cash", "amount": str(left)})
    return payments


@pytest.mark.parametrize("seed", range(6))
def test_all_that_is_bought_comes_back(
    shop: Shop, api_of: Callable[..., Api], books: Books, seed: int
) -> None:
    dice = random.Random(seed)
    set_setting(shop, "cash_rounding_step", dice.choice(["0", "100", "1000"]))
    set_setting(shop, "loyalty_percent", 3)
    with shop.inside("manager"):
        shift = open_shift(shop.till_id, opening_cash=OPENING, actor=shop.actor("manager")).id
    till = api_of("manager")
    goods = make_goods(shop, dice)
    customer = make_customer(shop, credit_limit=Decimal(10**12))
    open_receipts: list[int] = []
    for _sale in range(4):
        who = dice.choice([None, customer])
        asked = lines(dice, goods)
        # The total is not known before: a sale without any card tells it.
        probe = till.post(
            "/api/sell",
            {
                "client_uuid": "00000000-0000-4000-8000-000000000000",
                "items": asked,
                "payments": [{"method": "card", "amount": "0.01"}],
            },
        )
        total = Decimal(probe.json["total"])
        facts = {"customer_id": who} if who else {}
        payments = pay(dice, total, who)
        if all(one["method"] == "cash" for one in payments):
            payments = [{"method": "cash", "amount": "10000000"}]
        open_receipts.append(sold(till, *asked, payments=payments, **facts)["id"])
    turns = 0
    while open_receipts:
        turns += 1
        assert turns < 300
        sale_id = dice.choice(open_receipts)
        what = till.get(f"/api/sales/{sale_id}/refundable").json
        parts = pieces(dice, what, everything=turns > 40)
        facts: dict[str, Any] = {}
        if turns < 20 and dice.random() < 0.25:
            facts["exchange_items"] = lines(dice, goods)
        if "exchange_items" not in facts and dice.random() < 0.2:
            facts["payments"] = [{"method": dice.choice(["cash", "card"])}]
        answer = refund(till, {"id": sale_id}, *parts, **facts)
        assert answer.status_code == 201, (answer.json, facts, what)
        if answer.json["type"] == "exchange":
            open_receipts.append(answer.json["id"])
        if till.get(f"/api/sales/{sale_id}/refundable").json["status"] == "returned":
            open_receipts.remove(sale_id)
    assert books() == []
    with shop.inside():
        sales = db.session.scalars(select(Sale)).all()
        assert {one.status for one in sales if one.type.value != "refund"} == {SaleStatus.RETURNED}
        for name in ("total_amount", "gross_amount", "discount_amount", "tax_amount", "cost_amount"):
            assert sum(getattr(one, name) for one in sales) == 0, name
    for product, _unit in goods:
        assert stock_of(shop, product)[0] == 1000
    balance, points = account(shop, customer)
    assert points == 0
    # Whoever was paid back in cash for what a card had paid leaves the drawer so much poorer, and nothing else.
    with shop.inside():
        other = sum(
            payment.amount
            for one in sales_of(shop)
            for payment in one.payments
            if payment.method.value != "cash"
        )
    assert cash_of(shop, shift) - OPENING + other == 0
    assert balance == 0 or other != 0


def sales_of(shop: Shop) -> list[Sale]:
    return list(db.session.scalars(select(Sale)))


def pieces(dice: random.Random, what: Answer, *, everything: bool) -> list[Answer]:
    """Some of what is left of some lines."""
    left = [line for line in what["items"] if Decimal(line["left"]) > 0]
    parts = []
    for line in dice.sample(left, len(left) if everything else dice.randint(1, len(left))):
        quantity = line["left"]
        if not everything and dice.random() < 0.7:
            unit = "dona" if line["digits"] == 0 else "kg"
            quantity = some(dice, unit, Decimal(line["left"]))
        parts.append({"sale_item_id": line["sale_item_id"], "quantity": quantity})
    return parts
