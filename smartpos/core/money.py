"""The only place that rounds. Money, quantities and costs are ``Decimal`` from end to end.

Rules are told in prose in ``docs/money.md``. Half is rounded up (away from zero), as cash registers in the
region do; a refund therefore mirrors its sale exactly.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

from flask_babel import gettext as _

from smartpos.core.errors import Invalid

CENT = Decimal("0.01")
COST_STEP = Decimal("0.0001")
QUANTITY_STEP = Decimal("0.001")
HUNDRED = Decimal(100)
ZERO = Decimal(0)

# Python itself reads more as a number: NaN, 1_000, digits of every script.
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)

MONEY_LIMIT = Decimal("9999999999999999.99")
QUANTITY_LIMIT = Decimal("99999999999.999")
COST_LIMIT = Decimal("99999999999999.9999")


def round_money(value: Decimal) -> Decimal:
    """Round to the minor unit (two digits), half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def round_cost(value: Decimal) -> Decimal:
    """Round a unit cost to four digits, half up."""
    return value.quantize(COST_STEP, ROUND_HALF_UP)


def round_quantity(value: Decimal) -> Decimal:
    """Round a quantity to three digits, half up."""
    return value.quantize(QUANTITY_STEP, ROUND_HALF_UP)


def round_to_step(value: Decimal, step: Decimal) -> Decimal:
    """Round money to a multiple of ``step`` (for cash), half up; a step of zero leaves it alone."""
    if step <= 0:
        return value
    return round_money((value / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def percent_of(value: Decimal, percent: Decimal) -> Decimal:
    """``percent`` per cent of ``value``, rounded to the minor unit."""
    return round_money(value * percent / HUNDRED)


def part_of(amount: Decimal, part: Decimal | int, whole: Decimal | int) -> Decimal:
    """amount × part ÷ whole, rounded to the minor unit; ``whole`` is above zero.

    Exact however long the quotient is, where a ``Decimal`` would have been cut at 28 digits before it is rounded.
    """
    cents = Fraction(amount) * Fraction(part) / Fraction(whole) * 100
    doubled = 2 * abs(cents.numerator) + cents.denominator
    rounded = doubled // (2 * cents.denominator) * CENT
    return -rounded if cents < 0 else rounded


def tax_inside(gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT contained in an amount that already includes it: gross × rate / (100 + rate)."""
    return round_money(gross * rate / (HUNDRED + rate))


def tax_on_top(net: Decimal, rate: Decimal) -> Decimal:
    """The VAT to add to an amount that excludes it: net × rate / 100."""
    return round_money(net * rate / HUNDRED)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Divide ``amount`` over ``weights`` in proportion, exact to the minor unit (largest remainder).

    Remainders go to the parts with the largest fraction, the earlier part first on a tie, so that browser and
    server agree. Weights must not be negative; if they are all zero every part is zero and nothing may be spread.
    """
    total = sum(weights, ZERO)
    if total == 0:
        if amount != 0:
            raise Invalid(_("There is nothing to discount."))
        return [ZERO.quantize(CENT) for _weight in weights]
    # The sign is taken off first, so that a refund splits exactly like its sale.
    sign = -1 if amount < 0 else 1
    units = int(round_money(abs(amount)) / CENT)
    # Whole numbers, because quotients cut at 28 digits would break ties differently than the browser does.
    digits = max(-int(weight.as_tuple().exponent) for weight in weights)
    whole = [int(weight.scaleb(digits)) for weight in weights]
    together = sum(whole)
    divided = [divmod(units * weight, together) for weight in whole]
    parts = [part for part, _remainder in divided]
    order = sorted(range(len(parts)), key=lambda index: (-divided[index][1], index))
    for index in order[: units - sum(parts)]:
        parts[index] += 1
    return [sign * part * CENT for part in parts]


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of ``step`` that is not below ``value``; used for quick-cash amounts."""
    return (value / step).to_integral_value(ROUND_CEILING) * step


def parse_decimal(value: object, *, limit: Decimal, digits: int) -> Decimal:
    """Read a number as people and programs write it: ``24500``, ``24 500``, ``24,5``, ``24.500``.

    Strings and integers are exact; a float goes through its shortest text. Refuses NaN, infinities, exponents that
    leave the limit, and more than ``digits`` decimal places. Raises ``Invalid``.
    """
    if isinstance(value, bool) or value is None:
        raise Invalid(_("This is not a number."))
    text = format(value, "f") if isinstance(value, Decimal) and value.is_finite() else str(value).strip()
    for space in (" ", "\u00a0", "\u2009", "\u202f"):
        text = text.replace(space, "")
    text = text.replace(",", ".")
    if len(text) > 40:
        raise Invalid(_("This number is too long."))
    if not _NUMBER.fullmatch(text):
        raise Invalid(_("This is not a number."))
    number = Decimal(text)
    if number.adjusted() > 20 or abs(number) > limit:
        raise Invalid(_("This number is too large."))
    if number != 0 and number.adjusted() < -20:
        raise Invalid(_("This number has too many decimal places."))
    if number != number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):
        raise Invalid(_("This number has too many decimal places."))
    # A minus before zero would be read back from the database without it.
    return +number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def parse_money(value: object) -> Decimal:
    """A money amount with two digits; see ``parse_decimal``."""
    return parse_decimal(value, limit=MONEY_LIMIT, digits=2)


def parse_quantity(value: object) -> Decimal:
    """A quantity with three digits; see ``parse_decimal``."""
    return parse_decimal(value, limit=QUANTITY_LIMIT, digits=3)


def plain(value: Decimal) -> str:
    """A decimal as text without exponent, as the API sends it."""
    return format(value, "f")
