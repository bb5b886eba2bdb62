"""What stands on paper: the browser and the server compose the same receipt."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from smartpos.sales.printing.blocks import Block, Language, Look, receipt_blocks
from smartpos.sales.receipt_settings import QrKind
from smartpos.sales.receipt_texts import receipt_texts
from tests.javascript import run_javascript

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "receipts.json").read_text())["cases"]
ZONE = "Asia/Tashkent"
BROWSER = """
import { receiptBlocks } from "./static/till/receipt-blocks.js";
import { dateAndTime, t, useTexts } from "./static/till/texts.js";
export default ({ cases, texts, timezone }) => {
  useTexts({ texts, language: "en", timezone });
  return cases.map(({ sale, look, copy_at }) => receiptBlocks(sale, look, { t, time: dateAndTime }, copy_at));
};
"""


def look_of(facts: dict[str, Any]) -> Look:
    plain = {key: value for key, value in facts.items() if key not in {"address", "qr", "qr_base", "logo"}}
    return Look(**plain, place=facts["address"], address=facts["qr_base"], qr=QrKind(facts["qr"]))


def paper(case: dict[str, Any], texts: dict[str, str]) -> list[Block]:
    copy_at = datetime.fromisoformat(case["copy_at"]) if case["copy_at"] else None
    language = Language(texts, ZoneInfo(ZONE))
    return receipt_blocks(case["sale"], look_of(case["look"]), language, copy_at=copy_at)


@pytest.fixture
def texts(app: Flask) -> dict[str, str]:
    with app.app_context(), force_locale("en"):
        return receipt_texts()


@pytest.fixture
def papers(texts: dict[str, str]) -> dict[str, list[Block]]:
    return {case["name"]: paper(case, texts) for case in CASES}


def test_browser_and_server_print_the_same(papers: dict[str, list[Block]], texts: dict[str, str]) -> None:
    drawn = run_javascript(BROWSER, {"cases": CASES, "texts": texts, "timezone": ZONE})
    for case, blocks in zip(CASES, drawn, strict=True):
        assert blocks == papers[case["name"]], case["name"]


def rows(blocks: list[Block]) -> dict[str, str]:
    return {block["label"]: block["value"] for block in blocks if block["kind"] == "row"}


def words(blocks: list[Block], kind: str) -> list[str]:
    return [block["text"] for block in blocks if block["kind"] == kind]


def test_a_sale_for_cash(papers: dict[str, list[Block]]) -> None:
    found = rows(papers["cash with change"])
    assert found["TOTAL"] == "40\u202f500"
    assert (found["Cash"], found["Change"]) == ("50\u202f000", "9\u202f500")
    assert found["of it VAT 12%"] == "2\u202f892,86"
    assert found["Date"] == "21.11.2026 16:05"
    assert words(papers["cash with change"], "barcode") == ["1-3-00045"]
    assert words(papers["cash with change"], "title") == []


def test_what_was_saved_is_told_by_line_and_in_all(papers: dict[str, list[Block]]) -> None:
    blocks = papers["promotions, discounts and two rates"]
    found = rows(blocks)
    assert found["Kuz aksiyasi −10%"] == "−3\u202f062,50"
    assert found["Discount"] == "−5\u202f000"
    assert found["Discounts"] == "−12\u202f350,50"
    assert words(blocks, "saved") == ["You saved 12\u202f350,50"]
    assert "of it VAT 0%" not in found


def test_credit_says_when_it_is_due_and_what_is_owed_now(papers: dict[str, list[Block]]) -> None:
    found = rows(papers["part on credit with a customer"])
    assert (found["On credit"], found["To be paid by"]) == ("150\u202f000", "21.12.2026")
    assert (found["Debt now"], found["Points earned"], found["Points now"]) == (
        "350\u202f000",
        "1\u202f000",
        "4\u202f200",
    )


def test_dollars_and_their_rate(papers: dict[str, list[Block]]) -> None:
    own = rows(papers["dollars, change in sums"])
    assert (own["Cash, 20 USD"], own["Change"]) == ("253\u202f000", "53\u202f000")
    assert "1 USD = 12\u202f650" in own
    assert "Cash" not in own
    both = rows(papers["dollars, change in dollars and sums"])
    assert (both["Cash, 20 USD"], both["Change, USD"], both["Change"]) == (
        "253\u202f000",
        "5",
        "9\u202f747,50",
    )


def test_a_refund_says_so_and_names_its_receipt(papers: dict[str, list[Block]]) -> None:
    blocks = papers["refund"]
    found = rows(blocks)
    assert words(blocks, "title") == ["REFUND"]
    assert (found["For receipt no."], found["PAID BACK"], found["Cash"]) == (
        "1-3-00045",
        "24\u202f300",
        "24\u202f300",
    )
    assert found["2 dona × 13\u202f500"] == "27\u202f000"
    back = rows(papers["refund of credit and points"])
    assert (back["Taken off the debt"], back["Points given back"]) == ("20\u202f000", "7\u202f000")


def test_an_exchange_tells_both_sides(papers: dict[str, list[Block]]) -> None:
    blocks = papers["exchange, the customer pays"]
    assert words(blocks, "title") == ["EXCHANGE"]
    assert [text for text in words(blocks, "note") if text in {"Given back by the customer", "Taken instead"}]
    assert rows(blocks)["TOTAL"] == "7\u202f500"
    assert rows(papers["exchange, the customer gets back"])["PAID BACK"] == "7\u202f500"


def test_without_a_number_there_is_a_code(papers: dict[str, list[Block]]) -> None:
    blocks = papers["offline, without a number"]
    assert rows(blocks)["Receipt code"] == "W-a1b2c3d4"
    assert any("number follows" in text for text in words(blocks, "note"))
    assert words(blocks, "barcode") == ["W-a1b2c3d4"]


def test_a_copy_is_marked_with_its_time(papers: dict[str, list[Block]]) -> None:
    blocks = papers["a copy"]
    assert words(blocks, "title") == ["COPY"]
    assert "Printed again: 22.11.2026 11:30" in words(blocks, "note")


def test_what_the_shop_switched_off_is_not_there(papers: dict[str, list[Block]]) -> None:
    blocks = papers["QR code with a text, everything else off"]
    assert words(blocks, "qr") == ["https://t.me/bahor?start=1-3-00045&s=3500.00"]
    assert words(blocks, "barcode") == words(blocks, "saved") == []
    assert "Cashier" not in rows(blocks) and not any("VAT" in label for label in rows(blocks))
    assert words(papers["QR code with an address"], "qr") == ["https://bahor.example/receipts/1-3-00045"]
