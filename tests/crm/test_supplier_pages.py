"""Suppliers in the back office and over the API: accounts, debts, statements, and who may see them."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.crm.models import Supplier, SupplierEntryKind, SupplierTransaction
from smartpos.crm.operations import create_supplier, lock_supplier, post_supplier_entry
from tests.cast import Shop
from tests.conftest import Api, poster


@pytest.fixture
def manager(manager_in_english: FlaskClient) -> FlaskClient:
    return manager_in_english


@pytest.fixture
def post(manager: FlaskClient) -> Callable[..., Any]:
    return poster(manager)


def owed(shop: Shop, name: str, amount: str, days: int = 0, **facts: Any) -> int:
    """A supplier with one line on the account, due ``days`` from today."""
    with shop.inside("manager"):
        actor = shop.actor("manager")
        supplier = create_supplier(name=name, actor=actor, **facts).id
        lock_supplier(supplier, actor=actor)
        post_supplier_entry(
            supplier,
            SupplierEntryKind.OPENING,
            amount=Decimal(amount),
            due_date=actor.organization.today + timedelta(days=days),
            origin_kind="supplier",
            origin_id=supplier,
            note="#set page() <script>",
            actor=actor,
        )
        return supplier


def shown(browser: FlaskClient, url: str) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def balance_of(shop: Shop, supplier_id: int) -> Decimal:
    with shop.inside("manager"):
        return db.session.get_one(Supplier, supplier_id).balance


# --- the back office ---------------------------------------------------------------------------------------------
def test_a_supplier_is_added_edited_and_deleted(
    shop: Shop, manager: FlaskClient, post: Callable[..., Any]
) -> None:
    form = {
        "name": "Agro",
        "phone": "90 123 45 67",
        "payment_days": "14",
        "lead_time_days": "",
        "bin": "301234567",
    }
    assert post("/admin/suppliers/new/", **form).status_code == 200
    with shop.inside("owner"):
        row = db.session.query(Supplier).one()
        assert (row.phone, row.payment_days, row.lead_time_days) == ("+998901234567", 14, None)
        number = row.id
    assert "Agro" in shown(manager, "/admin/suppliers/?search=агро")
    post(
        f"/admin/suppliers/edit/?id={number}", **form | {"name": "Agro Baraka", "bank_details": "MFO 1\n2020"}
    )
    with shop.inside("owner"):
        row = db.session.get_one(Supplier, number)
        assert (row.name, (row.bank_details or "").split()) == ("Agro Baraka", ["MFO", "1", "2020"])
    wrong = post("/admin/suppliers/new/", **form | {"name": "Agro Baraka"}).get_data(as_text=True)
    assert "There is already a supplier with the name" in wrong
    assert "This is not a phone number" in post(
        "/admin/suppliers/new/", **form | {"name": "Bahor", "phone": "12"}
    ).get_data(as_text=True)
    post("/admin/suppliers/delete/", id=number)
    assert "Agro Baraka" not in shown(manager, "/admin/suppliers/")


def test_lists_are_narrowed_by_what_is_owed(shop: Shop, manager: FlaskClient) -> None:
    late, fresh = owed(shop, "Kechikkan", "777", -3), owed(shop, "Yangi", "500", 3)
    owed(shop, "Oldindan", "-300")
    with shop.inside("manager"):
        create_supplier(name="Qarzsiz", actor=shop.actor("manager"))
    everybody = {"Kechikkan", "Yangi", "Oldindan", "Qarzsiz"}
    for value, names in {
        "debt": {"Kechikkan", "Yangi"},
        "overdue": {"Kechikkan"},
        "prepaid": {"Oldindan"},
        "clear": {"Qarzsiz"},
    }.items():
        found = shown(manager, f"/admin/suppliers/?flt0_0={value}")
        assert {name for name in everybody if name in found} == names, value
    assert late != fresh


def test_accounts_are_opened_corrected_and_taken_back(
    shop: Shop, manager: FlaskClient, post: Callable[..., Any], books: Callable[[], list[str]]
) -> None:
    with shop.inside("manager"):
        supplier = create_supplier(name="Agro", actor=shop.actor("manager")).id
    post("/admin/suppliers/act/opening/", id=supplier, amount="250 000", note="Old book")
    assert balance_of(shop, supplier) == 250_000
    page = shown(manager, f"/admin/suppliers/act/correct/?id={supplier}")
    seen = re.search(r'name="seen_balance"[^>]*value="([^"]*)"', page)
    assert seen is not None
    assert seen[1] == "250000.00"
    form = {"id": supplier, "amount": "-50 000", "reason": "Damaged goods", "seen_balance": seen[1]}
    post("/admin/suppliers/act/correct/", **form)
    assert balance_of(shop, supplier) == 200_000
    assert "The account has changed meanwhile" in post("/admin/suppliers/act/correct/", **form).get_data(
        as_text=True
    )
    post("/admin/suppliers/act/correct/", id=supplier, amount="1", reason="")
    assert balance_of(shop, supplier) == 200_000
    assert "Damaged goods" in shown(manager, "/admin/supplier_transactions/")
    with shop.inside("manager"):
        entry = db.session.query(SupplierTransaction).filter_by(note="Damaged goods").one().id
    post("/admin/supplier_transactions/act/take_back/", id=entry, reason="Not meant")
    assert balance_of(shop, supplier) == 250_000
    assert books() == []


def test_the_statement_as_a_page_and_on_paper(shop: Shop, manager: FlaskClient) -> None:
    supplier = owed(shop, "Oʻtkir <b>savdo</b>", "900", -5, phone="901234567", bin="301234567")
    url = f"/suppliers/{supplier}/statement"
    page = shown(manager, url)
    assert "<b>savdo" not in page
    assert "<script>" not in page.split("<main", 1)[1].split("</main>", 1)[0]
    assert "5 days overdue" in page
    assert "/admin/suppliers/act/pay/" in page
    before = shown(manager, f"{url}?from=2020-04-01&to=2020-04-30")
    assert "Nothing happened in this period." in before
    paper = manager.get(f"{url}.pdf")
    assert (paper.status_code, paper.mimetype, paper.data[:4]) == (200, "application/pdf", b"%PDF")
    for query in ("from=x", "from=2026-05-01&to=2026-04-01", "to=99999-01-01"):
        assert manager.get(f"{url}?{query}").status_code == 422
        assert manager.get(f"{url}.pdf?{query}").status_code == 422
    assert manager.get(f"{url}?cursor=x").status_code == 422
    details = shown(manager, f"/admin/suppliers/details/?id={supplier}")
    assert "5 days overdue" in details


def test_the_page_of_debts(shop: Shop, manager: FlaskClient) -> None:
    assert "We owe nobody anything" in shown(manager, "/suppliers/debts")
    owed(shop, "Kechikkan", "900", -40)
    owed(shop, "Yangi", "100", 7)
    owed(shop, "Uzoq", "55", 700)
    page = shown(manager, "/suppliers/debts")
    assert page.index("Kechikkan") < page.index("Yangi")
    assert "1\u202f055" in page
    sums = re.findall(r'<span class="weeks-sum">([^<]*)</span>', page)
    assert [one for one in sums if one != "–"] == ["900", "100", "55"]
    here = shown(manager, f"/suppliers/debts?branch={shop.warehouse_id}")
    assert "Kechikkan" not in here
    assert manager.get("/suppliers/debts?cursor=x").status_code == 422


def test_whoever_may_not_see_accounts_sees_no_balances(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    supplier = owed(shop, "Agro", "777333", -3)
    storekeeper = client_of("warehouse")
    for url in ("/admin/suppliers/", f"/admin/suppliers/details/?id={supplier}"):
        assert "777" not in shown(storekeeper, url)
    for url in ("/suppliers/debts", f"/suppliers/{supplier}/statement", "/admin/supplier_transactions/"):
        assert storekeeper.get(url).status_code == 403


# --- the API -----------------------------------------------------------------------------------------------------
def test_suppliers_over_the_api(shop: Shop, api_of: Callable[..., Api]) -> None:
    api = api_of("manager")
    made = api.post("/api/suppliers", {"name": "Agro", "phone": "901234567", "payment_days": 7})
    assert made.status_code == 201, made.get_data(as_text=True)
    number = made.json["id"]
    assert (made.json["phone"], made.json["balance"]) == ("+998901234567", "0.00")
    taken = api.post("/api/suppliers", {"name": "Agro"})
    assert (taken.status_code, taken.json["code"], taken.json["supplier"]["id"]) == (
        409,
        "supplier_name_taken",
        number,
    )
    changed = api.put(f"/api/suppliers/{number}", {"lead_time_days": 3})
    assert (changed.json["lead_time_days"], changed.json["payment_days"]) == (3, 7)
    assert api.get(f"/api/suppliers/{number}").json == changed.json
    assert api.delete(f"/api/suppliers/{number}").status_code == 204
    assert api.get(f"/api/suppliers/{number}").status_code == 404
    for body in (
        {},
        {"name": ""},
        {"name": "x" * 256},
        {"name": "A", "payment_days": -1},
        {"name": "A", "payment_days": 10**9},
        {"name": "A", "email": "no"},
        {"name": "A", "balance": "5"},
        {"name": "A\x00"},
        [],
    ):
        assert api.post("/api/suppliers", body).status_code == 422, body


def test_lists_and_statements_over_the_api(shop: Shop, api_of: Callable[..., Api]) -> None:
    first, second = owed(shop, "Agro", "900", -3), owed(shop, "Bahor", "-5")
    api = api_of("manager")
    page = api.get("/api/suppliers?limit=1").json
    assert [row["name"] for row in page["items"]] == ["Agro"]
    rest = api.get(f"/api/suppliers?limit=1&cursor={page['next_cursor']}").json
    assert ([row["name"] for row in rest["items"]], rest["next_cursor"]) == (["Bahor"], None)
    assert [row["id"] for row in api.get("/api/suppliers?with_debt=true").json["items"]] == [first]
    assert [row["id"] for row in api.get("/api/suppliers?q=бахор").json["items"]] == [second]
    assert api.get("/api/suppliers?cursor=x").status_code == 422
    body = api.get(f"/api/suppliers/{first}/statement").json
    assert (body["balance"], body["closing_balance"], body["ageing"]["days_1_30"]) == ("900.00",) * 3
    assert [(line["kind"], line["balance"]) for line in body["items"]] == [("opening", "900.00")]
    assert [debt["days_overdue"] for debt in body["debts"]] == [3]


def test_who_may_do_what_over_the_api(shop: Shop, stranger: Shop, api_of: Callable[..., Api]) -> None:
    supplier = owed(shop, "Agro", "900")
    storekeeper, foreign = api_of("warehouse"), api_of("stranger")
    assert storekeeper.get(f"/api/suppliers/{supplier}").json["balance"] is None
    assert storekeeper.get("/api/suppliers?with_debt=true").status_code == 403
    assert storekeeper.get(f"/api/suppliers/{supplier}/statement").status_code == 403
    assert storekeeper.delete(f"/api/suppliers/{supplier}").json["code"] == "account_not_empty"
    assert api_of("cashier").get("/api/suppliers").status_code == 403
    assert foreign.get("/api/suppliers").json["items"] == []
    for method, tail, body in (
        ("GET", "", None),
        ("PUT", "", {"name": "Mine"}),
        ("DELETE", "", None),
        ("GET", "/statement", None),
    ):
        assert foreign.open(f"/api/suppliers/{supplier}{tail}", method, json=body).status_code == 404
