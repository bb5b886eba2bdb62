"""What people chose (a mode for each kind and channel, quiet hours, the digest's hour), and where they are reached."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, select

from smartpos.core.db import db
from smartpos.identity.models import User
from smartpos.notifications.models import (
    Channel,
    Delivery,
    DeliveryStatus,
    LinkStatus,
    Mode,
    NotificationPreference,
    Subscription,
    TelegramLink,
)
from smartpos.notifications.queries.people import telegram_chat

Modes = Mapping[tuple[str, Channel], Mode]


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a person is reached; ``refused`` are the channels whose address does not want our messages."""

    addresses: Mapping[Channel, str]
    refused: frozenset[Channel]


def modes_of(user_id: int | None) -> Modes:
    """What a person has chosen, by kind and channel."""
    statement = select(Subscription.kind, Subscription.channel, Subscription.mode).where(
        Subscription.user_id == user_id
    )
    return {(kind, channel): mode for kind, channel, mode in db.session.execute(statement)}


def preference_of(user_id: int | None) -> NotificationPreference | None:
    """The hours a person has chosen; None while they have chosen none."""
    statement = select(NotificationPreference).where(NotificationPreference.user_id == user_id)
    return db.session.scalars(statement).one_or_none()


def reach_of(user_id: int | None) -> Reach:
    """Where a person is reached."""
    has_stopped = (
        exists()
        .where(TelegramLink.user_id == User.id, TelegramLink.status == LinkStatus.BLOCKED)
        .correlate(User)
    )
    facts = db.session.execute(
        select(User.email, User.phone_number, telegram_chat().scalar_subquery(), has_stopped).where(
            User.id == user_id
        )
    ).one_or_none()
    if facts is None:
        return Reach({}, frozenset())
    *places, stopped = facts
    known = dict(zip((Channel.EMAIL, Channel.SMS, Channel.TELEGRAM), places, strict=True))
    addresses = {channel: str(address) for channel, address in known.items() if address}
    refusals = (
        select(Delivery.channel)
        .where(
            Delivery.status == DeliveryStatus.BLOCKED,
            Delivery.channel.in_([Channel.EMAIL, Channel.SMS]),
            Delivery.address.in_(list(addresses.values())),
        )
        .distinct()
    )
    refused = set(db.session.scalars(refusals))
    if stopped and Channel.TELEGRAM not in addresses:
        refused.add(Channel.TELEGRAM)
    return Reach(addresses, frozenset(refused))
