"""Questions about notices and messages."""

from smartpos.notifications.queries.chosen import Modes, Reach, modes_of, preference_of, reach_of
from smartpos.notifications.queries.inbox import (
    MOST_COUNTED,
    notice_of,
    notices_of,
    notices_page,
    unread_count,
)
from smartpos.notifications.queries.people import Receiver, receivers, telegram_chat

__all__ = [
    "MOST_COUNTED",
    "Modes",
    "Reach",
    "Receiver",
    "modes_of",
    "notice_of",
    "notices_of",
    "notices_page",
    "preference_of",
    "reach_of",
    "receivers",
    "telegram_chat",
    "unread_count",
]
