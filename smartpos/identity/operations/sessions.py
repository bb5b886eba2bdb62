"""Signed-in browsers, tills and API clients."""

from datetime import timedelta
from ipaddress import ip_address

from sqlalchemy import delete, or_, update

from smartpos.core import crypto
from smartpos.core.audit import record
from smartpos.core.db import db, utc_now
from smartpos.core.models import AuditAction
from smartpos.identity.models import SessionKind, UserSession

KEPT = timedelta(days=90)
LIFETIMES = {
    SessionKind.WEB: timedelta(days=30),
    SessionKind.PIN: timedelta(hours=12),
    SessionKind.API: timedelta(hours=12),
}


def start_session(
    user_id: int,
    *,
    kind: SessionKind = SessionKind.WEB,
    till_id: int | None = None,
    ip: str | None = None,
    user_agent: str | None = None,
    lifetime: timedelta | None = None,
) -> str:
    """Open a session of a user of the tenant in force. Returns the secret the client holds; only its hash is kept.

    It ends after ``lifetime`` (by default that of its kind) however much it is used.
    """
    secret = crypto.new_secret()
    db.session.add(
        UserSession(
            user_id=user_id,
            kind=kind,
            token_hash=crypto.hash_secret(secret),
            till_id=till_id,
            ip_address=_address(ip),
            user_agent=_agent(user_agent),
            expires_at=utc_now() + (lifetime or LIFETIMES[kind]),
        )
    )
    db.session.flush()
    return secret


def revoke_sessions(user_id: int, *, but: int | None = None, only: int | None = None) -> int:
    """End sessions of a user: all, all ``but`` one, or ``only`` one. Returns how many ended."""
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    if but is not None:
        statement = statement.where(UserSession.id != but)
    if only is not None:
        statement = statement.where(UserSession.id == only)
    statement = statement.values(revoked_at=utc_now()).returning(UserSession.id)
    ended = db.session.execute(statement.execution_options(synchronize_session=False))
    return len(ended.all())


def revoke_secret(secret: str) -> None:
    """End the session of the tenant in force whose client holds this secret, and record the log-out."""
    ended = db.session.execute(
        update(UserSession)
        .where(UserSession.token_hash == crypto.hash_secret(secret), UserSession.revoked_at.is_(None))
        .values(revoked_at=utc_now())
        .returning(UserSession.user_id)
        .execution_options(synchronize_session=False)
    )
    for user_id in ended.scalars():
        record(AuditAction.LOGOUT, "users", user_id, user_id=user_id)


def touch_session(session_id: int) -> None:
    """Remember that a session of the tenant in force is in use."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id)
        .values(last_seen_at=utc_now())
        .execution_options(synchronize_session=False)
    )


def forget_old_sessions() -> int:
    """Delete the rows of sessions that ended more than KEPT ago, of all tenants; the caller is in the platform scope.

    Returns how many there were.
    """
    before = utc_now() - KEPT
    old = delete(UserSession).where(or_(UserSession.expires_at < before, UserSession.revoked_at < before))
    gone = db.session.execute(old.returning(UserSession.id).execution_options(synchronize_session=False))
    return len(gone.all())


def _address(ip: str | None) -> str | None:
    try:
        return str(ip_address(ip)) if ip else None
    except ValueError:
        return None


def _agent(text: str | None) -> str | None:
    cleaned = "".join(sign for sign in (text or "")[:400] if sign.isprintable())
    return cleaned.encode("utf-8", "ignore").decode() or None
