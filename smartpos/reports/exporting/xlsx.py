"""Excel through XlsxWriter in constant memory: one row is in memory at a time, whatever the file becomes.

XlsxWriter makes the workbook, its styles, the lines above the table and the totals. The rows between them are written
by us into the same stream, as the same XML: a call per cell with a search for its type costs eight times what
PostgreSQL needs to send it. Cells are typed by their column. Texts are inline strings and never formulas, whatever
they begin with.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import xlsxwriter
from flask_babel import gettext as _
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from smartpos.core.reports import Column, ColumnKind
from smartpos.reports.exporting.rows import NUMBERS, Progress, Rows, Source, day_of, local_moment, words_of

SHEET_ROWS = 1_048_576
LONGEST_TEXT = 32_767
LONGEST_NAME = 31
# The day whose number is 0 in Excel, as Python counts days; right from March 1900 on.
DAY_ZERO = date(1899, 12, 30).toordinal()
FIRST_DAY = date(1900, 3, 1).toordinal()
SECONDS_OF_DAY = 86_400

SHAPES = {
    ColumnKind.WHOLE: "#,##0",
    ColumnKind.MONEY: "#,##0.00",
    ColumnKind.COST: "#,##0.00##",
    ColumnKind.QUANTITY: "#,##0.000",
    ColumnKind.PERCENT: "0.00%",
    ColumnKind.DATE: "dd.mm.yyyy",
    ColumnKind.MOMENT: "dd.mm.yyyy hh:mm:ss",
}
WIDTHS = {
    ColumnKind.WHOLE: 10,
    ColumnKind.MONEY: 17,
    ColumnKind.COST: 17,
    ColumnKind.QUANTITY: 13,
    ColumnKind.PERCENT: 10,
    ColumnKind.DATE: 12,
    ColumnKind.MOMENT: 20,
    ColumnKind.FLAG: 9,
    ColumnKind.TEXT: 24,
}
# Texts that are not written as they are: markup, signs XML or Excel does not know, white space at the ends, and those
# that a spreadsheet would reckon if they were typed in.
UNUSUAL = re.compile("[&<>\x00-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^[\\s=+@-]|\\s$")
_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
RECKONED = frozenset("=+-@\t\r")

WriteCell = Callable[[Any, int], str]


def write_xlsx(
    source: Source, target: Path, progress: Progress, *, folder: Path, sheet_rows: int = SHEET_ROWS
) -> int:
    """Write the file; gives how many rows it holds. ``folder`` takes what XlsxWriter puts aside meanwhile.

    A sheet ends after ``sheet_rows`` rows, and the next one begins with a header of its own. Raises OSError when the
    disk is full, and whatever ``progress`` raises to stop the work; half a file may be left then.
    """
    done = 0
    with target.open("wb") as file:
        book = xlsxwriter.Workbook(
            _Watched(file, lambda: progress(done)),
            {"constant_memory": True, "tmpdir": str(folder), "use_zip64": True},
        )
        try:
            book.set_properties(_properties(source))
            styles = _Styles(book)
            sheet = _Sheet(book, styles, source, 1, sheet_rows)
            for piece in source.passing():
                rest = piece
                while len(rest) > sheet.room:
                    part, rest = rest[: sheet.room], rest[sheet.room :]
                    sheet.write(part)
                    sheet.finish()
                    sheet = _Sheet(book, styles, source, sheet.number + 1, sheet_rows)
                    done += len(part)
                sheet.write(rest)
                done += len(rest)
                progress(done)
            sheet.finish(source.totals() if source.has_totals and done else None)
            book.close()
        except BaseException:
            # Otherwise it tries once more to write the file when it is thrown away.
            book.fileclosed = True
            for left in book.worksheets():
                with suppress(OSError, ValueError):
                    left._opt_close()
            raise
    return done


class _Watched:
    """The stream of the file; somebody may stop the work while it is packed, too, which takes a while."""

    def __init__(self, file: BinaryIO, look: Callable[[], None]) -> None:
        self._file = file
        self._look = look

    def write(self, content: bytes) -> int:
        self._look()
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class _Sheet:
    """One sheet: lines, header, as many rows as it takes."""

    def __init__(
        self, book: xlsxwriter.Workbook, styles: "_Styles", source: Source, number: int, rows: int
    ) -> None:
        self.number = number
        self.columns = source.columns
        self.sheet: Worksheet = book.add_worksheet(_sheet_name(source.title, number))
        self.styles = styles
        head = self._begin(source)
        self.first = head + 1
        self.next = self.first  # counted from zero, as XlsxWriter does
        # A row is kept for the totals and one to stand between them and what the filter sorts.
        self.last = rows - 1 - (2 if source.has_totals else 0)
        self.cells = [
            _cell_writer(column, xl_col_to_name(place), self.styles, source.zone)
            for place, column in enumerate(self.columns)
        ]
        # The header still waits in memory; ours come after it.
        self.sheet._write_single_row(self.next)

    @property
    def room(self) -> int:
        return self.last + 1 - self.next

    def _begin(self, source: Source) -> int:
        sheet, styles = self.sheet, self.styles
        lines = [source.title, *source.lines]
        for row, line in enumerate(lines):
            sheet.write_string(row, 0, _bearable(line), styles.title if row == 0 else styles.faint)
        head = len(lines) + 1
        for place, column in enumerate(self.columns):
            label = str(column.label)
            width = column.width or max(WIDTHS[column.kind], min(40, len(label) + 4))
            sheet.set_column(place, place, width)
            sheet.write_string(
                head, place, _bearable(label), styles.head_right if column.kind in NUMBERS else styles.head
            )
        sheet.freeze_panes(head + 1, 0)
        sheet.repeat_rows(head)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
        return head

    def write(self, rows: Rows) -> None:
        """Append rows; there is room for them."""
        cells = self.cells
        lines = []
        number = self.next
        for row in rows:
            number += 1
            content = "".join([write(value, number) for write, value in zip(cells, row, strict=False)])
            lines.append(f'<row r="{number}">{content}</row>')
        self.sheet.fh.write("".join(lines))
        self.next = number

    def finish(self, totals: Sequence[Any] | None = None) -> None:
        """Set the filter and, on the last sheet, the totals."""
        sheet = self.sheet
        sheet.previous_row = self.next
        sheet.dim_rowmax = max(self.next - 1, self.first - 1)
        if self.columns:
            sheet.autofilter(self.first - 1, 0, max(self.next - 1, self.first - 1), len(self.columns) - 1)
        if totals is None:
            return
        row = self.next + 1
        for place, (column, value) in enumerate(zip(self.columns, totals, strict=True)):
            if value is not None:
                number = float(value) / 100 if column.kind is ColumnKind.PERCENT else float(value)
                sheet.write_number(row, place, number, self.styles.total(column.kind, value))
            elif place == 0:
                sheet.write_string(row, place, _("Total"), self.styles.total(ColumnKind.TEXT, None))
            else:
                sheet.write_blank(row, place, None, self.styles.total(ColumnKind.TEXT, None))


class _Styles:
    """The formats of a workbook; each is made once."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._kept: dict[str, Any] = {}
        self._book = book
        self.title = self._made("title", bold=True, font_size=14)
        self.faint = self._made("faint", font_color="#5F6C68")
        head = {"bold": True, "bg_color": "#E8EEEC", "bottom": 1, "text_wrap": True, "valign": "vcenter"}
        self.head = self._made("head", **head)
        self.head_right = self._made("head right", align="right", **head)

    def _made(self, key: str, **properties: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = self._book.add_format(properties)
        return self._kept[key]

    def number_of(self, shape: str) -> int:
        """The number by which cells of this format name it; 0 for no format."""
        if not shape:
            return 0
        return int(self._made(f"shape {shape}", num_format=shape)._get_xf_index())

    def typed_text(self) -> int:
        """For texts that would be formulas if somebody typed them: they stay texts when the cell is edited."""
        return int(self._made("typed", quote_prefix=True)._get_xf_index())

    def total(self, kind: ColumnKind, value: Any) -> Any:
        """The format of a total."""
        shape = SHAPES.get(kind, "")
        if kind is ColumnKind.QUANTITY and value is not None and value == int(value):
            shape = SHAPES[ColumnKind.WHOLE]
        return self._made(
            f"total {shape}", bold=True, top=1, bg_color="#F4F6F4", **({"num_format": shape} if shape else {})
        )


def _cell_writer(column: Column, letters: str, styles: _Styles, zone: tzinfo) -> WriteCell:
    """A function of a value and the number of its row, which gives the XML of the cell."""
    as_text = _text_writer(column, letters, styles)
    style = styles.number_of(SHAPES.get(column.kind, ""))
    before, after = f'<c r="{letters}', f'" s="{style}"><v>'

    def number(value: Any, row: int) -> str:
        if value is None:
            return ""
        text = str(value)
        # Words in a column of numbers, and what a division by nothing leaves.
        if not text[-1:].isdigit() or isinstance(value, str):
            return as_text(value, row) if isinstance(value, str) else ""
        return f"{before}{row}{after}{text}</v></c>"

    whole = f'" s="{styles.number_of(SHAPES[ColumnKind.WHOLE])}"><v>'

    def quantity(value: Any, row: int) -> str:
        if not isinstance(value, Decimal):
            return number(value, row)
        text = str(value)
        if text.endswith(".000"):  # pieces are not shown as 3.000, which some read as three thousand
            return f"{before}{row}{whole}{text[:-4]}</v></c>"
        return number(value, row)

    def percent(value: Any, row: int) -> str:
        if isinstance(value, Decimal):
            return number(value.scaleb(-2), row)
        return number(value / 100 if isinstance(value, int | float) else value, row)

    def day(value: Any, row: int) -> str:
        if value is None:
            return ""
        if not isinstance(value, date):
            return as_text(value, row)
        ordinal = day_of(value, zone).toordinal()
        if ordinal < FIRST_DAY:
            return as_text(value.isoformat(), row)
        return f"{before}{row}{after}{ordinal - DAY_ZERO}</v></c>"

    def moment(value: Any, row: int) -> str:
        if value is None:
            return ""
        if not isinstance(value, datetime):
            return as_text(value, row)
        local = local_moment(value, zone)
        ordinal = local.toordinal()
        if ordinal < FIRST_DAY:
            return as_text(local.isoformat(" "), row)
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        return f"{before}{row}{after}{ordinal - DAY_ZERO + seconds / SECONDS_OF_DAY}</v></c>"

    def flag(value: Any, row: int) -> str:
        if value is None:
            return ""
        if not isinstance(value, bool):
            return as_text(value, row)
        return f'{before}{row}" t="b"><v>{int(value)}</v></c>'

    writers: dict[ColumnKind, WriteCell] = {
        ColumnKind.QUANTITY: quantity,
        ColumnKind.PERCENT: percent,
        ColumnKind.DATE: day,
        ColumnKind.MOMENT: moment,
        ColumnKind.FLAG: flag,
        ColumnKind.TEXT: as_text,
    }
    return writers.get(column.kind, number)


def _text_writer(column: Column, letters: str, styles: _Styles) -> WriteCell:
    tell = words_of(column)
    typed = styles.typed_text()
    before, after = f'<c r="{letters}', '" t="inlineStr"><is><t>'
    is_plain = column.choices is None

    def text(value: Any, row: int) -> str:
        if value is None:
            return ""
        shown = value if is_plain and type(value) is str else tell(value)
        if UNUSUAL.search(shown) is None and len(shown) < LONGEST_TEXT // 2:
            return f"{before}{row}{after}{shown}</t></is></c>" if shown else ""
        style = f' s="{typed}"' if shown[:1] in RECKONED else ""
        return (
            f'{before}{row}"{style} t="inlineStr"><is><t xml:space="preserve">{_escaped(shown)}</t></is></c>'
        )

    return text


def _escaped(text: str) -> str:
    text = _ESCAPED.sub("_x005F_", _bearable(text))
    text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _bearable(text: str) -> str:
    """A text that Excel takes: it counts in halves of surrogate pairs, and keeps no more than so many."""
    if len(text) > LONGEST_TEXT // 2:
        text = text.encode("utf-16-le")[: LONGEST_TEXT * 2].decode("utf-16-le", "ignore")
    # XlsxWriter takes what is wrapped like this for rich text of its own making.
    return text + " " if text.startswith("<r>") and text.endswith("</r>") else text


def _sheet_name(title: str, number: int) -> str:
    """Excel allows 31 characters, and not all of them; no two sheets have the same name."""
    ending = f" ({number})" if number > 1 else ""
    kept = "".join(" " if sign in "[]:*?/\\'" or not sign.isprintable() else sign for sign in title)
    while len(kept.encode("utf-16-le")) // 2 > LONGEST_NAME - len(ending):
        kept = kept[:-1]
    # "History" is a name that Excel keeps for itself.
    return (kept.strip() if kept.strip().lower() not in {"", "history"} else "Data") + ending


def _properties(source: Source) -> dict[str, Any]:
    return {
        "title": source.title,
        "comments": "\n".join(source.lines),
        "author": source.author,
        "company": source.company,
    }
