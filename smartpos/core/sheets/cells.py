"""What a cell says. People keep numbers as text and dates as text; Excel keeps codes as numbers."""

import re
from datetime import date, datetime
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import parse_decimal
from smartpos.core.search import APOSTROPHES

Cell = str | float | int | bool | date | datetime | None

LONGEST_SHOWN = 80
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)
# Excel keeps fifteen digits of a number; what is longer has been rounded without a word.
EXACT = 10**15

_DATES = (
    re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})[./-](?P<month>\d{1,2})[./-](?P<day>\d{1,2})"),
)
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_YES = frozenset({"ha", "ҳа", "ха", "да", "yes", "y", "true", "1", "+", "bor", "бор", "есть"})
_NO = frozenset({"yo'q", "yoq", "йўқ", "йук", "йок", "нет", "no", "n", "false", "0", "-", "–"})


def letter_of(column: int) -> str:
    """The name of a column, counted from 0, as spreadsheets show it: A, B, … Z, AA."""
    letters = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters


def shown_cell(cell: Cell) -> str:
    """A cell as a person knows it, cut to what fits into a list."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(_("yes") if cell else _("no"))
    if isinstance(cell, datetime) and (cell.hour or cell.minute):
        return f"{cell:%d.%m.%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    text = _number_text(cell) if isinstance(cell, int | float) else str(cell).replace("\x00", "")
    text = "".join(sign for sign in text if not "\ud800" <= sign <= "\udfff")
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _number_text(number: float) -> str:
    if isinstance(number, int) or number.is_integer():
        return str(int(number)) if abs(number) < 1e21 else repr(number)
    return format(Decimal(format(number, ".15g")), "f")


def cell_as_text(cell: Cell) -> str | None:
    """A text, or None for an empty cell. A number becomes its digits: 4780000000017.0 is a barcode. Raises Invalid."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT:
            raise Invalid(_("Excel has rounded this number. Format the column as text and enter it again."))
        return _number_text(cell)
    if isinstance(cell, date):
        return shown_cell(cell)
    return cell.replace("\u00a0", " ").strip() or None


def cell_as_decimal(
    cell: Cell, *, digits: int, limit: Decimal, least: Decimal | None = Decimal(0)
) -> Decimal | None:
    """An exact number, or None for an empty cell: ``24 500,50`` as much as 24500.5. Raises Invalid."""
    if cell is None:
        return None
    if isinstance(cell, bool | date):
        raise Invalid(_("This is not a number."))
    given = format(cell, ".15g") if isinstance(cell, float) else cell
    if isinstance(given, str):
        given = given.replace("\u2212", "-").replace("'", "").strip()
        if not given:
            return None
    number = parse_decimal(given, limit=limit, digits=digits)
    if least is not None and number < least:
        raise Invalid(_("This cannot be negative."))
    return number


def cell_as_date(cell: Cell) -> date | None:
    """A day, or None for an empty cell: a date of Excel, 31.12.2026, 2026-12-31. Raises Invalid."""
    if cell is None:
        return None
    if isinstance(cell, date):
        return _sensible(cell.date() if isinstance(cell, datetime) else cell)
    text = "" if isinstance(cell, bool | int | float) else _CLOCK.sub("", str(cell).strip())
    for shape in _DATES:
        if found := shape.fullmatch(text):
            try:
                day = date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                break
            return _sensible(day)
    raise Invalid(_("This is not a date. Write it like %(example)s.", example="31.12.2026"))


def _sensible(day: date) -> date:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid(_("This date is out of range."))
    return day


def cell_as_yes_no(cell: Cell) -> bool | None:
    """Yes or no in any of the languages, or None for an empty cell. Raises Invalid."""
    if cell is None or isinstance(cell, bool):
        return cell
    text = (cell_as_text(cell) or "").lower()
    word = "".join("'" if sign in APOSTROPHES else sign for sign in text)
    if word in _YES or word in _NO:
        return word in _YES
    raise Invalid(_("This must be yes or no."))
