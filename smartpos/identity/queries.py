"""Questions about tenants and people."""

from sqlalchemy import func, select

from smartpos.core.db import db, utc_now
from smartpos.core.permissions import RoleKey, declared_permissions, default_permissions
from smartpos.identity.actors import Actor, Tenant
from smartpos.identity.errors import OrganizationSuspended
from smartpos.identity.models import (
    AppSetting,
    Organization,
    OrganizationStatus,
    Role,
    RolePermission,
    User,
    UserSession,
    UserStatus,
    UserWorkspace,
)

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
_BY_SESSION = (
    _PEOPLE.add_columns(
        UserSession.id.label("session_id"),
        UserSession.till_id,
        UserSession.last_seen_at,
        UserSession.visited_organization_id,
        UserSession.visit_reason,
    )
    .join(UserSession, UserSession.user_id == User.id)
    .where(UserSession.revoked_at.is_(None))
)


def _actor(row: object) -> Actor:
    facts = row._mapping  # type: ignore[attr-defined]
    if facts["status"] is not OrganizationStatus.ACTIVE:
        raise OrganizationSuspended(facts["status_reason"] or None)
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
        permissions=frozenset(facts["permissions"] or ()),
        role_id=facts["role_id"],
        role_key=facts["role_key"],
        role_name=facts["role_name"],
        rank=facts["rank"],
        settings=facts["settings"] or {},
        workspace_ids=tuple(facts["workspace_ids"]) if facts["workspace_ids"] else None,
        default_branch_id=facts["default_branch_id"],
        session_id=facts.get("session_id"),
        till_id=facts.get("till_id"),
        locale=facts["locale"],
        must_change_password=facts["must_change_password"],
    )


def actor_of_session(token_hash: str) -> tuple[Actor, object] | None:
    """The person behind a session's secret and the session's row, in one statement; None when it is no longer good.

    Runs in the tenant's scope. Raises OrganizationSuspended with the reason given to the tenant.
    """
    row = db.session.execute(
        _BY_SESSION.where(UserSession.token_hash == token_hash, UserSession.expires_at > utc_now())
    ).one_or_none()
    return (_actor(row), row) if row is not None else None


def actor_of_user(user_id: int) -> Actor | None:
    """An active user as actor, in one statement; None when there is no such user in this tenant."""
    row = db.session.execute(_PEOPLE.where(User.id == user_id)).one_or_none()
    return _actor(row) if row is not None else None


def permissions_of_role(role: Role) -> frozenset[str]:
    """What a role allows. The owner's allows everything there is, whatever was there when the tenant was made."""
    held = select(RolePermission.permission).where(RolePermission.role_id == role.id)
    granted = frozenset(db.session.scalars(held))
    return granted | default_permissions(RoleKey.OWNER) if role.key == RoleKey.OWNER else granted


def system_actor(organization_id: int) -> Actor:
    """The system acting for a tenant: every permission, no user. For jobs and commands."""
    organization = db.session.get_one(Organization, organization_id)
    settings = db.session.execute(select(AppSetting.key, AppSetting.value)).tuples().all()
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
