"""The page on which levels are set: what it lists, and how it is filled in by keyboard and from a spreadsheet."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from smartpos.catalog.models import Category
from smartpos.core.db import db
from smartpos.stock.models import BranchStock
from smartpos.stock.operations.levels import WantedLevels, set_levels_of_branch
from tests.cast import PASSWORD, Shop
from tests.conftest import LiveServer

Levels = tuple[Decimal, Decimal | None, Decimal | None]


def levels_of(shop: Shop, product: int) -> Levels | None:
    with shop.inside():
        row = db.session.execute(
            select(BranchStock.min_quantity, BranchStock.reorder_point, BranchStock.max_quantity).where(
                BranchStock.product_id == product, BranchStock.branch_id == shop.branch_id
            )
        ).one_or_none()
        return None if row is None else (row[0], row[1], row[2])


def listed(client: FlaskClient, address: str) -> list[int]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return [int(one) for one in re.findall(r'data-product="(\d+)"', answer.get_data(as_text=True))]


def test_the_list_is_narrowed(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    with shop.inside("owner"):
        dairy = Category(name="Sutli")
        db.session.add(dairy)
        db.session.flush()
        cheese = Category(name="Pishloqlar", parent_id=dairy.id)
        db.session.add(cheese)
        db.session.flush()
        dairy_id, cheese_id = dairy.id, cheese.id
    milk = shop.product("Asut", stock="3", category_id=dairy_id)
    gouda = shop.product("Bgouda", stock="30", category_id=cheese_id)
    bread = shop.product("Cnon", stock=None, sku="NON-1")
    with shop.inside("owner"):
        wanted = [
            WantedLevels(milk, Decimal(5), Decimal("7.5"), Decimal(20)),
            WantedLevels(gouda, Decimal(5)),
        ]
        set_levels_of_branch(shop.branch_id, wanted, actor=shop.actor())
    client, page = client_of("warehouse"), f"/stock/wanted?branch={shop.branch_id}"
    assert listed(client, page) == [milk, gouda, bread]
    assert listed(client, f"{page}&category={dairy_id}") == [milk, gouda]
    assert listed(client, f"{page}&category={cheese_id}") == [gouda]
    assert listed(client, f"{page}&low=1") == [milk]
    assert listed(client, f"{page}&q=NON-1") == [bread]
    assert listed(client, f"/stock/wanted?branch={shop.warehouse_id}&low=1") == []
    shown = client.get(page).get_data(as_text=True)
    assert 'value="7,5"' in shown and 'value="20"' in shown
    for wrong in ("branch=x", "branch=999999", "category=999999", f"branch={shop.branch_id}&category=y"):
        assert client.get(f"/stock/wanted?{wrong}").status_code == 422, wrong
    assert client.get(f"{page}&cursor=x").status_code == 422
    assert client_of("cashier").get(page).status_code == 403
    assert "/stock/wanted" in client.get("/admin/branch_stocks/").get_data(as_text=True)
    assert "/stock/wanted" in client.get("/stock/low").get_data(as_text=True)


def test_a_long_list_comes_in_pages(shop: Shop, client_of: Callable[[str], FlaskClient]) -> None:
    products = [shop.product(f"Tovar {number:03}", stock=None) for number in range(103)]
    client = client_of("warehouse")
    page = client.get(f"/stock/wanted?branch={shop.branch_id}").get_data(as_text=True)
    following = re.search(r'href="(/stock/wanted\?[^"]*cursor=[^"]*)"', page)
    assert following
    assert listed(client, following[1].replace("&amp;", "&")) == products[100:]


@pytest.fixture
def desk(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{live_server.url}/login")
    page.fill("[name=name]", "warehouse")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/(admin|profile|till)"))
    yield page
    context.close()


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """(text) => {
          const data = new DataTransfer();
          data.setData("text", text);
          const options = { clipboardData: data, bubbles: true, cancelable: true };
          document.activeElement.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )


def test_levels_are_set_as_in_a_spreadsheet(live_server: LiveServer, desk: Page) -> None:
    shop = live_server.shop
    goods = [shop.product(f"Daraja {letter}", stock="5") for letter in "ABCD"]
    complaints: list[str] = []
    desk.on("pageerror", lambda error: complaints.append(str(error)))
    desk.goto(f"{live_server.url}/stock/wanted?branch={shop.branch_id}&q=Daraja")

    def field(product: int, name: str) -> Any:
        return desk.locator(f'[data-product="{product}"] [name="{name}"]')

    # By keyboard: down the column, to the right, and a slip taken back.
    field(goods[0], "min_quantity").click()
    desk.keyboard.type("2,5")
    desk.keyboard.press("Enter")
    expect(field(goods[1], "min_quantity")).to_be_focused()
    desk.keyboard.type("3")
    desk.keyboard.press("ArrowRight")
    expect(field(goods[1], "reorder_point")).to_be_focused()
    desk.keyboard.type("99")
    desk.keyboard.press("Escape")
    expect(field(goods[1], "reorder_point")).to_have_value("")
    # Two columns of a spreadsheet, more rows than there are.
    field(goods[2], "reorder_point").click()
    paste(desk, "4\t40\r\n6\t60\r\n9\t90\r\n")
    expect(field(goods[3], "max_quantity")).to_have_value("60")
    # What is wrong is told at its row, and nothing is saved.
    field(goods[0], "max_quantity").fill("1")
    desk.keyboard.press("Control+Enter")
    problem = desk.locator(f'[data-product="{goods[0]}"] .level-problem')
    expect(problem).to_be_visible()
    assert levels_of(shop, goods[2]) == (0, None, None)
    field(goods[0], "max_quantity").fill("x")
    desk.keyboard.press("Control+Enter")
    expect(field(goods[0], "max_quantity")).to_have_attribute("aria-invalid", "true")
    field(goods[0], "max_quantity").fill("10")
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#levels tr[data-changed]")).to_have_count(0)
    assert [levels_of(shop, product) for product in goods] == [
        (Decimal("2.5"), None, 10),
        (3, None, None),
        (0, 4, 40),
        (0, 6, 60),
    ]
    # Emptied again, nobody cares any more.
    field(goods[3], "reorder_point").fill("")
    desk.locator("#save-levels").click()
    expect(desk.locator("#levels tr[data-changed]")).to_have_count(0)
    assert levels_of(shop, goods[3]) == (0, None, 60)
    assert complaints == []
