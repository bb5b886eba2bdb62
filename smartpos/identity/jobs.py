"""Periodic work of identity."""

from smartpos.core import events
from smartpos.core.backups.work import BACKUP_WORK
from smartpos.core.jobs import on_failure, periodic
from smartpos.core.tenancy import platform_scope, tenant_scope
from smartpos.identity.operations.sessions import forget_old_sessions
from smartpos.identity.queries import platform_id, system_actor

LONGEST_ERROR = 300


@periodic("40 2 * * *", timeout=300)
def clear_sessions() -> None:
    """Every night: sessions that ended long ago are forgotten; the audit trail keeps who signed in when."""
    with platform_scope(reason="forget sessions that ended long ago"):
        forget_old_sessions()


@on_failure
def tell_platform(name: str, error: str) -> None:
    """Work that failed becomes an event of the platform's own tenant, where there is one.

    A backup that was not made is an event of its own: it is about more than a job.
    """
    organization_id = platform_id()
    if organization_id is None:
        return
    with tenant_scope(organization_id):
        facts = {"job": name, "error": error[:LONGEST_ERROR]}
        is_backup = name in BACKUP_WORK
        events.record(
            "core.backup_failed" if is_backup else "core.job_failed",
            origin_kind="organization",
            origin_id=organization_id,
            facts=facts | {"link": "/platform/backups"} if is_backup else facts,
            actor=system_actor(organization_id),
        )
