"""Phone numbers: every common way of writing them in the region becomes E.164."""

import phonenumbers

LONGEST = 40
SHORTEST = 7
REGIONS = ("UZ", "KZ")


def normal_phone(text: str, country: str = "UZ") -> str | None:
    """The number as E.164 (``+998901234567``), or None when the text is no phone number.

    ``country`` (two letters) decides what a number without its country code means; the other country of the
    region is tried next, so that ``90 123 45 67`` and ``8 701 123 45 67`` are understood everywhere.
    """
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(text) > LONGEST or len(digits) < SHORTEST or any(sign.isalpha() for sign in text):
        return None
    whole = _international(text.strip(), digits)
    if whole is not None:
        return _valid(whole, None)
    candidates = (_valid(text, region) for region in dict.fromkeys((country, *REGIONS)))
    return next(filter(None, candidates), None)


def _international(text: str, digits: str) -> str | None:
    """The number with its plus, when it was written with its country code."""
    if text.startswith("+"):
        return text
    if text.startswith("00"):
        return f"+{digits[2:]}"
    # 998 90 123 45 67 and 7 701 123 45 67 are written without the plus more often than with it.
    if (len(digits) == 12 and digits.startswith("998")) or (len(digits) == 11 and digits.startswith("7")):
        return f"+{digits}"
    return None


def _valid(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    # Operators open new prefixes before lists of them learn it, so a possible number is enough at home.
    if phonenumbers.is_valid_number(number) or (
        number.country_code == 998 and phonenumbers.is_possible_number(number)
    ):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def shown_phone(number: str | None) -> str:
    """A stored number as people write it: ``+998 90 123 45 67``; anything else as it is."""
    if not number:
        return ""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
