"""What is taken off at a till: by promotions, and by people, who may need to be allowed to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from smartpos.catalog.models import CustomerTier
from smartpos.catalog.queries import promotions_in_force
from smartpos.core.money import round_money
from smartpos.identity.actors import Actor
from smartpos.sales.errors import DiscountAboveLimit
from smartpos.sales.models import SaleFlag
from smartpos.sales.operations.basket import BasketLine
from smartpos.sales.operations.ongoing import OngoingSale
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.pricing import PricedCart
from smartpos.sales.promotions import Context, Line, apply


def promote(
    basket: Sequence[BasketLine], *, branch_id: int, tier: CustomerTier | None, at: datetime, actor: Actor
) -> list[BasketLine]:
    """The lines with what the promotions in force take off them; one statement."""
    rules = promotions_in_force(branch_id, at)
    if not rules:
        return list(basket)
    lines = [
        Line(
            product_id=line.product.id,
            category_id=line.product.category_id,
            price=line.cart.price,
            quantity=line.quantity,
            multiplier=line.multiplier,
            digits=line.product.unit_digits,
            changed_by_hand=line.price_by_hand,
        )
        for line in basket
    ]
    taken = apply(rules, lines, Context(branch_id, tier, at.astimezone(actor.organization.zone)))
    return [
        _promoted(line, one.amount, one.promotion_id, one.name) if one else line
        for line, one in zip(basket, taken, strict=True)
    ]


def promote_sale(sale: OngoingSale, basket: Sequence[BasketLine]) -> list[BasketLine]:
    """The lines of a sale with their promotions. What has happened keeps what the till took off, and is flagged when
    the shop's promotions would have taken off something else."""
    promoted = promote(
        basket,
        branch_id=sale.shift.branch_id,
        tier=sale.customer.tier if sale.customer else None,
        at=sale.sold_at,
        actor=sale.actor,
    )
    if not sale.has_happened:
        return promoted
    shown = []
    for line in promoted:
        amount = round_money(line.asked.shown_promotion)
        if amount == line.cart.promotion:
            shown.append(line)
            continue
        sale.flag(SaleFlag.PRICE_DIFFERS)
        shown.append(_promoted(line, amount, line.promotion_id if amount else None, line.promotion_name))
    return shown


def _promoted(line: BasketLine, amount: Decimal, promotion_id: int | None, name: str | None) -> BasketLine:
    cart = replace(line.cart, promotion=amount)
    return replace(line, cart=cart, promotion_id=promotion_id, promotion_name=name)


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
