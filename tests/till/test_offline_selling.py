"""Selling without the network: what goes into the outbox is sold once, whatever happens on the way."""

import random
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import func, select
from werkzeug.serving import make_server

from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.identity.models import User
from smartpos.sales.models import Sale
from tests.cast import PASSWORD
from tests.conftest import LiveServer
from tests.till.conftest import Goods, Shelf, Till
from tests.till.counter import PAUSE


def sell(till: Till, goods: Goods) -> None:
    """Sell one piece for cash and see the screen say so."""
    till.scan(goods.code)
    expect(till.lines).to_have_count(1)
    till.page.wait_for_timeout(PAUSE)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    expect(till.lines).to_have_count(0)


def waiting(till: Till, count: int) -> None:
    expect(till.page.locator(".pill.outbox")).to_have_attribute("data-waiting", str(count))


def attention(till: Till, count: int) -> None:
    expect(till.page.locator(".pill.outbox")).to_have_attribute("data-attention", str(count))


def wake(page: Page) -> None:
    """What the browser says when there is a network again."""
    page.evaluate("dispatchEvent(new Event('online'))")


def installed(till: Till) -> None:
    """Wait until the till would start without the network."""
    till.page.evaluate(
        """() => new Promise((done) => {
          const look = () => (navigator.serviceWorker.controller ? done() : setTimeout(look, 50));
          look();
        })"""
    )


def keep_in(routes: list[Route]) -> Callable[[Route], None]:
    """Let requests hang until the test answers them."""

    def handle(route: Route) -> None:
        routes.append(route)

    return handle


def sold(server: LiveServer) -> list[tuple[str, int]]:
    """Every sale's client_uuid and cashier."""
    with server.shop.inside("owner"):
        return [
            (str(uuid), cashier)
            for uuid, cashier in db.session.execute(select(Sale.client_uuid, Sale.cashier_id))
        ]


@pytest.fixture
def other_tab(till: Till) -> Iterator[Till]:
    page = till.page.context.new_page()
    other = Till(page, till.server)
    other.open()
    yield other
    page.close()


def test_an_hour_without_network_with_reloads(till: Till, shelf: Shelf) -> None:
    installed(till)
    sales, cash = till.sales(), till.cash()
    till.page.context.set_offline(True)
    for _turn in range(3):
        for key in ("milk", "bread", "tea"):
            sell(till, shelf[key])
        till.page.reload()
        till.ready()
        expect(till.page.locator(".bar .pill.link.bad")).to_be_visible()
    waiting(till, 9)
    till.page.context.set_offline(False)
    wake(till.page)
    assert till.sales() == sales + 9
    assert till.cash() == cash + 3 * (13_500 + 4_000 + 16_900)
    assert till.books_are_right()
    till.complaints.clear()


