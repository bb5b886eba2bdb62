"""What can be wrong with expenses and exchange rates."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Invalid, NotFound


class CategoryNotFound(NotFound):
    """No such category of expenses, or one that is no longer in use."""

    code = "expense_category_not_found"
    title = _l("There is no such category of expenses")


class BranchUnknown(NotFound):
    """No such branch, or one that this person does not see."""

    code = "branch_not_found"
    title = _l("There is no such branch")


class ExpenseReused(Conflict):
    """This ``client_uuid`` already stands for an expense with other contents."""

    code = "client_uuid_reused"
    title = _l("This expense was already recorded with other contents")


class ExpenseIsCancelled(Conflict):
    """An expense is cancelled once."""

    code = "already_cancelled"
    title = _l("This expense is already cancelled")


class ReasonNeeded(Invalid):
    """What is taken back needs a reason."""

    code = "reason_needed"

    def __init__(self, field: str = "reason") -> None:
        sentence = _("Tell the reason.")
        super().__init__(sentence, errors={field: [sentence]})


class RateAlreadySet(Conflict):
    """There is a rate of the currency from this very moment on."""

    code = "rate_already_set"
    title = _l("There is already a rate from this moment on")
