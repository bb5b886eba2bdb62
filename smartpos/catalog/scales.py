"""Barcodes that a scale prints: the goods, and how much of them or for how much.

Each shop says what its scale prints (the setting ``scale_patterns``): 13 signs, where digits stand for themselves, C
for the product's code, W for grams, P for the price in whole units of the currency, X for the check digit. The browser
reads them by the same rules (``static/till/codes.js``, ``tests/vectors/scales.json``).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from flask_babel import gettext as _

from smartpos.core.barcodes import check_digit
from smartpos.core.errors import Invalid
from smartpos.core.money import QUANTITY_STEP, round_quantity

SCALE_SETTING = "scale_patterns"
LENGTH = 13
_PATTERN = re.compile(r"\d+(C+)(?:(W+)|(P+))X")
GRAM = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class ScaleCode:
    """What a barcode of a scale says: the product's code, and grams as thousandths of a base unit, or a price."""

    item: str
    quantity: Decimal | None
    price: Decimal | None

    def quantity_at(self, price: Decimal) -> Decimal | None:
        """How much lies under the label of goods that cost ``price`` a base unit; None where nobody can tell."""
        if self.quantity is not None:
            return self.quantity
        if self.price is None or price <= 0:
            return None
        return max(round_quantity(self.price / price), QUANTITY_STEP)

    @property
    def candidates(self) -> list[str]:
        """The codes the product may have: as printed, and without the zeros that filled it up."""
        return list(dict.fromkeys([self.item, self.item.lstrip("0") or "0"]))


def check_patterns(text: str) -> str:
    """The setting as it is kept. Raises Invalid naming the first pattern that is none."""
    patterns = [part.strip().upper() for part in text.split(",") if part.strip()]
    for pattern in patterns:
        if len(pattern) != LENGTH or not _PATTERN.fullmatch(pattern):
            raise Invalid(
                _(
                    "“%(pattern)s” is not a pattern of 13 signs like 20CCCCCWWWWWX: digits, then C, then W "
                    "or P, then X.",
                    pattern=pattern,
                )
            )
    return ",".join(patterns)


@lru_cache(maxsize=256)
def _readers(patterns: str) -> tuple[re.Pattern[str], ...]:
    readers = []
    for pattern in filter(None, patterns.split(",")):
        parts = _PATTERN.fullmatch(pattern)
        if parts is None or len(pattern) != LENGTH:
            continue
        literal = pattern[: parts.start(1)]
        name = "grams" if parts[2] else "price"
        amount = parts[2] or parts[3]
        readers.append(
            re.compile(rf"{literal}(?P<item>\d{{{len(parts[1])}}})(?P<{name}>\d{{{len(amount)}}})\d")
        )
    return tuple(readers)


def read_scale_code(code: str, patterns: str) -> ScaleCode | None:
    """What a scanned code says by the shop's patterns; None when it is no code of its scale, or says nothing."""
    if len(code) != LENGTH or not code.isascii() or not code.isdigit() or check_digit(code[:-1]) != code[-1]:
        return None
    for reader in _readers(patterns):
        found = reader.fullmatch(code)
        if found is None:
            continue
        facts = found.groupdict()
        if "grams" in facts:
            quantity = int(facts["grams"]) * GRAM
            return ScaleCode(facts["item"], quantity, None) if quantity else None
        price = Decimal(facts["price"]).quantize(Decimal("0.01"))
        return ScaleCode(facts["item"], None, price) if price else None
    return None


def scale_codes(codes: Iterable[str], patterns: str) -> Mapping[str, ScaleCode]:
    """Those of the codes that the shop's scale printed."""
    if not patterns:
        return {}
    return {code: read for code in codes if (read := read_scale_code(code, patterns)) is not None}
