"""The writers alone: what stands in an Excel, CSV or PDF file, cell by cell and tag by tag."""

import csv
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale
from python_calamine import CalamineWorkbook

from smartpos.core.reports import Column, percent_of
from smartpos.core.reports import ColumnKind as K
from smartpos.reports.errors import TooLongForPaper
from smartpos.reports.exporting.csv import write_csv
from smartpos.reports.exporting.pdf import MOST_CELLS, MOST_ROWS, most_rows, write_pdf
from smartpos.reports.exporting.rows import Source
from smartpos.reports.exporting.xlsx import LONGEST_TEXT, write_xlsx
from smartpos.sales.models import PaymentMethod

ZONE = ZoneInfo("Asia/Tashkent")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
DANGEROUS = [
    "=cmd|' /C calc'!A0",
    "+998901234567",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://x")',
]
ODD = [
    "<r><c/></r>",
    "a & b < c > d",
    "_x0041_",
    "oʻzbekcha ўзбекча русский қазақ 🍎",
    " bosh va oxir ",
    "bir\nikki",
    "bell\x07",
    "\ufffe",
    "https://example.uz",
    "007",
    "1e5",
]

COLUMNS = [
    Column("name", "Nomi"),
    Column("method", "Toʻlov", choices={"cash": "Naqd", "card": "Karta"}),
    Column("day", "Kun", K.DATE),
    Column("moment", "Vaqt", K.MOMENT),
    Column("count", "Soni", K.WHOLE, total=True),
    Column("quantity", "Miqdor", K.QUANTITY, total=True),
    Column("price", "Narx", K.COST),
    Column("amount", "Summa", K.MONEY, total=True),
    Column("share", "Ulush", K.PERCENT, total=percent_of("quantity", "count")),
    Column("known", "Maʼlum", K.FLAG),
]
MOMENT = datetime(2026, 11, 20, 19, 30, 15, tzinfo=UTC)  # the next day in Tashkent


def row_of(name: str | None, **changed: Any) -> tuple[Any, ...]:
    values: dict[str, Any] = {
        "name": name,
        "method": PaymentMethod.CASH,
        "day": date(2026, 11, 20),
        "moment": MOMENT,
        "count": 3,
        "quantity": Decimal("1.500"),
        "price": Decimal("7000.1250"),
        "amount": Decimal("-1234567.89"),
        "share": Decimal("12.50"),
        "known": True,
    } | changed
    return tuple(values.values())


def source_of(rows: list[tuple[Any, ...]], *, title: str = "Roʻyxat", totals: bool = True) -> Source:
    def pieces() -> Iterator[list[tuple[Any, ...]]]:
        for start in range(0, len(rows), 100):
            yield rows[start : start + 100]

    return Source(
        title=title,
        columns=COLUMNS,
        pieces=pieces,
        count=lambda: len(rows),
        zone=ZONE,
        lines=["Davr: 20.11.2026", "Bahor"],
        summed={"count": 4, "quantity": 5, "amount": 7} if totals else {},
        author="Owner",
        company="Bahor",
    )


def written(source: Source, folder: Path, **how: Any) -> Path:
    target = folder / "made.xlsx"
    aside = folder / "aside"
    aside.mkdir(exist_ok=True)
    write_xlsx(source, target, lambda done: None, folder=aside, **how)
    assert list(aside.iterdir()) == []
    return target


def sheets(path: Path) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]


