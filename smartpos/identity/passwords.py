"""Passwords, PINs and the codes of an authenticator: how they are kept, checked and made."""

import secrets
import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from flask import current_app
from flask_babel import gettext as _

from smartpos.core.errors import Invalid

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
SHORTEST_PIN = 4
LONGEST_PIN = 8

# About 30 milliseconds on one core; a sign-in storm then costs a small machine time, not its life.
TIME_COST = 2
MEMORY_COST = 19 * 1024
PARALLELISM = 1

# Without letters that look alike, because these are read from paper and typed.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_COMMON = frozenset(
    {
        "password", "password1", "passw0rd", "parol1234", "parolparol", "qwertyui", "qwerty123", "qwertyuiop",
        "12345678", "123456789", "1234567890", "87654321", "admin123", "administrator", "iloveyou", "toshkent",
        "uzbekistan", "samarqand", "kazakhstan", "smartpos",
    }
)  # fmt: skip


def _hasher() -> PasswordHasher:
    config = current_app.config
    return PasswordHasher(
        time_cost=config.get("ARGON2_TIME_COST", TIME_COST),
        memory_cost=config.get("ARGON2_MEMORY_COST", MEMORY_COST),
        parallelism=config.get("ARGON2_PARALLELISM", PARALLELISM),
    )


def _normal(secret: str) -> str:
    # The same letters can be typed in two Unicode forms; phones and computers differ. A lone half of a character
    # cannot be encoded and must not become an error that tells more than "wrong".
    return unicodedata.normalize("NFKC", secret).encode("utf-8", "replace").decode()


def hash_password(secret: str) -> str:
    """The Argon2 hash of a password or PIN."""
    return _hasher().hash(_normal(secret))


def password_matches(stored: str | None, typed: str) -> bool:
    """Whether the typed secret is the stored one. Takes as long when nothing is stored or the text is absurd."""
    typed = typed if len(typed) <= LONGEST_PASSWORD else ""
    hasher = _hasher()
    if stored is None or not typed:
        hasher.hash("nothing to compare with")
        return False
    try:
        return hasher.verify(stored, _normal(typed))
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than the present ones."""
    return _hasher().check_needs_rehash(stored)


def check_password(password: str, *, field: str = "password", related: tuple[str | None, ...] = ()) -> None:
    """Raise Invalid when a new password is too short, too long, too common or equal to one of ``related``."""
    problem = ""
    if len(password) < SHORTEST_PASSWORD:
        problem = _("A password needs at least %(count)s characters.", count=SHORTEST_PASSWORD)
    elif len(password) > LONGEST_PASSWORD:
        problem = _("A password may have at most %(count)s characters.", count=LONGEST_PASSWORD)
    elif any(unicodedata.category(sign) in ("Cc", "Cs") for sign in password):
        problem = _("A password may not contain control characters.")
    elif password.lower() in _COMMON or len(set(password)) < 3:
        problem = _("This password is too easy to guess.")
    elif password.lower() in {name.lower() for name in related if name}:
        problem = _("The password may not be your own name, e-mail or phone number.")
    if problem:
        raise Invalid(problem, errors={field: [problem]})


def check_pin(pin: str, *, field: str = "pin") -> None:
    """Raise Invalid unless the PIN is 4 to 8 digits and not one of those that everybody tries first."""
    problem = ""
    if not pin.isascii() or not pin.isdigit() or not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        problem = _(
            "A PIN has %(shortest)s to %(longest)s digits.", shortest=SHORTEST_PIN, longest=LONGEST_PIN
        )
    elif _is_easy(pin):
        problem = _("This PIN is too easy to guess.")
    if problem:
        raise Invalid(problem, errors={field: [problem]})


def _is_easy(pin: str) -> bool:
    digits = [int(digit) for digit in pin]
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        return True  # 1111, 1234, 4321, 7890
    half, odd = divmod(len(pin), 2)
    return not odd and pin[:half] == pin[half:]  # 1212, 123123


def new_password() -> str:
    """A password to be written down and changed at the first log-in: ``k7m2-pq9x-v4th``."""
    return "-".join(_random(4) for _group in range(3))


def new_recovery_code() -> str:
    """A code for whoever lost the authenticator: 49 random bits, which cannot be guessed through a throttled form."""
    return f"{_random(5)}-{_random(5)}"


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _sign in range(length))
