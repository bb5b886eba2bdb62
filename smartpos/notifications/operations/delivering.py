"""Sending what waits: taken a few at a time, each outcome kept as soon as it is known.

What is taken is put off by some minutes first, so that nothing is locked while the other side is slow, and a worker
that dies in the middle leaves nothing behind that is never sent.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import structlog
from flask_babel import force_locale, gettext
from rq.timeouts import JobTimeoutException
from sqlalchemy import func, select, update

from smartpos.core import files
from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.models import StoredFile
from smartpos.identity.models import Organization, User
from smartpos.notifications import channels
from smartpos.notifications.channels import Attachment, Blocked, Failed, Outgoing, Retry
from smartpos.notifications.errors import NoSuchDelivery, NotToBeRetried
from smartpos.notifications.models import (
    Broadcast,
    BroadcastStatus,
    Channel,
    Delivery,
    DeliveryStatus,
    LinkStatus,
    TelegramLink,
)
from smartpos.notifications.operations.messages import send_after_commit
from smartpos.notifications.queries.people import is_at_work

MOST_ATTEMPTS = 10
LEASE = timedelta(minutes=5)
FIRST_WAIT = 30.0
LONGEST_WAIT = 6 * 60 * 60.0
AT_ONCE = 20
_LONGEST_ERROR = 500

log = structlog.get_logger(__name__)


def take_due(
    *, without: Collection[Channel] = (), limit: int = AT_ONCE, broadcast_id: int | None = None
) -> list[Outgoing]:
    """Messages of the tenant in force whose time has come, counted as attempted and put off; the caller commits.

    Those of a broadcast are taken by its own sender, which names it; thousands of them would hold up all others.
    """
    now = utc_now()
    waiting = (
        select(Delivery.id)
        .where(
            Delivery.status == DeliveryStatus.WAITING,
            Delivery.not_before <= now,
            Delivery.is_digest.is_(False),
            Delivery.channel.not_in(list(without)),
            Delivery.broadcast_id.is_(None)
            if broadcast_id is None
            else Delivery.broadcast_id == broadcast_id,
        )
        .order_by(Delivery.not_before, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(db.session.scalars(waiting))
    if not ids:
        return []
    _call_off_for_the_dismissed(ids)
    # Counted before they are tried: a message that kills its worker must come to an end like one that fails.
    worn_out = (
        update(Delivery)
        .where(
            Delivery.id.in_(ids),
            Delivery.status == DeliveryStatus.WAITING,
            Delivery.attempts >= MOST_ATTEMPTS,
        )
        .values(status=DeliveryStatus.FAILED)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(worn_out)
    taken = (
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.status == DeliveryStatus.WAITING)
        .values(attempts=Delivery.attempts + 1, not_before=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(taken)
    statement = (
        select(Delivery, Organization.name, func.coalesce(User.locale, Organization.locale))
        .join(Organization, Organization.id == Delivery.organization_id)
        .outerjoin(User, User.id == Delivery.user_id)
        .where(Delivery.id.in_(ids), Delivery.status == DeliveryStatus.WAITING)
        .order_by(Delivery.id)
        .execution_options(populate_existing=True)
    )
    rows = db.session.execute(statement).all()
    attached = _attachments([row.file_id for row, *_ in rows if row.file_id is not None])
    return [
        Outgoing(
            id=row.id,
            organization_id=row.organization_id,
            channel=row.channel,
            kind=row.kind,
            address=row.address,
            subject=row.subject,
            body=row.body if row.file_name is None or row.file_id in attached else _without_file(row, locale),
            buttons=list(row.buttons),
            attachment=attached.get(row.file_id) if row.file_id is not None else None,
            sender=shop,
            user_id=row.user_id,
            customer_id=row.customer_id,
            broadcast_id=row.broadcast_id,
            attempts=row.attempts,
        )
        for row, shop, locale in rows
    ]


def _call_off_for_the_dismissed(ids: Collection[int]) -> None:
    # Whoever left the shop while a message waited for the morning is told nothing of it any more.
    statement = (
        update(Delivery)
        .where(Delivery.id.in_(ids), Delivery.user_id.is_not(None), ~is_at_work())
        .values(status=DeliveryStatus.CANCELLED)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(statement)


def _attachments(ids: list[int]) -> dict[int, Attachment]:
    if not ids:
        return {}
    found = {}
    for row in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(ids))):
        try:
            path = files.path_of(row)
        except NotFound:
            continue
        found[row.id] = Attachment(row.original_name, row.content_type, path)
    return found


def _without_file(row: Delivery, locale: str) -> str:
    """What a message says whose file is not kept any more: it must not seem as if there had never been one."""
    with force_locale(locale):
        if row.file_page is None:
            note = gettext("The file “%(name)s” is not kept any more. Order it anew.", name=row.file_name)
            return f"{row.body}\n\n{note}"
        note = gettext(
            "The file “%(name)s” is not kept any more. It can be ordered anew here:", name=row.file_name
        )
    told = row.body.removesuffix(row.file_page).rstrip()
    return f"{told}\n\n{note}\n{row.file_page}"


def try_to_send(message: Outgoing) -> Exception | None:
    """Hand a message over to its channel; gives what went wrong, None when the other side has taken it."""
    try:
        channels.way_of(message.channel).send(message)
    except (Retry, Blocked, Failed) as error:
        return error
    except FileNotFoundError as error:
        return Failed(f"{error.strerror}: {error.filename}")
    except JobTimeoutException:
        raise  # the worker's clock rings once; whoever swallows it works on without an end
    except Exception as error:  # one message of many: whatever it was, the others are to go out
        log.exception("message_not_sent", delivery_id=message.id, channel=message.channel.value)
        return Retry(f"{type(error).__name__}: {error}")
    return None


def keep_outcome(message: Outgoing, problem: Exception | None) -> None:
    """Write down what became of an attempt; the caller commits."""
    now = utc_now()
    values: dict[str, Any]
    if problem is None:
        values = {"status": DeliveryStatus.SENT, "sent_at": now, "error": None}
    elif isinstance(problem, Blocked):
        values = {"status": DeliveryStatus.BLOCKED}
        _remember_block(message)
    elif isinstance(problem, Retry) and problem.everybody:
        wait = timedelta(seconds=problem.seconds or FIRST_WAIT)
        values = {"attempts": message.attempts - 1, "not_before": now + wait}
    elif isinstance(problem, Retry) and message.attempts < MOST_ATTEMPTS:
        values = {"not_before": now + timedelta(seconds=_wait(message.attempts, problem.seconds))}
    else:
        values = {"status": DeliveryStatus.FAILED}
    if problem is not None:
        values["error"] = (str(problem) or type(problem).__name__).replace("\x00", "")[:_LONGEST_ERROR]
    statement = (
        update(Delivery)
        # Somebody may have called it off while it was on its way.
        .where(Delivery.id == message.id, Delivery.status == DeliveryStatus.WAITING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(statement)


def put_off(messages: Collection[Outgoing], seconds: float) -> None:
    """Give back what was taken and not tried, because its channel asks for a pause."""
    if not messages:
        return
    statement = (
        update(Delivery)
        .where(
            Delivery.id.in_([message.id for message in messages]), Delivery.status == DeliveryStatus.WAITING
        )
        .values(attempts=Delivery.attempts - 1, not_before=utc_now() + timedelta(seconds=seconds))
        .execution_options(synchronize_session=False)
    )
    db.session.execute(statement)


def _wait(attempts: int, asked: float | None) -> float:
    patience: float = min(FIRST_WAIT * 2.0 ** (attempts - 1), LONGEST_WAIT)
    return max(patience, asked or 0.0)


def _remember_block(message: Outgoing) -> None:
    # Of mail and SMS the row itself remembers; whoever stopped the bot starts it again by writing to it.
    if message.channel is Channel.TELEGRAM and message.address.lstrip("-").isdigit():
        statement = (
            update(TelegramLink)
            .where(TelegramLink.chat_id == int(message.address), TelegramLink.status == LinkStatus.ACTIVE)
            .values(status=LinkStatus.BLOCKED)
            .execution_options(synchronize_session=False)
        )
        db.session.execute(statement)


def retry_delivery(delivery_id: int) -> Delivery:
    """Have a message that failed or was refused sent once more. Raises NoSuchDelivery, NotToBeRetried."""
    row = db.session.scalars(
        select(Delivery).where(Delivery.id == delivery_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NoSuchDelivery
    if row.status not in {DeliveryStatus.FAILED, DeliveryStatus.BLOCKED}:
        raise NotToBeRetried
    if row.broadcast_id is not None:
        _reopen(row.broadcast_id)
    row.status, row.attempts, row.not_before, row.error = DeliveryStatus.WAITING, 0, utc_now(), None
    db.session.flush()
    send_after_commit()
    return row


def _reopen(broadcast_id: int) -> None:
    """A broadcast of which something is to be sent after all; its own sender finds it. Raises NotToBeRetried."""
    query = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update()
    broadcast = db.session.scalars(query).one()
    if broadcast.status is BroadcastStatus.CANCELLED:
        raise NotToBeRetried
    broadcast.status, broadcast.finished_at = BroadcastStatus.SENDING, None
