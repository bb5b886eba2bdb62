"""Telling people what matters, and sending messages."""

from smartpos.notifications.operations.delivering import retry_delivery
from smartpos.notifications.operations.kinds import (
    Kind,
    NoticeGroup,
    declare_kind,
    declared_kinds,
    describe_messages,
    find_kind,
    label_of_kind,
    more,
    words_of,
)
from smartpos.notifications.operations.messages import address_of_page, send_message
from smartpos.notifications.operations.reading import was_told, withdraw
from smartpos.notifications.operations.telling import notify

__all__ = [
    "Kind",
    "NoticeGroup",
    "address_of_page",
    "declare_kind",
    "declared_kinds",
    "describe_messages",
    "find_kind",
    "label_of_kind",
    "more",
    "notify",
    "retry_delivery",
    "send_message",
    "was_told",
    "withdraw",
    "words_of",
]
