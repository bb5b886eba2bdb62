"""Sales, cash and stock as the back office sees them."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.finance.models import CashEntry
from smartpos.sales.models import SaleItem, SalePayment, Shift
from smartpos.sales.queries import SoldSale
from smartpos.stock.models import BranchStock, InventoryMovement, StockAdjustment
from tests.cast import Shop
from tests.conftest import csrf_of

VIEWS = {
    "receipts": None,
    "sale_items": SaleItem,
    "sale_payments": SalePayment,
    "shifts": Shift,
    "cash_entries": CashEntry,
    "branch_stocks": BranchStock,
    "movements": InventoryMovement,
    "stock_adjustments": StockAdjustment,
}


@pytest.fixture
def sale(shop: Shop, open_till: int, sell: Callable[..., SoldSale]) -> SoldSale:
    """Two lines, a discount, cash and card."""
    milk = shop.product("Sut 2,5 %", price="13500", cost="9000", stock="20")
    bread = shop.product("Non", price="4000", cost="3000", stock="20")
    return sell((milk, "2", "1000"), (bread, "3"), cash="40000")


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    plain = answer.get_data(as_text=True).replace("\u202f", "").replace("&#39;", "'")
    return re.sub(r"<[^>]+>|\s+", " ", plain)


@pytest.mark.parametrize("who", ["owner", "manager"])
@pytest.mark.parametrize("view", list(VIEWS))
def test_every_list_and_every_row_opens(
    shop: Shop, sale: SoldSale, client_of: Callable[..., FlaskClient], view: str, who: str
) -> None:
    client = client_of(who)
    assert client.get(f"/admin/{view}/").status_code == 200
    model = VIEWS[view]
    number = sale.id
    if model is not None:
        with shop.inside():
            number = db.session.execute(select(model.id).limit(1)).scalar_one()
    assert client.get(f"/admin/{view}/details/?id={number}").status_code == 200
    assert client.get(f"/admin/{view}/details/?id=999999999").status_code == 404


@pytest.mark.parametrize("view", list(VIEWS))
def test_a_stranger_sees_nothing_of_it(
    shop: Shop, stranger: Shop, sale: SoldSale, client_of: Callable[..., FlaskClient], view: str
) -> None:
    client = client_of("stranger")
    assert "Sut" not in text_of(client, f"/admin/{view}/")
    model = VIEWS[view]
    number = sale.id
    if model is not None:
        with shop.inside():
            number = db.session.execute(select(model.id).limit(1)).scalar_one()
    assert client.get(f"/admin/{view}/details/?id={number}").status_code == 404


def test_a_receipt_shows_what_was_earned_to_those_who_may_know(
    shop: Shop, sale: SoldSale, client_of: Callable[..., FlaskClient]
) -> None:
    listed = text_of(client_of("manager"), "/admin/receipts/")
    for shown in (sale.number, "Chilonzor", "Cashier", "1000", "38000", "6928"):
        assert shown in listed
    details = text_of(client_of("manager"), f"/admin/receipts/details/?id={sale.id}")
    for shown in ("Sut 2,5 %", "Non", "18000", "9000", "27000"):
        assert shown in details
    with shop.inside("owner"):
        from smartpos.identity.models import Role, RolePermission

        role = db.session.execute(select(Role.id).where(Role.key == "manager")).scalar_one()
        db.session.query(RolePermission).filter_by(role_id=role, permission="catalog:cost:read").delete()
    assert "6928" not in text_of(client_of("manager"), "/admin/receipts/")
    assert "27000" not in text_of(client_of("manager"), f"/admin/receipts/details/?id={sale.id}")


def test_receipts_are_found_by_number_and_by_shift(
    shop: Shop, sale: SoldSale, sell: Callable[..., SoldSale], client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of("manager")
    other = sell((shop.product(price="1000"), "1"), card="1000")
    by_number = text_of(client, f"/admin/receipts/?search={other.number}")
    assert other.number in by_number and sale.number not in by_number.replace(f"search={other.number}", "")
    by_shift = text_of(client, "/admin/receipts/?search=1-1")
    assert other.number in by_shift and sale.number in by_shift
    assert "1-1-1 " not in text_of(client, "/admin/receipts/?search=sut")


def test_documents_and_ledgers_cannot_be_edited(
    shop: Shop, sale: SoldSale, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of("owner")
    token = csrf_of(client)
    for view in ("receipts", "sale_items", "sale_payments", "shifts", "cash_entries", "movements"):
        for page in ("new/", f"edit/?id={sale.id}"):
            assert client.get(f"/admin/{view}/{page}").status_code == 403
        answer = client.post(f"/admin/{view}/delete/", data={"id": sale.id, "csrf_token": token})
        assert answer.status_code == 403
    assert client.get("/admin/stock_adjustments/edit/?id=1").status_code == 403
    assert client.get("/admin/branch_stocks/new/").status_code == 403


def test_a_manager_closes_a_shift_that_was_left_open(
    shop: Shop, sale: SoldSale, open_till: int, client_of: Callable[..., FlaskClient]
) -> None:
    client = client_of("manager")
    path = f"/admin/shifts/act/close/?id={open_till}"
    assert client.get(path).status_code == 200
    token = csrf_of(client)
    for wrong in ("", "-1", "x", "1e400", "NaN"):
        answer = client.post(path, data={"closing_cash": wrong, "csrf_token": token})
        assert answer.status_code == 200
    with shop.inside():
        assert db.session.get_one(Shift, open_till).is_open
    assert client.post(path, data={"closing_cash": "88 000", "csrf_token": token}).status_code == 302
    with shop.inside():
        shift = db.session.get_one(Shift, open_till)
        assert (shift.expected_cash, shift.closing_cash, shift.difference) == (88000, 88000, 0)
        assert shift.closed_by == shop.users["manager"]
    assert client.post(path, data={"closing_cash": "1", "csrf_token": token}).status_code == 302
    with shop.inside():
        assert db.session.get_one(Shift, open_till).closing_cash == 88000


def test_wanted_levels_are_edited_and_nothing_else(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    milk = shop.product("Sut", stock="20")
    with shop.inside():
        stock = db.session.execute(select(BranchStock.id).where(BranchStock.product_id == milk)).scalar_one()
    client = client_of("warehouse")
    path = f"/admin/branch_stocks/edit/?id={stock}"
    form = {
        "csrf_token": csrf_of(client),
        "min_quantity": "5",
        "reorder_point": "",
        "max_quantity": "40",
        "quantity": "999",
    }
    assert client.post(path, data=form).status_code == 302
    with shop.inside():
        row = db.session.get_one(BranchStock, stock)
        assert (row.min_quantity, row.reorder_point, row.max_quantity, row.quantity) == (5, None, 40, 20)
    answer = client.post(path, data=form | {"min_quantity": "50"})
    assert answer.status_code == 200
    with shop.inside():
        assert db.session.get_one(BranchStock, stock).min_quantity == 5
    listed = text_of(client, "/admin/branch_stocks/")
    assert "Sut" in listed and "20" in listed


@pytest.mark.parametrize("given", ["", "   ", "0", None])
def test_an_empty_minimum_means_none(
    shop: Shop, client_of: Callable[..., FlaskClient], given: str | None
) -> None:
    milk = shop.product("Sut", stock="20")
    with shop.inside():
        stock = db.session.execute(select(BranchStock.id).where(BranchStock.product_id == milk)).scalar_one()
    client = client_of("warehouse")
    form = {"csrf_token": csrf_of(client), "reorder_point": "3", "max_quantity": ""}
    form |= {} if given is None else {"min_quantity": given}
    assert client.post(f"/admin/branch_stocks/edit/?id={stock}", data=form).status_code == 302
    with shop.inside():
        row = db.session.get_one(BranchStock, stock)
        assert (row.min_quantity, row.reorder_point, row.max_quantity) == (0, 3, None)


def test_stock_is_corrected_in_a_form(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    milk = shop.product("Sut", stock="20")
    client = client_of("warehouse")
    assert client.get("/admin/stock_adjustments/new/").status_code == 200
    found = client.get("/admin/stock_adjustments/ajax/lookup/?name=product&query=sut").json
    assert [key for key, _text in found] == [milk]
    form = {
        "csrf_token": csrf_of(client),
        "branch": str(shop.branch_id),
        "reason": "damage",
        "product": str(milk),
        "quantity": "-3",
        "unit_cost": "",
        "notes": "sindi",
    }
    assert client.post("/admin/stock_adjustments/new/", data=form).status_code == 302
    with shop.inside():
        document = db.session.execute(
            select(StockAdjustment).where(StockAdjustment.notes == "sindi")
        ).scalar_one()
        assert document.created_by == shop.users["warehouse"]
        number = document.id
        assert (
            db.session.execute(
                select(BranchStock.quantity).where(BranchStock.product_id == milk)
            ).scalar_one()
            == 17
        )
    details = text_of(client, f"/admin/stock_adjustments/details/?id={number}")
    assert "Sut" in details and "\u22123" in details
    movements = client.get("/admin/movements/").get_data(as_text=True)
    assert f"/admin/stock_adjustments/details/?id={number}" in movements
    refused = client.post("/admin/stock_adjustments/new/", data=form | {"quantity": "-18"})
    assert refused.status_code == 200
    for wrong in (
        {"quantity": "NaN"},
        {"product": "x"},
        {"branch": ""},
        {"reason": "mood"},
        {"quantity": "0"},
    ):
        assert client.post("/admin/stock_adjustments/new/", data=form | wrong).status_code == 200
    with shop.inside():
        assert (
            db.session.execute(
                select(BranchStock.quantity).where(BranchStock.product_id == milk)
            ).scalar_one()
            == 17
        )


def test_the_cause_of_cash_is_a_link(
    shop: Shop, sale: SoldSale, client_of: Callable[..., FlaskClient]
) -> None:
    page = client_of("manager").get("/admin/cash_entries/").get_data(as_text=True)
    assert f"/admin/receipts/details/?id={sale.id}" in page


def test_what_runs_low_is_found(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    shop.product("Xolva Samarqand", stock="50")
    shop.product("Nisholda", stock="2")
    with shop.inside("owner"):
        for row in db.session.execute(select(BranchStock)).scalars():
            row.min_quantity = 5
    client = client_of("warehouse")
    page = client.get("/admin/branch_stocks/").get_data(as_text=True)
    assert "Xolva Samarqand" in page and "Nisholda" in page
    views = shop.app.extensions["admin"][0]._views
    view = next(view for view in views if view.endpoint == "branch_stocks")
    place = next(place for place, one in enumerate(view._filters) if type(one).__name__ == "RunsLow")
    low = text_of(client, f"/admin/branch_stocks/?flt0_{place}=low")
    assert "Nisholda" in low and "Xolva Samarqand" not in low
    none = text_of(client, f"/admin/branch_stocks/?flt0_{place}=negative")
    assert "Nisholda" not in none and "Xolva Samarqand" not in none
