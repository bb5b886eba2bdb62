"""What the values of an enumeration are called on screen, and in which tone their pill is drawn.

A domain tells it once, next to its admin views; lists, filters, forms and pages then agree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

TONES = frozenset({"", "good", "warn", "bad", "info", "accent"})


@dataclass(frozen=True, slots=True)
class Label:
    """A translated (lazy) text and a tone of ``TONES``."""

    text: Any
    tone: str = ""


# By type and value: members of two enumerations that share a value are equal to each other.
_labels: dict[tuple[type[Enum], Any], Label] = {}


def describe(labels: Mapping[Any, Any]) -> None:
    """Name the members of one enumeration: ``{Status.OPEN: (_l("Open"), "good"), Status.SHUT: _l("Shut")}``.

    All of one enumeration and of no other: in a mapping, members of equal value would silently replace each other.
    """
    kinds: set[type[Enum]] = {type(member) for member in labels}
    if len(kinds) != 1 or len(labels) != len(next(iter(kinds)).__members__):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise ValueError(f"describe() takes every member of one enumeration at a time, not some of {names}")
    for member, given in labels.items():
        text, tone = given if isinstance(given, tuple) else (given, "")
        if tone not in TONES:
            raise ValueError(f"{tone!r} is not a tone; choose from {sorted(TONES)}")
        _labels[type(member), member.value] = Label(text, tone)


def label_of(member: Enum) -> Label:
    """The label of a member; one that nobody described shows its value in words."""
    known = _labels.get((type(member), member.value))
    return known or Label(str(member.value).replace("_", " ").capitalize())


def choices(kind: type[Enum]) -> list[tuple[str, Any]]:
    """Pairs of value and lazy text for a select field, in the order of declaration."""
    return [(str(member.value), label_of(member).text) for member in kind]


class Words(Mapping[str, Any]):
    """What the stored values of an enumeration are called, looked up when they are shown.

    For what is declared before the admin views have told it: the columns and the filters of reports.
    """

    def __init__(self, kind: type[Enum], *without: Enum) -> None:
        self.members = {str(member.value): member for member in kind if member not in without}

    def __getitem__(self, value: str) -> Any:
        return label_of(self.members[value]).text

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)
