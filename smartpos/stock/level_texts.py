"""The texts of the page on which levels are set, filled in by the browser; ``{name}`` is left for it."""

from flask_babel import gettext as _


def level_texts() -> dict[str, str]:
    """The texts of the grid of levels."""
    return {
        "changed": _("%(count)s changed", count="{count}"),
        "no_network": _("No connection"),
        "nothing_changed": _("Nothing is changed."),
        "saved": _("The levels are saved."),
        "wrong_number": _("Enter a quantity, or nothing."),
    }
