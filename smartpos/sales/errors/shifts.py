"""What can be wrong with opening, counting, closing and handing over a shift, and with the cash in its drawer."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Forbidden, Invalid


class NoExchangeRate(Conflict):
    """Foreign cash is taken, and nobody has told what it is worth; ``currency`` tells which."""

    code = "no_exchange_rate"

    def __init__(self, currency: str) -> None:
        super().__init__(
            _("There is no exchange rate of %(currency)s yet. Set one first.", currency=currency),
            currency=currency,
        )


class CountNeeded(Invalid):
    """A drawer is closed by what lies in it; ``errors`` tells which count is missing."""

    code = "count_needed"

    def __init__(self, field: str) -> None:
        sentence = _("Count the cash in the drawer.")
        super().__init__(sentence, errors={field: [sentence]})


class WrongDenominations(Invalid):
    """``denominations`` are no banknotes or coins of ``currency``, or were counted in a way that cannot be."""

    code = "wrong_denominations"

    def __init__(self, currency: str, faces: list[str]) -> None:
        names = ", ".join(face[:20] for face in faces[:10])
        sentence = _(
            "These are no banknotes or coins of %(currency)s: %(names)s", currency=currency, names=names
        )
        super().__init__(
            sentence, currency=currency, denominations=faces[:10], errors={"denominations": [sentence]}
        )


class CountDiffers(Invalid):
    """A total was sent beside the banknotes and is not theirs."""

    code = "count_differs"
    title = _l("The banknotes and coins do not add up to the total that was entered")


class DifferenceNeedsReason(Invalid):
    """Counted and expected cash differ. By how much is not told, so that the count stays blind."""

    code = "difference_needs_reason"
    title = _l("The cash differs from what is expected. Count again, or tell the reason.")


class HandOverToOneself(Invalid):
    """A shift is handed over to somebody else."""

    code = "hand_over_to_oneself"
    title = _l("A shift is handed over to somebody else")


class NextMayNotOpen(Forbidden):
    """The next person may not open a shift."""

    code = "next_may_not_open"
    title = _l("This person may not open a shift")


class NextHasShift(Conflict):
    """The next person has an open shift already; ``till`` tells where."""

    code = "next_has_shift"

    def __init__(self, name: str, till: str, **facts: Any) -> None:
        detail = _("%(name)s has an open shift on another till: %(till)s.", name=name, till=till)
        super().__init__(detail, name=name, till=till, **facts)


class CashUuidReused(Conflict):
    """This ``client_uuid`` already stands for another movement of cash."""

    code = "client_uuid_reused"
    title = _l("This movement of cash was already recorded with other contents")


class ExpenseShiftClosed(Conflict):
    """The drawer that paid an expense has been counted since."""

    code = "shift_is_closed"
    title = _l(
        "The drawer this was paid from is already counted. Put the money into an open drawer as cash in, "
        "and tell the expense in the reason."
    )
