"""Reading a spreadsheet: by what it contains, never by what it is called, and never more than it may be.

A file is looked at before it is opened: archives are inflated without being kept, so that one which promises little and
holds much is refused after its first surplus megabyte. Then a process of its own lays the cells out (``child.py``).
"""

import csv
import io
import marshal
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import structlog
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Invalid, Unavailable
from smartpos.core.figures import grouped
from smartpos.core.sheets.cells import Cell

LARGEST_FILE = 50 * 1024 * 1024
LARGEST_INFLATED = 600 * 1024 * 1024
# Text of cells shrinks to a tenth, in a bad case to a fortieth; what shrinks more is made to be unpacked.
LARGEST_RATIO = 120
WITHOUT_RATIO = 20 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_CELLS = 5_000_000
SECONDS = 180
# How long, in seconds, a file waits for the one that is being read.
PATIENCE = 60.0
SEPARATORS = (";", ",", "\t", "|")

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TEXT = frozenset(map(chr, (*range(9), *range(14, 32))))
_CHUNK = 256 * 1024
_SLICE = 64 * 1024
_LOCAL_HEADER = 30

# A large sheet takes hundreds of megabytes to lay out: several at once would take the memory of the shop's server.
_one_at_a_time = threading.Lock()

log = structlog.get_logger(__name__)


class NotASpreadsheet(Invalid):
    """The file is something else, or it is broken."""

    code = "not_a_spreadsheet"
    title = _l(
        "This file is not a spreadsheet. Please send an Excel (.xlsx, .xls), OpenDocument or CSV file."
    )


class SheetTooLarge(Invalid):
    """More than we read."""

    code = "sheet_too_large"
    title = _l("This spreadsheet is too large.")


@dataclass(slots=True)
class Sheet:
    """The cells of a sheet, row by row; rows may differ in length. The first row is the sheet's first."""

    rows: list[list[Cell]]


