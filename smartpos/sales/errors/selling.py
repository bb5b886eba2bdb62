"""What can be wrong with shifts and sales."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Forbidden, Invalid, NotFound


class NoOpenShift(Conflict):
    """The cashier has to open a shift first."""

    code = "no_open_shift"
    title = _l("There is no open shift. Open one first.")


class NoCurrentShift(NotFound):
    """The same, as the answer to the question which shift is open."""

    code = "no_open_shift"
    title = _l("There is no open shift.")


class ShiftIsClosed(Conflict):
    """A closed shift takes no sales and cannot be closed again."""

    code = "shift_is_closed"
    title = _l("This shift is already closed")


class TillIsBusy(Conflict):
    """Somebody has an open shift on the till; ``cashier`` tells who."""

    code = "till_is_busy"

    def __init__(self, cashier: str, **facts: Any) -> None:
        detail = _("%(cashier)s has an open shift on this till. It has to be closed first.", cashier=cashier)
        super().__init__(detail, cashier=cashier, **facts)


class ShiftElsewhere(Conflict):
    """The cashier's own shift is open on another till; ``till`` tells which."""

    code = "shift_open_elsewhere"

    def __init__(self, till: str, **facts: Any) -> None:
        detail = _("You have an open shift on another till: %(till)s.", till=till)
        super().__init__(detail, till=till, **facts)


class TillNotFound(NotFound):
    """No such till, or one of a place that this person does not see."""

    code = "till_not_found"
    title = _l("There is no such till")


class NoTill(Conflict):
    """There is no till in use in any place that this person sees."""

    code = "no_till"
    title = _l("There is no till to sell at. Add one in the back office.")


class TillIsOff(Conflict):
    """The till or its branch is switched off."""

    code = "till_is_off"
    title = _l("This till is switched off")


class EmptySale(Invalid):
    """A sale needs a line."""

    code = "empty_sale"
    title = _l("A sale needs at least one line")


class TooManyLines(Invalid):
    """A receipt longer than anybody can sell."""

    code = "too_many_lines"

    def __init__(self, most: int) -> None:
        super().__init__(_("A sale may have at most %(most)s lines.", most=most), most=most)


class ProductNotFound(NotFound):
    """``products`` names the ids, ``barcodes`` the codes that nobody knows here."""

    code = "product_not_found"

    def __init__(self, products: list[int], barcodes: list[str]) -> None:
        names = ", ".join([*(str(number) for number in products), *barcodes])
        super().__init__(_("Not found: %(names)s", names=names), products=products, barcodes=barcodes)


class ProductNotSold(Invalid):
    """Products that are inactive or deleted; ``products`` lists them with their names."""

    code = "product_not_active"

    def __init__(self, products: list[dict[str, Any]]) -> None:
        names = ", ".join(product["name"] for product in products)
        super().__init__(_("Not for sale: %(names)s", names=names), products=products)


class WrongBarcode(Invalid):
    """The barcode of a line belongs to another product than the one it names."""

    code = "barcode_of_another_product"
    title = _l("A barcode belongs to another product")


class WrongQuantity(Invalid):
    """A quantity finer than its unit allows; ``lines`` lists them."""

    code = "quantity_too_fine"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(line["name"] for line in lines)
        super().__init__(_("This is not sold in such small parts: %(names)s", names=names), lines=lines)


class AmountTooLarge(Invalid):
    """More money than the books can hold."""

    code = "amount_too_large"
    title = _l("This amount is too large")


class DiscountTooLarge(Invalid):
    """A discount larger than what it is taken from. ``line`` is the line's number; None means the whole receipt."""

    code = "discount_too_large"

    def __init__(self, line: int | None = None) -> None:
        if line is None:
            detail = _("The discount is larger than the receipt.")
        else:
            detail = _("The discount of line %(line)s is larger than the line.", line=line)
        super().__init__(detail, line=line)


class DiscountAboveLimit(Invalid):
    """A discount above what the shop allows at the till; ``limit_percent`` tells how much."""

    code = "discount_above_limit"

    def __init__(self, limit_percent: int, approval: str) -> None:
        detail = _("A discount may be at most %(limit)s%% of the receipt.", limit=limit_percent)
        super().__init__(detail, limit_percent=limit_percent, approval=approval)


class CustomerNeeded(Invalid):
    """Credit and points are a customer's."""

    code = "customer_needed"
    title = _l("Choose the customer first: credit and points belong to somebody")


class CreditLimitExceeded(Conflict):
    """More debt than the customer may have. ``approval`` names what a manager may allow."""

    code = "credit_limit_exceeded"

    def __init__(self, *, limit: str, balance: str, credit: str, approval: str) -> None:
        super().__init__(
            _("The customer may owe at most %(limit)s.", limit=limit),
            limit=limit,
            balance=balance,
            credit=credit,
            approval=approval,
        )


class DueDateInPast(Invalid):
    """A debt that would be overdue at once."""

    code = "due_date_in_past"
    title = _l("The day on which the debt is due lies in the past")


class NotEnoughPoints(Conflict):
    """More points than the customer has, or than may pay for one receipt; ``most`` tells how many are possible."""

    code = "not_enough_points"

    def __init__(self, most: str) -> None:
        super().__init__(_("At most %(most)s points may be used here.", most=most), most=most)


class ForeignCashNotTaken(Invalid):
    """A currency that this shift does not take, or that was not cash."""

    code = "currency_not_taken"

    def __init__(self, currency: str) -> None:
        super().__init__(_("%(currency)s is not taken in this shift.", currency=currency), currency=currency)


