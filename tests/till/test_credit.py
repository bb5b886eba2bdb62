"""Customers at the till: made in seconds, buying on credit, paying with points, paying what they owe."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.till.conftest import Shelf, Till
from tests.till.counter import allow, approvals_of, balance_of, customer_of, latest_sale, put

pytestmark = pytest.mark.usefixtures("in_english")


def choose(till: Till, text: str) -> None:
    """Find a customer by keys alone."""
    till.page.keyboard.press("F3")
    expect(till.dialog).to_be_visible()
    till.page.keyboard.type(text)
    expect(till.dialog.locator(".picks li").first).to_contain_text(text)
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)


def test_a_customer_is_made_with_a_name_a_phone_and_two_keys(till: Till, shelf: Shelf) -> None:
    put(till, shelf["milk"])
    till.page.keyboard.press("F3")
    till.page.locator("#customer-search").fill("Zafar Yangi")
    expect(till.dialog.locator(".quiet")).to_be_visible()
    till.page.keyboard.press("Enter")
    expect(till.page.locator("#customer-name")).to_have_value("Zafar Yangi")
    expect(till.page.locator("#customer-phone")).to_be_focused()
    till.page.locator("#customer-phone").fill("901112233")
    till.page.keyboard.press("Enter")
    expect(till.page.locator(".buyer")).to_contain_text("Zafar Yangi")
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    sale, _items, _payments = latest_sale(till)
    assert sale.customer_id is not None
    assert balance_of(till, sale.customer_id) == (0, 0)


def test_selling_on_credit_by_keys_alone(till: Till, shelf: Shelf) -> None:
    customer = customer_of(till.server.shop, "Nodira Qarzdor", credit_limit="100000")
    till.reload()
    put(till, shelf["butter"])
    choose(till, "Nodira")
    till.page.keyboard.press("F9")
    for _step in range(3):
        till.page.keyboard.press("ArrowDown")
    expect(till.page.locator("#pay-credit")).to_be_focused()
    till.dialog.get_by_role("button", name="14 days").click()
    till.page.locator("#pay-credit").focus()
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    sale, _items, payments = latest_sale(till)
    assert [(one.method.value, one.amount) for one in payments] == [("credit", Decimal(27_000))]
    assert payments[0].due_date == sale.business_date + timedelta(days=14)
    assert balance_of(till, customer)[0] == -27_000
    assert till.books_are_right()


def test_part_now_and_part_later(till: Till, shelf: Shelf) -> None:
    customer = customer_of(till.server.shop, "Karim Yarim", credit_limit="100000")
    till.reload()
    put(till, shelf["butter"])
    choose(till, "Karim")
    till.page.keyboard.press("F9")
    till.page.locator("#pay-cash").fill("7000")
    till.dialog.locator(".method").nth(3).get_by_role("button").click()
    expect(till.page.locator("#pay-credit")).to_have_value("20\u202f000")
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    _sale, _items, payments = latest_sale(till)
    assert {one.method.value: one.amount for one in payments} == {"cash": 7_000, "credit": 20_000}
    assert balance_of(till, customer)[0] == -20_000


def test_above_the_limit_a_manager_allows_it_once(till: Till, shelf: Shelf) -> None:
    customer = customer_of(till.server.shop, "Limitli Ota", credit_limit="10000")
    till.reload()
    put(till, shelf["butter"])
    choose(till, "Limitli")
    sales = till.sales()
    till.page.keyboard.press("F9")
    till.page.locator("#pay-credit").focus()
    till.page.keyboard.press("Enter")
    expect(till.page.locator(".approval")).to_contain_text("10\u202f000")
    till.page.keyboard.press("Escape")
    expect(till.page.locator(".approval")).to_have_count(0)
    assert till.sales() == sales
    till.page.locator("#pay-credit").focus()
    till.page.keyboard.press("Enter")
    allow(till)
    expect(till.done).to_be_visible()
    sale, _items, _payments = latest_sale(till)
    assert balance_of(till, customer)[0] == -27_000
    approval = approvals_of(till)[-1]
    assert approval.action == "sales:sale:credit_above_limit"
    assert approval.origin_id == sale.id


def test_credit_asks_for_a_customer(till: Till, shelf: Shelf) -> None:
    put(till, shelf["milk"])
    till.page.keyboard.press("F9")
    till.page.locator("#pay-credit").focus()
    till.page.keyboard.press("Enter")
    expect(till.dialog.get_by_role("alert")).to_be_visible()
    till.page.keyboard.press("F3")
    expect(till.page.locator("#customer-search")).to_be_focused()


def test_a_debt_is_paid_in_part_and_more_than_it_is_refused(till: Till, shelf: Shelf) -> None:
    customer = customer_of(till.server.shop, "Qarzini Tolovchi", balance="-50000")
    till.reload()
    cash = till.cash()
    choose(till, "Qarzini")
    expect(till.page.locator(".buyer .pill.bad")).to_contain_text("50\u202f000")
    till.page.keyboard.press("F3")
    till.dialog.locator(".choices .btn").first.click()
    till.page.locator("#debt-amount").fill("60000")
    expect(till.page.locator("#debt-note.bad")).to_be_visible()
    till.page.locator("#debt-amount").fill("20000")
    till.page.keyboard.press("Enter")
    expect(till.dialog.locator(".done")).to_contain_text("20\u202f000")
    till.page.keyboard.press("Enter")
    expect(till.page.locator("#customer-debt")).to_have_text("30\u202f000")
    assert balance_of(till, customer)[0] == -30_000
    assert till.cash() == cash + 20_000
    till.dialog.get_by_role("button", name="Statement").click()
    expect(till.dialog.locator(".entries li")).to_have_count(2)
    assert till.books_are_right()


def test_a_prepayment_by_touch_alone(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("cashier", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    customer = customer_of(till.server.shop, "Oldindan Tolagan")
    page = till.page
    page.goto(f"{till.server.url}/till")
    opening = page.locator(".opening .btn.primary")
    expect(opening.or_(page.locator(".tile").first)).to_be_visible()
    if opening.is_visible():
        opening.tap()
    expect(page.locator(".tile").first).to_be_visible()
    page.locator(".tabs button").nth(1).tap()
    page.locator(".buyer").tap()
    page.locator("#customer-search").fill("Oldindan")
    till.dialog.locator(".picks li").first.tap()
    page.locator(".buyer").tap()
    till.dialog.locator(".choices .btn").first.tap()
    for sign in ("5", "000"):
        till.dialog.locator(".keypad").get_by_role("button", name=sign, exact=True).tap()
    till.dialog.locator(".btn.primary").tap()
    expect(till.dialog.locator(".done")).to_contain_text("5\u202f000")
    till.dialog.locator(".btn.primary").tap()
    assert balance_of(till, customer)[0] == 5_000
    assert till.complaints == []


def test_points_pay_a_part(till: Till, shelf: Shelf) -> None:
    customer = customer_of(till.server.shop, "Ballar Egasi", points="9000")
    till.reload()
    put(till, shelf["milk"])
    choose(till, "Ballar")
    till.page.keyboard.press("F9")
    till.page.locator("#pay-points").fill("9000")
    expect(till.dialog.get_by_role("alert")).to_contain_text("6\u202f750")  # half of the receipt at most
    till.page.locator("#pay-points").fill("6000")
    till.page.locator("#pay-cash").fill("8000")
    till.page.keyboard.press("Enter")
    expect(till.page.locator("#change")).to_have_text("500")
    assert balance_of(till, customer)[1] == 3_000
    assert till.books_are_right()
