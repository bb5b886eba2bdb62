"""One message to many customers. Who they are is decided upstairs; here it is multiplied, closed and called off."""

import json
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Text, case, cast, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Conflict, Invalid
from smartpos.core.i18n import LANGUAGES
from smartpos.core.idempotency import fingerprint_of, lock_client_uuid
from smartpos.core.paging import AnySelect
from smartpos.identity.actors import Actor
from smartpos.notifications.errors import NoSuchBroadcast
from smartpos.notifications.models import (
    Broadcast,
    BroadcastStatus,
    Channel,
    Delivery,
    DeliveryStatus,
    TelegramLink,
)
from smartpos.notifications.operations.kinds import describe_messages

KIND = "broadcast"
# Telegram takes 4096 signs; the shop's name stands above.
LONGEST_TEXT = 3500

describe_messages({KIND: _l("Message to customers")})


class BroadcastUuidReused(Conflict):
    """This ``client_uuid`` already stands for another message."""

    code = "client_uuid_reused"
    title = _l("This message was already sent with other contents")


class NobodyToTell(Conflict):
    """No customer of this audience takes messages in Telegram."""

    code = "nobody_to_tell"
    title = _l("Nobody would get this message")


def read_text(text: Any) -> str:
    """What a message says. Raises Invalid."""
    told = str(text or "").replace("\x00", "").replace("\r\n", "\n").strip()
    if not told:
        sentence = _("Write what the message says.")
        raise Invalid(sentence, errors={"text": [sentence]})
    if len(told) > LONGEST_TEXT:
        sentence = _("A message has at most %(most)s signs.", most=LONGEST_TEXT)
        raise Invalid(sentence, errors={"text": [sentence]})
    return told


def start_broadcast(
    text: str,
    *,
    chats: AnySelect,
    audience: dict[str, Any],
    stop_buttons: dict[str, list[Any]],
    client_uuid: UUID | None = None,
    actor: Actor,
) -> tuple[Broadcast, bool]:
    """Queue a message for each chat, and tell whether it is new. Three statements, however many there are.

    ``chats`` selects (chat_id, customer_id); ``stop_buttons`` are the buttons below the message for each language. The
    same ``client_uuid`` again gives the first broadcast. Raises Invalid, BroadcastUuidReused, and NobodyToTell.
    """
    told = read_text(text)
    named = client_uuid or uuid4()
    fingerprint = fingerprint_of([told, audience])
    if client_uuid is not None:
        lock_client_uuid(client_uuid)
        known = db.session.scalars(select(Broadcast).where(Broadcast.client_uuid == named)).one_or_none()
        if known is not None:
            if known.content_hash != fingerprint:
                raise BroadcastUuidReused(broadcast_id=known.id)
            return known, False
    row = Broadcast(
        client_uuid=named, content_hash=fingerprint, text=told, audience=audience, created_by=actor.user_id
    )
    db.session.add(row)
    db.session.flush()
    row.recipients = _multiply(row, chats, stop_buttons, actor)
    if row.recipients == 0:
        raise NobodyToTell
    db.session.flush()
    return row, True


def _multiply(row: Broadcast, chats: AnySelect, stop_buttons: dict[str, list[Any]], actor: Actor) -> int:
    wanted = chats.subquery("wanted")
    usual = stop_buttons[actor.organization.locale if actor.organization.locale in LANGUAGES else "uz"]
    buttons = case(
        *(
            (TelegramLink.locale == locale, cast(literal(json.dumps(rows)), JSONB))
            for locale, rows in stop_buttons.items()
        ),
        else_=cast(literal(json.dumps(usual)), JSONB),
    )
    now = utc_now()
    facts: dict[str, Any] = {
        "organization_id": literal(actor.organization.id),
        "channel": literal(Channel.TELEGRAM, Delivery.channel.type),
        "kind": literal(KIND),
        "broadcast_id": literal(row.id),
        "customer_id": wanted.c.customer_id,
        "address": cast(wanted.c.chat_id, Text),
        "subject": literal(str(actor.setting("display_name") or actor.organization.name)),
        "body": literal(row.text),
        "buttons": buttons,
        "dedupe_key": func.concat(f"{KIND}:", row.id, ":", wanted.c.chat_id),
        "is_digest": literal(False),
        "status": literal(DeliveryStatus.WAITING, Delivery.status.type),
        "attempts": literal(0),
        "not_before": literal(now, Delivery.not_before.type),
        "created_at": literal(now, Delivery.created_at.type),
    }
    source = select(*facts.values()).join(TelegramLink, TelegramLink.chat_id == wanted.c.chat_id)
    statement = insert(Delivery).from_select(list(facts), source, include_defaults=False)
    result: Any = db.session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def cancel_broadcast(broadcast_id: int, *, actor: Actor) -> Broadcast:
    """Send no more of a broadcast; one that has ended is left as it is. Raises NoSuchBroadcast."""
    row = _locked(broadcast_id)
    if row.status is BroadcastStatus.SENDING:
        waiting = (Delivery.broadcast_id == row.id, Delivery.status == DeliveryStatus.WAITING)
        db.session.execute(
            update(Delivery).where(*waiting).values(status=DeliveryStatus.CANCELLED),
            execution_options={"synchronize_session": False},
        )
        row.status, row.cancelled_by, row.finished_at = BroadcastStatus.CANCELLED, actor.user_id, utc_now()
        db.session.flush()
    return row


def finish_broadcast(broadcast_id: int) -> bool:
    """Close a broadcast of which nothing waits any more; tells whether it is closed."""
    row = _locked(broadcast_id)
    if row.status is not BroadcastStatus.SENDING:
        return True
    waiting = select(Delivery.id).where(
        Delivery.broadcast_id == row.id, Delivery.status == DeliveryStatus.WAITING
    )
    if db.session.scalar(waiting.limit(1)) is not None:
        return False
    row.status, row.finished_at = BroadcastStatus.DONE, utc_now()
    db.session.flush()
    return True


def _locked(broadcast_id: int) -> Broadcast:
    query = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update()
    row = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NoSuchBroadcast
    return row
