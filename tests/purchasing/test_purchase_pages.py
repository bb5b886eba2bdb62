"""Purchases in a real browser: typed by keyboard alone, pasted, unloaded on a phone, confirmed and reverted."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.purchasing.models import Purchase, PurchaseStatus
from smartpos.purchasing.operations import PurchaseFacts, PurchaseLine, draft_purchase
from tests.browsing import PHONE, TYPING, press_at_once, scan, speak_english
from tests.cast import Shop
from tests.conftest import LiveServer
from tests.purchasing.helpers import TODAY, balance, broken, level, lots, make_supplier

NEXT_YEAR = TODAY + timedelta(days=365)


@pytest.fixture(autouse=True)
def in_english(live_server: LiveServer) -> None:
    speak_english(live_server.shop)


def paste(page: Page, text: str) -> None:
    """Into the cell in focus, as Excel gives it."""
    page.evaluate(
        """(text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          const options = { clipboardData, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )


def act(page: Page) -> None:
    """Send the form of a row action, and say yes to its question."""
    page.locator(".form-actions button.primary").click()
    page.locator("dialog[open] button.primary").click()
    page.wait_for_url(re.compile(r"^[^?]*/admin/purchases/(?!act)"))


def is_at(page: Page, row: int, column: str) -> None:
    expect(page.locator(f'[data-row="{row}"][data-column="{column}"]')).to_be_focused()


def last_purchase(shop: Shop) -> Purchase:
    with shop.inside():
        purchase = db.session.scalars(select(Purchase).order_by(Purchase.id.desc()).limit(1)).one()
        _lines = [(item.product_id, item.product_name_raw) for item in purchase.items]
        db.session.expunge_all()
        return purchase


def test_an_invoice_is_typed_and_confirmed_by_keyboard_alone(
    live_server: LiveServer, browse: Callable[..., Page]
) -> None:
    shop = live_server.shop
    milk, bread = shop.product("Sut Musaffo 1l", stock=None), shop.product("Obi non", stock=None, cost="0")
    page = browse("manager")
    page.goto(f"{live_server.url}/purchases/new")
    keys = page.keyboard
    is_at(page, 0, "product")
    keys.type("musaffo", delay=TYPING)
    expect(page.locator("#sheet-found li")).to_have_count(1)
    for column, text in (
        ("quantity", "12"),
        ("price", "11200"),
        ("lot", "L-77"),
        ("expires", NEXT_YEAR.strftime("%d%m%y")),
    ):
        keys.press("Enter")
        is_at(page, 0, column)
        keys.type(text, delay=TYPING)
    keys.press("Enter")
    is_at(page, 1, "product")
    keys.type("obi non", delay=TYPING)
    keys.press("Enter")  # faster than the list, and typing goes on
    keys.type("5", delay=TYPING)
    expect(page.locator('[data-row="1"][data-column="product"]')).to_have_value("Obi non")
    is_at(page, 1, "quantity")
    keys.press("ArrowUp")
    is_at(page, 0, "quantity")
    keys.press("ArrowDown")
    is_at(page, 1, "quantity")
    keys.press("Enter")
    keys.type("2000", delay=TYPING)
    expect(page.locator("#sheet-total")).to_have_text(re.compile(r"144.400"))
    keys.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/admin/purchases/details"))
    assert level(shop, milk) == (12, 120000)
    assert lots(shop, milk) == {"L-77": 12}
    assert level(shop, bread)[0] == 5
    assert not broken(shop)


@pytest.mark.parametrize(
    ("screen", "lines"),
    [({"viewport": {"width": 1366, "height": 768}}, 7), (PHONE, 2)],
    ids=["desk", "phone"],
)
def test_what_is_found_can_be_seen_on_a_full_sheet(
    live_server: LiveServer, browse: Callable[..., Page], screen: dict[str, object], lines: int
) -> None:
    for number in range(12):
        live_server.shop.product(f"Kartoshka {number}", stock=None)
    page = browse("manager", **screen)
    page.goto(f"{live_server.url}/admin/purchases/")
    page.locator("a[href$='/purchases/new'].primary").click()
    is_at(page, 0, "product")
    paste(page, "\r\n".join(f"Nimadir notanish {number}\t1\t100" for number in range(lines)))
    is_at(page, lines, "product")
    page.keyboard.type("kartoshka", delay=TYPING)
    expect(page.locator("#sheet-found li").nth(5)).to_be_attached()
    for _turn in range(5):
        page.keyboard.press("ArrowDown")
    chosen = page.locator("#sheet-found [aria-selected=true]")
    expect(chosen).to_have_attribute("id", "found-5")
    box = chosen.bounding_box()
    assert box is not None
    seen = page.evaluate(
        "([x, y]) => Boolean(document.elementFromPoint(x, y)?.closest('#found-5'))",
        [box["x"] + 20, box["y"] + box["height"] / 2],
    )
    assert seen


def test_rows_come_from_excel_and_goods_from_the_scanner(
    live_server: LiveServer, browse: Callable[..., Page]
) -> None:
    shop = live_server.shop
    tea = shop.product("Choy Ahmad 100", stock=None, sku="TEA-1")
    salt = shop.product("Tuz yodli", stock=None)
    sugar = shop.product("Shakar", stock=None)
    page = browse("manager")
    page.goto(f"{live_server.url}/purchases/new")
    is_at(page, 0, "product")
    rows = [
        "Kod\tSoni\tNarxi\tPartiya\tYaroqlilik",
        f"TEA-1\t3\t12 500,50\tA1\t{NEXT_YEAR.strftime('%d.%m.%Y')}",
        f"{shop.barcode_of(salt)}\t10\t1500\t\t",
        "Nimadir notanish\t1\t100\t\t",
    ]
    paste(page, "\r\n".join(rows))
    is_at(page, 3, "product")
    expect(page.locator('[data-row="0"][data-column="product"]')).to_have_value("Choy Ahmad 100")
    expect(page.locator('[data-row="1"][data-column="product"]')).to_have_value("Tuz yodli")
    expect(page.locator(".sheet .pill.warn")).to_have_count(1)
    # What stands there already is counted up; what is new gets a line.
    scan(page, shop.barcode_of(salt))
    expect(page.locator('[data-row="1"][data-column="quantity"]')).to_have_value("11")
    scan(page, shop.barcode_of(sugar))
    expect(page.locator('[data-row="3"][data-column="product"]')).to_have_value("Shakar")
    # An amount is an amount however fast it is typed, and digits that no goods have stay where they were typed.
    price = page.locator('[data-row="3"][data-column="price"]')
    for typed in ("1250", "125000", "1250000", "12345670"):
        price.fill("")
        press_at_once(page, [*typed, "Enter"], written=True)
        expect(price).to_have_value(typed)
    # A reload loses nothing; a wrong cell is found before anything is sent.
    page.reload()
    page.locator('[data-row="3"][data-column="price"]').fill("abc")
    page.keyboard.press("Control+s")
    is_at(page, 3, "price")
    expect(page.locator(".sheet-problem")).to_be_visible()
    page.keyboard.type("900", delay=TYPING)
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/admin/purchases/details"))
    purchase = last_purchase(shop)
    assert purchase.status is PurchaseStatus.DRAFT
    assert [(item.product_id, item.quantity, item.price) for item in purchase.items] == [
        (tea, 3, Decimal("12500.5")),
        (salt, 11, 1500),
        (None, 1, 100),
        (sugar, 1, 900),
    ]
    # It is edited on the same sheet.
    page.goto(f"{live_server.url}/purchases/{purchase.id}/edit")
    cell = page.locator('[data-row="2"][data-column="product"]')
    expect(cell).to_have_value("Nimadir notanish")
    cell.fill("shakar")
    expect(page.locator("#sheet-found li")).to_have_count(1)
    page.keyboard.press("Enter")
    is_at(page, 2, "quantity")
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/admin/purchases/details"))
    assert [item.product_id for item in last_purchase(shop).items] == [tea, salt, sugar, sugar]


def test_a_delivery_is_unloaded_by_scanner_confirmed_and_reverted(
    live_server: LiveServer, browse: Callable[..., Page]
) -> None:
    shop = live_server.shop
    milk, rice = shop.product("Sut 2", stock=None), shop.product("Guruch", stock=None)
    supplier = make_supplier(shop, "Agro Savdo")
    with shop.inside("manager"):
        lines = (
            PurchaseLine(Decimal(3), Decimal(112), product_id=milk),
            PurchaseLine(Decimal(2), Decimal(224), product_id=rice),
        )
        facts = PurchaseFacts(shop.branch_id, lines, supplier_id=supplier)
        purchase = draft_purchase(facts, actor=shop.actor("manager")).id
    phone = browse("warehouse", **PHONE)
    phone.goto(f"{live_server.url}/purchases/{purchase}/receive")
    arrivals = phone.locator(".arrival")
    expect(arrivals).to_have_count(2)
    for _time in range(2):
        scan(phone, shop.barcode_of(milk))
    expect(arrivals.nth(0).locator(".num")).to_have_value("2")
    scan(phone, "478999999999")
    expect(phone.locator("#scanned")).to_contain_text("478999999999")
    arrivals.nth(0).get_by_role("button", name="Another lot").click()
    scan(phone, shop.barcode_of(milk))
    expect(arrivals.nth(0).locator(".num").nth(1)).to_have_value("1")
    for place, number in enumerate(("A", "B")):
        arrivals.nth(0).locator("input[name*=lot]").nth(place).fill(number)
    arrivals.nth(1).get_by_role("button", name="All of it").click()
    phone.get_by_role("button", name="Note what has arrived").click()
    phone.wait_for_url(re.compile(r"/admin/purchases/details"))
    assert last_purchase(shop).status is PurchaseStatus.RECEIVED

    page = browse("manager")
    page.goto(f"{live_server.url}/admin/purchases/details/?id={purchase}")
    page.get_by_role("link", name="Confirm").click()
    act(page)
    assert (level(shop, milk), lots(shop, milk)) == ((3, 300), {"A": 2, "B": 1})
    assert balance(shop, supplier) == 784

    page.goto(f"{live_server.url}/purchases/{purchase}/return")
    page.locator(".arrival input.num").first.fill("9")
    page.locator("button.primary").click()
    expect(page.locator(".alert.bad")).to_be_visible()
    expect(page.locator(".arrival input.num").first).to_have_value("9")  # refused, and nothing lost
    page.locator(".arrival input.num").first.fill("")
    # A scan fills the first line of the product, then the next, and nothing after that.
    typed = page.locator(".arrival input.num")
    for quantities in (["1", "", ""], ["2", "", ""], ["2", "", "1"], ["2", "", "1"]):
        scan(page, shop.barcode_of(milk))
        for place, quantity in enumerate(quantities):
            expect(typed.nth(place)).to_have_value(quantity)
    typed.nth(2).fill("")
    typed.nth(0).fill("")
    scan(page, shop.barcode_of(milk))
    page.locator("button.primary").click()
    page.wait_for_url(re.compile(r"/admin/purchases/details"))
    assert lots(shop, milk) == {"A": 1, "B": 1}
    assert balance(shop, supplier) == 672
    for number in (last_purchase(shop).id, purchase):
        page.goto(f"{live_server.url}/admin/purchases/details/?id={number}")
        page.get_by_role("link", name="Revert").click()
        page.fill("[name=reason]", "Another shop's goods")
        act(page)
    assert (level(shop, milk), level(shop, rice)) == ((0, 0), (0, 0))
    assert balance(shop, supplier) == 0
    assert not broken(shop)


def test_the_supplier_is_searched_and_offered_prices_follow_the_box(
    live_server: LiveServer, browse: Callable[..., Page]
) -> None:
    shop = live_server.shop
    milk, rice = shop.product("Sut 3", stock=None, cost="100"), shop.product("Guruch 3", stock=None)
    make_supplier(shop, "Agro Savdo 3")
    supplier = make_supplier(shop, "Bahor Mevalari")
    page = browse("manager")
    page.goto(f"{live_server.url}/purchases/new")
    choice = page.locator("#p-supplier")
    choice.click()
    choice.press_sequentially("bahor", delay=TYPING)
    expect(page.locator(".choice-list li[data-index]")).to_have_count(1)
    choice.press("Enter")
    expect(choice).to_have_value("Bahor Mevalari")
    scan(page, shop.barcode_of(milk))
    price = page.locator('[data-column="price"]')
    expect(price.nth(0)).to_have_value("112")
    scan(page, shop.barcode_of(rice))
    expect(price.nth(1)).to_have_value("7840")
    price.nth(1).fill("50")
    page.locator("label.sheet-check input").uncheck()
    expect(price.nth(0)).to_have_value("100")  # offered, and nobody has touched it
    expect(price.nth(1)).to_have_value("50")  # as it stands on the paper
    page.reload()
    expect(choice).to_have_value("Bahor Mevalari")
    page.keyboard.press("Control+s")
    page.wait_for_url(re.compile(r"/admin/purchases/details"))
    purchase = last_purchase(shop)
    assert (purchase.supplier_id, purchase.vat_included) == (supplier, False)
    assert [(item.product_id, item.price) for item in purchase.items] == [(milk, 100), (rice, 50)]
    page.goto(f"{live_server.url}/purchases/{purchase.id}/edit")
    expect(choice).to_have_value("Bahor Mevalari")
