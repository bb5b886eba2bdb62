"""Reports of what people did, of shifts and of VAT, each reckoned again straight from its ledger."""

from decimal import Decimal

from smartpos.finance.models import CashEntry, CashEntryKind
from smartpos.purchasing.models import Purchase, PurchaseItem, PurchaseStatus
from smartpos.sales.models import Approval, Shift, TillEvent
from tests.reports.asking import all_of
from tests.reports.ledgers import Books, add, cents, check, figures_of_lines, grouped, in_percent


def test_refunds_and_who_made_them(books: Books) -> None:
    sales = books.of().sales
    back = [
        one
        for one in sales
        if one.type.value == "refund" or (one.type.value == "exchange" and one.returned_amount)
    ]
    numbers = {one.id: one.number for one in books.ledgers.sales}
    rows, totals = books.ask("refunds")
    check(
        rows,
        lambda row: row["sale_id"],
        {
            one.id: {
                "refunded": one.returned_amount,
                "total": one.total_amount,
                "original": numbers.get(one.original_id or 0),
                "reason": one.reason,
            }
            for one in back
        },
    )
    assert any(one.original_id is None for one in back)
    assert totals["refunded"] == add(one.returned_amount for one in sales)
    rows, _totals = books.ask("refunds-by-person")
    expected = {}
    for cashier in {one.cashier_id for one in back}:
        mine = [one for one in sales if one.cashier_id == cashier]
        kinds = [one.type.value for one in mine]
        sold = add(one.total_amount + one.returned_amount for one in mine)
        refunded = add(one.returned_amount for one in mine)
        expected[cashier] = {
            "refunds": kinds.count("refund"),
            "exchanges": kinds.count("exchange"),
            "without_receipt": sum(one.original_id is None for one in back if one.cashier_id == cashier),
            "receipts": len(kinds) - kinds.count("refund"),
            "refunded": refunded,
            "sold": sold,
            "of_sold": in_percent(refunded, sold),
        }
    check(rows, lambda row: row["cashier_id"], expected)


def test_discounts_by_person_and_promotions(books: Books) -> None:
    lines = books.of().lines
    rows, _totals = books.ask("discounts-by-person")
    expected = {}
    for cashier, some in grouped(lines, lambda one: one.sale.cashier_id).items():
        items = [one.item for one in some]
        by_hand = add(one.discount_amount + one.cart_discount_amount for one in items)
        gross = add(one.gross_amount for one in items)
        expected[cashier] = {
            "receipts": len({one.sale_id for one in items if one.quantity > 0}),
            "discounted": len(
                {one.sale_id for one in items if one.discount_amount + one.cart_discount_amount > 0}
            ),
            "line": add(one.discount_amount for one in items),
            "cart": add(one.cart_discount_amount for one in items),
            "by_hand": by_hand,
            "of_gross": in_percent(by_hand, gross),
            "price_cut": add(
                cents((one.list_price - one.price) * one.quantity)
                for one in items
                if one.list_price is not None
            ),
            "promotion": add(one.promotion_amount for one in items),
        }
    check(rows, lambda row: row["cashier_id"], expected)
    assert any(row["price_cut"] < 0 for row in rows), "a price was raised by hand"
    rows, totals = books.ask("promotions")
    promoted = [one for one in lines if one.item.promotion_id is not None]
    whole = figures_of_lines(promoted)
    assert [row["promotion"] for row in rows] == ["Autumn"]
    assert {label: rows[0][label] for label in whole} == whole
    assert totals["taken_off"] == add(one.item.promotion_amount for one in promoted)
    assert rows[0]["lines"] == sum(one.item.quantity > 0 for one in promoted)


