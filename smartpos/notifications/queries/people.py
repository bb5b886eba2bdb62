"""Who is told of something, in which language and how each of them wants to be reached."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, or_, select
from sqlalchemy.orm import aliased

from smartpos.core.db import db
from smartpos.core.i18n import DEFAULT_LANGUAGE, LANGUAGES
from smartpos.core.permissions import RoleKey, default_permissions
from smartpos.identity.models import (
    Branch,
    Organization,
    Role,
    RolePermission,
    User,
    UserStatus,
    UserWorkspace,
)
from smartpos.notifications.models import (
    Channel,
    Delivery,
    LinkStatus,
    Mode,
    NotificationPreference,
    Subscription,
    TelegramLink,
)


@dataclass(frozen=True, slots=True)
class Receiver:
    """A person who is to be told. ``chosen`` holds the modes they chose for the kind, by channel."""

    user_id: int
    locale: str
    zone: ZoneInfo
    host: str | None
    shop: str
    currency: str
    addresses: dict[Channel, str] = field(default_factory=dict)
    chosen: dict[Channel, Mode] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None


def telegram_chat() -> Select[str]:
    """The chat in which a member of staff (``User``) is reached, as text: the one that was used last."""
    return (
        select(cast(TelegramLink.chat_id, Text))
        .where(TelegramLink.user_id == User.id, TelegramLink.status == LinkStatus.ACTIVE)
        .order_by(TelegramLink.selected_at.desc(), TelegramLink.id.desc())
        .limit(1)
        .correlate(User)
    )


def receivers(
    kind: str,
    *,
    permission: str | None,
    branch_id: int | None = None,
    user_ids: Iterable[int] | None = None,
    without: Iterable[int] = (),
    whole: bool = False,
) -> list[Receiver]:
    """Active people of the tenant in force who are to be told, in one statement.

    Those named by ``user_ids``, else all who hold ``permission``. Of a branch that belongs to a workspace only people
    are told who see that workspace; with ``whole`` only people are told who see the whole organization.
    """
    chosen = (
        select(func.jsonb_object_agg(Subscription.channel, Subscription.mode))
        .where(Subscription.user_id == User.id, Subscription.kind == kind)
        .correlate(User)
        .scalar_subquery()
    )
    statement = (
        select(
            User.id,
            func.coalesce(User.locale, Organization.locale),
            Organization.timezone,
            Organization.host,
            Organization.name,
            Organization.currency,
            User.email,
            User.phone_number,
            telegram_chat().scalar_subquery(),
            chosen,
            NotificationPreference.quiet_from,
            NotificationPreference.quiet_until,
            NotificationPreference.digest_at,
        )
        .join(Organization, Organization.id == User.organization_id)
        .join(Role, Role.id == User.role_id)
        .outerjoin(NotificationPreference, NotificationPreference.user_id == User.id)
        .where(User.status == UserStatus.ACTIVE, User.deleted_at.is_(None))
        .order_by(User.id)
    )
    if user_ids is not None:
        statement = statement.where(User.id.in_(sorted(set(user_ids))))
    elif permission is not None:
        statement = statement.where(_holds(permission))
    if left_out := sorted(set(without)):
        statement = statement.where(User.id.not_in(left_out))
    if whole:
        statement = statement.where(~_is_limited())
    if branch_id is not None:
        statement = statement.where(_sees(branch_id))
    return [
        Receiver(
            user_id,
            locale if locale in LANGUAGES else DEFAULT_LANGUAGE,
            ZoneInfo(zone),
            host,
            shop,
            currency,
            _addresses(email, phone, chat),
            {Channel(channel): Mode(mode) for channel, mode in (modes or {}).items()},
            *hours,
        )
        for user_id, locale, zone, host, shop, currency, email, phone, chat, modes, *hours in db.session.execute(
            statement
        )
    ]


def _addresses(email: str | None, phone: str | None, chat: str | None) -> dict[Channel, str]:
    known = {Channel.EMAIL: email, Channel.SMS: phone, Channel.TELEGRAM: chat}
    return {channel: address for channel, address in known.items() if address}


def _holds(permission: str) -> ColumnElement[bool]:
    granted = (
        select(RolePermission.id)
        .where(RolePermission.role_id == User.role_id, RolePermission.permission == permission)
        .exists()
    )
    # The owner's role holds everything by itself, also what was not there when the tenant was made.
    owns = Role.key == RoleKey.OWNER.value if permission in default_permissions(RoleKey.OWNER) else false()
    return or_(granted, owns)


def _sees(branch_id: int) -> ColumnElement[bool]:
    mine = aliased(UserWorkspace)
    open_to = (
        select(Branch.id)
        .where(
            Branch.id == branch_id,
            or_(
                Branch.workspace_id.is_(None),
                select(mine.id)
                .where(and_(mine.user_id == User.id, mine.workspace_id == Branch.workspace_id))
                .exists(),
            ),
        )
        .exists()
    )
    return or_(~_is_limited(), open_to)


def is_at_work() -> ColumnElement[bool]:
    """A condition on messages: the member of staff they are for still belongs to the shop."""
    return (
        select(User.id)
        .where(User.id == Delivery.user_id, User.status == UserStatus.ACTIVE, User.deleted_at.is_(None))
        .correlate(Delivery)
        .exists()
    )


def _is_limited() -> ColumnElement[bool]:
    return select(UserWorkspace.id).where(UserWorkspace.user_id == User.id).exists()
