"""Receiving what was sent first expired, first out: each of its lots is told for itself."""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from smartpos.core.errors import Invalid
from smartpos.stock.operations.unloading import Received
from tests.cast import PASSWORD, Shop
from tests.conftest import Api, LiveServer
from tests.stock.movers import disagreements, holds, lines_of, lots_in, receive, sent, transit, with_lots


def told(product: int, quantity: str, batch: int | None = None, **facts: Any) -> dict[str, Any]:
    return {"product_id": product, "received": quantity, "batch_id": batch} | facts


def test_the_lot_that_is_missing_is_told(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk, lots = with_lots(shop, ("A", "3", 5), ("B", "4", 9))
    number = sent(shop, (milk, "6"))  # three of A, three of B
    api = api_of("warehouse")
    item = api.get(f"/api/transfers/{number}").json["items"][0]
    assert [(one["batch_number"], one["quantity"]) for one in item["sent"]] == [
        ("A", "3.000"),
        ("B", "3.000"),
    ]
    body = {"items": [told(milk, "1", lots["A"], note="Two burst")]}
    answer = api.post(f"/api/transfers/{number}/complete", body)
    assert answer.status_code == 200, answer.json
    # As a whole the first to expire would have arrived first; here it is the one that is missing.
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["A"]: 1, lots["B"]: 3}
    (act,) = answer.json["acts"]
    assert [(one["batch_number"], one["quantity"]) for one in act["items"]] == [("A", "-2.000")]
    assert answer.json["items"][0]["received"] == "4.000"
    assert answer.json["items"][0]["note"] == "Two burst"
    assert holds(shop, milk, transit(shop)) == (0, 0)
    assert disagreements(shop) == []


def test_a_lot_may_be_too_many_while_another_is_missing(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("A", "3", 5), ("B", "4", 9))
    number = sent(shop, (milk, "5"))  # three of A, two of B
    receive(shop, number, (milk, "0", "None of it", lots["A"]), (milk, "4", None, lots["B"]))
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["B"]: 4}
    assert lines_of(shop, number)[0].received_quantity == 4
    assert holds(shop, milk, transit(shop)) == (0, 0)
    assert disagreements(shop) == []


def test_goods_without_a_lot_are_told_beside_the_lots(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("A", "3", 5))
    from tests.stock.lots import receive as bring_in

    bring_in(shop, milk, "5")
    number = sent(shop, (milk, "6"))  # three of A, three without a lot
    receive(shop, number, (milk, "1", "Loose ones are gone"), (milk, "3", None, lots["A"]))
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["A"]: 3}
    assert holds(shop, milk, shop.warehouse_id)[0] == 4
    assert disagreements(shop) == []


def test_one_telling_fills_all_lines_that_sent_the_lot(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("A", "5", 5), ("B", "5", 9))
    number = sent(shop, (milk, "2", lots["A"]), (milk, "4"))  # A 2; A 3 and B 1
    receive(shop, number, (milk, "4", None, lots["A"]))
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["A"]: 4, lots["B"]: 1}
    assert [line.received_quantity for line in lines_of(shop, number)] == [2, 3]
    assert disagreements(shop) == []


def test_what_cannot_be_told(shop: Shop) -> None:
    milk, lots = with_lots(shop, ("A", "3", 5), ("B", "3", 9), ("C", "3", 20))
    number = sent(shop, (milk, "5"))
    line = lines_of(shop, number)[0].id
    for received in (
        [(milk, "1", None, lots["C"])],  # was not sent
        [(milk, "1", None, lots["A"]), (milk, "1", None, lots["A"])],
        [(milk, "1", None, lots["A"]), (milk, "4")],  # nothing went without a lot
        [(milk, "4"), (milk, "1", None, None, line)],
        [(milk, "-1", None, lots["A"])],
        [(milk, "999999999999", None, lots["A"])],
    ):
        with pytest.raises(Invalid):
            receive(shop, number, *received)
    assert lots_in(shop, milk, shop.warehouse_id) == {}
    assert disagreements(shop) == []
    assert Received(milk, Decimal(1)).batch_id is None


def test_the_pages_show_the_lots(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    milk, lots = with_lots(shop, ("LOT-A", "3", 5), ("LOT-B", "4", 9))
    bread, _lots = with_lots(shop, ("LOT-C", "4", 9))
    number = sent(shop, (milk, "6"), (bread, "2"))
    client = client_of("warehouse")
    page = client.get(f"/transfers/{number}/receive").get_data(as_text=True)
    boot = json.loads(re.search(r'id="boot">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert [(one["lot"], one["sent"], one["batch_id"]) for one in boot["lines"]] == [
        ("LOT-A", "3.000", lots["LOT-A"]),
        ("LOT-B", "3.000", lots["LOT-B"]),
        ("LOT-C", "2.000", None),
    ]
    receive(shop, number, (milk, "1", None, lots["LOT-B"]))
    shown = client.get(f"/admin/stock_transfers/details/?id={number}").get_data(as_text=True)
    assert "LOT-B" in shown.split("act-line")[1]
    act = re.search(r"/admin/stock_adjustments/details/\?id=\d+", shown)
    assert act and "LOT-B" in client_of("owner").get(act[0]).get_data(as_text=True)


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    options: dict[str, Any] = {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
    }
    context = browser.new_context(locale="en-US", **options)
    page = context.new_page()
    page.goto(f"{live_server.url}/login")
    page.fill("[name=name]", "warehouse")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"/(admin|profile|till)"))
    yield page
    context.close()


def test_lots_are_counted_one_by_one_on_a_phone(live_server: LiveServer, phone: Page) -> None:
    shop = live_server.shop
    milk, lots = with_lots(shop, ("LOT-A", "3", 5), ("LOT-B", "4", 9))
    number = sent(shop, (milk, "6"))
    complaints: list[str] = []
    phone.on("pageerror", lambda error: complaints.append(str(error)))
    phone.goto(f"{live_server.url}/transfers/{number}/receive")
    expect(phone.locator(".unloading li")).to_have_count(2)
    expect(phone.locator(".unloading li").first).to_contain_text("LOT-A")
    phone.locator("[data-amount]").nth(0).fill("1")
    phone.locator("[data-amount]").nth(1).fill("3")
    phone.locator(".form-actions button").click()
    phone.locator("dialog button.primary").click()
    phone.wait_for_url(re.compile(r"stock_transfers/details"))
    assert complaints == []
    assert lots_in(shop, milk, shop.warehouse_id) == {lots["LOT-A"]: 1, lots["LOT-B"]: 3}
    assert disagreements(shop) == []
