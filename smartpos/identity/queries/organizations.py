"""The organizations of this installation, as the platform sees them."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.scope import current_user_id
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import (
    Organization,
    OrganizationStatus,
    User,
    UserSession,
)


@dataclass(frozen=True, slots=True)
class OrganizationLine:
    """An organization as the platform sees it from outside."""

    id: int
    name: str
    domain: str
    host: str | None
    is_platform: bool
    status: OrganizationStatus
    status_reason: str | None
    country: str
    created_at: datetime
    people: int
    last_seen_at: datetime | None


def all_organizations() -> list[OrganizationLine]:
    """Every organization of the installation, the newest first. For the platform only: looks across tenants."""
    people = (
        select(func.count())
        .where(User.organization_id == Organization.id, User.deleted_at.is_(None))
        .correlate(Organization)
        .scalar_subquery()
    )
    seen = (
        select(func.max(UserSession.last_seen_at))
        .where(UserSession.organization_id == Organization.id)
        .correlate(Organization)
        .scalar_subquery()
    )
    statement = select(
        Organization.id,
        Organization.name,
        Organization.domain,
        Organization.host,
        Organization.is_platform,
        Organization.status,
        Organization.status_reason,
        Organization.country,
        Organization.created_at,
        people,
        seen,
    ).order_by(Organization.id.desc())
    with platform_scope(reason="list organizations", user_id=current_user_id()):
        return [OrganizationLine(*row) for row in db.session.execute(statement)]


def platform_id() -> int | None:
    """The tenant of the platform's own people; None before ``flask users create-super-admin``."""
    with platform_scope(reason="find the platform's own tenant"):
        return db.session.scalar(select(Organization.id).where(Organization.is_platform))


def working_organizations() -> list[int]:
    """The tenants that are neither suspended nor the platform itself; for periodic work that goes through them."""
    statement = (
        select(Organization.id)
        .where(Organization.status == OrganizationStatus.ACTIVE, ~Organization.is_platform)
        .order_by(Organization.id)
    )
    with platform_scope(reason="list tenants for periodic work"):
        return list(db.session.scalars(statement))


def is_working(organization_id: int) -> bool:
    """Whether a tenant is not suspended; for jobs, which may have been ordered before it was."""
    statement = select(Organization.status).where(Organization.id == organization_id)
    return db.session.scalar(statement) is OrganizationStatus.ACTIVE


def organizations_at(hour: int, now: datetime) -> list[int]:
    """Those of ``working_organizations`` in whose own time zone it is ``hour`` o'clock now, or was within six hours.

    For work of a certain hour of the day: asked every hour, it finds each tenant several times, so that a night in
    which nothing ran is made up for in the morning. The work itself must know what it has done already.
    """
    statement = (
        select(Organization.id, Organization.timezone)
        .where(Organization.status == OrganizationStatus.ACTIVE, ~Organization.is_platform)
        .order_by(Organization.id)
    )
    with platform_scope(reason="list tenants for periodic work"):
        rows = db.session.execute(statement).all()
    return [row.id for row in rows if hour <= now.astimezone(ZoneInfo(row.timezone)).hour < hour + 6]
