"""Giving an approval: a manager's PIN on the spot for one thing that the cashier may not do alone.

How one is used up is told in ``approvals``.
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask_babel import gettext as _

from smartpos.core.audit import record
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden, Invalid
from smartpos.core.models import AuditAction
from smartpos.core.permissions import declared_permissions
from smartpos.identity.actors import Actor
from smartpos.identity.errors import WrongCredentials
from smartpos.identity.operations import check_pin_of
from smartpos.identity.permissions import IdentityPermission
from smartpos.identity.queries import actor_of_user
from smartpos.sales.errors import CannotApprove, UnknownAction, WrongPin
from smartpos.sales.models import Approval
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import sees_branch, work_place

VALID_FOR = timedelta(minutes=10)
MOST_FACTS = 4096


def give_approval(
    action: str,
    *,
    approver_id: int,
    pin: str,
    subject_uuid: UUID,
    reason: str | None = None,
    facts: Mapping[str, Any] | None = None,
    actor: Actor,
) -> Approval:
    """Let somebody with the right allow ``action`` (the permission that is missing) for one document of the actor.

    ``subject_uuid`` is the ``client_uuid`` of that document or event; ``facts`` is what the manager was shown, as JSON
    of at most 4 kB. Valid for ten minutes, once.

    Raises UnknownAction and Invalid before anything is looked at; WrongPin (also for people who do not exist here) and
    LockedOut, after which the caller must commit, because the attempt is counted; and CannotApprove when that person
    may not give this approval.
    """
    if actor.user_id is None:
        raise Forbidden(permission=str(IdentityPermission.TILL_USE))
    if not is_approvable(action):
        raise UnknownAction(action)
    shown = _checked(facts)
    try:
        approver_row = check_pin_of(approver_id, pin)
    except WrongCredentials:
        raise WrongPin from None
    place = work_place(actor)
    # None: switched off or removed. Whoever approves needs the right itself; so cashiers cannot approve for themselves.
    approver = actor_of_user(approver_row.id)
    if (
        approver is None
        or not (approver.can(SalesPermission.APPROVE) and approver.can(action))
        or not sees_branch(approver, place.branch_id)
    ):
        raise CannotApprove(action=action)
    now = utc_now()
    approval = Approval(
        token=uuid4(),
        action=action,
        subject_uuid=subject_uuid,
        requested_by=actor.user_id,
        approved_by=approver_row.id,
        branch_id=place.branch_id,
        till_id=place.till_id,
        reason=reason or None,
        facts=shown,
        expires_at=now + VALID_FOR,
    )
    db.session.add(approval)
    db.session.flush()
    record(
        AuditAction.APPROVE,
        Approval.__tablename__,
        approval.id,
        reason=reason or None,
        new_values={"action": action, "requested_by": actor.user_id, "subject_uuid": subject_uuid, **shown},
        user_id=approver_row.id,
    )
    return approval


def is_approvable(action: str) -> bool:
    """Whether there is such a permission in a shop. Those of the platform are nobody's to lend."""
    known = (given.name for given in declared_permissions())
    return action in known and not action.startswith("platform:")


def _checked(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    shown = dict(facts or {})
    if len(json.dumps(shown).encode()) > MOST_FACTS:
        sentence = _("This is too much to be kept with an approval.")
        raise Invalid(sentence, errors={"facts": [sentence]})
    return shown
