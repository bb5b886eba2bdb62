"""Who acts: actors of sessions and of users, each in one statement."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import DateTime, Text, bindparam, func, select

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey, declared_permissions, default_permissions
from smartpos.core.ready import Ready
from smartpos.identity.actors import Actor, Tenant
from smartpos.identity.errors import OrganizationSuspended
from smartpos.identity.models import (
    AppSetting,
    Organization,
    OrganizationStatus,
    Role,
    RolePermission,
    SessionKind,
    User,
    UserSession,
    UserStatus,
    UserWorkspace,
)
from smartpos.identity.permissions import IdentityPermission, role_title

_PERMISSIONS = (
    select(func.array_agg(RolePermission.permission))
    .where(RolePermission.role_id == User.role_id)
    .correlate(User)
    .scalar_subquery()
)
_SETTINGS = select(func.jsonb_object_agg(AppSetting.key, AppSetting.value)).scalar_subquery()
_WORKSPACES = (
    select(func.array_agg(UserWorkspace.workspace_id))
    .where(UserWorkspace.user_id == User.id)
    .correlate(User)
    .scalar_subquery()
)
_FACTS = (
    User.id,
    User.username,
    User.full_name,
    User.locale,
    User.default_branch_id,
    User.must_change_password,
    Role.id.label("role_id"),
    Role.key.label("role_key"),
    Role.name.label("role_name"),
    Role.rank,
    Role.max_discount_percent,
    Organization.id.label("organization_id"),
    Organization.name,
    Organization.domain,
    Organization.country,
    Organization.currency,
    Organization.timezone,
    Organization.locale.label("organization_locale"),
    Organization.is_platform,
    Organization.status,
    Organization.status_reason,
    _PERMISSIONS.label("permissions"),
    _SETTINGS.label("settings"),
    _WORKSPACES.label("workspace_ids"),
)
_PEOPLE = (
    select(*_FACTS)
    .join(Role, Role.id == User.role_id)
    .join(Organization, Organization.id == User.organization_id)
    .where(User.status == UserStatus.ACTIVE, User.deleted_at.is_(None))
)
# Every request begins with it.
_SESSION = Ready(
    lambda: (
        _PEOPLE.add_columns(
            UserSession.id.label("session_id"),
            UserSession.kind.label("session_kind"),
            UserSession.till_id,
            UserSession.last_seen_at,
            UserSession.visited_organization_id,
            UserSession.visit_reason,
        )
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.token_hash == bindparam("token_hash", type_=Text),
            UserSession.expires_at > bindparam("now", type_=DateTime(timezone=True)),
            UserSession.revoked_at.is_(None),
        )
    )
)


# What a PIN is too short to protect: the back office is entered with a password.
_NOT_BY_PIN = ("platform:", "identity:")
_EVEN_BY_PIN = frozenset({IdentityPermission.TILL_USE.value, IdentityPermission.BRANCH_READ.value})


def _permissions(
    granted: Iterable[str] | None, role_key: str | None, kind: SessionKind | None
) -> frozenset[str]:
    held = frozenset(granted or ())
    if role_key == RoleKey.OWNER:
        held |= default_permissions(RoleKey.OWNER)
    if kind is not SessionKind.PIN:
        return held
    return frozenset(name for name in held if name in _EVEN_BY_PIN or not name.startswith(_NOT_BY_PIN))


def _actor(facts: Mapping[str, Any]) -> Actor:
    if facts["status"] is not OrganizationStatus.ACTIVE:
        raise OrganizationSuspended(facts["status_reason"] or None)
    kind = facts.get("session_kind")
    return Actor(
        user_id=facts["id"],
        name=facts["full_name"] or facts["username"],
        username=facts["username"],
        organization=Tenant(
            id=facts["organization_id"],
            name=facts["name"],
            domain=facts["domain"],
            country=facts["country"],
            currency=facts["currency"],
            timezone=facts["timezone"],
            locale=facts["organization_locale"],
            is_platform=facts["is_platform"],
        ),
        permissions=_permissions(facts["permissions"], facts["role_key"], kind),
        role_id=facts["role_id"],
        role_key=facts["role_key"],
        role_name=role_title(facts["role_key"], facts["role_name"]),
        rank=facts["rank"],
        max_discount_percent=facts["max_discount_percent"],
        settings=facts["settings"] or {},
        workspace_ids=tuple(facts["workspace_ids"]) if facts["workspace_ids"] else None,
        default_branch_id=facts["default_branch_id"],
        session_id=facts.get("session_id"),
        session_kind=kind.value if kind else None,
        till_id=facts.get("till_id"),
        locale=facts["locale"],
        # Whoever works at a till by PIN may never need the password.
        must_change_password=facts["must_change_password"] and kind is not SessionKind.PIN,
    )


def actor_of_session(token_hash: str) -> tuple[Actor, Any] | None:
    """The person behind a session's secret and the session's row, in one statement; None when it is no longer good.

    Runs in the tenant's scope. Raises OrganizationSuspended with the reason given to the tenant.
    """
    rows = _SESSION.rows({"token_hash": token_hash, "now": utc_now()})
    return (_actor(rows[0]._asdict()), rows[0]) if rows else None


def actor_of_user(user_id: int) -> Actor | None:
    """An active user as actor, in one statement; None when there is no such user in this tenant."""
    row = db.session.execute(_PEOPLE.where(User.id == user_id)).one_or_none()
    return _actor(row._asdict()) if row is not None else None


def system_actor(organization_id: int) -> Actor:
    """The system acting for a tenant: every permission, no user. For jobs and commands."""
    organization = db.session.get_one(Organization, organization_id)
    settings = db.session.execute(select(AppSetting.key, AppSetting.value)).all()
    return Actor(
        user_id=None,
        name="system",
        organization=Tenant(
            id=organization.id,
            name=organization.name,
            domain=organization.domain,
            country=organization.country,
            currency=organization.currency,
            timezone=organization.timezone,
            locale=organization.locale,
            is_platform=organization.is_platform,
        ),
        permissions=frozenset(permission.name for permission in declared_permissions()),
        role_key=RoleKey.OWNER,
        rank=100,
        settings=dict(settings),
    )
