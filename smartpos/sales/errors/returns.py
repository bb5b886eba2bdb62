"""What can be wrong with goods that come back."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Forbidden, Invalid, NotFound
from smartpos.core.money import plain


class EmptyRefund(Invalid):
    """A refund needs a line."""

    code = "empty_refund"
    title = _l("Choose at least one line that comes back")


class NotReturnable(Conflict):
    """What a receipt has taken back cannot be given back once more."""

    code = "refund_of_refund"
    title = _l("This receipt gives something back itself; nothing of it can be returned")


class SaleItemsNotFound(NotFound):
    """Lines that this receipt does not have; ``items`` lists their ids."""

    code = "sale_item_not_found"

    def __init__(self, items: list[int]) -> None:
        names = ", ".join(str(number) for number in items)
        super().__init__(_("The receipt has no such lines: %(names)s", names=names), items=items)


class TooMuchReturned(Conflict):
    """More would come back than was sold; ``lines`` lists all of which it is too much."""

    code = "too_much_returned"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        names = ", ".join(
            _("%(name)s (at most %(left)s)", name=line["name"], left=plain(Decimal(line["left"]).normalize()))
            for line in lines
        )
        super().__init__(_("More than was sold would come back: %(names)s", names=names), lines=lines)


class OtherTender(Forbidden):
    """Money would go back in a way it did not come; ``methods`` lists the ways, ``approval`` what would allow it."""

    code = "other_tender"

    def __init__(self, methods: list[str], approval: str) -> None:
        detail = _("More would go back this way than was paid this way.")
        super().__init__(detail, methods=methods, permission=approval, approval=approval)


class MoneyBackDiffers(Invalid):
    """What is to be paid back does not add up to the refund; ``total`` is what it has to be."""

    code = "money_back_differs"

    def __init__(self, total: str, given: str) -> None:
        detail = _("%(total)s is to be given back, not %(given)s.", total=total, given=given)
        super().__init__(detail, total=total, given=given)


class TooMuchForeignBack(Conflict):
    """More foreign cash would go back than came in; ``most`` tells how much did."""

    code = "too_much_foreign_back"

    def __init__(self, currency: str, most: str) -> None:
        detail = _("At most %(most)s %(currency)s can be given back.", most=most, currency=currency)
        super().__init__(detail, currency=currency, most=most)


class PriceAboveShop(Invalid):
    """Goods without a receipt are taken back at the shop's price or below; ``products`` lists what was dearer."""

    code = "price_above_shop"

    def __init__(self, products: list[dict[str, Any]]) -> None:
        names = ", ".join(product["name"] for product in products)
        super().__init__(
            _("Without a receipt the shop's price is the most: %(names)s", names=names), products=products
        )


class TenderNotForRefunds(Invalid):
    """Without a receipt money goes back in cash, by card or to the customer's account."""

    code = "tender_not_for_refunds"
    title = _l("Without a receipt money goes back in cash, by card or to the customer's account")
