"""A scan is recognised wherever the focus is, and leaves nothing behind there."""

import pytest
from playwright.sync_api import expect

from tests.till.conftest import Shelf, Till


def test_three_scans_make_three_lines(till: Till, shelf: Shelf) -> None:
    for key in ("milk", "bread", "milk"):
        till.scan(shelf[key].code)
    expect(till.lines).to_have_count(2)
    expect(till.count_of(shelf["milk"])).to_have_text("2")
    expect(till.search).to_have_value("")


def test_twenty_scans_without_a_pause(till: Till, shelf: Shelf) -> None:
    for turn in range(20):
        till.scan(shelf["milk" if turn % 2 else "tea"].code)
    expect(till.count_of(shelf["milk"])).to_have_text("10")
    expect(till.count_of(shelf["tea"])).to_have_text("10")
    expect(till.search).to_have_value("")


def test_a_scanner_that_ends_with_tab(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["bread"].code, end="Tab")
    expect(till.count_of(shelf["bread"])).to_have_text("1")
    expect(till.search).to_be_focused()


def test_a_scan_leaves_the_quantity_field_as_it_was(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["milk"].code)
    till.page.keyboard.press("F6")
    till.page.locator("#quantity").fill("12")
    till.scan(shelf["bread"].code)
    expect(till.page.locator("#quantity")).to_have_value("12")
    expect(till.count_of(shelf["bread"])).to_have_text("1")
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(till.count_of(shelf["milk"])).to_have_text("12")


def test_a_scan_leaves_a_half_typed_search_as_it_was(till: Till, shelf: Shelf) -> None:
    till.type("choy")
    till.scan(shelf["bread"].code)
    expect(till.count_of(shelf["bread"])).to_have_text("1")
    expect(till.search).to_have_value("choy")


@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_scan_in_a_payment_field(till: Till, shelf: Shelf, end: str) -> None:
    till.scan(shelf["milk"].code)
    till.page.keyboard.press("F9")
    till.type("5000")
    till.scan(shelf["bread"].code, end=end)
    expect(till.page.locator("#pay-cash")).to_have_value("5\u202f000")
    expect(till.page.locator("#pay-cash")).to_be_focused()
    expect(till.count_of(shelf["bread"])).to_have_text("1")
    expect(till.dialog).to_contain_text("17\u202f500")


def test_a_scan_with_the_focus_on_a_button(till: Till, shelf: Shelf) -> None:
    till.page.locator(".bar .theme").focus()
    till.scan(shelf["bread"].code)
    expect(till.count_of(shelf["bread"])).to_have_text("1")


def test_a_scan_goes_on_when_the_screen_moves_the_focus(till: Till, shelf: Shelf) -> None:
    till.page.evaluate(
        """(code) => {
          const options = { bubbles: true, cancelable: true };
          const presses = code.map((key) => new KeyboardEvent("keydown", { ...options, key }));
          presses.forEach((press, place) => {
            if (place === 6) document.querySelector(".bar .theme").focus();
            document.activeElement.dispatchEvent(press);
          });
        }""",
        [*shelf["bread"].code, "Enter"],
    )
    expect(till.count_of(shelf["bread"])).to_have_text("1")
    expect(till.search).to_have_value("")


def test_an_unknown_code_says_so_and_the_next_scan_works(till: Till, shelf: Shelf, unknown_code: str) -> None:
    till.scan(unknown_code)
    expect(till.page.locator(".toast.bad")).to_contain_text(unknown_code)
    expect(till.search).to_have_value("")
    till.scan(shelf["milk"].code)
    expect(till.count_of(shelf["milk"])).to_have_text("1")


def test_the_enter_of_a_scan_never_pays(till: Till, shelf: Shelf) -> None:
    before = till.sales()
    for key in ("milk", "bread", "tea"):
        till.scan(shelf[key].code, enters=2)  # some scanners send two
    expect(till.lines).to_have_count(3)
    assert till.sales() == before


def test_a_quantity_before_the_scan(till: Till, shelf: Shelf) -> None:
    till.type("3*")
    till.page.wait_for_timeout(200)  # the hand goes from the keyboard to the scanner
    till.scan(shelf["milk"].code)
    expect(till.count_of(shelf["milk"])).to_have_text("3")
    expect(till.search).to_have_value("")


def test_a_typed_code_with_a_quantity(till: Till, shelf: Shelf) -> None:
    till.type(f"2*{shelf['milk'].code}")
    till.page.keyboard.press("Enter")
    expect(till.count_of(shelf["milk"])).to_have_text("2")


def test_a_code_scanned_in_the_wrong_keyboard_layout(till: Till, shelf: Shelf) -> None:
    goods = shelf.add("coded", "Dona shirinlik", 2_000, barcode="KOD-77AB", sku="SHIRIN-1")
    till.reload()
    till.scan("ЛЩВ-77ФИ")
    expect(till.count_of(goods)).to_have_text("1")
