"""What can be wrong with an import as a whole; what is wrong with a cell is a problem of the run."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Invalid


class WrongColumns(Invalid):
    """The columns chosen do not make an import."""

    code = "wrong_columns"
    title = _l("These columns do not make an import")


class NotNow(Conflict):
    """The run is not in the state for this."""

    code = "import_not_now"
    title = _l("This import has moved on meanwhile. Reload the page.")


class CannotUndo(Conflict):
    """Something else relies on what the import did; ``reasons`` are sentences."""

    code = "cannot_undo"
    title = _l("This import cannot be taken back any more")

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(reasons=list(reasons))


class ImportCancelled(Exception):
    """Somebody asked for the run to stop; whatever it did is rolled back."""
