"""Profit, classes of products, customers and turnover, each reckoned again straight from its ledgers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from smartpos.catalog.permissions import CatalogPermission
from smartpos.core.reports import find_report
from smartpos.finance.models import Expense, ExpenseStatus
from smartpos.stock.models import BranchStock, InventoryMovement
from tests.reports.asking import all_of, ask
from tests.reports.ledgers import (
    NOTHING,
    ZONE,
    Books,
    Ledgers,
    add,
    cents,
    check,
    days_before,
    figures_of_receipts,
    grouped,
    in_percent,
)


def earned(ledgers: Ledgers, spent: list[Expense] | None) -> dict[str, Decimal]:
    """Revenue without VAT, cost, expenses, and what remains."""
    revenue = add(one.total_amount - one.tax_amount for one in ledgers.sales)
    gross = revenue - add(one.cost_amount for one in ledgers.sales)
    expenses = add(one.amount for one in spent or [])
    return {"revenue": revenue, "gross": gross, "expenses": expenses, "net": gross - expenses}


def figures(now: dict[str, Decimal], then: dict[str, Decimal]) -> dict[str, Any]:
    """What a row should say of one stretch of days and of the one with which it is compared."""
    return {
        "revenue": now["revenue"],
        "cost": now["revenue"] - now["gross"],
        "gross": now["gross"],
        "margin": in_percent(now["gross"], now["revenue"]),
        "expenses": now["expenses"],
        "net": now["net"],
        "revenue_before": then["revenue"],
        "gross_before": then["gross"],
        "net_before": then["net"],
        "growth": in_percent(now["revenue"] - then["revenue"], then["revenue"]),
    }


def booked(books: Books) -> list[Expense]:
    return [one for one in all_of(books.past.shop, Expense) if one.status is ExpenseStatus.BOOKED]


STEPS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}


@pytest.mark.parametrize(
    ("by", "days"), [("day", 30), ("week", 30), ("month", 45), ("day", 7), ("month", 90)]
)
def test_profit_of_each_stretch_against_the_one_before(books: Books, by: str, days: int) -> None:
    since, until = days_before(books.today, days)
    expenses = booked(books)
    stretches: dict[date, list[date]] = {}
    for place in range(days):
        day = since + timedelta(days=place)
        stretches.setdefault(max(STEPS[by](day), since), []).append(day)
    expected = {}
    for begin, some in stretches.items():
        parts = []
        for first, last in (
            (some[0], some[-1]),
            (some[0] - timedelta(days=days), some[-1] - timedelta(days=days)),
        ):
            spent = [one for one in expenses if first <= one.spent_on <= last]
            ledgers = books.ledgers.of_days(first, last)
            parts.append((earned(ledgers, spent), bool(ledgers.sales or spent)))
        if any(something for _sums, something in parts):
            expected[begin] = figures(parts[0][0], parts[1][0])
    rows, totals = books.ask("profit", days, by=by)
    check(rows, lambda row: row["begin"], expected)
    whole = earned(
        books.ledgers.of_days(since, until), [one for one in expenses if since <= one.spent_on <= until]
    )
    before = earned(
        books.ledgers.of_days(since - timedelta(days=days), since - timedelta(days=1)),
        [one for one in expenses if since - timedelta(days=days) <= one.spent_on < since],
    )
    assert {label: totals[label] for label in figures(whole, before)} == figures(whole, before)
    assert whole["expenses"] > 0 and whole["net"] < whole["gross"] < whole["revenue"]


def test_profit_by_branch(books: Books) -> None:
    days = 30
    since, until = days_before(books.today, days)
    length = timedelta(days=days)
    expenses = booked(books)
    expected = {}
    for branch in (books.past.shop.branch_id, books.past.far_branch):
        ledgers = books.ledgers.of_branch(branch)
        mine = [one for one in expenses if one.branch_id == branch]
        expected[branch] = figures(
            earned(ledgers.of_days(since, until), [one for one in mine if since <= one.spent_on <= until]),
            earned(
                ledgers.of_days(since - length, since - timedelta(days=1)),
                [one for one in mine if since - length <= one.spent_on < since],
            ),
        )
    rows, totals = books.ask("profit-by-branch", days)
    check(rows, lambda row: row["branch_id"], expected)
    rows, _totals = books.ask("profit", days, branch_id=books.past.far_branch)
    assert add(row["net"] for row in rows) == expected[books.past.far_branch]["net"]
    assert totals["net"] == sum(one["net"] for one in expected.values())


@pytest.mark.parametrize("top", ["0", "1"])
def test_profit_by_category(books: Books, top: str) -> None:
    days = 30
    since, until = days_before(books.today, days)
    now, then = (
        books.ledgers.of_days(since, until),
        books.ledgers.of_days(since - timedelta(days=days), since - timedelta(days=1)),
    )

    def category_of(line: Any) -> int:
        product = line.item.product_id
        return now.top_of(product) if top == "1" else now.category_of[product] or 0

    def sums(lines: Any) -> tuple[Decimal, Decimal]:
        items = [one.item for one in lines]
        revenue = add(one.total_amount - one.tax_amount for one in items)
        return revenue, revenue - add(one.cost_amount for one in items)

    of_now, of_then = grouped(now.lines, category_of), grouped(then.lines, category_of)
    expected = {}
    for name in {*of_now, *of_then}:
        revenue, gross = sums(of_now.get(name, []))
        revenue_before, gross_before = sums(of_then.get(name, []))
        expected[name] = {
            "revenue": revenue,
            "gross": gross,
            "margin": in_percent(gross, revenue),
            "revenue_before": revenue_before,
            "gross_before": gross_before,
            "growth": in_percent(revenue - revenue_before, revenue_before),
        }
    rows, _totals = books.ask("profit-by-category", days, top=top)
    check(rows, lambda row: row["category_id"] or 0, expected)


def test_who_may_not_see_costs_sees_no_profit(books: Books) -> None:
    with books.past.shop.inside("owner"):
        owner = books.past.shop.actor()
        limited = replace(owner, permissions=owner.permissions - {str(CatalogPermission.COST_READ)})
        for slug in ("profit", "profit-by-branch", "profit-by-category"):
            report = find_report(slug)
            assert report is not None
            keys = {column.key for column in report.columns_for(limited)}
            assert not keys & {"cost", "gross", "net", "margin", "gross_before", "net_before"}
            assert "revenue" in keys
        turnover = find_report("turnover")
        assert turnover is not None and not turnover.is_open_to(limited)


@pytest.mark.parametrize("days", [90, 35, 20])
def test_classes_of_products(books: Books, days: int) -> None:
    lines = books.of(days).lines
    until = books.today
    weeks = days // 7
    sold = grouped(lines, lambda one: one.item.product_id)
    revenue = {product: add(one.item.total_amount for one in some) for product, some in sold.items()}
    whole = add(amount for amount in revenue.values() if amount > 0)
    so_far = NOTHING
    expected = {}
    for product in sorted(sold, key=lambda one: (-revenue[one], one)):
        quantities = [NOTHING] * weeks
        for line in sold[product]:
            week = (until - line.sale.business_date).days // 7
            if week < weeks:
                quantities[week] += line.item.quantity * line.item.multiplier
        mean = sum(quantities) / weeks
        deviation = (sum((one - mean) ** 2 for one in quantities) / weeks).sqrt()
        variation = cents(deviation * 100 / mean) if mean > 0 and weeks >= 4 else None
        if revenue[product] <= 0:
            by_revenue = "C"
        else:
            reached = so_far / whole
            by_revenue = "A" if reached < Decimal("0.8") else "B" if reached < Decimal("0.95") else "C"
        so_far += max(revenue[product], NOTHING)
        regular = None
        if weeks >= 4:
            regular = "Z"
            if variation is not None and variation <= 25:
                regular = "X" if variation <= 10 else "Y"
        expected[product] = {
            "revenue": revenue[product],
            "abc": by_revenue,
            "xyz": regular,
            "group": by_revenue + (regular or ""),
            "variation": variation,
            "cumulative": in_percent(so_far, whole),
        }
    rows, _totals = books.ask("abc-xyz", days)
    check(rows, lambda row: row["product_id"], expected)
    assert {"A", "C"} <= {row["abc"] for row in rows}
    best, _totals = books.ask("abc-xyz", days, abc="A")
    assert {row["product_id"] for row in best} == {
        product for product, one in expected.items() if one["abc"] == "A"
    }


def test_customers_and_who_stayed_away(books: Books) -> None:
    sales = [one for one in books.ledgers.sales if one.customer_id]
    people = books.past.customers

    def of(some: Any) -> dict[str, Any]:
        some = list(some)
        sums = figures_of_receipts(some)
        last = max(one.business_date for one in some)
        return {
            label: sums[label] for label in ("receipts", "refunds", "revenue", "average", "profit", "margin")
        } | {"last_visit": last, "days_since": (books.today - last).days}

    rows, totals = ask(books.past.shop, "customer-lifetime-value", limit=50)
    expected = {name: of(some) for name, some in grouped(sales, lambda one: one.customer_id).items()}
    long_ago = dict(expected[people["Long ago"]])
    for name, some in grouped(sales, lambda one: one.customer_id).items():
        first = min(one.business_date for one in some)
        months = max(Decimal((books.today - first).days + 1) / Decimal("30.4375"), Decimal(1))
        expected[name] |= {"first_visit": first, "per_month": cents(expected[name]["revenue"] / months)}
    check(rows, lambda row: row["customer_id"], expected)
    assert totals["revenue"] == add(one.total_amount for one in sales)
    since = books.today - timedelta(days=29)
    recent = [one for one in sales if one.business_date >= since]
    rows, _totals = books.ask("customers-activity", 30)
    check(
        rows,
        lambda row: row["customer_id"],
        {name: of(some) for name, some in grouped(recent, lambda one: one.customer_id).items()},
    )
    rows, _totals = books.ask("customers-activity", 30, which="away")
    check(rows, lambda row: row["customer"], {"Long ago": long_ago})


@pytest.mark.parametrize(("days", "ago"), [(30, 0), (7, 0), (20, 5)])
def test_turnover_goes_by_the_value_of_every_evening(books: Books, days: int, ago: int) -> None:
    shop = books.past.shop
    until = books.today - timedelta(days=ago)
    since = until - timedelta(days=days - 1)
    movements = grouped(all_of(shop, InventoryMovement), lambda one: one.product_id)
    held = grouped(all_of(shop, BranchStock), lambda one: one.product_id)
    sold = grouped(
        [one for one in books.ledgers.of_days(since, until).lines if one.item.is_tracked],
        lambda one: one.item.product_id,
    )
    expected = {}
    for product, moved in movements.items():
        by_day = [(one.occurred_at.astimezone(ZONE).date(), one.value) for one in moved]
        evenings = [
            add(value for day, value in by_day if day <= since + timedelta(days=place))
            for place in range(days)
        ]
        average = cents(sum(evenings) / days)
        cost = add(one.item.cost_amount for one in sold.get(product, []))
        if not average and not cost:
            continue
        expected[product] = {
            "quantity": add(one.quantity for one in held[product]),
            "stock_value": cents(add(one.value for one in held[product])),
            "average_stock_value": average,
            "cost": cost,
            "turns": (cost / average).quantize(Decimal("0.001"), ROUND_HALF_UP) if average > 0 else None,
            "days": int((average * days / cost).quantize(Decimal(1), ROUND_HALF_UP))
            if cost > 0 and average > 0
            else None,
        }
    rows, totals = ask(shop, "turnover", limit=50, **{"from": since.isoformat(), "to": until.isoformat()})
    check(rows, lambda row: row["product_id"], expected)
    assert totals["cost"] == add(one["cost"] for one in expected.values())
    assert len(rows) >= 4
