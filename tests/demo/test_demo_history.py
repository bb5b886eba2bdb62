"""The history of the demo by itself, without a database: the same day tells the same story."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest

from smartpos.core.db import Model
from smartpos.crm.models import CustomerTransaction
from smartpos.demo.bulk import array_literal
from smartpos.demo.cast import CASHIERS, PLACES_BY_DUTY, STORES
from smartpos.demo.catalogue import read_products, read_recipes
from smartpos.demo.history import History, Plan, tell_history
from smartpos.demo.patterns import Taste, counted, day_factor, tendered
from smartpos.demo.rows import WRITTEN
from smartpos.finance.models import CashEntry, Payment
from smartpos.sales.models import Sale, SaleItem, SalePayment, Shift
from smartpos.stock.models import BranchStock, InventoryMovement

TASHKENT = ZoneInfo("Asia/Tashkent")
EVENING = datetime(2026, 5, 14, 18, 30, tzinfo=TASHKENT)
PRODUCTS = read_products()


def tell(now: datetime) -> History:
    return tell_history(
        PRODUCTS,
        read_recipes(),
        STORES,
        plan=Plan(days=5, receipts=400),
        places=PLACES_BY_DUTY,
        reserve_cashier=len(CASHIERS) - 1,
        vat_rates={"standard": Decimal(12), "exempt": Decimal(0)},
        now=now,
        zone=TASHKENT,
    )


def facts(history: History) -> list[tuple[object, ...]]:
    return [
        (sale.at, sale.shift.till.number, sale.priced.total, len(sale.lines), sale.paid.summary)
        for sale in history.sales
    ]


def test_the_same_day_tells_the_same_story() -> None:
    assert facts(tell(EVENING)) == facts(tell(EVENING))


def test_later_the_same_day_there_is_only_more() -> None:
    noon = facts(tell(EVENING - timedelta(hours=6)))
    evening = facts(tell(EVENING))
    assert len(noon) < len(evening) and noon == evening[: len(noon)]


@pytest.mark.parametrize("hour", [0, 3, 8, 13, 22, 23])
def test_nothing_happens_after_now(hour: int) -> None:
    now = datetime(2026, 5, 14, hour, 17, 40, tzinfo=TASHKENT)
    history = tell(now)
    assert max(sale.at for sale in history.sales) < now
    assert max(shift.closed_at for shift in history.shifts) <= now
    assert max(movement.at for movement in history.shelves.movements) <= now


def test_everything_is_told_in_the_order_of_time() -> None:
    history = tell(EVENING)
    moments = [movement.at for movement in history.shelves.movements]
    assert moments == sorted(moments)
    assert [sale.at for sale in history.sales] == sorted(sale.at for sale in history.sales)
    for shift in history.shifts:
        own = [sale for sale in history.sales if sale.shift is shift]
        assert [sale.number for sale in own] == list(range(1, shift.last_number + 1))
        assert all(shift.opened_at < sale.at < shift.closed_at for sale in own)


def test_nobody_works_at_two_tills() -> None:
    places = {(shift.opened_at.date(), shift.cashier): shift.till for shift in tell(EVENING).shifts}
    assert len(places) == len(tell(EVENING).shifts)


def test_saturdays_and_evenings_are_busy() -> None:
    random = Random(1)
    saturday = sum(day_factor(date(2026, 5, 9), random) for _try in range(200))
    tuesday = sum(day_factor(date(2026, 5, 12), random) for _try in range(200))
    assert saturday > 1.2 * tuesday


def test_baskets_are_small_and_distinct() -> None:
    taste = Taste("Chilonzor", PRODUCTS, 0.0)
    random = Random(2)
    baskets = [taste.basket(random) for _customer in range(2_000)]
    assert {len(basket) for basket in baskets} == set(range(1, 13))
    assert all(len({index for index, _quantity in basket}) == len(basket) for basket in baskets)
    for index, quantity in (line for basket in baskets for line in basket):
        assert quantity > 0
        if not PRODUCTS[index].is_weighed:
            assert quantity == quantity.to_integral_value()


def test_cash_covers_the_total_and_drawers_are_never_negative() -> None:
    random = Random(3)
    for total in (Decimal("53500.00"), Decimal("19881.50"), Decimal("1000.00")):
        assert all(tendered(total, random) >= total for _try in range(200))
    assert all(counted(Decimal(300), random) >= 0 for _try in range(500))


# What the database fills itself, and what is the same in every row of the history.
LEFT_TO_DEFAULTS = {
    BranchStock: {"reserved_quantity"},
    CashEntry: {"note", "currency", "client_uuid"},
    CustomerTransaction: {"reverses_id", "note"},
    InventoryMovement: {"batch_id"},
    Payment: {"status", "reference_number", "notes", "reverses_id"},
    Sale: {
        *("type", "status", "original_id", "price_type_id", "reason", "is_offline", "is_late", "flags"),
        *("claimed_at", "sent_by", "returned_amount"),
    },
    SaleItem: {
        *("list_price", "promotion_id", "promotion_amount", "returns_id", "restock", "batch_number"),
        *("expiration_date", "marking_code"),
    },
    SalePayment: {"currency", "exchange_rate", "foreign_amount"},
    Shift: {
        *("difference_reason", "denominations", "foreign_currency", "exchange_rate", "opening_foreign"),
        *("foreign_balance", "expected_foreign", "closing_foreign", "foreign_difference", "late_count"),
        *("late_total", "is_forced", "handed_over_to"),
    },
}


@pytest.mark.parametrize("model", WRITTEN, ids=lambda model: model.__tablename__)
def test_no_column_is_forgotten(model: type[Model]) -> None:
    """Whoever adds a column decides what the demo's rows hold in it."""
    present = {column.name for column in model.__table__.columns} - {"organization_id", "id"}
    assert present - LEFT_TO_DEFAULTS.get(model, set()) == set(WRITTEN[model])


def test_services_are_sold_too() -> None:
    taste = Taste("Chilonzor", PRODUCTS, 0.0)
    assert all(index in taste.share for index, product in enumerate(PRODUCTS) if product.type == "service")


def test_arrays_are_written_as_postgresql_reads_them() -> None:
    values = [None, 'a "b" \\ c', "d,e{f}", "NULL", Decimal("1.50"), 7, True]
    written = r'{NULL,"a \"b\" \\ c","d,e{f}","NULL",1.50,7,True}'
    assert array_literal(values) == written
    assert array_literal([datetime(2026, 5, 14, 1, tzinfo=UTC)]) == "{2026-05-14 01:00:00+00:00}"
