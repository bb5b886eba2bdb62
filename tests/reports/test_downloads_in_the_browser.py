"""The owner downloads a long list: orders it from its page, watches the bar, opens the file; and stops another one."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.cast import PASSWORD
from tests.conftest import LiveServer
from tests.reports.workers import MANY, Worker


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_a_list_becomes_a_file(
    live_server: LiveServer,
    browser: Any,
    start: Callable[..., Worker],
    tmp_path: Path,
    size: tuple[int, int],
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(60_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.goto(f"{live_server.url}/login")
    page.fill("[name=name]", "owner")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/**")

    def order(what: str, form: str) -> Any:
        page.goto(f"{live_server.url}{what}")
        # By keyboard alone.
        page.locator(".download-menu summary").focus()
        page.keyboard.press("Enter")
        page.locator(f".download-menu button[value={form}]").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/downloads/#run-*")
        return page.locator(f"#run-{page.url.rpartition('-')[2]}")

    run = order("/admin/events/", "xlsx")
    expect(run).to_have_attribute("data-status", "waiting")
    start()
    expect(run.locator("progress[value]")).to_be_visible(timeout=60_000)
    expect(run.locator(".download-note")).to_contain_text(re.compile(r"\d"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The bar becomes a button by itself.
    button = run.locator("a[download]")
    expect(button).to_be_visible(timeout=60_000)
    with page.expect_download() as fetched:
        button.click()
    path = tmp_path / "fetched.xlsx"
    fetched.value.save_as(path)
    assert fetched.value.suggested_filename.endswith(".xlsx")
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert len(rows) >= MANY
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    stopped = order("/admin/events/", "csv")
    stopped.locator("form[action$='/cancel'] button").click()
    expect(page.locator(f"#{stopped.get_attribute('id')}")).to_have_attribute(
        "data-status", "cancelled", timeout=20_000
    )
    expect(stopped.locator("form[action$='/retry'] button")).to_be_visible()
    assert complaints == []
    context.close()
