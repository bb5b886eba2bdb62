"""Counting on a phone in a real browser: by scanner, by keyboard alone, without the network; and what is posted."""

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from smartpos.core.barcodes import check_digit
from smartpos.core.db import db, utc_now
from smartpos.core.tenancy import platform_scope
from smartpos.identity.operations import save_settings
from smartpos.sales.queries.books import verify_books
from smartpos.stock.errors import CountNotOpen
from smartpos.stock.models import BranchStock, CountStatus, StockAdjustment, StockCount, StockCountEntry
from smartpos.stock.operations import Movement, post_movements
from smartpos.stock.operations import counts as operations
from tests.browsing import PHONE, TYPING, scan, speak_english
from tests.cast import PASSWORD, Shop
from tests.conftest import LiveServer


@pytest.fixture(autouse=True)
def one_count_at_a_time(live_server: LiveServer) -> Iterator[None]:
    """English pages, and no count that is left open by a test."""
    speak_english(live_server.shop)
    yield
    shop = live_server.shop
    with shop.inside("owner"):
        left = db.session.scalars(select(StockCount.id).where(StockCount.status.in_(("counting", "review"))))
        for number in list(left):
            operations.cancel_count(number, actor=shop.actor("owner"))


@pytest.fixture
def count(live_server: LiveServer) -> int:
    """A count of the shop that has just begun."""
    return begin(live_server.shop)


def begin(shop: Shop, **facts: Any) -> int:
    with shop.inside("warehouse"):
        started, _is_new = operations.start_count(shop.branch_id, actor=shop.actor("warehouse"), **facts)
        started.created_at = utc_now() - timedelta(minutes=10)
        return started.id


@pytest.fixture
def goods(live_server: LiveServer) -> Callable[..., tuple[int, str]]:
    """``goods("Sut", "10")``: a product that came in long ago; gives its number and its barcode."""

    def make(name: str, stock: str, **facts: Any) -> tuple[int, str]:
        shop = live_server.shop
        product = shop.product(name, stock=None, cost="100", **facts)
        move(shop, product, stock, hours=5)
        return product, shop.barcode_of(product)

    return make


def move(shop: Shop, product: int, quantity: str, **ago: float) -> None:
    with shop.inside("warehouse"):
        post_movements(
            [Movement(product, Decimal(quantity))],
            origin_kind="test",
            origin_id=1,
            branch_id=shop.branch_id,
            occurred_at=utc_now() - timedelta(**ago),
            actor=shop.actor("warehouse"),
        )


def stock_of(shop: Shop, product: int) -> Decimal:
    with shop.inside():
        query = select(BranchStock.quantity).where(
            BranchStock.product_id == product, BranchStock.branch_id == shop.branch_id
        )
        return db.session.execute(query).scalar_one()


def counted(shop: Shop, count: int) -> dict[int, Decimal]:
    with shop.inside():
        rows = db.session.execute(
            select(StockCountEntry.product_id, StockCountEntry.quantity).where(
                StockCountEntry.count_id == count
            )
        )
        found: dict[int, Decimal] = {}
        for product, quantity in rows:
            found[product] = found.get(product, Decimal(0)) + quantity
        return found


def books_of(server: LiveServer) -> list[Any]:
    with server.app.app_context(), platform_scope(reason="test"):
        return list(verify_books())


class Counting:
    """The page of somebody who counts."""

    def __init__(self, page: Page, server: LiveServer, count: int) -> None:
        self.page = page
        self.server = server
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{server.url}/counts/{count}")
        self.ready()

    def ready(self) -> None:
        expect(self.search).to_be_visible()
        expect(self.page.locator(".count-strip .pill", has_text="so far")).to_have_count(0)

    @property
    def search(self) -> Locator:
        return self.page.locator("#count-search")

    @property
    def amount(self) -> Locator:
        return self.page.locator("#count-amount")

    @property
    def entries(self) -> Locator:
        return self.page.locator(".count-entries li")

    def state(self, name: str) -> Locator:
        return self.page.locator(f'.count-strip [data-state="{name}"]')

    def scan(self, code: str) -> None:
        scan(self.page, code)

    def add(self) -> None:
        self.page.locator(".count-card button.primary").click()
        expect(self.page.locator(".count-card")).to_have_count(0)


