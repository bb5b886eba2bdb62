"""Starting and unlocking the till without the network, and new versions of it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from smartpos.identity.operations import save_settings
from tests.cast import PIN
from tests.conftest import LiveServer
from tests.till.conftest import Shelf, Till
from tests.till.test_offline_selling import attention, installed, sell, waiting, wake

WRONG = "0000"


@pytest.fixture
def known_till(browse: Callable[..., Till], shelf: Shelf) -> Iterator[Till]:
    """A device that is the second till, with cashier2 signed in by PIN and a shift open."""
    till = browse("manager")
    page = till.page
    page.goto(f"{till.server.url}/till/register")
    page.locator("[name=till_id]").select_option(str(till.server.shop.till2_id))
    page.locator("main form .btn.primary").click()
    page.goto(f"{till.server.url}/till")
    page.wait_for_load_state("networkidle")
    lock(till)
    unlock(till, "Cashier2")
    expect(page.locator(".bar .who")).to_contain_text("Cashier2")
    page.wait_for_load_state("networkidle")
    opening = page.locator("#opening-cash")
    expect(opening.or_(till.search)).to_be_visible()
    if opening.is_visible():
        opening.fill("0")
        opening.press("Enter")
    till.ready()
    installed(till)
    yield till
    till.complaints.clear()


def lock(till: Till) -> None:
    # Keys and buttons mean nothing before the till is drawn.
    expect(till.page.locator(".opening").or_(till.search).first).to_be_visible()
    if till.page.locator(".opening .away button").is_visible():
        till.page.locator(".opening .away button").click()
    else:
        till.page.keyboard.press("Control+l")
    expect(till.page.locator("#pin")).to_be_visible()


def unlock(till: Till, name: str, pin: str = PIN) -> None:
    till.dialog.get_by_role("button", name=name, exact=True).click()
    till.page.locator("#pin").fill(pin)
    till.page.keyboard.press("Enter")


def proved(till: Till) -> None:
    """Wait until the proof of the PIN is on the device."""
    till.page.evaluate(
        """async () => {
          for (let turn = 0; turn < 100; turn += 1) {
            const database = await new Promise((done) => {
              const asked = indexedDB.open("smartpos-vault");
              asked.onsuccess = () => done(asked.result);
            });
            const count = await new Promise((done) => {
              const asked = database.transaction("proofs").objectStore("proofs").count();
              asked.onsuccess = () => done(asked.result);
            });
            database.close();
            if (count) return;
            await new Promise((done) => setTimeout(done, 100));
          }
          throw new Error("no proof");
        }"""
    )


def test_a_locked_till_opens_by_pin_without_network(known_till: Till, shelf: Shelf) -> None:
    till = known_till
    sales = till.sales()
    proved(till)
    till.page.context.set_offline(True)
    lock(till)
    till.page.reload()  # which is no way around the lock
    expect(till.page.locator("#pin")).to_be_visible()
    unlock(till, "Cashier2", WRONG)
    expect(till.dialog.get_by_role("alert")).to_be_visible()
    unlock(till, "Cashier2")
    expect(till.dialog).to_have_count(0)
    expect(till.page.locator(".tile").first).to_be_visible()
    sell(till, shelf["milk"])
    waiting(till, 1)
    till.page.context.set_offline(False)
    wake(till.page)
    assert till.sales() == sales + 1
    expect(till.dialog).to_have_count(0)  # the server was told by the same PIN, and nobody was disturbed
    # Until the server knows who works here, a fresh page asks again, and rightly so.
    till.page.wait_for_function("() => !localStorage.getItem('smartpos-till-locked')")
    till.page.reload()
    till.ready()
    expect(till.dialog).to_have_count(0)


def test_only_people_with_a_shift_here_and_a_recent_pin_are_offered(known_till: Till) -> None:
    till = known_till
    proved(till)
    till.page.context.set_offline(True)
    lock(till)
    expect(till.dialog.locator(".people .chip")).to_have_count(1)
    till.page.context.set_offline(False)


def test_five_wrong_pins_make_everybody_wait(known_till: Till) -> None:
    till = known_till
    proved(till)
    till.page.context.set_offline(True)
    lock(till)
    for _time in range(5):
        unlock(till, "Cashier2", WRONG)
        expect(till.page.locator("#pin")).to_have_value("")
    unlock(till, "Cashier2")
    expect(till.dialog.get_by_role("alert")).to_contain_text("30")
    till.page.context.set_offline(False)
    till.page.reload()
    unlock(till, "Cashier2")
    till.ready()


def test_a_proof_does_not_outlive_the_day(known_till: Till) -> None:
    till = known_till
    proved(till)
    till.page.context.set_offline(True)
    till.page.evaluate(
        """() => {
          const now = Date.now;
          Date.now = () => now() + 25 * 3600000;
        }"""
    )
    till.page.keyboard.press("Control+l")
    expect(till.dialog.locator("input[type=password]").first).to_be_visible()
    expect(till.dialog.locator(".people .chip")).to_have_count(0)
    till.page.context.set_offline(False)


def test_a_device_that_knows_nobody_says_so(browse: Callable[..., Till], shelf: Shelf) -> None:
    till = browse("cashier")
    till.open()
    installed(till)
    till.page.evaluate(
        """() => new Promise((done) => {
          const asked = indexedDB.open("smartpos-vault");
          asked.onsuccess = () => {
            const work = asked.result.transaction(["facts", "state"], "readwrite");
            work.objectStore("facts").clear();
            work.objectStore("state").clear();
            work.oncomplete = done;
          };
        })"""
    )
    till.page.context.set_offline(True)
    till.page.reload()
    expect(till.page.get_by_role("alert")).to_be_visible()
    till.page.context.set_offline(False)
    till.page.get_by_role("alert").get_by_role("button").click()
    till.ready()


def test_the_till_locks_itself_when_nobody_uses_it(browse: Callable[..., Till], shelf: Shelf) -> None:
    shop = shelf.shop
    with shop.inside("owner"):
        save_settings({"lock_after_minutes": 1}, actor=shop.actor())
    try:
        till = browse("cashier")
        till.page.clock.install()
        till.open()
        till.page.clock.fast_forward(30_000)
        expect(till.dialog).to_have_count(0)
        till.page.clock.fast_forward(40_000)
        expect(till.dialog).to_be_visible()
    finally:
        with shop.inside("owner"):
            save_settings({"lock_after_minutes": 0}, actor=shop.actor())


@pytest.fixture
def own_static(live_server: LiveServer, tmp_path: Path) -> Iterator[Path]:
    """The server's static files in a folder where a new version can be made of them."""
    before = live_server.app.static_folder
    folder = tmp_path / "static"
    shutil.copytree(str(before), folder)
    live_server.app.static_folder = str(folder)
    yield folder
    live_server.app.static_folder = before


