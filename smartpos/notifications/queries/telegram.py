"""Who sits in which chat of the bot. A message names a chat and no shop, so its shops are asked across tenants."""

from dataclasses import dataclass

from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import Organization, OrganizationStatus
from smartpos.notifications.models import LinkStatus, TelegramLink

LONGEST_DOMAIN = 64
MOST_SHOPS = 50


@dataclass(frozen=True, slots=True)
class ChatShop:
    """A shop that a chat knows. ``is_open`` is False for one that is suspended."""

    organization_id: int
    link_id: int
    name: str
    locale: str
    is_open: bool
    is_staff: bool


@dataclass(frozen=True, slots=True)
class Door:
    """A shop as its public link names it."""

    organization_id: int
    name: str
    locale: str
    is_open: bool


def shops_of_chat(chat_id: int) -> list[ChatShop]:
    """The shops of a chat, the one that answers first."""
    statement = (
        select(
            TelegramLink.organization_id,
            TelegramLink.id,
            Organization.name,
            Organization.locale,
            Organization.status,
            TelegramLink.user_id,
        )
        .join(Organization, Organization.id == TelegramLink.organization_id)
        .where(TelegramLink.chat_id == chat_id)
        .order_by(TelegramLink.selected_at.desc(), TelegramLink.id.desc())
        .limit(MOST_SHOPS)
    )
    with platform_scope(reason="find the shops of a Telegram chat"):
        rows = db.session.execute(statement).all()
    return [ChatShop(*row[:4], row[4] is OrganizationStatus.ACTIVE, row[5] is not None) for row in rows]


def shop_by_domain(domain: str) -> Door | None:
    """The shop whose public link names this domain; the platform itself is none."""
    if not domain or len(domain) > LONGEST_DOMAIN:
        return None
    statement = select(Organization.id, Organization.name, Organization.locale, Organization.status).where(
        Organization.domain == domain, Organization.is_platform.is_(False)
    )
    with platform_scope(reason="find the shop of a Telegram link"):
        row = db.session.execute(statement).one_or_none()
    return None if row is None else Door(row[0], row[1], row[2], row[3] is OrganizationStatus.ACTIVE)


def link_of_user(user_id: int) -> TelegramLink | None:
    """The chat of a member of staff of the tenant in force."""
    statement = select(TelegramLink).where(TelegramLink.user_id == user_id).order_by(TelegramLink.id)
    return db.session.scalars(statement.limit(1)).one_or_none()


def chats_of_customer(customer_id: int) -> list[TelegramLink]:
    """The chats in which a customer of the tenant in force takes messages."""
    statement = select(TelegramLink).where(
        TelegramLink.customer_id == customer_id,
        TelegramLink.status == LinkStatus.ACTIVE,
        TelegramLink.stopped_at.is_(None),
    )
    return list(db.session.scalars(statement.order_by(TelegramLink.id)))
