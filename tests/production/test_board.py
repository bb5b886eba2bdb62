"""The production board: what it shows, and what may be moved where."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.production.errors import MachineIsBooked, OrderInOtherState
from smartpos.production.models import OrderStatus, ProductionOrder
from smartpos.production.operations.orders import start_order
from smartpos.production.operations.planning import move_order
from smartpos.production.queries.board import Block, Board, board
from tests.browsing import PHONE, signing_in, speak_english
from tests.cast import Shop
from tests.conftest import LiveServer, csrf_of
from tests.production.machines import ZONE, machine
from tests.production.making import Bakery, bakery_of
from tests.production.plans import counted, level

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """A moment so many days from today in the shop's time zone."""
    today = datetime.now(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today + timedelta(days=days)


def move(bakery: Bakery, order_id: int, start: datetime, machine_id: int | None, **facts: Any) -> None:
    with bakery.shop.inside("manager"):
        actor = bakery.shop.actor("manager")
        move_order(order_id, start, machine_id=machine_id, actor=actor, **facts)


def seen(bakery: Bakery, days: int = 1, who: str = "manager", ahead: int = 1) -> Board:
    with bakery.shop.inside(who):
        day = bakery.today + timedelta(days=ahead)
        return board(bakery.shop.branch_id, day, days, bakery.shop.actor(who))


def blocks(found: Board) -> dict[int, Block]:
    return {block.id: block for row in found.rows for block in row.blocks}


def test_orders_stand_in_the_row_of_their_machine_and_those_without_time_wait(bakery: Bakery) -> None:
    oven = machine(bakery.shop)
    first, second, third = bakery.ask(), bakery.ask(), bakery.ask()
    found = seen(bakery)
    assert [block.id for block in found.waiting] == [first, second, third]
    assert [row.machine_id for row in found.rows] == [oven, None]
    move(bakery, first, at(1, 9), oven)
    move(bakery, second, at(1, 9, 30), None)
    move(bakery, third, at(1, 10), None)
    found = seen(bakery)
    assert [[block.id for block in row.blocks] for row in found.rows] == [[first], [second, third]]
    assert [block.lane for block in found.rows[1].blocks] == [0, 1]
    assert found.rows[1].lanes == 2
    block = blocks(found)[first]
    assert (block.start, block.end) == (at(1, 9), at(1, 10))
    assert seen(bakery, ahead=2).rows[0].blocks == []
    assert set(blocks(seen(bakery, 7, ahead=0))) == {first, second, third}
    # Back from the machine to the row without one, with its length kept.
    move(bakery, first, at(1, 9), oven, end=at(1, 12))
    move(bakery, first, at(1, 14), None)
    block = blocks(seen(bakery))[first]
    assert (block.machine_id, block.start, block.end) == (None, at(1, 14), at(1, 17))


def test_a_machine_is_not_booked_twice(bakery: Bakery) -> None:
    oven = machine(bakery.shop)
    first, second = bakery.ask(), bakery.ask()
    move(bakery, first, at(1, 9), oven)
    with pytest.raises(MachineIsBooked) as told:
        move(bakery, second, at(1, 9, 45), oven)
    assert [one["id"] for one in told.value.facts["orders"]] == [first]
    assert bakery.order(second).status is OrderStatus.PENDING
    move(bakery, second, at(1, 10), oven)
    move(bakery, first, at(1, 8, 30), oven)  # itself is no hindrance


def test_what_is_in_progress_or_done_stays_and_stands_where_it_really_was(bakery: Bakery) -> None:
    shop = bakery.shop
    bakery.complete(bakery.ask(bakery.dough, "20"), "20")
    oven = machine(shop)
    order = bakery.ask(machine_id=oven)
    with shop.inside("manager"):
        start_order(order, actor=shop.actor("manager"))
    block = blocks(seen(bakery, ahead=0))[order]
    assert block.start is not None
    assert block.end is not None
    assert block.start <= utc_now()
    assert (block.status, block.can_move) == (OrderStatus.IN_PROGRESS, False)
    with pytest.raises(OrderInOtherState):
        move(bakery, order, at(2, 9), None)
    bakery.complete(order, "10")
    assert blocks(seen(bakery, ahead=0))[order].status is OrderStatus.COMPLETED
    assert order not in blocks(seen(bakery, ahead=1))


def test_as_many_statements_for_many_orders_as_for_few(bakery: Bakery) -> None:
    def statements() -> int:
        with counted() as sent:
            seen(bakery)
        return len(sent)

    move(bakery, bakery.ask(), at(1, 9), None)
    few = statements()
    for hour in range(8, 16):
        move(bakery, bakery.ask(), at(1, hour), machine(bakery.shop))
    assert statements() == few


def test_moving_over_http(bakery: Bakery, client_of: Callable[..., FlaskClient]) -> None:
    oven, client = machine(bakery.shop), client_of("manager")
    first, second = bakery.ask(), bakery.ask()
    headers = {"X-CSRFToken": csrf_of(client), "Accept": "application/json"}

    def send(**body: Any) -> Any:
        return client.post("/production/board/move", json=body, headers=headers)

    day = f"{at(1, 9):%Y-%m-%d}"
    rows = f"/production/board/rows?branch={bakery.shop.branch_id}&day={day}"
    before = client.get(rows)
    assert client.get(rows, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
    assert send(order_id=first, start=f"{day}T09:00", machine_id=oven).status_code == 200
    after = client.get(rows, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert f'data-start="{day}T09:00"' in after.get_data(as_text=True)
    refused = send(order_id=second, start=f"{day}T09:30", machine_id=oven)
    assert refused.status_code == 409
    assert refused.json["orders"][0]["id"] == first
    for wrong in (
        {"order_id": second, "start": "soon"},
        {"order_id": second, "start": None},
        {"order_id": "x", "start": f"{day}T09:00"},
        {"order_id": second, "start": f"{day}T09:00", "machine_id": "oven"},
        {"order_id": second, "start": f"{day}T09:00", "end": f"{day}T08:00"},
        {"order_id": second, "start": f"{day}T09:00+05:00"},
    ):
        assert send(**wrong).status_code == 422, wrong
    assert send(order_id=999_999, start=f"{day}T09:00").status_code == 404
    for address in ("?view=week", f"?order={first}", "?day=never"):
        assert client.get(f"/production/board{address}").status_code == 200
    assert client_of("operator").post(
        "/production/board/move", json={"order_id": first}, headers=headers
    ).status_code in {400, 403}


# --- In a browser -----------------------------------------------------------------------------------------------------


@pytest.fixture
def sign_in(live_server: LiveServer, browser: "Browser") -> Iterator[Callable[..., "Page"]]:
    speak_english(live_server.shop)
    with signing_in(browser, live_server.url) as sign:
        yield sign


def drag(page: "Page", order_id: int, to: str, part: float) -> None:
    """Take a block by the mouse to a place, so far along it."""
    block = page.locator(f"[data-block='{order_id}']").bounding_box()
    box = page.locator(to).bounding_box()
    assert block is not None
    assert box is not None
    page.mouse.move(block["x"] + 30, block["y"] + 12)
    page.mouse.down()
    page.mouse.move(block["x"] + 45, block["y"] + 20, steps=3)
    page.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()


def test_plan_and_board_in_a_browser(live_server: LiveServer, sign_in: Callable[..., "Page"]) -> None:
    shop: Shop = live_server.shop
    bakery = bakery_of(shop)
    oven, mixer = machine(shop, name="Oven"), machine(shop, name="Mixer")
    level(shop, bakery.bread, "40", shop.branch_id)
    page = sign_in("manager")

    # The plan: change a quantity, make only the orders, without a time.
    page.goto(f"{live_server.url}/production/plan?branch={shop.branch_id}")
    assert page.locator("[data-plan] tr[data-product]").count() == 2
    page.fill(f"[name='order-{bakery.bread}']", "50")
    page.uncheck("[name=schedule]")
    page.click("[name=what][value=orders]")
    page.get_by_text("2 production orders were made").wait_for()
    assert (
        page.locator("[data-plan] tr[data-product]").count() == 1
    )  # fifty breads take five more of the dough

    with shop.inside():
        query = select(ProductionOrder.product_id, ProductionOrder.id)
        orders: dict[int, int] = dict(db.session.execute(query).all())  # type: ignore[arg-type]
    bread, dough = orders[bakery.bread], orders[bakery.dough]
    day = f"{at(1, 9):%Y-%m-%d}"
    page.goto(f"{live_server.url}/production/board?branch={shop.branch_id}&day={day}")
    lane = "[data-machine='{}'].board-row .board-lane"
    page.locator(".board-tray [data-block]").nth(1).wait_for()

    # By the mouse from the tray to the mixer; then the other one where it is booked: refused, and back.
    with page.expect_response("**/board/move"):
        drag(page, dough, lane.format(mixer), 0.3)
    page.locator(f"{lane.format(mixer)} [data-block='{dough}']").wait_for()
    start = page.locator(f"[data-block='{dough}']").get_attribute("data-start")
    with page.expect_response("**/board/move") as refused:
        drag(page, bread, lane.format(mixer), 0.3)
    assert refused.value.status == 409
    page.get_by_text("Mixer is planned for").wait_for()
    page.locator(f".board-tray [data-block='{bread}']").wait_for()

    # By the keyboard: the window tells the same, and takes another machine.
    page.focus(f"[data-block='{bread}']")
    page.keyboard.press("Enter")
    page.locator("#block-dialog[open]").wait_for()
    page.fill("#block-day", day)
    page.fill("#block-time", (start or "T").split("T")[1])
    page.select_option("#block-machine", str(mixer))
    page.click("#block-save")
    page.locator("#block-problem:has-text('Mixer is planned for')").wait_for()
    page.select_option("#block-machine", str(oven))
    page.keyboard.press("Enter")
    page.locator(f"{lane.format(oven)} [data-block='{bread}']").wait_for()

    # What another moves is seen without a reload; a phone shows a list by machine, a tap opens the window.
    move(bakery, dough, at(1, 15), mixer)
    page.locator(f"[data-block='{dough}'][data-start='{day}T15:00']").wait_for()
    phone = sign_in("manager", **PHONE)
    phone.goto(f"{live_server.url}/production/board?branch={shop.branch_id}&day={day}&view=week")
    phone.locator(f"[data-block='{dough}']").first.tap()
    phone.locator("#block-dialog[open]").wait_for()
    width = phone.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
