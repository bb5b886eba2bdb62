"""Why something was not printed, in words that tell what to do."""

from typing import Any

from flask_babel import lazy_gettext as _l

from smartpos.sales.models import PrintTrouble

TROUBLES: dict[PrintTrouble, Any] = {
    PrintTrouble.NO_PRINTER: _l("The till has no network printer any more."),
    PrintTrouble.NOT_ALLOWED: _l("The printer's address is not one of the shop's own network."),
    PrintTrouble.UNREACHABLE: _l("The printer does not answer. Is it switched on and connected?"),
    PrintTrouble.TIMED_OUT: _l("The printer is too slow or has stopped."),
    PrintTrouble.INTERRUPTED: _l("The connection broke off in the middle; perhaps a part was printed."),
    PrintTrouble.NO_PAPER: _l("The printer is out of paper."),
    PrintTrouble.COVER_OPEN: _l("The printer's cover is open."),
    PrintTrouble.TOO_LATE: _l("It was too late to open the drawer."),
    PrintTrouble.GONE: _l("There is nothing to print any more."),
}


def trouble_in_words(trouble: PrintTrouble) -> str:
    """The sentence for a person."""
    return str(TROUBLES[trouble])
