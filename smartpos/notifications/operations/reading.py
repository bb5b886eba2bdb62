"""Reading notices: one, or all of them."""

from datetime import datetime

from sqlalchemy import delete, exists, func, select, update

from smartpos.core.db import db, utc_now
from smartpos.identity.actors import Actor
from smartpos.notifications.models import Broadcast, Delivery, DeliveryStatus, Notification
from smartpos.notifications.queries.inbox import notice_of

# Refusals stay, so that nobody is asked again.
FORGOTTEN = (DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.CANCELLED)


def read_notice(notice_id: int, *, actor: Actor) -> Notification:
    """Note that a person has seen one of their notices; the first time counts. Raises NoSuchNotice."""
    row = notice_of(actor, notice_id)
    if row.read_at is None:
        row.read_at = utc_now()
        db.session.flush()
    return row


def read_all(*, up_to: int | None = None, actor: Actor) -> int:
    """Note that a person has seen all of their notices, those after ``up_to`` excepted: they came meanwhile.

    Gives how many were unread.
    """
    statement = (
        update(Notification)
        .where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
        .values(read_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    if up_to is not None:
        statement = statement.where(Notification.id <= up_to)
    return int(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]


def withdraw(kind: str, *, origin_kind: str, origin_id: int) -> None:
    """What people were told of is settled: who has not read it need not, and messages that still wait are not sent."""
    ids = list(
        db.session.scalars(
            update(Notification)
            .where(
                Notification.origin_kind == origin_kind,
                Notification.origin_id == origin_id,
                Notification.kind == kind,
                Notification.read_at.is_(None),
            )
            .values(read_at=utc_now())
            .returning(Notification.id)
            .execution_options(synchronize_session=False)
        )
    )
    if ids:
        db.session.execute(
            update(Delivery)
            .where(Delivery.notification_id.in_(ids), Delivery.status == DeliveryStatus.WAITING)
            .values(status=DeliveryStatus.CANCELLED)
            .execution_options(synchronize_session=False)
        )


def was_told(kind: str, *, origin_kind: str, origin_id: int, dedupe_key: str) -> bool:
    """Whether anybody was told under this key; for work that would take long only to tell the same again."""
    told = exists().where(
        Notification.origin_kind == origin_kind,
        Notification.origin_id == origin_id,
        Notification.kind == kind,
        Notification.dedupe_key == dedupe_key,
    )
    return bool(db.session.scalar(select(told)))


def forget_old(before: datetime) -> None:
    """Forget notices that were read and messages that are done with, of all tenants, from before a moment.

    A broadcast goes on telling how many of its messages went out.
    """
    unread_stay = delete(Notification).where(
        Notification.created_at < before, Notification.read_at.is_not(None)
    )
    gone = (
        delete(Delivery)
        .where(Delivery.created_at < before, Delivery.status.in_(FORGOTTEN))
        .returning(Delivery.organization_id, Delivery.broadcast_id, Delivery.status)
        .cte("gone")
    )
    counted = (
        select(
            gone.c.organization_id,
            gone.c.broadcast_id,
            *(func.count().filter(gone.c.status == status).label(status.value) for status in FORGOTTEN),
        )
        .where(gone.c.broadcast_id.is_not(None))
        .group_by(gone.c.organization_id, gone.c.broadcast_id)
        .cte("counted")
    )
    told = (
        update(Broadcast)
        .where(Broadcast.organization_id == counted.c.organization_id, Broadcast.id == counted.c.broadcast_id)
        .values(
            forgotten_sent=Broadcast.forgotten_sent + counted.c.sent,
            forgotten_failed=Broadcast.forgotten_failed + counted.c.failed,
            forgotten_cancelled=Broadcast.forgotten_cancelled + counted.c.cancelled,
        )
    )
    for statement in (unread_stay, told):
        db.session.execute(statement, execution_options={"synchronize_session": False})
