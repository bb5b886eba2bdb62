"""Reading the facts of a customer: every value is checked here, whatever edge it came through."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from flask_babel import gettext as _

from smartpos.catalog.models import CustomerTier
from smartpos.catalog.operations import values
from smartpos.core.money import MONEY_LIMIT
from smartpos.crm.models import (
    AddressType,
    CustomerStatus,
    CustomerType,
    PaymentBehavior,
    PaymentTerms,
)
from smartpos.identity import checks
from smartpos.identity.errors import BadField

LONGEST_NAME = 200
MOST_PARTS = 50
EARLIEST_BIRTH = date(1900, 1, 1)
# A limit above this is a typing error.
CREDIT_LIMIT = Decimal("999999999999.99")

Reader = Callable[[Any, str], Any]


def day(value: Any, field: str) -> date | None:
    """A date of this or the last century."""
    if value is None or value == "":
        return None
    try:
        found = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise BadField(field, _("This is not a date.")) from None
    if not EARLIEST_BIRTH <= found <= date(2200, 1, 1):
        raise BadField(field, _("This date is out of range."))
    return found


def digits(value: Any, field: str, *, lengths: tuple[int, ...]) -> str | None:
    """A number of a register, spaces taken out."""
    code = values.text(value, field, longest=40)
    if code is None:
        return None
    code = code.replace(" ", "")
    if not (code.isascii() and code.isdecimal() and len(code) in lengths):
        raise BadField(
            field, _("This number has %(lengths)s digits.", lengths=_(" or ").join(map(str, lengths)))
        )
    return str(code)


def mail(value: Any, field: str) -> str | None:
    """An e-mail address."""
    try:
        return checks.email(value)
    except BadField as error:
        raise BadField(field, str(error)) from None


def currency(value: Any, field: str) -> str | None:
    """Three letters, or None for the shop's own."""
    code = values.text(value, field, longest=10)
    if code is None:
        return None
    if not (code.isascii() and code.isalpha() and len(code) == 3):
        raise BadField(field, _("A currency has three letters: UZS, USD."))
    return str(code).upper()


def rating(value: Any, field: str) -> Decimal:
    """From 0 to 10."""
    read = values.number(value, field, digits=2, limit=Decimal(10))
    return Decimal(0) if read is None else read


def degrees(value: Any, field: str, *, most: int) -> Decimal | None:
    """A coordinate."""
    if value is None or value == "":
        return None
    try:
        read = Decimal(str(value))
    except ArithmeticError:
        raise BadField(field, _("This is not a number.")) from None
    if not (read.is_finite() and abs(read) <= most):
        raise BadField(field, _("This number is out of range."))
    return round(read, 6)


def yes_no(value: Any, field: str) -> bool:
    """True or false; nothing is no."""
    return False if value is None else values.yes_no(value, field)


def country(value: Any, field: str) -> str:
    """Two letters; nothing is Uzbekistan."""
    code = values.text(value, field, longest=2) or "UZ"
    if not (code.isascii() and code.isalpha() and len(code) == 2):
        raise BadField(field, _("A country has two letters: UZ, KZ."))
    return str(code).upper()


READERS: dict[str, Reader] = {
    "name": partial(values.text, longest=LONGEST_NAME, needed=True),
    "type": partial(values.choice, kind=CustomerType),
    "status": partial(values.choice, kind=CustomerStatus),
    "email": mail,
    "website": partial(values.text, longest=200),
    "address": partial(values.text, longest=500),
    "birth_date": day,
    "company_name": partial(values.text, longest=LONGEST_NAME),
    "legal_name": partial(values.text, longest=LONGEST_NAME),
    "industry": partial(values.text, longest=100),
    "employee_count": values.whole,
    "annual_revenue": partial(values.number, digits=2, limit=MONEY_LIMIT),
    "bin": partial(digits, lengths=(9, 12, 14)),
    "kbe_code": partial(digits, lengths=(2,)),
    "credit_limit": partial(values.number, digits=2, limit=CREDIT_LIMIT),
    "currency": currency,
    "payment_terms": partial(values.choice, kind=PaymentTerms),
    "payment_behavior": partial(values.choice, kind=PaymentBehavior),
    "source": partial(values.text, longest=100),
    "segment": partial(values.text, longest=100),
    "tier": partial(values.choice, kind=CustomerTier),
    "rating": rating,
    "last_contact_date": day,
    "tags": values.tags,
    "custom_fields": values.json_object,
    "preferences": values.json_object,
    "notes": values.prose,
}
"""How each plain fact of a customer is read; references, the phone, the IIN and the parts need more than that."""

CONTACT_READERS: dict[str, Reader] = {
    "first_name": partial(values.text, longest=100, needed=True),
    "last_name": lambda value, field: values.text(value, field, longest=100) or "",
    "position": partial(values.text, longest=100),
    "email": mail,
    "is_primary": yes_no,
    "is_decision_maker": yes_no,
    "department": partial(values.text, longest=100),
    "notes": partial(values.prose, longest=2000),
}
CONTACT_PHONES = ("phone", "mobile")

ADDRESS_READERS: dict[str, Reader] = {
    "type": partial(values.choice, kind=AddressType),
    "address_line_1": partial(values.text, longest=300, needed=True),
    "address_line_2": partial(values.text, longest=300),
    "city": partial(values.text, longest=100),
    "state_region": partial(values.text, longest=100),
    "postal_code": partial(values.text, longest=20),
    "country": country,
    "is_primary": yes_no,
    "is_default_billing": yes_no,
    "is_default_shipping": yes_no,
    "latitude": partial(degrees, most=90),
    "longitude": partial(degrees, most=180),
    "notes": partial(values.prose, longest=2000),
}


def part_facts(given: Any, field: str, readers: Mapping[str, Reader], land: str) -> list[dict[str, Any]]:
    """The lines of contacts or addresses, checked. A line may name its row by ``id``."""
    if isinstance(given, str | Mapping) or not isinstance(given, Sequence):
        raise BadField(field, _("This must be a list."))
    if len(given) > MOST_PARTS:
        raise BadField(field, _("At most %(most)s entries fit here.", most=MOST_PARTS))
    lines = []
    for line in given:
        if not isinstance(line, Mapping):
            raise BadField(field, _("This must be a list."))
        facts = {name: read(line[name], field) for name, read in readers.items() if name in line}
        if field == "contacts":
            facts |= {name: checks.phone(line[name], land, field) for name in CONTACT_PHONES if name in line}
        if "id" in line:
            facts["id"] = line["id"]
        needed = next(name for name in ("first_name", "address_line_1") if name in readers)
        if needed not in facts and "id" not in facts:
            raise BadField(field, _("This must not be empty."))
        lines.append(facts)
    return lines
