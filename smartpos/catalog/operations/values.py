"""Reading the facts of a product: every value is checked here, whatever edge it came through."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import Any

from flask_babel import gettext as _

from smartpos.catalog.models import ProductStatus, ProductType, VatCode
from smartpos.core.errors import Invalid
from smartpos.core.money import COST_LIMIT, QUANTITY_LIMIT, parse_decimal
from smartpos.identity.errors import BadField

MXIK = re.compile(r"[0-9]{17}")
PACKAGE_CODE = re.compile(r"[0-9]{1,20}")
LONGEST_JSON = 20_000
MOST_TAGS = 50
LARGEST_WHOLE = 1_000_000
PRICE_LIMIT = Decimal("999999999999.99")
"""A price above this is a typing error; it also keeps a sale's total within what a column can hold."""


def text(value: Any, field: str, *, longest: int, needed: bool = False) -> Any:
    """A text in composed form with single spaces, or None when nothing is left of it."""
    if value is None or value == "":
        words = ""
    elif not isinstance(value, str):
        raise BadField(field, _("This must be a text."))
    else:
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise BadField(field, _("A text contains characters that do not exist."))
        words = " ".join(unicodedata.normalize("NFC", value).split())
    if len(words) > longest:
        raise BadField(field, _("At most %(longest)s characters fit here.", longest=longest))
    if needed and not words:
        raise BadField(field, _("This must not be empty."))
    return words or None


def prose(value: Any, field: str, *, longest: int = 10_000) -> str | None:
    """Several lines, kept as they are."""
    if value is None:
        return None
    if not isinstance(value, str) or "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        raise BadField(field, _("A text contains characters that do not exist."))
    if len(value) > longest:
        raise BadField(field, _("At most %(longest)s characters fit here.", longest=longest))
    return value.strip() or None


def number(
    value: Any, field: str, *, digits: int, limit: Decimal, needed: bool = False, positive: bool = False
) -> Decimal | None:
    """An exact number that is not negative."""
    if value is None or value == "":
        if needed:
            raise BadField(field, _("This must not be empty."))
        return None
    try:
        read = parse_decimal(value, limit=limit, digits=digits)
    except Invalid as error:
        raise BadField(field, str(error)) from None
    if read < 0 or (positive and read == 0):
        raise BadField(
            field, _("This must be more than zero.") if positive else _("This cannot be negative.")
        )
    return read


price = partial(number, digits=2, limit=PRICE_LIMIT)


def whole(value: Any, field: str) -> int | None:
    """A whole number from zero to a million."""
    if value is None or value == "":
        return None
    read = number(value, field, digits=0, limit=Decimal(LARGEST_WHOLE))
    return None if read is None else int(read)


def yes_no(value: Any, field: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise BadField(field, _("This must be yes or no."))
    return value


def choice(value: Any, field: str, *, kind: type[StrEnum]) -> StrEnum:
    """A member of an enumeration, given as such or by value."""
    try:
        return kind(value)
    except ValueError:
        raise BadField(field, _("This choice does not exist.")) from None


def pattern(value: Any, field: str, *, shape: re.Pattern[str], sentence: Callable[[], str]) -> str | None:
    """A code of a given shape, spaces taken out."""
    code = text(value, field, longest=100)
    if code is None:
        return None
    code = code.replace(" ", "")
    if not shape.fullmatch(code):
        raise BadField(field, sentence())
    return str(code)


def json_object(value: Any, field: str) -> dict[str, Any]:
    """A JSON object of bearable size that PostgreSQL can store."""
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise BadField(field, _("This must be an object of names and values."))
    try:
        written = json.dumps(value, allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        raise BadField(field, _("This is not valid JSON.")) from None
    if len(written) > LONGEST_JSON:
        raise BadField(field, _("This is too long."))
    if not _storable(value):
        raise BadField(field, _("A text contains characters that do not exist."))
    return dict(value)


def _storable(value: Any) -> bool:
    """Whether no text within holds NUL or half a character; without recursion, because depth is the caller's."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str) and ("\x00" in part or any("\ud800" <= sign <= "\udfff" for sign in part)):
            return False
        if isinstance(part, Mapping):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple):
            waiting += part
    return True


def tags(value: Any, field: str) -> list[str]:
    """A few short words, each once."""
    if value is None or value == "":
        return []
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise BadField(field, _("This must be a list of words."))
    if len(value) > MOST_TAGS:
        raise BadField(field, _("At most %(most)s words fit here.", most=MOST_TAGS))
    words = [text(word, field, longest=60) for word in value]
    return list(dict.fromkeys(word for word in words if word))


READERS: dict[str, Callable[[Any, str], Any]] = {
    "name": partial(text, longest=500, needed=True),
    "type": partial(choice, kind=ProductType),
    "status": partial(choice, kind=ProductStatus),
    "description": prose,
    "price": partial(price, needed=True),
    "cost_price": partial(number, digits=4, limit=COST_LIMIT, needed=True),
    "markup_percent": partial(number, digits=2, limit=Decimal("99999.99")),
    "vat_code": partial(choice, kind=VatCode),
    "vat_included": yes_no,
    "mxik_code": partial(pattern, shape=MXIK, sentence=lambda: _("An MXIK code has exactly 17 digits.")),
    "package_code": partial(
        pattern, shape=PACKAGE_CODE, sentence=lambda: _("A package code has only digits.")
    ),
    "cash_allowed": yes_no,
    "track_inventory": yes_no,
    "track_batches": yes_no,
    "reorder_quantity": partial(number, digits=3, limit=QUANTITY_LIMIT),
    "weight": partial(number, digits=3, limit=QUANTITY_LIMIT),
    "dimensions": json_object,
    "color": partial(text, longest=100),
    "brand": partial(text, longest=200),
    "lead_time_days": whole,
    "production_time": whole,
    "requires_production": yes_no,
    "shelf_life_days": whole,
    "specifications": json_object,
    "custom_fields": json_object,
    "tags": tags,
}
"""How each plain fact of a product is read; references, the article number and barcodes need more than that."""
