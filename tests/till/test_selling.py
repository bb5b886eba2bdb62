"""From the cart into the books, once."""

from collections.abc import Callable
from decimal import Decimal

from playwright.sync_api import Route, expect

from tests.till.conftest import Shelf, Till
from tests.till.counter import PAUSE


def pay(till: Till, key: str = "Enter") -> None:
    till.page.wait_for_timeout(PAUSE)
    till.page.keyboard.press(key)


def test_three_scans_and_one_key(till: Till, shelf: Shelf) -> None:
    sales, cash, milk = till.sales(), till.cash(), till.stock(shelf["milk"])
    for key in ("milk", "bread", "milk"):
        till.scan(shelf[key].code)
    expect(till.total).to_have_text("31\u202f000")
    pay(till)
    expect(till.done).to_contain_text("31\u202f000")
    expect(till.lines).to_have_count(0)
    assert till.sales() == sales + 1
    assert till.cash() == cash + 31_000
    assert till.stock(shelf["milk"]) == milk - 2
    assert till.books_are_right()
    till.scan(shelf["tea"].code)
    expect(till.lines).to_have_count(1)


def test_the_key_may_follow_the_third_scan(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    for key in ("milk", "bread", "tea"):
        till.scan(shelf[key].code)
    till.page.keyboard.press("Enter")
    expect(till.done).to_contain_text("34\u202f400")
    assert till.sales() == sales + 1


def test_the_receipt_is_printed_in_the_background(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["milk"].code)
    pay(till)
    receipt = till.page.frame_locator("iframe.print-frame").locator(".receipt")
    expect(receipt).to_contain_text(shelf["milk"].name)
    expect(receipt).to_contain_text("13\u202f500")
    expect(till.search).to_be_focused()


def test_a_card_and_quick_cash(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["milk"].code)
    pay(till, "Control+Enter")
    expect(till.done).to_contain_text("13\u202f500")
    till.scan(shelf["milk"].code)
    till.page.get_by_role("button", name="20\u202f000", exact=True).click()
    expect(till.page.locator("#change")).to_have_text("6\u202f500")


def test_a_mixed_payment_with_change(till: Till, shelf: Shelf) -> None:
    cash = till.cash()
    till.scan(shelf["butter"].code)
    till.page.keyboard.press("F9")
    till.page.locator("#pay-card").fill("10000")
    till.page.locator("#pay-cash").fill("20000")
    till.page.keyboard.press("Enter")
    expect(till.page.locator("#change")).to_have_text("3\u202f000")
    assert till.cash() == cash + 17_000


def test_a_double_enter_sells_once(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.scan(shelf["milk"].code)
    pay(till)
    till.page.keyboard.press("Enter")
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    assert till.sales() == sales + 1


def test_a_lost_answer_sells_once(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.page.route("**/api/sell", lose_first_answers(2))
    till.scan(shelf["milk"].code)
    pay(till)
    expect(till.done).to_be_visible()
    assert till.sales() == sales + 1
    till.complaints.clear()  # the browser reports the broken connections


def lose_first_answers(count: int) -> Callable[[Route], None]:
    """The server gets the sale, the till never hears of it."""
    lost = 0

    def handle(route: Route) -> None:
        nonlocal lost
        if lost == count:
            route.continue_()
            return
        lost += 1
        route.fetch()
        route.abort("connectionreset")

    return handle


def test_without_network_the_till_sells_on(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.page.route("**/api/**", lambda route: route.abort("internetdisconnected"))
    till.scan(shelf["milk"].code)
    pay(till)
    expect(till.done).to_contain_text("13\u202f500")
    expect(till.done).to_contain_text("W-")
    till.scan(shelf["bread"].code)
    expect(till.count_of(shelf["bread"])).to_have_text("1")
    expect(till.lines).to_have_count(1)
    expect(till.page.locator(".pill.outbox")).to_have_attribute("data-waiting", "1")
    till.page.unroute("**/api/**")
    till.page.evaluate("dispatchEvent(new Event('online'))")
    till.settled()
    expect(till.lines).to_have_count(1)
    assert till.sales() == sales + 1
    till.complaints.clear()


def test_a_reload_keeps_the_cart(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["milk"].code)
    till.scan(shelf["tea"].code)
    till.page.keyboard.press("ArrowUp")
    till.page.keyboard.press("F6")
    till.page.locator("#quantity").fill("5")
    till.page.keyboard.press("Enter")
    till.page.reload()
    till.ready()
    expect(till.count_of(shelf["milk"])).to_have_text("5")
    expect(till.count_of(shelf["tea"])).to_have_text("1")


def test_a_reload_while_the_sale_is_on_its_way_sells_once(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.page.route("**/api/sell", lose_first_answers(1))
    till.scan(shelf["milk"].code)
    pay(till)
    expect(till.done).to_be_visible()
    till.page.reload()
    till.ready()
    expect(till.lines).to_have_count(0)
    assert till.sales() == sales + 1
    till.complaints.clear()


def test_what_is_short_is_marked_and_nothing_is_sold(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.scan(shelf["milk"].code)
    till.type("3*")
    till.page.wait_for_timeout(200)
    till.scan(shelf["rare"].code)
    pay(till)
    expect(till.line(shelf["rare"]).locator(".pill.bad")).to_contain_text("2")
    expect(till.done).to_have_count(0)
    assert till.sales() == sales
    till.page.keyboard.press("-")
    expect(till.count_of(shelf["rare"])).to_have_text("2")
    pay(till)
    expect(till.done).to_be_visible()
    assert till.sales() == sales + 1
    till.complaints.clear()  # the refusal is a 409, which the browser reports as an error


def test_discounts_on_a_line_and_on_the_receipt(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["butter"].code)
    till.scan(shelf["milk"].code)
    till.page.keyboard.press("F7")
    till.page.locator("#discount").fill("10")
    till.page.keyboard.press("Enter")
    expect(till.total).to_have_text("39\u202f150")
    till.page.keyboard.press("F7")
    till.dialog.locator(".choice label").nth(1).click()
    till.dialog.locator("input[name=kind]").nth(1).check(force=True)
    till.page.locator("#discount").fill("150")
    till.page.keyboard.press("Enter")
    expect(till.total).to_have_text("39\u202f000")
    pay(till)
    expect(till.done).to_contain_text("39\u202f000")
    assert till.last_sale()[0] == Decimal(39_000)
    assert till.books_are_right()


def test_lines_are_changed_by_keys(till: Till, shelf: Shelf) -> None:
    for key in ("milk", "bread", "tea"):
        till.scan(shelf[key].code)
    till.page.keyboard.press("ArrowUp")
    till.page.keyboard.press("+")
    expect(till.count_of(shelf["bread"])).to_have_text("2")
    till.page.keyboard.press("Delete")
    expect(till.line(shelf["bread"])).to_have_count(0)
    till.page.locator(".toast .btn").first.click()
    expect(till.count_of(shelf["bread"])).to_have_text("2")


def test_goods_sold_by_weight_ask_for_it_when_chosen_by_hand(till: Till, shelf: Shelf) -> None:
    till.type("guruch")
    till.page.keyboard.press("Enter")
    till.page.locator("#quantity").fill("1,25")
    till.page.keyboard.press("Enter")
    expect(till.count_of(shelf["rice"])).to_have_text("1,25")
    expect(till.total).to_have_text("30\u202f625")
    pay(till)
    expect(till.done).to_be_visible()
    assert till.last_sale() == (Decimal(30_625), [(shelf["rice"].id, Decimal("1.25"))])


def test_the_receipts_of_the_shift(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["chocolate"].code)
    pay(till)
    expect(till.done).to_be_visible()
    till.settled()
    till.page.keyboard.press("Control+h")
    till.page.locator(".receipt-row").first.click()
    expect(till.dialog).to_contain_text(shelf["chocolate"].name)
    expect(till.dialog).to_contain_text("21\u202f000")


def test_a_tap_on_a_tile_and_on_plus(till: Till, shelf: Shelf) -> None:
    till.page.locator(".tile").filter(has_text=shelf["bread"].name).click()
    till.line(shelf["bread"]).locator(".step").nth(1).click()
    expect(till.count_of(shelf["bread"])).to_have_text("2")
    expect(till.search).to_be_focused()
