"""Customers, accounts and payments in the back office, and the pages about debts."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from smartpos.core.db import db
from smartpos.crm.models import Customer
from smartpos.crm.operations import Change, open_account
from smartpos.crm.queries import accounts, doors
from smartpos.finance.models import Payment
from smartpos.identity.models import User
from tests.cast import Shop

Add = Callable[..., int]
Enter = Callable[..., int]


@pytest.fixture(autouse=True)
def in_english(shop: Shop) -> None:
    """What pages say is asserted in the language of the code."""
    with shop.inside("owner"):
        db.session.execute(update(User).values(locale="en"))


@pytest.fixture
def manager(client_of: Callable[..., FlaskClient], shop: Shop) -> FlaskClient:
    browser = client_of("manager")
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


@pytest.fixture
def post(manager: FlaskClient, csrf: Callable[[FlaskClient], str]) -> Callable[..., Any]:
    def send(url: str, **form: Any) -> Any:
        return manager.post(url, data=form | {"csrf_token": csrf(manager)}, follow_redirects=True)

    return send


def shown(browser: FlaskClient, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def balance_of(shop: Shop, customer: int) -> Decimal:
    with shop.inside("owner"):
        row = doors.customer(customer)
        db.session.refresh(row)
        return row.balance


def test_a_customer_is_added_and_edited(shop: Shop, manager: FlaskClient, post: Callable[..., Any]) -> None:
    form = {
        "name": "Baraka Savdo",
        "phone": "90 123 45 67",
        "type": "company",
        "status": "active",
        "payment_terms": "net_15",
        "payment_behavior": "unknown",
        "tier": "gold",
        "credit_limit": "1 500 000",
        "rating": "",
        "iin": "12345678901234",
        "contacts-0-first_name": "Botir",
        "contacts-0-phone": "901112233",
        "addresses-0-type": "legal",
        "addresses-0-address_line_1": "Navoiy 1",
    }
    assert post("/admin/customers/new/", **form).status_code == 200
    with shop.inside("owner"):
        row = db.session.query(Customer).filter_by(name="Baraka Savdo").one()
        assert (row.phone, row.credit_limit, row.tier.value) == ("+998901234567", 1_500_000, "gold")
        assert [str(contact) for contact in row.contacts] == ["Botir"]
        assert [str(address) for address in row.addresses] == ["Navoiy 1"]
        number = row.id
    page = shown(manager, f"/admin/customers/edit/?id={number}")
    assert "12345678901234" in page
    assert "Botir" in page
    changed = form | {"name": "Baraka", "contacts-0-first_name": "Guli", "iin": ""}
    assert post(f"/admin/customers/edit/?id={number}", **changed).status_code == 200
    with shop.inside("owner"):
        row = doors.customer(number)
        assert (row.name, row.iin, [str(contact) for contact in row.contacts]) == ("Baraka", None, ["Guli"])
    details = shown(manager, f"/admin/customers/details/?id={number}")
    assert "Navoiy 1" in details
    assert "Statement" in details


def test_a_phone_in_use_is_told_at_its_field(post: Callable[..., Any], add: Add) -> None:
    add("Ali", phone="901234567")
    form = {
        "name": "Vali",
        "phone": "901234567",
        "type": "person",
        "status": "active",
        "payment_terms": "net_30",
        "payment_behavior": "unknown",
        "tier": "standard",
    }
    page = post("/admin/customers/new/", **form).get_data(as_text=True)
    assert "“Ali”" in page


def test_lists_show_what_is_overdue_and_are_narrowed_by_it(
    shop: Shop, manager: FlaskClient, add: Add, enter: Enter
) -> None:
    with shop.inside("manager"):
        today = shop.actor("manager").organization.today
    late, fresh, clear, ahead = (add(name) for name in ("Kechikkan", "Yangi", "Qarzsizbek", "Oldindan"))
    enter(late, "-777", due=today - timedelta(days=3))
    enter(fresh, "-500", due=today + timedelta(days=3))
    enter(ahead, "300")
    assert clear
    page = shown(manager, "/admin/customers/")
    assert page.count("777") >= 2
    expected = {
        "debt": {"Kechikkan", "Yangi"},
        "overdue": {"Kechikkan"},
        "prepaid": {"Oldindan"},
        "clear": {"Qarzsizbek"},
    }
    everybody = {"Kechikkan", "Yangi", "Qarzsizbek", "Oldindan"}
    for value, names in expected.items():
        found = shown(manager, f"/admin/customers/?flt0_0={value}")
        assert {name for name in everybody if name in found} == names, value
    assert shown(manager, "/admin/customers/?search=yangi").count("Yangi") >= 1


def test_accounts_are_opened_corrected_and_taken_back(
    shop: Shop, manager: FlaskClient, post: Callable[..., Any], add: Add, books: Callable[[], list[str]]
) -> None:
    customer = add("Ali")
    post("/admin/customers/act/opening/", id=customer, amount="-250 000", points="10", note="Old book")
    assert balance_of(shop, customer) == -250_000
    page = shown(manager, f"/admin/customers/act/correct/?id={customer}")
    seen = re.search(r'name="seen_balance"[^>]*value="([^"]*)"', page)
    assert seen is not None
    assert seen[1] == "-250000.00"
    form = {"id": customer, "amount": "50 000", "reason": "Goodwill", "seen_balance": seen[1]}
    post("/admin/customers/act/correct/", **form)
    assert balance_of(shop, customer) == -200_000
    again = post("/admin/customers/act/correct/", **form).get_data(as_text=True)
    assert "The account has changed meanwhile" in again
    assert balance_of(shop, customer) == -200_000
    post("/admin/customers/act/correct/", id=customer, amount="1", reason="")
    assert balance_of(shop, customer) == -200_000
    ledger = shown(manager, "/admin/customer_transactions/")
    assert "Goodwill" in ledger
    with shop.inside("owner"):
        entry = accounts.statement(customer, shop.actor("owner"), limit=10).entries[-1].id
    post("/admin/customer_transactions/act/take_back/", id=entry, reason="Not meant")
    assert balance_of(shop, customer) == -250_000
    assert books() == []


def test_a_payment_is_taken_back_in_the_back_office(
    shop: Shop,
    manager: FlaskClient,
    post: Callable[..., Any],
    add: Add,
    api_of: Callable[..., Any],
) -> None:
    customer = add("Ali")
    with shop.inside("manager"):
        open_account(customer, Change(Decimal(-500)), actor=shop.actor("manager"))
    body = {"client_uuid": str(uuid4()), "amount": "200", "method": "transfer"}
    made = api_of("manager").post(f"/api/clients/{customer}/payment", body).json
    assert made["number"] in shown(manager, "/admin/payments/")
    for _time in range(2):
        post("/admin/payments/act/reverse/", id=made["id"], reason="Bounced")
    assert balance_of(shop, customer) == -500
    with shop.inside("owner"):
        assert db.session.query(Payment).count() == 2
    assert "Taken back" in shown(manager, "/admin/payments/")


def test_the_statement_as_a_page_and_on_paper(
    shop: Shop, manager: FlaskClient, add: Add, enter: Enter
) -> None:
    customer = add("Oʻtkir <b>Xoʻjayev</b>", phone="901234567")
    with shop.inside("manager"):
        today = shop.actor("manager").organization.today
    enter(customer, "-900", due=today - timedelta(days=5), note="#set page() <script>")
    url = f"/customers/{customer}/statement"
    page = shown(manager, f"{url}?from=2026-03-01&to=2026-03-31")
    assert "<b>Xo" not in page
    assert "<script>" not in page.split("<main", 1)[1].split("</main>", 1)[0]
    assert "\u2212900" in page
    assert "5 days overdue" in page
    before = shown(manager, f"{url}?from=2026-04-01&to=2026-04-30")
    assert "Nothing happened in this period." in before
    assert "\u2212900" in before
    paper = manager.get(f"{url}.pdf?from=2026-03-01&to=2026-03-31")
    assert paper.status_code == 200
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")
    for query in ("from=x", "from=2026-05-01&to=2026-04-01", "to=99999-01-01", "from=0000-00-00"):
        assert manager.get(f"{url}?{query}").status_code == 422
        assert manager.get(f"{url}.pdf?{query}").status_code == 422
    assert manager.get(f"{url}?cursor=x").status_code == 422


def test_the_page_of_debts(shop: Shop, manager: FlaskClient, add: Add, enter: Enter) -> None:
    assert "Nobody owes anything" in shown(manager, "/customers/debts")
    with shop.inside("manager"):
        today = shop.actor("manager").organization.today
    enter(add("Kechikkan", assigned_to=shop.users["manager"]), "-900", due=today - timedelta(days=40))
    enter(add("Yangi"), "-100", due=today, branch_id=shop.branch_id)
    page = shown(manager, "/customers/debts")
    assert page.index("Kechikkan") < page.index("Yangi")
    assert "1\u202f000" in page
    mine = shown(manager, f"/customers/debts?who={shop.users['manager']}")
    assert "Kechikkan" in mine
    assert "Yangi" not in mine
    here = shown(manager, f"/customers/debts?branch={shop.branch_id}")
    assert "Yangi" in here
    assert "Kechikkan" not in here
    for query in ("who=x&branch=-1", "branch=99999999999999999999"):
        assert "Kechikkan" in shown(manager, f"/customers/debts?{query}")
    assert manager.get("/customers/debts?cursor=x").status_code == 422
