"""Imports: spreadsheets that become rows of tables, all of them or none, and can be taken back."""

from smartpos.core.imports.bulk import delete_rows, insert_rows, update_rows
from smartpos.core.imports.declaring import (
    Field,
    Importer,
    Line,
    Plan,
    find_importer,
    importers,
    register_importer,
)
from smartpos.core.imports.errors import CannotUndo, ImportCancelled, NotNow, WrongColumns
from smartpos.core.imports.flow import (
    cancel_import,
    check_import,
    choose_columns,
    confirm_import,
    execute_import,
    forget_columns,
    may_undo,
    request_undo,
    start_import,
    undo_import,
    waiting_imports,
)
from smartpos.core.imports.progress import Progress, progress_of
from smartpos.core.imports.work import Work

__all__ = [
    "CannotUndo",
    "Field",
    "ImportCancelled",
    "Importer",
    "Line",
    "NotNow",
    "Plan",
    "Progress",
    "Work",
    "WrongColumns",
    "cancel_import",
    "check_import",
    "choose_columns",
    "confirm_import",
    "delete_rows",
    "execute_import",
    "find_importer",
    "forget_columns",
    "importers",
    "insert_rows",
    "may_undo",
    "progress_of",
    "register_importer",
    "request_undo",
    "start_import",
    "undo_import",
    "update_rows",
    "waiting_imports",
]