class TotalDiffers(Conflict):
    """The till showed another total than the shop's prices make; ``total`` tells the right one."""

    code = "total_differs"

    def __init__(self, total: str, shown: str) -> None:
        super().__init__(
            _("Prices have changed: the total is %(total)s.", total=total), total=total, shown=shown
        )


class NotTheirShift(Forbidden):
    """A sale for a shift or a person that the sender may not speak for."""

    code = "not_their_shift"
    title = _l("You may not send sales of this shift")


class CashNotAllowed(Invalid):
    """Goods that the law forbids to sell for cash; ``products`` lists them."""

    code = "cash_not_allowed"

    def __init__(self, products: list[dict[str, Any]]) -> None:
        names = ", ".join(product["name"] for product in products)
        super().__init__(_("Cash may not be taken for: %(names)s", names=names), products=products)


class CashAboveLimit(Invalid):
    """More cash than may be taken for one receipt; ``limit`` tells how much is allowed."""

    code = "cash_above_limit"

    def __init__(self, limit: str) -> None:
        super().__init__(
            _("At most %(limit)s may be paid in cash for one receipt.", limit=limit), limit=limit
        )


class Underpaid(Invalid):
    """``missing`` is what is still to be paid."""

    code = "underpaid"

    def __init__(self, missing: str, total: str) -> None:
        super().__init__(_("%(missing)s is still to be paid.", missing=missing), missing=missing, total=total)


class Overpaid(Invalid):
    """Change is given on cash alone; ``excess`` is what card and transfer exceed the total by."""

    code = "overpaid"

    def __init__(self, excess: str, total: str) -> None:
        detail = _("Card and transfer are %(excess)s too much; change is given on cash alone.", excess=excess)
        super().__init__(detail, excess=excess, total=total)


class CashNotNeeded(Invalid):
    """Cash beside other payments that already cover the receipt."""

    code = "overpaid"
    title = _l("The receipt is already paid without the cash")


class ClientUuidReused(Conflict):
    """This ``client_uuid`` already stands for a sale with other contents."""

    code = "client_uuid_reused"
    title = _l("This sale was already recorded with other contents")


class WrongMoment(Invalid):
    """A sale in the future, or before its shift was opened."""

    code = "wrong_sold_at"
    title = _l("The time of the sale is in the future or before the shift was opened")


class WrongPin(Forbidden):
    """The PIN of an approval. Not Unauthorized: the session of the cashier is as good as before."""

    code = "wrong_pin"
    title = _l("This PIN is wrong")


class CannotApprove(Forbidden):
    """The PIN is right, but its owner may not allow this either; ``action`` is what they lack."""

    code = "cannot_approve"
    title = _l("This person may not allow it")


class UnknownAction(Invalid):
    """An approval for something that nobody could ever be allowed."""

    code = "unknown_action"

    def __init__(self, action: str) -> None:
        sentence = _("There is nothing to allow under this name.")
        super().__init__(sentence, action=action[:100], errors={"action": [sentence]})


class HeldSaleTaken(Conflict):
    """Somebody has the parked sale on their screen; ``by`` tells who."""

    code = "already_taken"

    def __init__(self, by: str | None, name: str) -> None:
        detail = _("“%(name)s” was taken up by %(person)s.", name=name, person=by or _("somebody else"))
        super().__init__(detail, by=by, name=name)


class HeldSaleVoided(Conflict):
    """The parked sale was given up; ``by`` tells by whom."""

    code = "already_voided"

    def __init__(self, by: str | None, name: str) -> None:
        detail = _("“%(name)s” was given up by %(person)s.", name=name, person=by or _("somebody else"))
        super().__init__(detail, by=by, name=name)


class TooManyHeld(Conflict):
    """The branch has as many parked sales as anybody can keep in mind."""

    code = "too_many_held"

    def __init__(self, most: int) -> None:
        super().__init__(_("At most %(most)s parked receipts can wait in a branch.", most=most), most=most)


class CartTooLarge(Invalid):
    """A parked cart of more than ``most`` bytes."""

    code = "cart_too_large"

    def __init__(self, most: int) -> None:
        sentence = _("This receipt is too large to be parked.")
        super().__init__(sentence, most=most, errors={"cart": [sentence]})


class PaymentAboveDebt(Invalid):
    """More money than the customer owes, and nobody said that it is a prepayment; ``debt`` is what is owed."""

    code = "payment_above_debt"

    def __init__(self, debt: str) -> None:
        detail = _(
            "This is more than the debt of %(debt)s. Take it as a prepayment if that is meant.", debt=debt
        )
        super().__init__(detail, debt=debt)


class PaymentUuidReused(Conflict):
    """This ``client_uuid`` already stands for a payment with other contents."""

    code = "client_uuid_reused"
    title = _l("This payment was already recorded with other contents")


class PaymentReversed(Conflict):
    """A payment is taken back once, and the row that takes it back stays."""

    code = "payment_reversed"
    title = _l("This payment is already taken back")


class NoPrinter(Conflict):
    """The till has no network printer, or no drawer that one opens; the browser prints."""

    code = "no_printer"
    title = _l("This till has no network printer for that")


class NotEnoughCash(Conflict):
    """The drawer holds less than is to leave it."""

    code = "not_enough_cash"
    title = _l("There is not enough cash in the drawer")
