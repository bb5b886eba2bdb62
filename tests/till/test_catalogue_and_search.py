"""The products on the device: found however they are typed, kept without network, brought up to date."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from smartpos.catalog.models import Product
from smartpos.core.db import db
from tests.till.conftest import Shelf, Till


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("musaffo", "milk"),
        ("Мусаффо", "milk"),
        ("sariyog'", "butter"),
        ("сариёғ", "butter"),
        ("alyonka", "chocolate"),
        ("shakalad", "chocolate"),
        ("ifrjkfl", "chocolate"),  # "шаколад" in the Latin layout
        ("ahmad choy", "tea"),
        ("срщн", "tea"),  # "choy" in the Russian layout
    ],
)
def test_search_understands(till: Till, shelf: Shelf, typed: str, key: str) -> None:
    till.type(typed)
    expect(till.page.get_by_role("option").first).to_contain_text(shelf[key].name.split("‘")[0])
    till.page.keyboard.press("Enter")
    expect(till.line(shelf[key])).to_have_count(1)
    expect(till.search).to_have_value("")


def test_arrows_choose_among_results(till: Till, shelf: Shelf) -> None:
    till.type("a")
    till.page.keyboard.press("ArrowDown")
    till.page.keyboard.press("ArrowDown")
    chosen = till.page.locator("[role=option][aria-selected=true]")
    name = chosen.locator(".what b").inner_text()
    till.page.keyboard.press("Enter")
    if till.dialog.is_visible():
        till.page.keyboard.press("Enter")
    expect(till.lines).to_have_count(1)
    expect(till.lines.first).to_contain_text(name)


def test_the_last_digits_of_a_barcode(till: Till, shelf: Shelf) -> None:
    till.type(shelf["tea"].code[4:])
    expect(till.page.get_by_role("option").first).to_contain_text(shelf["tea"].name)


def test_nothing_found_says_so(till: Till) -> None:
    till.type("jvbjvb")
    expect(till.page.locator("#results.quiet")).to_be_visible()
    before = till.sales()
    till.page.keyboard.press("Enter")
    expect(till.page.locator(".toast")).to_be_visible()
    assert till.sales() == before


def test_the_second_start_needs_no_products_from_the_server(till: Till, shelf: Shelf) -> None:
    till.page.route("**/api/products*", lambda route: route.abort("internetdisconnected"))
    till.page.reload()
    till.ready()
    till.scan(shelf["milk"].code)
    expect(till.count_of(shelf["milk"])).to_have_text("1")
    till.complaints.clear()


def test_a_new_price_reaches_the_open_till(till: Till, shelf: Shelf) -> None:
    goods = shelf.add("juice", "Sharbat olma", 9_000)
    sync(till)
    till.scan(goods.code)
    expect(till.total).to_have_text("9\u202f000")
    with till.server.shop.inside("owner"):
        db.session.get(Product, goods.id).price = Decimal(9_500)  # type: ignore[union-attr]
    sync(till)
    expect(till.total).to_have_text("9\u202f500")


def test_what_is_no_longer_sold_goes(till: Till, shelf: Shelf) -> None:
    goods = shelf.add("old", "Eski mahsulot", 1_000)
    sync(till)
    with till.server.shop.inside("owner"):
        db.session.get(Product, goods.id).status = "discontinued"  # type: ignore[union-attr]
    sync(till)
    till.scan(goods.code)
    expect(till.page.locator(".toast.bad")).to_contain_text(goods.code)


def sync(till: Till) -> None:
    """What happens when somebody comes back to the till's window."""
    with till.page.expect_response("**/api/products?*"):
        till.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
