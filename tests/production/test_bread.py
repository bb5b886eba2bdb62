"""Bread from what was sold to what was earned with it: planned, baked on a tablet, sold, reckoned, and taken back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.production.models import BillOfMaterials, MachineStatus, OrderStatus, ProductionOrder
from smartpos.sales.operations import open_shift
from smartpos.stock.operations import set_opening_balances
from tests.browsing import speak_english
from tests.cast import PASSWORD, Shop
from tests.conftest import Api, LiveServer
from tests.production.machines import change, machine, row_of
from tests.production.making import Bakery, bakery_of
from tests.sales.counter import item, sold
from tests.till.conftest import Till
from tests.till.counter import latest_sale

D = Decimal
TABLET: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "has_touch": True}


def bakery_with_an_oven(shop: Shop) -> tuple[Bakery, int]:
    """The bakery of the suite whose bread is baked in an oven that only the operator may run; lots are kept of it."""
    bakery = bakery_of(shop, track_batches=True, shelf_life_days=3)
    oven = machine(shop, name="Tandir", code="TANDIR", operator_ids=[shop.users["operator"]])
    change(shop, BillOfMaterials, bakery.bread_recipe, machine_id=oven, production_time_minutes=30)
    return bakery, oven


def api_of(server: LiveServer, who: str) -> Api:
    client = server.app.test_client()
    token = client.post("/token", data={"username": who, "password": PASSWORD}).json
    return Api(client, token["access_token"])


def orders_of(shop: Shop) -> dict[int, ProductionOrder]:
    """The orders by what they make."""
    with shop.inside():
        found = {one.product_id: one for one in db.session.scalars(select(ProductionOrder))}
        db.session.expunge_all()
        return found


def cells_of(page: Page, url: str, row: str) -> dict[str, str]:
    """The cells of a report's row that has such a text, by their headers, without the spaces in numbers."""
    page.goto(url)
    found = page.locator("[data-report-table] tbody tr").filter(has_text=row)
    expect(found).to_have_count(1)
    names = page.locator("[data-report-table] thead th").all_inner_texts()
    texts = found.locator("th, td").all_inner_texts()
    return {name.strip(): text.strip().replace("\u202f", "") for name, text in zip(names, texts, strict=True)}


def bake(page: Page, order: ProductionOrder, good: str, scrap: str = "", why: str = "") -> None:
    """On the tablet: open an order, start it unless it runs, and say what was made, by touch alone."""
    page.locator(f"[data-open='{order.id}']").tap()
    shown = page.locator(f"[data-order='{order.id}']")
    expect(shown).to_be_visible()
    if shown.get_attribute("data-status") != "in_progress":
        shown.locator("[data-act=start]").tap()
    shown.locator("[data-act=complete]").tap()
    window = page.get_by_role("dialog")
    for field, number in (("good", good), ("scrap", scrap)):
        if number:
            window.locator(f"#floor-{field}").tap()
            for sign in number:
                window.locator(".keypad").get_by_role("button", name=sign, exact=True).tap()
            expect(window.locator(f"#floor-{field}")).to_have_value(number)
    if why:
        window.get_by_role("button", name=why, exact=True).tap()
    window.locator("button.primary").last.tap()
    expect(window).to_have_count(0)


