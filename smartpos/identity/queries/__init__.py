"""Questions about tenants and people."""

from smartpos.identity.queries.acting import actor_of_session, actor_of_user, system_actor
from smartpos.identity.queries.directory import Person, organization_of_domain, people_named
from smartpos.identity.queries.organizations import (
    OrganizationLine,
    all_organizations,
    is_working,
    organizations_at,
    platform_id,
    working_organizations,
)
from smartpos.identity.queries.people import (
    employee,
    open_sessions,
    permissions_of_role,
    role_counts,
    role_keyed,
    shown_name,
)
from smartpos.identity.queries.places import in_sight, is_place, is_workplace, sees_branch, transit_branch_id
from smartpos.identity.queries.tills import KnownTill, TillPerson, till_of_device, till_people, tills_in_use

__all__ = [
    "KnownTill",
    "OrganizationLine",
    "Person",
    "TillPerson",
    "actor_of_session",
    "actor_of_user",
    "all_organizations",
    "employee",
    "in_sight",
    "is_place",
    "is_working",
    "is_workplace",
    "open_sessions",
    "organization_of_domain",
    "organizations_at",
    "people_named",
    "permissions_of_role",
    "platform_id",
    "role_counts",
    "role_keyed",
    "sees_branch",
    "shown_name",
    "system_actor",
    "till_of_device",
    "till_people",
    "tills_in_use",
    "transit_branch_id",
    "working_organizations",
]