def test_a_new_version_waits_for_an_empty_cart(
    own_static: Path, browse: Callable[..., Till], shelf: Shelf
) -> None:
    till = browse("cashier")
    till.page.clock.install()
    till.open()
    installed(till)
    till.page.route("**/api/sell", lambda route: route.abort("internetdisconnected"))
    sell(till, shelf["milk"])
    till.scan(shelf["bread"].code)
    till.page.evaluate("() => { window.before = true; }")
    with (own_static / "till/till.css").open("a") as style:
        style.write("\n.of-another-version { color: red; }\n")
    till.page.evaluate("() => navigator.serviceWorker.ready.then((one) => one.update())")
    expect(till.page.locator(".toast.info")).to_be_visible()
    till.page.clock.fast_forward(10_000)
    till.page.wait_for_timeout(2_000)
    assert till.page.evaluate("window.before === true")  # the cart is not empty
    till.page.keyboard.press("Delete")
    expect(till.lines).to_have_count(0)
    till.page.clock.fast_forward(10_000)
    expect(till.page.locator(".toast.good")).to_be_visible()
    assert till.page.evaluate("window.before === undefined")
    style_now = till.page.evaluate("() => fetch('/static/till/till.css').then((answer) => answer.text())")
    assert "of-another-version" in style_now
    till.page.unroute("**/api/sell")
    wake(till.page)
    till.settled()
    attention(till, 0)
    assert till.books_are_right()


