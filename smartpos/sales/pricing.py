"""The price law of a receipt: pure arithmetic, the same on server and browser (``tests/vectors/prices.json``).

``docs/money.md`` tells the rules in prose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from smartpos.core.money import (
    MONEY_LIMIT,
    QUANTITY_STEP,
    ZERO,
    round_money,
    round_to_step,
    spread,
    tax_inside,
    tax_on_top,
)
from smartpos.sales.errors import AmountTooLarge, DiscountTooLarge

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class CartLine:
    """What is counted (base units or packs), at the price of one of it. ``vat_rate`` is per cent.

    ``promotion`` is what a promotion takes off the line, ``discount`` what a person takes off what is left.
    """

    price: Decimal
    quantity: Decimal
    discount: Decimal = NOTHING
    vat_rate: Decimal = ZERO
    vat_included: bool = True
    promotion: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class PricedLine:
    """gross − promotion − discount − cart_discount = net; total is net, plus the tax when VAT comes on top."""

    gross: Decimal
    promotion: Decimal
    discount: Decimal
    cart_discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A priced receipt; total = Σ lines.total + rounding.

    ``discount`` is all that was taken off: promotions, line and cart discounts. ``promotion`` is the promotions alone,
    because only the rest was a person's decision.
    """

    lines: list[PricedLine]
    gross: Decimal
    promotion: Decimal
    discount: Decimal
    tax: Decimal
    rounding: Decimal
    total: Decimal


def pack_price(price: Decimal, multiplier: Decimal, own_price: Decimal | None) -> Decimal:
    """What one pack costs: its own price if it has one, else ``multiplier`` times the price of a base unit."""
    return own_price if own_price is not None else _product(price, multiplier)


def line_gross(price: Decimal, quantity: Decimal) -> Decimal:
    """price × quantity, rounded half up to the minor unit. Raises AmountTooLarge."""
    return _product(price, quantity)


def price_cart(
    lines: Sequence[CartLine],
    *,
    cart_discount: Decimal = NOTHING,
    rounding_step: Decimal = ZERO,
    cash_only: bool = False,
) -> PricedCart:
    """Price a receipt.

    ``cart_discount`` is divided over the lines in proportion to what they cost after promotions and their own
    discounts. When the
    receipt is paid in cash alone its total is rounded to a multiple of ``rounding_step``. Raises DiscountTooLarge
    (naming the line, counted from 1, or the cart) and AmountTooLarge.
    """
    gross = [line_gross(line.price, line.quantity) for line in lines]
    after = [amount - line.promotion - line.discount for line, amount in zip(lines, gross, strict=True)]
    for number, left in enumerate(after, start=1):
        if left < 0:
            raise DiscountTooLarge(line=number)
    if cart_discount > sum(after, ZERO):
        raise DiscountTooLarge
    shares = spread(cart_discount, after) if cart_discount else [NOTHING] * len(after)
    priced = [_priced(line, amount, share) for line, amount, share in zip(lines, gross, shares, strict=True)]
    exact = sum((line.total for line in priced), NOTHING)
    total = round_to_step(exact, rounding_step) if cash_only else exact
    if total > MONEY_LIMIT:
        raise AmountTooLarge
    return PricedCart(
        lines=priced,
        gross=sum(gross, NOTHING),
        promotion=sum((line.promotion for line in priced), NOTHING),
        discount=sum((line.promotion + line.discount + line.cart_discount for line in priced), NOTHING),
        tax=sum((line.tax for line in priced), NOTHING),
        rounding=total - exact,
        total=total,
    )


def _priced(line: CartLine, gross: Decimal, share: Decimal) -> PricedLine:
    net = gross - line.promotion - line.discount - share
    if line.vat_included:
        tax, total = tax_inside(net, line.vat_rate), net
    else:
        tax = tax_on_top(net, line.vat_rate)
        total = net + tax
    return PricedLine(gross, line.promotion, line.discount, share, net, tax, total)


def _product(price: Decimal, quantity: Decimal) -> Decimal:
    amount = price * quantity
    if abs(amount) > MONEY_LIMIT:
        raise AmountTooLarge
    return round_money(amount)


def fits_unit(quantity: Decimal, digits: int) -> bool:
    """Whether a quantity is no finer than a unit allows (0 digits for pieces, 3 for kilograms)."""
    step = QUANTITY_STEP if digits >= 3 else Decimal(1).scaleb(-digits)
    return quantity % step == 0
