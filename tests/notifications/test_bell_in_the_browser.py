"""The bell and its settings as people use them: with the mouse, the keyboard and a phone."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from smartpos.core.db import db
from smartpos.identity.models import User
from smartpos.notifications.operations import notify
from tests.cast import PASSWORD
from tests.conftest import LiveServer

KIND = "core.books_differ"
BADGE = "[data-bell-count]"
ROW = "#bell .bell-row"


def tell(server: LiveServer, number: int, link: str | None = None) -> None:
    shop = server.shop
    with shop.inside():
        notify(
            KIND,
            facts={"count": number, "lines": [f"<b>line {number}</b>"]},
            origin_kind="books",
            origin_id=number,
            dedupe_key=f"books:{number}",
            link=link,
            user_ids=[shop.users["owner"]],
        )


@pytest.fixture
def open_page(live_server: LiveServer, browser: Any) -> Iterator[Callable[..., Any]]:
    """``open_page("/profile", width=390)``: a page of the owner, who reads English."""
    with live_server.shop.inside():
        db.session.get_one(User, live_server.shop.users["owner"]).locale = "en"
    contexts = []

    def open_it(path: str, *, width: int = 1280) -> Any:
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{live_server.url}/login")
        page.fill("[name=name]", "owner")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/**")
        page.goto(f"{live_server.url}{path}")
        return page

    yield open_it
    for context in contexts:
        context.close()


def test_the_bell_from_the_first_notice_to_the_last(
    live_server: LiveServer, open_page: Callable[..., Any]
) -> None:
    page = open_page("/profile")
    expect(page.locator(BADGE)).to_be_hidden()
    page.click("#bell > summary")
    expect(page.locator("#bell .bell-note")).to_have_text("Nothing new")
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('bell').open")
    for number in (1, 2, 3):
        tell(live_server, number, link="/profile/sessions")
    # Coming back to the page asks at once; nobody has to wait for the next half minute.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(BADGE)).to_have_text("3")
    assert page.get_attribute("#bell > summary", "aria-label") == "Notices: 3 unread"
    page.click("#bell > summary")
    expect(page.locator(ROW)).to_have_count(3)
    first = page.locator(ROW).first
    expect(first.locator("b")).to_have_text("The books do not add up: differences found: 3")
    # Texts are never read as HTML.
    expect(first.locator(".bell-text")).to_have_text("<b>line 3</b>")
    # By keyboard: down to the first, down to the second, and mark that as read.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Mark as read: ")
    page.keyboard.press("Enter")
    expect(page.locator(BADGE)).to_have_text("2")
    expect(page.locator(ROW)).to_have_count(2)
    # A click leads where the notice leads, and it is read.
    page.locator(f"{ROW} > a").first.click()
    page.wait_for_url("**/profile/sessions")
    expect(page.locator(BADGE)).to_have_text("1")
    # What comes while the page is open is announced, once.
    page.click("#bell > summary")
    page.wait_for_selector(ROW)
    page.keyboard.press("Escape")
    tell(live_server, 4)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-bell-told]")).to_contain_text("found: 4")
    page.click("#bell > summary")
    page.click("[data-bell-read-all]")
    expect(page.locator("#bell .bell-note")).to_be_visible()
    expect(page.locator(BADGE)).to_be_hidden()
    expect(page.locator("[data-bell-read-all]")).to_be_hidden()
    # Without a link it leads to all notices.
    page.click("#bell .bell-foot a >> nth=0")
    page.wait_for_url("**/notifications")
    expect(page.locator(".notice.read")).to_have_count(4)


def test_it_looks_every_half_minute_while_it_is_seen(
    live_server: LiveServer, open_page: Callable[..., Any]
) -> None:
    page = open_page("/profile")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/api/notifications" in request.url else None
    )
    page.clock.install()
    page.reload()
    page.wait_for_selector("#bell")
    with page.expect_request("**/api/notifications**"):
        page.clock.run_for(31_000)
    assert len(asked) == 1
    page.evaluate(
        """() => {
          Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    page.clock.run_for(120_000)
    page.wait_for_timeout(200)
    assert len(asked) == 1


def test_how_one_is_told_is_chosen_on_a_phone(live_server: LiveServer, open_page: Callable[..., Any]) -> None:
    page = open_page("/profile/notifications", width=390)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "Off: this installation is not set up for it." in page.inner_text('[data-channel="sms"]')
    page.select_option(f'[name="{KIND}:email"]', "digest")
    page.check('[name="is_quiet"]')
    page.fill("#quiet_from", "23:15")
    page.click("form.stack .btn.primary")
    page.wait_for_selector(".toast.good")
    assert page.input_value(f'[name="{KIND}:email"]') == "digest"
    assert page.input_value("#quiet_from") == "23:15"
    assert page.is_checked('[name="is_quiet"]')
    page.click("#bell > summary")
    expect(page.locator("#bell .bell-list")).to_be_visible()
    box = page.locator("#bell .bell-list").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
