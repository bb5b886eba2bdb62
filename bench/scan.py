"""From the last sign of a scan to the line on the screen, in a real browser with 50,000 products on the device."""

import statistics
from time import perf_counter
from typing import Any

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import create_engine, text

from bench.figures import Figure
from bench.instance import Instance
from tools.browser import browser_path

PRODUCTS = 50_000
SCANS = 200
FRAME = 1000 / 60  # milliseconds in which a screen draws once

# The demo's products again and again under numbered names, each with a code of its own.
PRODUCTS_SQL = """
INSERT INTO products (organization_id, name, sku, unit_id, category_id, price, search_key)
SELECT organization_id, name || ' ' || copy, 'X' || copy || '-' || id, unit_id, category_id, price,
       search_key || ' ' || copy
FROM products
CROSS JOIN generate_series(1, 1 + :wanted / (SELECT count(*) FROM products)::integer) AS copy
WHERE organization_id = :organization_id
LIMIT :wanted - (SELECT count(*) FROM products WHERE organization_id = :organization_id)
"""
BARCODES_SQL = """
INSERT INTO product_barcodes (organization_id, product_id, barcode)
SELECT organization_id, id, '29' || lpad(id::text, 11, '0') FROM products
WHERE organization_id = :organization_id AND sku LIKE 'X%'
"""
CODES_SQL = "SELECT barcode FROM product_barcodes WHERE barcode LIKE '29%' ORDER BY md5(barcode) LIMIT :count"

# Time runs from the event of the last key to the moment when the new cart stands in the page, laid out.
WATCH = """() => {
  window.measured = [];
  let start = null;
  addEventListener("keydown", (event) => { if (event.key === "Enter") start = event.timeStamp; }, { capture: true });
  new MutationObserver(() => {
    if (start === null) return;
    document.querySelector(".line.on")?.getBoundingClientRect();
    window.measured.push(performance.now() - start);
    start = null;
  }).observe(
    document.querySelector(".basket"), { childList: true, subtree: true, characterData: true, attributes: true }
  );
}"""


def measure() -> list[Figure]:
    """Milliseconds of a scan, and how long the till takes to be ready."""
    with Instance(demo="small") as instance:
        engine = create_engine(instance.database_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            facts = {
                "organization_id": connection.scalar(
                    text("SELECT id FROM organizations WHERE domain = 'bahor'")
                ),
                "wanted": PRODUCTS,
                "count": SCANS,
            }
            connection.execute(text(PRODUCTS_SQL), facts)
            connection.execute(text(BARCODES_SQL), facts)
            connection.execute(text("ANALYZE"))
            codes = list(connection.scalars(text(CODES_SQL), facts))
        engine.dispose()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=browser_path(),
                args=["--no-sandbox", "--disable-print-preview", "--disable-gpu"],
            )
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            try:
                return _figures(page, instance, codes)
            finally:
                browser.close()


def _figures(page: Page, instance: Instance, codes: list[Any]) -> list[Figure]:
    page.goto(f"{instance.url}/login")
    page.fill("[name=name]", "cashier")
    page.fill("[name=password]", instance.password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    first = _open(page, instance)
    again = _open(page, instance)
    page.evaluate(WATCH)
    for code in codes:
        page.keyboard.type(code, delay=10)
        page.keyboard.press("Enter")
    times: list[float] = sorted(page.evaluate("window.measured"))
    lines = page.locator(".line").count()
    assert lines == len(codes), f"{lines} lines of {len(codes)} scans"
    of = f"{PRODUCTS:,} products".replace(",", " ")
    cart = f"cart growing to {lines} lines"
    return [
        Figure(
            f"Scan to line, {of}, {cart}, median", statistics.median(times), "ms", FRAME, "a frame", "< 1"
        ),
        Figure(
            f"Scan to line, {of}, {cart}, 95 of 100", times[len(times) * 95 // 100], "ms", FRAME, "a frame"
        ),
        Figure(f"Till ready, {of} to fetch", first, "s"),
        Figure(f"Till ready, {of} on the device", again, "s", first, "fetching them"),
    ]


def _open(page: Page, instance: Instance) -> float:
    """Show the till, with a shift if there is none; gives the seconds until all products are there."""
    begun = perf_counter()
    page.goto(f"{instance.url}/till")
    page.wait_for_selector("#opening-cash, #search")
    if page.locator("#opening-cash").is_visible():
        page.keyboard.press("Enter")
    page.wait_for_selector(".tile", timeout=180_000)
    return perf_counter() - begun
