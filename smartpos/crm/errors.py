"""What can be wrong with customers, suppliers and their accounts."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Invalid, NotFound


class CustomerNotFound(NotFound):
    """No such customer, or one that was deleted."""

    code = "customer_not_found"
    title = _l("There is no such customer")


class PhoneTaken(Conflict):
    """Somebody is known under this phone number already; ``customer`` tells who."""

    code = "phone_taken"

    def __init__(self, customer_id: int, name: str) -> None:
        sentence = _("This phone number belongs to “%(name)s”.", name=name)
        super().__init__(sentence, customer={"id": customer_id, "name": name}, errors={"phone": [sentence]})


class CustomerUuidReused(Conflict):
    """This ``client_uuid`` already stands for another customer."""

    code = "client_uuid_reused"
    title = _l("This customer was already recorded with other contents")


class AccountNotEmpty(Conflict):
    """A customer with a debt, a prepayment or points is not deleted; ``balance`` and ``points`` tell what is there."""

    code = "account_not_empty"

    def __init__(self, name: str, balance: str, points: str) -> None:
        detail = _(
            "“%(name)s” still has a balance or points. Settle the account first.",
            name=name,
        )
        super().__init__(detail, balance=balance, points=points)


class AccountHasChanged(Conflict):
    """Somebody has written the account since the person looked at it; ``balance`` is what it is now."""

    code = "account_has_changed"
    title = _l("The account has changed meanwhile. Look at it once more.")


class NothingToCorrect(Invalid):
    """A correction that changes neither the balance nor the points."""

    code = "nothing_to_correct"
    title = _l("Enter an amount or points other than zero")


class AlreadyOpened(Conflict):
    """An opening balance is entered once; what is wrong with it is corrected."""

    code = "already_opened"
    title = _l("This account already has an opening balance. Correct it instead.")


class NotTakenBackHere(Conflict):
    """A line that has a document of its own is taken back with it; a counter-entry is not countered."""

    code = "not_taken_back_here"
    title = _l("This line cannot be taken back here: take back the document it comes from")


class AlreadyTakenBack(Conflict):
    """Another entry has already taken this one back."""

    code = "already_taken_back"
    title = _l("This line is already taken back")


class SupplierNotFound(NotFound):
    """No such supplier, or one that was deleted."""

    code = "supplier_not_found"
    title = _l("There is no such supplier")


class SupplierNameTaken(Conflict):
    """Two suppliers of one name could not be told apart; ``supplier`` tells who has it."""

    code = "supplier_name_taken"

    def __init__(self, supplier_id: int | None, name: str) -> None:
        sentence = _("There is already a supplier with the name “%(name)s”.", name=name)
        super().__init__(sentence, supplier={"id": supplier_id, "name": name}, errors={"name": [sentence]})


class SupplierAccountNotEmpty(Conflict):
    """A supplier who is owed something, or was paid in advance, is not deleted; ``balance`` tells what is there."""

    code = "account_not_empty"

    def __init__(self, name: str, balance: str) -> None:
        super().__init__(
            _("The account of “%(name)s” is not settled. Settle it first.", name=name), balance=balance
        )
