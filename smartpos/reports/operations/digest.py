"""The figures of the day, told in the evening to those who may see them: to each what they see themselves."""

from datetime import datetime

from smartpos.core.tenancy import tenant_scope
from smartpos.identity.queries import actor_of_user, system_actor
from smartpos.notifications.operations import notify
from smartpos.notifications.queries.people import receivers
from smartpos.reports.operations.notices import DAILY_DIGEST
from smartpos.reports.queries.day import day_in_figures
from smartpos.sales.permissions import SalesPermission

PAGE = "/dashboard"


def tell_of_the_day(organization_id: int, now: datetime) -> int:
    """Tell the people of a tenant how its day went, once, when its own hour has come; gives how many were told.

    The hour is the setting ``digest_hour`` in the tenant's time zone; a day in which nothing was sold is not told.
    """
    with tenant_scope(organization_id):
        tenant = system_actor(organization_id)
        local = now.astimezone(tenant.organization.zone)
        if local.hour < tenant.setting("digest_hour"):
            return 0
        user_ids = [one.user_id for one in receivers(DAILY_DIGEST, permission=SalesPermission.REPORT_READ)]
        return sum(_tell(organization_id, user_id, local) for user_id in user_ids)


def _tell(organization_id: int, user_id: int, local: datetime) -> int:
    actor = actor_of_user(user_id)
    if actor is None:
        return 0
    # As themselves: who is limited to some workspaces is told of their branches alone.
    with tenant_scope(organization_id, user_id=user_id, workspace_ids=actor.workspace_ids):
        facts = day_in_figures(local.date(), actor)
    if facts is None:
        return 0
    return notify(
        DAILY_DIGEST,
        facts=facts,
        origin_kind="organization",
        origin_id=organization_id,
        dedupe_key=f"{DAILY_DIGEST}:{local:%Y-%m-%d}",
        link=PAGE,
        user_ids=[user_id],
    )
