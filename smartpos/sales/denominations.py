"""Banknotes and coins: what a drawer is counted by. Pure arithmetic; the browser is told the same table."""

from collections.abc import Mapping
from decimal import Decimal

from smartpos.core.money import CENT, ZERO
from smartpos.sales.errors import WrongDenominations

# In use or still legal, the largest first.
DENOMINATIONS: dict[str, tuple[str, ...]] = {
    "UZS": (
        *("200000", "100000", "50000", "20000", "10000", "5000", "2000"),
        *("1000", "500", "200", "100", "50"),
    ),
    "KZT": (
        *("20000", "10000", "5000", "2000", "1000", "500"),
        *("200", "100", "50", "20", "10", "5", "2", "1"),
    ),
    "USD": ("100", "50", "20", "10", "5", "2", "1", "0.50", "0.25", "0.10", "0.05", "0.01"),
    "EUR": (
        *("500", "200", "100", "50", "20", "10", "5", "2", "1"),
        *("0.50", "0.20", "0.10", "0.05", "0.02", "0.01"),
    ),
    "RUB": (*("5000", "2000", "1000", "500", "200", "100", "50", "10", "5", "2", "1"), *("0.50", "0.10")),
    "KGS": (*("5000", "2000", "1000", "500", "200", "100", "50", "20", "10", "5", "3", "1"), "0.50", "0.10"),
    "TJS": (*("500", "200", "100", "50", "20", "10", "5", "3", "1"), "0.50", "0.20", "0.10", "0.05"),
    "TMT": (*("100", "50", "20", "10", "5", "2", "1"), "0.50", "0.20", "0.10", "0.05", "0.02", "0.01"),
}
MOST_PIECES = 1_000_000


def clean_count(currency: str, pieces: Mapping[str, int]) -> dict[str, int]:
    """How many there are of each note and coin, those that are not there left out, the largest first.

    Raises WrongDenominations for what is no money of the currency, and for counts that cannot be.
    """
    known = {Decimal(name): name for name in DENOMINATIONS.get(currency, ())}
    found: dict[str, int] = {}
    wrong: list[str] = []
    for face, count in pieces.items():
        name = known.get(_number(face))
        if name is None or name in found or not 0 <= count <= MOST_PIECES:
            wrong.append(face)
        else:
            found[name] = count
    if wrong:
        raise WrongDenominations(currency, wrong)
    return {name: found[name] for name in DENOMINATIONS.get(currency, ()) if found.get(name)}


def worth_of(pieces: Mapping[str, int]) -> Decimal:
    """What counted notes and coins amount to."""
    return sum((Decimal(face) * count for face, count in pieces.items()), ZERO).quantize(CENT)


def _number(face: str) -> Decimal:
    # Python reads much more as a number than is written on a banknote.
    if len(face) > 12 or not face.isascii() or not face.replace(".", "", 1).isdecimal():
        return Decimal(-1)
    return Decimal(face)
