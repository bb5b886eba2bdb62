"""Reports of sales, each reckoned again in Python straight from receipts, lines and payments."""

from decimal import Decimal

import pytest

from smartpos.core.reports import find_report
from smartpos.reports.queries.running import read_filters, totals_of
from tests.reports.ledgers import (
    ZONE,
    Books,
    Line,
    add,
    check,
    days_before,
    figures_of_lines,
    figures_of_receipts,
    grouped,
    hour_of,
    in_percent,
)

LONG, SHORT = 90, 12


def test_the_history_has_everything_that_reports_tell_apart(books: Books) -> None:
    sales, lines = books.ledgers.sales, books.ledgers.lines
    assert {one.type.value for one in sales} == {"sale", "refund", "exchange"}
    assert len({one.branch_id for one in sales}) == 2 and len({one.cashier_id for one in sales}) == 3
    assert any(one.rounding_amount for one in sales) and any(one.is_offline for one in sales)
    for name in ("promotion_amount", "discount_amount", "cart_discount_amount", "tax_amount"):
        assert any(getattr(one.item, name) for one in lines), name
    assert {one.item.vat_included for one in lines} == {True, False}
    assert any(one.item.list_price is not None for one in lines)
    assert {payment.method.value for _sale, payment in books.ledgers.payments} >= {"cash", "card", "credit"}
    assert any(payment.currency for _sale, payment in books.ledgers.payments)
    assert len({one.business_date for one in sales}) > 8


@pytest.mark.parametrize("days", [LONG, SHORT, 1])
def test_sales_by_day_hour_branch_and_cashier(books: Books, days: int) -> None:
    sales = books.of(days).sales
    for slug, key, of_row in (
        ("sales-by-day", lambda one: one.business_date, lambda row: row["day"]),
        ("sales-by-hour", lambda one: hour_of(one.sold_at), lambda row: (row["weekday"], row["hour"])),
        ("sales-by-branch", lambda one: one.branch_id, lambda row: row["branch_id"]),
        ("sales-by-cashier", lambda one: one.cashier_id, lambda row: row["cashier_id"]),
    ):
        rows, totals = books.ask(slug, days)
        expected = {name: figures_of_receipts(some) for name, some in grouped(sales, key).items()}
        if slug == "sales-by-hour":
            for figures in expected.values():
                for label in ("gross", "discount", "tax"):
                    del figures[label]
        check(rows, of_row, expected)
        whole = figures_of_receipts(sales)
        for label, value in totals.items():
            if label in whole:
                assert value == whole[label], (slug, label)
        if rows and "share" in rows[0]:
            for row in rows:
                assert row["share"] == in_percent(row["revenue"], whole["revenue"])


def test_filters_narrow_receipts(books: Books) -> None:
    past, sales = books.past, books.of().sales
    for name, value, test in (
        ("branch_id", past.far_branch, lambda one: one.branch_id == past.far_branch),
        (
            "cashier_id",
            past.shop.users["manager"],
            lambda one: one.cashier_id == past.shop.users["manager"],
        ),
        ("customer_id", past.customers["Aziza"], lambda one: one.customer_id == past.customers["Aziza"]),
        ("payment", "mixed", lambda one: one.payment_method.value == "mixed"),
    ):
        chosen = [one for one in sales if test(one)]
        assert chosen and len(chosen) < len(sales)
        _rows, totals = books.ask("sales-by-day", **{name: value})
        assert totals["revenue"] == add(one.total_amount for one in chosen), name
        listed, _totals = books.ask("receipts", **{name: value})
        assert {row["sale_id"] for row in listed} == {one.id for one in chosen}, name


@pytest.mark.parametrize("days", [LONG, SHORT])
def test_sales_by_product(books: Books, days: int) -> None:
    lines = books.of(days).lines
    rows, totals = books.ask("sales-by-product", days)
    expected = {}
    whole = figures_of_lines(lines)
    for product, some in grouped(lines, lambda one: one.item.product_id).items():
        counted = [(one.item.quantity * one.item.multiplier, one.sale.id) for one in some]
        figures = figures_of_lines(some)
        expected[product] = figures | {
            "quantity": add(quantity for quantity, _sale in counted),
            "returned": -add(quantity for quantity, _sale in counted if quantity < 0),
            "receipts": len({sale for quantity, sale in counted if quantity > 0}),
            "share": in_percent(figures["revenue"], whole["revenue"]),
        }
    check(rows, lambda row: row["product_id"], expected)
    assert {label: totals[label] for label in whole} == whole
    assert totals["share"] == 100


