"""Goods that come back: by receipt, in part, exchanged for others, and without a receipt."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.till.conftest import Shelf, Till
from tests.till.counter import allow, approvals_of, latest_sale, put

pytestmark = pytest.mark.usefixtures("in_english")


def sell(till: Till, *goods: str, shelf: Shelf, key: str = "Enter") -> str:
    """Sell something and give the number of its receipt."""
    put(till, *(shelf[one] for one in goods))
    till.page.keyboard.press(key)
    expect(till.done).to_be_visible()
    return str(latest_sale(till)[0].number)


def test_a_whole_receipt_comes_back_by_keys_alone(till: Till, shelf: Shelf) -> None:
    cash, milk = till.cash(), till.stock(shelf["milk"])
    number = sell(till, "milk", "milk", "tea", shelf=shelf)
    till.page.keyboard.press("F8")
    expect(till.dialog.locator(".picks li").first).to_contain_text(number)
    till.page.keyboard.press("Enter")
    expect(till.page.locator("#refund-all")).to_be_focused()
    till.page.keyboard.press("Enter")  # all of it
    expect(till.page.locator("#refund-total")).to_have_text("43\u202f900")
    till.page.locator("#reason").fill("Muddati otgan")
    till.page.keyboard.press("Enter")
    allow(till)
    expect(till.page.locator("#given-back")).to_have_text("43\u202f900")
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    sale, items, payments = latest_sale(till)
    assert (sale.total_amount, sale.reason) == (-43_900, "Muddati otgan")
    assert [one.quantity for one in items] == [-2, -1]
    assert [(one.method.value, one.amount) for one in payments] == [("cash", -43_900)]
    assert approvals_of(till)[-1].origin_id == sale.id
    assert till.cash() == cash
    assert till.stock(shelf["milk"]) == milk
    assert till.books_are_right()


def test_a_part_goes_back_to_the_card_and_not_on_sale_again(till: Till, shelf: Shelf) -> None:
    number = sell(till, "butter", "butter", "milk", shelf=shelf, key="Control+Enter")
    stock = till.stock(shelf["butter"])
    till.page.keyboard.press("F8")
    till.page.locator("#receipt-search").fill(number)
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    till.page.keyboard.press("Enter")
    line = till.dialog.locator(".coming-back li").filter(has_text="Sariyog")
    line.locator(".step").nth(1).click()
    line.locator(".restock label").nth(1).click()
    expect(till.dialog.locator(".balance")).to_contain_text("To the card")
    till.dialog.locator("form > .stack > .btn.primary").click()
    allow(till)
    expect(till.page.locator("#given-back")).to_have_text("27\u202f000")
    _sale, items, payments = latest_sale(till)
    assert [(one.method.value, one.amount) for one in payments] == [("card", -27_000)]
    assert items[0].restock is not None
    assert items[0].restock.value == "damaged"
    assert till.stock(shelf["butter"]) == stock
    # What is back can't come back again.
    till.page.keyboard.press("Enter")
    till.page.keyboard.press("F8")
    till.page.locator("#receipt-search").fill(number)
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    till.page.keyboard.press("Enter")
    line = till.dialog.locator(".coming-back li").filter(has_text="Sariyog")
    line.locator(".step").nth(1).click()
    expect(line.locator(".step").nth(1)).to_be_disabled()
    assert till.books_are_right()


def test_the_barcode_of_the_receipt_opens_it(till: Till, shelf: Shelf) -> None:
    number = sell(till, "chocolate", shelf=shelf)
    till.scan(number)
    expect(till.page.locator("#refund-total")).to_be_visible()  # its lines are there
    till.scan(shelf["chocolate"].code)  # scanning what comes back counts it
    expect(till.page.locator("#refund-total")).to_have_text("21\u202f000")
    till.page.keyboard.press("Escape")
    till.page.keyboard.press("Escape")
    expect(till.lines).to_have_count(0)


def test_another_tender_needs_the_right(till: Till, shelf: Shelf) -> None:
    cash = till.cash()
    number = sell(till, "tea", shelf=shelf, key="Control+Enter")
    till.scan(number)
    till.page.locator("#refund-all").click()
    till.dialog.locator("input[name=back-by][value], input[name=back-by]").nth(1).check(force=True)
    till.dialog.locator("form > .stack > .btn.primary").click()
    allow(till)
    expect(till.page.locator(".approval .asked")).to_contain_text("another way")
    allow(till)
    expect(till.page.locator("#given-back")).to_have_text("16\u202f900")
    assert till.cash() == cash - 16_900


def test_an_exchange_nets_both_sides(till: Till, shelf: Shelf) -> None:
    number = sell(till, "milk", "bread", shelf=shelf)
    cash = till.cash()
    till.scan(number)
    line = till.dialog.locator(".coming-back li").filter(has_text="Sut")
    line.locator(".step").nth(1).click()
    till.page.locator("#exchange").click()
    allow(till)
    expect(till.dialog).to_have_count(0)
    expect(till.page.locator(".exchange")).to_contain_text(number)
    put(till, shelf["tea"])
    expect(till.total).to_have_text("3\u202f400")
    till.page.keyboard.press("Enter")
    expect(till.done).to_contain_text("3\u202f400")
    sale, items, _payments = latest_sale(till)
    assert (sale.type.value, sale.total_amount) == ("exchange", 3_400)
    assert sorted(one.quantity for one in items) == [-1, 1]
    assert till.cash() == cash + 3_400
    assert till.books_are_right()


def test_an_exchange_for_something_cheaper_gives_money_back(till: Till, shelf: Shelf) -> None:
    number = sell(till, "butter", shelf=shelf)
    cash = till.cash()
    till.scan(number)
    till.page.locator("#refund-all").click()
    till.page.locator("#exchange").click()
    allow(till)
    expect(till.dialog).to_have_count(0)
    put(till, shelf["milk"])
    expect(till.total).to_have_text("13\u202f500")
    expect(till.page.locator(".figures .tot")).to_contain_text("To give back")
    till.page.keyboard.press("Enter")
    expect(till.done).to_contain_text("Given back")
    assert till.cash() == cash - 13_500
    sale, _items, _payments = latest_sale(till)
    assert sale.total_amount == -13_500
    assert till.books_are_right()


def test_without_a_receipt_it_takes_a_reason_and_a_manager(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("cashier")
    till.open()
    cash, bread = till.cash(), till.stock(shelf["bread"])
    put(till, shelf["bread"], shelf["bread"])
    till.page.keyboard.press("F8")
    till.dialog.get_by_role("button", name="Refund without a receipt").click()
    till.dialog.locator(".btn.primary").click()
    expect(till.dialog.get_by_role("alert")).to_be_visible()
    till.dialog.locator(".reasons .chip").first.click()
    till.dialog.locator(".btn.primary").click()
    allow(till)
    expect(till.page.locator("#given-back")).to_have_text("8\u202f000")
    till.page.keyboard.press("Enter")
    expect(till.lines).to_have_count(0)
    assert till.cash() == cash - 8_000
    assert till.stock(shelf["bread"]) == bread + 2
    sale, _items, _payments = latest_sale(till)
    assert (sale.original_id, sale.total_amount) == (None, Decimal(-8_000))
    assert till.complaints == []


def test_a_sold_receipt_shows_what_became_of_it(till: Till, shelf: Shelf) -> None:
    number = sell(till, "tea", shelf=shelf)
    till.scan(number)
    till.page.locator("#refund-all").click()
    till.dialog.locator("form > .stack > .btn.primary").click()
    allow(till)
    expect(till.page.locator("#given-back")).to_be_visible()
    till.page.keyboard.press("Enter")
    till.page.keyboard.press("Control+h")
    expect(till.page.locator(".receipt-row").filter(has_text=number)).to_contain_text("came back")
