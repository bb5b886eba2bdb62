"""The texts of the pages on which goods are counted and written off, filled in by the browser.

A place like ``{name}`` is left for the browser. What counts comes once per plural form (``entries.one``, …), because
only the browser knows the number.
"""

from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import ngettext

# For each of CLDR's categories a number that belongs to it in every language of the product that has it.
_SAMPLES = {"one": 1, "few": 2, "many": 5, "other": 5}


def count_texts() -> dict[str, str]:
    """The texts of the page of somebody who counts."""
    return {
        **_finding(),
        "add": _("Add"),
        "all_sent": _("All sent"),
        "closed": _(
            "This stock count is finished. What has not been sent stays here until it is opened again."
        ),
        "finish": _("Everything is counted"),
        "finish_question": _("After this nobody can add to this stock count until it is opened again."),
        "last_entries": _("Last entries"),
        "load_again": _("Load the products again"),
        "no_network": _("No connection"),
        "not_kept": _("This device keeps nothing. Do not close the page before everything is sent."),
        "nothing_of_yours": _(
            "You have not counted anything yet; others have. Scan a barcode or type a name."
        ),
        "nothing_yet": _("Nothing counted yet. Scan a barcode or type a name."),
        "sign_in": _("Sign in"),
        "signed_out": _("You are signed out. What you counted is kept on this device."),
        "so_far": _("%(quantity)s %(unit)s in all", quantity="{quantity}", unit="{unit}"),
        "surprising": _("Is %(quantity)s right? That is a lot.", quantity="{quantity}"),
        "taken_back": _("Taken back: %(name)s", name="{name}"),
        "undo": _("Take back"),
        "undo_entry": _("Take back: %(name)s", name="{name}"),
        "discard": _("Discard"),
        **_plurals(
            {
                "entries": lambda number: ngettext(
                    "%(count)s entry", "%(count)s entries", number, count="{count}"
                ),
                "waiting": lambda number: ngettext(
                    "%(count)s entry waits", "%(count)s entries wait", number, count="{count}"
                ),
                "loaded": lambda number: ngettext(
                    "%(count)s product so far", "%(count)s products so far", number, count="{count}"
                ),
            }
        ),
    }


def write_off_texts() -> dict[str, str]:
    """The texts of the page on which goods are written off."""
    return {
        **_finding(),
        "any_lot": _("First to expire"),
        "branch": _("Branch"),
        "expired": _("expired"),
        "in_stock": _("%(quantity)s %(unit)s in stock", quantity="{quantity}", unit="{unit}"),
        "lot": _("Lot"),
        "more_than_stock": _("More than is in stock"),
        "no_lines": _("Scan or search for what is written off."),
        "no_network": _("No connection"),
        "notes": _("Notes"),
        "product": _("Product"),
        "reason": _("Reason"),
        "remove": _("Remove %(name)s", name="{name}"),
        "tell_why": _("Tell why the goods are written off."),
        "clear_all": _("Clear all"),
        "clear_question": _("Remove all lines?"),
        "write_off": _("Write off"),
        "written_off": _("Written off."),
        "question": _("The goods leave the books of this branch."),
    }


def _finding() -> dict[str, str]:
    return {
        "camera_failed": _("The camera does not work here."),
        "camera_hint": _("Hold the barcode in front of the camera."),
        "camera_none": _("This device has no camera."),
        "camera_not_allowed": _(
            "The browser does not allow the camera. Allow it in the settings of this page."
        ),
        "camera_picture": _("Picture of the camera"),
        "camera_starting": _("The camera is starting…"),
        "cancel": _("Cancel"),
        "done": _("Done"),
        "no_quantity": _("Enter a quantity."),
        "no_whole_quantity": _("Enter a whole number."),
        "nothing_found": _("Nothing found"),
        "quantity": _("Quantity"),
        "scan_with_camera": _("Scan with the camera"),
        "search": _("Scan, or type a name"),
        "still_loading": _("The products are still loading. Please wait a moment."),
        "unknown_code": _("Nothing here has the code %(code)s.", code="{code}"),
    }


def _plurals(texts: dict[str, Callable[[int], str]]) -> dict[str, str]:
    return {
        f"{key}.{form}": str(text(number)) for key, text in texts.items() for form, number in _SAMPLES.items()
    }
