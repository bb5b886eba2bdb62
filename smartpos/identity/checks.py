"""Reading what people type about people and places: texts, user names, addresses, phones."""

import re
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _

from smartpos.core.phones import normal_phone
from smartpos.identity.errors import BadField

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])")
EMAIL = re.compile(r"[^@\s\x00]{1,64}@[^@\s\x00.]+(?:\.[^@\s\x00.]+)+")


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones this machine knows; looking for them walks through its folders."""
    return frozenset(available_timezones())


def required_text(value: Any, field: str, longest: int = 200) -> str:
    """A text that must not be empty, stripped. Raises BadField."""
    text = optional_text(value, field, longest)
    if not text:
        raise BadField(field, _("This must not be empty."))
    return text


def optional_text(value: Any, field: str, longest: int = 500) -> str | None:
    """A text or None when nothing is left of it. Raises BadField when it is too long or cannot be stored."""
    if value is None:
        return None
    text = str(value).strip()
    if len(text) > longest:
        raise BadField(field, _("At most %(longest)s characters fit here.", longest=longest))
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadField(field, _("A text contains characters that do not exist."))
    return text or None


def username(value: Any) -> str:
    """A user name as stored: small Latin letters, digits, dot, hyphen and underscore. Raises BadField."""
    name = required_text(value, "username", 64).lower()
    if not USERNAME.fullmatch(name):
        raise BadField(
            "username",
            _(
                "A user name has 2 to 64 Latin letters, digits, dots or hyphens and begins with a letter or digit."
            ),
        )
    if normal_phone(name) is not None:
        raise BadField("username", _("A user name may not look like a phone number."))
    return name


def domain(value: Any) -> str:
    """The short name of an organization, as stored. Raises BadField."""
    name = required_text(value, "domain", 63).lower()
    if not DOMAIN.fullmatch(name):
        raise BadField("domain", _("A short name has 2 to 63 Latin letters, digits or hyphens."))
    return name


def email(value: Any) -> str | None:
    """An e-mail address as stored, or None for nothing. Raises BadField."""
    address = optional_text(value, "email", 254)
    if address is None:
        return None
    if not EMAIL.fullmatch(address):
        raise BadField("email", _("This is not an e-mail address."))
    return address.lower()


def phone(value: Any, country: str, field: str = "phone") -> str | None:
    """A phone number in E.164, or None for nothing. Raises BadField."""
    text = optional_text(value, field, 40)
    if text is None:
        return None
    number = normal_phone(text, country)
    if number is None:
        raise BadField(
            field, _("This is not a phone number. Write it like %(example)s.", example="+998 90 123 45 67")
        )
    return number
