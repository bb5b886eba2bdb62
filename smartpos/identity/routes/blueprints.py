"""The two blueprints that the pages hang on, and what all of them need."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, url_for
from flask_wtf import FlaskForm

from smartpos.core.admin.navigation import start_page_of
from smartpos.core.db import db
from smartpos.core.errors import SmartPOSError
from smartpos.identity.actors import Actor
from smartpos.identity.permissions import IdentityPermission

blueprint = Blueprint("identity", __name__)
platform_blueprint = Blueprint("platform", __name__, url_prefix="/platform")

TILL_PAGE = "/till"
BACK_OFFICE = "/admin/"


def home_of(person: Actor) -> str:
    """Where a person's work is."""
    if person.can(IdentityPermission.PLATFORM_ORGANIZATIONS):
        return url_for("platform.organizations")
    own = start_page_of(person)
    if own is not None:
        return own
    if person.can(IdentityPermission.ADMIN_ENTER):
        return BACK_OFFICE
    return TILL_PAGE if person.can(IdentityPermission.TILL_USE) else url_for("identity.profile")


def local_path(target: str | None) -> str | None:
    """The target of a redirect if it stays on this site, else None."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    if any(sign < " " or sign == "\\" for sign in target):
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else target


def refused(error: SmartPOSError, form: FlaskForm) -> None:
    """Take back what was done and show the refusal: at the fields it is about, else as a message.

    What a view returns is committed, so a page that shows a refusal must leave nothing half done behind.
    """
    db.session.rollback()
    errors = error.facts.get("errors")
    shown = False
    for name, sentences in errors.items() if isinstance(errors, dict) else ():
        if name in form:
            form[name].errors = [*form[name].errors, *sentences]
            shown = True
    if not shown:
        flash(str(error), "error")
