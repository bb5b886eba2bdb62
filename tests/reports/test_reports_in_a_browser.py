"""A manager at a report: finds it, narrows it, looks at the picture, shows more, keeps it and has it sent."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from smartpos.catalog.models import Unit
from smartpos.core import reports
from smartpos.core.db import db
from smartpos.reports.models import ReportRun, Rhythm, SavedReport
from smartpos.sales.models import PaymentMethod
from smartpos.sales.operations import SaleLine, SaleRequest, Tender, complete_sale, open_shift
from tests.browsing import PHONE, speak_english
from tests.cast import Shop
from tests.conftest import LiveServer
from tests.reports.test_report_pages import SLUG, UNITS, add_units

# How many points of a canvas are painted in another colour than what lies behind it.
PAINTED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let place = 3; place < data.length; place += 4) found += data[place] > 0 ? 1 : 0;
  return found;
}"""


def sell_today(shop: Shop) -> None:
    product = shop.product("Non", price="12345", cost="7000")
    with shop.inside("cashier"):
        open_shift(shop.till_id, opening_cash=Decimal(0), actor=shop.actor("cashier"))
    with shop.inside("cashier"):
        complete_sale(
            SaleRequest(
                client_uuid=uuid4(),
                items=(SaleLine(product, None, Decimal(100), Decimal(0)),),
                payments=(Tender(PaymentMethod.CASH, Decimal(1_234_500)),),
                discount=Decimal(0),
            ),
            actor=shop.actor("cashier"),
        )


@pytest.fixture(scope="module")
def busy(live_server: LiveServer) -> LiveServer:
    sell_today(live_server.shop)
    add_units(live_server.shop)
    speak_english(live_server.shop)
    return live_server


def test_from_the_list_to_a_report_that_is_sent(busy: LiveServer, browse: Callable[..., Any]) -> None:
    page = browse("manager", reduced_motion="reduce")
    page.goto(f"{busy.url}/reports")
    page.fill("#report-search", "SALES day")
    page.press("#report-search", "Enter")
    page.wait_for_url(f"{busy.url}/reports/sales-by-day")
    page.wait_for_selector("[data-chart][data-drawn]")
    assert page.eval_on_selector("[data-chart] canvas", PAINTED) > 500
    assert "1\u202f234\u202f500" in page.inner_text("[data-report-table] tfoot")
    # In the dark it is painted anew.
    page.click("[data-theme-toggle]")
    assert page.eval_on_selector("[data-chart] canvas", PAINTED) > 500
    page.click("[data-theme-toggle]")

    # A word for the period sends itself, days are typed, and the address tells both.
    assert not page.is_visible(".report-fold summary") and not page.is_visible(".sideways")
    page.select_option("#period", "today")
    page.wait_for_url(re.compile(r"period=today"))
    assert "branch_id" not in page.url and "from=" not in page.url, "what is empty stays out of the address"
    expect(page.locator("#from")).to_be_hidden()
    page.click("input[role=combobox][id=branch_id]")
    page.keyboard.type("Omb")
    page.click("li[role=option]:has-text('Ombor')")
    page.click(".report-bar .btn.primary")
    page.wait_for_selector("text=Nothing to show")
    assert f"branch_id={busy.shop.warehouse_id}" in page.url
    page.go_back()
    page.wait_for_selector("[data-report-table]")
    page.select_option("#period", "")
    page.fill("#from", "1926-01-01")
    page.fill("#to", "2026-01-01")
    page.click(".report-bar .btn.primary")
    page.wait_for_selector("#period-problem:has-text('too long')")
    page.go_back()

    # Sorted by a click, and by another the other way round.
    page.click("thead th a:has-text('Revenue')")
    page.wait_for_selector("thead th[aria-sort=descending] a:has-text('Revenue')")
    page.click("thead th a:has-text('Revenue')")
    page.wait_for_selector("thead th[aria-sort=ascending] a:has-text('Revenue')")

    page.click("[data-schedule]")
    page.fill("[name=name]", "Bugungi savdo")
    expect(page.locator("[name=rhythm]")).to_have_value("daily")
    expect(page.locator("[name=weekday]")).to_be_hidden()
    page.select_option("[name=rhythm]", "weekly")
    page.select_option("[name=weekday]", "2")
    page.fill("[name=send_at]", "07:45")
    page.check("[name=channels][value=telegram]")
    page.click("#recipients")
    page.keyboard.type("Own")
    page.click("li[role=option]:has-text('Owner')")
    page.click(".form-actions .btn.primary")
    page.wait_for_url(re.compile(r"saved=\d+"))
    expect(page.locator("h1")).to_have_text("Bugungi savdo")
    with busy.shop.inside():
        saved = db.session.scalars(select(SavedReport)).one()
        people = {one.user_id for one in saved.recipients}
        assert (saved.rhythm, saved.send_day, str(saved.send_at)) == (Rhythm.WEEKLY, 2, "07:45:00")
        assert people == {busy.shop.users["manager"], busy.shop.users["owner"]}
        assert saved.parameters == {"period": "today", "sort": "revenue"}

    page.click(".download-menu summary")
    page.click(".download-menu button[value=xlsx]")
    page.wait_for_url(re.compile(r"/downloads"))
    with busy.shop.inside():
        run = db.session.scalars(select(ReportRun)).one()
        assert run.report == "sales-by-day" and run.filters["from"] == run.filters["to"]

    page.goto(f"{busy.url}/reports")
    expect(page.locator(".saved-list")).to_contain_text("Every week · 07:45")
    page.click(".saved-list button.danger")
    page.click("dialog .btn.danger")
    page.wait_for_selector("text=Deleted: Bugungi savdo")
    expect(page.locator(".saved-list")).to_have_count(0)


def test_more_rows_come_without_leaving_the_page(
    busy: LiveServer, browse: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(reports._declared, SLUG, UNITS)
    page = browse("manager", **PHONE)
    page.goto(f"{busy.url}/reports/{SLUG}")
    with busy.shop.inside():
        all_units = len(db.session.scalars(select(Unit.id)).all())
    page.wait_for_selector(f"text=100 of {all_units} rows")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # The filters are one line with what is chosen, and unfold.
    assert "First" in page.inner_text(".report-fold summary")
    assert not page.is_visible("#kind")
    assert page.locator(".report-bar").bounding_box()["height"] < 80
    page.click(".report-fold summary")
    assert page.is_visible("#kind")
    page.click(".report-fold summary")
    assert page.is_visible(".sideways") and page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("window.stays = true")
    for shown in range(200, all_units + 100, 100):
        page.click("a[data-more]")
        page.locator("[data-report-table] tbody tr").nth(min(shown, all_units) - 1).wait_for()
    page.wait_for_selector(f"text={all_units} rows")
    expect(page.locator("a[data-more]")).to_have_count(0)
    assert page.evaluate("window.stays") is True
    assert "?" not in page.url, "what was shown more is not in the address"
    names = page.eval_on_selector_all(
        "[data-report-table] tbody th", "(cells) => cells.map((cell) => cell.textContent)"
    )
    assert len(set(names)) == all_units
