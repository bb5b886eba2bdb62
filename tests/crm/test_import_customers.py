"""Customers and suppliers from spreadsheets."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.models import ImportStatus
from smartpos.crm.models import Customer, Supplier
from smartpos.crm.operations import create_customer
from smartpos.crm.queries.search import search_customers
from tests.cast import Shop
from tests.catalog.sheets import Importing, book, sheet, wrong

HEADERS = ("ФИО", "Телефон", "ИНН", "Тип", "Кредитный лимит", "Дата рождения", "Примечание")


@pytest.fixture
def importing(shop: Shop, client_of: Callable[..., Any]) -> Importing:
    return Importing(shop, client_of("manager"), "manager", "customers")


def customers(shop: Shop) -> dict[str, Customer]:
    with shop.inside():
        found = db.session.scalars(select(Customer).where(Customer.deleted_at.is_(None))).all()
        db.session.expunge_all()
        return {one.name: one for one in found}


def test_customers_are_added_changed_and_put_back(shop: Shop, importing: Importing) -> None:
    with shop.inside("owner"):
        known, _new = create_customer(name="Nodira", phone="+998901112233", notes="VIP", actor=shop.actor())
        known_id = known.id
    file = book(
        HEADERS,
        ("Aliyeva Nodira", "90 111-22-33", None, None, "1 000 000,50", "31.12.1990", None),
        ("Bahor MChJ", "+998 90 222 33 44", 301234567, "юрлицо", None, None, "Naqd"),
    )
    run = importing.bring(file)
    assert run.status is ImportStatus.DONE, run.message
    assert (run.summary["new"], run.summary["changed"]) == (1, 1)
    found = customers(shop)
    nodira, firm = found["Aliyeva Nodira"], found["Bahor MChJ"]
    assert (nodira.id, nodira.credit_limit, nodira.notes) == (known_id, Decimal("1000000.50"), "VIP")
    assert str(nodira.birth_date) == "1990-12-31"
    assert (firm.phone, firm.bin, firm.type.value, firm.notes) == (
        "+998902223344",
        "301234567",
        "company",
        "Naqd",
    )
    assert len(firm.customer_number) == 8
    with shop.inside():
        assert search_customers("3344").ids == [firm.id] and search_customers("aliyeva").ids == [nodira.id]
    again = importing.check(file)
    assert (again.summary["new"], again.summary["changed"], again.summary["same"]) == (0, 0, 2)
    importing.run_id = run.id
    assert importing.undo().status is ImportStatus.UNDONE
    found = customers(shop)
    assert set(found) == {"Nodira"} and found["Nodira"].credit_limit is None
    with shop.inside():
        assert search_customers("3344").ids == [] and search_customers("aliyeva").ids == []


def test_what_is_wrong_with_customers_is_marked(shop: Shop, importing: Importing) -> None:
    run = importing.check(
        sheet(
            HEADERS,
            ("Bir", "telefon yoʻq", "", "", "", "", ""),
            ("Ikki", "901112233", "12", "odam", "-5", "1990", ""),
            ("Uch", "901112233", "", "", "", "", ""),
            ("", "901112244", "", "", "", "", ""),
            ("Besh", "", "", "", "", "", "izoh"),
        )
    )
    assert set(wrong(run)) == {
        (2, "B"),
        *((3, "C"), (3, "D"), (3, "E"), (3, "F")),
        (4, "B"),
        (5, "A"),
        (6, "B"),
    }
    assert customers(shop) == {}


def test_an_import_of_customers_stays_where_one_was_changed_since(
    shop: Shop, importing: Importing, api_of: Callable[..., Any]
) -> None:
    importing.bring(sheet(HEADERS[:2], ("Bir", "901112233"), ("Ikki", "901112244")))
    one = customers(shop)["Bir"]
    answer = api_of("manager").put(f"/api/clients/{one.id}", {"notes": "yangi"})
    assert answer.status_code == 200, answer.json
    run = importing.undo()
    assert run.status is ImportStatus.DONE and "Bir" in run.message and "Ikki" not in run.message
    assert set(customers(shop)) == {"Bir", "Ikki"}


def test_suppliers_are_imported_and_taken_back(shop: Shop, client_of: Callable[..., Any]) -> None:
    importing = Importing(shop, client_of("manager"), "manager", "suppliers")
    file = book(
        ("Поставщик", "ИНН", "Отсрочка, дней", "Телефон"),
        ("Bahor", 301234567, 14, "901112233"),
        ("Navruz", None, None, None),
    )
    run = importing.bring(file)
    assert run.status is ImportStatus.DONE, run.message
    with shop.inside():
        found = {row.name: row for row in db.session.scalars(select(Supplier))}
        assert (found["Bahor"].payment_days, found["Bahor"].phone) == (14, "+998901112233")
        assert found["Navruz"].payment_days == 0
    assert importing.check(file).summary["same"] == 2
    importing.run_id = run.id
    assert importing.undo().status is ImportStatus.UNDONE
    with shop.inside():
        assert db.session.scalars(select(Supplier).where(Supplier.deleted_at.is_(None))).all() == []
