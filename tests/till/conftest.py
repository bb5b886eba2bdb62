"""The till as a cashier meets it: a real browser on a real server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import func, select, update

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.finance.models import CashEntry
from smartpos.identity.models import User
from smartpos.sales.models import Sale, SaleItem
from smartpos.sales.queries.books import verify_books
from smartpos.stock.models import BranchStock
from tests.browsing import press_at_once, sign_in_at_once
from tests.cast import Shop, ean13
from tests.conftest import LiveServer


@dataclass(frozen=True)
class Goods:
    """A product of the test shop."""

    id: int
    name: str
    code: str
    price: int


class Shelf:
    """The products that the tests of a module sell, by a short name."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.goods: dict[str, Goods] = {}

    def add(self, key: str, name: str, price: int, **facts: Any) -> Goods:
        """Put a product on the shelf; see ``Shop.product``."""
        number = self.shop.product(name, price=str(price), **facts)
        self.goods[key] = Goods(number, name, self.shop.barcode_of(number), price)
        return self.goods[key]

    def __getitem__(self, key: str) -> Goods:
        return self.goods[key]


@pytest.fixture(scope="module")
def shelf(live_server: LiveServer) -> Shelf:
    """Milk, bread, tea, a chocolate with a Russian name, and rice by the kilogram."""
    shelf = Shelf(live_server.shop)
    shelf.add("milk", "Sut Musaffo 1 l", 13_500)
    shelf.add("bread", "Obi non", 4_000)
    shelf.add("tea", "Choy Ahmad 100 g", 16_900)
    shelf.add("chocolate", "Шоколад Алёнка 90 г", 21_000)
    shelf.add("butter", "Sariyog‘ 200 g", 27_000)
    shelf.add("rice", "Guruch Lazer", 24_500, unit="kg")
    shelf.add("rare", "Qizil ikra", 150_000, stock="2")
    return shelf


class Till:
    """A till in a browser, and what its server has written."""

    def __init__(self, page: Page, server: LiveServer) -> None:
        self.page = page
        self.server = server
        self.complaints: list[str] = []
        page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @property
    def search(self) -> Locator:
        return self.page.locator("#search")

    @property
    def lines(self) -> Locator:
        return self.page.locator(".line")

    @property
    def total(self) -> Locator:
        return self.page.locator("#total")

    @property
    def done(self) -> Locator:
        return self.page.locator(".done")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def line(self, goods: Goods) -> Locator:
        return self.lines.filter(has_text=goods.name.split("‘")[0])

    def count_of(self, goods: Goods) -> Locator:
        return self.line(goods).locator(".count")

    def scan(self, code: str, *, enters: int = 1, end: str = "Enter") -> None:
        """Scan within a millisecond, also signs that no key of the Latin layout has, with so many Enters."""
        press_at_once(self.page, [*code, *[end] * enters], written=True)

    def scan_by_keys(self, code: str) -> None:
        """Press real keys; on a busy machine that is too slow for a scanner."""
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def type(self, text: str) -> None:
        """Type as a quick person does."""
        self.page.keyboard.type(text, delay=110)

    def open(self) -> None:
        """Show the till with an open shift, the products loaded."""
        self.page.goto(f"{self.server.url}/till")
        opening = self.page.locator("#opening-cash")
        expect(opening.or_(self.search)).to_be_visible()
        if opening.is_visible():
            opening.fill("100000")
            opening.press("Enter")
        self.ready()

    def ready(self) -> None:
        """Wait until there is something to sell."""
        expect(self.page.locator(".tile").first).to_be_visible()
        expect(self.search).to_be_focused()

    def reload(self) -> None:
        """Show the page anew and wait until what has changed in the back office has arrived."""
        # A busy machine may be idle for longer than a network that is at rest.
        # An answer that the reload breaks off never ends, so it is the end of a request that is waited for.
        with (
            self.page.expect_event("requestfinished", lambda request: "/api/products?" in request.url),
            self.page.expect_event("requestfinished", lambda request: "/api/clients?" in request.url),
        ):
            self.page.reload()
        self.ready()
        self.page.wait_for_load_state("networkidle")

    def settled(self) -> None:
        """Wait until everything sold here has reached the server."""
        pill = self.page.locator(".pill.outbox")
        expect(pill).to_have_attribute("data-waiting", "0", timeout=30_000)
        # What was written down a moment ago may not be counted yet.
        self.page.wait_for_timeout(100)
        expect(pill).to_have_attribute("data-waiting", "0", timeout=30_000)

    def sales(self) -> int:
        """How many sales the shop has, once those of this till have arrived."""
        self.settled()
        with self.server.shop.inside("owner"):
            return db.session.execute(select(func.count()).select_from(Sale)).scalar_one()

    def last_sale(self) -> tuple[Decimal, list[tuple[int, Decimal]]]:
        """Total of the latest sale, and what it sold: product and quantity."""
        self.settled()
        with self.server.shop.inside("owner"):
            sale = db.session.execute(select(Sale).order_by(Sale.id.desc()).limit(1)).scalar_one()
            items = select(SaleItem.product_id, SaleItem.quantity).where(SaleItem.sale_id == sale.id)
            lines = db.session.execute(items.order_by(SaleItem.line_number))
            return sale.total_amount, [(product, quantity) for product, quantity in lines]

    def stock(self, goods: Goods) -> Decimal:
        """What the shop has of it."""
        self.settled()
        shop = self.server.shop
        with shop.inside("owner"):
            query = select(BranchStock.quantity).where(
                BranchStock.product_id == goods.id, BranchStock.branch_id == shop.branch_id
            )
            return db.session.execute(query).scalar_one()

    def cash(self) -> Decimal:
        """What the cash ledger says is in the drawers."""
        self.settled()
        with self.server.shop.inside("owner"):
            return db.session.execute(select(func.coalesce(func.sum(CashEntry.amount), 0))).scalar_one()

    def books_are_right(self) -> bool:
        """Whether every sum agrees with its ledger."""
        self.settled()
        with self.server.app.app_context(), platform_scope(reason="test"):
            return not list(verify_books())


@pytest.fixture
def in_english(live_server: LiveServer) -> None:
    """Everybody reads English, for tests that find what they press by what is written on it."""
    with live_server.shop.inside("owner"):
        db.session.execute(update(User).values(locale="en"))


@pytest.fixture
def browse(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Till]]:
    """``browse("cashier", viewport=…)``: a till in a browser of its own, in which that person has signed in.

    ``server`` is another one than that of the module.
    """
    contexts: list[BrowserContext] = []

    def sign_in(who: str, *, server: LiveServer = live_server, **options: Any) -> Till:
        context = browser.new_context(
            **{"viewport": {"width": 1366, "height": 768}, "locale": "en-US", **options}
        )
        contexts.append(context)
        sign_in_at_once(context, server.url, who)
        return Till(context.new_page(), server)

    yield sign_in
    for context in contexts:
        context.close()


@pytest.fixture
def till(browse: Callable[..., Till], shelf: Shelf) -> Iterator[Till]:
    """The cashier's till, ready to sell. Fails the test when the browser had anything to complain about."""
    till = browse("cashier")
    till.open()
    yield till
    assert till.complaints == []


@pytest.fixture
def unknown_code() -> str:
    """A valid barcode that no product has."""
    return ean13(987_654_321)
