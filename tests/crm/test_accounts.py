"""What is open of debts, since when it is overdue, and corrections by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from smartpos.core.db import db
from smartpos.crm.errors import (
    AccountHasChanged,
    AlreadyOpened,
    AlreadyTakenBack,
    NothingToCorrect,
    NotTakenBackHere,
)
from smartpos.crm.models import Customer, CustomerTransaction
from smartpos.crm.operations import Change, correct_account, open_account, take_back_entry
from smartpos.crm.queries import accounts, doors
from smartpos.identity.errors import BadField
from tests.cast import Shop

Add = Callable[..., int]
Enter = Callable[..., int]


def opened(shop: Shop, customer: int) -> list[tuple[str, int]]:
    """What is open, by due date and whole amount."""
    with shop.inside("manager"):
        debts = accounts.open_debts(customer, shop.actor("manager"))
        return [(debt.due_on.isoformat(), int(debt.open)) for debt in debts]


def test_payments_settle_the_oldest_first(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    enter(customer, "-100", day=0, due=date(2026, 4, 1))
    enter(customer, "-50", day=1, due=date(2026, 3, 10))  # due earlier, made later
    enter(customer, "120", day=2)
    assert opened(shop, customer) == [("2026-03-10", 30)]


def test_a_payment_that_came_first_counts_too(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    enter(customer, "80", day=0)
    enter(customer, "-100", day=1, due=date(2026, 4, 1))
    assert opened(shop, customer) == [("2026-04-01", 20)]


def test_what_is_taken_back_goes_off_its_own_debt(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    enter(customer, "-100", day=0, due=date(2026, 4, 1))
    second = enter(customer, "-50", day=1, due=date(2026, 4, 2))
    enter(customer, "30", day=2, kind="refund", reverses=second)
    assert opened(shop, customer) == [("2026-04-01", 100), ("2026-04-02", 20)]


def test_a_refund_of_a_paid_debt_settles_others(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    first = enter(customer, "-100", day=0, due=date(2026, 4, 1))
    enter(customer, "100", day=1)
    enter(customer, "-70", day=2, due=date(2026, 4, 3))
    enter(customer, "100", day=3, kind="refund", reverses=first)
    assert opened(shop, customer) == []


def test_a_payment_taken_back_opens_the_debt_again(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    enter(customer, "-100", day=0, due=date(2026, 4, 1))
    paid = enter(customer, "60", day=1)
    enter(customer, "-60", day=5, kind="payment", reverses=paid)
    assert opened(shop, customer) == [("2026-04-01", 100)]


def test_a_debt_without_a_day_is_due_at_once(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    enter(customer, "-100", day=3)
    assert opened(shop, customer) == [("2026-03-04", 100)]


def test_how_it_was_before_a_line(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    enter(customer, "-100", day=0, due=date(2026, 4, 1))
    paid = enter(customer, "60", day=1)
    with shop.inside("manager"):
        debts = accounts.open_debts(customer, shop.actor("manager"), before=paid)
        assert [int(debt.open) for debt in debts] == [100]
        assert [(debt.open, part) for debt, part in accounts.settle(debts, Decimal(60))] == [(100, 60)]


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-5, "not_due"),
        (0, "not_due"),
        (1, "days_1_30"),
        (30, "days_1_30"),
        (31, "days_31_60"),
        (60, "days_31_60"),
        (61, "days_61_90"),
        (90, "days_61_90"),
        (91, "days_over_90"),
        (5000, "days_over_90"),
    ],
)
def test_the_edges_of_ageing(shop: Shop, add: Add, enter: Enter, days: int, bucket: str) -> None:
    customer = add()
    with shop.inside("manager"):
        today = shop.actor("manager").organization.today
    enter(customer, "-100", due=today - timedelta(days=days))
    with shop.inside("manager"):
        found = accounts.ageing_of([customer], shop.actor("manager"))[customer]
    assert getattr(found, bucket) == found.total == 100
    assert found.overdue == (100 if days > 0 else 0)
    assert accounts.bucket_of(days) == bucket


def naive(rows: list[tuple[int, int, int, int | None]]) -> dict[int, int]:
    """What is open of each debt, by walking: (number, day, amount, number of the row it takes back)."""
    net = {number: amount for number, _day, amount, reverses in rows if reverses is None}
    for _number, _day, amount, reverses in rows:
        if reverses is not None:
            net[reverses] += amount
    days = {number: day for number, day, _amount, _reverses in rows}
    money = sum(amount for amount in net.values() if amount > 0)
    left = {}
    for number in sorted(
        (number for number, amount in net.items() if amount < 0), key=lambda n: (days[n], n)
    ):
        part = min(money, -net[number])
        money -= part
        if -net[number] > part:
            left[number] = -net[number] - part
    return left


ROWS = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.integers(-500, 500).filter(bool),
        st.one_of(st.none(), st.integers(0, 10)),
        st.integers(-200, 400),
    ),
    max_size=14,
)


@given(rows=ROWS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_open_debts_are_the_debt_and_settled_oldest_first(
    shop: Shop, add: Add, enter: Enter, rows: Any
) -> None:
    """Whatever was entered: what is open is exactly what is owed, and falls into the buckets whole."""
    with shop.inside("manager"):
        db.session.execute(delete(Customer).where(Customer.name == "Nobody"))
    customer = add()
    entered: list[tuple[int, int, int, int | None]] = []
    with shop.inside("manager"):
        today = shop.actor("manager").organization.today
    for day, amount, target, due in rows:
        roots = [row for row in entered if row[3] is None]
        reverses = roots[target % len(roots)][0] if target is not None and roots else None
        number = enter(
            customer,
            str(amount),
            day=day,
            due=today - timedelta(days=due),
            reverses=reverses,
            kind="correction",
        )
        entered.append((number, day, amount, reverses))
    with shop.inside("manager"):
        actor = shop.actor("manager")
        debts = accounts.open_debts(customer, actor)
        row = db.session.get(Customer, customer)
        assert row is not None
        db.session.refresh(row)
        ageing = accounts.ageing_of([customer], actor).get(customer, accounts.Ageing())
        assert {debt.entry_id: int(debt.open) for debt in debts} == naive(entered)
        assert ageing.total == max(-row.balance, Decimal(0)) == sum(debt.open for debt in debts)
        parts = [getattr(ageing, name) for name in accounts.BUCKETS if name not in {"overdue", "total"}]
        assert sum(parts) == ageing.total
        assert ageing.overdue == ageing.total - ageing.not_due
        assert accounts.ageing_of_debts(debts) == ageing
        found = accounts.statement(customer, actor, limit=1000)
        assert found.closing == row.balance
        assert (found.entries[-1].balance if found.entries else 0) == row.balance


# --- the statement ------------------------------------------------------------------------------------------------


def test_a_statement_of_a_period(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    for day, amount in ((0, "-100"), (1, "40"), (2, "-10"), (9, "70")):
        enter(customer, amount, day=day)
    with shop.inside("manager"):
        found = accounts.statement(
            customer,
            shop.actor("manager"),
            first_day=date(2026, 3, 2),
            last_day=date(2026, 3, 3),
            limit=100,
        )
    assert (found.opening, found.closing, found.debited, found.credited) == (-100, -70, -10, 40)
    assert [(entry.amount, entry.balance) for entry in found.entries] == [(40, -60), (-10, -70)]


def test_a_day_is_the_shops_day(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    with shop.inside("manager"):
        from smartpos.crm.models import CustomerEntryKind
        from smartpos.crm.operations import post_entry

        # In Tashkent it is already the second of March.
        post_entry(
            customer,
            CustomerEntryKind.SALE,
            amount=Decimal(-5),
            origin_kind="test",
            origin_id=1,
            occurred_at=datetime(2026, 3, 1, 20, tzinfo=UTC),
            actor=shop.actor("manager"),
        )
        one = accounts.statement(
            customer, shop.actor("manager"), first_day=date(2026, 3, 2), last_day=date(2026, 3, 2), limit=10
        )
    assert len(one.entries) == 1


def test_pages_of_a_statement_carry_the_balance_on(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    for number in range(7):
        enter(customer, "-10", day=number // 3)
    balances: list[int] = []
    with shop.inside("manager"):
        cursor = None
        while True:
            found = accounts.statement(customer, shop.actor("manager"), limit=3, cursor=cursor)
            balances += [int(entry.balance) for entry in found.entries]
            cursor = found.next_cursor
            if cursor is None:
                break
    assert balances == [-10, -20, -30, -40, -50, -60, -70]


def test_the_statement_over_http(shop: Shop, add: Add, enter: Enter, api_of: Callable[..., Any]) -> None:
    customer = add()
    enter(customer, "-100", due=date(2026, 3, 20))
    cashier = api_of("cashier")
    body = cashier.get(f"/api/clients/{customer}/statement").json
    assert body["balance"] == body["closing_balance"] == "-100.00"
    assert body["items"][0]["amount"] == "-100.00"
    assert body["debts"][0]["open"] == "100.00"
    assert body["ageing"]["total"] == "100.00"
    for query in ("from=x", "from=2026-13-01", "limit=0", "cursor=x", "from=9999-12-31&to=0001-01-01"):
        answer = cashier.get(f"/api/clients/{customer}/statement?{query}")
        assert answer.status_code in {200, 422}
    assert cashier.get(f"/api/clients/{2**62}/statement").status_code == 404


# --- debtors ------------------------------------------------------------------------------------------------------


def test_debtors_come_with_the_most_overdue_first(shop: Shop, add: Add, enter: Enter) -> None:
    with shop.inside("manager"):
        today = shop.actor("manager").organization.today
    late, later, fresh, clear = (add(name) for name in ("Late", "Later", "Fresh", "Clear"))
    enter(late, "-100", due=today - timedelta(days=5))
    enter(later, "-300", due=today - timedelta(days=100), branch_id=shop.branch_id)
    enter(later, "-50", day=1, due=today + timedelta(days=9))
    enter(fresh, "-1000", due=today)
    enter(clear, "10")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        found = accounts.debtors(actor, limit=10)
        assert [one.name for one in found.items] == ["Later", "Late", "Fresh"]
        assert found.count == 3
        assert found.totals.total == 1450
        assert found.totals.overdue == 400
        assert found.totals.not_due == 1050
        assert found.items[0].ageing.days_over_90 == 300
        assert found.items[0].oldest == today - timedelta(days=100)
        seen, cursor = [], None
        while True:
            part = accounts.debtors(actor, limit=1, cursor=cursor)
            seen += [one.name for one in part.items]
            assert part.totals == found.totals
            cursor = part.next_cursor
            if cursor is None:
                break
        assert seen == ["Later", "Late", "Fresh"]
        in_branch = accounts.debtors(actor, limit=10, branch_id=shop.branch_id)
        assert [(one.name, one.ageing.total) for one in in_branch.items] == [("Later", 300)]
        nobody = accounts.debtors(actor, limit=10, assigned_to=shop.users["owner"])
        assert (nobody.items, nobody.count, nobody.totals.total) == ([], 0, 0)
        assert sorted(accounts.overdue_customers(actor)) == sorted([late, later])


def test_debtors_of_others_are_not_seen(shop: Shop, stranger: Shop, add: Add, enter: Enter) -> None:
    enter(add(), "-100")
    with stranger.inside("stranger"):
        assert accounts.debtors(stranger.actor("stranger"), limit=10).count == 0


# --- by hand ------------------------------------------------------------------------------------------------------


def test_an_account_is_opened_once(shop: Shop, add: Add, books: Callable[[], list[str]]) -> None:
    customer = add(payment_terms="net_15")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        open_account(customer, Change(Decimal(-500), Decimal(20)), note="From the old book", actor=actor)
        with pytest.raises(AlreadyOpened):
            open_account(customer, Change(Decimal(-500)), actor=actor)
        row = doors.customer(customer)
        assert (row.balance, row.points) == (-500, 20)
        (debt,) = accounts.open_debts(customer, actor)
        assert debt.due_date == actor.organization.today + timedelta(days=15)
        take_back_entry(doors.entry(debt.entry_id), reason="Wrong book", actor=actor)
        assert doors.customer(customer).balance == 0
        open_account(customer, Change(Decimal(-300)), actor=actor)
        assert doors.customer(customer).balance == -300
    assert books() == []


def test_corrections(shop: Shop, add: Add, enter: Enter, books: Callable[[], list[str]]) -> None:
    customer = add()
    sale = enter(customer, "-100")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        entry = correct_account(
            customer, Change(Decimal(30)), reason="Goodwill", expected_balance=Decimal(-100), actor=actor
        )
        with pytest.raises(AccountHasChanged):
            correct_account(
                customer, Change(Decimal(30)), reason="Goodwill", expected_balance=Decimal(-100), actor=actor
            )
        for change in (Change(), Change(Decimal("0.00"), Decimal(0))):
            with pytest.raises(NothingToCorrect):
                correct_account(customer, change, reason="x", actor=actor)
        for change in (Change(points=Decimal(-1)), Change(Decimal("1e13")), Change(Decimal("-1e13"))):
            with pytest.raises(BadField):
                correct_account(customer, change, reason="x", actor=actor)
        for reason in ("", "  ", "x" * 501):
            with pytest.raises(BadField):
                correct_account(customer, Change(Decimal(1)), reason=reason, actor=actor)
        take_back_entry(doors.entry(entry), reason="No goodwill", actor=actor)
        assert doors.customer(customer).balance == -100
        with pytest.raises(AlreadyTakenBack):
            take_back_entry(doors.entry(entry), reason="Again", actor=actor)
        with pytest.raises(NotTakenBackHere):
            take_back_entry(doors.entry(sale), reason="x", actor=actor)
    assert books() == []


def test_points_that_were_used_are_not_taken_back(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    with shop.inside("manager"):
        given_ = correct_account(
            customer, Change(points=Decimal(10)), reason="Gift", actor=shop.actor("manager")
        )
    enter(customer, "0", kind="sale", points_used=Decimal(4))
    with shop.inside("manager"), pytest.raises(BadField):
        take_back_entry(doors.entry(given_), reason="x", actor=shop.actor("manager"))


def test_the_books_notice_a_forged_balance(
    shop: Shop, add: Add, enter: Enter, books: Callable[[], list[str]]
) -> None:
    customer = add()
    enter(customer, "-100")
    assert [line for line in books() if "customer" in line and "test" not in line] == []
    with shop.inside("owner"):
        row = doors.customer(customer)
        row.balance = Decimal(-1)
        row.points = Decimal(5)
    told = " ".join(books())
    assert "customer balance = sum of the account" in told
    assert "customer points = sum of the account" in told


def test_lines_are_never_changed(shop: Shop, add: Add, enter: Enter) -> None:
    from sqlalchemy import update
    from sqlalchemy.exc import ProgrammingError

    number = enter(add(), "-100")
    with shop.inside("owner"):
        change = update(CustomerTransaction).where(CustomerTransaction.id == number).values(amount=0)
        with pytest.raises(ProgrammingError), db.session.begin_nested():
            db.session.execute(change)


def test_what_a_customer_has_bought(shop: Shop, add: Add, enter: Enter) -> None:
    customer = add()
    enter(customer, "0", kind="sale", turnover=Decimal(500))
    first = enter(customer, "-300", day=4, turnover=Decimal(300))
    enter(customer, "100", day=5, kind="refund", reverses=first, turnover=Decimal(-100))
    with shop.inside("manager"):
        actor = shop.actor("manager")
        found = accounts.summary_of(customer, actor)
        assert (found.lifetime_value, found.order_count) == (700, 2)
        assert found.last_order_date == date(2026, 3, 5)
        assert accounts.summaries_of([customer], actor) == {customer: found}
        assert replace(found) == found
