"""From what somebody typed to a session: passwords, codes, PINs, and the locks that slow guessing down.

A wrong attempt is counted in the row and raises; the edge must commit all the same, so it answers the error
instead of letting it pass.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core import crypto
from smartpos.core.audit import record
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden
from smartpos.core.models import AuditAction
from smartpos.core.tenancy import tenant_scope
from smartpos.identity.errors import (
    AccountOff,
    CodeNeeded,
    LockedOut,
    OrganizationNeeded,
    OrganizationSuspended,
    UnknownTill,
    WrongCode,
    WrongCredentials,
)
from smartpos.identity.models import Organization, OrganizationStatus, SessionKind, User, UserStatus
from smartpos.identity.operations.sessions import start_session
from smartpos.identity.passwords import hash_password, is_outdated, password_matches
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.queries import people_named, permissions_of_role

ATTEMPTS = 5
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=24)
STEP = 30


@dataclass(frozen=True, slots=True)
class Device:
    """Where an attempt comes from; kept with the session."""

    ip: str | None = None
    user_agent: str | None = None
    till_id: int | None = None
    till_organization_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A session that was opened: what the client must hold to come back."""

    organization_id: int
    user_id: int
    secret: str


@dataclass(frozen=True, slots=True)
class HalfEntry:
    """Somebody whose password was right and whose code is awaited. ``stamp`` ends with the password it was."""

    organization_id: int
    user_id: int
    stamp: str


def sign_in(
    name: str,
    password: str,
    *,
    organization: str | None = None,
    host: str | None = None,
    code: str | None = None,
    kind: SessionKind = SessionKind.WEB,
    device: Device,
) -> Entry:
    """Open a session for who knows the name, the password and, with two-step sign-in, the ``code``.

    Needs no scope. Raises WrongCredentials (never telling what was wrong), OrganizationNeeded, LockedOut,
    CodeNeeded, WrongCode, AccountOff or OrganizationSuspended.
    """
    people = people_named(name, domain=organization, host=host)
    if len(people) != 1:
        # The same time goes by as for a real comparison, so that names cannot be found out by a stopwatch.
        password_matches(None, password)
        raise OrganizationNeeded if people else WrongCredentials
    person = people[0]
    with tenant_scope(person.organization_id, user_id=person.user_id):
        user = _locked_row(person.user_id)
        _refuse_locked(user.locked_until)
        if not password_matches(user.password_hash, password):
            _count_failure(user, "password")
            raise WrongCredentials
        _refuse_shut_out(user)
        if is_outdated(user.password_hash or ""):
            user.password_hash = hash_password(password)
        if user.totp_secret is not None:
            if not code:
                needed = CodeNeeded()
                needed.person = HalfEntry(person.organization_id, user.id, _stamp(user))
                raise needed
            _take_code(user, code)
        return _enter(user, kind, device)


def finish_sign_in(half: HalfEntry, code: str, *, device: Device) -> Entry:
    """The second step in the browser. Raises WrongCode, LockedOut, AccountOff, OrganizationSuspended.

    Raises WrongCredentials when the password was changed meanwhile.
    """
    with tenant_scope(half.organization_id, user_id=half.user_id):
        user = _locked_row(half.user_id)
        _refuse_locked(user.locked_until)
        _refuse_shut_out(user)
        if _stamp(user) != half.stamp or user.totp_secret is None:
            raise WrongCredentials
        _take_code(user, code)
        return _enter(user, SessionKind.WEB, device)


def sign_in_with_pin(user_id: int, pin: str, *, device: Device) -> Entry:
    """Open a PIN session; the device must be a known till.

    Needs no scope. Raises UnknownTill, WrongCredentials, LockedOut, AccountOff, OrganizationSuspended, Forbidden.
    """
    if device.till_id is None or device.till_organization_id is None:
        raise UnknownTill
    with tenant_scope(device.till_organization_id, user_id=user_id):
        user = check_pin_of(user_id, pin)
        _refuse_shut_out(user)
        if IdentityPermission.TILL_USE not in permissions_of_role(user.role):
            raise Forbidden(permission=IdentityPermission.TILL_USE.value)
        return _enter(user, SessionKind.PIN, device)


