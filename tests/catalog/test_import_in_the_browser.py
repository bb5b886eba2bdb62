"""A manager imports a price list with mistakes, corrects it, imports it again, and takes it back: with a browser."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from smartpos.catalog import jobs
from smartpos.catalog.models import Product
from smartpos.core.db import db
from smartpos.core.models import ImportRun, ImportStatus
from tests.cast import PASSWORD, ean13
from tests.catalog.sheets import book
from tests.conftest import LiveServer

HEADERS = ("Артикул", "Наименование", "Штрихкод", "Цена")


@pytest.fixture
def hands(live_server: LiveServer) -> Iterator[None]:
    """A worker that does what is asked for, in the same process as the server."""
    stop = threading.Event()

    def work() -> None:
        while not stop.wait(0.2):
            with live_server.app.app_context():
                with live_server.shop.inside():
                    waiting = [
                        (run.id, run.status.value, run.options["by"])
                        for run in db.session.scalars(
                            select(ImportRun).where(
                                ImportRun.status.in_(
                                    (ImportStatus.CHECKING, ImportStatus.RUNNING, ImportStatus.UNDOING)
                                )
                            )
                        )
                    ]
                for run_id, state, user_id in waiting:
                    job = jobs.BY_STATE[state]
                    with live_server.app.app_context():
                        job(live_server.shop.organization_id, run_id, user_id)
                        db.session.commit()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join()


def names(live_server: LiveServer) -> dict[str, str]:
    with live_server.shop.inside():
        rows = db.session.scalars(select(Product).where(Product.deleted_at.is_(None)))
        return {row.sku: row.name for row in rows}


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["desk", "phone"])
def test_a_price_list_with_mistakes_is_corrected_and_imported(
    live_server: LiveServer, browser: Any, hands: None, tmp_path: Path, size: tuple[int, int]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{live_server.url}/login")
    page.fill("[name=name]", "manager")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/**")

    wrong, right = tmp_path / "narxlar.xlsx", tmp_path / "narxlar2.xlsx"
    wrong.write_bytes(book(HEADERS, ("A-1", "Choy", ean13(501), "qimmat"), ("A-2", "Suv", ean13(501), 900)))
    right.write_bytes(book(HEADERS, ("A-1", "Choy", ean13(501), "5 000"), ("A-2", "Suv", ean13(502), 900)))

    def send(file: Path) -> None:
        page.set_input_files("#file", str(file))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector(".import-mapping")
        assert page.input_value("#column-0") == "sku" and page.input_value("#column-3") == "price"
        page.locator(".form-actions .primary").press("Enter")

    page.goto(f"{live_server.url}/admin/products/")
    page.click("a[href='/imports/new/products']")
    page.focus("#file")
    send(wrong)
    page.wait_for_selector("#wrong")
    assert page.locator(".flaw").count() == 2
    assert page.locator("#problems-table").evaluate(
        "(table) => table.scrollWidth <= table.parentElement.clientWidth"
    )
    assert page.locator("form[action$='/confirm']").count() == 0
    assert names(live_server) == {}
    page.click("main a[href='/imports/new/products']")
    page.focus("#file")
    send(right)
    page.wait_for_selector("form[action$='/confirm']")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("form[action$='/confirm'] button").press("Enter")
    page.wait_for_selector("form[action$='/undo']")
    assert names(live_server) == {"A-1": "Choy", "A-2": "Suv"}

    page.click("form[action$='/undo'] button")
    page.click("dialog button.danger")
    page.wait_for_selector("form[action$='/undo']", state="detached")
    page.wait_for_selector("#import-work", state="detached")
    assert names(live_server) == {}
    assert complaints == []
    context.close()
