"""Links between chats of the bot and those who sit there: members of staff, customers, or both."""

import base64
import hmac
import struct
import time
from hashlib import sha256
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.core.i18n import LANGUAGES
from smartpos.core.tenancy import platform_scope
from smartpos.identity.actors import Actor
from smartpos.notifications.models import (
    Broadcast,
    BroadcastStatus,
    Channel,
    Delivery,
    DeliveryStatus,
    LinkStatus,
    TelegramLink,
)

TOKEN_SECONDS = 15 * 60
STAFF_PREFIX = "u-"
LONGEST_NAME = 100
_FACTS = struct.Struct(">QQL")
_MAC_BYTES = 16


class BadToken(Invalid):
    """The address that connects a person's Telegram is too old, was used before or was not made here."""

    code = "telegram_token"
    title = _l("This link is no longer good. Make a new one in your profile.")


def greet_chat(chat_id: int, *, username: str | None, name: str | None, locale: str) -> TelegramLink:
    """A chat opens the shop in force: its link, made when it is new, and the one that answers from now on.

    Whoever had stopped the bot and comes back takes messages again. ``locale`` is for new chats.
    """
    facts = {"username": _short(username), "name": _short(name)}
    statement = (
        insert(TelegramLink)
        .values(
            chat_id=chat_id, locale=locale if locale in LANGUAGES else None, selected_at=utc_now(), **facts
        )
        .on_conflict_do_nothing(index_elements=["organization_id", "chat_id"])
    )
    db.session.execute(statement)
    link = lock_link(chat_id)
    assert link is not None  # noqa: S101 - it was just made or was there
    link.username, link.name, link.selected_at = facts["username"], facts["name"], utc_now()
    link.status = _status_of(link)
    db.session.flush()
    return link


def lock_link(chat_id: int) -> TelegramLink | None:
    """The chat's link of the tenant in force, locked: two messages of a chat wait for each other."""
    statement = select(TelegramLink).where(TelegramLink.chat_id == chat_id).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()


def link_customer(link: TelegramLink, customer_id: int | None) -> None:
    """A customer sits in this chat; None: no longer."""
    link.customer_id, link.stage = customer_id, None
    link.status = _status_of(link)
    db.session.flush()


def link_staff(link: TelegramLink, user_id: int) -> None:
    """A member of staff sits in this chat, and in no other one of the shop."""
    others = update(TelegramLink).where(TelegramLink.user_id == user_id, TelegramLink.id != link.id)
    db.session.execute(others.values(user_id=None), execution_options={"synchronize_session": False})
    link.user_id, link.stage = user_id, None
    link.status = _status_of(link)
    db.session.flush()


def unlink_staff(user_id: int) -> bool:
    """Messages to a member of staff no longer go to Telegram; tells whether they did."""
    mine = TelegramLink.user_id == user_id
    removed: Any = db.session.execute(delete(TelegramLink).where(mine, TelegramLink.customer_id.is_(None)))
    kept: Any = db.session.execute(update(TelegramLink).where(mine).values(user_id=None, stage=None))
    return bool(removed.rowcount + kept.rowcount)


def select_shop(link: TelegramLink) -> None:
    """Of several shops of a chat this one answers from now on."""
    link.selected_at, link.stage = utc_now(), None
    db.session.flush()


def choose_language(link: TelegramLink, locale: str) -> None:
    """The chat is spoken to in this language. Raises Invalid for one that we do not speak."""
    if locale not in LANGUAGES:
        raise Invalid
    link.locale = locale
    db.session.flush()


def stop_messages(link: TelegramLink, *, stop: bool) -> None:
    """The customer wants no messages of the shop's own accord any more, or wants them again."""
    link.stopped_at = (link.stopped_at or utc_now()) if stop else None
    if stop:
        under_way = select(func.concat("broadcast:", Broadcast.id, ":", link.chat_id)).where(
            Broadcast.status == BroadcastStatus.SENDING
        )
        # Reminders wait by the customer, broadcasts by the chat; what staff of the shop are told is another matter.
        reminders = and_(
            Delivery.customer_id == link.customer_id,
            Delivery.channel == Channel.TELEGRAM,
            Delivery.address == str(link.chat_id),
        )
        statement = update(Delivery).where(
            or_(Delivery.dedupe_key.in_(under_way), reminders), Delivery.status == DeliveryStatus.WAITING
        )
        db.session.execute(
            statement.values(status=DeliveryStatus.CANCELLED),
            execution_options={"synchronize_session": False},
        )
    db.session.flush()


def block_chat_everywhere(chat_id: int) -> None:
    """The person has stopped the bot: no shop writes there until they come back."""
    with platform_scope(reason="a Telegram chat has stopped the bot"):
        block_chat(chat_id)


def block_chat(chat_id: int) -> None:
    """The same for the shop in force, whose message did not get through."""
    statement = update(TelegramLink).where(
        TelegramLink.chat_id == chat_id, TelegramLink.status != LinkStatus.BLOCKED
    )
    db.session.execute(
        statement.values(status=LinkStatus.BLOCKED, stage=None),
        execution_options={"synchronize_session": False},
    )


def _status_of(link: TelegramLink) -> LinkStatus:
    known = link.user_id is not None or link.customer_id is not None
    return LinkStatus.ACTIVE if known else LinkStatus.PENDING


def _short(text: str | None) -> str | None:
    return text[:LONGEST_NAME] if text else None


def staff_argument(actor: Actor) -> str:
    """What the bot is to be told so that it knows the actor: good for a quarter of an hour and for one chat."""
    until = int(time.time()) + TOKEN_SECONDS
    facts = _FACTS.pack(actor.organization.id, actor.user_id or 0, until)
    mac = _mac(facts, _last_choice(actor.user_id or 0))
    return STAFF_PREFIX + base64.urlsafe_b64encode(facts + mac).decode().rstrip("=")


def read_staff_argument(argument: str) -> tuple[int, int]:
    """The organization and the user that such a text names, not yet proven. Raises BadToken."""
    organization_id, user_id, _until, _facts, _found = _unpacked(argument)
    return organization_id, user_id


def check_staff_argument(argument: str) -> int:
    """The user of the tenant in force who made the text. Raises BadToken when it is forged, old or used."""
    _organization_id, user_id, until, facts, found = _unpacked(argument)
    wanted = _mac(facts, _last_choice(user_id))
    if not hmac.compare_digest(wanted, found) or until < time.time():
        raise BadToken
    return user_id


def _unpacked(argument: str) -> tuple[int, int, int, bytes, bytes]:
    text = argument.removeprefix(STAFF_PREFIX)
    try:
        content = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True)
        facts, mac = content[: _FACTS.size], content[_FACTS.size :]
        organization_id, user_id, until = _FACTS.unpack(facts)
    except (ValueError, struct.error):
        raise BadToken from None
    if len(mac) != _MAC_BYTES or max(organization_id, user_id) >= 2**63:
        raise BadToken
    return organization_id, user_id, until, facts, mac


def _mac(facts: bytes, last_choice: int) -> bytes:
    key = sha256(b"telegram staff link" + current_app.config["SECRET_KEY"].encode()).digest()
    return hmac.new(key, facts + str(last_choice).encode(), sha256).digest()[:_MAC_BYTES]


def _last_choice(user_id: int) -> int:
    """Changes when the user's Telegram is connected, so that a text serves once."""
    query = select(func.max(TelegramLink.selected_at)).where(TelegramLink.user_id == user_id)
    moment = db.session.execute(query).scalar_one()
    return 0 if moment is None else int(moment.timestamp() * 1_000_000)