def check_pin_of(user_id: int, pin: str) -> User:
    """The user whose PIN this is, in the tenant in force; wrong ones are counted and lock the PIN for a while.

    Also for approvals: the caller then asks whether that person may do what is to be approved. Raises
    WrongCredentials and LockedOut, after which the caller must commit.
    """
    user = db.session.scalars(
        select(User).where(User.id == user_id, User.deleted_at.is_(None)).with_for_update(key_share=True)
    ).one_or_none()
    if user is None:
        password_matches(None, pin)
        raise WrongCredentials(_("This PIN is wrong"))
    _refuse_locked(user.pin_locked_until)
    if user.pin_code_hash is None or not password_matches(user.pin_code_hash, pin):
        user.failed_pins += 1
        user.pin_locked_until = _lock_after(user.failed_pins)
        _record_failure(user, "pin")
        raise WrongCredentials(_("This PIN is wrong"))
    user.failed_pins = 0
    user.pin_locked_until = None
    return user


def take_code(user: User, code: str) -> bool:
    """Whether a code of the authenticator or a recovery code is right; either works once."""
    digits = "".join(code.split())
    if user.totp_secret is None or len(digits) > 40:
        return False
    if len(digits) == 6 and digits.isascii() and digits.isdigit():
        return _take_step(user, digits)
    return _take_recovery_code(user, digits)


def _locked_row(user_id: int) -> User:
    # Two guesses at the same moment must both be counted, so the row is taken before it is looked at.
    locked = select(User).where(User.id == user_id).with_for_update(key_share=True)
    return db.session.scalars(locked.execution_options(populate_existing=True)).one()


def _refuse_locked(until: datetime | None) -> None:
    if until is not None and until > utc_now():
        seconds = int((until - utc_now()).total_seconds()) + 1
        minutes = -(-seconds // 60)
        raise LockedOut(
            _("Too many wrong attempts. Try again in %(minutes)s min.", minutes=minutes), seconds=seconds
        )


def _refuse_shut_out(user: User) -> None:
    if user.deleted_at is not None:
        raise WrongCredentials
    organization = db.session.get_one(Organization, user.organization_id)
    if organization.status is not OrganizationStatus.ACTIVE:
        raise OrganizationSuspended(organization.status_reason)
    if user.status is not UserStatus.ACTIVE:
        _record_failure(user, "account_off")
        raise AccountOff


def _count_failure(user: User, what: str) -> None:
    user.failed_logins += 1
    user.locked_until = _lock_after(user.failed_logins)
    _record_failure(user, what)


def _lock_after(failures: int) -> datetime | None:
    """Every fifth failure in a row locks: 15 minutes, then twice as long each time, a day at most."""
    rounds, rest = divmod(failures, ATTEMPTS)
    if rest:
        return None
    lasts: timedelta = min(FIRST_LOCK * 2 ** min(rounds - 1, 10), LONGEST_LOCK)
    return utc_now() + lasts


def _record_failure(user: User, what: str) -> None:
    db.session.flush()
    record(AuditAction.LOGIN_FAILED, "users", user.id, reason=what)


def _stamp(user: User) -> str:
    return crypto.hash_secret(user.password_hash or "")[:16]


def _take_code(user: User, code: str) -> None:
    if not take_code(user, code):
        _count_failure(user, "code")
        raise WrongCode


def _take_step(user: User, digits: str) -> bool:
    totp = pyotp.TOTP(crypto.decrypt(user.totp_secret or b""))
    now = int(utc_now().timestamp()) // STEP
    for step in (now, now - 1, now + 1):
        if pyotp.utils.strings_equal(totp.at(step * STEP), digits) and step > (user.totp_last_step or 0):
            user.totp_last_step = step
            return True
    return False


def plain_code(typed: str) -> str:
    """A recovery code as it is hashed, however somebody typed it."""
    return "".join(sign for sign in typed.lower() if sign.isalnum())


def _take_recovery_code(user: User, typed: str) -> bool:
    if user.recovery_codes is None:
        return False
    left: list[str] = json.loads(crypto.decrypt(user.recovery_codes))
    used = crypto.hash_secret(plain_code(typed))
    if used not in left:
        return False
    left.remove(used)
    user.recovery_codes = crypto.encrypt(json.dumps(left))
    return True


def _enter(user: User, kind: SessionKind, device: Device) -> Entry:
    if kind is not SessionKind.PIN:
        user.failed_logins = 0
        user.locked_until = None
    user.last_login_at = utc_now()
    till_id = device.till_id if device.till_organization_id == user.organization_id else None
    secret = start_session(user.id, kind=kind, till_id=till_id, ip=device.ip, user_agent=device.user_agent)
    details = {"kind": kind.value} | ({"till_id": till_id} if till_id else {})
    record(AuditAction.LOGIN, "users", user.id, new_values=details)
    return Entry(user.organization_id, user.id, secret)
