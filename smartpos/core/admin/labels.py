"""What the values of an enumeration are called on screen, and in which tone their pill is drawn.

A domain tells it once, next to its admin views; lists, filters, forms and pages then agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

TONES = frozenset({"", "good", "warn", "bad", "info", "accent"})


@dataclass(frozen=True, slots=True)
class Label:
    """A translated (lazy) text and a tone of ``TONES``."""

    text: Any
    tone: str = ""


_labels: dict[Enum, Label] = {}


def describe(labels: Mapping[Any, Any]) -> None:
    """Name the members of an enumeration: ``{Status.OPEN: (_l("Open"), "good"), Status.SHUT: _l("Shut")}``."""
    for member, given in labels.items():
        text, tone = given if isinstance(given, tuple) else (given, "")
        if tone not in TONES:
            raise ValueError(f"{tone!r} is not a tone; choose from {sorted(TONES)}")
        _labels[member] = Label(text, tone)


def label_of(member: Enum) -> Label:
    """The label of a member; one that nobody described shows its value in words."""
    known = _labels.get(member)
    return known or Label(str(member.value).replace("_", " ").capitalize())


def choices(kind: type[Enum]) -> list[tuple[str, Any]]:
    """Pairs of value and lazy text for a select field, in the order of declaration."""
    return [(str(member.value), label_of(member).text) for member in kind]
