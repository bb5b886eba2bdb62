"""Files of downloads, read back."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from smartpos.core.db import db
from smartpos.core.files import _path
from smartpos.core.models import StoredFile
from smartpos.reports.jobs.exports import run_export
from smartpos.reports.models import ReportRun, RunStatus
from tests.cast import Shop


@dataclass
class Made:
    """A run as it is now, and its file."""

    id: int
    status: RunStatus
    message: str | None
    rows: int
    columns: list[str]
    attempts: int
    name: str
    path: Path | None

    def sheets(self) -> list[list[list[Any]]]:
        """The sheets of an Excel file, from their headers on."""
        assert self.path is not None, self.message
        book = CalamineWorkbook.from_path(str(self.path))
        return [_below_the_lines(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]

    def table(self) -> list[list[Any]]:
        """The only sheet of an Excel file, from its header on."""
        (sheet,) = self.sheets()
        return sheet

    def lines(self) -> list[list[str]]:
        """The rows of a CSV file with its header."""
        assert self.path is not None, self.message
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
        return list(csv.reader(text.splitlines(), delimiter=";" if ";" in text.splitlines()[0] else ","))


def _below_the_lines(rows: list[list[Any]]) -> list[list[Any]]:
    # Title and lines, then a row of nothing, then the header.
    empty = next(number for number, row in enumerate(rows) if not any(row))
    return rows[empty + 1 :]


def made_of(shop: Shop, run_id: int, *, make: bool = False) -> Made:
    """What has become of a run; with ``make`` the job runs before."""
    if make:
        with shop.app.app_context():
            run_export(shop.organization_id, run_id)
            db.session.commit()
    with shop.inside("owner"):
        run = db.session.get_one(ReportRun, run_id)
        file = db.session.get(StoredFile, run.file_id) if run.file_id else None
        return Made(
            run.id,
            run.status,
            run.message,
            run.rows_done,
            list(run.columns),
            run.attempts,
            file.original_name if file else "",
            _path(file) if file else None,
        )
