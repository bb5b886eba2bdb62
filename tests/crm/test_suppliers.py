"""Suppliers: what is kept of them, what they are owed, and who may see it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

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
