"""Who may do what in a view, and what a refusal by a rule or by the database looks like to a person."""

from collections.abc import Callable
from typing import Any, TypeVar

import structlog
from flask import current_app, flash
from flask_babel import gettext as _
from sqlalchemy.exc import DBAPIError
from wtforms.validators import ValidationError

from smartpos.core.db import db
from smartpos.core.errors import Forbidden, NotFound, SmartPOSError, Unauthorized
from smartpos.core.permissions import can, holder, require
from smartpos.core.web import CONFLICT_STATES, INVALID_STATES, RETRY_STATES, sqlstate

log = structlog.get_logger(__name__)

Result = TypeVar("Result")

ENTRY = "PANEL_PERMISSION"
UNIQUE, FOREIGN_KEY, RESTRICT, CHECK = "23505", "23503", "23001", "23514"


def may_enter() -> bool:
    """Whether the person of this request may use the panel at all."""
    permission = current_app.config.get(ENTRY)
    return holder() is not None and (permission is None or can(permission))


def require_entry() -> None:
    """Raise Unauthorized or Forbidden unless the person may use the panel."""
    if holder() is None:
        raise Unauthorized
    if not may_enter():
        raise Forbidden


class Guard:
    """Permissions of a view. A stranger is sent to the log-in page, a colleague without the right meets 403.

    ``permission_read`` opens the view; ``permission_write`` covers creating, editing and deleting, unless
    ``permission_create``, ``permission_edit`` or ``permission_delete`` says otherwise. Without any, nobody may.
    """

    permission_read: str = ""
    permission_write: str | None = None
    permission_create: str | None = None
    permission_edit: str | None = None
    permission_delete: str | None = None

    #: Columns for which reading the view is not enough: the permission by the column's name, or by
    #: ``relationship.column`` for the lines of a details table. Others see no such column, filter or form field.
    column_permissions: dict[str, str] = {}

    #: Sentences for broken constraints by their database name, where the general ones are not clear enough.
    constraint_messages: dict[str, Any] = {}

    def is_accessible(self) -> bool:
        """Whether the person of this request may open the view."""
        return may_enter() and can(self.permission_read)

    def may(self, what: str) -> bool:
        """Whether the person may ``create``, ``edit`` or ``delete`` here."""
        permission = getattr(self, f"permission_{what}") or self.permission_write
        return permission is not None and can(permission)

    def shows(self, column: str) -> bool:
        """Whether the person may see a column."""
        permission = self.column_permissions.get(column)
        return permission is None or can(permission)

    @property
    def can_create(self) -> bool:
        return self.may("create")

    @property
    def can_edit(self) -> bool:
        return self.may("edit")

    @property
    def can_delete(self) -> bool:
        return self.may("delete")

    def _handle_view(self, name: str, /, **arguments: Any) -> None:
        """Called by Flask-Admin before every handler of the view."""
        require_entry()
        require(self.permission_read)
        what = {"create_view": "create", "edit_view": "edit", "delete_view": "delete"}.get(name)
        if what is not None and not (getattr(self, f"can_{what}") and self.may(what)):
            raise Forbidden
        if name in {"export", "ajax_update"}:
            raise NotFound

    def attempt(self, work: Callable[[], Result], form: Any = None) -> Result | None:
        """Do the work and commit it; a refusal is rolled back, told to the person and answered with None.

        Errors that ask for a repetition of the whole request, and those nobody foresaw, go on to the edge.
        """
        try:
            result = work()
            db.session.commit()
        except SmartPOSError as refusal:
            db.session.rollback()
            self._tell_refusal(refusal, form)
        except ValidationError as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
        except DBAPIError as error:
            db.session.rollback()
            if sqlstate(error) in RETRY_STATES:
                raise
            flash(self.explain(error), "error")
        except UnicodeEncodeError:
            db.session.rollback()
            flash(_("A text contains characters that do not exist."), "error")
        else:
            return result
        return None

    def _tell_refusal(self, refusal: SmartPOSError, form: Any) -> None:
        told = refusal.facts.get("errors")
        if form is not None and isinstance(told, dict):
            for name, sentences in told.items():
                if name in form:
                    form[name].errors = [
                        *form[name].errors,
                        *(sentences if isinstance(sentences, list) else [sentences]),
                    ]
        flash(str(refusal), "error")

    def explain(self, error: DBAPIError) -> str:
        """What the database refused, as a sentence. Re-raises what is not the person's to understand."""
        state = sqlstate(error)
        constraint = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if constraint in self.constraint_messages:
            return str(self.constraint_messages[constraint])
        if state == UNIQUE:
            return _("There is already a record with these values.")
        if state in {FOREIGN_KEY, RESTRICT}:
            return _("This is in use elsewhere and cannot be changed this way.")
        if state == CHECK:
            log.info("check_constraint", constraint=constraint)
            return _("A value is not allowed here.")
        if state in CONFLICT_STATES | INVALID_STATES:
            return _("A value cannot be stored as it is.")
        raise error