# --- As a file -------------------------------------------------------------------------------------------------


def save(till: Till, path: Path) -> dict[str, Any]:
    till.page.locator(".pill.outbox").click()
    with till.page.expect_download() as download:
        till.dialog.locator(".outbox-bar .btn").nth(1).click()
    download.value.save_as(path)
    till.page.keyboard.press("Escape")
    return dict(json.loads(path.read_text()))


def take_in(till: Till, path: Path) -> None:
    if till.dialog.count() == 0:
        till.page.locator(".pill.outbox").click()
    till.dialog.locator("input[type=file]").set_input_files(path)


def test_a_file_carries_sales_to_another_device_once(
    browse: Callable[..., Till], shelf: Shelf, tmp_path: Path
) -> None:
    broken = browse("cashier")
    broken.open()
    sales = broken.sales()
    broken.page.context.set_offline(True)
    sell(broken, shelf["milk"])
    sell(broken, shelf["tea"])
    path = tmp_path / "outbox.json"
    content = save(broken, path)
    assert len(content["entries"]) == 2
    other = browse("manager")
    other.page.goto(f"{other.server.url}/till")
    expect(other.page.locator(".pill.outbox")).to_be_visible()
    take_in(other, path)
    expect(other.dialog.locator(".note.good")).to_contain_text("2")
    other.settled()
    broken.page.context.set_offline(False)
    wake(broken.page)
    assert broken.sales() == sales + 2
    attention(broken, 0)
    assert broken.books_are_right()


@pytest.mark.parametrize("change", ["price", "sum", "address", "shop", "nothing", "cut"])
def test_a_file_that_was_edited_is_refused(till: Till, shelf: Shelf, tmp_path: Path, change: str) -> None:
    till.page.context.set_offline(True)
    sell(till, shelf["milk"])
    path = tmp_path / "outbox.json"
    content = save(till, path)
    if change == "price":
        content["entries"][0]["body"]["total"] = "1.00"
    elif change == "sum":
        content["checksum"] = "0" * 64
    elif change == "address":
        content["entries"][0]["url"] = "/logout"
    elif change == "shop":
        content["organization"]["id"] += 1
    elif change == "nothing":
        content = {"entries": []}
    text = json.dumps(content)
    path.write_text(text[:-40] if change == "cut" else text)
    take_in(till, path)
    expect(till.dialog.locator(".note.bad")).to_be_visible()
    till.page.context.set_offline(False)
    till.page.keyboard.press("Escape")
    wake(till.page)
    till.settled()
    till.complaints.clear()


# --- The routes ------------------------------------------------------------------------------------------------


def test_the_shell_and_the_worker_carry_nobodys_facts(client: FlaskClient) -> None:
    shell = client.get("/till/shell")
    assert shell.status_code == 200
    assert 'id="boot"' not in shell.get_data(as_text=True)
    worker = client.get("/till/sw.js")
    assert worker.headers["Service-Worker-Allowed"] == "/till"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.mimetype == "text/javascript"
    text = worker.get_data(as_text=True)
    for name in ("/static/till/main.js", "/static/vendor/idb.js", "/static/till/receipt.css"):
        assert f'"{name}"' in text
    assert "swagger" not in text
    assert text.startswith("import ")
    assert not client.get("/till/sw.js?plain").get_data(as_text=True).startswith("import ")
    manifest = client.get("/till/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    assert manifest.json["start_url"] == manifest.json["scope"] == "/till"
    for icon in manifest.json["icons"]:
        assert client.get(icon["src"]).status_code == 200


def test_the_facts_are_for_people_who_sell(
    client: FlaskClient, api_of: Callable[..., Any], shop: Any
) -> None:
    assert client.get("/api/till/facts").status_code == 401
    facts = api_of("cashier").get("/api/till/facts")
    assert facts.status_code == 200
    assert facts.headers["Cache-Control"] == "no-store"
    assert facts.json["user"]["name"]
    assert facts.json["texts"]["outbox"]
