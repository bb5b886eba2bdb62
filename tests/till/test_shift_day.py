"""A cashier's whole day, by keyboard alone and by touch alone: what the Z report says is what the books say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.finance.models import CashEntry, Expense
from smartpos.sales.models import Shift
from tests.cast import PIN
from tests.till.conftest import Shelf, Till
from tests.till.counter import allow, balance_of, customer_of, put

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

pytestmark = pytest.mark.usefixtures("in_english")


def last_shift(till: Till) -> Shift:
    with till.server.shop.inside("owner"):
        shift = db.session.execute(select(Shift).order_by(Shift.id.desc()).limit(1)).scalar_one()
        db.session.expunge_all()
        return shift


def cash_of(till: Till, shift_id: int) -> dict[str, Decimal]:
    """What the cash ledger has of a shift, by kind."""
    with till.server.shop.inside("owner"):
        rows = db.session.execute(
            select(CashEntry.kind, CashEntry.amount).where(CashEntry.shift_id == shift_id)
        ).all()
    sums: dict[str, Decimal] = {}
    for kind, amount in rows:
        sums[kind.value] = sums.get(kind.value, Decimal(0)) + amount
    return sums


def open_till(till: Till, number: int, cash: str) -> None:
    till.page.goto(f"{till.server.url}/till")
    till.page.locator("select").select_option(str(number))
    till.page.locator("#opening-cash").fill(cash)


def test_a_day_by_keyboard_alone(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("cashier2")
    page = till.page
    customer = customer_of(till.server.shop, "Kunlik Mijoz", credit_limit="100000", balance="-40000")
    open_till(till, till.server.shop.till2_id, "50000")
    page.keyboard.press("Enter")
    till.ready()
    shift = last_shift(till)
    # Cash, card, and a part on credit.
    put(till, shelf["milk"], shelf["bread"])
    page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    put(till, shelf["tea"])
    page.keyboard.press("Control+Enter")
    expect(till.done).to_be_visible()
    put(till, shelf["butter"])
    page.keyboard.press("F3")
    page.locator("#customer-search").fill("Kunlik")
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("F9")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    # The customer pays a part of what they owed before.
    page.keyboard.press("F3")
    page.locator("#customer-search").fill("Kunlik")
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    page.keyboard.press("Enter")
    page.keyboard.press("F3")
    page.keyboard.press("Enter")
    page.locator("#debt-amount").fill("30000")
    page.keyboard.press("Enter")
    expect(till.dialog.locator(".done")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    # Cash out for an errand, and something comes back.
    page.keyboard.press("F10")
    till.dialog.get_by_role("button", name="Expense", exact=True).press("Enter")
    page.locator("#cash-amount").fill("5000")
    page.locator("#cash-reason").fill("Choy")
    page.keyboard.press("Enter")
    expect(till.dialog).to_contain_text("Shift")
    page.keyboard.press("Escape")
    page.keyboard.press("F8")
    expect(till.dialog.locator(".picks li").nth(2)).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#refund-all")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.locator("#reason").focus()
    page.keyboard.press("Enter")
    allow(till)
    expect(page.locator("#given-back")).to_have_text("17\u202f500")
    page.keyboard.press("Enter")
    till.settled()
    # 50 000 + 17 500 + 30 000 − 5 000 − 17 500 = 75 000 should be there; 500 are missing.
    page.keyboard.press("F10")
    expect(till.dialog).to_contain_text("Debts paid")
    page.locator("#close-shift").press("Enter")
    for note, count in ((50_000, "1"), (20_000, "1"), (1_000, "4"), (500, "1")):
        page.locator(f"#note-{note}").fill(count)
    expect(page.locator("#counted")).to_have_text("74\u202f500")
    page.locator("#note-100").press("Enter")
    reason = page.locator("#difference-reason")
    expect(reason.or_(till.dialog.locator(".verdict"))).to_be_visible()
    if reason.is_visible():
        reason.fill("Qaytim")
        page.locator("#note-100").press("Enter")
    expect(till.dialog.locator(".verdict.bad")).to_contain_text("\u2212500")
    till.dialog.locator("summary").press("Enter")
    expect(till.dialog.locator(".z")).to_contain_text("75\u202f000")
    till.dialog.get_by_role("button", name="Print the Z report").press("Enter")
    expect(page.frame_locator("iframe.print-frame").locator(".receipt")).to_contain_text("Z report")
    till.dialog.locator(".btn.primary").press("Enter")
    expect(page.locator("#opening-cash")).to_be_visible()
    closed = last_shift(till)
    assert closed.id == shift.id
    assert (closed.expected_cash, closed.closing_cash, closed.difference) == (75_000, 74_500, -500)
    ledger = cash_of(till, closed.id)
    assert ledger["sale"] == 17_500
    assert ledger["debt"] == 30_000
    assert ledger["expense"] == -5_000
    assert ledger["refund"] == -17_500
    assert sum(amount for kind, amount in ledger.items() if kind != "difference") == closed.expected_cash
    assert balance_of(till, customer)[0] == -37_000
    with till.server.shop.inside("owner"):
        assert (
            db.session.execute(select(Expense.description).order_by(Expense.id.desc()).limit(1)).scalar_one()
            == "Choy"
        )
    assert till.books_are_right()
    assert till.complaints == []


def tap_amount(till: Till, *signs: str) -> None:
    for sign in signs:
        till.dialog.locator(".keypad").get_by_role("button", name=sign, exact=True).tap()


def test_a_day_by_touch_alone(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("cashier2", **PHONE)
    page = till.page
    open_till(till, till.server.shop.till2_id, "20000")
    page.locator(".opening .btn.primary").tap()
    expect(page.locator(".tile").first).to_be_visible()
    page.locator(".tile").filter(has_text=shelf["milk"].name).tap()
    page.locator(".tabs button").nth(1).tap()
    page.locator(".pay .btn.primary").tap()
    expect(till.done).to_be_visible()
    # Park one, sell another, take the first up.
    page.locator(".tabs button").nth(0).tap()
    page.locator(".tile").filter(has_text=shelf["bread"].name).tap()
    page.locator(".tabs button").nth(1).tap()
    page.get_by_role("button", name="Park the receipt").tap()
    till.dialog.locator(".btn.primary").tap()
    expect(till.lines).to_have_count(0)
    page.get_by_role("button", name="Parked receipts").tap()
    till.dialog.locator(".pick").first.tap()
    expect(till.lines).to_have_count(1)
    page.locator(".pay .btn").nth(2).tap()
    till.dialog.locator("#pay-transfer").tap()
    tap_amount(till, "4", "000")
    till.dialog.locator(".btn.primary").tap()
    expect(till.done).to_be_visible()
    till.settled()
    # Cash in, then hand over to somebody else by their PIN.
    page.locator("header .pill").first.tap()
    till.dialog.get_by_role("button", name="Cash in").tap()
    tap_amount(till, "1", "000")
    till.dialog.locator(".chip").first.tap()
    till.dialog.locator(".btn.primary").tap()
    page.locator("#close-shift").tap()
    till.dialog.locator(".choice label").nth(1).tap()
    tap_amount(till, "3", "4", "5", "0", "0")
    till.dialog.locator(".btn.primary").tap()
    expect(till.dialog.locator(".verdict.good")).to_be_visible()
    till.dialog.locator(".btn.primary").tap()
    expect(page.locator("#opening-cash")).to_be_visible()
    closed = last_shift(till)
    assert (closed.expected_cash, closed.difference) == (34_500, 0)
    assert till.books_are_right()
    assert till.complaints == []


def test_handing_over_opens_the_next_shift_with_what_was_counted(
    browse: Callable[..., Till], shelf: Shelf
) -> None:
    till = browse("manager")
    page = till.page
    page.goto(f"{till.server.url}/till/register")
    page.locator("[name=till_id]").select_option(str(till.server.shop.till2_id))
    page.locator("main form .btn.primary").click()
    page.goto(f"{till.server.url}/till")
    page.locator("#opening-cash").fill("10000")
    page.keyboard.press("Enter")
    till.ready()
    put(till, shelf["bread"])
    page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    till.settled()
    page.keyboard.press("F10")
    till.dialog.get_by_role("button", name="Hand over").click()
    page.locator("#note-10000").fill("1")
    page.locator("#note-2000").fill("2")
    till.dialog.locator(".btn.primary").click()
    till.dialog.locator(".people").get_by_role("button", name="Cashier2").click()
    page.locator("#hand-over-pin").fill(PIN)
    page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(page.locator(".bar .who")).to_contain_text("Cashier2")
    opened = last_shift(till)
    assert opened.opening_cash == 14_000
    put(till, shelf["milk"])
    page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    assert till.books_are_right()