def read_sheet(content: bytes) -> Sheet:
    """The first sheet of a file that has anything in it. Raises NotASpreadsheet, SheetTooLarge.

    One file is read at a time in a process; raises Unavailable when the others before it take too long.
    """
    if not content:
        raise NotASpreadsheet(_("This file is empty."))
    if len(content) > LARGEST_FILE:
        raise SheetTooLarge(_("At most %(most)s MB fit here.", most=LARGEST_FILE // 1024 // 1024))
    if not _one_at_a_time.acquire(timeout=PATIENCE):
        raise Unavailable(_("Another spreadsheet is being read. Please try again in a minute."))
    try:
        rows = _read_rows(content)
    finally:
        _one_at_a_time.release()
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise NotASpreadsheet(_("There is nothing in this spreadsheet."))
    _refuse_too_many(rows)
    return Sheet(rows)


def _read_rows(content: bytes) -> list[list[Cell]]:
    if content.startswith(_ZIP):
        _refuse_bomb(content)
        return _in_a_child(content)
    if content.startswith(_OLE):
        return _in_a_child(content)
    return _read_text(content)


def _too_many_cells() -> SheetTooLarge:
    return SheetTooLarge(_("At most %(most)s cells are read, empty ones between them too.", most=MOST_CELLS))


def _refuse_too_many(rows: Sequence[Sequence[Cell]]) -> None:
    if len(rows) > MOST_ROWS or max(map(len, rows)) > MOST_COLUMNS:
        raise SheetTooLarge(
            _(
                "At most %(rows)s rows and %(columns)s columns are read.",
                rows=grouped(MOST_ROWS, 0),
                columns=MOST_COLUMNS,
            )
        )


# --- Archives -------------------------------------------------------------------------------------------------------
def _refuse_bomb(content: bytes) -> None:
    """Count what the archive really holds. Its own directory is asked first and then not believed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise NotASpreadsheet from None
    names = {member.filename for member in members}
    if not names & {"[Content_Types].xml", "mimetype"}:
        raise NotASpreadsheet
    room = LARGEST_INFLATED
    if len(content) * LARGEST_RATIO < room:
        room = max(len(content) * LARGEST_RATIO, WITHOUT_RATIO)
    if sum(member.file_size for member in members) > room:
        raise SheetTooLarge
    for member in members:
        room -= _inflated(content, member, room)


def _inflated(content: bytes, member: zipfile.ZipInfo, room: int) -> int:
    """How many bytes a member becomes; raises SheetTooLarge as soon as it is more than there is room for."""
    start = member.header_offset
    header = content[start : start + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER or not header.startswith(_ZIP):
        raise NotASpreadsheet
    start += _LOCAL_HEADER + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = memoryview(content)[start : start + member.compress_size]
    if member.compress_type == zipfile.ZIP_STORED:
        if len(packed) > room:
            raise SheetTooLarge
        return len(packed)
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise NotASpreadsheet
    engine, total = zlib.decompressobj(-zlib.MAX_WBITS), 0
    try:
        # In slices: the engine copies what it leaves of its input, each time all of it.
        for place in range(0, len(packed), _SLICE):
            rest: bytes | memoryview = packed[place : place + _SLICE]
            while not engine.eof and len(rest):
                total += len(engine.decompress(rest, _CHUNK))
                if total > room:
                    raise SheetTooLarge
                rest = engine.unconsumed_tail
            if engine.eof:
                break
    except zlib.error:
        raise NotASpreadsheet from None
    return total


# --- Excel and OpenDocument -----------------------------------------------------------------------------------------
def _in_a_child(content: bytes) -> list[list[Cell]]:
    with tempfile.NamedTemporaryFile(prefix="sheet-", suffix=".bin") as file:
        file.write(content)
        file.flush()
        program = Path(__file__).with_name("child.py")
        limits = map(str, (MOST_ROWS, MOST_COLUMNS, MOST_CELLS))
        command = [sys.executable, "-I", str(program), file.name, *limits]
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                command, capture_output=True, timeout=SECONDS, check=False, cwd="/"
            )
        except subprocess.TimeoutExpired:
            raise SheetTooLarge from None
    if done.returncode != 0:
        # It was ended for asking too much; nothing else ends it.
        log.warning("sheet_refused", code=done.returncode, said=done.stderr[-300:].decode(errors="replace"))
        raise SheetTooLarge
    answer: dict[str, Any] = marshal.loads(done.stdout)  # noqa: S302 - our own child's words
    if answer.get("error") == "too_large":
        raise SheetTooLarge(
            _(
                "At most %(rows)s rows and %(columns)s columns are read.",
                rows=grouped(MOST_ROWS, 0),
                columns=MOST_COLUMNS,
            )
        )
    if answer.get("error") == "too_many_cells":
        raise _too_many_cells()
    if answer.get("error") == "password":
        raise NotASpreadsheet(_("This file is protected by a password. Save it without one first."))
    if "error" in answer:
        raise NotASpreadsheet
    rows = [[_cell(cell) for cell in row] for row in answer["rows"]]
    # A value that was merged down its column holds for every row of the stretch.
    for column, first, last in answer["merged"]:
        for row in rows[first + 1 : last + 1]:
            if first < len(rows) and column < len(row) and row[column] is None:
                row[column] = rows[first][column]
    return rows


def _cell(cell: Any) -> Cell:
    if isinstance(cell, tuple):
        moment = datetime.fromisoformat(cell[1])
        return moment if "T" in cell[1] else date(moment.year, moment.month, moment.day)
    if isinstance(cell, str):
        return cell if cell.strip() else None
    return cell  # type: ignore[no-any-return]


# --- CSV ------------------------------------------------------------------------------------------------------------
def _read_text(content: bytes) -> list[list[Cell]]:
    text = _decoded(content)
    first = next(iter(text[:10].splitlines()), "")
    separator = None
    if first.lower().startswith("sep=") and len(first) == len("sep=;"):
        separator = first[-1]
        text = text.split("\n", 1)[1] if "\n" in text else ""
    separator = separator or _separator_of(text)
    rows: list[list[Cell]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([cell if cell.strip() else None for cell in row])
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                _refuse_too_many(rows)
            cells += len(row)
            if cells > MOST_CELLS:
                raise _too_many_cells()
    except csv.Error:
        raise NotASpreadsheet from None
    return [row or [None] for row in rows]


def _decoded(content: bytes) -> str:
    """Text in the encodings of the region: UTF-8, what Excel calls Unicode, and Windows' Cyrillic."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if content.startswith(b"%PDF") or not _NOT_TEXT.isdisjoint(text):
            break
        return text
    raise NotASpreadsheet


def _separator_of(text: str) -> str:
    """The sign that divides the first lines into the same number of cells, and into the most of them."""
    head = text[:200_000].splitlines()[:30]
    best, score = ",", (0, 0)
    for separator in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=separator) if row]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count, default=1)
        found = (widths.count(usual) if usual > 1 else 0, usual)
        if found > score:
            best, score = separator, found
    return best
