"""When, how much and how people buy: the pure arithmetic of the demo's history, without a database.

Everything is drawn from one seeded generator, so that two loads of the same day tell the same story.
"""

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from zlib import crc32
from zoneinfo import ZoneInfo

from smartpos.core.money import ceil_to
from smartpos.demo.catalogue import DemoProduct

OPENS = 8
CLOSES = 23
HOURS = range(OPENS, CLOSES)

# Monday first; the shopping of the week is done on Saturday.
WEEKDAYS = (0.92, 0.90, 0.94, 0.97, 1.08, 1.21, 1.14)
WORKDAY_HOURS = (0.50, 0.70, 0.72, 0.80, 1.00, 1.00, 0.80, 0.75, 0.85, 1.20, 1.60, 1.70, 1.40, 1.00, 0.50)
WEEKEND_HOURS = (0.40, 0.70, 1.00, 1.25, 1.35, 1.25, 1.10, 1.05, 1.10, 1.25, 1.40, 1.40, 1.20, 0.90, 0.50)
SALARY_DAYS = (5, 6, 20, 21)
EVE_OF_HOLIDAY = {(12, 30), (12, 31), (3, 7), (3, 20), (5, 8), (8, 31), (9, 30), (12, 7)}

# How many receipts of a thousand have one line, two lines, and so on up to twelve.
BASKET_SIZES = (150, 180, 170, 140, 110, 85, 60, 42, 27, 18, 11, 7)
CONCENTRATION = 1.3
"""How much more than their weight the best sellers sell: a few hundred articles make most of the trade."""

BAG_SKU = "70003"
BAG_SHARE = 0.24
"""How many customers take a carrier bag."""

NOTES = (1_000, 5_000, 10_000, 50_000, 100_000)


def day_factor(day: date, random: Random) -> float:
    """How busy a day is, about 1."""
    factor = WEEKDAYS[day.weekday()] * random.gauss(1, 0.045)
    if day.day in SALARY_DAYS:
        factor *= 1.07
    if (day.month, day.day) in EVE_OF_HOLIDAY:
        factor *= 1.35
    return max(0.5, factor)


def moment_in(day: date, zone: ZoneInfo, random: Random) -> datetime:
    """A moment of the opening hours at which a customer pays; evenings are busy, weekend noons too."""
    weights = WEEKEND_HOURS if day.weekday() >= 5 else WORKDAY_HOURS
    hour = random.choices(HOURS, weights)[0]
    seconds = random.randrange(3600)
    return datetime.combine(day, time(hour), zone) + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one customer puts into the basket: positions in the product list with quantities."""

    at: datetime
    lines: list[tuple[int, Decimal]]


class Taste:
    """What the customers of one store buy: popularity, bent by the neighbourhood in a repeatable way."""

    def __init__(self, store: str, products: Sequence[DemoProduct], thrift: float) -> None:
        """``thrift`` above 0 means that dear articles are bought less often."""
        self._products = products
        self._bag = next(index for index, product in enumerate(products) if product.sku == BAG_SKU)
        self._positions = [index for index, product in enumerate(products) if product.is_sold]
        weights = [
            products[index].weight ** CONCENTRATION
            * (0.65 + crc32(f"{store}/{products[index].sku}".encode()) % 70 / 100)
            * (30_000 / max(30_000, float(products[index].price))) ** thrift
            for index in self._positions
        ]
        self._bounds = list(accumulate(weights))
        self.share = {
            index: weight / self._bounds[-1] for index, weight in zip(self._positions, weights, strict=True)
        }

    def basket(self, random: Random) -> list[tuple[int, Decimal]]:
        """Between one and twelve different articles."""
        size = random.choices(range(1, len(BASKET_SIZES) + 1), BASKET_SIZES)[0]
        chosen: dict[int, Decimal] = {}
        while len(chosen) < size:
            index = self._positions[bisect(self._bounds, random.random() * self._bounds[-1])]
            if index not in chosen:
                chosen[index] = wanted(self._products[index], random)
        if 1 < size < len(BASKET_SIZES) and random.random() < BAG_SHARE:
            chosen.setdefault(self._bag, Decimal(1))
        return list(chosen.items())


def wanted(product: DemoProduct, random: Random) -> Decimal:
    """How much of an article one customer takes, in its unit."""
    price = float(product.price)
    if product.unit == "l":
        return Decimal(random.choice((1, 1, 1, 2, 2, 3)))
    if product.is_weighed:
        typical = min(1.4, max(0.15, 22_000 / price))
        return Decimal(max(6, round(random.lognormvariate(0, 0.5) * typical * 100))) / 100
    if product.name.startswith("Tuxum C1 (dona)"):
        return Decimal(random.choice((5, 10, 10, 10, 15, 20, 30)))
    if price > 60_000:
        return Decimal(1)
    many = (70, 20, 6, 3, 1) if price > 8_000 else (52, 28, 11, 6, 3)
    return Decimal(random.choices(range(1, 6), many)[0])


def mean_wanted(product: DemoProduct) -> float:
    """About how much of it one buyer takes; stock is planned with it."""
    price = float(product.price)
    if product.unit == "l":
        return 1.7
    if product.is_weighed:
        return 1.13 * min(1.4, max(0.15, 22_000 / price))
    if product.name.startswith("Tuxum C1 (dona)"):
        return 14.3
    if price > 60_000:
        return 1.0
    return 1.45 if price > 8_000 else 1.8


def tendered(total: Decimal, random: Random) -> Decimal:
    """What a customer hands over in cash: the exact sum, or the next round sum in notes."""
    if random.random() < 0.3:
        return total
    note = random.choices(NOTES, (30, 25, 25, 15, 5))[0]
    return ceil_to(total, Decimal(note))


def counted(expected: Decimal, random: Random) -> Decimal:
    """What is found in the drawer at closing: mostly what should be there, now and then a little off."""
    luck = random.random()
    if luck < 0.80:
        return expected
    error = random.choice((50, 100, 200, 500, 1_000) if luck < 0.97 else (5_000, 10_000, 20_000))
    return max(Decimal(0), expected + error * random.choice((-1, -1, 1)))
