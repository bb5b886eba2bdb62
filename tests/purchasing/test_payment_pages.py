"""Paying suppliers and keeping their prices, in the back office."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from smartpos.core.db import db
from smartpos.crm.models import Supplier
from smartpos.crm.operations import create_supplier, open_supplier_account
from smartpos.purchasing.models import SupplierPayment, SupplierPrice
from tests.cast import Shop
from tests.conftest import poster


@pytest.fixture
def manager(manager_in_english: FlaskClient) -> FlaskClient:
    return manager_in_english


@pytest.fixture
def post(manager: FlaskClient) -> Callable[..., Any]:
    return poster(manager)


@pytest.fixture
def supplier(shop: Shop) -> int:
    with shop.inside("manager"):
        actor = shop.actor("manager")
        number = create_supplier(name="Agro", bank_details="MFO <b>1</b>", actor=actor).id
        open_supplier_account(number, Decimal(30000), due_date=date(2026, 3, 11), actor=actor)
        return number


def balance_of(shop: Shop, supplier_id: int) -> Decimal:
    with shop.inside("manager"):
        return db.session.get_one(Supplier, supplier_id).balance


def address(manager: FlaskClient, supplier: int) -> str:
    """Where the button “Pay” of a supplier leads."""
    page = manager.get(f"/admin/suppliers/details/?id={supplier}").get_data(as_text=True)
    assert "/admin/suppliers/act/pay/" in page
    with manager.application.test_request_context():
        return manager.application.url_for("purchasing.pay", supplier_id=supplier)


def value_of(page: str, name: str) -> str:
    field = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert field is not None
    found = re.search(r'value="([^"]*)"', field[0])
    return found[1] if found else ""


def test_a_supplier_is_paid_on_a_page(
    shop: Shop, manager: FlaskClient, post: Callable[..., Any], supplier: int
) -> None:
    url = address(manager, supplier)
    page = manager.get(url).get_data(as_text=True)
    assert value_of(page, "amount") == "30\u202f000"
    assert "MFO <b>" not in page
    form = {
        "client_uuid": value_of(page, "client_uuid"),
        "amount": "12 500,50",
        "source": "office",
        "paid_on": value_of(page, "paid_on"),
        "reference": "A-1",
    }
    for _time in range(2):  # pressed twice
        assert "12\u202f500.50" in post(url, **form).get_data(as_text=True)
    assert balance_of(shop, supplier) == Decimal("17499.50")
    with shop.inside("manager"):
        row = db.session.query(SupplierPayment).one()
        assert (row.source.value, row.reference_number) == ("office", "A-1")
    assert "A-1" in manager.get("/admin/supplier_payments/").get_data(as_text=True)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": ""},
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "30 000.01"},
        {"amount": "NaN"},
        {"source": "pocket"},
        {"paid_on": "2999-01-01"},
        {"paid_on": "soon"},
        {"reference": "x" * 101},
        {"note": "a\x00b"},
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    shop: Shop, manager: FlaskClient, post: Callable[..., Any], supplier: int, change: dict[str, str]
) -> None:
    answer = post(address(manager, supplier), **{"amount": "100", "source": "bank"} | change)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert balance_of(shop, supplier) == 30_000
    with shop.inside("manager"):
        assert db.session.query(SupplierPayment).count() == 0


def test_more_than_the_debt_is_a_prepayment(
    shop: Shop, manager: FlaskClient, post: Callable[..., Any], supplier: int
) -> None:
    url = address(manager, supplier)
    assert post(url, amount="40000", source="bank", prepayment="y").status_code == 200
    assert balance_of(shop, supplier) == -10_000
    assert "Paid in advance" in manager.get(url).get_data(as_text=True)


def test_a_payment_is_taken_back(
    shop: Shop,
    manager: FlaskClient,
    post: Callable[..., Any],
    supplier: int,
    client_of: Callable[..., FlaskClient],
) -> None:
    post(address(manager, supplier), amount="30000", source="bank")
    with shop.inside("manager"):
        number = db.session.query(SupplierPayment).one().id
    for _time in range(2):
        post("/admin/supplier_payments/act/reverse/", id=number, reason="Bounced")
    assert balance_of(shop, supplier) == 30_000
    with shop.inside("manager"):
        assert db.session.query(SupplierPayment).count() == 2
    filters = manager.get("/admin/supplier_payments/").get_data(as_text=True)
    assert "Taken back" in filters
    assert "Bounced" in filters
    assert client_of("warehouse").get("/admin/supplier_payments/").status_code == 403
    assert client_of("warehouse").get(address(manager, supplier)).status_code == 403


def test_prices_are_kept_in_the_back_office(
    shop: Shop,
    manager: FlaskClient,
    post: Callable[..., Any],
    supplier: int,
    client_of: Callable[..., FlaskClient],
) -> None:
    bread = shop.product(name="Obi non")
    form = {
        "product": bread,
        "supplier": supplier,
        "price": "3 200,5",
        "is_preferred": "y",
        "min_quantity": "10",
    }
    assert post("/admin/supplier_prices/new/", **form).status_code == 200
    with shop.inside("manager"):
        row = db.session.query(SupplierPrice).one()
        assert (row.price, row.is_preferred, row.min_quantity) == (Decimal("3200.5"), True, 10)
        number = row.id
    assert "Obi non" in manager.get(f"/admin/supplier_prices/?flt0_0={supplier}").get_data(as_text=True)
    assert "Obi non" in manager.get(f"/admin/suppliers/details/?id={supplier}").get_data(as_text=True)
    post(f"/admin/supplier_prices/edit/?id={number}", price="3300", lead_time_days="2", min_quantity="")
    with shop.inside("manager"):
        row = db.session.get_one(SupplierPrice, number)
        assert (row.price, row.is_preferred, row.lead_time_days, row.min_quantity) == (3300, False, 2, None)
        assert (row.product_id, row.supplier_id) == (bread, supplier)
    post(f"/admin/supplier_prices/edit/?id={number}", price="-1")
    post("/admin/supplier_prices/new/", product=2**62, supplier=supplier, price="5")
    with shop.inside("manager"):
        assert [row.price for row in db.session.query(SupplierPrice)] == [3300]
    cashier = client_of("cashier")
    assert cashier.get("/admin/supplier_prices/").status_code in {302, 403}
    post("/admin/supplier_prices/delete/", id=number)
    with shop.inside("manager"):
        assert db.session.query(SupplierPrice).count() == 0
