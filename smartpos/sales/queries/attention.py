"""Receipts that were accepted because they had happened, and that somebody should look at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, any_, exists, func, literal, literal_column, select

from smartpos.core.db import db, utc_now
from smartpos.core.models import AuditAction, AuditLog
from smartpos.identity.models import Branch, User
from smartpos.sales.models import Sale

# Why a row of the trail about a receipt says that somebody has looked at it.
SEEN = "seen"
COUNTED_FOR = timedelta(days=30)
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a receipt's head does not tell: who sent it in, the till's own clock, and who has looked at it."""

    sent_by: str | None = None
    claimed_at: datetime | None = None
    seen_by: str | None = None
    seen_at: datetime | None = None


def is_flagged() -> ColumnElement[bool]:
    """The condition for receipts with flags, worded as the index on them is."""
    return Sale.flags != literal_column("'{}'")


def has_flag(flag: str) -> ColumnElement[bool]:
    """The condition for receipts with one flag."""
    return is_flagged() & (literal(flag) == any_(Sale.flags))


def was_seen(since: datetime | None = None) -> ColumnElement[bool]:
    """The condition for receipts that somebody has ticked off; with ``since`` only the trail from then on is read."""
    tick = select(AuditLog.id).where(*_ticks(), AuditLog.entity_id == Sale.id)
    if since is not None:
        tick = tick.where(AuditLog.timestamp >= since)
    return exists(tick.correlate(Sale))


def _ticks() -> tuple[ColumnElement[bool], ...]:
    return (
        AuditLog.entity_type == Sale.__tablename__,
        AuditLog.action == AuditAction.APPROVE,
        AuditLog.reason == SEEN,
    )


def unseen_count() -> int:
    """How many receipts of the last 30 days wait to be looked at; counted to 100 and no further."""
    # Nobody looks at a receipt before it was made; so the trail of those days is enough.
    since = utc_now() - COUNTED_FOR
    waiting = (
        select(Sale.id)
        .join(Branch, Branch.id == Sale.branch_id)
        .where(is_flagged(), Sale.sold_at >= since, ~was_seen(since))
        .limit(MOST_COUNTED)
    )
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def circumstances_of(sale_ids: Collection[int]) -> dict[int, Circumstances]:
    """What else is known about receipts, by two statements."""
    numbers = list(sale_ids)
    if not numbers:
        return {}
    ticks: dict[int | None, tuple[str | None, datetime]] = {}
    trail = (
        select(AuditLog.entity_id, AuditLog.timestamp, User)
        .outerjoin(User, User.id == AuditLog.user_id)
        .where(*_ticks(), AuditLog.entity_id.in_(numbers))
        .order_by(AuditLog.timestamp.desc())
    )
    for number, moment, user in db.session.execute(trail):
        ticks[number] = (user.display if user else None, moment)
    heads = (
        select(Sale.id, Sale.claimed_at, User)
        .outerjoin(User, User.id == Sale.sent_by)
        .where(Sale.id.in_(numbers))
    )
    found: dict[int, Circumstances] = {}
    for number, claimed_at, sender in db.session.execute(heads):
        tick: tuple[Any, Any] = ticks.get(number, (None, None))
        found[number] = Circumstances(sender.display if sender else None, claimed_at, *tick)
    return found
