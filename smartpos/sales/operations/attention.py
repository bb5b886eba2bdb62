"""Ticking off receipts that somebody should have looked at, and has."""

from sqlalchemy import select

from smartpos.core.audit import record
from smartpos.core.db import db
from smartpos.core.models import AuditAction
from smartpos.identity.actors import Actor
from smartpos.sales.models import Sale
from smartpos.sales.queries.attention import SEEN, was_seen


def tick_off(sale: Sale, *, actor: Actor) -> bool:
    """Note in the trail that somebody has looked at a receipt with flags. False: somebody had before.

    A receipt never changes, so the note is not written on it.
    """
    if not sale.flags or db.session.scalar(select(was_seen()).where(Sale.id == sale.id)):
        return False
    record(
        AuditAction.APPROVE,
        Sale.__tablename__,
        sale.id,
        reason=SEEN,
        new_values={"flags": sale.flags},
        user_id=actor.user_id,
    )
    return True