def xml(path: Path, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(path) as file:
        return ElementTree.fromstring(file.read(name))  # noqa: S314 - we have just written it


@pytest.fixture(autouse=True)
def in_english(base_app: Flask) -> Iterator[None]:
    with base_app.app_context(), force_locale("en"):
        yield


def test_cells_are_typed_and_totals_added_up(tmp_path: Path) -> None:
    rows = [row_of("Olma"), row_of("Nok", quantity=Decimal("2.000"), known=None, count=None, share=None)]
    (sheet,) = sheets(written(source_of(rows), tmp_path))
    assert [row[0] for row in sheet[:3]] == ["Roʻyxat", "Davr: 20.11.2026", "Bahor"]
    assert sheet[4] == [column.label for column in COLUMNS]
    assert sheet[5] == [
        "Olma",
        "Naqd",
        date(2026, 11, 20),
        datetime(2026, 11, 21, 0, 30, 15),  # noqa: DTZ001 - a spreadsheet knows no zones
        3,
        1.5,
        7000.125,
        -1234567.89,
        0.125,
        True,
    ]
    assert sheet[6][:2] + sheet[6][4:6] + sheet[6][8:] == ["Nok", "Naqd", "", 2, "", ""]
    assert sheet[8][0] == "Total"
    assert sheet[8][4:9] == [3, 3.5, "", -2469135.78, 1.1667]


def test_the_sheet_has_a_frozen_header_filter_widths_and_formats(tmp_path: Path) -> None:
    path = written(source_of([row_of("Olma")] * 3), tmp_path)
    sheet = xml(path, "xl/worksheets/sheet1.xml")
    pane = sheet.find(f".//{MAIN}pane")
    assert pane is not None
    assert (pane.get("ySplit"), pane.get("state")) == ("5", "frozen")
    filter_ = sheet.find(f"{MAIN}autoFilter")
    assert filter_ is not None
    assert filter_.get("ref") == "A5:J8"  # the header and three rows; the totals stand apart
    wide = [(int(str(one.get("min"))), int(str(one.get("max")))) for one in sheet.iter(f"{MAIN}col")]
    assert sum(last - first + 1 for first, last in wide) == len(COLUMNS)
    styles = xml(path, "xl/styles.xml")
    shapes = {one.get("formatCode") for one in styles.iter(f"{MAIN}numFmt")}
    assert {"dd.mm.yyyy", "dd.mm.yyyy hh:mm:ss", "#,##0.000", "#,##0.00##"} <= shapes
    properties = zipfile.ZipFile(path).read("docProps/core.xml").decode()
    assert "Roʻyxat" in properties
    assert "Davr: 20.11.2026" in properties


def test_no_text_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    path = written(source_of([row_of(text) for text in DANGEROUS + ODD]), tmp_path)
    names = [row[0] for row in sheets(path)[0][5:]]
    assert names[: len(DANGEROUS)] == DANGEROUS
    content = zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in content
    assert "<hyperlink" not in content
    for row in range(6, 6 + len(DANGEROUS)):
        (cell,) = re.findall(rf'<c r="A{row}"[^>]*>', content)
        assert 't="inlineStr"' in cell
        assert ' s="' in cell, "it stays a text when somebody edits the cell"
    # What is odd comes back as it was, except what XML cannot hold at all.
    odd = dict(zip(ODD, names[len(DANGEROUS) :], strict=False))
    assert odd["<r><c/></r>"].strip() == "<r><c/></r>"
    for text in ("a & b < c > d", "oʻzbekcha ўзбекча русский қазақ 🍎", "bir\nikki", "007", "1e5"):
        assert odd[text] == text
    assert odd[" bosh va oxir "] == " bosh va oxir "


def test_wild_values_do_not_break_the_file(tmp_path: Path) -> None:
    rows = [
        row_of("🍎" * LONGEST_TEXT),
        row_of(None, method=None, day=None, moment=None, count=None, quantity=None, price=None, amount=None),
        row_of("x", quantity=Decimal("NaN"), price=Decimal("Infinity"), day=date(1850, 1, 1), share=33),
        row_of("y", method="unknown", count=True, amount=Decimal("1E+3"), quantity=Decimal("1E-3")),
    ]
    (sheet,) = sheets(written(source_of(rows, totals=False), tmp_path))
    assert len(sheet[5][0].encode("utf-16-le")) // 2 <= LONGEST_TEXT
    assert sheet[6][:8] == [""] * 8
    assert sheet[7][2] == "1850-01-01"
    assert (sheet[7][5], sheet[7][6], sheet[7][8]) == ("", "", 0.33)
    assert (sheet[8][1], sheet[8][7], sheet[8][5]) == ("unknown", 1000, 0.001)


def test_more_rows_than_a_sheet_takes_go_on_another(tmp_path: Path) -> None:
    rows = [row_of(f"{number}") for number in range(1000)]
    made = sheets(written(source_of(rows), tmp_path, sheet_rows=307))
    # Title, two lines, a gap and the header; at the end a gap and the totals, which fit in.
    assert [len(sheet) for sheet in made] == [305, 305, 305, 107]
    for sheet in made:
        assert sheet[4] == [column.label for column in COLUMNS]
    names = [str(row[0]) for sheet in made for row in sheet[5:] if row[0] and row[0] != "Total"]
    assert names == [f"{number}" for number in range(1000)]
    assert made[-1][-1][4] == 3000
    exact = sheets(written(source_of(rows[:900], totals=False), tmp_path, sheet_rows=305))
    assert [len(sheet) for sheet in exact] == [305, 305, 305]


def test_names_of_sheets_are_bearable(tmp_path: Path) -> None:
    for title, name in (
        ("a/b: [c]*?\\'", "a b   c"),
        ("history", "Data"),
        ("", "Data"),
        ("x" * 50, "x" * 31),
    ):
        path = written(source_of([row_of("a")], title=title), tmp_path)
        assert CalamineWorkbook.from_path(str(path)).sheet_names == [name]


def test_nothing_gives_a_file_with_a_header(tmp_path: Path) -> None:
    (sheet,) = sheets(written(source_of([]), tmp_path))
    assert sheet[-1] == [column.label for column in COLUMNS]


@pytest.mark.parametrize(
    ("locale", "delimiter", "point"), [("ru", ";", ","), ("uz", ";", ","), ("en", ",", ".")]
)
def test_csv_is_for_spreadsheets_of_the_language(
    tmp_path: Path, locale: str, delimiter: str, point: str
) -> None:
    target = tmp_path / "made.csv"
    rows = [row_of(text) for text in DANGEROUS] + [row_of('say "a";b,c\nd')]
    with force_locale(locale):
        write_csv(source_of(rows), target, lambda done: None, locale=locale)
    raw = target.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        header, *found = csv.reader(file, delimiter=delimiter)
    assert header == [str(column.label) for column in COLUMNS]
    assert [row[0] for row in found[:-1]] == [f"'{text}" for text in DANGEROUS]
    assert found[-1][0] == 'say "a";b,c\nd'
    assert found[0][1:9] == [
        "Naqd",
        "2026-11-20",
        "2026-11-21 00:30:15",
        "3",
        f"1{point}5",
        f"7000{point}125",
        f"-1234567{point}89",  # a number below zero is a number
        f"12{point}5",
    ]


def test_paper_has_its_limit(tmp_path: Path) -> None:
    target = tmp_path / "made.pdf"
    rows = [row_of("#let x = 1 *bold* $x$ " + text.strip()) for text in DANGEROUS + ODD[:8]]
    assert write_pdf(source_of(rows * 8), target, lambda done: None, locale="uz_Cyrl") == len(rows) * 8
    content = target.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 1
    most = most_rows(len(COLUMNS))
    assert most * len(COLUMNS) <= MOST_CELLS
    assert most_rows(1) == MOST_ROWS
    with pytest.raises(TooLongForPaper):
        write_pdf(source_of([row_of("x")] * (most + 1)), target, lambda done: None, locale="uz")
