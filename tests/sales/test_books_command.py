"""``flask books verify``: says so when the books agree, and what differs when they do not."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.sales.queries import SoldSale
from tests.cast import Shop


@pytest.fixture
def trade(shop: Shop, stranger: Shop, open_till: int, sell: Callable[..., SoldSale]) -> None:
    """Some sales, of every kind."""
    milk, meat = (
        shop.product(price="13500", cost="9000.1234"),
        shop.product(price="98000", unit="kg", cost="70000"),
    )
    sell((milk, "3"), (meat, "0.735", "1000"), cash="200000", discount="500")
    sell((milk, "1"), card="13500")
    sell((meat, "1.111"), card="100000", cash="8878")


def verify(shop: Shop, *options: str) -> tuple[int, str]:
    done = shop.app.test_cli_runner().invoke(args=["books", "verify", *options])
    return done.exit_code, done.output


def tamper(shop: Shop, statement: str) -> None:
    """Change the books as nobody of the product can: as the owner of the tables."""
    with shop.app.app_context(), platform_scope(reason="test"):
        connection = db.session.connection()
        connection.exec_driver_sql("RESET ROLE")
        connection.execute(text(statement.format(org=shop.organization_id)))
        db.session.commit()


def test_books_that_agree(shop: Shop, trade: None) -> None:
    status, output = verify(shop)
    assert status == 0, output
    assert "The books of" in output and "organizations agree" in output
    assert verify(shop, "--organization", "bahor")[0] == 0
    assert verify(shop, "--organization", "nobody")[0] == 2


@pytest.mark.parametrize(
    ("statement", "law"),
    [
        ("UPDATE branch_stocks SET quantity = quantity + 1", "stock quantity"),
        ("UPDATE branch_stocks SET value = value + 0.0001", "stock value"),
        ("UPDATE branch_stocks SET average_cost = average_cost + 1", "average cost"),
        ("DELETE FROM inventory_movements WHERE origin_kind = 'sale'", "what left stock"),
        ("UPDATE inventory_movements SET value = value - 1 WHERE origin_kind = 'sale'", "cost of sale lines"),
        ("UPDATE sales SET total_amount = total_amount + 0.01", "sale total = sum of its payments"),
        ("UPDATE sales SET rounding_amount = rounding_amount + 1", "sum of its lines + rounding"),
        ("UPDATE sales SET gross_amount = gross_amount + 1", "sale gross"),
        ("UPDATE sales SET discount_amount = discount_amount + 1", "sale discount"),
        ("UPDATE sales SET tax_amount = tax_amount + 1", "sale tax"),
        ("UPDATE sales SET cost_amount = cost_amount + 1", "sale cost"),
        ("UPDATE sales SET change_amount = change_amount + 1", "tendered - change"),
        ("UPDATE sales SET tendered_amount = tendered_amount + 1", "sum of the tenders"),
        ("UPDATE sale_items SET total_amount = total_amount + 1", "line total"),
        ("UPDATE sale_payments SET method = 'card' WHERE method = 'cash'", "cash ledger of sales"),
        ("DELETE FROM cash_entries WHERE kind = 'sale'", "cash ledger of sales"),
        ("UPDATE cash_entries SET amount = amount + 1 WHERE kind = 'opening'", "opening cash"),
        (
            "UPDATE cash_entries SET till_id = (SELECT max(id) FROM tills WHERE organization_id = {org})",
            "of its till",
        ),
        ("UPDATE shifts SET last_number = last_number + 1", "numbered without gaps"),
    ],
)
def test_books_that_do_not_agree(shop: Shop, trade: None, statement: str, law: str) -> None:
    where = " AND " if " WHERE " in statement.partition("(")[0] else " WHERE "
    tamper(shop, f"{statement}{where}organization_id = {{org}}")
    status, output = verify(shop)
    assert status == 1
    assert law.split(maxsplit=1)[0] in output
    assert "bahor" in output and "navruz" not in output
    assert verify(shop, "--organization", "navruz")[0] == 0


def test_a_closed_shift_is_proven(shop: Shop, trade: None, open_till: int) -> None:
    from decimal import Decimal

    from smartpos.sales.models import Shift
    from smartpos.sales.operations import close_shift

    with shop.inside("cashier"):
        close_shift(
            db.session.get_one(Shift, open_till), closing_cash=Decimal(1), actor=shop.actor("cashier")
        )
    assert verify(shop)[0] == 0
    for change in ("expected_cash = 0", "closing_cash = 2", "difference = 0"):
        tamper(shop, f"UPDATE shifts SET {change} WHERE organization_id = {{org}}")
        assert verify(shop)[0] == 1
