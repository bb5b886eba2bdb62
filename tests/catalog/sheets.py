"""Importing as people do it: a file through the pages, and the worker's part in between."""

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import select

from smartpos.catalog import jobs
from smartpos.core.db import db
from smartpos.core.models import ImportRun
from tests.cast import Shop
from tests.conftest import csrf_of


def book(*rows: Sequence[Any]) -> bytes:
    """An Excel file of these rows."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    sheet = workbook.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    workbook.close()
    return target.getvalue()


def sheet(*rows: Sequence[Any]) -> bytes:
    """The same as CSV."""
    return "\n".join(";".join(str(cell) for cell in row) for row in rows).encode()


class Importing:
    """One person importing files of one kind."""

    def __init__(self, shop: Shop, client: FlaskClient, who: str, kind: str) -> None:
        self.shop, self.client, self.who, self.kind = shop, client, who, kind
        self.token = csrf_of(client)
        self.run_id = 0

    def post(self, step: str, **form: Any) -> Any:
        """Press a button of the run's page."""
        return self.client.post(f"/imports/{self.run_id}/{step}", data={"csrf_token": self.token, **form})

    def page(self) -> str:
        """The run's page."""
        answer = self.client.get(f"/imports/{self.run_id}")
        assert answer.status_code == 200
        return str(answer.get_data(as_text=True))

    def upload(self, content: bytes, name: str = "tovarlar.xlsx") -> Any:
        """Send a file."""
        answer = self.client.post(
            f"/imports/new/{self.kind}",
            data={"csrf_token": self.token, "file": (io.BytesIO(content), name)},
            content_type="multipart/form-data",
        )
        if answer.status_code == 303:
            self.run_id = int(re.findall(r"\d+", answer.location)[-1])
        return answer

    def check(self, content: bytes, **columns: str) -> ImportRun:
        """Upload, take the guessed columns (and those given as ``A="name"``), and have the worker look."""
        assert self.upload(content).status_code == 303
        guessed = {f"column-{place}": name for place, name in self.run().columns.items()}
        chosen = {f"column-{ord(letter) - ord('A')}": name for letter, name in columns.items()}
        answer = self.post("columns", **(guessed | chosen))
        assert answer.status_code == 303, answer.get_data(as_text=True)
        self._job(jobs.check_sheet)
        return self.run()

    def bring(self, content: bytes, **columns: str) -> ImportRun:
        """Check, say yes, and have the worker write."""
        found = self.check(content, **columns)
        assert found.problems == []
        assert self.post("confirm").status_code == 303
        self._job(jobs.write_sheet)
        return self.run()

    def write(self) -> ImportRun:
        """Have the worker write."""
        self._job(jobs.write_sheet)
        return self.run()

    def undo(self) -> ImportRun:
        """Take the import back."""
        assert self.post("undo").status_code == 303
        self._job(jobs.take_sheet_back)
        return self.run()

    def run(self) -> ImportRun:
        """The run as it stands, detached."""
        with self.shop.inside():
            found = db.session.scalars(select(ImportRun).where(ImportRun.id == self.run_id)).one()
            db.session.expunge(found)
            return found

    def _job(self, work: Any) -> None:
        with self.shop.app.app_context():
            work(self.shop.organization_id, self.run_id, self.shop.users[self.who])
            db.session.commit()


def wrong(run: ImportRun) -> list[tuple[int, str]]:
    """Row and column of every cell that was marked."""
    return [(one["row"], one["column"]) for one in run.problems]
