"""Periodic work of identity."""

from smartpos.core.jobs import periodic
from smartpos.core.tenancy import platform_scope
from smartpos.identity.operations.sessions import forget_old_sessions


@periodic("40 2 * * *", timeout=300)
def clear_sessions() -> None:
    """Every night: sessions that ended long ago are forgotten; the audit trail keeps who signed in when."""
    with platform_scope(reason="forget sessions that ended long ago"):
        forget_old_sessions()
