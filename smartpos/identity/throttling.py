"""How often an address, a name or a person may try; in Redis, and in the process's memory while Redis is away.

Locking a user out after wrong attempts is another matter and always on: see ``operations.signing_in``.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, g, request
from flask_limiter.util import get_remote_address

from smartpos.core.extensions import limiter

# Only attempts that fail are counted: twenty tills signing in at eight o'clock, or a program that fetches a token for
# each of its jobs, guess nothing. A whole shop stands behind one address, so its share is generous.
PER_ADDRESS = "60 per minute; 600 per hour"
PER_NAME = "10 per minute; 60 per hour"
PER_PERSON = "10 per minute; 60 per hour"


def is_off() -> bool:
    """Whether RATE_LIMITS is switched off, for benchmarks."""
    return not current_app.config.get("RATE_LIMITS", True)


def has_failed(response: Response) -> bool:
    """Whether an attempt counts: a wrong name, password, PIN or code."""
    return response.status_code >= 400


def per_address(view: Callable[..., Any]) -> Callable[..., Any]:
    """Throttle a view's POSTs by address."""
    return limiter.limit(
        PER_ADDRESS, key_func=get_remote_address, methods=["POST"], exempt_when=is_off, deduct_when=has_failed
    )(view)


def per_name(field: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Throttle a view's POSTs by what was typed into ``field``."""

    def key() -> str:
        typed: Any = request.form.get(field)
        if typed is None and request.is_json:
            body = request.get_json(silent=True)
            typed = body.get(field) if isinstance(body, dict) else None
        name = " ".join(str(typed or "").lower().split())
        return "name:" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()

    return limiter.limit(PER_NAME, key_func=key, methods=["POST"], exempt_when=is_off, deduct_when=has_failed)


def per_person(view: Callable[..., Any]) -> Callable[..., Any]:
    """Throttle a view's POSTs by who is signed in, or by address."""

    def key() -> str:
        principal = g.get("principal")
        return f"user:{principal.user_id}" if principal else get_remote_address()

    return limiter.limit(
        PER_PERSON, key_func=key, methods=["POST"], exempt_when=is_off, deduct_when=has_failed
    )(view)
