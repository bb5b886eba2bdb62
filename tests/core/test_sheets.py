"""Spreadsheets as people send them: every format and encoding, text for numbers, and what only pretends to be one."""

import io
import random
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter
from flask import Flask

from smartpos.core.errors import Invalid, Unavailable
from smartpos.core.sheets import (
    NotASpreadsheet,
    SheetTooLarge,
    TemplateColumn,
    cell_as_date,
    cell_as_decimal,
    cell_as_text,
    cell_as_yes_no,
    letter_of,
    read_sheet,
    reading,
    shown_cell,
    write_template,
)


@pytest.fixture(autouse=True)
def speaking(base_app: Flask) -> Any:
    with base_app.app_context():
        yield


def book(fill: Callable[[Any, Any], None]) -> bytes:
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target)
    fill(workbook, workbook.add_worksheet())
    workbook.close()
    return target.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return target.getvalue()


def test_it_reads_excel_with_formulas_dates_and_merged_cells() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["Nomi", "Narxi", "Sana"])
        sheet.write(1, 0, "Non")
        sheet.write_formula(1, 1, "=2*2500", None, 5000)
        sheet.write_datetime(1, 2, date(2026, 12, 31), workbook.add_format({"num_format": "dd.mm.yyyy"}))
        sheet.merge_range("A3:A4", "Sut")
        sheet.write(2, 1, 1.5)
        sheet.write(3, 1, "4780000000017")

    rows = read_sheet(book(fill)).rows
    assert rows[1] == ["Non", 5000.0, date(2026, 12, 31)]
    assert [row[0] for row in rows[2:]] == ["Sut", "Sut"]
    assert rows[3][1] == "4780000000017"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_it_reads_csv_in_the_encodings_of_the_region(encoding: str, separator: str) -> None:
    lines = [["Название", "Цена"], ["Хлеб, белый; нарезка", "24 500,50"], ["Молоко", "12"]]
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)
    assert read_sheet(text.encode(encoding)).rows == lines


def test_a_csv_file_may_name_its_separator_and_have_lines_within_cells() -> None:
    rows = read_sheet(b'sep=|\nNomi|Izoh\nNon|"bir\nikki"\n').rows
    assert rows == [["Nomi", "Izoh"], ["Non", "bir\nikki"]]


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\x00\x01\x02\x03" * 100,
        b"PK\x03\x04 no archive at all",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        b"",
        b"\n\n  \n",
        archive({"word.txt": b"hello"}),
        archive({"[Content_Types].xml": b"<broken", "xl/workbook.xml": b"<<<"}),
    ],
)
def test_what_is_no_spreadsheet_is_called_so(content: bytes) -> None:
    with pytest.raises(NotASpreadsheet):
        read_sheet(content)


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    with pytest.raises(SheetTooLarge):
        read_sheet(archive({"[Content_Types].xml": b"x", "xl/worksheets/sheet1.xml": b"0" * 60_000_000}))


def test_an_archive_that_lies_about_its_size_is_not_believed() -> None:
    bomb = bytearray(archive({"[Content_Types].xml": b"x", "xl/worksheets/sheet1.xml": b"0" * 60_000_000}))
    real = (60_000_000).to_bytes(4, "little")
    while (place := bomb.find(real)) >= 0:
        bomb[place : place + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(SheetTooLarge):
        read_sheet(bytes(bomb))


def test_two_cells_at_the_ends_of_the_sheet_do_not_take_the_server_down() -> None:
    def fill(_workbook: Any, sheet: Any) -> None:
        sheet.write(0, 0, "Nomi")
        sheet.write(1_048_575, 16_383, "Non")

    with pytest.raises(SheetTooLarge):
        read_sheet(book(fill))


def test_there_are_limits_of_rows_columns_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SheetTooLarge):
        read_sheet(b"a" + b",a" * 200)
    with pytest.raises(SheetTooLarge):
        read_sheet(b"a,b\n" * 200_001)
    with pytest.raises(SheetTooLarge):
        read_sheet(book(lambda _book, sheet: sheet.write(0, 200, "too far")))
    monkeypatch.setattr(reading, "LARGEST_FILE", 10)
    with pytest.raises(SheetTooLarge):
        read_sheet(b"a,b,c,d,e,f,g\n")


