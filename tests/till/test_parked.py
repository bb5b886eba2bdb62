"""Sales that wait: several, named, at every till of the branch, over reloads and without a connection."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.till.conftest import Shelf, Till
from tests.till.counter import customer_of, events_of, put, recorded


def hold(till: Till, name: str) -> None:
    till.page.keyboard.press("F4")
    till.page.locator("#held-name").fill(name)
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(till.lines).to_have_count(0)


def test_a_sale_is_parked_and_taken_up_by_keys_alone(till: Till, shelf: Shelf) -> None:
    put(till, shelf["milk"], shelf["tea"])
    till.page.keyboard.press("F7")
    till.page.locator("#discount").fill("10")
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    total = till.total.inner_text()
    hold(till, "Qizil kurtka")
    till.page.reload()
    till.ready()
    till.page.keyboard.press("F5")
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    expect(till.dialog).to_contain_text("Qizil kurtka")
    till.page.keyboard.press("Enter")
    expect(till.dialog).to_have_count(0)
    expect(till.lines).to_have_count(2)
    expect(till.total).to_have_text(total)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()
    till.page.keyboard.press("F5")
    expect(till.dialog.locator(".quiet")).to_be_visible()


def test_taking_one_up_parks_what_is_there(till: Till, shelf: Shelf) -> None:
    put(till, shelf["milk"])
    hold(till, "Birinchi")
    put(till, shelf["tea"])
    till.page.keyboard.press("F5")
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    till.page.keyboard.press("Enter")
    expect(till.count_of(shelf["milk"])).to_have_text("1")
    expect(till.lines).to_have_count(1)
    expect(till.dialog).to_have_count(0)
    till.settled()
    till.page.keyboard.press("F5")
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    till.page.keyboard.press("Enter")
    expect(till.count_of(shelf["tea"])).to_have_text("1")
    expect(till.dialog).to_have_count(0)
    till.page.keyboard.press("Enter")
    expect(till.done).to_be_visible()


def test_another_till_of_the_branch_takes_it_up(
    till: Till, browse: Callable[..., Till], shelf: Shelf
) -> None:
    customer_of(till.server.shop, "Kutgan Mijoz")
    till.reload()
    put(till, shelf["butter"])
    till.page.keyboard.press("F3")
    till.page.keyboard.type("Kutgan")
    expect(till.dialog.locator(".picks li")).to_have_count(1)
    till.page.keyboard.press("Enter")
    expect(till.page.locator(".buyer")).to_contain_text("Kutgan Mijoz")
    hold(till, "Ikkinchi kassaga")
    till.settled()
    other = browse("cashier2")
    other.page.goto(f"{other.server.url}/till")
    select = other.page.locator("select")
    expect(select.or_(other.page.locator(".tile").first)).to_be_visible()
    if select.is_visible():
        select.select_option(str(other.server.shop.till2_id))
        other.page.locator("#opening-cash").press("Enter")
    other.ready()
    other.page.keyboard.press("F5")
    row = other.dialog.locator(".picks li").filter(has_text="Ikkinchi kassaga")
    expect(row).to_contain_text("Cashier")
    row.locator(".pick").click()
    expect(other.count_of(shelf["butter"])).to_have_text("1")
    expect(other.page.locator(".buyer")).to_contain_text("Kutgan Mijoz")
    till.page.keyboard.press("F5")
    expect(till.dialog.locator(".picks li").filter(has_text="Ikkinchi kassaga")).to_have_count(0)
    assert other.complaints == []


def test_without_a_connection_it_waits_here(till: Till, shelf: Shelf) -> None:
    put(till, shelf["milk"])
    till.page.context.set_offline(True)
    hold(till, "Internetsiz")
    till.page.keyboard.press("F5")
    expect(till.dialog).to_contain_text("Internetsiz")
    expect(till.dialog.locator(".pill.warn")).to_be_visible()
    till.page.keyboard.press("Enter")
    expect(till.lines).to_have_count(1)
    till.page.context.set_offline(False)
    till.settled()
    till.page.keyboard.press("F5")
    expect(till.dialog.locator(".picks li").filter(has_text="Internetsiz")).to_have_count(0)
    till.complaints.clear()  # the browser reports the broken connections


def test_giving_one_up_is_recorded(till: Till, shelf: Shelf) -> None:
    before = len(events_of(till, "held_voided"))
    put(till, shelf["milk"])
    hold(till, "Keraksiz")
    till.settled()
    till.page.keyboard.press("F5")
    row = till.dialog.locator(".picks li").filter(has_text="Keraksiz")
    row.get_by_role("button").nth(1).click()
    expect(row).to_have_count(0)
    assert recorded(till, "held_voided", before + 1)[-1].amount == 13_500
