"""What can be wrong with stock."""

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
                name=line["name"],
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
