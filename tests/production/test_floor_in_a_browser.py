"""The operator's page in a browser: bread is baked by touch, without the network too, and by two people at once."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from smartpos.core.db import db
from smartpos.identity.models import User, UserSession
from smartpos.production.models import ProductionCompletion
from tests.browsing import PHONE, scan, speak_english
from tests.conftest import LiveServer
from tests.production.making import Bakery, bakery_of

TABLET: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "has_touch": True}


@pytest.fixture(scope="module")
def kitchen(live_server: LiveServer) -> Bakery:
    """A bakery with dough in stock, whose people read English; each test asks for an order of its own."""
    speak_english(live_server.shop)
    bakery = bakery_of(live_server.shop, stock="500")
    bakery.complete(bakery.ask(bakery.dough, "400"), "400")
    with live_server.shop.inside("owner"):
        db.session.execute(update(User).values(default_branch_id=live_server.shop.branch_id))
    return bakery


def opened(page: Page, bakery: Bakery, number: int) -> Page:
    page.goto(urljoin(page.url, f"/production?order={number}"))
    expect(page.locator(f'[data-order="{number}"] .floor-materials li')).to_have_count(2)
    return page


def completions(bakery: Bakery, number: int) -> list[tuple[Any, ...]]:
    with bakery.shop.inside():
        query = select(
            ProductionCompletion.quantity,
            ProductionCompletion.scrapped_quantity,
            ProductionCompletion.scrap_reason,
        ).where(ProductionCompletion.order_id == number)
        return [tuple(row) for row in db.session.execute(query.order_by(ProductionCompletion.id))]


def press(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(".floor-pad .keypad .btn").get_by_text(digit, exact=True).tap()


def test_bread_is_baked_by_touch(kitchen: Bakery, browse: Callable[..., Page]) -> None:
    number = kitchen.ask(quantity="20", operator_id=kitchen.shop.users["operator"])
    page = browse("operator", **TABLET)
    expect(page).to_have_url(re.compile(r"/production$"))
    page.locator(f'[data-open="{number}"]').tap()
    order = page.locator(f'[data-order="{number}"]')
    expect(order).to_have_attribute("data-status", "pending")

    page.locator('[data-act="start"]').tap()
    expect(order).to_have_attribute("data-status", "in_progress")
    timer = order.get_by_role("timer")
    expect(timer).to_have_attribute("data-seconds", re.compile(r"^[1-9]"))
    page.reload()
    expect(timer).to_have_attribute("data-seconds", re.compile(r"^[1-9]"))

    page.locator('[data-act="pause"]').tap()
    page.get_by_role("button", name="Break").tap()
    expect(order).to_have_attribute("data-status", "on_hold")
    expect(order).to_contain_text("Break")
    page.get_by_role("button", name="Resume").tap()
    expect(order).to_have_attribute("data-status", "in_progress")

    page.locator('[data-act="complete"]').tap()
    window = page.get_by_role("dialog", name="What was made?")
    expect(window.locator("#floor-good")).to_have_value("20")
    press(page, "12")
    window.locator("#floor-scrap").tap()
    press(page, "3")
    window.get_by_role("button", name="Record").tap()
    expect(window.get_by_role("alert")).to_contain_text("why there is scrap")
    window.get_by_role("button", name="Burnt").tap()
    window.locator("summary", has_text="Materials used").tap()
    salt = window.locator(f"#used-{kitchen.salt}")
    expect(salt).to_have_value("0,15")
    salt.fill("0,2")
    window.get_by_role("button", name="Record").tap()
    expect(window).to_have_count(0)
    expect(order.locator(".floor-figures")).to_contain_text("12")
    expect(order).to_have_attribute("data-status", "in_progress")
    assert completions(kitchen, number) == [(12, 3, "Burnt")]
    used = {one.product_id: one.used_quantity for one in kitchen.order(number).materials}
    assert used[kitchen.salt] * 10 == 2

    page.locator('[data-act="complete"]').tap()
    expect(window.locator("#floor-good")).to_have_value("5")
    window.get_by_role("button", name="Record").tap()
    expect(window).to_have_count(0)
    expect(order).to_have_attribute("data-status", "completed")
    expect(page.locator('[data-act="start"]')).to_have_count(0)
    assert completions(kitchen, number) == [(12, 3, "Burnt"), (5, 0, None)]
    # The shop's people know what a bread costs and is sold for; whoever bakes it does not.
    told = page.content()
    assert not re.search(r"\b4\s?000\b|12\s?000|UZS|so.m\b|data-cost", told)


def test_without_the_network_steps_wait_and_arrive_once(kitchen: Bakery, browse: Callable[..., Page]) -> None:
    number = kitchen.ask(quantity="10", operator_id=kitchen.shop.users["operator"])
    page = opened(browse("operator", **PHONE), kitchen, number)
    order = page.locator(f'[data-order="{number}"]')
    page.context.set_offline(True)
    page.locator('[data-act="start"]').tap()
    expect(page.locator('[data-waiting="start"]')).to_be_visible()
    expect(order).to_have_attribute("data-status", "in_progress")
    page.locator('[data-act="complete"]').tap()
    window = page.get_by_role("dialog", name="What was made?")
    window.get_by_role("button", name="Record").tap()
    expect(page.locator('[data-waiting="complete"]')).to_be_visible()
    assert completions(kitchen, number) == []
    # The server records it, but its answer is lost on the way.
    lost: list[str] = []

    def lose(route: Any) -> None:
        lost.append(route.request.post_data)
        if len(lost) == 1:
            route.fetch()
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/complete", lose)
    page.context.set_offline(False)
    expect(page.locator("[data-waiting]")).to_have_count(0)
    expect(order).to_have_attribute("data-status", "completed")
    assert len(lost) > 1 and len(set(lost)) == 1
    assert completions(kitchen, number) == [(10, 0, None)]


def test_a_lost_session_keeps_what_was_typed(
    kitchen: Bakery, live_server: LiveServer, browse: Callable[..., Page]
) -> None:
    number = kitchen.ask(quantity="10", operator_id=kitchen.shop.users["operator"])
    page = opened(browse("operator", **TABLET), kitchen, number)
    page.locator('[data-act="start"]').tap()
    expect(page.locator('[data-act="complete"]')).to_be_enabled()
    page.locator('[data-act="complete"]').tap()
    press(page, "7")
    with kitchen.shop.inside("owner"):
        db.session.execute(update(UserSession).values(revoked_at=func.now()))
    window = page.get_by_role("dialog", name="What was made?")
    window.get_by_role("button", name="Record").tap()
    link = page.get_by_role("link", name="Sign in")
    expect(link).to_be_visible()
    expect(page.locator('[data-waiting="complete"]')).to_be_visible()
    link.click()
    page.fill("[name=name]", "operator")
    page.fill("[name=password]", "quyosh-7-daraxt")
    page.press("[name=password]", "Enter")
    expect(page.locator(f'[data-order="{number}"] .floor-figures')).to_contain_text("7")
    expect(page.locator("[data-waiting]")).to_have_count(0)
    assert completions(kitchen, number) == [(7, 0, None)]


def test_a_scan_opens_the_order_and_two_people_do_not_start_one(
    kitchen: Bakery, browse: Callable[..., Page]
) -> None:
    number = kitchen.ask(quantity="10", team=(kitchen.shop.users["operator"],))
    page = browse("operator", **TABLET)
    expect(page.locator(f'[data-open="{number}"]')).to_be_visible()
    scan(page, kitchen.order(number).number)
    order = page.locator(f'[data-order="{number}"]')
    expect(order).to_have_attribute("data-status", "pending")
    office = opened(browse("manager", **TABLET), kitchen, number)
    office.locator('[data-act="start"]').tap()
    expect(office.locator(f'[data-order="{number}"]')).to_have_attribute("data-status", "in_progress")
    page.locator('[data-act="start"]').tap()
    expect(order.get_by_role("alert")).to_contain_text("works on this order")
    expect(order).to_have_attribute("data-status", "in_progress")
    scan(page, "4780000999999")
    expect(page.locator(".toast").last).to_contain_text("No order of yours has the code")


def test_the_keyboard_does_it_too(kitchen: Bakery, browse: Callable[..., Page]) -> None:
    number = kitchen.ask(quantity="4", operator_id=kitchen.shop.users["operator"])
    page = opened(browse("operator", viewport={"width": 1280, "height": 800}), kitchen, number)
    order = page.locator(f'[data-order="{number}"]')
    page.keyboard.press("F2")
    expect(order).to_have_attribute("data-status", "in_progress")
    expect(page.locator('[data-act="complete"]')).to_be_enabled()
    page.keyboard.press("F4")
    expect(page.locator("#floor-good")).to_be_focused()
    page.keyboard.type("4", delay=110)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(order).to_have_attribute("data-status", "completed")
    assert completions(kitchen, number) == [(4, 0, None)]
