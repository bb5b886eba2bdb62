"""Who may be named on an order."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.identity.models import User, UserStatus


def check_operator(user_id: int) -> None:
    """Raises Invalid unless this is somebody who works here."""
    if not _working({user_id}):
        sentence = _("There is no such person.")
        raise Invalid(sentence, errors={"operator_id": [sentence]})


def check_team(user_ids: Collection[int]) -> None:
    """Raises Invalid unless all of these work here."""
    if set(user_ids) - _working(user_ids):
        sentence = _("Somebody of the team does not work here.")
        raise Invalid(sentence, errors={"team": [sentence]})


def _working(user_ids: Collection[int]) -> set[int]:
    if not user_ids:
        return set()
    query = select(User.id).where(
        User.id.in_(set(user_ids)), User.deleted_at.is_(None), User.status == UserStatus.ACTIVE
    )
    return set(db.session.scalars(query))