def test_a_shelf_is_counted_without_the_network_and_posted(
    live_server: LiveServer, browse: Callable[..., Page], goods: Callable[..., tuple[int, str]]
) -> None:
    shop = live_server.shop
    milk, milk_code = goods("Sut Musaffo", "20")
    bread, bread_code = goods("Obi non", "8")
    salt, salt_code = goods("Tuz", "5")
    tea, tea_code = goods("Choy", "5")
    count = begin(shop)
    phone = Counting(browse("warehouse", **PHONE), live_server, count)
    # Three scans of one thing are one entry; the next thing ends it.
    for _time in range(3):
        phone.scan(milk_code)
    expect(phone.amount).to_have_value("3")
    phone.scan(bread_code)
    expect(phone.entries).to_have_count(1)
    # The keys of the page: seven instead of one.
    phone.page.locator(".keypad button", has_text="7").click()
    expect(phone.amount).to_have_value("7")
    phone.add()
    expect(phone.state("sent")).to_be_visible()
    assert counted(shop, count) == {milk: 3, bread: 7}

    phone.page.context.set_offline(True)
    phone.scan(salt_code)
    phone.add()
    phone.scan(tea_code)
    phone.add()
    expect(phone.state("offline")).to_be_visible()
    expect(phone.state("waiting")).to_contain_text("2")
    # What was sent is taken back, what was not is simply gone.
    phone.entries.filter(has_text="Obi non").locator("button").click()
    phone.entries.filter(has_text="Choy").locator("button").click()
    expect(phone.entries.filter(has_text="Choy")).to_have_count(0)
    assert counted(shop, count) == {milk: 3, bread: 7}
    # Sold meanwhile, after the milk was counted.
    move(shop, milk, "-2")

    phone.page.context.set_offline(False)
    expect(phone.state("sent")).to_be_visible()
    assert counted(shop, count) == {milk: 3, bread: 0, salt: 1}
    phone.page.reload()
    phone.ready()
    expect(phone.entries.locator("visible=true").filter(has_text="Obi non").first).to_have_class("undone")
    phone.page.locator(".count-end button").click()
    phone.page.locator("dialog button.primary").click()
    phone.page.wait_for_url(re.compile(r"/counts$"))
    assert phone.complaints == []

    desk = browse("manager")
    desk.goto(f"{live_server.url}/admin/stock_counts/details/?id={count}")
    report = desk.locator(".count-report tbody tr")
    # Bread was taken back and nobody has counted tea: neither is in the report.
    expect(report).to_have_count(2)
    expect(report.first).to_contain_text("Sut Musaffo")
    desk.locator('button[formaction*="/act/post/"]').click()
    desk.locator("dialog button.primary").click()
    expect(desk.locator('button[formaction*="/act/post/"]')).to_have_count(0)
    assert (stock_of(shop, milk), stock_of(shop, bread), stock_of(shop, salt), stock_of(shop, tea)) == (
        1,
        8,
        1,
        5,
    )
    assert books_of(live_server) == []


def test_the_keyboard_alone_is_enough(
    live_server: LiveServer,
    browse: Callable[..., Page],
    goods: Callable[..., tuple[int, str]],
    count: int,
) -> None:
    rice, _code = goods("Guruch lazer", "50", unit="kg")
    goods("Guruch devzira", "50", unit="kg")
    desk = Counting(browse("warehouse"), live_server, count)
    expect(desk.search).to_be_focused()
    desk.page.keyboard.type("guruch", delay=TYPING)
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(desk.amount).to_be_focused()
    expect(desk.page.locator(".count-card .name")).to_have_text("Guruch lazer")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator(".count-card")).to_be_visible()  # no quantity, no entry
    desk.page.keyboard.type("12,5", delay=TYPING)
    desk.page.keyboard.press("Enter")
    expect(desk.search).to_be_focused()
    expect(desk.state("sent")).to_be_visible()
    assert counted(live_server.shop, count) == {rice: Decimal("12.5")}
    assert desk.complaints == []


def test_nothing_is_lost_when_the_count_was_finished_meanwhile(
    live_server: LiveServer,
    browse: Callable[..., Page],
    goods: Callable[..., tuple[int, str]],
    count: int,
) -> None:
    shop = live_server.shop
    milk, code = goods("Sut", "20")
    phone = Counting(browse("warehouse", **PHONE), live_server, count)
    phone.scan("0000000000000")
    expect(phone.page.locator(".toast")).to_contain_text("0000000000000")
    phone.page.context.set_offline(True)
    phone.scan(code)
    phone.add()
    expect(phone.state("offline")).to_be_visible()
    with shop.inside("manager"):
        operations.finish_count(count, actor=shop.actor("manager"))
    phone.page.context.set_offline(False)
    expect(phone.page.locator(".alert.info")).to_be_visible()
    assert counted(shop, count) == {}
    with shop.inside("manager"):
        operations.reopen_count(count, actor=shop.actor("manager"))
    phone.page.reload()
    phone.ready()
    expect(phone.state("sent")).to_be_visible()
    assert counted(shop, count) == {milk: 1}


