"""From a cookie or a bearer token to the actor of the request, and into the tenant's scope.

A client holds a random secret and the number of its organization; the row of ``user_sessions`` with the secret's hash
is the session. Revoking the row, suspending the user or the tenant ends it with the next request.
"""

from datetime import timedelta
from functools import lru_cache
from time import time
from typing import Any

import jwt
from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import refresh
from flask_login import UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as AnyResponse

from smartpos.core import crypto
from smartpos.core.db import utc_now
from smartpos.core.errors import Forbidden, Unauthorized
from smartpos.core.extensions import csrf, login_manager
from smartpos.core.scope import Scope
from smartpos.core.tenancy import enter, tenant_scope
from smartpos.core.web import wants_json
from smartpos.identity.actors import Actor
from smartpos.identity.errors import OrganizationSuspended, PasswordChangeRequired
from smartpos.identity.operations.sessions import revoke_secret, touch_session
from smartpos.identity.operations.signing_in import Device, Entry
from smartpos.identity.queries import KnownTill, actor_of_session, till_of_device
from smartpos.identity.visits import visiting

ALGORITHM = "HS256"
SEEN_EVERY = timedelta(minutes=5)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
WITHOUT_SESSION = frozenset(
    {
        *("static", "operations.healthz", "operations.readyz", "operations.metrics"),
        "bot.webhook",  # proves itself by a secret of its own
    }
)
DESPITE_OLD_PASSWORD = frozenset(
    {
        "identity.change_password",
        "identity.logout",
        "identity.set_language",
        "identity_api.change_password",
        "identity_api.me",
    }
)
WHILE_VISITING = frozenset({"identity.logout", "identity.set_language", "platform.leave"})
TILL_COOKIE = "till"
TILL_COOKIE_SECONDS = 400 * 24 * 3600


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
    return jwt.encode(claims, current_app.config["SECRET_KEY"], ALGORITHM)


def bearer() -> str | None:
    """The bearer token of the request, if it carries one."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def _from_address(address: str) -> SignedIn | None:
    number, _dot, secret = address.partition(".")
    if not number.isascii() or not number.isdigit() or len(number) > 18 or not secret:
        return None
    # The scope comes first: without it not even the session's own row can be seen.
    request_id = g.get("request_id")
    enter(Scope(int(number), request_id=request_id))
    try:
        found = actor_of_session(crypto.hash_secret(secret))
    except OrganizationSuspended:
        enter(None)
        raise
    if found is None:
        enter(None)
        return None
    actor, row = found
    if row.last_seen_at < utc_now() - SEEN_EVERY:
        touch_session(row.session_id)
    actor = visiting(actor, row)
    enter(Scope(actor.organization.id, actor.user_id, actor.workspace_ids, request_id))
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
        claims = _claims(token, current_app.config["SECRET_KEY"])
        if claims["exp"] <= time():
            return None
        return _from_address(address_of(int(claims["org"]), str(claims["sid"])))
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError):
        return None


@lru_cache(maxsize=4096)
def _claims(token: str, key: str) -> dict[str, Any]:
    """What a token says. Its signature is proven once; whether it is still good is asked every time."""
    return dict(jwt.decode(token, key, [ALGORITHM]))


def identify() -> AnyResponse | None:
    """Before each request: who is it, in whose tenant; and no forged forms."""
    if request.endpoint in WITHOUT_SESSION:
        return None
    try:
        signed_in = current_user if current_user.is_authenticated else None
    except OrganizationSuspended:
        _forget()
        raise
    if signed_in is not None:
        g.principal = signed_in.actor
        refresh()
    elif bearer() is not None and request.path.startswith("/api/"):
        raise Unauthorized
    if request.endpoint is None:
        return None  # the answer will be "not found" or "not this method"; nothing is done
    if request.method not in SAFE_METHODS and bearer() is None and request.endpoint != "identity_api.token":
        # Who has not signed in does not need a fresher page. Only at a known till a PIN is enough to begin with.
        if (
            signed_in is None
            and request.path.startswith("/api/")
            and request.endpoint != "identity_api.till_pin"
        ):
            raise Unauthorized
        csrf.protect()
    return _hold_back(signed_in.actor) if signed_in is not None else None


def _hold_back(actor: Actor) -> AnyResponse | None:
    """What a person who is signed in may not do yet, or not from here."""
    if actor.visit_reason and request.method not in SAFE_METHODS and request.endpoint not in WHILE_VISITING:
        raise Forbidden(_("You are looking in: nothing can be changed here."))
    if actor.must_change_password and request.endpoint not in DESPITE_OLD_PASSWORD:
        if wants_json():
            raise PasswordChangeRequired
        return redirect(url_for("identity.change_password"))
    return None


def _forget() -> None:
    """Empty the browser's session, but not the language chosen in it: whoever is lost should still be able to read."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language