def test_the_page_dies_between_writing_down_and_sending(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    context: BrowserContext = till.page.context
    context.route("**/api/sell", lambda route: None)  # the request hangs in the air
    sell(till, shelf["milk"])
    waiting(till, 1)
    till.page.close(run_before_unload=False)
    context.unroute("**/api/sell")
    again = Till(context.new_page(), till.server)
    again.open()
    assert again.sales() == sales + 1
    assert again.books_are_right()


def test_a_flapping_network_loses_and_doubles_nothing(till: Till, shelf: Shelf) -> None:
    sales, cash = till.sales(), till.cash()
    chance = random.Random(7)  # a repeatable bad day

    def flap(route: Route) -> None:
        fate = chance.random()
        if fate < 0.3:
            route.abort("connectionreset")
        elif fate < 0.6:
            route.fetch()  # the server has it, the till never hears of it
            route.abort("connectionreset")
        elif fate < 0.7:
            route.fulfill(status=503, json={"code": "unavailable"})
        else:
            route.continue_()

    till.page.route("**/api/sell", flap)
    for turn in range(12):
        sell(till, shelf["milk" if turn % 2 else "bread"])
        wake(till.page)
    till.page.unroute("**/api/sell")
    wake(till.page)
    assert till.sales() == sales + 12
    assert till.cash() == cash + 6 * (13_500 + 4_000)
    uuids = [uuid for uuid, _cashier in sold(till.server)]
    assert len(set(uuids)) == len(uuids)
    assert till.books_are_right()
    till.complaints.clear()


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_server_in_trouble_is_asked_again(till: Till, shelf: Shelf, status: int) -> None:
    sales = till.sales()
    left = [2]

    def refuse(route: Route) -> None:
        left[0] -= 1
        if left[0] >= 0:
            route.fulfill(status=status, json={"code": "trouble", "title": "Trouble"})
        else:
            route.continue_()

    till.page.route("**/api/sell", refuse)
    sell(till, shelf["milk"])
    assert till.sales() == sales + 1
    attention(till, 0)
    till.complaints.clear()


def test_a_stopped_server_comes_back(
    live_server: LiveServer, browse: Callable[..., Till], shelf: Shelf
) -> None:
    """The server itself is gone, not only the way to it."""
    own = Stoppable(live_server)
    own.start()
    server = LiveServer(live_server.app, own.url, live_server.shop, live_server.stranger)
    till = browse("cashier", server=server)
    till.open()
    installed(till)
    sales = till.sales()
    own.stop()
    sell(till, shelf["milk"])
    till.page.reload()
    till.ready()
    sell(till, shelf["bread"])
    waiting(till, 2)
    own.start()
    wake(till.page)
    assert till.sales() == sales + 2
    own.stop()


class Stoppable:
    """A second server on the same database, which goes away and comes back at the same address."""

    def __init__(self, server: LiveServer) -> None:
        self.app = server.app
        self.port = 0
        self.server: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def test_log_out_and_another_cashier_keep_what_waits(browse: Callable[..., Till], shelf: Shelf) -> None:
    # A service worker would send by itself what the page is kept from sending.
    till = browse("cashier", service_workers="block")
    till.open()
    sales = till.sales()
    till.page.route("**/api/sell", lambda route: route.abort("internetdisconnected"))
    sell(till, shelf["milk"])
    waiting(till, 1)
    till.page.keyboard.press("Control+l")
    till.dialog.locator("input").first.fill("manager")
    till.dialog.locator("input[type=password]").fill(PASSWORD)
    till.page.unroute("**/api/sell")
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    assert till.sales() == sales + 1
    with till.server.shop.inside("owner"):
        query = select(User.username).join(Sale, Sale.cashier_id == User.id).order_by(Sale.id.desc()).limit(1)
        assert db.session.execute(query).scalar_one() == "cashier"
    till.complaints.clear()


def test_two_tabs_send_every_sale_once(till: Till, other_tab: Till, shelf: Shelf) -> None:
    sales = till.sales()
    sent: list[str] = []
    context = till.page.context
    context.on(
        "request",
        lambda request: (
            request.url.endswith("/api/sell") and sent.append(request.post_data_json["client_uuid"])
        ),
    )
    context.set_offline(True)
    till.page.bring_to_front()
    sell(till, shelf["milk"])
    other_tab.page.bring_to_front()
    sell(other_tab, shelf["bread"])
    till.page.bring_to_front()
    sell(till, shelf["tea"])
    waiting(till, 3)
    waiting(other_tab, 3)
    sent.clear()
    context.set_offline(False)
    for one in (till, other_tab):
        wake(one.page)
    assert till.sales() == sales + 3
    other_tab.settled()
    assert len(sent) == len(set(sent)) == 3
    till.complaints.clear()


def test_sales_go_out_in_the_order_they_were_made(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.page.route("**/api/sell", lambda route: route.abort("internetdisconnected"))
    for key in ("milk", "bread", "tea", "butter"):
        sell(till, shelf[key])
    till.page.unroute("**/api/sell")
    wake(till.page)
    assert till.sales() == sales + 4
    with till.server.shop.inside("owner"):
        totals = db.session.scalars(select(Sale.total_amount).order_by(Sale.id.desc()).limit(4)).all()
    assert [int(total) for total in reversed(totals)] == [13_500, 4_000, 16_900, 27_000]
    till.complaints.clear()


def test_a_refusal_after_the_next_receipt_has_begun_needs_attention(till: Till, shelf: Shelf) -> None:
    sales = till.sales()

    hold: list[Route] = []
    till.page.route("**/api/sell", keep_in(hold))
    sell(till, shelf["milk"])
    till.scan(shelf["bread"].code)
    expect(till.lines).to_have_count(1)
    hold[0].fulfill(status=409, json={"code": "not_today", "title": "No", "detail": "Not today, please."})
    attention(till, 1)
    expect(till.lines).to_have_count(1)
    expect(till.line(shelf["bread"])).to_have_count(1)
    assert till.sales() == sales
    till.page.reload()  # it does not vanish
    till.ready()
    attention(till, 1)
    till.page.unroute("**/api/sell")
    till.page.locator(".pill.outbox").click()
    expect(till.dialog).to_contain_text("Not today, please.")
    till.dialog.locator(".entry-head").first.click()
    till.dialog.locator(".entry-body .btn.primary").click()
    attention(till, 0)
    assert till.sales() == sales + 1
    till.page.keyboard.press("Escape")
    expect(till.count_of(shelf["bread"])).to_have_text("1")
    till.complaints.clear()


def test_a_refused_sale_is_opened_as_a_cart_and_paid_again_once(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    hold: list[Route] = []
    till.page.route("**/api/sell", keep_in(hold))
    sell(till, shelf["milk"])
    till.scan(shelf["bread"].code)
    expect(till.lines).to_have_count(1)
    hold[0].fulfill(status=422, json={"code": "not_so", "title": "No", "detail": "Not so."})
    attention(till, 1)
    till.page.unroute("**/api/sell")
    till.page.locator(".pill.outbox").click()
    till.dialog.locator(".entry-head").first.click()
    till.dialog.locator(".entry-body .btn").nth(1).click()
    expect(till.dialog.locator(".note.bad")).to_be_visible()  # the cart is not empty
    till.page.keyboard.press("Escape")
    expect(till.dialog).to_have_count(0)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    till.page.locator(".pill.outbox").click()
    till.dialog.locator(".entry-head").first.click()
    till.dialog.locator(".entry-body .btn").nth(1).click()
    expect(till.dialog).to_have_count(0)
    expect(till.count_of(shelf["milk"])).to_have_text("1")
    till.page.keyboard.press("Enter")
    expect(till.done).to_contain_text("13\u202f500")
    attention(till, 0)
    assert till.sales() == sales + 2
    till.complaints.clear()


def test_a_price_that_has_changed_meanwhile_brings_the_cart_back(till: Till, shelf: Shelf) -> None:
    goods = shelf.add("honey", "Asal", 30_000)
    till.reload()
    sales = till.sales()
    till.scan(goods.code)
    expect(till.total).to_have_text("30\u202f000")
    with till.server.shop.inside("owner"):
        db.session.get(Product, goods.id).price = Decimal(33_000)  # type: ignore[union-attr]
    till.page.wait_for_timeout(PAUSE)
    till.page.keyboard.press("Enter")
    expect(till.total).to_have_text("33\u202f000")
    assert till.sales() == sales
    till.page.keyboard.press("Enter")
    expect(till.done).to_contain_text("33\u202f000")
    attention(till, 0)
    assert till.sales() == sales + 1
    till.complaints.clear()


def test_a_clock_wrong_by_a_day(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("cashier")
    till.page.clock.install()
    till.page.clock.set_system_time(datetime.now(UTC) + timedelta(hours=26))
    till.open()
    sales = till.sales()
    sell(till, shelf["milk"])  # the server's answers have told the right time
    assert till.sales() == sales + 1
    with till.server.shop.inside("owner"):
        sold_at = db.session.scalars(select(Sale.sold_at).order_by(Sale.id.desc()).limit(1)).one()
    assert abs(sold_at - datetime.now(UTC)) < timedelta(minutes=2)
    till.page.route("**/api/**", lambda route: route.abort("internetdisconnected"))
    sell(till, shelf["milk"])
    till.page.clock.set_system_time(datetime.now(UTC) - timedelta(hours=26))
    sell(till, shelf["bread"])
    till.page.unroute("**/api/**")
    wake(till.page)
    assert till.sales() == sales + 3
    attention(till, 0)
    assert till.books_are_right()


def test_without_a_safe_place_the_till_says_so_and_sells_online_only(
    browse: Callable[..., Till], shelf: Shelf
) -> None:
    till = browse("cashier")
    till.page.add_init_script(
        "indexedDB.open = () => { throw new DOMException('Forbidden', 'SecurityError'); };"
    )
    till.open()
    expect(till.page.locator(".unsafe")).to_be_visible()
    sales = till.sales()
    till.page.route("**/api/sell", lambda route: route.abort("internetdisconnected"))
    till.scan(shelf["milk"].code)
    till.page.wait_for_timeout(PAUSE)
    till.page.keyboard.press("Enter")
    expect(till.page.locator(".sending.lost")).to_be_visible()
    expect(till.done).to_have_count(0)
    till.page.unroute("**/api/sell")
    till.page.locator(".sending .btn.primary").click()
    expect(till.done).to_be_visible()
    assert till.sales() == sales + 1


def test_a_full_disk_is_noticed_while_selling(till: Till, shelf: Shelf) -> None:
    sales = till.sales()
    till.page.evaluate(
        """() => {
          IDBObjectStore.prototype.add = () => { throw new DOMException("Full", "QuotaExceededError"); };
        }"""
    )
    till.scan(shelf["milk"].code)
    till.page.wait_for_timeout(PAUSE)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    expect(till.page.locator(".unsafe")).to_be_visible()
    assert till.sales() == sales + 1


def test_the_sales_of_the_whole_module_are_in_the_books(live_server: LiveServer, till: Till) -> None:
    with live_server.shop.inside("owner"):
        sales = db.session.execute(select(func.count()).select_from(Sale)).scalar_one()
        distinct = db.session.execute(select(func.count(Sale.client_uuid.distinct()))).scalar_one()
    assert sales == distinct > 0
    assert till.books_are_right()


def test_without_a_service_worker_the_open_page_survives(browse: Callable[..., Till], shelf: Shelf) -> None:
    """As on a plain http address in the shop's own network, where browsers allow none."""
    till = browse("cashier", service_workers="block")
    till.open()
    sales = till.sales()
    till.page.context.set_offline(True)
    sell(till, shelf["milk"])
    receipt = till.page.frame_locator("iframe.print-frame").locator(".receipt")
    expect(receipt).to_contain_text("W-")
    assert receipt.evaluate("(one) => one.ownerDocument.adoptedStyleSheets[0].cssRules.length") > 5
    till.page.locator(".pill.outbox").click()
    icon = till.dialog.locator(".icon use").first
    assert icon.evaluate("(one) => one.getBBox().width") > 0
    till.page.keyboard.press("Escape")
    sell(till, shelf["bread"])
    till.page.context.set_offline(False)
    wake(till.page)
    assert till.sales() == sales + 2
