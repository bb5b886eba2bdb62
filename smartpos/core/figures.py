"""Numbers and days as people read them, in the language in force; for pages and for messages alike."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel.numbers import get_decimal_symbol
from flask_babel import get_locale

THIN = "\u202f"
MINUS = "\u2212"


@lru_cache(maxsize=16)
def _decimal_symbol(locale: str) -> str:
    return get_decimal_symbol(locale)


def grouped(value: Decimal | int, most: int, least: int = 0) -> str:
    """A number with thin spaces between thousands and ``least`` to ``most`` decimal places."""
    text = f"{abs(value):,.{most}f}"
    whole, _point, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    text = whole.replace(",", THIN)
    if fraction:
        text += decimal_sign() + fraction
    is_zero = not any(digit in "123456789" for digit in text)
    return text if value >= 0 or is_zero else MINUS + text


def money_text(value: object, currency: str = "") -> str:
    """Money as text: two digits only where there are any; ``value`` is a number or its text."""
    amount = Decimal(str(value))
    text = grouped(amount, 2, 0 if amount == int(amount) else 2)
    return f"{text}\u00a0{currency}" if currency else text


def quantity_text(value: object, unit: str = "") -> str:
    """A quantity as text, with up to three digits; the unit follows if given."""
    text = grouped(Decimal(str(value)), 3)
    return f"{text}\u00a0{unit}" if unit else text


def typed_number(value: Decimal | int | None) -> str:
    """A number as a person types it: without spaces and needless zeros, with the language's decimal sign."""
    if value is None:
        return ""
    whole, _point, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0")
    return whole + decimal_sign() + fraction if fraction else whole


def decimal_sign() -> str:
    """What stands between whole and part in the language in force."""
    return _decimal_symbol(str(get_locale() or "en"))


def day_text(value: object) -> str:
    """A day as text: ``20.11.2026``; ``value`` is a date or what ``isoformat`` made of one."""
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return f"{day:%d.%m.%Y}"
