"""A person's own notices: the latest first, how many are unread, and one of them."""

from sqlalchemy import Select, func, select

from smartpos.core.db import db
from smartpos.core.paging import Page, page
from smartpos.identity.actors import Actor
from smartpos.notifications.errors import NoSuchNotice
from smartpos.notifications.models import Notification

MOST_COUNTED = 100


def notices_of(actor: Actor, *, unread: bool = False) -> Select[Notification]:
    """The notices of a person, as a statement."""
    statement = select(Notification).where(Notification.user_id == actor.user_id)
    return statement.where(Notification.read_at.is_(None)) if unread else statement


def notices_page(
    actor: Actor, *, unread: bool = False, limit: int = 50, cursor: str | None = None
) -> Page[Notification]:
    """A page of a person's notices, the latest first. Raises Invalid for a cursor of another list."""
    return page(
        notices_of(actor, unread=unread), [Notification.id], limit=limit, cursor=cursor, descending=True
    )


def unread_count(user_id: int | None) -> int:
    """How many notices of a person are unread; more than a hundred are as good as a hundred."""
    few = (
        select(Notification.id)
        .where(Notification.user_id == user_id, Notification.read_at.is_(None))
        # In the order of the index, so that no more of it is read than is counted.
        .order_by(Notification.id)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(few)) or 0


def notice_of(actor: Actor, notice_id: int) -> Notification:
    """One of a person's notices. Raises NoSuchNotice, for everybody else's too."""
    found = db.session.scalars(notices_of(actor).where(Notification.id == notice_id)).one_or_none()
    if found is None:
        raise NoSuchNotice
    return found
