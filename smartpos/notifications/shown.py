"""A notice as people and programs read it, in the language in force."""

from dataclasses import dataclass
from datetime import datetime

from smartpos.notifications.models import Notification
from smartpos.notifications.operations.kinds import find_kind, label_of_kind, words_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice in words."""

    id: int
    kind: str
    label: str
    level: str
    icon: str
    title: str
    text: str
    link: str | None
    created_at: datetime
    read_at: datetime | None


def shown(row: Notification) -> Shown:
    """The words of a notice; one of a kind that is gone shows its key."""
    words = words_of(row.kind, row.facts)
    kind = find_kind(row.kind)
    return Shown(
        row.id,
        row.kind,
        label_of_kind(row.kind),
        row.level.value,
        kind.icon if kind else "bell",
        words.title,
        words.text,
        row.link,
        row.created_at,
        row.read_at,
    )
