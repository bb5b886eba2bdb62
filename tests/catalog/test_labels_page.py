"""The pages of labels in a browser: a shelf is labelled by keyboard alone, and a label is designed."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from sqlalchemy import select

from smartpos.catalog.models import LabelPrint, LabelTemplate, Product
from smartpos.catalog.operations import create_product, set_product_price
from smartpos.core.barcodes import is_ean
from smartpos.core.db import db
from tests.cast import PASSWORD
from tests.conftest import LiveServer


def enter(page: Any, server: LiveServer, path: str) -> None:
    page.goto(f"{server.url}/login?next={path}")
    page.fill("#name", "owner")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"**{path}**")


@pytest.fixture
def goods(live_server: LiveServer) -> dict[str, int]:
    shop = live_server.shop
    with shop.inside("owner"):
        actor = shop.actor()
        cream = create_product(
            name="Yorliqli qaymoq", price="9000", barcodes=["4780000123454"], actor=actor
        ).id
        roll = create_product(name="Yorliqli bulochka", price="3000", actor=actor).id
        return {"cream": cream, "roll": roll}


def test_a_shelf_is_labelled_by_keyboard_alone(
    live_server: LiveServer, browser: Any, goods: dict[str, int], tmp_path: Path
) -> None:
    shop = live_server.shop
    context = browser.new_context(locale="en", viewport={"width": 390, "height": 844}, accept_downloads=True)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    enter(page, live_server, "/labels")
    keys = page.keyboard
    expect(page.locator("#find")).to_be_focused()
    keys.type("4780000123454")
    keys.press("Enter")  # as a scanner does
    expect(page.locator(".label-row")).to_have_count(1)
    expect(page.locator("#find")).to_have_value("")
    keys.type("bulochka")
    expect(page.locator("#found li")).to_have_count(1)
    keys.press("Enter")
    expect(page.locator(".label-row")).to_have_count(2)
    # The roll has no barcode yet: it is offered one.
    page.locator("#give-button").focus()
    keys.press("Enter")
    expect(page.locator("#give")).to_be_hidden()
    page.locator(f'[data-id="{goods["cream"]}"] .input').focus()
    keys.type("3")
    expect(page.locator("#picture")).to_be_visible()
    with page.expect_response("**/api/labels") as answered:
        keys.press("Control+Enter")
    expect(page.locator("#ready")).to_be_visible()
    with page.expect_download() as saved:
        page.locator("#ready-save").click()
    file = tmp_path / "labels.pdf"
    saved.value.save_as(file)
    assert answered.value.status == 200 and saved.value.suggested_filename.endswith(".pdf")
    document = PdfReader(BytesIO(file.read_bytes()))
    assert len(document.pages) == 4
    assert "Yorliqli" in document.pages[0].extract_text()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    with shop.inside():
        copies = select(LabelPrint.product_id, LabelPrint.copies).where(
            LabelPrint.product_id.in_(goods.values())
        )
        assert dict(db.session.execute(copies).all()) == {goods["cream"]: 3, goods["roll"]: 1}
        assert is_ean(db.session.get_one(Product, goods["roll"]).barcodes[0].barcode)
    # A price changes: its label is due and comes with one press.
    with shop.inside("owner"):
        set_product_price(db.session.get_one(Product, goods["roll"]), "3500", actor=shop.actor())
    page.reload()
    expect(page.locator("#due-count")).to_have_text("1")
    page.locator("#due").focus()
    keys.press("Enter")
    expect(page.locator(".label-row")).to_have_count(1)
    expect(page.locator(".label-row .cost")).to_contain_text("3\u202f000")
    assert troubles == []
    context.close()


def test_a_label_is_designed_with_the_label_in_sight(live_server: LiveServer, browser: Any) -> None:
    page = browser.new_page(locale="en")
    enter(page, live_server, "/labels/templates/new")
    picture = page.locator("#picture")
    expect(picture).to_have_attribute("src", re.compile("^blob:"))
    before = picture.get_attribute("src")
    page.fill("#name", "Sinov yorligʻi")
    first = page.locator("#block-list li").first
    name = first.get_attribute("data-block")
    first.locator('[data-move="1"]').press("Enter")
    expect(page.locator("#block-list li").nth(1)).to_have_attribute("data-block", name)
    expect(picture).not_to_have_attribute("src", before)
    page.fill("#height_mm", "5")
    expect(page.locator("#preview-trouble")).to_be_visible()
    page.fill("#height_mm", "50")
    expect(page.locator("#preview-trouble")).to_be_hidden()
    page.locator("#design button.primary").click()
    page.wait_for_url("**/labels/templates")
    with live_server.shop.inside():
        made = db.session.scalars(select(LabelTemplate).where(LabelTemplate.name == "Sinov yorligʻi")).one()
        assert made.blocks[1] == name and made.height_mm == 50
    page.close()
