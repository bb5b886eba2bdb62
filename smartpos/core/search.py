"""Folding of names for search: one key for Uzbek and Kazakh in both alphabets, Russian, and hurried typing.

The browser does the same in ``static/till/fold.js``; ``tests/vectors/folding.json`` holds both to the same
results, so change all three together. Barcodes and article numbers are matched as they are, never folded.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["APOSTROPHES", "fold", "grams", "normal_apostrophes", "swap_layout"]

APOSTROPHES = "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u2018\u2019\u201b\u2032\uff07"
"""Every mark people type, or a printer supplier stored, for the one Uzbek apostrophe."""

_NO_APOSTROPHES = {ord(mark): None for mark in APOSTROPHES}

_LETTERS = {
    ord(letter): latin
    for letters, latins in (
        ("абвгдежзийклмнопрстуфхцэ", "abvgdejziyklmnoprstufxse"),
        ("ўқғҳ", "oqgh"),
        ("әіңөұүһ", "ainouuh"),
        ("ёчшщыюяъь", ("yo", "ch", "sh", "sh", "i", "yu", "ya", "", "")),
        ("ıçş", ("i", "ch", "sh")),
    )
    for letter, latin in zip(letters, latins, strict=True)
}

# Order matters: every rule sees what the rules before it left.
_RULES = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("shch", "sh"),
        ("zh", "j"),
        ("kh", "h"),
        ("ts", "s"),
        ("c(?!h)", "k"),
        ("w", "sh"),
        ("x", "h"),
        ("q", "k"),
        ("ye", "e"),
        ("yo", "o"),
        ("iy(?![a-z0-9])", "i"),
        (r"([a-z])\1+", r"\1"),
    )
]
_NOT_KEPT = re.compile("[^a-z0-9]+")


def fold(text: str) -> str:
    """Return the search key of a name or a query: lower-case ASCII words separated by single spaces."""
    key = unicodedata.normalize("NFKC", text.translate(_NO_APOSTROPHES)).lower()
    key = key.translate(_NO_APOSTROPHES).translate(_LETTERS)
    # Accents of other Latin alphabets (Nestlé, Ülker) go; Cyrillic letters with a mark are Latin by now.
    key = "".join(sign for sign in unicodedata.normalize("NFKD", key) if unicodedata.category(sign)[0] != "M")
    for pattern, replacement in _RULES:
        key = pattern.sub(replacement, key)
    return _NOT_KEPT.sub(" ", key).strip()


def grams(text: str) -> list[str]:
    """Return the distinct trigrams of the folded words, sorted; ``^`` marks the beginning of a word.

    There is no mark for the end of a word, so the grams of an unfinished word are a subset of those
    of the whole word.
    """
    found: set[str] = set()
    for word in fold(text).split():
        padded = f"^{word}"
        found.update(padded[start : start + 3] for start in range(max(1, len(padded) - 2)))
    return sorted(found)


_LATIN_KEYS = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_RUSSIAN_KEYS = "йцукенгшщзхъфывапролджэячсмитьбюё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_SWAPPED = str.maketrans(
    # The Uzbek Cyrillic layout has its own letters in the places of the Russian щ and ы.
    _LATIN_KEYS + _RUSSIAN_KEYS + "ўқЎҚ",
    _RUSSIAN_KEYS + _LATIN_KEYS + "osOS",
)
_DECIMAL_MARK = re.compile(r"(?<=[0-9])[.,](?=[0-9])")


def swap_layout(text: str) -> str:
    """Return the text as the same keys would have typed it in the other keyboard layout, Latin or Russian.

    A point or comma between two digits stays: it is a decimal mark in both layouts.
    """
    marks = iter(_DECIMAL_MARK.findall(text))
    swapped = (part.translate(_SWAPPED) for part in _DECIMAL_MARK.split(text))
    return "".join(part + next(marks, "") for part in swapped)


_MARK = re.compile(f"([oOgG]?)[{APOSTROPHES}]")


def normal_apostrophes(text: str) -> str:
    """Return the text for display (NFC): oʻ and gʻ with U+02BB, every other apostrophe as U+02BC."""
    composed = unicodedata.normalize("NFC", text)
    return _MARK.sub(lambda found: found[1] + ("\u02bb" if found[1] else "\u02bc"), composed)