def test_what_was_done_at_tills_without_a_receipt(books: Books) -> None:
    shop = books.past.shop
    events = all_of(shop, TillEvent)
    made = grouped(books.of().sales, lambda one: one.cashier_id)
    rows, totals = books.ask("voids")
    names = {
        "lines_removed": {"line_removed"},
        "reduced": {"quantity_reduced"},
        "given_up": {"cart_voided", "held_voided"},
        "prices": {"price_changed"},
        "reprints": {"reprint"},
        "drawer": {"drawer_opened"},
    }
    voided = names["lines_removed"] | names["reduced"] | names["given_up"]
    expected = {}
    for user, some in grouped(events, lambda one: one.user_id).items():
        kinds = [one.kind.value for one in some]
        receipts = len(made.get(user, []))
        expected[user] = {label: sum(kind in of for kind in kinds) for label, of in names.items()} | {
            "amount": add(one.amount for one in some if one.kind.value in voided),
            "events": len(some),
            "receipts": receipts,
            "per_hundred": in_percent(Decimal(len(some)), Decimal(receipts)),
            "without_right": sum("without_right" in one.details for one in some),
        }
    check(rows, lambda row: row["user_id"], expected)
    assert totals["events"] == len(events) == 10
    rows, _totals = books.ask("approvals")
    allowed = {one.id: one for one in all_of(shop, Approval)}
    assert {row["approval_id"] for row in rows} == allowed.keys() and len(allowed) == 2
    assert {(row["asker_id"], row["giver_id"], row["used"]) for row in rows} == {
        (shop.users["cashier"], shop.users["manager"], False)
    }


def test_shifts_and_their_differences(books: Books) -> None:
    shop = books.past.shop
    shifts = all_of(shop, Shift)
    entries = [
        one
        for one in all_of(shop, CashEntry)
        if one.kind is CashEntryKind.LATE_OFFSET and one.currency is None
    ]
    late = {one.id: add(entry.amount for entry in entries if entry.shift_id == one.id) for one in shifts}
    made = grouped(books.ledgers.sales, lambda one: one.shift_id)
    rows, totals = books.ask("shifts")
    check(
        rows,
        lambda row: row["shift_id"],
        {
            one.id: {
                "revenue": add(sale.total_amount for sale in made[one.id]),
                "receipts": sum(sale.type.value != "refund" for sale in made[one.id]),
                "expected": one.expected_cash,
                "counted": one.closing_cash,
                "difference": one.difference,
                "late": None if one.difference is None else late[one.id],
                "unexplained": None if one.difference is None else one.difference + late[one.id],
                "foreign_difference": one.foreign_difference,
            }
            for one in shifts
        },
    )
    assert any(late.values()), "a sale came after the count"
    assert totals["difference"] == add(one.difference for one in shifts)
    rows, _totals = books.ask("cash-differences")
    expected = {}
    closed = [one for one in shifts if one.difference is not None]
    for cashier, some in grouped(closed, lambda one: one.cashier_id).items():
        left = [one.difference + late[one.id] for one in some]
        expected[cashier] = {
            "shifts": len(some),
            "with_difference": sum(bool(one) for one in left),
            "missing": add(one for one in left if one < 0),
            "surplus": add(one for one in left if one > 0),
            "difference": add(left),
            "abroad": cents(add(one.foreign_difference * one.exchange_rate for one in some)),
        }
    check(rows, lambda row: row["cashier_id"], expected)
    assert {row["cashier_id"] for row in rows} == {shop.users["cashier"], shop.users["owner"]}


def test_vat_of_sales_and_purchases(books: Books) -> None:
    shop = books.past.shop
    confirmed = {one.id for one in all_of(shop, Purchase) if one.status is PurchaseStatus.CONFIRMED}
    bought = grouped(
        [one for one in all_of(shop, PurchaseItem) if one.purchase_id in confirmed], lambda one: one.vat_rate
    )
    sold = grouped(books.of().lines, lambda one: one.item.vat_rate)
    expected = {}
    for rate in {*bought, *sold}:
        items = [one.item for one in sold.get(rate, [])]
        charged = add(one.tax_amount for one in items)
        paid = add(one.tax_amount for one in bought.get(rate, []))
        expected[rate] = {
            "sold": add(one.total_amount - one.tax_amount for one in items),
            "charged": charged,
            "bought": add(one.total - one.tax_amount for one in bought.get(rate, [])),
            "paid": paid,
            "due": charged - paid,
        }
    rows, totals = books.ask("vat")
    check(rows, lambda row: row["rate"], expected)
    assert totals["charged"] == add(one.tax_amount for one in books.of().sales) > 0
    assert totals["paid"] > 0 and len(rows) == 2
