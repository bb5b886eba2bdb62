"""Paper from the browser: what the till prints on 58 and 80 mm, and the window for the customer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from barcode.charsets import code128
from flask_babel import force_locale
from playwright.sync_api import Browser, Page, expect

from smartpos.sales.printing.codes import barcode_modules
from smartpos.sales.receipt_texts import receipt_texts
from tests.conftest import LiveServer

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "receipts.json").read_text())["cases"]
LOGO = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAgAAAAIAQAAAADsdIMm"
    "AAAAE0lEQVR4nGNgQAAJBgYDBgYHAAHsAJl8jQ4HAAAAAElFTkSuQmCC"
)
PRINT = """async ({ sale, look, width, copy, texts }) => {
  const { useTexts } = await import("/static/till/texts.js");
  useTexts({ texts, language: "en", timezone: "Asia/Tashkent" });
  const { printReceipt } = await import("/static/till/receipt.js");
  await printReceipt({ ...sale, copy }, look, width);
}"""
MEASURE = """() => {
  const page = document.querySelector("iframe.print-frame").contentDocument;
  const papers = [...page.querySelectorAll(".receipt")];
  const box = papers[0].getBoundingClientRect();
  const rules = [...page.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText));
  const outside = [...papers[0].querySelectorAll("*")].filter((one) => {
    const own = one.getBoundingClientRect();
    return own.width > 0 && (own.right > box.right + 1 || own.left < box.left - 1);
  });
  return {
    papers: papers.length, width: box.width, height: box.height, text: papers[0].innerText,
    rows: [...papers[0].querySelectorAll(".row")].map((row) => [...row.children].map((one) => one.textContent)),
    titles: [...papers[0].querySelectorAll(".title")].map((one) => one.textContent),
    outside: outside.map((one) => one.textContent.slice(0, 40)),
    page: rules.find((rule) => rule.startsWith("@page")) ?? "",
    logo: papers[0].querySelector("img.logo")?.naturalWidth ?? 0,
    qr: Boolean(papers[0].querySelector("svg.qr path")),
    barcode: papers[0].querySelector("svg.barcode")?.dataset.modules ?? null,
  };
}"""
PIXELS_PER_MM = 96 / 25.4


@pytest.fixture(scope="module")
def texts(live_server: LiveServer) -> dict[str, str]:
    with live_server.app.app_context(), force_locale("en"):
        return {**receipt_texts(), "receipt": "Receipt"}


@pytest.fixture(scope="module")
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """Any page of the product; the log-in page has the least on it."""
    context = browser.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.goto(f"{live_server.url}/login")
    yield page
    context.close()


def printed(page: Page, case: dict[str, Any], width: int, texts: dict[str, str], **look: Any) -> Any:
    given = {
        "sale": case["sale"],
        "look": case["look"] | look,
        "width": width,
        "copy": bool(case["copy_at"]),
        "texts": texts,
    }
    page.evaluate(PRINT, given)
    return page.evaluate(MEASURE)


@pytest.mark.parametrize("width", [58, 80])
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_receipt_fits_on_its_paper(
    page: Page, texts: dict[str, str], case: dict[str, Any], width: int
) -> None:
    paper = printed(page, case, width, texts)
    assert paper["width"] == pytest.approx({58: 48, 80: 72}[width] * PIXELS_PER_MM, abs=1)
    assert paper["outside"] == []
    assert f"size: {width}mm" in paper["page"]
    height = float(paper["page"].split("size: ")[1].split("mm ")[1].split("mm")[0])
    assert height >= paper["height"] / PIXELS_PER_MM
    assert case["sale"]["number"] in paper["text"]
    assert paper["papers"] == 1
    assert (paper["barcode"] is not None) == case["look"]["barcode"]
    assert paper["qr"] == (case["look"]["qr"] != "off")


def test_kinds_are_told_by_their_titles(page: Page, texts: dict[str, str]) -> None:
    titles = {case["name"]: printed(page, case, 80, texts)["titles"] for case in CASES}
    assert titles["refund"] == ["REFUND"]
    assert titles["exchange, the customer pays"] == ["EXCHANGE"]
    assert titles["a copy"] == ["COPY"]
    assert titles["cash with change"] == []


def test_the_logo_is_there_without_the_network(page: Page, texts: dict[str, str]) -> None:
    page.context.set_offline(True)
    try:
        assert printed(page, CASES[0], 58, texts, logo=LOGO)["logo"] == 8
    finally:
        page.context.set_offline(False)


def test_a_shop_may_want_two_but_of_a_copy_there_is_one(page: Page, texts: dict[str, str]) -> None:
    copy = next(case for case in CASES if case["copy_at"])
    assert printed(page, CASES[0], 80, texts, copies=2)["papers"] == 2
    assert printed(page, copy, 80, texts, copies=2)["papers"] == 1


def test_long_names_and_large_amounts_stay_on_the_paper(page: Page, texts: dict[str, str]) -> None:
    case = json.loads(json.dumps(CASES[0]))
    case["sale"]["items"][0] |= {
        "name": "Qaymoqlishokoladliyongʻoqlimuzqaymoqvanil" * 3,
        "price": "99999999999.99",
        "gross": "9999999999999.99",
    }
    case["sale"]["cashier"] = "Abdurahmonova Mohlaroyim Saidakbarxoʻja qizi"
    assert printed(page, case, 58, texts)["outside"] == []


def decoded(modules: str) -> str:
    """What a scanner reads from the modules of a Code 128."""
    symbols = [code128.CODES.index(modules[at : at + 11]) for at in range(0, len(modules) - 13, 11)]
    start, *data, check = symbols
    assert (start + sum(place * value for place, value in enumerate(data, 1))) % 103 == check
    present = {103: "A", 104: "B", 105: "C"}[start]
    words = ""
    for value in data:
        if value in {99, 100, 101} and {99: "C", 100: "B", 101: "A"}[value] != present:
            present = {99: "C", 100: "B", 101: "A"}[value]
        else:
            words += f"{value:02d}" if present == "C" else chr(value + 32)
    return words


@pytest.mark.parametrize(
    "words", ["1-3-00045", "12-1234-00099", "W-a1b2c3d4", "W-00000000", "99999-1-123456"]
)
def test_scanners_read_what_is_printed(page: Page, words: str) -> None:
    ask = '(words) => import("/static/till/receipt-codes.js").then((codes) => codes.barcodeModules(words))'
    assert decoded(page.evaluate(ask, words)) == words
    assert decoded("".join("1" if dark else "0" for dark in barcode_modules(words))) == words


# --- the customer's window ---------------------------------------------------------------------------------------

SHOW = """(state) => import("/static/till/display-link.js").then((link) => link.showToCustomer(state))"""
LINE = {
    "key": "a",
    "name": "Sut Musaffo 1 l",
    "quantity": 2000,
    "unit": "dona",
    "price": 1350000,
    "discount": 100000,
    "total": 2600000,
}
SHOP = {"name": "Bahor", "logo": None, "currency": "UZS"}
SELLING = {
    "phase": "selling",
    "lines": [LINE],
    "totals": {"gross": 2700000, "discount": 100000, "total": 2600000, "count": 1},
    "customer": {"name": "Anvar", "points": 420000},
    "shop": SHOP,
    "last": "a",
}


@pytest.fixture
def windows(browser: Browser, live_server: LiveServer) -> Iterator[tuple[Page, Page]]:
    """A page of the till's device, and the customer's window beside it."""
    from tests.cast import PASSWORD

    context = browser.new_context(viewport={"width": 1024, "height": 700}, locale="en-US")
    till = context.new_page()
    till.goto(f"{live_server.url}/login")
    till.fill("[name=name]", "cashier")
    till.fill("[name=password]", PASSWORD)
    till.press("[name=password]", "Enter")
    till.wait_for_url(lambda url: "/login" not in url)
    till.goto(f"{live_server.url}/profile")
    window = context.new_page()
    window.goto(f"{live_server.url}/till/display")
    expect(window.locator("#display")).to_have_attribute("data-phase", "waiting")
    yield till, window
    context.close()


def test_the_customer_sees_the_sale_from_beginning_to_end(windows: tuple[Page, Page]) -> None:
    till, window = windows
    till.evaluate(SHOW, SELLING)
    expect(window.locator(".line .name")).to_have_text("Sut Musaffo 1 l")
    expect(window.locator(".sums .total b")).to_contain_text("26\u202f000")
    expect(window.locator(".sums .customer")).to_contain_text("4\u202f200")
    till.evaluate(SHOW, SELLING | {"phase": "paying", "totals": SELLING["totals"] | {"paid": 3000000}})
    expect(window.locator(".given")).to_contain_text("30\u202f000")
    paid = {"total": 2600000, "paid": 3000000, "change": 400000, "discount": 100000}
    till.evaluate(SHOW, {"phase": "paid", "lines": [], "totals": paid})
    expect(window.locator(".change b")).to_have_text("4\u202f000")
    till.evaluate(SHOW, {"phase": "idle", "lines": [], "totals": {}})
    expect(window.locator(".quiet .shop")).to_have_text("Bahor")
    till.evaluate(SHOW, {"phase": "closed", "lines": [], "totals": {}})
    expect(window.locator("#display")).to_have_attribute("data-phase", "closed")


def test_a_window_that_opens_late_and_a_network_that_is_gone(windows: tuple[Page, Page]) -> None:
    till, window = windows
    till.evaluate(SHOW, SELLING)
    window.reload()
    expect(window.locator(".line")).to_have_count(1)
    window.context.set_offline(True)
    more = [LINE | {"key": str(number), "name": f"Mahsulot {number}"} for number in range(40)]
    till.evaluate(SHOW, SELLING | {"lines": more, "last": "39"})
    expect(window.locator(".line")).to_have_count(40)
    expect(window.locator(".line.last")).to_be_in_viewport()
    window.context.set_offline(False)
