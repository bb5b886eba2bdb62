"""Transfers in the back office and in a real browser: asked for, approved, sent off, received with a discrepancy."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.identity.models import Branch
from smartpos.identity.operations import delete_branch
from smartpos.stock.models import StockTransfer, TransferStatus
from smartpos.stock.transfer_texts import new_transfer_texts, receiving_texts
from tests.browsing import PHONE, scan
from tests.cast import Shop
from tests.conftest import Api, LiveServer, csrf_of
from tests.stock.movers import (
    approve,
    ask,
    disagreements,
    holds,
    lines_of,
    moved,
    receive,
    sent,
    status,
    transit,
    with_lots,
)

STATIC = Path(__file__).resolve().parents[2] / "static" / "stock"


# --- The back office --------------------------------------------------------------------------------------------------


def act(client: FlaskClient, name: str, number: int, **form: str) -> Any:
    data = {"id": number, "csrf_token": csrf_of(client)} | form
    return client.post(f"/admin/stock_transfers/act/{name}/", data=data)


def test_the_list_tells_state_and_lines(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    milk, bread = shop.product(), shop.product()
    number = ask(shop, (milk, "1"), (bread, "2"))
    ask(shop, (milk, "1"), from_branch_id=shop.warehouse_id, to_branch_id=shop.branch_id)
    page = client_of("manager").get("/admin/stock_transfers/").get_data(as_text=True)
    assert "T-000001" in page and "T-000002" in page
    assert "/transfers/new" in page
    assert "act/approve" in page
    keeper = client_of("warehouse").get("/admin/stock_transfers/").get_data(as_text=True)
    assert "act/approve" not in keeper
    found = client_of("manager").get("/admin/stock_transfers/?search=000002").get_data(as_text=True)
    assert "T-000001" not in found
    assert f"id={number}" not in found


def test_a_transfer_is_acted_on_from_its_page(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    milk = shop.product(stock="5", cost="100")
    number = ask(shop, (milk, "2"))
    manager = client_of("manager")
    here = f"/admin/stock_transfers/details/?id={number}"
    assert act(client_of("warehouse"), "approve", number).status_code == 403
    assert act(manager, "approve", number).headers["Location"].endswith(here)
    assert act(manager, "ship", number).status_code == 302
    assert status(shop, number) == "in_transit"
    again = act(manager, "ship", number)
    assert again.status_code == 302 and status(shop, number) == "in_transit"
    assert act(manager, "receive", number).headers["Location"].endswith(f"/transfers/{number}/receive")
    receive(shop, number, (milk, "1", "Broken"))
    page = manager.get(here).get_data(as_text=True)
    assert "Broken" in page
    assert page.split('class="steps"')[1].count("<time") == 4
    assert "/admin/stock_adjustments/details/" in page
    assert "act/cancel" not in page
    with shop.inside():
        movement = manager.get("/admin/movements/").get_data(as_text=True)
    assert f"/admin/stock_transfers/details/?id={number}" in movement


def test_rejecting_asks_why(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    number = ask(shop, (shop.product(), "1"))
    manager = client_of("manager")
    assert act(manager, "reject", number, reason="").status_code == 200
    assert status(shop, number) == "pending"
    assert act(manager, "reject", number, reason="Too far").status_code == 302
    assert status(shop, number) == "rejected"
    page = manager.get(f"/admin/stock_transfers/details/?id={number}").get_data(as_text=True)
    assert "Too far" in page


def test_what_cannot_be_sent_is_told_and_stays(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    number = ask(shop, (shop.product("Sut Musaffo", stock="1"), "2"))
    approve(shop, number)
    keeper = client_of("warehouse")
    act(keeper, "ship", number)
    assert status(shop, number) == "approved"
    assert "Sut Musaffo" in keeper.get("/admin/stock_transfers/").get_data(as_text=True)
    assert moved(shop) == 0


def test_the_value_is_for_those_who_may_see_costs(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    number = sent(shop, (shop.product(stock="5", cost="1111"), "2"))
    here = f"/admin/stock_transfers/details/?id={number}"
    assert "2\u202f222" in client_of("owner").get(here).get_data(as_text=True)
    with shop.inside("owner"):
        sees = shop.actor("warehouse").can("catalog:cost:read")
    page = client_of("warehouse").get(here).get_data(as_text=True)
    assert ("2\u202f222" in page) is sees


def test_the_place_on_the_way_is_offered_where_one_looks_for_goods(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    sent(shop, (shop.product(), "1"))
    client, place = client_of("owner"), transit(shop)
    for view in ("branch_stocks", "movements", "batch_stocks"):
        address = f"/admin/{view}/ajax/lookup/?name=branch&query=&offset=0&limit=50"
        assert place in [one[0] for one in client.get(address).json], view
    address = "/admin/stock_adjustments/ajax/lookup/?name=branch&query=&offset=0&limit=50"
    assert place not in [one[0] for one in client.get(address).json]
    shown = client.get("/transfers/new").get_data(as_text=True)
    assert f'"id": {shop.branch_id}' in shown or f'"id":{shop.branch_id}' in shown
    assert f'"id": {place},' not in shown and f'"id":{place},' not in shown


def test_what_has_arrived_is_not_missing_on_its_way(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    number = sent(shop, (shop.product(), "1"))
    client, place = client_of("owner"), transit(shop)
    with shop.inside("owner"):
        name = db.session.get_one(Branch, place).name
    assert f">{name}<" in client.get("/admin/branch_stocks/").get_data(as_text=True)
    receive(shop, number)
    shown = client.get("/admin/branch_stocks/").get_data(as_text=True)
    assert f">{name}<" not in shown and ">Chilonzor<" in shown


def test_a_shop_of_one_branch_is_told_what_is_missing(
    shop: Shop, manager_in_english: FlaskClient, client_of: Callable[..., FlaskClient]
) -> None:
    assert "transfer-new.js" in manager_in_english.get("/transfers/new").get_data(as_text=True)
    with shop.inside("owner"):
        delete_branch(db.session.get_one(Branch, shop.warehouse_id), actor=shop.actor())
    page = manager_in_english.get("/transfers/new").get_data(as_text=True)
    assert "There is only one branch here" in page and "transfer-new.js" not in page
    assert "/admin/branches/new/" in client_of("owner").get("/transfers/new").get_data(as_text=True)
    assert "/admin/branches/new/" not in client_of("warehouse").get("/transfers/new").get_data(as_text=True)


def test_nobody_corrects_what_is_on_its_way(shop: Shop, api_of: Callable[..., Api]) -> None:
    milk = shop.product()
    sent(shop, (milk, "1"))
    body = {
        "branch_id": transit(shop),
        "reason": "loss",
        "items": [{"product_id": milk, "quantity": "-1"}],
    }
    answer = api_of("owner").post("/api/stock/adjustments", body)
    assert (answer.status_code, answer.json["code"]) == (404, "branch_not_found")


def test_the_slip_names_goods_places_and_lots(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    milk, lots = with_lots(shop, ("LOT-7", "5", 9))
    number = sent(shop, (milk, "2", lots["LOT-7"]))
    page = client_of("warehouse").get(f"/transfers/{number}/slip").get_data(as_text=True)
    for word in ("T-000001", "Chilonzor", "Ombor", "LOT-7"):
        assert word in page
    assert client_of("cashier").get(f"/transfers/{number}/slip").status_code == 403


def test_only_what_is_on_its_way_is_received(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    number = ask(shop, (shop.product(), "1"))
    keeper = client_of("warehouse")
    assert keeper.get(f"/transfers/{number}/receive").status_code == 409
    assert keeper.get("/transfers/999999/receive").status_code == 404


def test_the_pages_find_goods_and_what_is_there(
    shop: Shop, stranger: Shop, api_of: Callable[..., Api]
) -> None:
    milk, lots = with_lots(shop, ("B", "3", 20), ("A", "2", 10))
    api, code = api_of("warehouse"), shop.barcode_of(milk)
    found = api.get(f"/api/transfers/goods?branch_id={shop.branch_id}&q={code}").json["items"]
    assert [(one["id"], one["available"], one["multiplier"]) for one in found] == [(milk, "5.000", "1.000")]
    assert [one["batch_id"] for one in found[0]["batches"]] == [lots["A"], lots["B"]]
    there = api.post("/api/transfers/goods", {"branch_id": shop.warehouse_id, "product_ids": [milk]})
    assert there.json["items"][0]["available"] == "0.000"
    assert api.post("/api/transfers/goods", {"branch_id": 1, "product_ids": []}).status_code == 422
    foreign = {"branch_id": stranger.branch_id, "product_ids": [milk]}
    assert api.post("/api/transfers/goods", foreign).status_code == 404
    assert api.get(f"/api/transfers/goods?branch_id={stranger.branch_id}&q=a").status_code == 404


@pytest.mark.parametrize(
    ("script", "texts"),
    [("transfer-new.js", new_transfer_texts), ("transfer-receive.js", receiving_texts)],
)
def test_every_text_of_the_scripts_is_given(
    app: Any, script: str, texts: Callable[[], dict[str, str]]
) -> None:
    with app.test_request_context():
        given = texts()
    for name in (script, "kit.js"):
        used = set(re.findall(r'\bt\("(\w+)"', (STATIC / name).read_text()))
        assert used <= given.keys(), name


# --- In a browser -----------------------------------------------------------------------------------------------------


def type_slowly(page: Page, text: str) -> None:
    page.keyboard.type(text, delay=110)


def test_goods_travel_from_branch_to_branch(live_server: LiveServer, browse: Callable[..., Page]) -> None:
    shop = live_server.shop
    milk = shop.product("Sut Musaffo", stock="20", cost="100")
    bread = shop.product("Obi non", stock="9", cost="50")
    milk_code, bread_code = shop.barcode_of(milk), shop.barcode_of(bread)

    # The storekeeper enters lines with the keyboard alone, and by the scanner.
    desk = browse("warehouse")
    complaints: list[str] = []
    desk.on("pageerror", lambda error: complaints.append(str(error)))
    desk.goto(f"{live_server.url}/transfers/new")
    desk.select_option("#from", str(shop.branch_id))
    desk.select_option("#to", str(shop.warehouse_id))
    desk.focus("#goods-search")
    type_slowly(desk, "sut")
    expect(desk.locator("#goods-found li button").first).to_contain_text("20")
    desk.keyboard.press("Enter")
    line = desk.locator(f'[data-line="{milk}"] [data-amount]')
    expect(line).to_be_focused()
    type_slowly(desk, "5")
    desk.keyboard.press("Enter")
    expect(desk.locator("#goods-search")).to_be_focused()
    scan(desk, bread_code)
    bread_line = desk.locator(f'[data-line="{bread}"] [data-amount]')
    expect(bread_line).to_have_value("1")
    scan(desk, bread_code)
    scan(desk, bread_code)
    expect(bread_line).to_have_value("3")
    expect(line).to_have_value("5")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(re.compile(r"stock_transfers/details"))
    number = int(desk.url.split("id=")[1])
    assert [(one.product_id, one.quantity) for one in lines_of(shop, number)] == [(milk, 5), (bread, 3)]
    expect(desk.locator('[formaction*="act/approve"]')).to_have_count(0)

    # The manager approves; the storekeeper sends off.
    manager = browse("manager")
    manager.goto(desk.url)
    manager.locator('[formaction*="act/approve"]').click()
    expect(manager.locator('[formaction*="act/approve"]')).to_have_count(0)
    desk.reload()
    desk.locator('[formaction*="act/ship"]').click()
    desk.locator("dialog button.primary").click()
    expect(desk.locator('[formaction*="act/receive"]')).to_be_visible()
    assert holds(shop, milk, transit(shop)) == (5, 500)

    # Unloaded with a phone: milk is one short, one loaf too many.
    phone = browse("warehouse", **PHONE)
    phone.on("pageerror", lambda error: complaints.append(str(error)))
    phone.goto(f"{live_server.url}/transfers/{number}/receive")
    amounts = phone.locator("[data-amount]")
    expect(amounts).to_have_count(2)
    for _time in range(4):
        scan(phone, milk_code)
    expect(amounts.first).to_have_value("4")
    phone.locator(".form-actions button").click()
    expect(amounts.nth(1)).to_be_focused()  # it says what is not counted yet
    amounts.nth(1).fill("4")
    phone.locator("[data-note]").first.fill("Burst on the way")
    phone.locator(".form-actions button").click()
    phone.locator("dialog button.primary").click()
    phone.wait_for_url(re.compile(r"stock_transfers/details"))
    expect(phone.locator(".transfer-lines .off")).to_have_count(1)
    expect(phone.locator(".transfer-lines .over")).to_have_count(1)
    assert complaints == []
    assert [(one.received_quantity, one.note) for one in lines_of(shop, number)] == [
        (4, "Burst on the way"),
        (4, None),
    ]
    assert holds(shop, milk, shop.warehouse_id) == (4, 400)
    assert holds(shop, bread, shop.warehouse_id) == (4, 200)
    assert holds(shop, milk, transit(shop)) == (0, 0)
    assert disagreements(shop) == []


def test_everything_arrived_is_one_press(live_server: LiveServer, browse: Callable[..., Page]) -> None:
    shop = live_server.shop
    goods = [shop.product(stock="9") for _number in range(3)]
    number = sent(shop, *[(product, "2.5") for product in goods])
    phone = browse("warehouse", **PHONE)
    phone.goto(f"{live_server.url}/transfers/{number}/receive")
    phone.locator(".unloading-state button").click()
    expect(phone.locator(".unloading li.right")).to_have_count(3)
    phone.reload()
    expect(phone.locator(".unloading li.right")).to_have_count(3)  # what was counted is kept on the device
    phone.locator(".form-actions button").click()
    phone.wait_for_url(re.compile(r"stock_transfers/details"))
    with shop.inside():
        row = db.session.execute(select(StockTransfer).where(StockTransfer.id == number)).scalar_one()
        assert row.status is TransferStatus.COMPLETED
    assert holds(shop, goods[0], shop.warehouse_id)[0] == Decimal("2.5")


def test_its_page_fits_a_phone(live_server: LiveServer, browse: Callable[..., Page]) -> None:
    shop = live_server.shop
    number = sent(
        shop, (shop.product("Go‘sht konservasi birinchi navli 325 g", stock="9", cost="123456"), "7")
    )
    page = browse("owner", **PHONE)
    page.goto(f"{live_server.url}/admin/stock_transfers/details/?id={number}")
    table = page.locator(".transfer-lines")
    expect(table).to_be_visible()
    assert table.evaluate("(table) => table.scrollWidth <= table.parentElement.clientWidth")
    expect(table.locator("tbody td.num").first).to_be_in_viewport()
