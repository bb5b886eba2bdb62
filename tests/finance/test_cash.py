"""The cash ledger: what goes in, and what should lie in a drawer."""

from decimal import Decimal

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.finance.operations import record_cash
from smartpos.finance.queries import expected_cash, expected_cash_of
from tests.cast import Shop


def note(shop: Shop, shift_id: int, kind: CashEntryKind, amount: str) -> None:
    with shop.inside("cashier"):
        record_cash(
            branch_id=shop.branch_id,
            till_id=shop.till_id,
            shift_id=shift_id,
            kind=kind,
            amount=Decimal(amount),
            origin_kind="test",
            origin_id=1,
            note="sinov",
            actor=shop.actor("cashier"),
        )


def test_expected_cash_is_the_sum_without_the_difference(shop: Shop) -> None:
    note(shop, 1, CashEntryKind.OPENING, "50000")
    note(shop, 1, CashEntryKind.SALE, "13500.50")
    note(shop, 1, CashEntryKind.SALE, "-500.25")
    note(shop, 1, CashEntryKind.DIFFERENCE, "-1000")
    note(shop, 2, CashEntryKind.SALE, "7")
    with shop.inside():
        assert expected_cash(1) == Decimal("63000.25")
        assert expected_cash(3) == 0
        assert expected_cash_of([1, 2, 3]) == {1: Decimal("63000.25"), 2: Decimal("7.00")}


def test_an_entry_knows_who_where_and_why(shop: Shop) -> None:
    note(shop, 1, CashEntryKind.OPENING, "50000")
    with shop.inside():
        entry = db.session.execute(select(CashEntry)).scalar_one()
        assert (entry.branch_id, entry.till_id, entry.created_by) == (
            shop.branch_id,
            shop.till_id,
            shop.users["cashier"],
        )
        assert (entry.origin_kind, entry.origin_id, entry.note) == ("test", 1, "sinov")
        assert entry.occurred_at == entry.created_at


def test_another_shop_has_its_own_cash(shop: Shop, stranger: Shop) -> None:
    note(shop, 1, CashEntryKind.OPENING, "50000")
    with stranger.inside():
        assert expected_cash(1) == 0
