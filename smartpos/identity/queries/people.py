"""People, their roles and sessions."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Text, cast, func, select
from sqlalchemy.orm import joinedload

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.permissions import RoleKey, default_permissions
from smartpos.identity.models import (
    Role,
    RolePermission,
    User,
    UserSession,
)


def permissions_of_role(role: Role) -> frozenset[str]:
    """What a role allows. The owner's allows everything there is, whatever was there when the tenant was made."""
    held = select(RolePermission.permission).where(RolePermission.role_id == role.id)
    granted = frozenset(db.session.scalars(held))
    return granted | default_permissions(RoleKey.OWNER) if role.key == RoleKey.OWNER else granted


def role_counts() -> tuple[dict[int, int], dict[int, int]]:
    """How many people each role of the tenant in force has, and how many permissions, by the role's id."""
    people = select(User.role_id, func.count()).where(User.deleted_at.is_(None)).group_by(User.role_id)
    granted = select(RolePermission.role_id, func.count()).group_by(RolePermission.role_id)
    return dict(db.session.execute(people).all()), dict(db.session.execute(granted).all())


def open_sessions(user_id: int) -> list[UserSession]:
    """Where a user of the tenant in force is signed in, the most recently used first."""
    statement = (
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > utc_now(),
        )
        .options(joinedload(UserSession.till))
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
        .limit(200)
    )
    return list(db.session.scalars(statement))


def shown_name(user: Any = User) -> ColumnElement[str]:
    """What a person is called on lists, as a column of a select that has users; ``user`` may be an alias."""
    return cast(func.coalesce(func.nullif(user.full_name, ""), user.username), Text)


def employee(user_id: int) -> User:
    """A person of the tenant in force, with the role. Raises NotFound for strangers and for those removed."""
    found = db.session.scalars(
        select(User).options(joinedload(User.role)).where(User.id == user_id, User.deleted_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such person."))
    return found


def role_keyed(key: RoleKey) -> Role:
    """The role of the tenant in force that every tenant has. Raises NotFound, as for a super admin in a tenant."""
    role = db.session.scalars(select(Role).where(Role.key == key.value)).one_or_none()
    if role is None:
        raise NotFound(_("There is no such role."))
    return role
