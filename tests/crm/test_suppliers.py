"""Suppliers: what is kept of them, what they are owed, and who may see it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from smartpos.core.db import db
from smartpos.crm.errors import (
    AccountHasChanged,
    AlreadyOpened,
    AlreadyTakenBack,
    NothingToCorrect,
    NotTakenBackHere,
    SupplierAccountNotEmpty,
    SupplierNameTaken,
    SupplierNotFound,
)
from smartpos.crm.models import Supplier, SupplierEntryKind, SupplierTransaction
from smartpos.crm.operations import (
    correct_supplier_account,
    create_supplier,
    delete_supplier,
    edit_supplier,
    lock_supplier,
    open_supplier_account,
    post_supplier_entry,
    take_back_supplier_entry,
)
from smartpos.crm.queries import doors
from smartpos.crm.queries.supplier_accounts import SUPPLIERS, expected_payments, overdue_suppliers
from smartpos.crm.queries.suppliers import list_suppliers
from smartpos.identity.errors import BadField
from tests.cast import Shop

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
Add = Callable[..., int]
Enter = Callable[..., int]


@pytest.fixture
def add(shop: Shop) -> Add:
    """``add("Agro", payment_days=14)``: a supplier made by the manager; gives its id."""

    def make(name: str = "Agro Baraka", who: str = "manager", **facts: Any) -> int:
        with shop.inside(who):
            return create_supplier(name=name, actor=shop.actor(who), **facts).id

    return make


@pytest.fixture
def owe(shop: Shop) -> Enter:
    """``owe(supplier, "500", day=3, due=date(…))``: a line of the account, ``day`` days after the first of March."""

    def post(
        supplier_id: int,
        amount: str,
        *,
        day: int = 0,
        due: date | None = None,
        reverses: int | None = None,
        kind: str = "",
    ) -> int:
        value = Decimal(amount)
        chosen = SupplierEntryKind(kind or ("purchase" if value > 0 else "payment"))
        with shop.inside("manager"):
            actor = shop.actor("manager")
            lock_supplier(supplier_id, actor=actor)
            return post_supplier_entry(
                supplier_id,
                chosen,
                amount=value,
                due_date=due,
                reverses_id=reverses,
                origin_kind="test",
                origin_id=1,
                occurred_at=START + timedelta(days=day),
                actor=actor,
            )

    return post


def balance_of(shop: Shop, supplier_id: int) -> Decimal:
    with shop.inside("manager"):
        return db.session.get_one(Supplier, supplier_id).balance


# --- what is kept ------------------------------------------------------------------------------------------------
def test_everything_is_kept_as_it_is_looked_up(shop: Shop, add: Add) -> None:
    supplier_id = add(
        "  Agro   Baraka ",
        legal_name="MChJ Agro Baraka",
        bin="301 234 567",
        contact_person="Dilshod",
        phone="90 123-45-67",
        email="Sales@Agro.uz",
        address="Toshkent",
        bank_details="MFO 00440\n2020 8000",
        payment_days="14",
        lead_time_days=3,
        notes="pays on Fridays",
    )
    with shop.inside("manager"):
        row = db.session.get_one(Supplier, supplier_id)
        assert (row.name, row.bin, row.phone, row.email) == (
            "Agro Baraka",
            "301234567",
            "+998901234567",
            "sales@agro.uz",
        )
        assert (row.payment_days, row.lead_time_days, row.balance) == (14, 3, 0)
        assert row.bank_details == "MFO 00440\n2020 8000"
        assert row.created_by == shop.users["manager"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("name", "a\x00b"),
        ("bin", "12345"),
        ("bin", "abcdefghi"),
        ("phone", "12"),
        ("email", "nobody"),
        ("payment_days", -1),
        ("payment_days", 100_000),
        ("payment_days", "1.5"),
        ("lead_time_days", "soon"),
        ("bank_details", "\ud800"),
    ],
)
def test_a_wrong_field_is_named(shop: Shop, field: str, value: Any) -> None:
    with shop.inside("manager"), pytest.raises(BadField) as caught:
        create_supplier(**{"name": "Agro", field: value}, actor=shop.actor("manager"))
    assert list(caught.value.facts["errors"]) == [field]


def test_a_name_belongs_to_one_until_it_is_deleted(shop: Shop, add: Add) -> None:
    first, other = add("Agro"), add("Bahor")
    with shop.inside("manager"), pytest.raises(SupplierNameTaken) as caught:
        create_supplier(name="Agro", actor=shop.actor("manager"))
    assert caught.value.facts["supplier"] == {"id": first, "name": "Agro"}
    with shop.inside("manager"), pytest.raises(SupplierNameTaken):
        edit_supplier(db.session.get_one(Supplier, other), name="Agro", actor=shop.actor("manager"))
    with shop.inside("manager"):
        delete_supplier(db.session.get_one(Supplier, first), actor=shop.actor("manager"))
    assert add("Agro") != first


def test_what_is_not_given_stays(shop: Shop, add: Add) -> None:
    supplier_id = add(payment_days=14, notes="kept")
    with shop.inside("manager"):
        row = db.session.get_one(Supplier, supplier_id)
        edit_supplier(row, phone="+998901112233", actor=shop.actor("manager"))
        assert (row.payment_days, row.notes, row.phone) == (14, "kept", "+998901112233")


# --- what is owed ------------------------------------------------------------------------------------------------
def test_the_balance_is_the_sum_of_the_account(shop: Shop, add: Add, owe: Enter) -> None:
    supplier_id = add()
    owe(supplier_id, "500")
    owe(supplier_id, "-200.50")
    assert balance_of(shop, supplier_id) == Decimal("299.50")


def test_who_is_owed_is_not_deleted(shop: Shop, add: Add, owe: Enter) -> None:
    supplier_id = add()
    owe(supplier_id, "500")
    with shop.inside("manager"), pytest.raises(SupplierAccountNotEmpty) as caught:
        delete_supplier(db.session.get_one(Supplier, supplier_id), actor=shop.actor("manager"))
    assert caught.value.facts == {"balance": "500.00"}
    owe(supplier_id, "-500")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        delete_supplier(db.session.get_one(Supplier, supplier_id), actor=actor)
        with pytest.raises(SupplierNotFound):
            lock_supplier(supplier_id, actor=actor)
        assert lock_supplier(supplier_id, deleted_too=True, actor=actor).balance == 0


def test_who_is_owed_again_is_there_again(
    shop: Shop, add: Add, owe: Enter, books: Callable[[], list[str]]
) -> None:
    first = add("Agro")
    with shop.inside("manager"):
        delete_supplier(db.session.get_one(Supplier, first), actor=shop.actor("manager"))
    add("Agro")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        lock_supplier(first, deleted_too=True, actor=actor)
        post_supplier_entry(
            first,
            SupplierEntryKind.PAYMENT,
            amount=Decimal(-70),
            origin_kind="test",
            origin_id=1,
            actor=actor,
        )
        row = doors.supplier(first)
        assert (row.name, row.balance) == (f"Agro ({first})", -70)
    assert books() == []


def test_the_books_tell_what_is_wrong_with_suppliers(
    shop: Shop, add: Add, owe: Enter, books: Callable[[], list[str]]
) -> None:
    one, two = add("Agro"), add("Bahor")
    bought = owe(one, "500")
    owe(two, "-500", kind="return", reverses=bought)
    with shop.inside():
        db.session.execute(update(Supplier).where(Supplier.id == one).values(balance=501))
        db.session.execute(update(Supplier).where(Supplier.id == two).values(deleted_at=START))
    assert sorted(line.partition(":")[0] for line in books()) == [
        "a counter-entry takes back an entry of the same account (suppliers)",
        "a deleted supplier neither is owed nor owns anything",
        "supplier balance = sum of the account",
    ]


def test_a_stranger_finds_no_supplier(shop: Shop, stranger: Shop, add: Add) -> None:
    supplier_id = add()
    with stranger.inside("stranger"), pytest.raises(SupplierNotFound):
        lock_supplier(supplier_id, actor=stranger.actor("stranger"))


def test_an_account_is_opened_once(shop: Shop, add: Add) -> None:
    supplier_id = add(payment_days=10)
    with shop.inside("manager"):
        actor = shop.actor("manager")
        line = open_supplier_account(supplier_id, Decimal(900), actor=actor)
        entry = db.session.get_one(SupplierTransaction, line)
        assert entry.due_date is not None
        assert (entry.due_date - entry.occurred_at.astimezone(actor.organization.zone).date()).days == 10
        with pytest.raises(AlreadyOpened):
            open_supplier_account(supplier_id, Decimal(1), actor=actor)
        take_back_supplier_entry(entry, reason="wrong", actor=actor)
        open_supplier_account(supplier_id, Decimal(-300), actor=actor)
    assert balance_of(shop, supplier_id) == -300


def test_a_correction_needs_a_reason_and_the_balance_that_was_seen(shop: Shop, add: Add) -> None:
    supplier_id = add()
    with shop.inside("manager"):
        actor = shop.actor("manager")
        with pytest.raises(BadField):
            correct_supplier_account(supplier_id, Decimal(5), reason=" ", actor=actor)
        with pytest.raises(NothingToCorrect):
            correct_supplier_account(supplier_id, Decimal(0), reason="why", actor=actor)
        with pytest.raises(BadField):
            correct_supplier_account(supplier_id, Decimal(10) ** 13, reason="why", actor=actor)
        seen = Decimal("0.00")
        correct_supplier_account(supplier_id, Decimal(5), reason="why", expected_balance=seen, actor=actor)
        with pytest.raises(AccountHasChanged):
            correct_supplier_account(
                supplier_id, Decimal(5), reason="why", expected_balance=seen, actor=actor
            )
    assert balance_of(shop, supplier_id) == 5


def test_a_line_is_taken_back_once_and_only_by_hand(shop: Shop, add: Add, owe: Enter) -> None:
    supplier_id = add()
    bought = owe(supplier_id, "500")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        with pytest.raises(NotTakenBackHere):
            take_back_supplier_entry(
                db.session.get_one(SupplierTransaction, bought), reason="no", actor=actor
            )
        line = correct_supplier_account(supplier_id, Decimal(7), reason="why", actor=actor)
        entry = db.session.get_one(SupplierTransaction, line)
        counter = take_back_supplier_entry(entry, reason="no", actor=actor)
        with pytest.raises(AlreadyTakenBack):
            take_back_supplier_entry(entry, reason="no", actor=actor)
        with pytest.raises(NotTakenBackHere):
            take_back_supplier_entry(
                db.session.get_one(SupplierTransaction, counter), reason="no", actor=actor
            )
    assert balance_of(shop, supplier_id) == 500


# --- what is open ------------------------------------------------------------------------------------------------
def opened(shop: Shop, supplier_id: int) -> list[tuple[str, int]]:
    with shop.inside("manager"):
        debts = SUPPLIERS.open_debts(supplier_id, shop.actor("manager"))
        return [(debt.due_on.isoformat(), int(debt.open)) for debt in debts]


def test_what_is_paid_settles_the_oldest_first(shop: Shop, add: Add, owe: Enter) -> None:
    supplier_id = add()
    owe(supplier_id, "100", day=0, due=date(2026, 4, 1))
    second = owe(supplier_id, "50", day=1, due=date(2026, 3, 10))
    owe(supplier_id, "-120", day=2)
    assert opened(shop, supplier_id) == [("2026-03-10", 30)]
    owe(supplier_id, "-20", day=3, kind="return", reverses=second)
    assert opened(shop, supplier_id) == [("2026-03-10", 10)]


def test_a_payment_taken_back_opens_the_debt_again(shop: Shop, add: Add, owe: Enter) -> None:
    supplier_id = add()
    owe(supplier_id, "100", due=date(2026, 4, 1))
    paid = owe(supplier_id, "-60", day=1)
    owe(supplier_id, "60", day=5, kind="payment", reverses=paid)
    assert opened(shop, supplier_id) == [("2026-04-01", 100)]


def test_ageing_and_what_has_to_be_paid_when(shop: Shop, add: Add, owe: Enter) -> None:
    late, soon, ahead = add("Agro"), add("Bahor"), add("Chinor")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        today = actor.organization.today
    owe(late, "100", due=today - timedelta(days=40))
    owe(late, "30", day=1, due=today)
    owe(soon, "70", due=today + timedelta(days=7))
    owe(soon, "5", day=1, due=today + timedelta(days=400))
    owe(ahead, "-80")
    with shop.inside("manager"):
        actor = shop.actor("manager")
        found = SUPPLIERS.debtors(actor, limit=10)
        assert [(one.account_id, int(one.ageing.overdue), int(one.ageing.total)) for one in found.items] == [
            (late, 100, 130),
            (soon, 0, 75),
        ]
        assert (found.count, int(found.totals.total), int(found.totals.days_31_60)) == (2, 205, 100)
        assert overdue_suppliers(actor) == [late]
        assert SUPPLIERS.ageing_of([ahead], actor) == {}
        weeks = expected_payments(actor)
        assert [int(week.amount) for week in weeks if week.amount] == [100, 30, 70, 5]
        assert weeks[0].first is None and int(weeks[0].amount) == 100
        assert weeks[1].first is not None and weeks[1].last is not None
        assert weeks[1].first <= today <= weeks[1].last
        assert weeks[-1].last is None and int(weeks[-1].amount) == 5
        first = SUPPLIERS.debtors(actor, limit=1)
        rest = SUPPLIERS.debtors(actor, limit=1, cursor=first.next_cursor)
        assert [one.account_id for one in (*first.items, *rest.items)] == [late, soon]


def test_a_statement_runs_from_page_to_page(shop: Shop, add: Add, owe: Enter) -> None:
    supplier_id = add()
    for day, amount in enumerate(("100", "-30", "50", "-20")):
        owe(supplier_id, amount, day=day)
    with shop.inside("manager"):
        actor = shop.actor("manager")
        whole = SUPPLIERS.statement(supplier_id, actor, limit=10)
        assert [int(entry.balance) for entry in whole.entries] == [100, 70, 120, 100]
        part = SUPPLIERS.statement(
            supplier_id, actor, first_day=date(2026, 3, 2), last_day=date(2026, 3, 3), limit=1
        )
        assert (part.opening, part.closing, part.debited, part.credited) == (100, 120, -30, 50)
        following = SUPPLIERS.statement(
            supplier_id,
            actor,
            first_day=date(2026, 3, 2),
            last_day=date(2026, 3, 3),
            limit=1,
            cursor=part.next_cursor,
        )
        assert (following.brought_forward, [int(entry.balance) for entry in following.entries]) == (70, [120])


def test_they_are_found_in_any_alphabet(shop: Shop, add: Add) -> None:
    first = add("Agro Baraka", contact_person="Dilshod Karimov", phone="+998901234567")
    second = add("Bahor savdo", bin="301234567")
    add("Chinor")
    with shop.inside("manager"):

        def found(text: str) -> list[int]:
            return [row.id for row in list_suppliers(text=text, limit=10).items]

        assert found("барака агро") == [first]
        assert found("dilsh") == [first]
        assert found("90123") == [first]
        assert found("301234567") == [second]
        assert found("nobody") == found("!!!") == []
        names = list_suppliers(limit=2)
        more = list_suppliers(limit=2, cursor=names.next_cursor)
        assert [row.name for row in (*names.items, *more.items)] == ["Agro Baraka", "Bahor savdo", "Chinor"]
