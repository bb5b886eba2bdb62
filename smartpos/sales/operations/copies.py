"""Receipts that are given out again: marked as copies, and recorded."""

from uuid import UUID, uuid4

from smartpos.core.db import utc_now
from smartpos.identity.actors import Actor
from smartpos.sales.models import TillEventKind
from smartpos.sales.operations.events import write_event
from smartpos.sales.queries import SoldSale, WorkPlace


def record_copy(
    sale: SoldSale, *, how: str, actor: Actor, client_uuid: UUID | None = None, approval_id: int | None = None
) -> int | None:
    """Record that a copy was given out; ``how`` is page, pdf, printer or telegram.

    Gives the event's id, None on a repeat.
    """
    return write_event(
        TillEventKind.REPRINT,
        client_uuid=client_uuid or uuid4(),
        place=WorkPlace(sale.branch_id, actor.till_id),
        user_id=actor.user_id,
        sale_id=sale.id,
        amount=sale.total,
        approval_id=approval_id,
        details={"number": sale.number, "how": how},
        occurred_at=utc_now(),
        actor=actor,
    )
