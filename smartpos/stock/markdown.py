"""How much cheaper goods should become so that they are sold before they expire: pure arithmetic.

The suggestion depends on what part of the shelf life is left:

    left = days until the last day of sale ÷ days of shelf life

The shelf life is the product's own where it is known, else the days from the lot's arrival to its expiry. The setting
``near_expiry_markdowns`` is a list of steps "per cent of life left : per cent off", ``30:20, 15:35, 5:50`` at first:
with 30 % of the life left or less, 20 % off; with 15 % or less, 35 % off; with 5 % or less, 50 % off. The lowest step
that holds counts. What has expired is not marked down: it must not be sold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.errors import Invalid
from smartpos.core.money import round_money

USUAL_STEPS = "30:20, 15:35, 5:50"
MOST_STEPS = 10
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Step:
    """With at most ``left`` per cent of the shelf life left, ``off`` per cent off."""

    left: Decimal
    off: Decimal


def read_steps(text: str) -> list[Step]:
    """The steps that a text stands for, the longest life first; none for an empty one. Raises Invalid."""
    steps = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        left, separator, off = part.partition(":")
        if not separator or not left.strip().isdecimal() or not off.strip().isdecimal():
            raise Invalid(_("Write steps as “per cent of life left:per cent off”, for example 30:20, 15:35."))
        steps.append(Step(Decimal(left.strip()), Decimal(off.strip())))
    if len(steps) > MOST_STEPS:
        raise Invalid(_("At most %(most)s steps fit here.", most=MOST_STEPS))
    if any(not 0 < step.off < HUNDRED or not 0 <= step.left <= HUNDRED for step in steps):
        raise Invalid(_("Per cent off are between 1 and 99, per cent of life left between 0 and 100."))
    if len({step.left for step in steps}) < len(steps):
        raise Invalid(_("Every part of the shelf life has one step."))
    return sorted(steps, key=lambda step: -step.left)


def check_steps(text: str) -> str:
    """Steps as they are stored: ``30:20, 15:35``. Raises Invalid."""
    return ", ".join(f"{step.left}:{step.off}" for step in read_steps(text))


def markdown_of(
    received: date,
    expires: date | None,
    today: date,
    steps: Sequence[Step],
    shelf_life_days: int | None = None,
) -> Decimal | None:
    """Per cent that should come off the price of a lot today; None for nothing."""
    if expires is None or expires < today:
        return None
    life = max(shelf_life_days or (expires - received).days, 1)
    left = HUNDRED * (expires - today).days / life
    holding = [step.off for step in steps if left <= step.left]
    return max(holding) if holding else None


def marked_down(price: Decimal, percent: Decimal) -> Decimal:
    """A price with so many per cent off."""
    return round_money(price * (HUNDRED - percent) / HUNDRED)
