"""The channels: ways in which a message leaves the house. Importing this package puts all of them into service."""

from smartpos.notifications.channels import email, outbox, sms, telegram
from smartpos.notifications.channels.base import (
    Attachment,
    Blocked,
    Failed,
    Outgoing,
    Retry,
    Way,
    has_outbox,
    is_on,
    is_real,
    register,
    registered,
    way_of,
)

__all__ = [
    "Attachment",
    "Blocked",
    "Failed",
    "Outgoing",
    "Retry",
    "Way",
    "email",
    "has_outbox",
    "is_on",
    "is_real",
    "outbox",
    "register",
    "registered",
    "sms",
    "telegram",
    "way_of",
]