def test_sales_by_category_with_what_lies_in_it(books: Books) -> None:
    past, ledgers = books.past, books.of()
    for top, key in (
        ("0", lambda one: ledgers.category_of[one.item.product_id] or 0),
        ("1", lambda one: ledgers.top_of(one.item.product_id)),
    ):
        rows, _totals = books.ask("sales-by-category", top=top)
        expected = {}
        for name, some in grouped(ledgers.lines, key).items():
            expected[name] = figures_of_lines(some) | {
                "products": len({one.item.product_id for one in some}),
                "receipts": len({one.sale.id for one in some if one.item.quantity > 0}),
            }
        check(rows, lambda row: row["category_id"] or 0, expected)
        names = {row["category_id"]: row["category"] for row in rows}
        dairy, food = past.categories["Dairy"], past.categories["Food"]
        assert names[None] is None
        assert names[food if top == "1" else dairy] == ("Food" if top == "1" else "Food / Dairy")
    rows, _totals = books.ask("sales-by-product", category_id=food)
    assert {row["product"] for row in rows} == {"Milk", "Cheese", "Bread"}
    rows, _totals = books.ask("receipts", category_id=dairy)
    assert {row["sale_id"] for row in rows} == {
        one.sale.id for one in ledgers.lines if ledgers.category_of[one.item.product_id] == dairy
    }
    rows, _totals = books.ask("receipts", product_id=past.goods["Soap"])
    assert {row["sale_id"] for row in rows} == {
        one.sale.id for one in ledgers.lines if one.item.product_id == past.goods["Soap"]
    }


def test_sales_by_payment_method(books: Books) -> None:
    payments = books.of().payments
    rows, totals = books.ask("sales-by-payment-method")
    expected = {}
    for name, some in grouped(payments, lambda one: (one[1].method.value, one[1].currency or "")).items():
        amounts = [payment.amount for _sale, payment in some]
        expected[name] = {
            "receipts": len({sale.id for sale, _payment in some}),
            "received": add(amount for amount in amounts if amount > 0),
            "paid_back": -add(amount for amount in amounts if amount < 0),
            "amount": add(amounts),
            "foreign_amount": add(payment.foreign_amount for _sale, payment in some) if name[1] else None,
        }
    check(rows, lambda row: (row["method"], row["currency"]), expected)
    assert ("cash", "USD") in expected
    assert totals["amount"] == add(one.total_amount for one in books.of().sales), "what was paid was sold"


def test_receipts_and_their_lines(books: Books) -> None:
    ledgers = books.of(SHORT)
    rows, totals = books.ask("receipts", SHORT)
    check(
        rows,
        lambda row: row["sale_id"],
        {
            one.id: {
                "number": one.number,
                "day": one.business_date,
                "type": one.type.value,
                "total": one.total_amount,
                "tax": one.tax_amount,
                "refunded": one.returned_amount,
                "profit": one.total_amount - one.tax_amount - one.cost_amount,
                "customer_id": one.customer_id,
                "offline": one.is_offline,
            }
            for one in ledgers.sales
        },
    )
    assert [row["day"] for row in rows] == sorted((row["day"] for row in rows), reverse=True)
    assert totals["margin"] == figures_of_receipts(ledgers.sales)["margin"]
    refunds, _totals = books.ask("receipts", SHORT, type="refund")
    assert {row["type"] for row in refunds} == {"refund"}
    rows, totals = books.ask("receipt-lines", SHORT)
    check(
        rows,
        lambda row: (row["sale_id"], row["line"]),
        {
            (one.sale.id, one.item.line_number): {
                "product": one.item.product_name,
                "quantity": one.item.quantity,
                "price": one.item.price,
                "vat_rate": one.item.vat_rate,
                "discount": one.item.gross_amount - one.item.total_amount + _tax_on_top(one),
                "total": one.item.total_amount,
                "cost": one.item.cost_amount,
                "restock": one.item.restock and one.item.restock.value,
            }
            for one in ledgers.lines
        },
    )
    whole = figures_of_lines(ledgers.lines)
    assert (totals["total"], totals["tax"], totals["discount"]) == (
        whole["revenue"],
        whole["tax"],
        whole["discount"],
    )


def _tax_on_top(line: Line) -> Decimal:
    return Decimal(0) if line.item.vat_included else line.item.tax_amount


def test_who_works_in_one_part_gets_the_figures_of_that_part(books: Books) -> None:
    past = books.past
    home = books.ledgers.of_branch(past.shop.branch_id).of_days(*days_before(books.today, LONG))
    with past.inside_north():
        for slug, label in (
            ("sales-by-day", "revenue"),
            ("sales-by-hour", "revenue"),
            ("sales-by-cashier", "revenue"),
            ("sales-by-payment-method", "amount"),
            ("receipts", "total"),
        ):
            report = find_report(slug)
            assert report is not None
            asked = read_filters(report, {"period": f"last_{LONG}_days"}, past.shop.actor("northerner"))
            totals = totals_of(report, asked)
            assert totals[label] == add(one.total_amount for one in home.sales), slug
        for slug in ("sales-by-product", "sales-by-category"):
            report = find_report(slug)
            assert report is not None
            asked = read_filters(report, {"period": f"last_{LONG}_days"}, past.shop.actor("northerner"))
            totals = totals_of(report, asked)
            assert totals["revenue"] == add(one.item.total_amount for one in home.lines), slug


def test_a_day_begins_where_the_shop_is(books: Books) -> None:
    """Hours and business days are those of the wall clock, whatever the server's are."""
    assert {one.business_date for one in books.ledgers.sales} == {
        one.sold_at.astimezone(ZONE).date() for one in books.ledgers.sales
    }
