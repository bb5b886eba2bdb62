"""What only the platform does: open organizations with their first owner, and look into them with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from smartpos.core.audit import record
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.models import AuditAction
from smartpos.core.permissions import RoleKey
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity import checks
from smartpos.identity.actors import Actor
from smartpos.identity.models import Organization, UserSession
from smartpos.identity.operations.people import create_user
from smartpos.identity.operations.tenants import create_organization
from smartpos.identity.passwords import new_password
from smartpos.identity.queries import system_actor

PLATFORM_DOMAIN = "platform"


@dataclass(frozen=True, slots=True)
class Opened:
    """A new organization and how its first person signs in; the password is shown once and kept nowhere."""

    organization_id: int
    name: str
    domain: str
    username: str
    password: str


def open_organization(
    facts: Mapping[str, Any], owner: Mapping[str, Any], *, password: str | None = None, by: int | None = None
) -> Opened:
    """Make an organization together with its first owner, who must change the password at the first sign-in.

    ``facts`` as in ``create_organization``, ``owner`` as in ``create_user`` (without the role); ``by`` is the user
    for the audit trail. Without ``password`` one is made. Raises BadField, AlreadyTaken, Invalid.
    """
    organization = create_organization(**facts)
    chosen = password or new_password()
    with tenant_scope(organization.id, user_id=by):
        user = create_user(
            **owner,
            role=RoleKey.OWNER,
            password=chosen,
            must_change_password=True,
            actor=system_actor(organization.id),
        )
        username = user.username
    return Opened(organization.id, organization.name, organization.domain, username, chosen)


def create_super_admin(*, username: str, full_name: str, password: str, must_change_password: bool) -> int:
    """Add a super admin, and the platform's own organization when there is none yet. Returns its id."""
    with platform_scope(reason="find the platform's organization"):
        platform_id = db.session.scalar(select(Organization.id).where(Organization.is_platform))
    if platform_id is None:
        platform_id = create_organization(name="Platform", domain=PLATFORM_DOMAIN, is_platform=True).id
    with tenant_scope(platform_id):
        create_user(
            username=username,
            full_name=full_name,
            role=RoleKey.SUPER_ADMIN,
            password=password,
            must_change_password=must_change_password,
            actor=system_actor(platform_id),
        )
    return platform_id


def begin_visit(organization_id: int, reason: str, *, actor: Actor) -> None:
    """Let the actor's session see a tenant from inside, to read only; the tenant's own trail tells who and why."""
    text = checks.required_text(reason, "reason", 500)
    with platform_scope(reason=f"look into an organization: {text}", user_id=actor.user_id):
        known = select(Organization.id).where(Organization.id == organization_id, ~Organization.is_platform)
        if db.session.scalar(known) is None:
            raise NotFound(_("There is no such organization."))
    _point_session(actor.organization.id, actor.session_id, organization_id, text)
    with tenant_scope(organization_id, user_id=actor.user_id):
        record(
            AuditAction.ACCESS,
            "organizations",
            organization_id,
            reason=text,
            new_values={"name": actor.name, "username": actor.username},
        )


def end_visit(home_id: int, session_id: int | None) -> None:
    """Bring a session back to the platform's organization, ``home_id``."""
    _point_session(home_id, session_id, None, None)


def _point_session(home_id: int, session_id: int | None, visited: int | None, reason: str | None) -> None:
    with tenant_scope(home_id):
        db.session.execute(
            update(UserSession)
            .where(UserSession.id == session_id)
            .values(visited_organization_id=visited, visit_reason=reason)
            .execution_options(synchronize_session=False)
        )
