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
LONGEST_TEXT = 400
TEMPLATE = "reports/table.typ"
# How wide a column becomes, as parts of the page: numbers and days need what they need, texts share the rest.
WEIGHTS = {ColumnKind.TEXT: 2.2, ColumnKind.FLAG: 0.8, ColumnKind.MOMENT: 1.6}


def write_pdf(source: Source, target: Path, progress: Progress, *, locale: str) -> int:
    """Write the file; gives how many rows it holds. Raises TooLongForPaper above ``MOST_ROWS``, OSError."""
    tell = [_teller(column, source) for column in source.columns]
    rows: list[list[str]] = []
    for piece in source.passing():
        rows += [[say(value) for say, value in zip(tell, row, strict=False)] for row in piece]
        if len(rows) > MOST_ROWS:
            raise TooLongForPaper(
                _(
                    "A PDF holds at most %(most)s rows, and there are more. Narrow the filters, or choose Excel.",
                    most=MOST_ROWS,
                ),
                most=MOST_ROWS,
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
            "weights": [WEIGHTS.get(column.kind, 1.2) for column in source.columns],
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
