"""The till previews a cart with the same figures that the server will find."""

import json
from pathlib import Path

from tests.javascript import run_javascript

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import { minor, plainMoney, scaled, thousandths } from "./static/till/money.js";
import { priceCart } from "./static/till/pricing.js";

const money = ({ gross, promotion, discount, cartDiscount, net, tax, total }) => ({
  gross: plainMoney(gross), promotion: plainMoney(promotion), discount: plainMoney(discount),
  cart_discount: plainMoney(cartDiscount), net: plainMoney(net), tax: plainMoney(tax), total: plainMoney(total),
});
export default (cases) => cases.map(({ lines, cart_discount, rounding }) => {
  const priced = priceCart(lines.map((line) => ({
    price: minor(line.price), quantity: thousandths(line.quantity), discount: minor(line.discount),
    promotion: minor(line.promotion ?? "0"), vatRate: scaled(line.vat_rate, 2), vatIncluded: line.vat_included,
  })), minor(cart_discount), minor(rounding));
  const { gross, promotion, discount, tax, rounding: rounded, total } = priced;
  return {
    lines: priced.lines.map(money), gross: plainMoney(gross), promotion: plainMoney(promotion),
    discount: plainMoney(discount), tax: plainMoney(tax), rounding: plainMoney(rounded), total: plainMoney(total),
  };
});
"""


def test_every_vector() -> None:
    cases = json.loads((ROOT / "tests/vectors/prices.json").read_text())
    assert run_javascript(SCRIPT, cases) == [case["expected"] for case in cases]


def test_money_as_people_type_it() -> None:
    typed = {
        "24500": 2_450_000,
        "24 500": 2_450_000,
        "24.500": 2_450_000,
        "1.234.500": 123_450_000,
        "24,5": 2_450,
        "24.50": 2_450,
        "0": 0,
        "": None,
        "-5": None,
        "12x": None,
        "1e5": None,
    }
    script = 'import { readMoney } from "./static/till/money.js"; export default (all) => all.map(readMoney);'
    assert run_javascript(script, list(typed)) == list(typed.values())


def test_quick_cash_offers_what_people_hand_over() -> None:
    script = (
        'import { quickCash } from "./static/till/pricing.js";'
        "export default (all) => all.map(([total, currency]) => quickCash(total, currency).map((one) => one / 100));"
    )
    asked = [[16_625_000, "UZS"], [2_000_000, "UZS"], [120_000, "KZT"], [20_000_000, "UZS"]]
    assert run_javascript(script, asked) == [
        [166_250, 167_000, 170_000, 200_000],
        [20_000, 50_000, 100_000, 200_000],
        [1_200, 1_500, 2_000, 5_000, 10_000, 20_000],
        [200_000],
    ]
