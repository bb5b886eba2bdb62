"""What came back, in the back office and in the proof of the books."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select, text

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.sales.models import Sale
from smartpos.sales.operations import open_shift
from smartpos.stock.operations import Movement, post_movements
from tests.cast import Shop
from tests.conftest import Api, csrf_of
from tests.sales.counter import (
    Answer,
    Books,
    item,
    make_customer,
    part,
    refund,
    set_setting,
    sold,
    status_of,
    stock_of,
)


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api]) -> Api:
    """The manager at a till, with an open shift: may take goods back."""
    with shop.inside("manager"):
        open_shift(shop.till_id, opening_cash=Decimal(500_000), actor=shop.actor("manager"))
    return api_of("manager")


@pytest.fixture
def trade(shop: Shop, till: Api) -> Answer:
    """A receipt of which something came back to sale, something damaged and something not at all."""
    set_setting(shop, "loyalty_percent", 10)
    milk = shop.product("Sut", price="13500", cost="9000.12")
    meat = shop.product("Go'sht", price="98000", unit="kg", cost="70000", vat_included=False)
    customer = make_customer(shop, credit_limit=Decimal(10**6))
    sale = sold(
        till,
        item(milk, 5, discount="1000"),
        item(meat, "0.735"),
        discount="777",
        customer_id=customer,
        payments=[{"method": "credit", "amount": "50000"}, {"method": "cash", "amount": "200000"}],
    )
    refund(till, sale, part(sale, 0, 1), part(sale, 0, 1, restock="damaged"), part(sale, 1, "0.1"))
    refund(till, sale, part(sale, 0, 1, restock="none"))
    whole = sold(till, item(milk, 2), customer_id=customer)
    assert refund(till, whole).status_code == 201
    return sale


def tamper(shop: Shop, statement: str) -> None:
    """Change the books as nobody of the product can: as the owner of the tables."""
    with shop.app.app_context(), platform_scope(reason="test"):
        connection = db.session.connection()
        connection.exec_driver_sql("RESET ROLE")
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))
        db.session.commit()


def test_what_came_back_damaged_is_locked_with_the_rest(shop: Shop, till: Api) -> None:
    bread, milk, salt = (shop.product(name) for name in ("Non", "Sut", "Tuz"))
    sale = sold(till, item(salt, 1), item(bread, 1), item(milk, 1))
    locks: list[list[int]] = []

    def listen(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "FROM branch_stocks" in statement and "FOR UPDATE" in statement:
            locks.append([int(one) for one in parameters["product_ids"].strip("{}").split(",")])

    with shop.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        answer = refund(till, sale, part(sale, 0, 1), part(sale, 1, 1, restock="damaged"), part(sale, 2, 1))
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert answer.status_code == 201, answer.json
    # The first lock has them all, in one order; what is locked later is held already.
    assert locks[0] == sorted([bread, milk, salt])


BACK = "returns_id IS NOT NULL AND quantity = (SELECT max(quantity) FROM sale_items WHERE returns_id IS NOT NULL)"


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        (f"UPDATE sale_items SET quantity = quantity - 90 WHERE {BACK}", "what came back <="),
        (
            f"UPDATE sale_items SET returns_id = (SELECT min(id) FROM sale_items) WHERE {BACK}",
            "a line gives back",
        ),
        (f"UPDATE sale_items SET gross_amount = gross_amount + 0.01 WHERE {BACK}", "gross of what"),
        (f"UPDATE sale_items SET discount_amount = discount_amount + 0.01 WHERE {BACK}", "discount of what"),
        (f"UPDATE sale_items SET promotion_amount = promotion_amount + 1 WHERE {BACK}", "promotion of what"),
        (f"UPDATE sale_items SET cart_discount_amount = 0 WHERE {BACK}", "receipt's discount of what"),
        (f"UPDATE sale_items SET tax_amount = tax_amount + 0.01 WHERE {BACK}", "tax of what"),
        (f"UPDATE sale_items SET total_amount = total_amount + 0.01 WHERE {BACK}", "total of what"),
        (f"UPDATE sale_items SET cost_amount = cost_amount + 0.01 WHERE {BACK}", "cost of what"),
        ("UPDATE sale_items SET cost_amount = -1 WHERE restock = 'none'", "what did not come back"),
        ("UPDATE sales SET status = 'returned' WHERE status = 'partly_returned'", "status of a receipt"),
        ("UPDATE sales SET status = 'completed' WHERE status = 'returned'", "status of a receipt"),
        (
            "UPDATE sales SET rounding_amount = 1, total_amount = total_amount + 1 WHERE status = 'returned'",
            "what was given back of a receipt",
        ),
        ("DELETE FROM stock_adjustments WHERE client_uuid LIKE 'refund:%'", "what came back damaged"),
        (
            "UPDATE customer_transactions SET points_earned = points_earned + 1 WHERE transaction_type = 'refund'",
            "points that a receipt earned",
        ),
        ("UPDATE cash_entries SET amount = amount + 1 WHERE kind = 'refund'", "cash ledger of sales"),
        ("UPDATE customer_transactions SET amount = 0 WHERE transaction_type = 'refund'", "credit of sales"),
        (
            "DELETE FROM inventory_movements WHERE origin_kind = 'sale' AND quantity > 0",
            "what left stock",
        ),
    ],
)
def test_what_is_wrong_with_returns_is_found(
    shop: Shop, trade: Answer, books: Books, statement: str, law: str
) -> None:
    assert books() == []
    tamper(shop, statement)
    found = books()
    assert any(one.startswith(law) for one in found), found


def test_a_reversal_below_zero_puts_the_value_right(shop: Shop, till: Api, books: Books) -> None:
    set_setting(shop, "sell_below_zero", True)
    milk = shop.product(price="1000", cost="500", stock="2")
    old = sold(till, item(milk, 2))
    with shop.inside("owner"):
        post_movements(
            [Movement(milk, Decimal(1), Decimal(900))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            actor=shop.actor(),
        )
    sold(till, item(milk, 5))
    assert stock_of(shop, milk) == (-4, -3600)
    # What is still missing is now believed to cost what came back: the difference is a row of its own.
    refund(till, old, part(old, 0, 1))
    assert stock_of(shop, milk) == (-3, -1500)
    assert books() == []


def test_a_promotion_is_shared_by_the_pieces(shop: Shop, till: Api, books: Books) -> None:
    from smartpos.catalog.models import Promotion, PromotionKind, PromotionTarget

    milk = shop.product(price="9999")
    with shop.inside("owner"):
        promotion = Promotion(
            name="3 + 1", kind=PromotionKind.N_FOR_M, buy_quantity=4, pay_quantity=3, valid_from=None
        )
        promotion.targets.append(PromotionTarget(product_id=milk))
        db.session.add(promotion)
    sale = sold(till, item(milk, 4))
    assert (sale["items"][0]["promotion"], sale["total"]) == ("9999.00", "29997.00")
    backs = [refund(till, sale, part(sale, 0, 1)).json for _piece in range(4)]
    # Nobody keeps the free one: each is worth three quarters of its price.
    assert [back["total"] for back in backs] == ["-7499.25"] * 4
    assert backs[0]["items"][0]["promotion_name"] == "3 + 1"
    assert books() == []


# --- the back office ---------------------------------------------------------------------------------------------


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    plain = answer.get_data(as_text=True).replace("\u202f", "").replace("&#39;", "'")
    return re.sub(r"<[^>]+>|\s+", " ", plain)


def press(client: FlaskClient, sale_id: int, **form: Any) -> str:
    """Press the button that takes a receipt back; gives the page that follows."""
    form = {"id": sale_id, "reason": "nordon", "restock": "sale", "csrf_token": csrf_of(client)} | form
    answer = client.post("/admin/receipts/act/refund/", data=form, follow_redirects=True)
    return re.sub(r"<[^>]+>|\s+", " ", answer.get_data(as_text=True).replace("\u202f", ""))


def test_a_manager_takes_a_whole_receipt_back(
    shop: Shop, till: Api, client_of: Callable[..., FlaskClient], books: Books
) -> None:
    milk = shop.product(price="13500")
    sale = sold(till, item(milk, 3))
    first = refund(till, sale, part(sale, 0, 1)).json
    client = client_of("manager")
    shown = text_of(client, f"/admin/receipts/details/?id={sale['id']}")
    assert first["number"] in shown
    shown = press(client, sale["id"], reason="Mijoz fikridan qaytdi")
    assert "27000" in shown
    assert status_of(shop, sale["id"]) == "returned"
    with shop.inside():
        last = db.session.scalars(select(Sale).order_by(Sale.id.desc()).limit(1)).one()
        assert (last.total_amount, last.reason) == (-27_000, "Mijoz fikridan qaytdi")
        number = last.id
    answer = client.get(f"/admin/receipts/details/?id={number}").get_data(as_text=True)
    assert f"/admin/receipts/details/?id={sale['id']}" in answer
    # There is nothing left to take back, and a refund is not taken back either.
    before = stock_of(shop, milk)
    press(client, sale["id"])
    press(client, number)
    assert stock_of(shop, milk) == before
    assert books() == []


def test_without_a_shift_the_manager_is_told(
    shop: Shop, api_of: Callable[..., Api], open_till: int, client_of: Callable[..., FlaskClient]
) -> None:
    sale = sold(api_of("cashier"), item(shop.product(price="13500"), 3))
    client = client_of("manager")
    told = press(client, sale["id"])
    assert status_of(shop, sale["id"]) == "completed"
    with shop.app.test_request_context():
        from flask_babel import force_locale

        with force_locale("uz"):
            from smartpos.sales.errors import NoOpenShift

            expected = str(NoOpenShift.title)
    assert expected in told
    assert press(client, sale["id"], reason="") and status_of(shop, sale["id"]) == "completed"
