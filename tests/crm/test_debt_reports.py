"""Reports of customers' debts: reckoned again in Python, straight from the lines of the accounts."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.crm.models import Customer, CustomerEntryKind, CustomerTransaction
from smartpos.crm.operations import create_customer, lock_customer, post_entry
from smartpos.crm.queries.accounts import ageing_of
from smartpos.identity.models import Branch
from smartpos.identity.operations import create_workspace
from tests.cast import Shop
from tests.reports.asking import all_of, ask

ZONE = ZoneInfo("Asia/Tashkent")
TODAY = datetime.now(ZONE).date()
NOTHING = Decimal(0)
BOUNDS = {
    "not_due": (-9999, 0),
    "days_1_30": (1, 30),
    "days_31_60": (31, 60),
    "days_61_90": (61, 90),
    "days_over_90": (91, 9999),
}


class Part(NamedTuple):
    """What is open of one debt."""

    entry: CustomerTransaction
    due_on: date
    owed: Decimal
    open: Decimal


def open_parts(entries: list[CustomerTransaction]) -> list[Part]:
    """The law of debts, told once more: what takes back goes off its own line, money off the oldest debts."""
    roots = {one.id: one for one in entries if one.reverses_id is None}
    owed = {number: -one.amount for number, one in roots.items()}
    by_id = {one.id: one for one in entries}
    for one in entries:
        if one.reverses_id is not None:
            target = by_id[one.reverses_id]
            owed[target.reverses_id or target.id] -= one.amount
    left = -sum((one.amount for one in entries), NOTHING)
    parts = []
    for number in sorted(owed, key=lambda number: (roots[number].occurred_at, number), reverse=True):
        if owed[number] > 0 and left > 0:
            one = roots[number]
            due_on = one.due_date or one.occurred_at.astimezone(ZONE).date()
            parts.append(Part(one, due_on, owed[number], min(owed[number], left)))
            left -= owed[number]
    return parts


@pytest.fixture
def accounts(shop: Shop) -> list[int]:
    """Eight customers with a hundred lines between them: on credit, paid, taken back, in two branches."""
    chance = Random(20261121)
    customers = []
    with shop.inside("manager"):
        actor = shop.actor("manager")
        for place in range(8):
            facts: dict[str, Any] = {"assigned_to": shop.users["manager"]} if place % 2 else {}
            customer = create_customer(name=f"Mijoz {place}", actor=actor, **facts)[0]
            customers.append(customer.id)
            lock_customer(customer.id, actor=actor)
            lines: list[tuple[int, Decimal]] = []
            for step in range(13):
                days_ago = 150 - step * 11 - chance.randrange(8)
                moment = datetime.combine(TODAY - timedelta(days=days_ago), time(chance.randrange(24)), ZONE)
                amount = Decimal(chance.randrange(100, 90_000)) / 100
                kind, reverses, due = CustomerEntryKind.SALE, None, None
                roll = chance.random()
                if roll < 0.55 or not lines:
                    amount = -amount
                    if roll < 0.45:
                        due = moment.astimezone(ZONE).date() + timedelta(days=chance.choice([0, 15, 30, 160]))
                elif roll < 0.8 or place == 7:
                    kind = CustomerEntryKind.PAYMENT
                    amount = amount * (30 if place == 7 else 1)
                else:
                    reverses, whole = lines.pop(chance.randrange(len(lines)))
                    kind, amount = CustomerEntryKind.REFUND, -whole / 2 if whole < 0 else -whole
                entry = post_entry(
                    customer.id,
                    kind,
                    amount=amount.quantize(Decimal("0.01")),
                    due_date=due,
                    reverses_id=reverses,
                    branch_id=chance.choice([shop.branch_id, shop.warehouse_id, None]),
                    origin_kind="test",
                    origin_id=step,
                    occurred_at=moment,
                    actor=actor,
                )
                if reverses is None:
                    lines.append((entry, amount))
    return customers


def parts_of(shop: Shop, day: date) -> dict[int, list[Part]]:
    """The open debts of every customer at the end of a day."""
    entries: dict[int, list[CustomerTransaction]] = defaultdict(list)
    for one in all_of(shop, CustomerTransaction):
        if one.occurred_at.astimezone(ZONE).date() <= day:
            entries[one.customer_id].append(one)
    found = {number: open_parts(lines) for number, lines in entries.items()}
    return {number: parts for number, parts in found.items() if parts}


def test_debts_by_age_on_any_day(shop: Shop, accounts: list[int]) -> None:
    for ago in (0, 33, 90, 400):
        day = TODAY - timedelta(days=ago)
        expected = parts_of(shop, day)
        rows, totals = ask(shop, "debts-ageing", day=day.isoformat())
        assert {row["customer_id"] for row in rows} == set(expected)
        assert bool(rows) is (ago < 400)
        for row in rows:
            parts = expected[row["customer_id"]]
            for bucket, (least, most) in BOUNDS.items():
                held = [one.open for one in parts if least <= (day - one.due_on).days <= most]
                assert row[bucket] == sum(held), bucket
            assert row["total"] == sum(one.open for one in parts)
            assert row["overdue"] == row["total"] - row["not_due"]
            assert row["oldest"] == min(one.due_on for one in parts)
            assert row["days"] == max((day - row["oldest"]).days, 0)
        assert totals["total"] == sum((one.open for parts in expected.values() for one in parts), NOTHING)
        assert [row["overdue"] for row in rows] == sorted((row["overdue"] for row in rows), reverse=True)
    with shop.inside("manager"):
        known = ageing_of(accounts, shop.actor("manager"))
    rows, _totals = ask(shop, "debts-ageing")
    assert {row["customer_id"]: row["days_31_60"] for row in rows} == {
        number: ageing.days_31_60 for number, ageing in known.items()
    }, "the page of debtors tells the same"
    mine, _totals = ask(shop, "debts-ageing", assigned_to=shop.users["manager"])
    assert {row["customer_id"] for row in mine} == {row["customer_id"] for row in rows} & set(accounts[1::2])
    assert all(row["overdue"] > 0 for row in ask(shop, "debts-ageing", late="1")[0])


def test_expected_payments_are_the_open_parts_by_their_day(shop: Shop, accounts: list[int]) -> None:
    every = [(number, one) for number, parts in parts_of(shop, TODAY).items() for one in parts]
    for args, wanted in (
        ({"days": 3660}, every),
        ({}, [one for one in every if one[1].due_on <= TODAY + timedelta(days=30)]),
        (
            {"days": 3660, "overdue": "0", "branch_id": shop.branch_id},
            [one for one in every if one[1].due_on >= TODAY and one[1].entry.branch_id == shop.branch_id],
        ),
    ):
        days: dict[date, list[tuple[int, Part]]] = defaultdict(list)
        for number, part in wanted:
            days[part.due_on].append((number, part))
        rows, totals = ask(shop, "expected-payments", **args)
        assert [
            (row["due_on"], row["days"], row["debts"], row["customers"], row["amount"]) for row in rows
        ] == [
            (
                day,
                (day - TODAY).days,
                len(held),
                len({one for one, _part in held}),
                sum(p.open for _n, p in held),
            )
            for day, held in sorted(days.items())
        ]
        assert totals["amount"] == sum(part.open for _number, part in wanted)
        lines, summed = ask(shop, "open-debts", **args)
        assert summed["open"] == totals["amount"]
        assert sorted((row["entry_id"], row["owed"], row["open"], row["due_on"]) for row in lines) == sorted(
            (part.entry.id, part.owed, part.open, part.due_on) for _number, part in wanted
        )
    one = every[0][0]
    lines, _totals = ask(shop, "open-debts", days=3660, customer_id=one)
    assert {row["customer_id"] for row in lines} == {one}


def test_balances_are_the_sums_of_the_accounts(shop: Shop, accounts: list[int]) -> None:
    with shop.inside("manager"):
        actor = shop.actor("manager")
        lock_customer(accounts[0], actor=actor)
        post_entry(
            accounts[0],
            CustomerEntryKind.SALE,
            amount=NOTHING,
            points_earned=Decimal(70),
            origin_kind="test",
            origin_id=1,
            actor=actor,
        )
    sums: dict[int, Decimal] = defaultdict(Decimal)
    last: dict[int, date] = {}
    for line in all_of(shop, CustomerTransaction):
        sums[line.customer_id] += line.amount
        if line.transaction_type is CustomerEntryKind.PAYMENT:
            day = line.occurred_at.astimezone(ZONE).date()
            last[line.customer_id] = max(last.get(line.customer_id, day), day)
    rows, totals = ask(shop, "customer-balances")
    assert {row["customer_id"]: row["prepayment"] - row["debt"] for row in rows} == {
        number: amount for number, amount in sums.items() if amount or number == accounts[0]
    }
    assert totals["prepayment"] - totals["debt"] == sum(sums.values())
    assert all(row["last_payment"] == last.get(row["customer_id"]) for row in rows)
    points, _totals = ask(shop, "customer-balances", holding="points")
    assert [(row["customer_id"], row["points"]) for row in points] == [(accounts[0], 70)]
    ahead, _totals = ask(shop, "customer-balances", holding="prepayment")
    assert {row["customer_id"] for row in ahead} == {number for number, amount in sums.items() if amount > 0}


def test_debts_stay_behind_the_walls(
    shop: Shop, stranger: Shop, accounts: list[int], books: Callable[[], list[str]]
) -> None:
    assert books() == []
    with shop.inside("owner"):
        north, south = (create_workspace(name=name, actor=shop.actor()).id for name in ("N", "S"))
        home = db.session.get(Branch, shop.branch_id)
        assert home is not None
        home.workspace_id = south
        hidden = db.session.get(Customer, accounts[0])
        assert hidden is not None
        hidden.workspace_id = south
    for slug in ("debts-ageing", "expected-payments", "open-debts", "customer-balances"):
        args = {} if slug in ("debts-ageing", "customer-balances") else {"days": 3660}
        rows, totals = ask(shop, slug, **args)
        assert rows and ask(stranger, slug, "stranger", **args)[0] == []
        limited, fewer = ask(shop, slug, workspaces=(north,), **args)
        amount = {"customer-balances": "debt", "expected-payments": "amount", "open-debts": "open"}
        assert fewer[amount.get(slug, "total")] < totals[amount.get(slug, "total")]
        assert not [row for row in limited if row.get("customer_id") == accounts[0]]
    parts = parts_of(shop, TODAY)
    seen, _totals = ask(shop, "open-debts", workspaces=(north,), days=3660)
    assert {row["entry_id"] for row in seen} == {
        part.entry.id
        for number, held in parts.items()
        for part in held
        if part.entry.branch_id != shop.branch_id and number != accounts[0]
    }
    with pytest.raises(Invalid):
        ask(shop, "open-debts", branch_id=stranger.branch_id)
