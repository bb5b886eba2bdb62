"""A run at work: who it acts for, what is wrong, what it has changed, how far it has come."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from smartpos.core.imports.bulk import insert_rows
from smartpos.core.imports.declaring import Line
from smartpos.core.imports.errors import ImportCancelled
from smartpos.core.imports.progress import is_asked_to_stop, tell_progress
from smartpos.core.sheets import letter_of, shown_cell

MOST_PROBLEMS = 500
CHUNK = 5000


class Work:
    """Handed to an importer. ``moment`` is when everything the run writes was written; ``writes`` is off in a check."""

    def __init__(
        self, run_id: int, actor: Any, moment: datetime, places: dict[str, int], *, writes: bool
    ) -> None:
        self.run_id = run_id
        self.actor = actor
        self.moment = moment
        self.writes = writes
        self.problems: list[dict[str, Any]] = []
        self.wrong_rows: set[int] = set()
        self.wrong_cells = 0
        self.total = 0
        self.done = 0
        self.since: str | None = None  # when the run that is taken back had written, as ISO 8601
        self._places = places

    def problem(self, line: Line, field: str, sentence: Any) -> None:
        """Mark a cell of a line as wrong. The first ones are kept, all of them are counted."""
        self.wrong_rows.add(line.number)
        self.wrong_cells += 1
        if len(self.problems) >= MOST_PROBLEMS:
            return
        place = self._places.get(field)
        self.problems.append(
            {
                "row": line.number,
                "place": place,
                "column": letter_of(place) if place is not None else "",
                "field": field,
                "value": shown_cell(line.cells.get(field)),
                "what": str(sentence),
            }
        )

    def is_wrong(self, line: Line) -> bool:
        """Whether anything in the line is."""
        return line.number in self.wrong_rows

    def step(self, count: int = 0) -> None:
        """So much more is done. Raises ImportCancelled when somebody wants the run to stop."""
        self.done += count
        tell_progress(self.run_id, min(self.done, self.total), self.total)
        if is_asked_to_stop(self.run_id):
            raise ImportCancelled

    def created(self, entity: str, ids: Iterable[int]) -> None:
        """Remember rows that were made, so that they can be taken back."""
        self._remember(entity, [(row_id, None) for row_id in ids])

    def changed(self, entity: str, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
        """Remember what rows were before they were changed: only the columns that were."""
        self._remember(entity, rows)

    def _remember(self, entity: str, rows: Sequence[tuple[int, dict[str, Any] | None]]) -> None:
        insert_rows(
            "import_changes",
            {
                "run_id": [self.run_id] * len(rows),
                "entity": [entity] * len(rows),
                "entity_id": [row_id for row_id, _before in rows],
                "before": [None if before is None else _json(before) for _row_id, before in rows],
            },
            returning=(),
        )


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(type(value))
