"""Reports of expenses, of the cash in tills and of customers' payments: reckoned again from their ledgers."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.reports import find_report
from smartpos.finance.models import (
    CashEntry,
    CashEntryKind,
    Expense,
    ExpenseSource,
    ExpenseStatus,
    PaidBy,
    Payment,
)
from smartpos.finance.operations import record_cash
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_workspace
from tests.cast import Shop
from tests.conftest import Api
from tests.reports.asking import all_of, ask
from tests.sales.counter import make_customer

ZONE = ZoneInfo("Asia/Tashkent")
TODAY = datetime.now(ZONE).date()
PERIOD = {"from": str(TODAY - timedelta(days=40)), "to": str(TODAY)}
FLOWS = {
    "sales": {CashEntryKind.SALE, CashEntryKind.LATE},
    "refunds": {CashEntryKind.REFUND},
    "debts": {CashEntryKind.DEBT},
    "put_in": {CashEntryKind.IN},
    "taken_out": {CashEntryKind.OUT},
    "expenses": {CashEntryKind.EXPENSE},
    "differences": {CashEntryKind.DIFFERENCE, CashEntryKind.LATE_OFFSET},
}


@pytest.fixture
def spent(shop: Shop, api_of: Callable[..., Api]) -> dict[str, int]:
    """Expenses of two branches on several days, one of them cancelled, one without a category; gives categories."""
    manager = api_of("manager")
    kinds = {one["name"]: one["id"] for one in manager.get("/api/expense-categories").json["items"][:2]}
    first, second = kinds.values()
    made = []
    for ago, amount, category, source, branch in (
        (0, "1200.50", first, "office", shop.branch_id),
        (0, "300", first, "bank", shop.branch_id),
        (0, "99.99", second, "bank", shop.warehouse_id),
        (5, "450", None, "office", shop.branch_id),
        (5, "7000", second, "office", shop.branch_id),
        (39, "80", first, "bank", shop.warehouse_id),
        (41, "5000", first, "bank", shop.branch_id),
    ):
        facts = {
            "amount": amount,
            "description": f"Xarajat {amount}",
            "source": source,
            "branch_id": branch,
            "spent_on": str(TODAY - timedelta(days=ago)),
        }
        if category is not None:
            facts["category_id"] = category
        answer = manager.post("/api/expenses", facts)
        assert answer.status_code == 201, answer.json
        made.append(answer.json["id"])
    assert manager.delete(f"/api/expenses/{made[4]}?reason=xato").status_code == 200
    return kinds


def booked(shop: Shop) -> list[Expense]:
    since = TODAY - timedelta(days=40)
    return [
        one for one in all_of(shop, Expense) if one.spent_on >= since and one.status is ExpenseStatus.BOOKED
    ]


def test_expenses_are_those_of_the_book(shop: Shop, spent: dict[str, int]) -> None:
    book = booked(shop)
    rows, totals = ask(shop, "expenses", **PERIOD)
    assert [(row["id"], row["day"], row["amount"], row["source"]) for row in rows] == [
        (one.id, one.spent_on, one.amount, one.source.value)
        for one in sorted(book, key=lambda one: (one.spent_on, one.id), reverse=True)
    ]
    assert totals["amount"] == sum(one.amount for one in book) == Decimal("2130.49")
    cancelled, _totals = ask(shop, "expenses", status="cancelled", **PERIOD)
    assert [row["amount"] for row in cancelled] == [7000]
    name, number = next(iter(spent.items()))
    mine, _totals = ask(shop, "expenses", expense_category_id=number, source="bank", **PERIOD)
    assert {(row["category"], row["amount"]) for row in mine} == {(name, 300), (name, 80)}

    by_category: dict[int | None, Decimal] = defaultdict(Decimal)
    by_day: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
    from_bank: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
    for one in book:
        by_category[one.category_id] += one.amount
        by_day[one.spent_on, one.branch_id] += one.amount
        if one.source is ExpenseSource.BANK:
            from_bank[one.spent_on, one.branch_id] += one.amount
    names = {number: name for name, number in spent.items()}
    rows, summed = ask(shop, "expenses-by-category", **PERIOD)
    assert [(row["category"], row["amount"]) for row in rows] == sorted(
        ((names.get(number or 0), amount) for number, amount in by_category.items()),
        key=lambda one: one[1],
        reverse=True,
    )
    assert summed["amount"] == totals["amount"] and summed["expenses"] == len(book)
    assert sum(row["share"] for row in rows) == pytest.approx(100, abs=Decimal("0.03"))
    places = {one.name: one.id for one in all_of(shop, Branch)}
    rows, summed = ask(shop, "expenses-by-day", **PERIOD)
    assert {(row["day"], places[row["branch"]]): row["amount"] for row in rows} == by_day
    assert {(row["day"], places[row["branch"]]): row["bank"] for row in rows if row["bank"]} == from_bank
    assert summed["till"] + summed["office"] + summed["bank"] == summed["amount"] == totals["amount"]


@pytest.fixture
def drawer(shop: Shop) -> None:
    """Two days of two tills, around midnight of the shop; one entry is of foreign money."""
    for ago, hour, till, kind, amount, currency in (
        (1, 0, shop.till_id, CashEntryKind.OPENING, "50000", None),
        (1, 0, shop.till_id, CashEntryKind.SALE, "1200.50", None),
        (1, 23, shop.till_id, CashEntryKind.SALE, "800", None),
        (1, 12, shop.till2_id, CashEntryKind.REFUND, "-300.25", None),
        (1, 13, shop.till2_id, CashEntryKind.DEBT, "5000", None),
        (1, 14, shop.till2_id, CashEntryKind.OUT, "-4000", None),
        (1, 22, shop.till2_id, CashEntryKind.DIFFERENCE, "-17", None),
        (1, 15, shop.till2_id, CashEntryKind.SALE, "20", "USD"),
        (0, 0, shop.till_id, CashEntryKind.LATE, "90", None),
        (0, 0, shop.till_id, CashEntryKind.LATE_OFFSET, "-90", None),
        (0, 0, shop.till_id, CashEntryKind.IN, "700", None),
        (0, 0, shop.till_id, CashEntryKind.EXPENSE, "-60", None),
        (60, 10, shop.till_id, CashEntryKind.SALE, "1", None),
    ):
        with shop.inside("cashier"):
            record_cash(
                branch_id=shop.branch_id,
                till_id=till,
                shift_id=1,
                kind=kind,
                amount=Decimal(amount),
                currency=currency,
                origin_kind="test",
                origin_id=1,
                occurred_at=datetime.combine(TODAY - timedelta(days=ago), time(hour), ZONE),
                actor=shop.actor("cashier"),
            )


def test_cash_by_day_is_the_sum_of_the_drawers(shop: Shop, drawer: None) -> None:
    days: dict[date, list[CashEntry]] = defaultdict(list)
    for one in all_of(shop, CashEntry):
        day = one.occurred_at.astimezone(ZONE).date()
        if (
            one.currency is None
            and one.kind is not CashEntryKind.OPENING
            and day >= TODAY - timedelta(days=40)
        ):
            days[day].append(one)
    rows, totals = ask(shop, "cash-flow", **PERIOD)
    assert [row["day"] for row in rows] == sorted(days, reverse=True) == [TODAY, TODAY - timedelta(days=1)]
    for row in rows:
        for flow, kinds in FLOWS.items():
            assert row[flow] == sum(one.amount for one in days[row["day"]] if one.kind in kinds), flow
        assert row["net"] == sum(row[flow] for flow in FLOWS)
    assert totals["net"] == sum(one.amount for held in days.values() for one in held)
    other, _totals = ask(shop, "cash-flow", till_id=shop.till2_id, **PERIOD)
    assert [(row["sales"], row["debts"], row["net"]) for row in other] == [(0, 5000, Decimal("682.75"))]


def test_payments_of_customers(shop: Shop) -> None:
    customer = make_customer(shop)
    with shop.inside("manager"):
        for number, (amount, method, ago) in enumerate(
            (("500", PaidBy.CASH, 0), ("250.50", PaidBy.CARD, 3), ("9", PaidBy.CASH, 300))
        ):
            db.session.add(
                Payment(
                    payment_number=f"P-{number}",
                    client_uuid=uuid4(),
                    content_hash="x",
                    customer_id=customer,
                    amount=Decimal(amount),
                    payment_method=method,
                    payment_date=TODAY - timedelta(days=ago),
                    branch_id=shop.branch_id,
                )
            )
    rows, totals = ask(shop, "customer-payments", **PERIOD)
    assert [(row["number"], row["customer"]) for row in rows] == [("P-0", "Aziza"), ("P-1", "Aziza")]
    assert totals["amount"] == Decimal("750.50")
    assert len(ask(shop, "customer-payments", method="card", customer_id=customer, **PERIOD)[0]) == 1


def test_money_stays_behind_the_walls(
    shop: Shop, stranger: Shop, spent: dict[str, int], drawer: None
) -> None:
    with shop.inside("owner"):
        north, south = (create_workspace(name=name, actor=shop.actor()).id for name in ("N", "S"))
        home = db.session.get(Branch, shop.branch_id)
        assert home is not None
        home.workspace_id = south
    amounts: dict[str, Any] = {
        "expenses": Decimal("179.99"),
        "expenses-by-category": Decimal("179.99"),
        "expenses-by-day": Decimal("179.99"),
        "cash-flow": 0,
    }
    for slug, amount in amounts.items():
        assert ask(shop, slug, **PERIOD)[0] and ask(stranger, slug, "stranger", **PERIOD)[0] == []
        _rows, totals = ask(shop, slug, workspaces=(north,), **PERIOD)
        assert totals.get("amount", totals.get("net")) == amount, slug
    with pytest.raises(Invalid):
        ask(shop, "cash-flow", till_id=stranger.till_id)
    with shop.inside("owner"):
        report = find_report("expenses")
        assert report is not None
        assert [who for who in ("manager", "cashier", "warehouse") if report.is_open_to(shop.actor(who))] == [
            "manager"
        ]
