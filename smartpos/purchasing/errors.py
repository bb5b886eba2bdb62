"""What can be wrong with purchases."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Invalid, NotFound


class PurchaseNotFound(NotFound):
    """No such purchase, or one of a branch that this person does not see."""

    code = "purchase_not_found"
    title = _l("There is no such purchase")


class ClientUuidReused(Conflict):
    """This ``client_uuid`` already stands for a document with other contents."""

    code = "client_uuid_reused"
    title = _l("This document was already recorded with other contents")


class WrongStatus(Conflict):
    """The document has gone too far, or not far enough, for what was asked; ``purchase_status`` tells how far."""

    code = "wrong_status"

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence, purchase_status=status)


class ReceivedMeanwhile(Conflict):
    """A line was to be split on a purchase that was received before, without all of its lines being named."""

    code = "received_meanwhile"
    title = _l("This purchase was received meanwhile. Reload the page.")


class UnknownLines(NotFound):
    """Lines that are not on this purchase; ``items`` lists their ids."""

    code = "line_not_found"

    def __init__(self, items: list[int]) -> None:
        names = ", ".join(str(number) for number in items)
        super().__init__(_("There is no such line on this purchase: %(names)s", names=names), items=items)


class UnmatchedLines(Invalid):
    """Lines of which nobody has said what product they are; ``lines`` has their positions and words."""

    code = "unmatched_lines"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(str(line["product_name_raw"]) for line in lines)
        super().__init__(_("Say what products these lines are: %(names)s", names=names), lines=lines)


class UnknownCodes(NotFound):
    """Barcodes that belong to no product; ``barcodes`` lists them."""

    code = "barcode_not_found"

    def __init__(self, barcodes: list[str]) -> None:
        super().__init__(
            _("No product has the barcode %(codes)s", codes=", ".join(barcodes)), barcodes=barcodes
        )


class ExpiryInThePast(Invalid):
    """Goods that had expired when they arrived; ``lines`` has their positions."""

    code = "expiry_in_the_past"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(f"{line['name']} ({line['expiration_date']})" for line in lines)
        super().__init__(_("The expiry date has passed: %(names)s", names=names), lines=lines)


class GoodsAreGone(Conflict):
    """Less is left than the document brought, of a lot or in all; ``lines`` lists every product that is short."""

    code = "goods_are_gone"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(
            _(
                "%(name)s (%(available)s of %(requested)s left)",
                name=line["name"],
                available=line["available"],
                requested=line["requested"],
            )
            for line in lines
        )
        super().__init__(
            _("What came with this document is no longer there: %(names)s", names=names), lines=lines
        )


class MoreThanReceived(Conflict):
    """More was to go back than came and is not back yet; ``lines`` lists every line that is too much."""

    code = "more_than_received"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(
            _(
                "%(name)s (%(left)s may go back, %(requested)s asked)",
                name=line["name"],
                left=line["left"],
                requested=line["requested"],
            )
            for line in lines
        )
        super().__init__(_("More than was received: %(names)s", names=names), lines=lines)


class HasReturns(Conflict):
    """Some of the goods went back to the supplier; ``returns`` lists those documents."""

    code = "purchase_has_returns"

    def __init__(self, returns: list[dict[str, Any]]) -> None:
        numbers = ", ".join(one["number"] for one in returns)
        super().__init__(_("Revert the returns of it first: %(numbers)s", numbers=numbers), returns=returns)


class NothingReceived(Invalid):
    """A purchase of which nothing arrived cannot be confirmed."""

    code = "nothing_received"
    title = _l("Nothing of this purchase has arrived; cancel it instead")


class PurchaseTooLarge(Invalid):
    """An amount that the books cannot hold."""

    code = "purchase_too_large"
    title = _l("The amounts of this purchase are too large")


class SupplierPaymentNotFound(NotFound):
    """No such payment to a supplier."""

    code = "payment_not_found"
    title = _l("There is no such payment")


class SupplierPaymentAboveDebt(Invalid):
    """More than is owed is paid only on purpose, as a prepayment; ``debt`` tells what is owed."""

    code = "payment_above_debt"

    def __init__(self, debt: str) -> None:
        sentence = _("This is more than is owed. Say that it is a prepayment.")
        super().__init__(sentence, debt=debt, errors={"amount": [sentence]})


class SupplierPaymentReversed(Conflict):
    """A payment is taken back once, and the row against it not at all."""

    code = "payment_reversed"
    title = _l("This payment is already taken back")
