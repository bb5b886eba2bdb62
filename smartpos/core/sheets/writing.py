"""Templates: an empty spreadsheet with the right columns, an example, and a sheet that explains them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

# Codes keep their zeros and all their digits only in columns of text.
FORMATS = {"text": "@", "number": "#,##0.###", "date": "dd.mm.yyyy"}


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column of a template; ``kind`` is text, number or date."""

    title: str
    kind: str = "text"
    example: Any = ""
    hint: str = ""
    required: bool = False


def write_template(title: str, columns: Sequence[TemplateColumn]) -> bytes:
    """An .xlsx file to be filled in: headers, one example row, and the meaning of every column on a second sheet."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(_sheet_name(title))
    formats = {kind: book.add_format({"num_format": shape}) for kind, shape in FORMATS.items()}
    needed = book.add_format({"bold": True, "bg_color": "#BFE3D5", "bottom": 1, "text_wrap": True})
    head = book.add_format({"bold": True, "bg_color": "#E8EEEC", "bottom": 1, "text_wrap": True})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, max(12, min(34, len(column.title) + 4)), formats[column.kind])
        sheet.write_string(0, place, column.title, needed if column.required else head)
        _write_example(sheet, place, column, formats[column.kind])
        if column.hint:
            sheet.write_comment(0, place, column.hint)
    sheet.freeze_panes(1, 0)
    about = book.add_worksheet(_sheet_name(_("About the columns")))
    about.set_column(0, 0, 28)
    about.set_column(1, 1, 90)
    for row, column in enumerate(columns):
        about.write_string(row, 0, column.title, needed if column.required else head)
        about.write_string(row, 1, column.hint)
    book.close()
    return target.getvalue()


def _write_example(sheet: Any, place: int, column: TemplateColumn, shape: Any) -> None:
    if column.example in (None, ""):
        return
    if isinstance(column.example, date):
        sheet.write_datetime(1, place, column.example, shape)
    elif column.kind == "number":
        sheet.write_number(1, place, column.example, shape)
    else:
        sheet.write_string(1, place, str(column.example), shape)


def _sheet_name(title: str) -> str:
    """Excel allows 31 characters, and not all of them."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title).strip()[:31] or "Sheet1"
