"""Records of people and firms from a spreadsheet: found again by a few keys, made or changed, taken back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from flask_babel import gettext as _

from smartpos.catalog.queries.usage import used_among
from smartpos.core.imports import CannotUndo, Importer, Line, Plan, Work, insert_rows, update_rows
from smartpos.core.scope import current_organization_id
from smartpos.core.sheets import Cell, cell_as_text
from smartpos.core.sql import send
from smartpos.identity import checks
from smartpos.identity.errors import BadField

CHUNK = 5000
MOST_REASONS = 30

Reader = Callable[[Any, str], Any]


def reader(readers: Mapping[str, Reader], name: str) -> Callable[[Cell], Any]:
    """The reader of a fact, for a cell that holds text."""
    return lambda cell: readers[name](cell_as_text(cell), name)


@dataclass(slots=True)
class Step:
    """A row on its way: the record it is about (None: a new one), and what will change."""

    line: Line
    record: Mapping[str, Any] | None
    facts: dict[str, Any]


@dataclass(slots=True)
class Steps:
    """What ``write`` does."""

    rows: list[Step] = field(default_factory=list)


class RecordImporter(Importer):
    """Base of importers of one table. ``keys`` are columns by which a record is found, the surest first."""

    table: ClassVar[str]
    keys: ClassVar[tuple[str, ...]]
    naming: ClassVar[frozenset[str]] = frozenset({"name"})
    own_tables: ClassVar[frozenset[str]] = frozenset()

    def facts_of(self, line: Line, work: Work) -> dict[str, Any]:
        """The columns that a line fills. Marks what is wrong."""
        facts = {name: value for name, value in line.values.items() if value is not None}
        if facts.get("phone"):
            try:
                facts["phone"] = checks.phone(facts["phone"], work.actor.organization.country)
            except BadField as error:
                work.problem(line, "phone", error)
        return facts

    def for_new(self, count: int) -> dict[str, Sequence[Any]]:
        """Columns of new records that no sheet has."""
        return {}

    def index(self, ids: Sequence[int]) -> None:
        """Have records found by their words."""

    def forget(self, ids: Sequence[int]) -> None:
        """Have them found no more."""

    # --- Looking ------------------------------------------------------------------------------------------------
    def plan(self, lines: Sequence[Line], work: Work) -> Plan:
        """Find each row's record, and what it would change."""
        read = [(line, self.facts_of(line, work)) for line in lines]
        columns = sorted({name for _line, facts in read for name in facts})
        known = {
            key: self._known(key, [facts.get(key) for _line, facts in read], columns, work)
            for key in self.keys
        }
        met: dict[tuple[str, Any], int] = {}
        found: dict[int, int] = {}
        plan = Plan(steps=Steps())
        for line, facts in read:
            for key in self.keys:
                value = facts.get(key)
                if value and met.setdefault((key, value), line.number) != line.number:
                    work.problem(line, key, _("The same is in row %(row)s already.", row=met[key, value]))
            records = {
                row["id"]: row for key in self.keys if facts.get(key) and (row := known[key].get(facts[key]))
            }
            if len(records) > 1:
                names = "”, “".join(str(row["name"]) for row in records.values())
                work.problem(
                    line,
                    self._column(line),
                    _("These belong to different records: “%(names)s”.", names=names),
                )
            record = next(iter(records.values()), None)
            if record is None and not facts.get("name") and not work.is_wrong(line):
                work.problem(line, "name", _("A new record needs a name."))
            if not any(facts.get(key) for key in self.keys) and not work.is_wrong(line):
                work.problem(
                    line, self._column(line), _("This must not be empty: the row is found again by it.")
                )
            if record is not None and found.setdefault(record["id"], line.number) != line.number:
                work.problem(
                    line,
                    self._column(line),
                    _("The same is in row %(row)s already.", row=found[record["id"]]),
                )
            if not work.is_wrong(line):
                self._add(plan, line, record, facts)
        return plan

    def _add(self, plan: Plan, line: Line, record: Mapping[str, Any] | None, facts: dict[str, Any]) -> None:
        if record is not None:
            facts = {name: value for name, value in facts.items() if record[name] != value}
            if not facts:
                plan.same += 1
                return
        plan.new, plan.changed = plan.new + (record is None), plan.changed + (record is not None)
        plan.steps.rows.append(Step(line, record, facts))

    def _column(self, line: Line) -> str:
        return next((key for key in self.keys if key in line.cells), self.keys[0])

    def _known(
        self, key: str, values: Sequence[Any], columns: Sequence[str], work: Work
    ) -> dict[Any, dict[str, Any]]:
        wanted = sorted({value for value in values if value})
        if not wanted:
            return {}
        names = list(dict.fromkeys(["id", "name", *self.keys, *columns]))
        rows = send(
            f"SELECT {', '.join(names)} FROM {self.table} WHERE organization_id = %(organization_id)s "
            f"AND deleted_at IS NULL AND {key} = ANY (%(wanted)s::text[]) ORDER BY id DESC"
            + (" FOR NO KEY UPDATE" if work.writes else ""),
            {"organization_id": current_organization_id(), "wanted": wanted},
        )
        return {row[names.index(key)]: dict(zip(names, row, strict=True)) for row in rows}

    # --- Writing ------------------------------------------------------------------------------------------------
    def write(self, plan: Plan, work: Work) -> None:
        """Write in chunks, and index what is found by other words than before."""
        fresh = [step for step in plan.steps.rows if step.record is None]
        known = [step for step in plan.steps.rows if step.record is not None]
        columns = sorted({name for step in fresh for name in step.facts})
        renamed: list[int] = []
        for start in range(0, len(fresh), CHUNK):
            chunk = fresh[start : start + CHUNK]
            count = len(chunk)
            made = insert_rows(
                self.table,
                {
                    **{name: [step.facts.get(name, self.usual(name)) for step in chunk] for name in columns},
                    **self.for_new(count),
                    "created_by": [work.actor.user_id] * count,
                    "created_at": [work.moment] * count,
                    "updated_at": [work.moment] * count,
                },
            )
            ids = [row_id for (row_id,) in made]
            work.created(self.table, ids)
            renamed += ids
            work.step(count)
        for start in range(0, len(known), CHUNK):
            renamed += self._change(known[start : start + CHUNK], work)
            work.step(len(known[start : start + CHUNK]))
        for start in range(0, len(renamed), CHUNK):
            self.index(renamed[start : start + CHUNK])
            work.step(len(renamed[start : start + CHUNK]))

    def usual(self, column: str) -> Any:
        """What a new record has in a column that its row leaves empty."""
        return None

    def _change(self, chunk: Sequence[Step], work: Work) -> list[int]:
        records = [step.record or {} for step in chunk]
        ids = [record["id"] for record in records]
        touched = sorted({name for step in chunk for name in step.facts})
        work.changed(
            self.table,
            [
                (record["id"], {name: record[name] for name in step.facts})
                for step, record in zip(chunk, records, strict=True)
            ],
        )
        columns = {
            name: [step.facts.get(name, record[name]) for step, record in zip(chunk, records, strict=True)]
            for name in touched
        }
        update_rows(self.table, ids, {**columns, "updated_at": [work.moment] * len(ids)})
        return [row_id for step, row_id in zip(chunk, ids, strict=True) if self.naming & step.facts.keys()]

    # --- Taking back --------------------------------------------------------------------------------------------
    def undo(self, changes: Mapping[str, Sequence[tuple[int, dict[str, Any] | None]]], work: Work) -> None:
        """Hide what was made, put back what was changed, unless anybody has touched or used it since."""
        rows = dict(changes.get(self.table, ()))
        made = [row_id for row_id, before in rows.items() if before is None]
        self._refuse(sorted(rows), made, work)
        for start in range(0, len(made), CHUNK):
            part = made[start : start + CHUNK]
            update_rows(
                self.table,
                part,
                {"deleted_at": [work.moment] * len(part), "updated_at": [work.moment] * len(part)},
            )
            self.forget(part)
            work.step(len(part))
        kinds: dict[tuple[str, ...], list[tuple[int, dict[str, Any]]]] = {}
        for row_id, before in rows.items():
            if before is not None:
                kinds.setdefault(tuple(sorted(before)), []).append((row_id, before))
        for names, pairs in kinds.items():
            ids = [row_id for row_id, _before in pairs]
            columns = {name: [before[name] for _row_id, before in pairs] for name in names}
            update_rows(self.table, ids, {**columns, "updated_at": [work.moment] * len(ids)})
            self.index(ids)
            work.step(len(ids))

    def _refuse(self, ids: Sequence[int], made: Sequence[int], work: Work) -> None:
        since = datetime.fromisoformat(str(work.since)) if work.since else None
        found = send(
            f"SELECT id, name, updated_at, deleted_at FROM {self.table} WHERE organization_id = %(organization_id)s "
            "AND id = ANY (%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE",
            {"organization_id": current_organization_id(), "ids": list(ids)},
        )
        used: set[int] = set()
        for start in range(0, len(made), CHUNK):
            for rows in used_among(
                self.table, made[start : start + CHUNK], apart_from=self.own_tables
            ).values():
                used |= rows
        reasons = []
        for row_id, name, updated_at, deleted_at in found:
            if deleted_at is not None:
                reasons.append(_("“%(name)s” was deleted since.", name=name))
            elif row_id in used:
                reasons.append(_("“%(name)s” has been used since.", name=name))
            elif updated_at != since:
                reasons.append(_("“%(name)s” was changed since.", name=name))
        if reasons:
            more = [_("And others.")] if len(reasons) > MOST_REASONS else []
            raise CannotUndo([*reasons[:MOST_REASONS], *more])
