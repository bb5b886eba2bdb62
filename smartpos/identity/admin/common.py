"""Who is at work in the panel, and small helpers of its views."""

from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l

from smartpos.identity.actors import Actor

ADMINISTRATION = _l("Administration")


def me() -> Actor:
    """Who is at work here; the panel lets nobody else in."""
    principal: Actor = g.principal
    return principal


def id_of(row: Any) -> int | None:
    return row.id if row is not None else None
