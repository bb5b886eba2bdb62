"""A run from the upload to the end: what the pages ask for, and what the jobs do.

The pages change the state and enqueue; a job does the work in one transaction and holds the row of its run locked
meanwhile. That lock is how the sweep knows a run whose worker was killed: it is at work by its state, and free.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from smartpos.core.audit import record
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden, Invalid, SmartPOSError
from smartpos.core.files import read_file, store_file
from smartpos.core.imports import progress
from smartpos.core.imports.columns import find_header, header_texts, offered_fields, read_choice
from smartpos.core.imports.declaring import Importer, Line, Plan, find_importer
from smartpos.core.imports.errors import CannotUndo, ImportCancelled, NotNow
from smartpos.core.imports.work import Work
from smartpos.core.jobs import commit_step
from smartpos.core.models import AuditAction, ImportChange, ImportRun, ImportStatus, StoredFile
from smartpos.core.sheets import LARGEST_FILE, Cell, NotASpreadsheet, read_sheet, shown_cell

SHOWN_ROWS = 20
SHOWN_WRONG_ROWS = 100
SAMPLES = 4
MOST_REASONS = 30
# A job that was lost with its queue is sent again after this; one that is at work is never disturbed.
LOST_AFTER = timedelta(minutes=2)
AT_WORK = (ImportStatus.CHECKING, ImportStatus.RUNNING, ImportStatus.UNDOING)
CONTENT_TYPE = "application/octet-stream"

log = structlog.get_logger(__name__)


# --- What the pages ask for -----------------------------------------------------------------------------------------
def start_import(
    importer: Importer, content: bytes, *, original_name: str, locale: str, actor: Any
) -> ImportRun:
    """Keep a file, find its headers and guess its columns. Raises NotASpreadsheet, SheetTooLarge."""
    sheet = read_sheet(content)
    header, guessed = find_header(sheet.rows, offered_fields(importer, actor))
    width = max(map(len, sheet.rows))
    following = [row for row in sheet.rows[header + 1 :] if any(cell is not None for cell in row)]
    if not following:
        raise NotASpreadsheet(_("There are no rows below the headers."))
    file = store_file(content, original_name=original_name, content_type=CONTENT_TYPE, largest=LARGEST_FILE)
    run = ImportRun(
        kind=importer.key,
        file_id=file.id,
        original_name=file.original_name,
        columns={str(place): name for place, name in guessed.items()},
        options={
            "header": header,
            "width": width,
            "headers": header_texts([*sheet.rows[header], *([None] * width)][:width]),
            "samples": [
                [shown_cell(cell) for cell in [*row, *([None] * width)][:width]]
                for row in following[:SAMPLES]
            ],
            "locale": locale,
        },
        rows_total=len(following),
        created_by=actor.user_id,
    )
    db.session.add(run)
    db.session.flush()
    return run


def choose_columns(run: ImportRun, importer: Importer, chosen: Mapping[int, str], *, actor: Any) -> None:
    """Settle which column is which field; the check is to be enqueued. Raises WrongColumns, NotNow."""
    _expect(run, ImportStatus.UPLOADED, ImportStatus.CHECKED)
    read_choice(importer, actor, chosen, int(run.options["width"]))
    run.columns = {str(place): name for place, name in chosen.items()}
    _begin(run, ImportStatus.CHECKING, actor)
    run.rows_wrong, run.problems, run.summary, run.message = 0, [], {}, None


def forget_columns(run: ImportRun) -> None:
    """Go back to the choice of columns. Raises NotNow."""
    _expect(run, ImportStatus.CHECKED)
    run.status = ImportStatus.UPLOADED


def confirm_import(run: ImportRun, *, actor: Any) -> None:
    """Say yes to what the check found; the run is to be enqueued. Raises NotNow."""
    _expect(run, ImportStatus.CHECKED)
    if run.rows_wrong:
        raise NotNow(_("Some rows are wrong. Correct them in the file and upload it again."))
    _begin(run, ImportStatus.RUNNING, actor)


def may_undo(run: ImportRun, importer: Importer, actor: Any) -> bool:
    """Whether the person may fill every column of the run: to change it back is to change it."""
    offered = {field.name for field in offered_fields(importer, actor)}
    return offered.issuperset(run.columns.values())


def request_undo(run: ImportRun, *, actor: Any) -> None:
    """Take a finished import back; the work is to be enqueued. Raises NotNow, Forbidden."""
    _expect(run, ImportStatus.DONE)
    if not may_undo(run, _importer_of(run), actor):
        raise Forbidden
    _begin(run, ImportStatus.UNDOING, actor)
    run.message = None


def cancel_import(run: ImportRun) -> bool:
    """Stop a run: at once when nobody works at it, else at its next step (False). Raises NotNow."""
    held = db.session.execute(
        select(ImportRun.status)
        .where(ImportRun.id == run.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if held is None:
        if not progress.ask_to_stop(run.id):
            raise NotNow(_("This cannot be stopped just now."))
        return False
    if held not in (ImportStatus.UPLOADED, ImportStatus.CHECKED, ImportStatus.CHECKING, ImportStatus.RUNNING):
        raise NotNow
    run.status = ImportStatus.CANCELLED
    run.finished_at = utc_now()
    return True


def _expect(run: ImportRun, *states: ImportStatus) -> None:
    # Two people at the same page: the second one waits, and then finds it moved on.
    db.session.refresh(run, with_for_update=True)
    if run.status not in states:
        raise NotNow


def _begin(run: ImportRun, state: ImportStatus, actor: Any) -> None:
    run.status = state
    run.started_at = utc_now()
    run.finished_at = None
    run.rows_done = 0
    run.options = {**run.options, "by": actor.user_id}
    progress.forget(run.id)


# --- What the jobs do -----------------------------------------------------------------------------------------------
def check_import(run_id: int, *, actor: Any) -> None:
    """Look at every row and note what is wrong and what an import would do. Does nothing unless it is asked for."""
    _at_work(run_id, ImportStatus.CHECKING, actor, _check)


def execute_import(run_id: int, *, actor: Any) -> None:
    """Write all rows, or none. Does nothing unless the run was confirmed; safe to repeat."""
    _at_work(run_id, ImportStatus.RUNNING, actor, _execute)


def undo_import(run_id: int, *, actor: Any) -> None:
    """Take back what a run did, or nothing of it."""
    _at_work(run_id, ImportStatus.UNDOING, actor, _undo)


def waiting_imports() -> list[tuple[int, int, str, int | None]]:
    """Runs whose job was lost, to be enqueued again: tenant, run, state, who asked.

    Those whose worker was killed in the middle are marked as failed; they wrote nothing. In the platform scope.
    """
    lost = db.session.scalars(
        select(ImportRun)
        .where(ImportRun.status.in_(AT_WORK), ImportRun.started_at < utc_now() - LOST_AFTER)
        .with_for_update(skip_locked=True)
    ).all()
    again = []
    for run in lost:
        if run.options.get("begun"):
            _fail(run, _interrupted())
        else:
            again.append((run.organization_id, run.id, run.status.value, run.options.get("by")))
    return again


def _at_work(run_id: int, state: ImportStatus, actor: Any, work: Any) -> None:
    run = _held(run_id, state)
    if run is None:
        return
    if run.options.get("begun") == state.value:
        # The worker of before was killed in the middle.
        _fail(run, _interrupted())
        return
    run.options = {**run.options, "begun": state.value}
    run.started_at = utc_now()
    commit_step()
    with force_locale(run.options.get("locale") or "uz"):
        try:
            # Taken again in the transaction that does the work: while it lives, nobody thinks that it died.
            run = _held(run_id, state)
            if run is not None:
                work(run, actor)
                run.options = {name: value for name, value in run.options.items() if name != "begun"}
                run.finished_at = utc_now()
                db.session.flush()
        except ImportCancelled:
            _leave(
                run_id, ImportStatus.DONE if state is ImportStatus.UNDOING else ImportStatus.CANCELLED, None
            )
        except CannotUndo as refusal:
            _leave(run_id, ImportStatus.DONE, "\n".join([str(refusal), *refusal.facts["reasons"]]))
        except SmartPOSError as refusal:
            _leave(run_id, _after_failure(state), str(refusal))
        except DBAPIError as error:
            log.warning("import_refused_by_database", run_id=run_id, error=str(error.orig))
            _leave(
                run_id,
                _after_failure(state),
                _("Somebody changed the same records at this moment. Nothing was imported; try again."),
            )
        except Exception:
            log.exception("import_failed", run_id=run_id)
            _leave(run_id, _after_failure(state), _("Something went wrong. Nothing was imported."))
    progress.forget(run_id)


def _after_failure(state: ImportStatus) -> ImportStatus:
    """What could not be taken back is still there."""
    return ImportStatus.DONE if state is ImportStatus.UNDOING else ImportStatus.FAILED


def _interrupted() -> str:
    return str(_("The work was interrupted in the middle. Nothing was written; start it again."))


def _held(run_id: int, state: ImportStatus) -> ImportRun | None:
    """The run, locked; None when somebody else works at it or it is not in that state any more."""
    return db.session.scalars(
        select(ImportRun)
        .where(ImportRun.id == run_id, ImportRun.status == state)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _leave(run_id: int, state: ImportStatus, message: str | None) -> None:
    """Undo everything of this transaction and say how it ended."""
    db.session.rollback()
    run = db.session.scalars(select(ImportRun).where(ImportRun.id == run_id)).one()
    run.status = state
    run.message = message
    run.options = {name: value for name, value in run.options.items() if name != "begun"}
    run.finished_at = utc_now()
    db.session.flush()


def _fail(run: ImportRun, message: str) -> None:
    run.status = _after_failure(run.status)
    run.message = message
    run.options = {name: value for name, value in run.options.items() if name != "begun"}
    run.finished_at = utc_now()
    db.session.flush()


def _importer_of(run: ImportRun) -> Importer:
    importer = find_importer(run.kind)
    if importer is None:
        raise Invalid(_("This kind of import does not exist any more."))
    return importer


def _read_lines(
    run: ImportRun, importer: Importer, places: Mapping[str, int], work: Work
) -> tuple[list[Line], list[list[Cell]]]:
    """The rows below the headers as lines; every cell that cannot be read is marked."""
    file = db.session.get(StoredFile, run.file_id) if run.file_id else None
    if file is None:
        raise Invalid(_("The file of this import is gone."))
    rows = read_sheet(read_file(file)).rows
    readers = [
        (field.name, places[field.name], field.read) for field in importer.fields if field.name in places
    ]
    header = int(run.options["header"])
    lines: list[Line] = []
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        cells = {name: row[place] if place < len(row) else None for name, place, _read in readers}
        if all(cell is None for cell in cells.values()):
            continue
        line = Line(number, {}, cells)
        for name, _place, read in readers:
            cell = cells[name]
            try:
                line.values[name] = None if cell is None else read(cell)
            except Invalid as error:
                line.values[name] = None
                work.problem(line, name, error)
        lines.append(line)
    return lines, rows


def _planned(run: ImportRun, actor: Any, *, writes: bool) -> tuple[Importer, Work, list[Line], Plan]:
    importer = _importer_of(run)
    chosen = {int(place): name for place, name in run.columns.items()}
    places = read_choice(importer, actor, chosen, int(run.options["width"]))
    work = Work(run.id, actor, utc_now(), places, writes=writes)
    progress.tell_progress(run.id, 0, 0)
    lines, _rows = _read_lines(run, importer, places, work)
    # Reading and comparing are about a third of the way; what is left is writing.
    work.total = len(lines) * (3 if writes else 2)
    work.step(len(lines) // 2)
    plan = importer.plan(lines, work)
    work.step(len(lines) - len(lines) // 2)
    return importer, work, lines, plan


def _check(run: ImportRun, actor: Any) -> None:
    _importer, work, lines, plan = _planned(run, actor, writes=False)
    run.status = ImportStatus.CHECKED
    _note(run, work, lines, plan)


def _execute(run: ImportRun, actor: Any) -> None:
    # Two imports at once would both find a barcode free; the second one waits and then looks.
    db.session.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtext('imports'), hashtext(current_setting('app.organization_id')))"
        )
    )
    importer, work, lines, plan = _planned(run, actor, writes=True)
    _note(run, work, lines, plan)
    if work.wrong_rows:
        # Right when it was checked, wrong now: somebody has taken a barcode meanwhile. Back to the preview.
        run.status = ImportStatus.CHECKED
        return
    importer.write(plan, work)
    run.status = ImportStatus.DONE
    run.rows_done = len(lines)
    run.options = {**run.options, "moment": work.moment.isoformat()}
    record(
        AuditAction.IMPORT,
        "import_runs",
        run.id,
        new_values={"kind": run.kind, "file": run.original_name, **run.summary},
    )


def _note(run: ImportRun, work: Work, lines: Sequence[Line], plan: Plan) -> None:
    run.rows_total = len(lines)
    run.rows_wrong = len(work.wrong_rows)
    run.problems = sorted(work.problems, key=lambda one: (one["row"], one["place"] or 0))
    run.summary = {
        "new": plan.new,
        "changed": plan.changed,
        "same": plan.same,
        "wrong_cells": work.wrong_cells,
    }
    run.options = {**run.options, "preview": _preview(lines, work)}


def _preview(lines: Sequence[Line], work: Work) -> list[list[Any]]:
    """The first rows, and the first of those that are wrong: number and cells by field."""
    wrong = 0
    shown = []
    for place, line in enumerate(lines):
        is_wrong = work.is_wrong(line)
        if place >= SHOWN_ROWS and not (is_wrong and wrong < SHOWN_WRONG_ROWS):
            continue
        wrong += is_wrong
        shown.append([line.number, {name: shown_cell(cell) for name, cell in line.cells.items()}])
    return shown


def _undo(run: ImportRun, actor: Any) -> None:
    importer = _importer_of(run)
    if not may_undo(run, importer, actor):
        # The right was taken away between the button and the work.
        raise Forbidden
    db.session.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtext('imports'), hashtext(current_setting('app.organization_id')))"
        )
    )
    changes: dict[str, list[tuple[int, dict[str, Any] | None]]] = {}
    rows = db.session.execute(
        select(ImportChange.entity, ImportChange.entity_id, ImportChange.before)
        .where(ImportChange.run_id == run.id)
        .order_by(ImportChange.id)
    )
    for entity, entity_id, before in rows:
        changes.setdefault(entity, []).append((entity_id, before))
    work = Work(run.id, actor, utc_now(), {}, writes=True)
    work.total = max(1, sum(map(len, changes.values())))
    work.since = run.options.get("moment")
    work.step()
    importer.undo(changes, work)
    run.status = ImportStatus.UNDONE
    record(
        AuditAction.IMPORT,
        "import_runs",
        run.id,
        reason="undone",
        new_values={"kind": run.kind, "file": run.original_name},
    )
