"""Rows that other rows point at."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from smartpos.core.db import db
from smartpos.identity.errors import BadField


def existing_id(model: type[Any], value: Any, field: str) -> int | None:
    """The id of a living row of the tenant in force, or None for nothing. Raises BadField."""
    if value is None or value == "":
        return None
    found = exists().where(model.id == value, model.deleted_at.is_(None))
    if hasattr(model, "choosable"):  # a branch that is none to work in
        found = found.where(model.choosable())
    if not db.session.scalar(select(found)):
        raise BadField(field, _("Please choose one of the list."))
    return int(value)
