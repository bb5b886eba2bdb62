"""CSV for people and programs: UTF-8 with a mark that tells Excel so, one header, no totals, days as ISO 8601.

Where a comma divides a number from its fraction (Uzbek, Russian), columns are divided by semicolons, as Excel of those
languages expects.
"""

import csv
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from babel.numbers import get_decimal_symbol
from flask_babel import gettext as _

from smartpos.core.reports import Column, ColumnKind
from smartpos.reports.exporting.rows import NUMBERS, Progress, Source, day_of, exact, local_moment, words_of

# Texts that a spreadsheet would reckon when the file is opened; an apostrophe keeps them texts.
RECKONED = frozenset("=+-@\t\r")


def write_csv(source: Source, target: Path, progress: Progress, *, locale: str) -> int:
    """Write the file; gives how many rows it holds. Raises OSError, and whatever ``progress`` raises to stop."""
    symbol = get_decimal_symbol(locale)
    tell = [_teller(column, source, symbol) for column in source.columns]
    done = 0
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file, delimiter=";" if symbol == "," else ",", lineterminator="\r\n")
        write.writerow([_harmless(str(column.label)) for column in source.columns])
        for piece in source.passing():
            write.writerows([[say(value) for say, value in zip(tell, row, strict=False)] for row in piece])
            done += len(piece)
            progress(done)
    return done


def _teller(column: Column, source: Source, symbol: str) -> Callable[[Any], str]:
    words = words_of(column)
    zone = source.zone

    def text(value: Any) -> str:
        return "" if value is None else _harmless(words(value))

    def number(value: Any) -> str:
        found = exact(value)
        if found is None:
            return text(value) if isinstance(value, str | Enum) else ""
        shown = format(found, "f")
        if "." in shown and column.kind is not ColumnKind.MONEY:
            shown = shown.rstrip("0").rstrip(".")  # 3.000 pieces would be three thousand to some
        return shown if symbol == "." else shown.replace(".", symbol)

    def day(value: Any) -> str:
        return day_of(value, zone).isoformat() if isinstance(value, date) else text(value)

    def moment(value: Any) -> str:
        return local_moment(value, zone).isoformat(" ") if isinstance(value, datetime) else text(value)

    def flag(value: Any) -> str:
        return (_("Yes") if value else _("No")) if isinstance(value, bool) else text(value)

    if column.kind in NUMBERS:
        return number
    return {ColumnKind.DATE: day, ColumnKind.MOMENT: moment, ColumnKind.FLAG: flag}.get(column.kind, text)


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in RECKONED else text
