"""Opening and closing the shift; being signed out in the middle of a sale."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.cast import PASSWORD, PIN
from tests.till.conftest import Shelf, Till
from tests.till.counter import PAUSE


def test_a_shift_from_opening_to_counting(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("cashier2")
    till.page.goto(f"{till.server.url}/till")
    till.page.locator("select").select_option(str(till.server.shop.till2_id))
    till.page.locator("#opening-cash").fill("50 000")
    till.page.keyboard.press("Enter")
    till.ready()
    till.scan(shelf["milk"].code)
    till.page.wait_for_timeout(PAUSE)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    till.settled()
    till.page.keyboard.press("F10")
    expect(till.dialog).to_contain_text("50\u202f000")
    expect(till.dialog).to_contain_text("13\u202f500")
    till.page.locator("#close-shift").click()
    till.dialog.locator(".choice label").nth(1).click()
    till.page.locator("#closing-cash").fill("63000")
    till.page.keyboard.press("Enter")
    expect(till.dialog.locator(".verdict.bad")).to_contain_text("\u2212500")
    till.dialog.locator(".btn.primary").click()
    expect(till.page.locator("#opening-cash")).to_be_visible()
    assert till.books_are_right()


def test_a_taken_till_is_explained(till: Till, browse: Callable[..., Till]) -> None:
    other = browse("cashier2")
    other.page.goto(f"{other.server.url}/till")
    other.page.locator("select").select_option(str(other.server.shop.till_id))
    other.page.locator("#opening-cash").fill("0")
    other.page.keyboard.press("Enter")
    expect(other.page.locator("#opening-note.bad")).to_contain_text("Cashier")


def test_what_was_paid_while_signed_out_is_sent_after_signing_in(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.scan(shelf["milk"].code)
    till.page.wait_for_load_state("networkidle")  # an answer on its way would bring the cookie back
    till.page.context.clear_cookies()
    till.page.wait_for_timeout(PAUSE)
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_be_visible()
    expect(till.page.locator(".pill.outbox")).to_have_attribute("data-waiting", "1")
    till.dialog.locator("input").first.fill("cashier")
    till.dialog.locator("input[type=password]").fill("wrong")
    till.page.keyboard.press("Enter")
    expect(till.dialog.get_by_role("alert")).to_be_visible()
    till.dialog.locator("input[type=password]").fill(PASSWORD)
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(till.lines).to_have_count(0)
    expect(till.done).to_be_visible()
    expect(till.search).to_be_focused()
    assert till.sales() == sales + 1
    till.complaints.clear()  # the 401


def test_locking_hides_everything_and_keeps_the_cart(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["milk"].code)
    till.page.keyboard.press("Control+l")
    expect(till.dialog).to_be_visible()
    till.scan_by_keys(shelf["bread"].code)
    till.dialog.locator("input").first.fill("cashier")
    till.dialog.locator("input[type=password]").fill(PASSWORD)
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(till.lines).to_have_count(1)
    till.complaints.clear()


def test_one_cashiers_cart_is_not_shown_to_another(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["milk"].code)
    expect(till.lines).to_have_count(1)
    till.page.keyboard.press("Control+l")
    till.dialog.locator("input").first.fill("cashier2")
    till.dialog.locator("input[type=password]").fill(PASSWORD)
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(till.lines).to_have_count(0)
    till.complaints.clear()


def test_changing_over_by_pin_on_a_known_till(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("manager")
    page = till.page
    page.goto(f"{till.server.url}/till/register")
    page.locator("[name=till_id]").select_option(str(till.server.shop.till2_id))
    page.locator("main form .btn.primary").click()
    page.goto(f"{till.server.url}/till")
    page.locator(".opening .away button").click()
    till.dialog.get_by_role("button", name="Cashier2").click()
    page.locator("#pin").fill("1111")
    page.keyboard.press("Enter")
    expect(till.dialog.get_by_role("alert")).to_be_visible()
    expect(page.locator("#pin")).to_have_value("")
    for digit in PIN:
        till.dialog.locator(".keypad").get_by_role("button", name=digit, exact=True).click()
    till.dialog.locator(".btn.primary").click()
    expect(till.dialog).to_have_count(0)
    expect(page.locator(".bar .who")).to_contain_text("Cashier2")
    expect(page.locator(".opening")).to_contain_text("2-kassa")
    page.locator("#opening-cash").press("Enter")
    till.ready()
    till.scan(shelf["milk"].code)
    expect(till.lines).to_have_count(1)
