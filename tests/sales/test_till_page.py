"""The till page and the receipt to print again, as a browser gets them."""

import json
import re
from collections.abc import Callable

from flask.testing import FlaskClient

from smartpos.sales.queries import SoldSale
from tests.cast import Shop


def boot_of(client: FlaskClient) -> dict:
    page = client.get("/till")
    assert page.status_code == 200
    found = re.search(r'id="boot">(.*?)</script>', page.get_data(as_text=True), re.S)
    assert found
    return json.loads(found[1])


def test_a_cashier_finds_the_till_with_its_rules(shop: Shop, client_of: Callable[..., FlaskClient]) -> None:
    boot = boot_of(client_of("cashier"))
    assert boot["user"]["name"] == "Cashier"
    assert "sales:sale:create" in boot["user"]["permissions"]
    assert boot["branch"] == {"id": shop.branch_id, "name": "Chilonzor", "address": None}
    assert [till["name"] for till in boot["tills"]] == ["1-kassa", "2-kassa"]
    assert boot["shift"] is None
    assert boot["organization"]["currency"] == "UZS"
    assert boot["urls"]["sell"] == "/api/sell"


def test_an_open_shift_and_what_sells_are_there_from_the_start(
    shop: Shop, open_till: int, sell: Callable[..., SoldSale], client_of: Callable[..., FlaskClient]
) -> None:
    milk, bread = shop.product("Sut", price="13500"), shop.product("Non", price="4000")
    for _time in range(2):
        sell((bread, "1"), cash="4000")
    sell((milk, "1"), card="13500")
    boot = boot_of(client_of("cashier"))
    assert boot["shift"]["id"] == open_till
    assert boot["shift"]["sales_total"] == "21500.00"
    assert boot["shift"]["payments"] == {"cash": "8000.00", "card": "13500.00"}
    assert boot["till_id"] == shop.till_id
    assert boot["popular"] == [bread, milk]


def test_who_may_not_use_tills_is_turned_away(
    shop: Shop, client: FlaskClient, client_of: Callable[..., FlaskClient]
) -> None:
    assert client_of("warehouse").get("/till").status_code == 403
    answer = client.get("/till")
    assert answer.status_code == 302
    assert "/login" in answer.headers["Location"]


def test_a_receipt_can_be_printed_again(
    shop: Shop,
    stranger: Shop,
    open_till: int,
    sell: Callable[..., SoldSale],
    client_of: Callable[..., FlaskClient],
) -> None:
    sale = sell((shop.product("Sut <1 l>", price="13500"), "2", "500"), cash="30000")
    page = client_of("cashier").get(f"/sales/{sale.id}/receipt").get_data(as_text=True)
    for text in ("Sut &lt;1 l&gt;", sale.number, "paper-80", "26\u202f500", "3\u202f500", "Chilonzor"):
        assert text in page
    assert client_of("manager").get(f"/sales/{sale.id}/receipt").status_code == 200
    assert client_of("cashier2").get(f"/sales/{sale.id}/receipt").status_code == 404
    assert client_of("stranger").get(f"/sales/{sale.id}/receipt").status_code == 404


def test_the_tills_page_may_compile_webassembly_and_no_other(
    shop: Shop, client_of: Callable[..., FlaskClient]
) -> None:
    """The camera reads codes with it."""
    client = client_of("cashier")
    assert "'wasm-unsafe-eval'" in client.get("/till").headers["Content-Security-Policy"]
    assert "'wasm-unsafe-eval'" in client.get("/till/shell").headers["Content-Security-Policy"]
    assert "eval" not in client.get("/profile").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in client.get("/till").headers["Content-Security-Policy"]
