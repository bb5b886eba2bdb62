"""Recording what is done at a till and leaves no receipt.

What has happened is recorded whatever anybody may do; an event without the right for it says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from smartpos.catalog.models import Product
from smartpos.core.db import db, utc_now
from smartpos.core.errors import Invalid
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import actor_of_user
from smartpos.sales.errors import NotTheirShift
from smartpos.sales.models import Sale, TillEvent, TillEventKind
from smartpos.sales.operations.approvals import Approvals
from smartpos.sales.permissions import SalesPermission
from smartpos.sales.queries import WorkPlace, shift_place, work_place

EVENT_ORIGIN = "till_event"
MOST_DETAILS = 4096
# Clocks of tills are never quite right; and nothing waits in a till for longer than this.
CLOCK_TOLERANCE = timedelta(minutes=5)
OLDEST = timedelta(days=31)

WITHOUT_RIGHT, CLOCK, SENT_BY, UNKNOWN = "without_right", "clock", "sent_by", "unknown"
# Written by the server alone.
RESERVED = frozenset({WITHOUT_RIGHT, CLOCK, SENT_BY, UNKNOWN})

RIGHTS: dict[TillEventKind, SalesPermission] = {
    TillEventKind.LINE_REMOVED: SalesPermission.LINE_REMOVE,
    TillEventKind.QUANTITY_REDUCED: SalesPermission.LINE_REMOVE,
    TillEventKind.CART_VOIDED: SalesPermission.CART_VOID,
    TillEventKind.HELD_VOIDED: SalesPermission.CART_VOID,
    TillEventKind.PRICE_CHANGED: SalesPermission.SALE_CHANGE_PRICE,
    TillEventKind.REPRINT: SalesPermission.RECEIPT_REPRINT,
    TillEventKind.DRAWER_OPENED: SalesPermission.DRAWER_OPEN,
    TillEventKind.OUTBOX_EXPORTED: SalesPermission.SALE_CREATE,
    TillEventKind.OUTBOX_IMPORTED: SalesPermission.SALE_CREATE,
}


@dataclass(frozen=True, slots=True)
class EventRequest:
    """What a till tells of something that was done at it. ``amount`` is the value of what was removed or changed.

    ``shift_id`` and ``cashier_id`` are given when it is sent later, perhaps by somebody else.
    """

    client_uuid: UUID
    kind: TillEventKind
    product_id: int | None = None
    product_name: str | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    reason: str | None = None
    sale_id: int | None = None
    sale_uuid: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    approvals: tuple[UUID, ...] = ()
    shift_id: int | None = None
    cashier_id: int | None = None
    occurred_at: datetime | None = None


def record_event(request: EventRequest, *, actor: Actor) -> bool:
    """Record an event at the till where the actor works, or in the shift it names. False: it was recorded before.

    A clock that is far off is not believed: the moment is set to what is possible, and the claim is kept. Goods and
    receipts that do not exist here are noted as unknown. Raises NotTheirShift for a shift or a person that the actor
    may not speak for, and Invalid for details of more than 4 kB.
    """
    details = {name: value for name, value in request.details.items() if name not in RESERVED}
    if len(json.dumps(details).encode()) > MOST_DETAILS:
        sentence = _("This is too much to be kept with an event.")
        raise Invalid(sentence, errors={"details": [sentence]})
    place, occurred_at, is_believed = _when_and_where(request, actor)
    if not is_believed and request.occurred_at is not None:
        details[CLOCK] = request.occurred_at.isoformat()
    person = _person(request, actor)
    if person.user_id != actor.user_id:
        details[SENT_BY] = actor.user_id
    right = RIGHTS[request.kind]
    approvals = Approvals(request.approvals, request.client_uuid, person, at=occurred_at)
    if not approvals.allow(right):
        details[WITHOUT_RIGHT] = True
    product_name = _product_name(request, details)
    number = write_event(
        request.kind,
        client_uuid=request.client_uuid,
        place=place,
        user_id=person.user_id,
        sale_id=_sale_id(request, details),
        product_id=request.product_id if product_name is not None else None,
        product_name=request.product_name or product_name,
        quantity=request.quantity,
        amount=request.amount,
        reason=request.reason,
        approval_id=approvals.taken_for(right),
        details=details,
        occurred_at=occurred_at,
        actor=actor,
    )
    if number is None:
        return False
    approvals.use(EVENT_ORIGIN, number)
    return True


def write_event(
    kind: TillEventKind,
    *,
    client_uuid: UUID,
    place: WorkPlace,
    actor: Actor,
    **facts: Any,
) -> int | None:
    """Add an event as it is; ``facts`` are further columns. Gives its id, or None when it was recorded before."""
    statement = (
        insert(TillEvent)
        .values(
            organization_id=actor.organization.id,
            kind=kind,
            client_uuid=client_uuid,
            branch_id=place.branch_id,
            till_id=place.till_id,
            shift_id=place.shift_id,
            **facts,
        )
        .on_conflict_do_nothing(index_elements=["organization_id", "client_uuid"])
        .returning(TillEvent.id)
    )
    return db.session.execute(statement).scalar_one_or_none()


def _when_and_where(request: EventRequest, actor: Actor) -> tuple[WorkPlace, datetime, bool]:
    """The place, the moment, and whether the moment is the one that was claimed."""
    now = utc_now()
    claimed = request.occurred_at or now
    earliest = now - OLDEST
    if request.shift_id is not None:
        place = _shift_spoken_for(request.shift_id, actor)
        earliest = place.shift_opened_at or earliest
    else:
        place = work_place(actor)
        if place.shift_opened_at is not None and claimed < place.shift_opened_at - CLOCK_TOLERANCE:
            # Of an earlier shift, which it does not name.
            place = replace(place, shift_id=None, shift_opened_at=None)
    is_believed = earliest - CLOCK_TOLERANCE <= claimed <= now + CLOCK_TOLERANCE
    return place, min(max(claimed, earliest), now), is_believed


def _shift_spoken_for(shift_id: int, actor: Actor) -> WorkPlace:
    """The place of a shift of which the actor may send events: their own, their till's, or anybody's by permission."""
    found = shift_place(shift_id)
    if found is None:
        raise NotTheirShift
    place, cashier_id = found
    speaks_for_it = (
        cashier_id == actor.user_id
        or (actor.till_id is not None and place.till_id == actor.till_id)
        or actor.can(SalesPermission.SALE_SEND_FOR_OTHERS)
    )
    if not speaks_for_it:
        raise NotTheirShift
    return place


def _person(request: EventRequest, actor: Actor) -> Actor:
    """Who did it, with what they may do; somebody who has left the shop may do nothing."""
    if request.cashier_id in {None, actor.user_id}:
        return actor
    if request.shift_id is None and not actor.can(SalesPermission.SALE_SEND_FOR_OTHERS):
        raise NotTheirShift
    number = int(request.cashier_id or 0)
    if db.session.scalar(select(User.id).where(User.id == number)) is None:
        raise NotTheirShift
    return actor_of_user(number) or replace(actor, user_id=number, permissions=frozenset())


def _product_name(request: EventRequest, details: dict[str, Any]) -> str | None:
    if request.product_id is None:
        return None
    name = db.session.scalar(select(Product.name).where(Product.id == request.product_id))
    if name is None:
        _note_unknown(details, "product_id", request.product_id)
    return name


def _sale_id(request: EventRequest, details: dict[str, Any]) -> int | None:
    if request.sale_id is None and request.sale_uuid is None:
        return None
    query = select(Sale.id).join(Branch, Branch.id == Sale.branch_id)
    if request.sale_id is not None:
        number = db.session.scalar(query.where(Sale.id == request.sale_id))
    else:
        number = db.session.scalar(query.where(Sale.client_uuid == request.sale_uuid))
    if number is None:
        _note_unknown(details, "sale", request.sale_id or str(request.sale_uuid))
    return number


def _note_unknown(details: dict[str, Any], what: str, value: Any) -> None:
    details[UNKNOWN] = {**details.get(UNKNOWN, {}), what: value}
