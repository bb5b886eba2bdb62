"""The texts of the pages on which transfers are entered and received, filled in by the browser.

A place like ``{name}`` is left for the browser.
"""

from flask_babel import gettext as _

from smartpos.stock.count_texts import write_off_texts


def _shared() -> dict[str, str]:
    """What every page with a search field, a scanner and lines says."""
    return {
        **write_off_texts(),
        "any_lot": _("First to expire"),
        "clear_all": _("Clear all"),
        "clear_question": _("Remove all lines?"),
        "kept": _("What you entered before is still here."),
        "lines": _("Goods"),
        "lot": _("Lot"),
        "no_network": _("No connection"),
        "no_quantity": _("Enter a quantity."),
        "no_whole_quantity": _("Enter a whole number."),
        "nothing_found": _("Nothing found"),
        "product": _("Product"),
        "quantity": _("Quantity"),
        "remove": _("Remove %(name)s", name="{name}"),
        "search": _("Scan, or type a name"),
        "unknown_code": _("Nothing here has the code %(code)s.", code="{code}"),
    }


def new_transfer_texts() -> dict[str, str]:
    """The texts of the page on which goods are asked for."""
    return {
        **_shared(),
        "available": _("Available there"),
        "choose_branch": _("Choose a branch"),
        "created": _("Transfer %(number)s is entered.", number="{number}"),
        "enter": _("Enter the transfer"),
        "from": _("From where"),
        "no_goods": _("Scan or search for what is to be moved."),
        "notes": _("Notes"),
        "reserved": _("%(quantity)s set aside", quantity="{quantity}"),
        "same_branch": _("Goods cannot be moved to the branch where they are."),
        "swap": _("Swap the branches"),
        "to": _("To where"),
        "too_many_lines": _("A transfer may have at most %(most)s lines.", most="{most}"),
        "more_than_there": _("More than is available there"),
    }


def receiving_texts() -> dict[str, str]:
    """The texts of the page on which goods are received."""
    return {
        **_shared(),
        "all_arrived": _("Everything arrived"),
        "all_question": _("Every line that is not counted yet gets what was sent."),
        "arrived_in_full": _("Arrived in full"),
        "counted_of": _("%(count)s of %(all)s lines counted", count="{count}", all="{all}"),
        "difference_question": _(
            "%(count)s lines differ. What is missing is booked as a loss on the way, what is too many as found.",
            count="{count}",
        ),
        "differs": _("Differs"),
        "less": _("One less"),
        "missing": _("%(quantity)s missing", quantity="{quantity}"),
        "more": _("One more"),
        "not_in_transfer": _("This is not in the transfer: %(code)s", code="{code}"),
        "note": _("What is wrong?"),
        "note_hint": _("Broken, missing, another product …"),
        "receive": _("Receive"),
        "received": _("The transfer is received."),
        "sent": _("Sent: %(quantity)s %(unit)s", quantity="{quantity}", unit="{unit}"),
        "too_many": _("%(quantity)s too many", quantity="{quantity}"),
        "still_to_count": _("Count every line, or say that everything arrived."),
        "lot_number": _("Lot %(number)s", number="{number}"),
        "without_lot": _("Without a lot"),
    }
