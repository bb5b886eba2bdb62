"""What can be wrong with stock."""

from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.errors import Conflict, Invalid, NotFound
from smartpos.core.money import plain


class NotEnoughStock(Conflict):
    """More was to go out than is there. ``lines`` lists every product that is short."""

    code = "not_enough_stock"

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        shortages = ", ".join(
            _(
                "%(name)s (%(available)s of %(requested)s)",
                name=_named(line),
                available=_short(line["available"]),
                requested=_short(line["requested"]),
            )
            for line in lines
        )
        super().__init__(_("Not enough in stock: %(products)s", products=shortages), lines=lines)


class ClientUuidReused(Conflict):
    """This ``client_uuid`` already stands for a correction with other contents."""

    code = "client_uuid_reused"
    title = _l("This correction was already recorded with other contents")


def _short(quantity: str) -> str:
    return plain(Decimal(quantity).normalize())


class UnknownGoods(NotFound):
    """Products that do not exist; ``products`` lists their ids."""

    code = "product_not_found"

    def __init__(self, products: list[int]) -> None:
        names = ", ".join(str(number) for number in products)
        super().__init__(_("There is no such product: %(names)s", names=names), products=products)


class NotInStock(Invalid):
    """Services and the like have no stock to correct; ``products`` lists them."""

    code = "stock_not_tracked"

    def __init__(self, products: list[dict[str, Any]]) -> None:
        names = ", ".join(product["name"] for product in products)
        super().__init__(_("No stock is kept of: %(names)s", names=names), products=products)


class StockTooLarge(Invalid):
    """A quantity or a value that the books cannot hold."""

    code = "stock_too_large"
    title = _l("This quantity or cost is too large")


class BranchNotFound(NotFound):
    """No such branch, or one of a workspace that this person does not see."""

    code = "branch_not_found"
    title = _l("There is no such branch")


class GoodsExpired(Conflict):
    """Nothing is left but what has expired; ``products`` lists the goods, with the lot where the books know it."""

    code = "goods_expired"

    def __init__(self, products: list[dict[str, Any]]) -> None:
        names = ", ".join(_named(product) for product in products)
        super().__init__(_("Expired, not to be sold: %(names)s", names=names), products=products)


class UnknownLots(NotFound):
    """Lots that do not exist; ``batches`` lists their ids."""

    code = "batch_not_found"

    def __init__(self, batches: list[int]) -> None:
        names = ", ".join(str(number) for number in batches)
        super().__init__(_("There is no such lot: %(names)s", names=names), batches=batches)


class LotOfAnotherProduct(Invalid):
    """Lots were named for goods that they do not consist of; ``batches`` lists them."""

    code = "batch_of_another_product"

    def __init__(self, batches: list[dict[str, Any]]) -> None:
        names = ", ".join(one["batch_number"] for one in batches)
        super().__init__(_("These are lots of other products: %(names)s", names=names), batches=batches)


class LotExpiryDiffers(Invalid):
    """Goods came with the number of a lot that expires on another day; ``batches`` tells both days."""

    code = "batch_expiry_differs"

    def __init__(self, batches: list[dict[str, Any]]) -> None:
        names = ", ".join(
            _("%(lot)s (%(recorded)s, not %(given)s)", lot=one["batch_number"], **_days(one))
            for one in batches
        )
        super().__init__(
            _("These lots are known with another day of expiry: %(names)s", names=names), batches=batches
        )


def _named(product: dict[str, Any]) -> str:
    """The goods, with their lot where there is one."""
    if not product.get("batch_number"):
        return str(product["name"])
    return str(_("%(name)s, lot %(lot)s", name=product["name"], lot=product["batch_number"]))


def _days(batch: dict[str, Any]) -> dict[str, str]:
    return {which: date.fromisoformat(batch[which]).strftime("%d.%m.%Y") for which in ("recorded", "given")}


class CountNotFound(NotFound):
    """No such stock count, or one of a branch that this person does not see."""

    code = "count_not_found"
    title = _l("There is no such stock count")


class CountNotOpen(Conflict):
    """The count takes no entries any more, or is not in the state that the step needs; ``state`` tells which."""

    code = "count_not_open"
    title = _l("The stock count is not in this state any more")


class CountInTheWay(Conflict):
    """Another count of the branch is open whose products overlap; ``count_id`` names it."""

    code = "count_in_the_way"
    title = _l("Another stock count of these products is open")


class NotOfThisCount(Invalid):
    """The product does not belong to what is counted, or no stock is kept of it."""

    code = "product_not_of_this_count"
    title = _l("This product does not belong to the stock count")


class TransferInOtherState(Conflict):
    """The transfer is not in the state that the step needs; ``state`` tells in which it is."""

    code = "transfer_in_other_state"
    title = _l("The transfer is not in this state any more")

    def __init__(self, number: str, state: str) -> None:
        sentence = {
            "pending": _l("Transfer %(number)s still waits for approval."),
            "approved": _l("Transfer %(number)s is approved and has not been sent off."),
            "in_transit": _l("Transfer %(number)s is already on its way."),
            "completed": _l("Transfer %(number)s has already been received."),
            "rejected": _l("Transfer %(number)s was rejected."),
            "cancelled": _l("Transfer %(number)s was cancelled."),
        }[state]
        super().__init__(str(sentence) % {"number": number}, number=number, state=str(state))


class TransferUuidReused(Conflict):
    """This ``client_uuid`` already stands for a transfer with other contents."""

    code = "client_uuid_reused"
    title = _l("This transfer was already recorded with other contents")
