"""From a sale at the till to the manager's table: seen at once, opened, downloaded, checked, kept and sent."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import expect
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.identity.models import Branch, Till, User
from smartpos.notifications.models import Delivery
from smartpos.reports.jobs.schedules import send_saved_report
from smartpos.reports.models import SavedReport
from smartpos.sales.models import Sale
from smartpos.sales.operations import open_shift
from tests.browsing import speak_english
from tests.cast import PASSWORD, Shop
from tests.conftest import Api, LiveServer
from tests.reports.files import _below_the_lines
from tests.reports.workers import Worker
from tests.sales.counter import item, refund, sold

ZONE = ZoneInfo("Asia/Tashkent")
KINDS = {"sale": "Sale", "refund": "Refund"}


def ledger_of(shop: Shop) -> list[dict[str, Any]]:
    """Every receipt as the ledger has it, the latest first, under the headers of the table."""
    with shop.inside():
        found = db.session.execute(
            select(
                Sale, Branch.name, Till.name, func.coalesce(func.nullif(User.full_name, ""), User.username)
            )
            .join(Branch, Branch.id == Sale.branch_id)
            .join(Till, Till.id == Sale.till_id)
            .join(User, User.id == Sale.cashier_id)
            .order_by(Sale.id.desc())
        ).all()
        return [
            {
                "Receipt": sale.number,
                "Business day": sale.business_date,
                "Time": sale.sold_at.astimezone(ZONE).replace(tzinfo=None, microsecond=0),
                "Kind": KINDS[sale.type.value],
                "Branch": branch,
                "Till": till,
                "Cashier": cashier,
                "Customer": "",
                "Payment": "Cash",
                "Before discounts": float(sale.gross_amount),
                "Discounts": float(sale.discount_amount),
                "VAT": float(sale.tax_amount),
                "Rounding": float(sale.rounding_amount),
                "Total": float(sale.total_amount),
                "Refunded": float(sale.returned_amount),
                "Cost": float(sale.cost_amount),
                "Gross profit": float(sale.total_amount - sale.tax_amount - sale.cost_amount),
                "Made without a connection": False,
            }
            for sale, branch, till, cashier in found
        ]


def test_a_managers_day(
    live_server: LiveServer, browse: Callable[..., Any], start: Callable[..., Worker], tmp_path: Path
) -> None:
    start()  # it takes some seconds until a worker is there
    shop = live_server.shop
    speak_english(shop)
    tea, bread = shop.product("Choy", price="12000", cost="9000"), shop.product("=1+1 non", price="4500.50")
    with shop.inside("admin"):
        open_shift(shop.till_id, opening_cash=Decimal(0), actor=shop.actor("admin"))
    client = live_server.app.test_client()
    token = client.post("/token", data={"username": "admin", "password": PASSWORD}).json
    cashier = Api(client, token["access_token"])
    for number in range(1, 4):
        sold(cashier, item(tea, number), item(bread, "2"), discount=str(100 * number))
    assert refund(cashier, sold(cashier, item(bread, 3))).status_code == 201

    # A sale appears on the open dashboard.
    page = browse("manager")
    page.goto(f"{live_server.url}/dashboard")
    receipts = page.locator('[data-key="receipts"] .tile-value .sr-only')
    expect(receipts).to_have_text("4")
    page.evaluate("window.neverLoadedAgain = true")
    sold(cashier, item(tea, 5))
    expect(receipts).to_have_text("5")
    assert page.evaluate("window.neverLoadedAgain")

    # Its tile leads to the report, and that to a file.
    page.locator('[data-key="receipts"] a').click()
    page.wait_for_url("**/reports/receipts?**")
    expected = ledger_of(shop)
    assert len(expected) == 6
    expect(page.locator("[data-report-table] tbody tr")).to_have_count(6)
    report = page.url
    # The disk takes its time: the bar is seen while the file is made.
    with live_server.app.app_context(), db.engine.connect() as slow:
        slow.exec_driver_sql("LOCK TABLE stored_files IN SHARE ROW EXCLUSIVE MODE")
        page.locator(".download-menu summary").click()
        page.locator(".download-menu button[value=xlsx]").click()
        page.wait_for_url("**/downloads/#run-*")
        run = page.locator(f"#run-{page.url.rpartition('-')[2]}")
        expect(run.locator("progress")).to_be_visible()
        expect(run).to_have_attribute("data-status", "running", timeout=60_000)
        expect(run.locator("progress")).to_be_visible()
        slow.rollback()
    button = run.locator("a[download]")
    expect(button).to_be_visible()
    with page.expect_download() as fetched:
        button.click()
    path = tmp_path / "fetched.xlsx"
    fetched.value.save_as(path)

    # Cell by cell what the ledger says.
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    header, *rows = _below_the_lines(sheet)
    *rows, gap, totals = rows
    assert not any(gap)
    assert [{name: row[header.index(name)] for name in expected[0]} for row in rows] == expected
    assert set(header) - set(expected[0]) == {"Margin"}
    for row in rows:
        told = dict(zip(header, row, strict=True))
        earned = told["Gross profit"] / (told["Total"] - told["VAT"])
        assert abs(told["Margin"] - earned) < 0.0001, "Excel keeps per cent as a part of one"
    for name in (
        "Before discounts",
        "Discounts",
        "VAT",
        "Rounding",
        "Total",
        "Refunded",
        "Cost",
        "Gross profit",
    ):
        summed = sum(Decimal(str(row[name])) for row in expected)
        assert Decimal(str(totals[header.index(name)])) == summed, name

    # Kept, and sent to the manager each day; the file comes along.
    page.goto(report)
    page.locator("[data-schedule]").click()
    page.fill("[name=name]", "Kunlik cheklar")
    page.fill("[name=send_at]", "07:45")
    page.check("[name=channels][value=email]")
    page.locator(".form-actions .btn.primary").click()
    page.wait_for_url("**saved=**")
    assert page.inner_text("h1") == "Kunlik cheklar"
    with shop.inside("owner"):
        saved = db.session.scalars(select(SavedReport)).one()
        assert (saved.type, saved.rhythm, str(saved.send_at)) == ("receipts", "daily", "07:45:00")
        assert [one.user_id for one in saved.recipients] == [shop.users["manager"]]
        db.session.get_one(User, shop.users["manager"]).email = "manager@example.uz"
        saved.next_run_at = utc_now() - timedelta(minutes=1)
        saved_id = saved.id
    with live_server.app.app_context():
        send_saved_report(shop.organization_id, saved_id)
        db.session.commit()
    ends = utc_now() + timedelta(seconds=20)
    while (file_id := sent_with(shop)) is None and utc_now() < ends:
        page.wait_for_timeout(100)
    assert file_id is not None


def sent_with(shop: Shop) -> int | None:
    """The file of the letter to the manager, once there is one."""
    with shop.inside():
        return db.session.scalar(select(Delivery.file_id).where(Delivery.address == "manager@example.uz"))
