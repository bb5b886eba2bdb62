"""Customers without the network: found, made, sold to on credit, and known to the server in the right order."""

from decimal import Decimal

from playwright.sync_api import expect

from tests.till.conftest import Shelf, Till
from tests.till.counter import balance_of, customer_of, latest_sale
from tests.till.test_offline_selling import attention, waiting, wake


def find(till: Till, text: str) -> None:
    till.page.keyboard.press("F3")
    till.page.locator("#customer-search").fill(text)


def cut_off(till: Till) -> None:
    """Take the network away once the customers are on the device."""
    till.reload()
    till.page.context.set_offline(True)


def connect(till: Till) -> None:
    till.page.context.set_offline(False)
    wake(till.page)
    till.settled()
    attention(till, 0)
    till.complaints.clear()


def test_customers_are_found_on_the_device(till: Till, shelf: Shelf) -> None:
    customer_of(till.server.shop, "Gulnora Karimova", phone="+998901234567")
    customer_of(till.server.shop, "Boshqa Xaridor", phone="+998907650000")
    cut_off(till)
    for typed in ("Гулнора", "gulnora kar", "4567", "KARIMOVA"):
        find(till, typed)
        expect(till.dialog.locator(".picks li")).to_have_count(1)
        expect(till.dialog.locator(".picks li")).to_contain_text("Gulnora Karimova")
        till.page.keyboard.press("Escape")
        expect(till.dialog).to_have_count(0)
    connect(till)


def test_a_new_customer_goes_before_the_sale_that_names_them(till: Till, shelf: Shelf) -> None:
    cut_off(till)
    till.scan(shelf["milk"].code)
    expect(till.lines).to_have_count(1)
    find(till, "Yangi Mijoz")
    expect(till.dialog.locator(".quiet")).to_be_visible()
    till.page.keyboard.press("Enter")
    till.page.locator("#customer-phone").fill("907654321")
    till.page.keyboard.press("Enter")
    expect(till.page.locator(".buyer")).to_contain_text("Yangi Mijoz")
    expect(till.dialog).to_have_count(0)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    waiting(till, 2)
    find(till, "yangi")
    expect(till.dialog.locator(".picks li").first).to_contain_text("Yangi Mijoz")
    till.page.keyboard.press("Escape")
    connect(till)
    sale, _items, _payments = latest_sale(till)
    assert sale.customer_id is not None
    assert till.books_are_right()


def test_credit_sold_here_counts_before_the_server_knows(till: Till, shelf: Shelf) -> None:
    customer = customer_of(till.server.shop, "Olim Nasiya", credit_limit="30000")
    cut_off(till)
    till.scan(shelf["butter"].code)
    expect(till.lines).to_have_count(1)
    find(till, "Olim")
    expect(till.dialog.locator(".picks li").first).to_contain_text("Olim Nasiya")
    till.page.keyboard.press("Enter")
    till.page.keyboard.press("F9")
    till.page.locator("#pay-credit").fill("27000")
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    waiting(till, 1)
    find(till, "Olim")
    expect(till.dialog.locator(".picks li").first).to_contain_text("27\u202f000")
    till.page.keyboard.press("Escape")
    connect(till)
    assert balance_of(till, customer)[0] == Decimal(-27_000)
    assert till.books_are_right()
