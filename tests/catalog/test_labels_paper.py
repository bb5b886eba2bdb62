"""What stands on a label and where; and that as PDF, as ZPL and as TSPL."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from itertools import product
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from smartpos.catalog.labels.dots import Printer, plain
from smartpos.catalog.labels.facts import Block, LabelFacts
from smartpos.catalog.labels.layout import Bars, Element, Size, Stroke, TooSmall, Words, lay_out, wrap
from smartpos.catalog.labels.pdf import Sheet, label_picture, labels_pdf
from smartpos.catalog.labels.tspl import labels_tspl
from smartpos.catalog.labels.zpl import labels_zpl
from smartpos.catalog.operations.label_templates import STARTERS
from smartpos.catalog.operations.labels import show_money
from smartpos.core.barcodes import barcode_modules, check_digit, is_ean

MM = 72 / 25.4
TEA = LabelFacts(
    name="Choy Ahmad 100 g",
    price="12\u202f500",
    currency="soʻm",
    old_price="14\u202f900 soʻm",
    unit_price="125\u202f000 soʻm per kg",
    barcode="4780000000007",
    sku="10001",
    shop="Bahor",
    branch="Chilonzor",
    price_type="Chakana",
    date="21.11.2026",
)
LONG = replace(
    TEA,
    name="Қаймоқ «Ўзбегим» ёғлилиги 25 фоиз, пластик идишда, музлатилган, " * 7,
    price="123\u202f456\u202f789,50",
    barcode="ABCDEFGHIJ-1234567890",
)
BARE = LabelFacts(name="Non", price="0", currency="soʻm")
ENDLESS = replace(TEA, name="W" * 500, sku="9" * 64, shop="Ж" * 200, barcode="x" * 64)
ROLL = Size(58, 40, 1.8)


def starter(place: int) -> tuple[Size, list[Block]]:
    facts = STARTERS[place]
    size = Size(float(facts["width_mm"]), float(facts["height_mm"]), 1.5)
    return size, [Block(name) for name in facts["blocks"]]


def boxes(elements: Sequence[Element]) -> list[tuple[float, float, float, float]]:
    """What each element covers: left, top, right and bottom; strokes lie on words by purpose."""
    found = []
    for one in elements:
        if isinstance(one, Words):
            right = one.left + one.size * wide(one)
            found.append((one.left, one.y - 0.72 * one.size, right, one.y))
        elif isinstance(one, Bars):
            found.append((one.x, one.y, one.x + one.width, one.baseline))
    return found


def wide(words: Words) -> float:
    from smartpos.catalog.labels.fonts import width_of

    return width_of(words.text, words.bold)


def texts(elements: Sequence[Element]) -> list[str]:
    return [one.text for one in elements if isinstance(one, Words)]


# --- layout --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "facts"), list(product(range(4), [TEA, LONG, BARE, ENDLESS])))
def test_nothing_leaves_the_label_or_lies_on_something_else(place: int, facts: LabelFacts) -> None:
    size, blocks = starter(place)
    found = boxes(lay_out(blocks, facts, size))
    for left, top, right, bottom in found:
        assert left >= -0.01 and right <= size.width + 0.01
        assert top >= 0 and bottom <= size.height
    for number, (left, top, right, bottom) in enumerate(found):
        for other in found[number + 1 :]:
            apart = (
                left >= other[2] or other[0] >= right or top >= other[3] - 0.01 or other[1] >= bottom - 0.01
            )
            assert apart, (facts.name[:20], found)


def test_what_a_product_does_not_have_is_left_out() -> None:
    assert texts(lay_out(list(Block), BARE, ROLL)) == ["Non", "0", "soʻm"]
    assert not [one for one in lay_out(list(Block), BARE, ROLL) if isinstance(one, Bars | Stroke)]


def test_a_long_name_is_broken_and_made_smaller_and_cut_only_at_last() -> None:
    small = Size(40, 20, 1.5)
    short, long = (lay_out([Block.NAME, Block.PRICE], facts, small) for facts in (TEA, LONG))
    assert texts(short)[0] == TEA.name
    names = [one for one in long if isinstance(one, Words) and one.bold][:-1]
    assert len(names) > 2 and names[-1].text.endswith("…")
    assert names[0].size < short[0].size  # type: ignore[union-attr]
    whole = replace(TEA, name="Shokolad sutli yongʻoqli va mayizli katta qadoqda 400 g")
    lines = texts(lay_out([Block.NAME, Block.PRICE], whole, ROLL))[:-2]
    assert " ".join(lines) == whole.name


def test_the_old_price_is_struck_through() -> None:
    drawn = lay_out([Block.OLD_PRICE, Block.PRICE], TEA, ROLL)
    (stroke,) = (one for one in drawn if isinstance(one, Stroke))
    old = drawn[0]
    assert isinstance(old, Words) and old.text == TEA.old_price
    assert old.y - old.size < stroke.y < old.y
    assert stroke.width >= old.size * wide(old)


def test_small_lines_share_a_row() -> None:
    shop, date = lay_out([Block.SHOP, Block.DATE], TEA, ROLL)
    assert isinstance(shop, Words) and isinstance(date, Words)
    assert shop.y == date.y and (shop.align, date.align) == ("left", "right")


def test_more_than_fits_is_refused() -> None:
    with pytest.raises(TooSmall):
        lay_out(list(Block), TEA, Size(40, 12, 1.5))


def test_words_longer_than_the_label_are_divided() -> None:
    lines = wrap("W" * 30, 8)
    assert "".join(lines) == "W" * 30 and len(lines) > 3
    assert wrap("", 8) == []


def test_money_has_thin_spaces_and_decimals_only_where_there_are_any() -> None:
    shown = [show_money(Decimal(value)) for value in ("0", "24500.00", "1234567.50", "0.05")]
    assert shown == ["0", "24\u202f500", "1\u202f234\u202f567,50", "0,05"]


# --- barcodes ------------------------------------------------------------------------------------------------------


def test_an_ean_is_drawn_as_one_and_anything_else_as_code_128() -> None:
    assert is_ean("4780000000007") and not is_ean("4780000000008") and not is_ean("٤٧٨٠٠٠٠٠٠٠٠٠٧")
    assert check_digit("200000112345") == "4"
    drawn = "".join("1" if dark else "0" for dark in barcode_modules("4780000000007"))
    # 4 decides that the first half is LGLLGG: 7 in L, 8 in G; the second half is R, and 7 in R ends it.
    assert len(drawn) == 95 and drawn.startswith("1010111011" + "0001001") and drawn.endswith("1000100101")
    assert len(barcode_modules("96385074")) == 67
    assert len(barcode_modules("4780000000008")) != 95  # scanners would read another digit


def test_a_barcode_too_wide_for_any_scanner_is_told_in_words() -> None:
    drawn = lay_out([Block.NAME, Block.BARCODE], ENDLESS, Size(40, 25, 1.5))
    assert not [one for one in drawn if isinstance(one, Bars)]
    assert texts(drawn)[-1] == "x" * 64


# --- PDF -----------------------------------------------------------------------------------------------------------


def pdf(app: Flask, labels: Any, size: Size, sheet: Sheet | None) -> PdfReader:
    with app.app_context():
        return PdfReader(BytesIO(labels_pdf(labels, size, sheet, title="Yorliqlar", language="uz_Cyrl")))


def words_of(page: Any) -> str:
    return " ".join(page.extract_text().replace("\u202f", " ").split())


def test_a_roll_has_a_page_per_label_of_the_labels_size(base_app: Flask) -> None:
    blocks = [Block.NAME, Block.PRICE, Block.BARCODE]
    cream = replace(TEA, name="Қаймоқ Ўзбегим")
    document = pdf(base_app, [(lay_out(blocks, TEA, ROLL), 2), (lay_out(blocks, cream, ROLL), 1)], ROLL, None)
    assert len(document.pages) == 3
    for page in document.pages:
        assert float(page.mediabox.width) == pytest.approx(58 * MM, abs=0.1)
        assert float(page.mediabox.height) == pytest.approx(40 * MM, abs=0.1)
    assert "Choy Ahmad 100 g" in words_of(document.pages[1])
    last = words_of(document.pages[2])
    assert "Қаймоқ Ўзбегим" in last and "12 500" in last and "4 780000 000007" in last


def places(page: Any, wanted: str) -> list[tuple[float, float]]:
    """Where a word stands on a page, in millimetres from the upper left corner."""
    found: list[tuple[float, float]] = []

    def visit(text: str, cm: Any, tm: Any, *_more: Any) -> None:
        if wanted in text:
            x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
            y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
            found.append((x / MM, 297 - y / MM))

    page.extract_text(visitor_text=visit)
    return found


def test_a_sheet_begins_at_the_first_free_place_and_goes_on_to_the_next(base_app: Flask) -> None:
    size = Size(70, 37, 4)
    label = lay_out([Block.NAME], replace(TEA, name="Non"), size)
    document = pdf(base_app, [(label, 4)], size, Sheet(3, 8, 23))
    assert len(document.pages) == 2
    assert float(document.pages[0].mediabox.width) == pytest.approx(210 * MM, abs=0.1)
    assert float(document.pages[0].mediabox.height) == pytest.approx(297 * MM, abs=0.1)
    first, second = (places(page, "Non") for page in document.pages)
    assert len(first) == len(second) == 2
    # 23 is the middle of the last row, the grid of 210 × 296 mm lies in the middle of the sheet.
    for (x, y), (column, row) in zip([*first, *second], [(1, 7), (2, 7), (0, 0), (1, 0)], strict=True):
        assert column * 70 < x < (column + 1) * 70
        assert 0.5 + row * 37 < y < 0.5 + (row + 1) * 37


def test_a_thousand_labels_are_one_document(base_app: Flask) -> None:
    size = Size(70, 37, 4)
    blocks = [Block.NAME, Block.OLD_PRICE, Block.PRICE, Block.BARCODE]
    many = [
        (
            lay_out(
                blocks,
                replace(TEA, name=f"Choy {n}", barcode=(body := f"29{n:010d}") + check_digit(body)),
                size,
            ),
            1,
        )
        for n in range(1000)
    ]
    document = pdf(base_app, many, size, Sheet(3, 8))
    assert len(document.pages) == 42
    assert "Choy 999" in words_of(document.pages[41])


def test_the_picture_of_a_label_has_its_size(base_app: Flask) -> None:
    with base_app.app_context():
        made = label_picture(
            lay_out(list(Block), LONG, Size(58, 60, 2)), Size(58, 60, 2), language="uz", dpi=254
        )
    assert Image.open(BytesIO(made)).size == (580, 600)


# --- printers' languages -------------------------------------------------------------------------------------------

TRICKY = replace(TEA, name='A^XZ~HS_5E "kuchli" \\& choy', barcode="A^B>1_", old_price="", unit_price="")
SIMPLE = [Block.NAME, Block.PRICE, Block.BARCODE]


def zpl(facts: LabelFacts, *, copies: int = 1, printer: Printer | None = None) -> str:
    return labels_zpl([(lay_out(SIMPLE, facts, ROLL), copies)], ROLL, printer or Printer()).decode()


def test_zpl_says_size_alphabet_and_copies() -> None:
    written = zpl(TEA, copies=7)
    assert written.startswith("^XA\n^CI28\n^PW464\n^LL320\n") and written.endswith("^PQ7,0,1,Y\n^XZ\n")
    assert "^FDChoy Ahmad 100 g^FS" in written
    assert "^FD12 500^FS" in written and "^FDso'm^FS" in written
    assert re.search(r"\^BY3\^FO\d+,\d+\^BEN,\d+,Y,N\^FD478000000000\^FS", written)
    assert "^PW685\n^LL472" in zpl(TEA, printer=Printer(dpi=300))


def test_signs_of_zpl_in_a_name_are_no_commands() -> None:
    written = zpl(TRICKY)
    assert written.count("^XZ") == written.count("^XA") == 1
    assert "~" not in written
    assert "A_5EXZ_7EHS_5F5E" in written
    fields = re.findall(r"\^FD(.*?)\^FS", written, re.DOTALL)
    read = [re.sub(r"_([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), one) for one in fields]
    assert TRICKY.name in " ".join(read)
    assert ">:A^B>01_" in read  # in Code 128 a bracket alone would change the alphabet
    assert written.count("^FO") == written.count("^FS")


def test_cyrillic_is_a_picture_in_zpl_unless_the_printer_has_the_letters() -> None:
    cream = replace(TEA, name="Қаймоқ")
    drawn = zpl(cream)
    total, again, row = map(int, re.search(r"\^GFA,(\d+),(\d+),(\d+),", drawn).groups())  # type: ignore[union-attr]
    assert total == again and total % row == 0 and "Қ" not in drawn
    assert _dark_dots(drawn, row) > 300
    assert "^FDҚаймоқ^FS" in zpl(cream, printer=Printer(own_letters=True))
    assert "^GFA" not in zpl(cream, printer=Printer(own_letters=True))


def _dark_dots(written: str, row_bytes: int) -> int:
    """The short form of a picture read back: every row must be as long as the rest."""
    data = re.search(r"\^GFA,\d+,\d+,\d+,(.*?)\^FS", written, re.DOTALL)[1]  # type: ignore[index]
    rows: list[str] = []
    row, times = "", 0
    for sign in data:
        if sign == ":":
            rows.append(rows[-1])
        elif sign == ",":
            rows.append(row.ljust(row_bytes * 2, "0"))
            row = ""
        elif "G" <= sign <= "Y":
            times += ord(sign) - ord("F")
        elif "g" <= sign <= "z":
            times += 20 * (ord(sign) - ord("f"))
        else:
            row += sign * (times or 1)
            times = 0
            if len(row) == row_bytes * 2:
                rows.append(row)
                row = ""
    assert row == "" and {len(one) for one in rows} == {row_bytes * 2}
    return sum(int(one, 16).bit_count() for one in rows)


def tspl(facts: LabelFacts, *, copies: int = 1, printer: Printer | None = None) -> bytes:
    return labels_tspl([(lay_out(SIMPLE, facts, ROLL), copies)], ROLL, printer or Printer())


def test_tspl_says_size_alphabet_and_copies() -> None:
    lines = tspl(TEA, copies=7).decode().split("\r\n")
    assert lines[0] == "SIZE 58 mm,40 mm" and "CODEPAGE UTF-8" in lines and "CLS" in lines
    assert lines[-2:] == ["PRINT 1,7", ""]
    assert any(line.startswith("TEXT ") and line.endswith(',"Choy Ahmad 100 g"') for line in lines)
    assert any(
        line.startswith("BARCODE ") and '"EAN13"' in line and line.endswith('"478000000000"')
        for line in lines
    )


def test_quotation_marks_do_not_end_a_text_of_tspl() -> None:
    written = tspl(TRICKY).decode()
    assert '\\["]kuchli\\["]' in written
    for line in written.split("\r\n"):
        if line.startswith(("TEXT", "BARCODE")):
            assert line.replace('\\["]', "").count('"') == 4


def test_cyrillic_is_a_picture_in_tspl_unless_the_printer_has_the_letters() -> None:
    cream = replace(TEA, name="Қаймоқ")
    drawn = tspl(cream)
    found = re.search(rb"BITMAP \d+,\d+,(\d+),(\d+),0,", drawn)
    assert found is not None
    wide_, high = int(found[1]), int(found[2])
    dots = drawn[found.end() : found.end() + wide_ * high]
    assert drawn[found.end() + wide_ * high :].startswith(b"\r\n")
    assert sum((byte ^ 0xFF).bit_count() for byte in dots) > 300  # black is 0
    assert "Қаймоқ" in tspl(cream, printer=Printer(own_letters=True)).decode()


def test_signs_that_printers_lack_take_their_usual_stead() -> None:
    assert plain("24\u202f500 soʻm – «yangi»…\n") == '24 500 so\'m - "yangi"... '
