"""A super admin looking into a tenant, with a reason, and only to read."""

from dataclasses import replace
from typing import Any

from smartpos.core.permissions import declared_permissions
from smartpos.core.scope import Scope
from smartpos.core.tenancy import enter
from smartpos.identity.actors import Actor
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.queries import system_actor


def visiting(actor: Actor, session_row: Any) -> Actor:
    """The actor for this request: inside the visited tenant when the session is a visit, else unchanged."""
    visited = session_row.visited_organization_id
    if visited is None or not actor.can(IdentityPermission.PLATFORM_VISIT):
        return actor
    enter(Scope(visited))
    host = system_actor(visited)
    readable = frozenset(
        item.name for item in declared_permissions() if item.name.endswith((":read", ":read_all"))
    )
    return replace(
        actor,
        organization=host.organization,
        settings=host.settings,
        permissions=readable | {IdentityPermission.ADMIN_ENTER},
        workspace_ids=None,
        default_branch_id=None,
        till_id=None,
        visit_reason=session_row.visit_reason,
    )
