"""Summaries of days: equal to the ledgers after whatever has happened, in whatever order they were refreshed."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update

from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_till
from smartpos.reports.models import (
    DailyPayments,
    DailyProductSales,
    DailySales,
    HourlySales,
    SummaryMark,
)
from smartpos.reports.operations.summaries import rebuild_summaries, refresh_summaries
from smartpos.reports.queries.books import summary_checks, verify_books
from smartpos.reports.queries.summaries import read_together
from smartpos.sales.models import Sale, Shift
from smartpos.sales.operations import open_shift
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.counter import everything, item, make_customer, refund, set_setting, sold

AT_ONCE = timedelta(0)
ZONE = ZoneInfo("Asia/Tashkent")


def wrong(shop: Shop) -> list[Any]:
    with shop.app.app_context(), platform_scope(reason="test"):
        return verify_books(shop.organization_id)


def make_older(shop: Shop, *sale_ids: int) -> None:
    """Let receipts have been made an hour ago, all of them without ids; as nobody of the product can."""
    some = f" AND id IN ({', '.join(map(str, sale_ids))})" if sale_ids else ""
    with shop.app.app_context(), platform_scope(reason="test"):
        connection = db.session.connection()
        connection.exec_driver_sql("RESET ROLE")
        connection.exec_driver_sql(
            "UPDATE sales SET created_at = created_at - interval '1 hour' "
            f"WHERE organization_id = {shop.organization_id}{some}"
        )
        db.session.commit()


def refresh(shop: Shop, settles_after: timedelta = AT_ONCE) -> int:
    with shop.inside():
        return refresh_summaries(shop.organization_id, settles_after=settles_after).sets


def from_receipts(shop: Shop) -> dict[str, Any]:
    """What the summaries should say, added up from the receipts by another way than theirs."""
    days: dict[Any, list[Any]] = {}
    hours: Counter[Any] = Counter()
    products: Counter[Any] = Counter()
    methods: Counter[Any] = Counter()
    with shop.inside():
        for one in db.session.scalars(select(Sale)):
            day = (one.business_date, one.branch_id)
            sums = days.setdefault(day, [0, 0, Decimal(0), Decimal(0)])
            sums[one.type.value == "refund"] += 1
            sums[2] += one.total_amount
            sums[3] += one.cost_amount
            hours[(*day, one.sold_at.astimezone(ZONE).hour)] += one.total_amount
            for line in one.items:
                products[(*day, line.product_id)] += line.total_amount
            for payment in one.payments:
                methods[(*day, payment.method.value)] += payment.amount
    return {"days": days, "hours": dict(hours), "products": dict(products), "methods": dict(methods)}


def from_summaries(shop: Shop) -> dict[str, Any]:
    with shop.inside():
        return {
            "days": {
                (row.business_date, row.branch_id): [row.receipts, row.refunds, row.revenue, row.cost_amount]
                for row in db.session.scalars(select(DailySales))
            },
            "hours": {
                (row.business_date, row.branch_id, row.hour): row.revenue
                for row in db.session.scalars(select(HourlySales))
            },
            "products": {
                (row.business_date, row.branch_id, row.product_id): row.revenue
                for row in db.session.scalars(select(DailyProductSales))
            },
            "methods": {
                (row.business_date, row.branch_id, row.method.value): row.amount
                for row in db.session.scalars(select(DailyPayments))
            },
        }


def as_read(shop: Shop) -> dict[str, Any]:
    """The same as a dashboard reads it: summaries and what is beyond their mark."""
    with shop.inside("owner"):
        actor = shop.actor()
        today = actor.organization.today
        since = today - timedelta(days=60)
        branches = (shop.branch_id, shop.warehouse_id)

        def read(reach: Any) -> dict[str, Any]:
            return {
                "days": {
                    (row.day, row.branch_id): [row.receipts, row.refunds, row.revenue, row.cost]
                    for row in reach.days(since, today)
                },
                "hours": {(row.day, row.hour): row.revenue for row in reach.hours(since, today)},
                "products": {row.product_id: row.revenue for row in reach.products(since, today, limit=100)},
                "methods": {row.method: row.amount for row in reach.payments(since, today)},
            }

        return read_together(actor, branches, read)


def reduced(sums: dict[Any, Any], *places: int) -> dict[Any, Decimal]:
    """Sums by some parts of their keys."""
    found: Counter[Any] = Counter()
    for key, amount in sums.items():
        found[tuple(key[place] for place in places) if len(places) > 1 else key[places[0]]] += amount
    return dict(found)


class Life:
    """A shop in which things happen by chance: two tills in two branches, sales of today and of days ago."""

    def __init__(self, shop: Shop, api_of: Callable[..., Api], seed: int) -> None:
        self.shop = shop
        self.dice = random.Random(seed)
        set_setting(shop, "sell_below_zero", True)
        self.goods = [
            shop.product(price=str(self.dice.randint(500, 90_000)), stock="10000") for _n in range(3)
        ]
        self.customers = [None, make_customer(shop, credit_limit=Decimal(10**12))]
        self.shifts: dict[str, int] = {}
        with shop.inside("owner"):
            place = db.session.get_one(Branch, shop.warehouse_id)
            elsewhere = create_till(branch=place, name="3-kassa", actor=shop.actor()).id
        for who, till in (("manager", shop.till_id), ("owner", elsewhere)):
            with shop.inside(who):
                shift = open_shift(till, opening_cash=Decimal(10**9), actor=shop.actor(who))
                shift.opened_at = utc_now() - timedelta(days=20)
                self.shifts[who] = shift.id
        self.tills = {who: api_of(who, "bahor") for who in self.shifts}
        self.receipts: list[tuple[str, Any]] = []

    def lines(self) -> list[Any]:
        chosen = self.dice.sample(self.goods, self.dice.randint(1, 3))
        return [item(product, self.dice.randint(1, 5)) for product in chosen]

    def sale(self) -> None:
        who = self.dice.choice(list(self.shifts))
        customer = self.dice.choice(self.customers)
        facts: dict[str, Any] = {"customer_id": customer} if customer else {}
        if self.dice.random() < 0.3:
            facts["discount"] = "100"
        self.receipts.append((who, sold(self.tills[who], *self.lines(), **facts)))

    def late_sale(self) -> None:
        """One that a till made days ago and sends only now."""
        who = self.dice.choice(list(self.shifts))
        moment = utc_now() - timedelta(minutes=self.dice.randint(10, 19 * 24 * 60))
        body = {
            "client_uuid": str(uuid4()),
            "items": self.lines(),
            "payments": [{"method": "cash", "amount": "10000000"}],
            "offline": True,
            "shift_id": self.shifts[who],
            "sold_at": moment.isoformat(),
        }
        answer = self.tills[who].post("/api/sell", body)
        assert answer.status_code == 201, answer.json
        self.receipts.append((who, answer.json))

    def refund(self) -> None:
        if self.receipts:
            who, receipt = self.receipts.pop(self.dice.randrange(len(self.receipts)))
            parts = everything(receipt)[: self.dice.randint(1, 3)]
            assert refund(self.tills[who], receipt, *parts).status_code == 201

    def exchange(self) -> None:
        if self.receipts:
            who, receipt = self.receipts.pop(self.dice.randrange(len(self.receipts)))
            parts = everything(receipt)[:1]
            facts = {"exchange_items": self.lines()}
            answer = refund(self.tills[who], receipt, *parts, **facts)
            assert answer.status_code == 201, answer.json

    def refresh(self) -> None:
        """Some or all of what has happened is summed up."""
        if self.dice.random() < 0.15:
            with self.shop.inside():
                rebuild_summaries(self.shop.organization_id, settles_after=AT_ONCE)
        else:
            refresh(self.shop, self.dice.choice([AT_ONCE, timedelta(seconds=0.4), timedelta(minutes=15)]))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_summaries_equal_the_ledgers(
    shop: Shop, api_of: Callable[..., Api], seed: int
) -> None:
    life = Life(shop, api_of, seed)
    happenings = [life.sale, life.sale, life.late_sale, life.refund, life.exchange, life.refresh]
    for turn in range(30):
        life.dice.choice(happenings)()
        if turn % 6 == 5:
            # With the receipts beyond the mark they are right at any moment.
            expected, seen = from_receipts(shop), as_read(shop)
            assert seen["days"] == expected["days"]
            assert seen["hours"] == reduced(expected["hours"], 0, 2)
            assert seen["methods"] == reduced(expected["methods"], 2)
            sums = reduced(expected["products"], 2)
            assert all(sums[product] == revenue for product, revenue in seen["products"].items())
            assert wrong(shop) == []
    refresh(shop)
    assert from_summaries(shop) == from_receipts(shop)
    assert wrong(shop) == []
    assert refresh(shop) == 0


def test_only_days_with_something_new_are_summed_up_again(shop: Shop, api_of: Callable[..., Api]) -> None:
    life = Life(shop, api_of, 7)
    life.sale()
    life.late_sale()
    assert refresh(shop) == 2
    with shop.inside():
        before = dict(db.session.execute(select(DailySales.business_date, DailySales.id)).all())
    life.late_sale()
    assert refresh(shop) == 1
    with shop.inside():
        after = dict(db.session.execute(select(DailySales.business_date, DailySales.id)).all())
    assert len([day for day in before if before[day] != after[day]]) <= 1


def test_receipts_that_may_have_gaps_before_them_wait(shop: Shop, api_of: Callable[..., Api]) -> None:
    life = Life(shop, api_of, 3)
    life.sale()
    life.sale()
    assert refresh(shop, timedelta(minutes=15)) == 0
    with shop.inside():
        assert db.session.scalars(select(SummaryMark.last_sale_id)).one() < min(
            receipt["id"] for _who, receipt in life.receipts
        )
    make_older(shop, life.receipts[0][1]["id"])
    assert refresh(shop, timedelta(minutes=15)) == 1
    with shop.inside():
        assert db.session.scalars(select(SummaryMark.last_sale_id)).one() == life.receipts[0][1]["id"]
        assert db.session.scalars(select(DailySales.receipts)).all() == [1]
    assert as_read(shop)["days"] == from_receipts(shop)["days"]


def test_summaries_that_are_wrong_are_found_and_rebuilt(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api]
) -> None:
    life = Life(shop, api_of, 5)
    for _turn in range(4):
        life.sale()
    refresh(shop)
    laws = {check.name for check in summary_checks()}
    with shop.inside():
        db.session.execute(update(DailySales).values(revenue=DailySales.revenue + 1))
        db.session.execute(update(DailyProductSales).values(quantity=DailyProductSales.quantity + 1))
        db.session.execute(update(HourlySales).values(receipts=HourlySales.receipts + 1))
        db.session.execute(delete(DailyPayments))
    assert {one.check for one in wrong(shop)} == laws
    runner = shop.app.test_cli_runner()
    assert runner.invoke(args=["books", "verify"]).exit_code == 1
    make_older(shop)
    done = runner.invoke(args=["reports", "rebuild", "--tenant", "bahor"])
    assert done.exit_code == 0, done.output
    assert wrong(shop) == []
    assert from_summaries(shop) == from_receipts(shop)
    assert runner.invoke(args=["books", "verify", "--organization", "bahor"]).exit_code == 0
    assert runner.invoke(args=["reports", "rebuild", "--tenant", "nobody"]).exit_code != 0


def test_the_close_of_a_shift_and_the_scheduler_bring_summaries_to_date(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    from smartpos.core.events import dispatch_events
    from smartpos.reports.jobs import summaries as jobs

    life = Life(shop, api_of, 9)
    life.sale()
    asked: list[int] = []
    monkeypatch.setattr(jobs, "enqueue_after_commit", lambda _work, number: asked.append(number))
    with shop.app.app_context():
        jobs.refresh_all_summaries()
    assert asked == [shop.organization_id]
    make_older(shop)
    with shop.app.app_context():
        jobs.refresh_summaries_of(shop.organization_id)
        jobs.refresh_all_summaries()
        db.session.commit()
    assert asked == [shop.organization_id]
    assert from_summaries(shop) == from_receipts(shop)
    life.late_sale()
    make_older(shop)
    who = life.receipts[-1][0]
    shift_id = life.shifts[who]
    with shop.inside():
        cash = db.session.scalars(select(Shift.cash_balance).where(Shift.id == shift_id)).one()
    answer = life.tills[who].post(f"/api/shifts/{shift_id}/close", {"closing_cash": str(cash)})
    assert answer.status_code == 200, answer.json
    with shop.app.app_context():
        dispatch_events(shop.organization_id)
    assert from_summaries(shop) == from_receipts(shop)
