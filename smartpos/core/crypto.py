"""Encryption of sensitive columns with keys that can be rotated, and hashing of secrets that clients hold."""

import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app

from smartpos.core.errors import Unavailable


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in current_app.config["ENCRYPTION_KEYS"]])


def encrypt(text: str) -> bytes:
    """Encrypt with the first of ENCRYPTION_KEYS; older keys still open what they closed."""
    return _box().encrypt(text.encode())


def decrypt(token: bytes) -> str:
    """The text that ``encrypt`` closed. Raises Unavailable when no key fits any more."""
    try:
        return _box().decrypt(token).decode()
    except InvalidToken:
        raise Unavailable from None


def rotate(token: bytes) -> bytes:
    """The same text under the newest key."""
    return _box().rotate(token)


def new_secret() -> str:
    """A secret for a client to hold: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What we keep of such a secret. SHA-256 is enough because the secret is random and long."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
