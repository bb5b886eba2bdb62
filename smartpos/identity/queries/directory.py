"""Finding people and organizations before the tenant is known."""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from smartpos.core.db import db
from smartpos.core.phones import REGIONS, normal_phone
from smartpos.core.tenancy import platform_scope
from smartpos.identity.models import (
    LoginKind,
    LoginName,
    Organization,
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


def organization_of_domain(domain: str) -> int | None:
    """The id of the organization with this short name, across tenants; for commands."""
    with platform_scope(reason="find an organization by its short name"):
        return db.session.scalar(select(Organization.id).where(Organization.domain == domain))
