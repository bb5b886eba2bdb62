"""PDF for paper: a table on landscape pages whose header is repeated and whose pages are numbered."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from smartpos.core.admin import formatters
from smartpos.core.pdf import render_pdf
from smartpos.core.reports import Column, ColumnKind
from smartpos.reports.errors import TooLongForPaper
from smartpos.reports.exporting.rows import NUMBERS, Progress, Source, day_of, exact, local_moment, words_of

MOST_ROWS = 5000
# Typst holds the whole document, and some kilobytes for each cell of it.
MOST_CELLS = 30_000
LONGEST_TEXT = 400
TEMPLATE = "reports/table.typ"
# How wide a column may become, in characters, however long its texts are; those break into lines.
NARROWEST, WIDEST = 5, 34


def write_pdf(source: Source, target: Path, progress: Progress, *, locale: str) -> int:
    """Write the file; gives how many rows it holds. Raises TooLongForPaper, OSError."""
    most = most_rows(len(source.columns))
    tell = [_teller(column, source) for column in source.columns]
    rows: list[list[str]] = []
    for piece in source.passing():
        rows += [[say(value) for say, value in zip(tell, row, strict=False)] for row in piece]
        if len(rows) > most:
            raise TooLongForPaper(
                _(
                    "A PDF holds at most %(most)s rows, and there are more. Narrow the filters, or choose Excel.",
                    most=most,
                ),
                most=most,
            )
        progress(len(rows))
    totals = source.totals() if source.has_totals and rows else []
    content = render_pdf(
        TEMPLATE,
        {
            "title": source.title,
            "lines": list(source.lines),
            "company": source.company,
            "heads": [str(column.label) for column in source.columns],
            "right": [column.kind in NUMBERS for column in source.columns],
            "weights": _weights([str(column.label) for column in source.columns], rows),
            "rows": rows,
            "totals": ["" if value is None else say(value) for say, value in zip(tell, totals, strict=False)],
            "total": _("Total"),
            "nothing": _("Nothing here yet."),
            "page": _("Page"),
        },
        language=locale,
    )
    target.write_bytes(content)
    return len(rows)


def most_rows(columns: int) -> int:
    """How many rows a PDF may have with so many columns."""
    return min(MOST_ROWS, MOST_CELLS // max(1, columns))


def _weights(heads: list[str], rows: list[list[str]]) -> list[int]:
    """How wide the columns are to each other: as most of their cells need, and as the longest word of their head."""
    sample = rows[:: max(1, len(rows) // 200)]
    weights = []
    for place, head in enumerate(heads):
        lengths = sorted(len(row[place]) for row in sample) or [0]
        usual = lengths[len(lengths) * 9 // 10]
        weights.append(max(NARROWEST, min(WIDEST, max(usual, *map(len, head.split() or [""])) + 2)))
    return weights


def _teller(column: Column, source: Source) -> Callable[[Any], str]:
    words = words_of(column)
    zone = source.zone
    shapes: dict[ColumnKind, Callable[[Any], Any]] = {
        ColumnKind.MONEY: formatters.money,
        ColumnKind.COST: formatters.unit_cost,
        ColumnKind.QUANTITY: formatters.quantity,
        ColumnKind.PERCENT: formatters.percent,
        ColumnKind.WHOLE: formatters.number,
    }

    def tell(value: Any) -> str:
        if value is None:
            return ""
        if column.kind in shapes and not isinstance(value, str):
            number = exact(value)
            return "" if number is None else str(shapes[column.kind](number))
        if column.kind is ColumnKind.MOMENT and isinstance(value, datetime):
            return local_moment(value, zone).strftime("%d.%m.%Y %H:%M")
        if column.kind is ColumnKind.DATE and isinstance(value, date):
            return day_of(value, zone).strftime("%d.%m.%Y")
        if isinstance(value, bool):
            return str(_("Yes") if value else _("No"))
        shown = words(value)
        return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 1] + "\u2026"

    return tell