def test_numbers_as_people_write_them() -> None:
    def number(cell: Any, digits: int = 2) -> Decimal | None:
        return cell_as_decimal(cell, digits=digits, limit=Decimal("999999999"))

    assert number("24\u202f500,5") == number("24 500.50") == number(24500.5) == Decimal("24500.50")
    assert number(0.1 + 0.2) == Decimal("0.30")
    assert number("1'200") == Decimal("1200.00") and number("  ") is None and number(None) is None
    for wrong in ("abc", "1,234.50", "NaN", "-1", -1, True, date(2026, 1, 1), "1e99", "0,001", "12 so'm"):
        with pytest.raises(Invalid):
            number(wrong)


def test_codes_keep_their_digits() -> None:
    assert cell_as_text(4780000000017.0) == "4780000000017"
    assert cell_as_text("00012 ") == "00012"
    assert cell_as_text(12.5) == "12.5"
    with pytest.raises(Invalid):  # seventeen digits of which Excel has kept fifteen
        cell_as_text(10_810_001_001_000_123.0)


def test_dates_and_answers_in_words() -> None:
    day = date(2026, 12, 31)
    given = (
        day,
        datetime(2026, 12, 31, 5, tzinfo=UTC),
        "31.12.2026",
        "31/12/2026",
        "2026-12-31",
        "31.12.2026 00:00:00",
    )
    assert {cell_as_date(cell) for cell in given} == {day} and cell_as_date(None) is None
    for wrong in ("31.02.2026", "soon", 46000, True, "12.2026"):
        with pytest.raises(Invalid):
            cell_as_date(wrong)
    assert [cell_as_yes_no(cell) for cell in ("Да", "ha", 1, True, "+")] == [True] * 5
    assert [cell_as_yes_no(cell) for cell in ("yo‘q", "йўқ", 0, "Нет", False)] == [False] * 5
    assert cell_as_yes_no(None) is None
    with pytest.raises(Invalid):
        cell_as_yes_no("perhaps")


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [letter_of(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert shown_cell("x" * 500).endswith("…") and shown_cell(5.0) == "5" and shown_cell("a\ud800b") == "ab"


def test_a_template_is_read_back_with_its_example() -> None:
    made = write_template(
        "Tovarlar [1/2]",
        [
            TemplateColumn("Nomi", "text", "=HYPERLINK(1)", "Qanday ataladi", True),
            TemplateColumn("Narxi", "number", 24500),
            TemplateColumn("Muddat", "date", date(2026, 12, 31)),
        ],
    )
    assert read_sheet(made).rows == [
        ["Nomi", "Narxi", "Muddat"],
        ["=HYPERLINK(1)", 24500.0, date(2026, 12, 31)],
    ]


def test_more_cells_than_memory_are_refused_before_they_are_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_CELLS", 5_000)
    with pytest.raises(SheetTooLarge):
        read_sheet(book(lambda _book, sheet: sheet.write(99, 50, "Non")))
    with pytest.raises(SheetTooLarge):
        read_sheet(b"1" + b",1" * 50 + (b"\n" + b"," * 50) * 99)
    assert read_sheet(book(lambda _book, sheet: sheet.write(99, 49, "Non"))).rows


def test_an_archive_is_inflated_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = random.Random(1).randbytes(3_000_000)
    packed = archive({"[Content_Types].xml": b"x", "noise": noise})
    fed: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self, *given: Any) -> None:
            self.engine = real(*given)

        def decompress(self, data: Any, most: int) -> bytes:
            fed.append(len(data))
            return self.engine.decompress(data, most)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.engine, name)

    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        member = opened.getinfo("noise")
    monkeypatch.setattr(reading.zlib, "decompressobj", Watched)
    assert reading._inflated(packed, member, 3_000_000) == len(noise)
    assert max(fed) <= 64 * 1024
    with pytest.raises(SheetTooLarge):
        reading._inflated(packed, member, 2_999_999)


def test_one_spreadsheet_is_read_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.05)
    with reading._one_at_a_time, pytest.raises(Unavailable):
        read_sheet(b"a,b\n1,2\n")
    assert read_sheet(b"a,b\n1,2\n").rows
