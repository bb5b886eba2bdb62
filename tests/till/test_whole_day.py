"""A cashier's whole day, once by keyboard alone and once by touch alone: the Z report says what the books say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import func, select, update

from smartpos.catalog.models import PromotionKind
from smartpos.catalog.operations.promotions import create_promotion
from smartpos.core.db import db
from smartpos.core.permissions import RoleKey
from smartpos.crm.models import Customer, CustomerTransaction
from smartpos.finance.models import CashEntry
from smartpos.identity.models import Role
from smartpos.identity.operations import save_settings
from smartpos.sales.models import Sale, SalePayment, Shift
from tests.till.conftest import Shelf, Till
from tests.till.counter import approvals_of, customer_of, latest_sale
from tests.till.hands import Fingers, Hands, Keys, seen

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NOTES = [200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100]


def grouped(digits: str) -> str:
    return f"{int(digits):,}".replace(",", "\u202f")


def shown(amount: Decimal) -> str:
    """As the till shows money."""
    sign = "\u2212" if amount < 0 else ""
    whole, _point, rest = f"{abs(amount):.2f}".partition(".")
    return sign + grouped(whole) + ("" if rest == "00" else f",{rest}")


class Books:
    """What the ledgers have of a shift, summed up straight from their rows."""

    def __init__(self, till: Till, shift_id: int) -> None:
        till.settled()
        with till.server.shop.inside("owner"):
            self.cash = self._sums(CashEntry.kind, CashEntry.amount, CashEntry.shift_id == shift_id)
            self.paid = self._sums(
                SalePayment.method,
                SalePayment.amount,
                SalePayment.sale_id.in_(select(Sale.id).where(Sale.shift_id == shift_id)),
            )
            self.sold = self._sums(Sale.type, Sale.total_amount, Sale.shift_id == shift_id)
            self.off = self._sums(Sale.type, Sale.discount_amount, Sale.shift_id == shift_id)
            counts = select(Sale.type, func.count()).where(Sale.shift_id == shift_id).group_by(Sale.type)
            self.counts = {kind.value: count for kind, count in db.session.execute(counts)}
            self.offline = db.session.execute(
                select(func.count()).select_from(Sale).where(Sale.shift_id == shift_id, Sale.is_offline)
            ).scalar_one()

    @staticmethod
    def _sums(kind: Any, amount: Any, where: Any) -> dict[str, Decimal]:
        rows = db.session.execute(select(kind, func.sum(amount)).where(where).group_by(kind))
        return {one.value: total for one, total in rows}

    @property
    def expected(self) -> Decimal:
        return sum(
            (amount for kind, amount in self.cash.items() if kind != "difference"), start=Decimal("0.00")
        )


def account_of(till: Till, name: str) -> dict[str, Decimal]:
    """The sums of a customer's ledger by kind of entry; and what the customer's row says: balance."""
    till.settled()
    with till.server.shop.inside("owner"):
        customer = db.session.execute(
            select(Customer.id, Customer.balance).where(Customer.name == name)
        ).one()
        sums = Books._sums(
            CustomerTransaction.transaction_type,
            CustomerTransaction.amount,
            CustomerTransaction.customer_id == customer.id,
        )
        return {**sums, "balance": customer.balance}


def facts_of(window: Locator) -> dict[str, str]:
    """The rows of a report on the screen."""
    return dict(
        window.locator("dl.facts.small > div").evaluate_all(
            "(rows) => rows.map((row) => ['dt', 'dd'].map((one) => row.querySelector(one).textContent.trim()))"
        )
    )


def texts_of(till: Till) -> dict[str, str]:
    """The words of the screen, by their keys."""
    texts: dict[str, str] = till.page.evaluate(
        "fetch('/api/till/facts').then((answer) => answer.json()).then(({ texts }) => texts)"
    )
    return texts


def assert_sales(report: dict[str, str], books: Books, texts: dict[str, str]) -> None:
    """The receipts, their sums and how they were paid are those of the ledgers."""
    assert report[texts["receipts"]] == str(books.counts["sale"])
    assert report[texts["refunds"]] == str(books.counts["refund"])
    assert report[texts["exchanges"]] == str(books.counts["exchange"])
    assert report[texts["sold_total"]] == shown(total_of(books.sold))
    assert report[texts["given_back"]] == shown(books.sold["refund"])
    assert report[texts["discount_total"]] == shown(-total_of(books.off))
    for method in ("cash", "card", "credit"):
        assert report[texts[f"method_{method}"]] == shown(books.paid[method])
    assert report[f"{texts['debts_paid']}, {texts['method_cash']}"] == shown(books.cash["debt"])


def total_of(sums: dict[str, Decimal]) -> Decimal:
    return sum(sums.values(), start=Decimal("0.00"))


def installed(till: Till) -> None:
    """Wait until the till would start without the network."""
    till.page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")


def open_shift_of(till: Till) -> int:
    with till.server.shop.inside("owner"):
        return db.session.execute(select(Shift.id).order_by(Shift.id.desc()).limit(1)).scalar_one()


@pytest.fixture(scope="module")
def rules(shelf: Shelf) -> Shelf:
    """A shelf with an offer on salt; a cashier gives ten per cent at most, and a difference needs a reason."""
    salt = shelf.add("salt", "Tuz Oshiq 1 kg", 3_333)
    shop = shelf.shop
    with shop.inside("owner"):
        owner = shop.actor("owner")
        create_promotion(
            name="Tuz aksiyasi", kind=PromotionKind.PERCENT, percent="7", product_ids=[salt.id], actor=owner
        )
        db.session.execute(update(Role).where(Role.key == RoleKey.CASHIER).values(max_discount_percent=10))
        save_settings({"cash_difference_tolerance": "100"}, actor=owner)
    return shelf


@pytest.mark.parametrize(
    ("hands_of", "options"),
    [pytest.param(Keys, {}, id="keyboard"), pytest.param(Fingers, PHONE, id="touch")],
)
def test_a_whole_day(
    browse: Callable[..., Till], rules: Shelf, hands_of: type[Hands], options: dict[str, Any]
) -> None:
    name, phone = hands_of.customer
    regular = f"Doimiy Xaridor {hands_of.__name__}"
    customer_of(rules.shop, regular, credit_limit="50000")
    till = browse("cashier", **options)
    page = till.page
    hands = hands_of(till)

    # The shift begins with counted cash.
    page.goto(f"{till.server.url}/till")
    hands.write(page.locator("#opening-cash"), "50000")
    hands.confirm()
    hands.ready()
    shift = open_shift_of(till)

    # Three things for cash, one by card, and one by both.
    hands.put(rules["milk"], rules["bread"], rules["tea"])
    hands.go("cash")
    hands.paid()
    first = latest_sale(till)[0].number
    hands.put(rules["chocolate"])
    hands.go("card")
    hands.paid()
    hands.put(rules["butter"], rules["milk"])
    hands.go("payment")
    hands.write(page.locator("#pay-card"), "20000")
    hands.press(page.locator(".method").filter(has=page.locator("#pay-cash")).get_by_role("button"))
    expect(page.locator("#pay-cash")).to_have_value("20\u202f500")
    hands.confirm()
    hands.paid()
    assert {one.method.value: one.amount for one in latest_sale(till)[2]} == {"card": 20_000, "cash": 20_500}

    # A new customer takes something home and pays in a fortnight; the manager trusts them.
    hands.put(rules["butter"])
    hands.go("customer")
    hands.say(page.locator("#customer-search"), name)
    seen(hands.window.locator(".quiet"))
    hands.press(hands.window.locator(".btn.big"))
    expect(page.locator("#customer-name")).to_have_value(name)
    hands.say(page.locator("#customer-phone"), phone)
    hands.confirm()
    expect(page.locator(".buyer")).to_contain_text(name)
    hands.go("payment")
    hands.focus(page.locator("#pay-credit"))
    hands.press(hands.window.locator(".credit .due button").nth(1))
    hands.press(hands.window.locator(".btn.primary"))
    hands.allow()
    hands.paid()
    sale, _items, payments = latest_sale(till)
    assert payments[0].due_date is not None
    assert (payments[0].due_date - sale.business_date).days == 14
    assert approvals_of(till)[-1].origin_id == sale.id

    # They bring a part of it.
    hands.choose(name)
    hands.go("customer")
    hands.press(hands.window.locator(".choices .btn").first)
    hands.write(page.locator("#debt-amount"), "7000")
    hands.confirm()
    seen(hands.window.locator(".done"))
    hands.confirm()
    expect(page.locator("#customer-debt")).to_have_text("20\u202f000")
    hands.press(hands.window.locator(".choices .danger"))
    expect(page.locator(".buyer.known")).to_have_count(0)

    # More than ten per cent off asks for a manager; what the shop offers to all does not.
    hands.put(rules["butter"])
    hands.go("discount")
    hands.write(page.locator("#discount"), "15")
    hands.confirm()
    hands.allow()
    expect(till.total).to_have_text("22\u202f950")
    hands.go("cash")
    hands.paid()
    hands.put(rules["salt"])
    seen(till.lines.locator(".offer"))
    expect(till.total).to_have_text("3\u202f099,69")
    hands.go("cash")
    hands.paid()

    # One who forgot the purse comes back later.
    hands.put(rules["chocolate"], rules["bread"])
    hands.go("hold")
    hands.say(page.locator("#held-name"), "Qizil kurtka")
    hands.confirm()
    expect(hands.window).to_have_count(0)
    till.settled()
    expect(till.lines).to_have_count(0)
    hands.go("parked")
    hands.press(page.locator("#held-0"))
    expect(till.lines).to_have_count(2)
    expect(hands.window).to_have_count(0)
    hands.go("cash")
    hands.paid()

    # Of the first receipt the milk comes back, and the tea is changed for butter.
    hands.receipt(first)
    hands.back(rules["milk"])
    hands.say(page.locator("#reason"), "Hidi bor")
    hands.confirm()
    hands.allow()
    expect(page.locator("#given-back")).to_have_text("13\u202f500")
    hands.press(hands.window.locator(".btn.primary"))
    expect(hands.window).to_have_count(0)
    hands.receipt(first)
    hands.back(rules["tea"])
    hands.press(page.locator("#exchange"))
    hands.allow()
    seen(page.locator(".exchange"))
    hands.put(rules["butter"])
    expect(till.total).to_have_text("10\u202f100")
    hands.go("cash")
    hands.paid()

    # The drawer: change is brought, the bank fetches some, the window cleaner is paid.
    for place, amount, why in ((0, "30000", "Mayda"), (1, "25000", "Bankka"), (2, "4500", "Oyna yuvish")):
        hands.go("shift")
        hands.press(hands.window.locator(".choices .btn").nth(place))
        hands.write(page.locator("#cash-amount"), amount)
        hands.say(page.locator("#cash-reason"), why)
        hands.confirm()
        seen(page.locator("#close-shift"))
        hands.leave()
    till.settled()
    assert till.complaints == []

    # The server is gone. The page is even loaded anew; five more receipts are sold.
    installed(till)
    page.context.set_offline(True)
    for key in ("milk", "bread"):
        hands.put(rules[key])
        hands.go("cash")
        hands.paid()
    page.reload()
    hands.ready()
    for key in ("tea", "salt"):
        hands.put(rules[key])
        hands.go("cash")
        hands.paid()
    hands.put(rules["chocolate"])
    hands.choose(regular)
    hands.go("payment")
    hands.focus(page.locator("#pay-credit"))
    hands.press(hands.window.locator(".btn.primary"))
    hands.paid()
    expect(page.locator(".pill.outbox")).to_have_attribute("data-waiting", "5")
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    till.settled()
    expect(page.locator(".pill.outbox")).to_have_attribute("data-attention", "0")
    seen(page.locator(".bar .who"))
    till.complaints.clear()  # the browser reports the broken connections

    # What was sold so far, without a word of what should be in the drawer.
    before = Books(till, shift)
    assert before.offline == 5
    hands.go("shift")
    # Until the server has answered there is nothing to print.
    expect(hands.window.locator(".choices .btn").last).to_be_enabled()
    x_report = facts_of(hands.window)
    texts = texts_of(till)
    assert_sales(x_report, before, texts)
    assert shown(before.expected) not in x_report.values()

    # The drawer is counted blindly; about five hundred are missing.
    hands.press(page.locator("#close-shift"))
    left = int(before.expected) - 500
    for note in NOTES:
        count, left = divmod(left, note)
        if count:
            hands.write(page.locator(f"#note-{note}"), str(count))
    counted = int(before.expected) - 500 - left
    expect(page.locator("#counted")).to_have_text(shown(Decimal(counted)))
    hands.press(hands.window.locator("[data-final]"))
    hands.say(page.locator("#difference-reason"), "Qaytimda adashdim")
    hands.press(hands.window.locator("[data-final]"))
    seen(hands.window.locator(".verdict.bad"))
    assert all("Failed to load resource" in one for one in till.complaints)  # the reason was asked for
    till.complaints.clear()
    hands.press(hands.window.locator(".z summary"))
    seen(hands.window.locator(".z dl").first)

    # What the screen says is what the ledgers say.
    books = Books(till, shift)
    z_report = facts_of(hands.window.locator(".z"))
    assert_sales(z_report, books, texts)
    for kind in ("opening", "sale", "refund", "debt", "in", "out", "expense"):
        assert z_report[texts[f"ledger_{kind}"]] == shown(books.cash[kind])
    assert books.expected == before.expected
    assert z_report[texts["expected_cash"]] == shown(books.expected)
    assert z_report[texts["counted_cash"]] == shown(Decimal(counted))
    assert z_report[texts["difference"]] == shown(counted - books.expected)
    assert z_report[texts["reason"]] == "Qaytimda adashdim"

    # And the ledgers say what happened.
    assert books.cash == {
        "opening": 50_000,
        "sale": Decimal("153549.38"),
        "refund": -13_500,
        "debt": 7_000,
        "in": 30_000,
        "out": -25_000,
        "expense": -4_500,
        "difference": counted - books.expected,
    }
    assert account_of(till, name) == {"sale": -27_000, "payment": 7_000, "balance": -20_000}
    assert account_of(till, regular) == {"sale": -21_000, "balance": -21_000}
    assert till.books_are_right()

    hands.press(hands.window.locator(".btn.primary"))
    seen(page.locator("#opening-cash"))
    assert till.complaints == []