def test_bread_is_planned_baked_sold_and_taken_back(
    live_server: LiveServer, browse: Callable[..., Page]
) -> None:
    shop = live_server.shop
    speak_english(shop)
    bakery, oven = bakery_with_an_oven(shop)
    url = live_server.url

    # Yesterday's bread, bought at 1 200, is sold out.
    with shop.inside("manager"):
        set_opening_balances(
            shop.branch_id, [(bakery.bread, D(20), D(1200))], notes="test", actor=shop.actor("owner")
        )
    with shop.inside("cashier"):
        open_shift(shop.till_id, opening_cash=D(0), actor=shop.actor("cashier"))
    first = sold(api_of(live_server, "cashier"), item(bakery.bread, "20"))

    # What was sold is to be made again, and the dough for it; one click orders both.
    office = browse("manager", viewport={"width": 1366, "height": 768})
    office.goto(f"{url}/production/plan?branch={shop.branch_id}")
    for level, product, quantity in (("0", bakery.bread, "10"), ("1", bakery.dough, "5")):
        row = office.locator(f"[data-level='{level}'] tr[data-product='{product}']")
        expect(row.locator(f"[name=order-{product}]")).to_have_value(quantity)
    office.locator("[data-plan] .btn.primary").click()
    expect(office.locator(".toast")).to_contain_text("2 production orders were made")
    orders = orders_of(shop)
    bread, dough = orders[bakery.bread], orders[bakery.dough]
    assert (bread.status, bread.machine_id, dough.parent_id) == (OrderStatus.SCHEDULED, oven, bread.id)

    # The operator makes the dough, then half of the bread; one is burnt.
    tablet = browse("operator", **TABLET)
    tablet.goto(f"{url}/production")
    bake(tablet, dough, "5")
    expect(tablet.locator("ul.done")).to_contain_text("Xamir")
    bake(tablet, bread, "5", "1", "Burnt")
    expect(tablet.locator(f"[data-open='{bread.id}']")).to_contain_text("5 / 10")
    assert row_of(shop, oven).status is MachineStatus.BUSY
    # Of six tenths: dough 7 212, salt 120, labour 600, overhead 300 are 8 232, a sixth of it scrap.
    assert bakery.holds(bakery.bread) == (D("5.000"), D("6860.0000"))

    # Three are sold at the till, by scanner.
    till = Till(browse("cashier", viewport={"width": 1366, "height": 768}), live_server)
    till.open()
    code = shop.barcode_of(bakery.bread)
    for number in ("1", "2", "3"):
        till.scan(code)
        expect(till.lines.locator(".count")).to_contain_text(number)
    till.page.locator(".pay .btn").first.click()
    expect(till.done).to_be_visible()
    assert till.last_sale() == (D("12000.00"), [(bakery.bread, D("3.000"))])
    assert bakery.holds(bakery.bread) == (D("2.000"), D("2744.0000"))

    # The rest is baked; the oven is free again.
    bake(tablet, bread, "4")
    expect(tablet.locator("ul.done")).to_contain_text("Non")
    assert row_of(shop, oven).status is MachineStatus.FREE
    assert bakery.holds(bakery.bread) == (D("6.000"), D("8232.0000"))

    # What was earned is the revenue without its VAT less what the batch has cost: 1 372 a bread.
    sale, _items, _payments = latest_sale(till)
    net = sale.total_amount - sale.tax_amount
    earned = net - 3 * D(1372)
    told = cells_of(office, f"{url}/reports/receipts?period=today", sale.number)
    assert (D(told["Cost"]), D(told["Gross profit"])) == (D("4116.00"), earned)
    assert told["Margin"] == f"{earned * 100 / net:.2f}%"
    told = cells_of(office, f"{url}/reports/sales-by-product?period=today", "Non")
    net += D(first["total"]) - D(first["tax"])
    assert D(told["Gross profit"]) == net - 20 * D(1200) - 3 * D(1372)

    # In the office: of the first batch three are sold, so it stays; the second one is taken back.
    batches = office.locator("#completions tbody tr")
    for place in (0, 1):
        office.goto(f"{url}/admin/production_orders/details/?id={bread.id}")
        batches.nth(place).locator("a.danger").click()
        office.fill("[name=reason]", "Tuz solinmagan")
        office.locator(".form-actions .btn.danger").click()
        office.get_by_role("dialog").get_by_role("button", name="Take back").click()
        if place == 0:
            expect(office.locator(".alert.bad")).to_contain_text("Non")
    expect(batches.nth(1)).to_contain_text("Taken back")
    expect(batches.nth(0)).to_contain_text("Stands")
    assert bakery.holds(bakery.bread) == (D("2.000"), D("2744.0000"))
    assert bakery.holds(bakery.dough)[0] == D("2.000")
    taken = bakery.order(bread.id)
    assert (taken.status, taken.quantity_completed, taken.quantity_scrapped) == (
        OrderStatus.ON_HOLD,
        D("5.000"),
        D("1.000"),
    )
    assert bakery.books() == []
