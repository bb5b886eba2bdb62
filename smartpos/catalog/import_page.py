"""The pages of imports: upload, choose columns, look at what is wrong, say yes, watch, and take back."""

from collections.abc import Sequence
from typing import Any

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from smartpos.catalog.jobs import BY_STATE
from smartpos.catalog.permissions import CatalogPermission as P
from smartpos.core import imports as engine
from smartpos.core.admin import describe, register_link
from smartpos.core.admin.guard import may_enter
from smartpos.core.admin.trail import describe_subjects
from smartpos.core.db import db
from smartpos.core.errors import NotFound, SmartPOSError
from smartpos.core.files import send_stored_file
from smartpos.core.i18n import select_locale
from smartpos.core.imports.columns import offered_fields
from smartpos.core.jobs import enqueue_after_commit
from smartpos.core.models import ImportRun, ImportStatus
from smartpos.core.paging import page
from smartpos.core.permissions import can, require
from smartpos.core.sheets import LARGEST_FILE, TemplateColumn, letter_of, write_template
from smartpos.identity.models import User

blueprint = Blueprint("imports", __name__, url_prefix="/imports")

PER_PAGE = 30
UPLOAD = "imports.new_import"
# The form around the file.
ROOM = 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_WORK = frozenset({ImportStatus.CHECKING, ImportStatus.RUNNING, ImportStatus.UNDOING})

describe(
    {
        ImportStatus.UPLOADED: (_l("Columns to choose"), "info"),
        ImportStatus.CHECKING: (_l("Being checked"), "info"),
        ImportStatus.CHECKED: (_l("Checked"), "info"),
        ImportStatus.RUNNING: (_l("Being imported"), "info"),
        ImportStatus.DONE: (_l("Imported"), "good"),
        ImportStatus.FAILED: (_l("Failed"), "bad"),
        ImportStatus.UNDOING: (_l("Being taken back"), "warn"),
        ImportStatus.UNDONE: (_l("Taken back"), "warn"),
        ImportStatus.CANCELLED: _l("Cancelled"),
    }
)
describe_subjects({"import_runs": _l("Imports"), "import_changes": _l("What imports changed")})