def test_two_posts_at_once_post_once(
    live_server: LiveServer, goods: Callable[..., tuple[int, str]], count: int
) -> None:
    shop = live_server.shop
    products = [goods(f"Kitob {number}", "10")[0] for number in range(20)]
    with shop.inside("manager"):
        for product in products:
            operations.add_count_entry(count, Decimal(9), product_id=product, actor=shop.actor("manager"))
    done: list[str] = []
    together = threading.Barrier(4)

    def post() -> None:
        together.wait()
        try:
            with shop.inside("manager"):
                operations.post_count(count, actor=shop.actor("manager"))
            done.append("posted")
        except CountNotOpen:
            done.append("too late")

    threads = [threading.Thread(target=post) for _time in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["posted", "too late", "too late", "too late"]
    assert {stock_of(shop, product) for product in products} == {9}
    with shop.inside():
        number = db.session.get_one(StockCount, count).number
        assert db.session.get_one(StockCount, count).status is CountStatus.POSTED
        assert db.session.query(StockAdjustment).filter_by(notes=number).count() == 1
    assert books_of(live_server) == []


def test_who_has_not_counted_is_told_that_others_have(
    live_server: LiveServer,
    browse: Callable[..., Page],
    goods: Callable[..., tuple[int, str]],
    count: int,
) -> None:
    shop = live_server.shop
    milk, _code = goods("Kefir", "20")
    page = Counting(browse("warehouse", **PHONE), live_server, count).page
    expect(page.locator(".count-none")).to_contain_text("Nothing counted yet")
    with shop.inside("manager"):
        operations.add_count_entry(count, Decimal(1), product_id=milk, actor=shop.actor("manager"))
    page.reload()
    expect(page.locator(".count-none")).to_contain_text("others have")


def test_goods_are_written_off_by_scan(
    live_server: LiveServer, browse: Callable[..., Page], goods: Callable[..., tuple[int, str]]
) -> None:
    shop = live_server.shop
    milk, milk_code = goods("Qatiq", "20")
    page = browse("warehouse", **PHONE)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/write-offs/new")
    expect(page.locator("#wo-search")).to_be_visible()
    scan(page, milk_code)
    row = page.locator(f'tr[data-product="{milk}"]')
    expect(row).to_be_visible()
    row.locator("input").fill("3")
    page.locator("#wo-reason").select_option("other")
    page.locator(".form-actions .primary").click()
    expect(page.locator("[role=alert]")).to_be_visible()  # nobody has told why
    page.locator("#wo-notes").fill("Sinib ketdi")
    page.locator(".form-actions .primary").click()
    page.locator("dialog button.primary").click()
    page.wait_for_url(re.compile(r"/admin/stock_adjustments/details/"))
    assert stock_of(shop, milk) == 17
    assert complaints == []
    assert books_of(live_server) == []


def test_labels_of_the_scale_bring_their_weight(live_server: LiveServer, browser: Browser) -> None:
    shop = live_server.shop
    with shop.inside("owner"):
        save_settings({"scale_patterns": "20CCCCCWWWWWX,21CCCCCPPPPPX"}, actor=shop.actor())
    try:
        cheese = shop.product("Pishloq", stock=None, cost="100", unit="kg", sku="00451", price="40000")
        other = shop.product("Kolbasa", stock=None, cost="100", unit="kg", sku="00452", price="50000")
        for product in (cheese, other):
            move(shop, product, "2", hours=5)
        count = begin(shop)
        context = browser.new_context(locale="en-US", **PHONE)
        page = context.new_page()
        page.goto(f"{live_server.url}/login")
        page.fill("[name=name]", "warehouse")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(re.compile(r"/(admin|profile|till|counts)"))
        with page.expect_response(re.compile(rf"/api/counts/{count}/products")):
            page.goto(f"{live_server.url}/counts/{count}")
        expect(page.locator(".count-strip")).not_to_contain_text("loaded")
        field = page.locator("#count-amount")
        for label, shown in (("200045100350", "0,35"), ("200045101200", "1,55")):
            scan(page, label + check_digit(label))
            expect(field).to_have_value(shown)
        priced = "210045225000"  # 25 000 so'm of what costs 50 000 a kilogram
        scan(page, priced + check_digit(priced))
        expect(field).to_have_value("0,5")
        page.locator(".count-card .btn.primary").click()
        expect(page.locator('.count-entries li[data-state="sent"]')).to_have_count(2)
        context.close()
        assert counted(shop, count) == {cheese: Decimal("1.55"), other: Decimal("0.5")}
    finally:
        with shop.inside("owner"):
            save_settings({"scale_patterns": ""}, actor=shop.actor())
