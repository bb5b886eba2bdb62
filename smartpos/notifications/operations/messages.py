"""Messages on their way: rows that a job sends after the commit."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from smartpos.core.db import db, utc_now
from smartpos.core.models import StoredFile
from smartpos.core.scope import current_organization_id
from smartpos.core.tenancy import ScopeMissing
from smartpos.notifications.models import Channel, Delivery, DeliveryStatus

LONGEST_BODY = 20_000
BLOCKED_BEFORE = "this address has refused messages before"

_senders: list[Callable[[int], None]] = []


def sent_by(sender: Callable[[int], None]) -> None:
    """Say who has what waits at a tenant sent; jobs stand above operations on the stairs, so they say it themselves."""
    _senders[:] = [sender]


def send_after_commit() -> None:
    """Have what waits sent once this transaction is committed; one job serves all messages of a transaction."""
    organization_id = current_organization_id()
    if organization_id is None:
        raise ScopeMissing("messages belong to a tenant")
    for sender in _senders:
        sender(organization_id)


def has_blocked(channel: Channel, address: str) -> bool:
    """Whether an address refused our messages; Telegram's links remember it themselves."""
    if channel is Channel.TELEGRAM:
        return False
    refused = exists().where(
        Delivery.channel == channel,
        Delivery.address == address,
        Delivery.status == DeliveryStatus.BLOCKED,
    )
    return bool(db.session.scalar(select(refused)))


def send_message(
    *,
    channel: Channel,
    address: str,
    body: str,
    kind: str,
    subject: str | None = None,
    user_id: int | None = None,
    customer_id: int | None = None,
    broadcast_id: int | None = None,
    dedupe_key: str | None = None,
    buttons: Sequence[Any] = (),
    file_id: int | None = None,
    file_page: str | None = None,
    not_before: datetime | None = None,
) -> int | None:
    """Queue one message for the tenant in force and give its id; None when its ``dedupe_key`` was used before.

    ``body`` is plain text in the receiver's language. A file that is not kept any more when the message goes out is
    spoken of instead, with ``file_page``, the address where it can be had anew. An address that refused messages is not
    asked again: the row is made as BLOCKED and nothing is sent. Raises ValueError for the bell, which is no channel out
    of the house.
    """
    if channel is Channel.APP:
        raise ValueError("the bell needs no message; use notify()")
    blocked = has_blocked(channel, address)
    statement = (
        insert(Delivery)
        .values(
            organization_id=current_organization_id(),
            channel=channel,
            kind=kind,
            user_id=user_id,
            customer_id=customer_id,
            broadcast_id=broadcast_id,
            address=address,
            subject=_clean(subject),
            body=_clean(body) or "",
            buttons=list(buttons),
            file_id=file_id,
            file_name=select(StoredFile.original_name).where(StoredFile.id == file_id).scalar_subquery()
            if file_id is not None
            else None,
            file_page=file_page,
            dedupe_key=dedupe_key,
            status=DeliveryStatus.BLOCKED if blocked else DeliveryStatus.WAITING,
            error=BLOCKED_BEFORE if blocked else None,
            not_before=not_before or utc_now(),
        )
        .on_conflict_do_nothing(index_elements=["organization_id", "dedupe_key"])
        .returning(Delivery.id)
    )
    found = db.session.scalar(statement)
    if found is not None and not blocked:
        send_after_commit()
    return found


def address_of_page(link: str | None, host: str | None) -> str | None:
    """The full address of a page of ours, for messages; None when the installation does not know its own address."""
    if not link:
        return None
    base = f"https://{host}" if host else str(current_app.config.get("PUBLIC_URL") or "").rstrip("/")
    return f"{base}{link}" if base else None


def _clean(text: str | None) -> str | None:
    # PostgreSQL's text holds no NUL, and half a surrogate pair can be sent nowhere.
    if text is None:
        return None
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:LONGEST_BODY]
