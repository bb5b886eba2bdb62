"""What people do with their own account: password, PIN, two-step sign-in."""

import json

import pyotp
from flask_babel import gettext as _

from smartpos.core import crypto
from smartpos.core.db import db
from smartpos.core.errors import Conflict
from smartpos.identity.actors import Actor
from smartpos.identity.errors import BadField
from smartpos.identity.models import User
from smartpos.identity.operations.people import own_row
from smartpos.identity.operations.sessions import revoke_sessions
from smartpos.identity.operations.signing_in import plain_code, take_code
from smartpos.identity.passwords import (
    check_password,
    check_pin,
    hash_password,
    new_recovery_code,
    password_matches,
)

RECOVERY_CODES = 8


def change_own_password(new: str, *, current: str | None, actor: Actor) -> None:
    """Choose a new password; all other sessions of the person end.

    ``current`` is the old one; it may be None only while a change is demanded, right after signing in with it.
    Raises BadField and Invalid.
    """
    user = own_row(actor)
    if not (user.must_change_password and current is None):
        _require_password(user, current or "", "current_password")
    check_password(new, field="new_password", related=(user.username, user.email, user.phone_number))
    if password_matches(user.password_hash, new):
        raise BadField("new_password", _("Please choose a password that differs from the old one."))
    user.password_hash = hash_password(new)
    user.must_change_password = False
    revoke_sessions(user.id, but=actor.session_id)
    db.session.flush()


def change_own_pin(pin: str, *, password: str, actor: Actor) -> None:
    """Choose a PIN for known tills. Raises BadField when the password is wrong, Invalid for a bad PIN."""
    user = own_row(actor)
    _require_password(user, password)
    check_pin(pin)
    user.pin_code_hash = hash_password(pin)
    user.failed_pins = 0
    user.pin_locked_until = None
    db.session.flush()


def new_two_step_secret() -> str:
    """A secret for an authenticator app, not yet kept anywhere."""
    return pyotp.random_base32()


def two_step_address(secret: str, actor: Actor, product: str) -> str:
    """What the QR code says to the authenticator app."""
    account = f"{actor.username}@{actor.organization.domain}"
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=product)


def turn_on_two_step(secret: str, code: str, *, password: str, actor: Actor) -> list[str]:
    """Demand a code at every sign-in from now on. Returns the recovery codes, to be shown once.

    ``code`` proves that the app has the secret. Raises BadField for a wrong password or code, Conflict when it is
    on already.
    """
    user = own_row(actor)
    if user.totp_secret is not None:
        raise Conflict(_("Two-step sign-in is already on."))
    _require_password(user, password)
    user.totp_secret = crypto.encrypt(secret)
    user.totp_last_step = None
    if not take_code(user, code):
        user.totp_secret = None
        raise BadField("code", _("This code is wrong. Check that the clock of your phone is right."))
    return _give_recovery_codes(user)


def turn_off_own_two_step(*, password: str, actor: Actor) -> None:
    """Sign in by password alone again. Raises BadField when the password is wrong."""
    user = own_row(actor)
    _require_password(user, password)
    user.totp_secret = user.recovery_codes = user.totp_last_step = None
    db.session.flush()


def renew_recovery_codes(*, password: str, actor: Actor) -> list[str]:
    """New recovery codes in place of all former ones. Raises BadField when the password is wrong."""
    user = own_row(actor)
    _require_password(user, password)
    if user.totp_secret is None:
        raise Conflict(_("Two-step sign-in is off."))
    return _give_recovery_codes(user)


def recovery_codes_left(user: User) -> int:
    """How many recovery codes are still unused."""
    return len(json.loads(crypto.decrypt(user.recovery_codes))) if user.recovery_codes else 0


def _give_recovery_codes(user: User) -> list[str]:
    codes = [new_recovery_code() for _code in range(RECOVERY_CODES)]
    kept = [crypto.hash_secret(plain_code(code)) for code in codes]
    user.recovery_codes = crypto.encrypt(json.dumps(kept))
    db.session.flush()
    return codes


def _require_password(user: User, password: str, field: str = "password") -> None:
    if not password_matches(user.password_hash, password):
        raise BadField(field, _("This is not your present password."))
