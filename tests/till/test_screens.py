"""The till fits on the screens it is used on, and can be used without a mouse and without a keyboard."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import press_at_once
from tests.till.conftest import Shelf, Till

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1366, "height": 768}},
    "tablet": {"viewport": {"width": 1024, "height": 768}, "has_touch": True, "is_mobile": True},
    "tablet upright": {"viewport": {"width": 768, "height": 1024}, "has_touch": True, "is_mobile": True},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
FITS = "() => document.documentElement.scrollWidth <= innerWidth && document.body.scrollHeight <= innerHeight"


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sale_by_hand_fits_the_screen(
    browse: Callable[..., Till], shelf: Shelf, screen: str, theme: str
) -> None:
    till = browse("cashier", color_scheme=theme, **SCREENS[screen])
    page = till.page
    page.goto(f"{till.server.url}/till")
    opening = page.locator("#opening-cash")
    expect(opening.or_(till.search)).to_be_visible()
    if opening.is_visible():
        assert page.evaluate(FITS)
        page.locator(".opening .btn.primary").click()
    expect(page.locator(".tile").first).to_be_visible()
    assert page.evaluate(FITS)
    page.locator(".tile").filter(has_text=shelf["milk"].name).click()
    if page.locator(".tabs").is_visible():
        page.locator(".tabs button").nth(1).click()
    expect(till.lines).to_have_count(1)
    for button in (".line .step", ".pay .btn", ".basket .quick .btn"):
        for box in [each.bounding_box() for each in page.locator(button).all()]:
            assert box is not None
            assert box["height"] >= 36
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= page.viewport_size["width"]  # type: ignore[index]
    page.locator(".line .count").click()
    page.locator(".keypad").get_by_role("button", name="4", exact=True).click()
    assert page.evaluate(FITS)
    page.locator(".window .btn.primary").click()
    expect(till.count_of(shelf["milk"])).to_have_text("4")
    page.locator(".pay .btn").nth(2).click()
    expect(till.dialog).to_be_visible()
    assert page.evaluate(FITS)
    page.keyboard.press("Escape")
    page.locator(".pay .btn.primary").click()
    expect(till.done).to_contain_text("54\u202f000")
    assert till.complaints == []


def test_hundreds_of_lines_stay_in_their_place(till: Till, shelf: Shelf) -> None:
    for number in range(150):
        shelf.add(
            f"many {number}", f"Mahsulot uzun nomli {number} " + "rafinatsiyalangan " * (number % 4), 1_000
        )
    till.reload()
    press_at_once(
        till.page, [key for number in range(150) for key in (*shelf[f"many {number}"].code, "Enter")]
    )
    expect(till.lines).to_have_count(150)
    expect(till.total).to_have_text("150\u202f000")
    assert till.page.evaluate(FITS)
    assert till.line(shelf["many 149"]).locator(".count").is_visible()


@pytest.mark.parametrize("key", ["F1", "F3", "F5", "F8", "F10", "Control+h"])
def test_windows_hold_the_focus_and_give_it_back(till: Till, shelf: Shelf, key: str) -> None:
    till.page.keyboard.press(key)
    expect(till.dialog).to_be_visible()
    for _time in range(8):
        till.page.keyboard.press("Tab")
        assert till.page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    till.page.keyboard.press("Escape")
    expect(till.dialog).to_have_count(0)
    expect(till.search).to_be_focused()


def test_everything_to_press_has_a_name(till: Till, shelf: Shelf) -> None:
    till.scan(shelf["milk"].code)
    nameless = (
        "() => [...document.querySelectorAll('button, input, select, a')]"
        ".filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length)).length"
    )
    assert till.page.evaluate(nameless) == 0
    for key in ("F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "Control+h"):
        till.page.keyboard.press(key)
        expect(till.dialog).to_be_visible()
        assert till.page.evaluate(nameless) == 0
        till.page.keyboard.press("Escape")


@pytest.mark.parametrize("screen", ["desktop", "tablet", "phone"])
def test_every_window_fits_the_screen(browse: Callable[..., Till], shelf: Shelf, screen: str) -> None:
    till = browse("cashier", **SCREENS[screen])
    page = till.page
    page.goto(f"{till.server.url}/till")
    opening = page.locator(".opening .btn.primary")
    expect(opening.or_(page.locator(".tile").first)).to_be_visible()
    if opening.is_visible():
        opening.click()
    page.locator(".tile").filter(has_text=shelf["tea"].name).click()
    inside = (
        "() => [...document.querySelectorAll('.window, .window .btn.primary')].every((one) => {"
        " const box = one.getBoundingClientRect();"
        " return box.left >= 0 && box.right <= innerWidth + 1 && box.top >= 0 && box.bottom <= innerHeight + 1; })"
    )
    for key in ("F1", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "Control+h"):
        page.keyboard.press(key)
        expect(till.dialog).to_be_visible()
        page.wait_for_timeout(150)
        assert page.evaluate(inside), key
        assert page.evaluate(FITS), key
        page.keyboard.press("Escape")
        expect(till.dialog).to_have_count(0)
    assert till.complaints == []


def test_only_keys_that_work_are_shown(till: Till) -> None:
    till.page.keyboard.press("F1")
    shown = till.dialog.locator("dt").all_inner_texts()
    caps = {cap for text in shown for cap in re.split(r"\s+", text.strip())}
    assert {"Enter", "Ctrl", "H", "Del", "Esc", *(f"F{number}" for number in range(1, 11))} <= caps
