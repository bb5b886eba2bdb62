"""Opens one Excel or OpenDocument file in a process of its own, with bounded memory, and hands back its cells.

Run as a program: ``python child.py <file>``. A sheet with one cell at A1 and another at XFD1048576 takes half a
terabyte to lay out, and the library then ends the whole process; here that is one refused file and nothing else.
It must not import the product: it would only cost time.
"""

import contextlib
import marshal
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 3 * 1024**3
SECONDS = 120


def main(path: str, most_rows: int, most_columns: int, most_cells: int) -> dict[str, Any]:
    """The cells of the first sheet that has any: ``rows``, ``merged`` column stretches, or an ``error``."""
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_path(path)
        for sheet in book.sheets_metadata:
            if sheet.typ != SheetTypeEnum.WorkSheet or sheet.visible != SheetVisibleEnum.Visible:
                continue
            found = book.get_sheet_by_name(sheet.name)
            if found.end is None:
                continue
            last_row, last_column = found.end
            is_far = last_row >= most_rows or last_column >= most_columns
            # Laid out from A1 on, empty cells too, whatever the file itself weighs.
            if is_far or (last_row + 1) * (last_column + 1) > most_cells:
                return {"error": "too_large" if is_far else "too_many_cells"}
            rows = [[_plain(cell) for cell in row] for row in found.to_python(skip_empty_area=False)]
            return {"rows": rows, "merged": _merged(found)}
    except PasswordError:
        return {"error": "password"}
    except MemoryError:
        return {"error": "too_large"}
    except (CalamineError, OSError, ValueError, KeyError):
        return {"error": "unreadable"}
    return {"rows": [], "merged": []}


def _merged(sheet: Any) -> list[tuple[int, int, int]]:
    """Stretches of one column that were merged: column, first row, last row."""
    ranges = sheet.merged_cell_ranges or ()
    return [(left, top, bottom) for (top, left), (bottom, right) in ranges if left == right and bottom > top]


def _plain(cell: Any) -> Any:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, datetime):
        return ("d", cell.isoformat())
    if isinstance(cell, date):
        return ("d", cell.isoformat())
    if isinstance(cell, time | timedelta):
        return str(cell)
    return cell


if __name__ == "__main__":
    with contextlib.suppress(
        ImportError, OSError, ValueError
    ):  # where there are no such limits, there are none
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(marshal.dumps(main(sys.argv[1], *map(int, sys.argv[2:5]))))
