"""Notices to staff, messages on their way, links to Telegram, broadcasts."""

from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.core.db import (
    CreatedAt,
    HasOrigin,
    JsonList,
    JsonObject,
    TenantModel,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import User


class Channel(StrEnum):
    """How a person is reached. APP is the bell on every page."""

    APP = "app"
    TELEGRAM = "telegram"
    EMAIL = "email"
    SMS = "sms"


class Level(StrEnum):
    INFO = "info"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Notification(HasOrigin, TenantModel):
    """One notice for one person. Its words are made when it is read, in the reader's language, from kind and facts."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id", "dedupe_key"),
        Index("ix_notifications_of_user", "organization_id", "user_id", "id"),
        Index(
            "ix_notifications_unread", "organization_id", "user_id", "id", postgresql_where="read_at IS NULL"
        ),
        Index("ix_notifications_origin", "organization_id", "origin_kind", "origin_id"),
    )

    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")
    kind: Mapped[str] = mapped_column(Text, comment="a declared kind: stock.low")
    level: Mapped[Level] = enum_column(Level, default=Level.INFO, server_default="info")
    facts: Mapped[JsonObject]
    link: Mapped[str | None] = mapped_column(Text, comment="a path of this product")
    dedupe_key: Mapped[str] = mapped_column(Text, comment="a person is told of the same thing once")
    created_at: Mapped[CreatedAt]
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    user: Mapped[User] = related(user_id)


class Mode(StrEnum):
    """When a notice goes out through a channel."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"


class Subscription(TenantModel):
    """What a person chose for a kind of notice and a channel; without a row the kind's own default holds."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("organization_id", "user_id", "kind", "channel"),)

    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")
    kind: Mapped[str] = mapped_column(Text)
    channel: Mapped[Channel] = enum_column(Channel)
    mode: Mapped[Mode] = enum_column(Mode, name="notice_mode")
    updated_at: Mapped[UpdatedAt]

    user: Mapped[User] = related(user_id)


class NotificationPreference(TenantModel):
    """When a person wants to be left alone, and when the digest comes; hours of the tenant's time zone."""

    __tablename__ = "notification_preferences"
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_until IS NULL)", name="quiet"),
    )

    user_id: Mapped[int] = refers_to("users", on_delete="CASCADE")
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_until: Mapped[time | None] = mapped_column(Time, comment="may be on the next day")
    digest_at: Mapped[time | None] = mapped_column(Time, comment="null: nine in the morning")
    updated_at: Mapped[UpdatedAt]


class DeliveryStatus(StrEnum):
    """BLOCKED: the other side does not want it, and is not asked again."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"


class BroadcastStatus(StrEnum):
    SENDING = "sending"
    DONE = "done"
    CANCELLED = "cancelled"


class Broadcast(TenantModel):
    """One message to many customers."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_broadcasts_created_at", "organization_id", "created_at", "id"),
    )

    client_uuid: Mapped[UUID] = mapped_column(Uuid)
    content_hash: Mapped[str] = mapped_column(Text, comment="of what the client sent, for idempotency")
    text: Mapped[str] = mapped_column(Text)
    audience: Mapped[JsonObject] = mapped_column(comment="which customers: tier, tags, with debts, ...")
    status: Mapped[BroadcastStatus] = enum_column(
        BroadcastStatus, default=BroadcastStatus.SENDING, server_default="sending"
    )
    recipients: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_by: Mapped[int | None] = refers_to("users", optional=True)
    forgotten_sent: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="messages that went out and are not kept any more"
    )
    forgotten_failed: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    forgotten_cancelled: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    author: Mapped[User | None] = related(created_by)

    def __str__(self) -> str:
        return self.text[:60]


