"""X and Z: what the report of a shift tells, to whom, and that it equals the books to the tiyin."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from smartpos.core.db import db, utc_now
from smartpos.core.errors import SmartPOSError
from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.identity.models import AppSetting, User
from smartpos.sales.models import PaymentMethod, Sale, SalePayment, Shift
from smartpos.sales.operations import SaleLine, SaleRequest, Tender, close_shift, complete_sale, open_shift
from smartpos.sales.operations.cash import CashRequest, move_drawer_cash
from smartpos.sales.operations.counting import DrawerCount
from smartpos.sales.operations.refunds import RefundLine, RefundRequest, refund_sale
from smartpos.sales.queries import own_open_shift
from smartpos.sales.queries.reports import shift_figures
from smartpos.sales.shift_bodies import report_body
from tests.cast import Shop
from tests.conftest import Api
from tests.sales.test_sell_api import item, sale
from tests.sales.test_shift_cash import move


@pytest.fixture
def till(api_of: Callable[..., Api], open_till: int) -> Api:
    return api_of("cashier")


def report(api: Api, shift_id: int) -> Any:
    return api.get(f"/api/shifts/{shift_id}/report").json


def test_x_at_any_time_and_z_after_the_close(
    shop: Shop, api_of: Callable[..., Api], till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    empty = report(till, open_till)
    assert (empty["kind"], empty["counts"]["sale"], empty["first_receipt"]) == ("X", 0, None)
    assert (empty["total"], empty["payments"], empty["cash"]["opening"]) == ("0.00", {}, "50000.00")
    milk = shop.product(price="10000")
    for method in ("cash", "cash", "card"):
        body = sale(item(milk, 2), payments=[{"method": method, "amount": "20000"}])
        assert till.post("/api/sell", body).status_code == 201
    move(till, open_till, "in", "5000")
    move(till, open_till, "expense", "1500")
    seen = report(till, open_till)
    assert seen["counts"] == {"sale": 3, "refund": 0, "exchange": 0}
    assert (seen["gross"], seen["total"], seen["tax"]) == ("60000.00", "60000.00", "6428.58")
    assert seen["payments"] == {"cash": "40000.00", "card": "20000.00"}
    drawer = {"opening": "50000.00", "sale": "40000.00", "in": "5000.00", "expense": "-1500.00"}
    assert {kind: amount for kind, amount in seen["cash"].items() if amount != "0.00"} == drawer
    assert (seen["first_receipt"], seen["last_receipt"]) == ("1-1-1", "1-1-3")
    assert (seen["days"], seen["late_sales"], seen["foreign"]) == ([], [], None)
    closing = {"closing_cash": "93000", "difference_reason": "Topilmadi"}
    till.post(f"/api/shifts/{open_till}/close", closing)
    final = report(till, open_till)
    facts = ("kind", "expected_cash", "closing_cash", "difference", "difference_reason")
    assert [final[name] for name in facts] == ["Z", "93500.00", "93000.00", "-500.00", "Topilmadi"]
    assert books() == []


def test_who_sees_a_report(shop: Shop, stranger: Shop, api_of: Callable[..., Api], open_till: int) -> None:
    path = f"/api/shifts/{open_till}/report"
    assert api_of("cashier2").get(path).status_code == 403
    assert api_of("warehouse").get(path).status_code == 403
    assert api_of("stranger").get(path).status_code == 404
    assert api_of("manager").get(path).status_code == 200
    assert shop.app.test_client().get(path).status_code == 401


def test_late_receipts_are_listed_and_part_of_no_sum(
    shop: Shop, till: Api, open_till: int, books: Callable[[], list[str]]
) -> None:
    milk = shop.product(price="10000")
    body = sale(item(milk, 1, shown_price="10000"), payments=[{"method": "cash", "amount": "10000"}])
    before = utc_now().isoformat()
    till.post(f"/api/shifts/{open_till}/close", {"closing_cash": "60000"})
    late = till.post("/api/sell", body | {"offline": True, "shift_id": open_till, "sold_at": before})
    assert late.status_code == 201, late.json
    seen = report(till, open_till)
    assert (seen["late_count"], seen["late_total"], seen["late_cash"]) == (1, "10000.00", "10000.00")
    assert [one["number"] for one in seen["late_sales"]] == [late.json["number"]]
    assert (seen["total"], seen["counts"]["sale"], seen["difference"]) == ("0.00", 0, "10000.00")
    assert books() == []


def test_a_shift_over_midnight_tells_its_days(shop: Shop, till: Api, open_till: int) -> None:
    milk = shop.product(price="10000")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    with shop.inside("owner"):
        db.session.execute(update(Shift).where(Shift.id == open_till).values(opened_at=yesterday))
    for moment in (yesterday, datetime.now(UTC), datetime.now(UTC)):
        body = sale(item(milk, 1), payments=[{"method": "card", "amount": "10000"}])
        assert till.post("/api/sell", body | {"sold_at": moment.isoformat()}).status_code == 201
    days = report(till, open_till)["days"]
    assert [(one["receipts"], one["total"]) for one in days] == [(1, "10000.00"), (2, "20000.00")]
    assert days[0]["date"] < days[1]["date"]


def test_the_report_is_printed(shop: Shop, open_till: int, client_of: Callable[..., FlaskClient]) -> None:
    with shop.inside("owner"):
        db.session.execute(update(User).values(locale="en"))
    cashier = client_of("cashier")
    path = f"/shifts/{open_till}/report"
    page = cashier.get(path).get_data(as_text=True)
    assert "report-80" in page
    assert "report-58" in cashier.get(f"{path}?paper=58").get_data(as_text=True)
    assert "report-a4" in cashier.get(f"{path}?paper=a4").get_data(as_text=True)
    assert "report-80" in cashier.get(f"{path}?paper=<script>").get_data(as_text=True)
    assert 'total"><dt>' not in page.split("Drawer")[-1]  # what is expected is not told
    with shop.inside("manager"):
        close_shift(
            db.session.get_one(Shift, open_till),
            count=DrawerCount(denominations={"UZS": {"50000": 1}}, reason="<b>"),
            actor=shop.actor("manager"),
        )
    final = cashier.get(path).get_data(as_text=True)
    assert "50\u202f000" in final
    assert client_of("cashier2").get(path).status_code == 403
    assert cashier.get("/shifts/999999/report").status_code == 404


def test_the_back_office_tells_the_history(
    shop: Shop, till: Api, open_till: int, client_of: Callable[..., FlaskClient]
) -> None:
    move(till, open_till, "expense", "1500", "Choy")
    manager = client_of("manager")
    details = manager.get(f"/admin/shifts/details/?id={open_till}").get_data(as_text=True)
    for view in ("receipts", "cash_entries", "expenses", "till_events"):
        assert f"/admin/{view}/?shift_id={open_till}" in details
        assert manager.get(f"/admin/{view}/?shift_id={open_till}").status_code == 200
    assert "Choy" in manager.get(f"/admin/expenses/?shift_id={open_till}").get_data(as_text=True)
    assert "Choy" not in manager.get(f"/admin/expenses/?shift_id={open_till + 1}").get_data(as_text=True)
    assert "Choy" not in manager.get(f"/admin/cash_entries/?shift_id={open_till + 1}").get_data(as_text=True)
    leads = manager.post(f"/admin/shifts/act/report/?id={open_till}")
    assert leads.status_code in {302, 400}


money = st.decimals(min_value=Decimal("0.01"), max_value=3000, places=2)
happening = st.one_of(
    st.tuples(st.just("sell"), st.integers(1, 5), money, st.sampled_from(["cash", "card", "mixed", "usd"])),
    st.tuples(st.just("sell"), st.integers(1, 5), money, st.sampled_from(["cash", "card"])),
    st.tuples(st.just("refund"), st.integers(0, 20), st.integers(1, 5)),
    st.tuples(st.sampled_from(["in", "out", "expense"]), money, st.booleans()),
    st.tuples(st.just("close"), money),
)


def test_z_equals_the_books_after_any_day(shop: Shop, books: Callable[[], list[str]]) -> None:
    with shop.inside("owner"):
        db.session.add(AppSetting(key="foreign_currency", value="USD"))
        db.session.add(AppSetting(key="cash_rounding_step", value="50"))
    milk = shop.product(price="1234.56", stock="100000")

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(day=st.lists(happening, min_size=4, max_size=14))
    def live(day: list[Any]) -> None:
        for what, *facts in [("close", Decimal(7)), *day, ("close", Decimal(1))]:
            try:
                with shop.inside("manager"):
                    _happen(shop, milk, what, *facts)
            except SmartPOSError:
                continue
        assert books() == []
        with shop.inside("manager"):
            for shift in db.session.scalars(select(Shift)):
                _prove(shop, shift)

    live()


def _happen(shop: Shop, product: int, what: str, *facts: Any) -> None:
    actor = shop.actor("manager")
    shift = own_open_shift(actor)
    if what == "close":
        if shift is not None:
            counted = facts[0] + shift.cash_balance if facts[0] > 1500 else facts[0]
            close_shift(shift, count=DrawerCount(cash=counted, foreign=facts[0]), actor=actor)
        open_shift(
            shop.till_id,
            opening_cash=facts[0] * 100,
            opening_foreign=facts[0],
            exchange_rate=Decimal("12345.67"),
            actor=actor,
        )
    elif what == "sell":
        quantity, given_money, how = facts
        total = Decimal("1234.56") * quantity
        tenders = {
            "cash": [Tender(PaymentMethod.CASH, total + given_money)],
            "card": [Tender(PaymentMethod.CARD, total)],
            "mixed": [
                Tender(PaymentMethod.CARD, Decimal(1000)),
                Tender(PaymentMethod.CASH, total - 1000 + given_money),
            ],
            "usd": [Tender(PaymentMethod.CASH, Decimal(1) + given_money, currency="USD")],
        }[how]
        line = SaleLine(product, None, Decimal(quantity))
        complete_sale(SaleRequest(uuid4(), (line,), tuple(tenders)), actor=actor)
    elif what == "refund":
        place, quantity = facts
        sold = list(
            db.session.scalars(select(Sale).where(Sale.type == "sale").order_by(Sale.id.desc()).limit(21))
        )
        chosen = sold[place % len(sold)] if sold else None
        if chosen is not None:
            lines = (RefundLine(chosen.items[0].id, Decimal(min(quantity, int(chosen.items[0].quantity)))),)
            refund_sale(chosen.id, RefundRequest(uuid4(), lines), actor=actor)
    elif shift is not None:
        amount, is_foreign = facts
        currency = "USD" if is_foreign else None
        move_drawer_cash(
            shift.id, CashRequest(CashEntryKind(what), amount, "sinov", currency=currency), actor=actor
        )


def _prove(shop: Shop, shift: Shift) -> None:
    """The report beside what the tables say, added up another way."""
    told = report_body(shift_figures(shift, shop.actor("manager")))
    sums = select(
        func.count(),
        func.coalesce(func.sum(Sale.gross_amount), 0),
        func.coalesce(func.sum(Sale.discount_amount), 0),
        func.coalesce(func.sum(Sale.tax_amount), 0),
        func.coalesce(func.sum(Sale.rounding_amount), 0),
        func.coalesce(func.sum(Sale.total_amount), 0),
    ).where(Sale.shift_id == shift.id)
    count, *amounts = db.session.execute(sums).one()
    assert sum(told["counts"].values()) == count
    names = ("gross", "discount", "tax", "rounding", "total")
    assert [Decimal(told[name]) for name in names] == amounts
    paid = (
        select(SalePayment.method, func.sum(SalePayment.amount))
        .join(Sale, Sale.id == SalePayment.sale_id)
        .where(Sale.shift_id == shift.id)
        .group_by(SalePayment.method)
    )
    assert {method: Decimal(amount) for method, amount in told["payments"].items()} == {
        method.value: amount for method, amount in db.session.execute(paid)
    }
    for drawer, currency in ((told["cash"], None), (told["foreign"]["cash"], "USD")):
        moved = (
            select(CashEntry.kind, func.sum(CashEntry.amount))
            .where(CashEntry.shift_id == shift.id, CashEntry.currency.is_not_distinct_from(currency))
            .group_by(CashEntry.kind)
        )
        ledger = {kind.value: amount for kind, amount in db.session.execute(moved)}
        found = ledger.pop("difference", Decimal(0))
        assert {kind: Decimal(amount) for kind, amount in drawer.items() if Decimal(amount)} == {
            kind: amount for kind, amount in ledger.items() if amount
        }
        expected = sum(ledger.values(), Decimal(0))
        side = (
            told["foreign"]
            if currency
            else {"expected": told["expected_cash"], "counted": told["closing_cash"]}
        )
        assert Decimal(side["expected"]) == expected
        if not shift.is_open:
            assert Decimal(side["counted"]) == expected + found
