"""The few kinds of error. A domain's ``errors.py`` names what is wrong by subclassing one of them.

One handler (``core.web``) turns an error into an answer: problem JSON (RFC 9457) for the API, a page or a
flash for people. ``code`` is stable and may be relied on by clients; the sentence is translated.
"""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l


class SmartPOSError(Exception):
    """Base of every error that is the caller's to understand.

    ``detail`` is a sentence for the person at the screen; ``facts`` are JSON-ready values that a program may use.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "error"
    title: ClassVar[Any] = _l("That did not work")

    def __init__(self, detail: Any = None, **facts: Any) -> None:
        self.detail = detail if detail is not None else self.title
        self.facts = facts
        super().__init__(str(self.code))

    def __str__(self) -> str:
        return str(self.detail)


class NotFound(SmartPOSError):
    """The thing does not exist for this caller. A stranger from another tenant meets this, never Forbidden."""

    status = 404
    code = "not_found"
    title = _l("Not found")


class Forbidden(SmartPOSError):
    """A colleague without the right."""

    status = 403
    code = "forbidden"
    title = _l("You are not allowed to do this")


class Unauthorized(SmartPOSError):
    """Nobody is signed in, or the session or token is no longer good."""

    status = 401
    code = "unauthorized"
    title = _l("Please sign in")


class Invalid(SmartPOSError):
    """The input cannot be understood or breaks a rule. ``errors`` maps field names to lists of sentences."""

    status = 422
    code = "invalid"
    title = _l("Please check what you entered")


class Conflict(SmartPOSError):
    """The input is fine but the state of the books does not allow it."""

    status = 409
    code = "conflict"
    title = _l("This is not possible now")


class TooMany(SmartPOSError):
    """Throttled or locked out."""

    status = 429
    code = "too_many_attempts"
    title = _l("Too many attempts")


class Unavailable(SmartPOSError):
    """Something we depend on is down; trying again later makes sense."""

    status = 503
    code = "unavailable"
    title = _l("Temporarily unavailable")
