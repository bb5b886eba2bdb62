"""What may be taken off at a till, and who has to allow it."""

from collections.abc import Sequence

from smartpos.sales.errors import DiscountAboveLimit
from smartpos.sales.models import SaleFlag
from smartpos.sales.operations.basket import BasketLine
from smartpos.sales.operations.ongoing import OngoingSale
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.pricing import PricedCart


def check_prices(sale: OngoingSale, basket: Sequence[BasketLine]) -> None:
    """Prices set by hand need the right. Raises Forbidden; what has happened is flagged."""
    by_hand = any(line.price_by_hand for line in basket)
    if by_hand and not sale.has_happened:
        sale.approvals.require(SalesPermission.SALE_CHANGE_PRICE)
    elif by_hand and not sale.approvals.allow(SalesPermission.SALE_CHANGE_PRICE):
        sale.flag(SaleFlag.PRICE_DIFFERS)
    if sale.has_happened:
        if any(line.cart.price != line.list_price and not line.price_by_hand for line in basket):
            sale.flag(SaleFlag.PRICE_DIFFERS)
        if any(not line.product.is_active for line in basket):
            sale.flag(SaleFlag.NOT_FOR_SALE)


def check_discount(sale: OngoingSale, cart: PricedCart) -> None:
    """Discounts that people give (not promotions) have a limit: the role's, else the shop's.

    Raises Forbidden without the right to give any, DiscountAboveLimit above the limit; what has happened is flagged.
    """
    by_hand = cart.discount - cart.promotion
    if by_hand == 0:
        return
    actor, approvals = sale.actor, sale.approvals
    limit = actor.max_discount_percent
    if limit is None:
        limit = actor.setting("max_discount_percent")
    base = cart.gross - cart.promotion
    above = by_hand * 100 > base * limit
    if sale.has_happened:
        right = SalesPermission.DISCOUNT_ABOVE_LIMIT if above else SalesPermission.SALE_DISCOUNT
        if not approvals.allow(right):
            sale.flag(SaleFlag.DISCOUNT_ABOVE_LIMIT)
        return
    if above:
        # Whoever may give more than the limit may give a discount at all.
        if not approvals.allow(SalesPermission.DISCOUNT_ABOVE_LIMIT):
            if not actor.can(SalesPermission.SALE_DISCOUNT):
                approvals.require(SalesPermission.SALE_DISCOUNT)
            raise DiscountAboveLimit(limit, str(SalesPermission.DISCOUNT_ABOVE_LIMIT))
        return
    approvals.require(SalesPermission.SALE_DISCOUNT)
