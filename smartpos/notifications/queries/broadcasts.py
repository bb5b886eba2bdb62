"""Broadcasts, and how far they are."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.notifications.errors import NoSuchBroadcast
from smartpos.notifications.models import Broadcast, Delivery, DeliveryStatus


@dataclass(frozen=True, slots=True)
class Progress:
    """What has become of the messages of a broadcast."""

    waiting: int = 0
    sent: int = 0
    failed: int = 0
    blocked: int = 0
    cancelled: int = 0

    @property
    def done(self) -> int:
        """How many need no more care."""
        return self.sent + self.failed + self.blocked + self.cancelled


def broadcasts() -> AnySelect:
    """All broadcasts; to be paged by ``id``."""
    return select(Broadcast)


def broadcast_for(broadcast_id: int) -> Broadcast:
    """A broadcast of the tenant in force. Raises NoSuchBroadcast."""
    row = db.session.get(Broadcast, broadcast_id) if 0 < broadcast_id < 2**63 else None
    if row is None:
        raise NoSuchBroadcast
    return row


def progress_of(broadcast_id: int) -> Progress:
    """How far a broadcast is, with what is not kept any more."""
    query = (
        select(Delivery.status, func.count())
        .where(Delivery.broadcast_id == broadcast_id)
        .group_by(Delivery.status)
    )
    found = Counter({DeliveryStatus(status).value: count for status, count in db.session.execute(query)})
    row = broadcast_for(broadcast_id)
    forgotten = {
        "sent": row.forgotten_sent,
        "failed": row.forgotten_failed,
        "cancelled": row.forgotten_cancelled,
    }
    return Progress(**found + Counter(forgotten))
