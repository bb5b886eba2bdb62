"""The texts of the customer's window."""

from flask_babel import gettext as _


def display_texts() -> dict[str, str]:
    """All texts of the window by key, in the language of the request."""
    return {
        "welcome": _("Welcome!"),
        "closed": _("This till is closed"),
        "waiting": _("The till is not open in this browser yet."),
        "to_pay": _("To pay"),
        "paid": _("Paid"),
        "change": _("Your change"),
        "discount": _("Discount"),
        "saved": _("You saved %(amount)s", amount="{amount}"),
        "thanks": _("Thank you for your purchase!"),
        "points": _("Your points: %(points)s", points="{points}"),
        "light_or_dark": _("Light or dark"),
        "full_screen": _("Full screen"),
        "lines": _("What you buy"),
    }