@blueprint.url_value_preprocessor
def allow_large_files(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Spreadsheets may be larger than pictures; it has to be known before anybody reads the form."""
    if endpoint == UPLOAD:
        request.max_content_length = LARGEST_FILE + ROOM


@blueprint.get("/")
def runs() -> str:
    """Imports so far, the last one first, and the kinds there are."""
    offered = _offered()
    found = page(
        select(ImportRun).where(ImportRun.kind.in_([importer.key for importer in offered])),
        (ImportRun.created_at, ImportRun.id),
        limit=PER_PAGE,
        cursor=request.args.get("cursor") or None,
        descending=True,
    )
    return render_template(
        "imports/list.html",
        runs=found.items,
        people=_people(found.items),
        offered=offered,
        titles={importer.key: importer.title for importer in offered},
        next_url=url_for("imports.runs", cursor=found.next_cursor) if found.next_cursor else None,
        is_continued=bool(request.args.get("cursor")),
    )


@blueprint.route("/new/<kind>", methods=["GET", "POST"])
def new_import(kind: str) -> ResponseReturnValue:
    """Send a file; the next page asks what its columns are."""
    importer = _importer(kind)
    problem = None
    if request.method == "POST":
        file = request.files.get("file")
        try:
            run = engine.start_import(
                importer,
                file.read() if file is not None else b"",
                original_name=(file.filename if file is not None else "") or "",
                locale=select_locale(),
                actor=g.principal,
            )
        except SmartPOSError as refusal:
            db.session.rollback()
            problem = str(refusal)
        else:
            return redirect(url_for("imports.run", run_id=run.id), 303)
    answer = render_template(
        "imports/upload.html",
        importer=importer,
        fields=offered_fields(importer, g.principal),
        problem=problem,
        largest=LARGEST_FILE // 1024 // 1024,
    )
    return answer, 422 if problem else 200


@blueprint.get("/template/<kind>")
def template(kind: str) -> Response:
    """An empty spreadsheet with the columns of an import, in the person's language."""
    importer = _importer(kind)
    content = write_template(
        str(importer.title),
        [
            TemplateColumn(
                str(field.label),
                field.kind,
                field.example,
                " ".join(filter(None, (_("Needed.") if field.required else "", str(field.hint)))),
                field.required,
            )
            for field in offered_fields(importer, g.principal)
        ],
    )
    answer = Response(content, mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{importer.key}.xlsx")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/<int:run_id>")
def run(run_id: int) -> str:
    """Where an import stands, and what can be done next."""
    found, importer = _run(run_id)
    return _shown(found, importer)


def _shown(found: ImportRun, importer: engine.Importer, problem: str | None = None) -> str:
    fields = offered_fields(importer, g.principal)
    labels = {field.name: field.label for field in importer.fields}
    wrong: dict[int, dict[str, str]] = {}
    for one in found.problems:
        wrong.setdefault(one["row"], {}).setdefault(one["field"], one["what"])
    columns = [
        {"place": int(place), "name": name, "letter": letter_of(int(place)), "label": labels.get(name, name)}
        for place, name in sorted(found.columns.items(), key=lambda pair: int(pair[0]))
        if name in {field.name for field in fields}
    ]
    progress = engine.progress_of(found.id) if found.status in AT_WORK else None
    back = importer.endpoint if importer.endpoint in current_app.view_functions and may_enter() else ""
    return render_template(
        "imports/run.html",
        run=found,
        importer=importer,
        fields=fields,
        labels=labels,
        columns=columns,
        wrong=wrong,
        problem=problem,
        letter_of=letter_of,
        at_work=found.status in AT_WORK,
        progress=progress,
        author=_people([found]).get(found.created_by),
        records_url=url_for(back) if back else None,
        sees_file=_sees_file(found, importer),
        may_undo=engine.may_undo(found, importer, g.principal),
    )


@blueprint.post("/<int:run_id>/columns")
def columns(run_id: int) -> ResponseReturnValue:
    """Settle the columns and have the rows checked."""
    found, importer = _run(run_id)
    chosen = {}
    for place in range(int(found.options["width"])):
        name = request.form.get(f"column-{place}", "")
        if name:
            chosen[place] = name
    try:
        engine.choose_columns(found, importer, chosen, actor=g.principal)
    except engine.WrongColumns as refusal:
        db.session.rollback()
        found, importer = _run(run_id)
        found.columns = {str(place): name for place, name in chosen.items()}
        answer = _shown(found, importer, str(refusal))
        db.session.rollback()
        return answer, 422
    _send(found)
    return _back(found)


@blueprint.post("/<int:run_id>/back")
def back(run_id: int) -> ResponseReturnValue:
    """Return from the preview to the choice of columns."""
    found, _importer_of = _run(run_id)
    engine.forget_columns(found)
    return _back(found)


@blueprint.post("/<int:run_id>/confirm")
def confirm(run_id: int) -> ResponseReturnValue:
    """Import what was checked."""
    found, _importer_of = _run(run_id)
    engine.confirm_import(found, actor=g.principal)
    _send(found)
    return _back(found)


@blueprint.post("/<int:run_id>/undo")
def undo(run_id: int) -> ResponseReturnValue:
    """Take an import back."""
    found, _importer_of = _run(run_id)
    engine.request_undo(found, actor=g.principal)
    _send(found)
    return _back(found)


@blueprint.post("/<int:run_id>/cancel")
def cancel(run_id: int) -> ResponseReturnValue:
    """Stop an import."""
    found, _importer_of = _run(run_id)
    if not engine.cancel_import(found):
        flash(_("It stops at the next step. Nothing will have been written."), "info")
    return _back(found)


@blueprint.get("/<int:run_id>/progress")
def progress(run_id: int) -> dict[str, Any]:
    """How far it has come, for the bar."""
    found, _importer_of = _run(run_id)
    known = engine.progress_of(found.id) if found.status in AT_WORK else None
    return {
        "status": found.status.value,
        "at_work": found.status in AT_WORK,
        "begun": known is not None,
        "done": known.done if known else 0,
        "total": known.total if known else 0,
    }


@blueprint.get("/<int:run_id>/file")
def original(run_id: int) -> Response:
    """The file as it was sent."""
    found, importer = _run(run_id)
    if found.file_id is None or not _sees_file(found, importer):
        raise NotFound
    return send_stored_file(found.file_id, download=True)


def _offered() -> list[engine.Importer]:
    require(P.IMPORT_RUN)
    return [importer for importer in engine.importers() if can(importer.permission)]


def _importer(kind: str) -> engine.Importer:
    require(P.IMPORT_RUN)
    importer = engine.find_importer(kind)
    if importer is None:
        raise NotFound
    require(importer.permission)
    return importer


def _run(run_id: int) -> tuple[ImportRun, engine.Importer]:
    """The door of runs. Raises NotFound, Forbidden."""
    require(P.IMPORT_RUN)
    found = db.session.get(ImportRun, run_id)
    if found is None:
        raise NotFound
    return found, _importer(found.kind)


def _sees_file(found: ImportRun, importer: engine.Importer) -> bool:
    """Whether the file holds nothing that the person may not see elsewhere, purchase prices for example."""
    offered = {field.name for field in offered_fields(importer, g.principal)}
    return found.created_by == g.principal.user_id or offered.issuperset(found.columns.values())


def _send(found: ImportRun) -> None:
    enqueue_after_commit(BY_STATE[found.status.value], found.organization_id, found.id, g.principal.user_id)


def _back(found: ImportRun) -> ResponseReturnValue:
    return redirect(url_for("imports.run", run_id=found.id), 303)


def _people(found: Sequence[ImportRun]) -> dict[int | None, str]:
    numbers = {row.created_by for row in found if row.created_by is not None}
    return {user.id: user.display for user in db.session.scalars(select(User).where(User.id.in_(numbers)))}


def init_app(app: Flask) -> None:
    """Register the pages and their place in the menu."""
    app.register_blueprint(blueprint)
    register_link(_l("Catalog"), _l("Import"), "imports.runs", "upload", P.IMPORT_RUN, order=200)