def begin_browser_session(entry: Entry) -> Actor:
    """Sign this browser in with a session that was opened; whatever it held before is gone.

    Returns the actor, who is the request's principal from here on.
    """
    end_browser_session()
    signed_in = _from_address(address_of(entry.organization_id, entry.secret))
    if signed_in is None:
        raise Unauthorized
    session.permanent = True
    login_user(signed_in)
    g.principal = signed_in.actor
    refresh()
    return signed_in.actor


def end_browser_session() -> None:
    """Sign this browser out: the session's row is revoked and the cookie emptied."""
    address = session.get("_user_id")
    if address:
        number, _dot, secret = str(address).partition(".")
        g.pop("principal", None)
        with tenant_scope(int(number)):
            revoke_secret(secret)
        enter(None)
        logout_user()
    _forget()


def end_token_session(token: str) -> None:
    """End the session behind a bearer token that was valid for this request."""
    claims = jwt.decode(token, current_app.config["SECRET_KEY"], [ALGORITHM])
    with tenant_scope(int(claims["org"])):
        revoke_secret(str(claims["sid"]))


def fresh_csrf_token() -> str:
    """The CSRF token of the browser's present session, for scripts that stay on their page."""
    g.pop("csrf_token", None)
    return str(generate_csrf())


# --- Known tills ---------------------------------------------------------------------------------------------------
def _till_seal() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="known-till")


def remember_till(answer: Response | AnyResponse, organization_id: int, till_id: int, secret: str) -> None:
    """Make this browser a known till: a cookie that scripts cannot read."""
    answer.set_cookie(
        TILL_COOKIE,
        str(_till_seal().dumps([organization_id, till_id, secret])),
        max_age=TILL_COOKIE_SECONDS,
        secure=bool(current_app.config.get("HTTPS")),
        httponly=True,
        samesite="Lax",
    )


def forget_till(answer: Response | AnyResponse) -> None:
    """Make this browser an ordinary one again."""
    answer.delete_cookie(TILL_COOKIE, samesite="Lax", httponly=True)


def known_till() -> KnownTill | None:
    """The till this browser was made, or None; looked up once per request, from any scope or none."""
    if "known_till" not in g:
        g.known_till = _read_till()
    found: KnownTill | None = g.known_till
    return found


def _read_till() -> KnownTill | None:
    cookie = request.cookies.get(TILL_COOKIE)
    if not cookie or len(cookie) > 1000:
        return None
    try:
        organization_id, till_id, secret = _till_seal().loads(cookie)
        numbers = int(organization_id), int(till_id)
    except (BadSignature, ValueError, TypeError):
        return None
    with tenant_scope(numbers[0]):
        return till_of_device(numbers[1], crypto.hash_secret(str(secret)))


def device() -> Device:
    """Where this request comes from."""
    till = known_till()
    return Device(
        ip=request.remote_addr,
        user_agent=request.user_agent.string,
        till_id=till.id if till else None,
        till_organization_id=till.organization_id if till else None,
    )


def _keep_pages_private(answer: Response) -> Response:
    # A till is shared: after logging out, "back" must not show what the person before had on the screen.
    if "principal" in g and answer.mimetype == "text/html" and "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def init_app(app: Flask) -> None:
    """Run ``identify`` before each request."""
    login_manager.login_view = "identity.login"
    login_manager.login_message = None
    app.before_request(identify)
    app.after_request(_keep_pages_private)
