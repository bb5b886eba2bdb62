"""What people are told of: each domain declares its ``Kind``s in ``operations/notices.py``; this is the table of them.

A kind knows its words, who may be told (a permission), how loud it is and through which channels it goes unless a
person has chosen otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from smartpos.core.figures import grouped
from smartpos.notifications.models import Channel, Level, Mode

Facts = Mapping[str, Any]
# Texts made by gettext, which type checkers know nothing of.
Words = Callable[[Facts], Any]
Buttons = list[list[dict[str, str]]]


class NoticeGroup(StrEnum):
    """Under which heading of the settings a kind stands."""

    SALES = "sales"
    STOCK = "stock"
    PRODUCTION = "production"
    MONEY = "money"
    REPORTS = "reports"
    SYSTEM = "system"

    @property
    def label(self) -> str:
        """The heading."""
        return str(_GROUP_LABELS[self])


_GROUP_LABELS = {
    NoticeGroup.SALES: _l("Sales"),
    NoticeGroup.STOCK: _l("Stock"),
    NoticeGroup.PRODUCTION: _l("Production"),
    NoticeGroup.MONEY: _l("Money"),
    NoticeGroup.REPORTS: _l("Reports"),
    NoticeGroup.SYSTEM: _l("System"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice.

    ``title`` and ``text`` make the words from the facts, in the language in force; ``title`` stands alone, ``text`` may
    be empty. ``permission`` says who is told when nobody is named, and who finds the kind among the settings; None:
    everybody. ``level`` may depend on the facts. ``defaults`` is the mode of each channel for those who chose nothing;
    a channel that is not named is off, the bell is on. ``awaited`` notices come in quiet hours too, because the person
    waits for them. ``buttons`` is what a message of Telegram offers to press.
    """

    key: str
    label: Any
    group: NoticeGroup
    title: Words
    text: Words = lambda facts: ""
    level: Level | Callable[[Facts], Level] = Level.INFO
    permission: str | None = None
    defaults: Mapping[Channel, Mode] = field(default_factory=dict)
    icon: str = "bell"
    awaited: bool = False
    buttons: Callable[[Facts], Buttons] | None = None

    def level_of(self, facts: Facts) -> Level:
        """How loud a notice with these facts is."""
        return self.level(facts) if callable(self.level) else self.level

    def default(self, channel: Channel) -> Mode:
        """The mode of a channel for a person who chose nothing."""
        return self.defaults.get(channel, Mode.AT_ONCE if channel is Channel.APP else Mode.OFF)

    def is_open_to(self, held: frozenset[str]) -> bool:
        """Whether somebody with these permissions may be told."""
        return self.permission is None or self.permission in held


_declared: dict[str, Kind] = {}


def declare_kind(kind: Kind) -> Kind:
    """Register a kind; called at import of a domain's ``operations``. Raises ValueError for a key in use."""
    if kind.key in _declared:
        raise ValueError(f"there are two kinds of notices named {kind.key}")
    _declared[kind.key] = kind
    return kind


def declared_kinds() -> list[Kind]:
    """All kinds, by group and in the order of their declaration."""
    order = list(NoticeGroup)
    return sorted(_declared.values(), key=lambda kind: order.index(kind.group))


def find_kind(key: str) -> Kind | None:
    """The kind of a key, or None: an older version may have told of things that are gone."""
    return _declared.get(key)


def kind_of(key: str) -> Kind:
    """The kind of a key. Raises LookupError for one that nobody declared, which is a mistake of ours."""
    try:
        return _declared[key]
    except KeyError:
        raise LookupError(f"no kind of notice is named {key}") from None


@dataclass(frozen=True, slots=True)
class Worded:
    """A notice in the language in force."""

    title: str
    text: str


def words_of(key: str, facts: Facts) -> Worded:
    """The words of a notice in the language in force; facts of an older version still give a title."""
    kind = _declared.get(key)
    if kind is None:
        return Worded(key, "")
    try:
        return Worded(str(kind.title(facts)), str(kind.text(facts)))
    except (KeyError, ValueError, TypeError, ArithmeticError):
        return Worded(str(kind.label), "")


def label_of_kind(key: str) -> str:
    """What a kind of notice or message is called where people read of it."""
    kind = _declared.get(key)
    if kind is not None:
        return str(kind.label)
    return str(_messages.get(key, key))


_messages: dict[str, Any] = {"notifications.digest": _l("Digest of notices")}


def describe_messages(labels: Mapping[str, Any]) -> None:
    """Say what kinds of messages that are no notices (to customers, of reports) are called (lazy texts)."""
    _messages.update(labels)


def labels_of_kinds() -> list[tuple[str, Any]]:
    """Pairs for a filter: all kinds of notices and messages that have a name for people."""
    return [*((kind.key, kind.label) for kind in _declared.values()), *_messages.items()]


def more(count: int) -> str:
    """What closes a list that was cut: how many there are besides."""
    return str(_("and %(count)s more", count=grouped(count, 0)))
