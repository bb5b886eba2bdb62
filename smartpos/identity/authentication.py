"""From a cookie or a bearer token to the actor of the request, and into the tenant's scope.

A client holds a random secret and the number of its organization; the row of ``user_sessions`` with the secret's hash
is the session. Revoking the row, suspending the user or the tenant ends it with the next request.
"""

from datetime import timedelta
from typing import Any

import jwt
from flask import Flask, current_app, g, request, session
from flask_babel import refresh
from flask_login import UserMixin
from sqlalchemy import update

from smartpos.core import crypto
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Unauthorized
from smartpos.core.extensions import csrf, login_manager
from smartpos.core.scope import Scope
from smartpos.core.tenancy import enter
from smartpos.identity.actors import Actor
from smartpos.identity.errors import OrganizationSuspended
from smartpos.identity.models import UserSession
from smartpos.identity.queries import actor_of_session

SIGNATURE = "HS256"
SEEN_EVERY = timedelta(minutes=5)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
WITHOUT_SESSION = frozenset({"static", "operations.healthz", "operations.readyz", "operations.metrics"})


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login keeps: the actor, and the session's address as id."""

    def __init__(self, actor: Actor, address: str) -> None:
        self.actor = actor
        self.id = address

    @property
    def display(self) -> str:
        return self.actor.name


def address_of(organization_id: int, secret: str) -> str:
    """What the browser's signed cookie holds."""
    return f"{organization_id}.{secret}"


def access_token(organization_id: int, secret: str, seconds: int) -> str:
    """A bearer token for the API; the session's secret travels inside, signed, and the row may be revoked."""
    claims = {"org": organization_id, "sid": secret, "exp": utc_now() + timedelta(seconds=seconds)}
    return jwt.encode(claims, current_app.config["SECRET_KEY"], SIGNATURE)


def bearer() -> str | None:
    """The bearer token of the request, if it carries one."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _from_address(address: str) -> SignedIn | None:
    number, _dot, secret = address.partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 18 or not secret:
        return None
    # The scope comes first: without it not even the session's own row can be seen.
    scope = Scope(int(number), request_id=g.get("request_id"))
    enter(scope)
    found = actor_of_session(crypto.hash_secret(secret))
    if found is None:
        enter(None)
        return None
    actor, row = found
    from smartpos.identity.visits import visiting

    actor = visiting(actor, row)
    enter(Scope(actor.organization.id, actor.user_id, actor.workspace_ids, g.get("request_id")))
    return SignedIn(actor, address)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _from_cookie(address: str) -> SignedIn | None:
    return None if bearer() is not None else _from_address(address)


@login_manager.request_loader  # type: ignore[untyped-decorator]
def _from_token(_request: Any) -> SignedIn | None:
    token = bearer()
    if token is None:
        return None
    try:
        claims = jwt.decode(token, current_app.config["SECRET_KEY"], [SIGNATURE])
        return _from_address(address_of(int(claims["org"]), str(claims["sid"])))
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError):
        return None


def identify() -> None:
    """Before each request: who is it, in whose tenant; and no forged forms."""
    from flask_login import current_user

    if request.endpoint in WITHOUT_SESSION:
        return
    try:
        signed_in = current_user if current_user.is_authenticated else None
    except OrganizationSuspended:
        session.clear()
        raise
    if signed_in is not None:
        g.principal = signed_in.actor
        refresh()
    elif bearer() is not None and request.path.startswith("/api/"):
        raise Unauthorized
    if request.method not in SAFE_METHODS and bearer() is None and request.endpoint != "identity_api.token":
        csrf.protect()


def touch(session_id: int) -> None:
    """Remember that a session is in use; called when the last time is a while ago."""
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=utc_now()))


def init_app(app: Flask) -> None:
    """Run ``identify`` before each request."""
    login_manager.login_view = "identity.login"
    login_manager.login_message = None
    app.before_request(identify)
