"""Labels of the shop's scale: read alike in browser and server, and sold by weight or at the price they bear."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from smartpos.catalog.scales import check_patterns, read_scale_code
from smartpos.core.errors import Invalid
from tests.cast import Shop, ean13
from tests.conftest import Api
from tests.javascript import run_javascript
from tests.sales.test_sell_api import on_hand, sale, set_setting

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/scales.json").read_text())
PATTERNS = "20CCCCCWWWWWX,21CCCCCPPPPPX"


@pytest.fixture
def till(shop: Shop, api_of: Callable[..., Api], open_till: int) -> Api:
    set_setting(shop, "scale_patterns", PATTERNS)
    return api_of("cashier")


def label(digits: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["code"])
def test_the_server_reads_as_written_down(case: dict[str, Any]) -> None:
    read = read_scale_code(case["code"], case["patterns"])
    found = read and [read.item, read.quantity and str(read.quantity), read.price and str(read.price)]
    assert found == case["reads"]


def test_the_browser_reads_as_written_down() -> None:
    script = """
    import { readScaleCode, scaleReaders } from "./static/till/codes.js";
    export default (cases) => cases.map(({ code, patterns }) => {
      const read = readScaleCode(code, scaleReaders(patterns));
      return read && [read.item, read.grams && (read.grams / 1000).toFixed(3), read.price && read.price.toFixed(2)];
    });
    """
    assert run_javascript(script, VECTORS) == [case["reads"] for case in VECTORS]


@pytest.mark.parametrize(
    "text", ["20CCCCC", "XXCCCCCWWWWWX", "20WWWWWCCCCCX", "20CCCCCWWPPPX", "20CCCCCWWWWWW"]
)
def test_a_pattern_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        check_patterns(f"20CCCCCWWWWWX,{text}")


def test_patterns_are_kept_tidy() -> None:
    assert check_patterns(" 20cccccwwwwwx , ,21CCCCCPPPPPX ") == PATTERNS


def test_a_label_with_a_weight_sells_that_weight(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    cheese = shop.product("Pishloq", price="80000", unit="kg", stock="10", sku="123")
    body = till.post("/api/sell", sale({"barcode": label("200012300735"), "quantity": 1})).json
    assert (body["total"], on_hand(shop, cheese)) == ("58800.00", Decimal("9.265"))
    two = till.post("/api/sell", sale({"barcode": label("200012300500"), "quantity": 2})).json
    assert (two["total"], on_hand(shop, cheese)) == ("80000.00", Decimal("8.265"))
    assert books() == []


def test_a_label_with_a_price_sells_at_that_price(
    shop: Shop, till: Api, books: Callable[[], list[str]]
) -> None:
    cheese = shop.product("Pishloq", price="79990", unit="kg", stock="10", sku="00045")
    body = till.post("/api/sell", sale({"barcode": label("210004512345"), "quantity": 1})).json
    line = body["items"][0]
    assert (line["total"], line["unit"], line["multiplier"]) == ("12345.00", "0.154 kg", "0.154")
    assert on_hand(shop, cheese) == Decimal("9.846")
    assert books() == []


def test_a_code_that_somebody_has_goes_before_the_scale(shop: Shop, till: Api) -> None:
    shop.product("Pishloq", price="80000", unit="kg", sku="123")
    shop.product("Qalam", price="2000", barcode=label("200012300735"))
    body = till.post("/api/sell", sale({"barcode": label("200012300735"), "quantity": 1})).json
    assert body["items"][0]["name"] == "Qalam"


def test_a_label_of_goods_that_nobody_knows(shop: Shop, till: Api) -> None:
    answer = till.post("/api/sell", sale({"barcode": label("200012300735"), "quantity": 1}))
    assert (answer.status_code, answer.json["code"]) == (404, "product_not_found")


GS1 = """
import { gs1Date, readGs1 } from "./static/till/codes.js";
export default (codes) => codes.map((code) => {
  const fields = readGs1(code);
  return fields && { ...Object.fromEntries(fields), expires: gs1Date(fields.get("17")) };
});
"""


def test_gs1_codes_tell_lot_and_expiry() -> None:
    gtin = "0" + ean13(77)
    codes = {
        f"]d201{gtin}17270300" + "10L-7\u001d21abc": ("L-7", "2027-03-31", "abc"),
        f"01{gtin}10A1\u001d17261205": ("A1", "2026-12-05", None),
        f"(01){gtin}(17)261205(10)A-2": ("A-2", "2026-12-05", None),
        f"]d2\u001d01{gtin}215'x!\u001d91EE06\u001d92abc==": (None, None, "5'x!"),
        f"01{gtin}3103000735": (None, None, None),
        f"]d201{gtin}17271399": (None, None, None),
    }
    answers = run_javascript(GS1, list(codes))
    assert [(one.get("10"), one["expires"], one.get("21")) for one in answers] == list(codes.values())
    assert all(one["01"] == gtin for one in answers)


@pytest.mark.parametrize(
    "code", ["4780000000019", "0112345678901231", "]d2xx", "", "(01)123", "01" + "9" * 14 + "10"]
)
def test_what_is_no_gs1_code(code: str) -> None:
    assert run_javascript(GS1, [code]) == [None]