class Delivery(TenantModel):
    """One message on its way through a channel other than the bell: to a member of staff or to a customer.

    Words are made when it is queued, in the receiver's language. Sent at least once, and once wherever the other side
    lets us know. Attempts wait longer each time.
    """

    __tablename__ = "notification_deliveries"
    __table_args__ = (
        UniqueConstraint("organization_id", "dedupe_key"),
        Index(
            "ix_notification_deliveries_waiting",
            "organization_id",
            "not_before",
            "id",
            # A broadcast of thousands has a sender of its own, and what else waits is not to be searched among it.
            postgresql_where="status = 'waiting' AND broadcast_id IS NULL",
        ),
        Index("ix_notification_deliveries_created_at", "organization_id", "created_at", "id"),
        Index("ix_notification_deliveries_broadcast", "organization_id", "broadcast_id", "status"),
        # Addresses that refused messages are looked up before another is made.
        Index(
            "ix_notification_deliveries_blocked",
            "organization_id",
            "channel",
            "address",
            postgresql_where="status = 'blocked'",
        ),
        CheckConstraint("channel <> 'app'", name="leaves_the_house"),
    )

    channel: Mapped[Channel] = enum_column(Channel)
    kind: Mapped[str] = mapped_column(Text)
    notification_id: Mapped[int | None] = refers_to("notifications", optional=True)
    broadcast_id: Mapped[int | None] = refers_to("broadcasts", optional=True)
    user_id: Mapped[int | None] = refers_to("users", optional=True)
    customer_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="no foreign key: customers belong to crm, which is upstairs"
    )
    address: Mapped[str] = mapped_column(Text, comment="number of the chat, e-mail address or phone")
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text, comment="plain text")
    buttons: Mapped[JsonList] = mapped_column(comment="for Telegram: rows of {text, url | data}")
    file_id: Mapped[int | None] = refers_to("stored_files", optional=True, comment="sent along")
    file_name: Mapped[str | None] = mapped_column(
        Text, comment="of what is to go along, kept when it is gone"
    )
    file_page: Mapped[str | None] = mapped_column(Text, comment="address where it can be had anew")
    dedupe_key: Mapped[str | None] = mapped_column(Text)
    is_digest: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default="false", comment="waits to be sent together with others"
    )
    status: Mapped[DeliveryStatus] = enum_column(
        DeliveryStatus, default=DeliveryStatus.WAITING, server_default="waiting"
    )
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    not_before: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    error: Mapped[str | None] = mapped_column(Text, comment="of the last attempt")
    created_at: Mapped[CreatedAt]
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    user: Mapped[User | None] = related(user_id)
    broadcast: Mapped[Broadcast | None] = related(broadcast_id)


class LinkStatus(StrEnum):
    """PENDING has said hello and not yet said who they are; BLOCKED has stopped the bot."""

    PENDING = "pending"
    ACTIVE = "active"
    BLOCKED = "blocked"


class TelegramLink(TenantModel):
    """A chat of the bot and who sits there: a member of staff, a customer, or both. One row per chat and shop."""

    __tablename__ = "telegram_links"
    __table_args__ = (
        UniqueConstraint("organization_id", "chat_id"),
        Index("ix_telegram_links_customer", "organization_id", "customer_id"),
        # A message names a chat and no shop: this is how the shop is found.
        Index("ix_telegram_links_chat_id", "chat_id"),
    )

    chat_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = refers_to("users", optional=True)
    customer_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="no foreign key: customers belong to crm, which is upstairs"
    )
    status: Mapped[LinkStatus] = enum_column(LinkStatus, default=LinkStatus.PENDING, server_default="pending")
    username: Mapped[str | None] = mapped_column(Text, comment="at Telegram")
    name: Mapped[str | None] = mapped_column(Text, comment="at Telegram")
    locale: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str | None] = mapped_column(Text, comment="what the bot has asked and waits to be told")
    created_at: Mapped[CreatedAt]
    selected_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=utc_now, comment="of several shops the last chosen one answers"
    )
    stopped_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="a customer who wants no messages of the shop"
    )

    user: Mapped[User | None] = related(user_id)
