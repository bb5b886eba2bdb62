"""Spreadsheets of people: read whatever they have, write the templates they fill in."""

from smartpos.core.sheets.cells import (
    Cell,
    cell_as_date,
    cell_as_decimal,
    cell_as_text,
    cell_as_yes_no,
    letter_of,
    shown_cell,
)
from smartpos.core.sheets.reading import (
    LARGEST_FILE,
    MOST_COLUMNS,
    MOST_ROWS,
    NotASpreadsheet,
    Sheet,
    SheetTooLarge,
    read_sheet,
)
from smartpos.core.sheets.writing import TemplateColumn, write_template

__all__ = [
    "LARGEST_FILE",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "Cell",
    "NotASpreadsheet",
    "Sheet",
    "SheetTooLarge",
    "TemplateColumn",
    "cell_as_date",
    "cell_as_decimal",
    "cell_as_text",
    "cell_as_yes_no",
    "letter_of",
    "read_sheet",
    "shown_cell",
    "write_template",
]
