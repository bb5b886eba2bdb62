"""Questions about tenants and people."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import joinedload

from smartpos.core.db import db, utc_now
from smartpos.core.errors import NotFound
from smartpos.core.permissions import RoleKey, declared_permissions, default_permissions
from smartpos.core.phones import REGIONS, normal_phone
from smartpos.core.tenancy import platform_scope
from smartpos.identity.actors import Actor, Tenant
from smartpos.identity.errors import OrganizationSuspended
from smartpos.identity.models import (
    AppSetting,
    Branch,
    LoginKind,
    LoginName,
    Organization,
    OrganizationStatus,
    Role,
    RolePermission,
    SessionKind,
    Till,
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
        UserSession.kind.label("session_kind"),
        UserSession.till_id,
        UserSession.last_seen_at,
        UserSession.visited_organization_id,
        UserSession.visit_reason,
    )
    .join(UserSession, UserSession.user_id == User.id)
    .where(UserSession.revoked_at.is_(None))
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


def _actor(row: Row[Any]) -> Actor:
    facts = row._mapping
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


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a typed name may mean, before anything is known about a password."""

    organization_id: int
    user_id: int


def people_named(name: str, *, domain: str | None = None, host: str | None = None) -> list[Person]:
    """Whom a user name, an e-mail address or a phone number in any common notation may mean.

    ``domain`` narrows it to one organization; so does ``host`` when it is the web address of one. Looks across
    tenants, because nobody is signed in yet.
    """
    phones = {normal_phone(name, region) for region in REGIONS} - {None}
    statement = (
        select(LoginName.organization_id, LoginName.user_id, Organization.domain, Organization.host)
        .join(Organization, Organization.id == LoginName.organization_id)
        .where(
            or_(
                and_(LoginName.kind != LoginKind.PHONE, LoginName.value == name),
                and_(LoginName.kind == LoginKind.PHONE, LoginName.value.in_(phones)),
            )
        )
    )
    with platform_scope(reason="find who signs in"):
        rows = db.session.execute(statement).all()
        own = select(Organization.domain).where(Organization.host == host)
        owner = db.session.scalar(own) if host else None
    wanted = owner or (domain or "").strip().lower()
    found = {Person(row.organization_id, row.user_id) for row in rows if not wanted or row.domain == wanted}
    return sorted(found, key=lambda person: person.organization_id)


@dataclass(frozen=True, slots=True)
class KnownTill:
    """A device that was made a till."""

    organization_id: int
    id: int
    name: str
    branch_id: int
    branch_name: str
    organization_name: str
    locale: str


def till_of_device(till_id: int, token_hash: str) -> KnownTill | None:
    """The till of the tenant in force whose device holds this secret, if it is in use."""
    row = db.session.execute(
        select(
            Till.organization_id,
            Till.id,
            Till.name,
            Till.branch_id,
            Branch.name.label("branch_name"),
            Organization.name.label("organization_name"),
            Organization.locale,
        )
        .join(Branch, Branch.id == Till.branch_id)
        .join(Organization, Organization.id == Till.organization_id)
        .where(Till.id == till_id, Till.device_token_hash == token_hash)
        .where(Till.is_active, Till.deleted_at.is_(None))
    ).one_or_none()
    return KnownTill(*row) if row is not None else None


@dataclass(frozen=True, slots=True)
class TillPerson:
    """Somebody who may sign in at a till by PIN."""

    id: int
    name: str
    role_name: str
    is_locked: bool


def till_people() -> list[TillPerson]:
    """The active people of the tenant in force who have a PIN and may use tills, by name."""
    uses_tills = (
        select(RolePermission.role_id)
        .where(
            RolePermission.role_id == User.role_id,
            RolePermission.permission == IdentityPermission.TILL_USE.value,
        )
        .correlate(User)
        .exists()
    )
    rows = db.session.execute(
        select(User.id, User.full_name, User.username, Role.key, Role.name, User.pin_locked_until)
        .join(Role, Role.id == User.role_id)
        .where(User.status == UserStatus.ACTIVE, User.deleted_at.is_(None), User.pin_code_hash.is_not(None))
        .where(or_(uses_tills, Role.key == RoleKey.OWNER.value))
        .order_by(func.lower(User.full_name), User.id)
        .limit(500)
    )
    now = utc_now()
    return [
        TillPerson(
            id=row.id,
            name=row.full_name or row.username,
            role_name=role_title(row.key, row.name),
            is_locked=row.pin_locked_until is not None and row.pin_locked_until > now,
        )
        for row in rows
    ]


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


def employee(user_id: int) -> User:
    """A person of the tenant in force, with the role. Raises NotFound for strangers and for those removed."""
    found = db.session.scalars(
        select(User).options(joinedload(User.role)).where(User.id == user_id, User.deleted_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such person."))
    return found
