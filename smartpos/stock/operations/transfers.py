"""Goods on their way: asked for, approved, sent off, received with what is missing or too many, or called off.

Between shipping and receiving goods lie in the transit place with the value and the lots they took along, so that the
sum over all places never changes. Every act locks the transfer first: of two people at once one acts and the other is
told the state. Then the stock rows of both places are locked by one statement in the order of branch, then product;
``docs/locking.md`` tells why. The number of statements does not depend on the number of lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from smartpos.core.db import db, utc_now
from smartpos.core.errors import Forbidden, Invalid
from smartpos.core.events import record
from smartpos.core.idempotency import fingerprint_of, lock_client_uuid
from smartpos.core.money import QUANTITY_LIMIT, plain
from smartpos.core.numbers import next_number
from smartpos.core.sql import array, send
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.operations import transit_branch
from smartpos.identity.queries import is_workplace
from smartpos.notifications.operations import withdraw
from smartpos.stock.errors import (
    BranchNotFound,
    LotOfAnotherProduct,
    NotInStock,
    TransferInOtherState,
    TransferUuidReused,
    UnknownGoods,
    UnknownLots,
)
from smartpos.stock.models import Batch, StockTransfer, StockTransferLine, TransferStatus
from smartpos.stock.operations.ledger import Movement, post_movements
from smartpos.stock.operations.notices import TRANSFER_WAITING
from smartpos.stock.operations.unloading import Received, arriving, leaving, unload
from smartpos.stock.operations.writing import Posted
from smartpos.stock.permissions import StockPermission as P
from smartpos.stock.queries import goods_of
from smartpos.stock.queries.transfers import (
    TRANSFER_ORIGIN,
    Parcel,
    in_transit,
    seen_branch,
    transfer_by_client_uuid,
)

MOST_TRANSFER_LINES = 1000
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True)
class TransferLine:
    """How much of a product is to be moved; of this lot, or first expired, first out."""

    product_id: int
    quantity: Decimal
    batch_id: int | None = None


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """What is to be moved from where to where. ``client_uuid`` makes it safe to send twice."""

    from_branch_id: int
    to_branch_id: int
    lines: Sequence[TransferLine]
    notes: str | None = None
    client_uuid: UUID | None = None

    @property
    def content_hash(self) -> str:
        """Of what is asked for."""
        lines = [(line.product_id, plain(line.quantity.normalize()), line.batch_id) for line in self.lines]
        return fingerprint_of([self.from_branch_id, self.to_branch_id, lines, self.notes])


def create_transfer(request: TransferRequest, *, actor: Actor) -> StockTransfer:
    """Ask for goods of another branch. It waits for approval, unless the shop does without.

    Lines of the same product and lot become one. The same ``client_uuid`` again gives the first transfer. Raises
    TransferUuidReused, BranchNotFound, UnknownGoods, UnknownLots, LotOfAnotherProduct, NotInStock and Invalid. Whether
    there is enough is asked when it is sent off.
    """
    if request.client_uuid is not None:
        lock_client_uuid(request.client_uuid)
        known = transfer_by_client_uuid(request.client_uuid)
        if known is not None:
            if known.content_hash != request.content_hash:
                raise TransferUuidReused(transfer_id=known.id)
            return known
    lines = _checked(request)
    needs_approval = actor.setting("transfers_need_approval")
    transfer = StockTransfer(
        number=next_number("transfer", "T"),
        client_uuid=request.client_uuid,
        content_hash=request.content_hash if request.client_uuid else None,
        from_branch_id=request.from_branch_id,
        to_branch_id=request.to_branch_id,
        status=TransferStatus.PENDING if needs_approval else TransferStatus.APPROVED,
        approved_at=None if needs_approval else utc_now(),
        notes=request.notes,
        created_by=actor.user_id,
    )
    db.session.add(transfer)
    db.session.flush()
    db.session.add_all(
        StockTransferLine(
            transfer_id=transfer.id,
            position=position,
            product_id=line.product_id,
            quantity=line.quantity,
            batch_id=line.batch_id,
        )
        for position, line in enumerate(lines, start=1)
    )
    if needs_approval:
        record(
            TRANSFER_WAITING,
            origin_kind=TRANSFER_ORIGIN,
            origin_id=transfer.id,
            facts={
                "number": transfer.number,
                "branch_id": transfer.from_branch_id,
                "to_branch_id": transfer.to_branch_id,
                "lines": len(lines),
            },
            actor=actor,
        )
    db.session.flush()
    return transfer


def approve_transfer(transfer_id: int, *, actor: Actor) -> StockTransfer:
    """Let a transfer be sent off. Raises TransferInOtherState."""
    transfer = _locked(transfer_id, TransferStatus.PENDING)
    transfer.status = TransferStatus.APPROVED
    transfer.approved_by, transfer.approved_at = actor.user_id, utc_now()
    withdraw(TRANSFER_WAITING, origin_kind=TRANSFER_ORIGIN, origin_id=transfer.id)
    db.session.flush()
    return transfer


def reject_transfer(transfer_id: int, *, reason: str, actor: Actor) -> StockTransfer:
    """Refuse a transfer that waits for approval. Raises TransferInOtherState, Invalid without a reason."""
    if not reason.strip():
        raise Invalid(_("Please say why."), errors={"reason": [_("Please say why.")]})
    transfer = _locked(transfer_id, TransferStatus.PENDING)
    return _close(transfer, TransferStatus.REJECTED, reason, actor)


def ship_transfer(transfer_id: int, *, actor: Actor) -> StockTransfer:
    """Send off an approved transfer: its goods leave their branch for the transit place, at the value they have there.

    An expired lot goes where it is named; otherwise all that is good goes before it. Raises
    TransferInOtherState, NotEnoughStock with all the lines, NotInStock,
    BranchNotFound when the person does not see the branch that sends.
    """
    transfer = _locked(transfer_id, TransferStatus.APPROVED)
    seen_branch(transfer.from_branch_id)
    lines = _lines_of(transfer)
    products = [line.product_id for line in lines]
    _refuse_untracked(products)
    transit = transit_branch(actor=actor)
    _lock_stock(products, transfer.from_branch_id, transit, actor)
    wanted = [
        Movement(line.product_id, -line.quantity, notes=transfer.number, batch_id=line.batch_id)
        for line in lines
    ]
    posted = _post(wanted, transfer, transfer.from_branch_id, actor, expired_last=True)
    parcels = [parcel for one in posted for parcel in _parcels(one)]
    _post([arriving(parcel, transfer.number) for parcel in parcels], transfer, transit, actor)
    _keep_values({line.id: -one.value for line, one in zip(lines, posted, strict=True)}, actor)
    transfer.status = TransferStatus.IN_TRANSIT
    transfer.shipped_by, transfer.shipped_at = actor.user_id, utc_now()
    db.session.flush()
    return transfer


def complete_transfer(
    transfer_id: int, received: Sequence[Received] | None = None, *, actor: Actor
) -> StockTransfer:
    """Take in what has arrived; None: everything. Products that are not named have arrived in full.

    What arrived leaves the transit place for its branch with its value and its lots. What is missing leaves it as a
    loss, by a correction of stock; what is too many is found in the branch, by another. Raises TransferInOtherState,
    BranchNotFound when the person does not see the branch that receives, UnknownGoods for products that the transfer
    does not have, Invalid.
    """
    transfer = _locked(transfer_id, TransferStatus.IN_TRANSIT)
    seen_branch(transfer.to_branch_id)
    lines = _lines_of(transfer)
    transit = transit_branch(actor=actor)
    _lock_stock([line.product_id for line in lines], transfer.to_branch_id, transit, actor)
    counted = unload(transfer, lines, received or (), in_transit(transfer.id, transit), transit, actor=actor)
    _keep_counts(counted, actor)
    transfer.status = TransferStatus.COMPLETED
    transfer.completed_by, transfer.completed_at = actor.user_id, utc_now()
    db.session.flush()
    return transfer


def cancel_transfer(transfer_id: int, *, reason: str | None = None, actor: Actor) -> StockTransfer:
    """Call off a transfer. One that is on its way comes back to its branch with its value and its lots.

    Raises TransferInOtherState, and for one on its way Forbidden without the permission to send off and
    BranchNotFound when the person does not see the branch that gets its goods back.
    """
    transfer = _locked(
        transfer_id, TransferStatus.PENDING, TransferStatus.APPROVED, TransferStatus.IN_TRANSIT
    )
    if transfer.status is TransferStatus.IN_TRANSIT:
        if not actor.can(P.TRANSFER_SHIP):
            raise Forbidden(permission=str(P.TRANSFER_SHIP))
        seen_branch(transfer.from_branch_id)
        transit = transit_branch(actor=actor)
        parcels = in_transit(transfer.id, transit)
        _lock_stock([one.product_id for one in parcels], transfer.from_branch_id, transit, actor)
        posted = _post([leaving(one, transfer.number) for one in parcels], transfer, transit, actor)
        back = [parcel for one in posted for parcel in _parcels(one)]
        _post([arriving(one, transfer.number) for one in back], transfer, transfer.from_branch_id, actor)
    return _close(transfer, TransferStatus.CANCELLED, reason, actor)


# --- Checks -----------------------------------------------------------------------------------------------------------


def _checked(request: TransferRequest) -> list[TransferLine]:
    """The lines, one per product and lot."""
    if not request.lines:
        raise Invalid(_("A transfer needs at least one line."))
    if len(request.lines) > MOST_TRANSFER_LINES:
        raise Invalid(_("A transfer may have at most %(most)s lines.", most=MOST_TRANSFER_LINES))
    if any(not 0 < line.quantity <= QUANTITY_LIMIT for line in request.lines):
        raise Invalid(_("Every line needs a quantity greater than zero."))
    if request.from_branch_id == request.to_branch_id:
        sentence = _("Goods cannot be moved to the branch where they are.")
        raise Invalid(sentence, errors={"to_branch_id": [sentence]})
    wanted = {request.from_branch_id, request.to_branch_id}
    seen = db.session.scalars(select(Branch.id).where(Branch.id.in_(wanted), is_workplace()))
    if set(seen) != wanted:
        raise BranchNotFound
    _refuse_untracked([line.product_id for line in request.lines])
    _refuse_foreign_lots(request.lines)
    merged: dict[tuple[int, int | None], Decimal] = {}
    for line in request.lines:
        key = (line.product_id, line.batch_id)
        merged[key] = merged.get(key, Decimal(0)) + line.quantity
    if any(quantity > QUANTITY_LIMIT for quantity in merged.values()):
        raise Invalid(_("This quantity is too large."))
    return [TransferLine(product, quantity, batch) for (product, batch), quantity in merged.items()]


def _refuse_untracked(product_ids: Sequence[int]) -> None:
    goods = goods_of(product_ids)
    unknown = sorted(set(product_ids) - goods.keys())
    if unknown:
        raise UnknownGoods(unknown)
    untracked = [item for item in goods.values() if not item.is_tracked]
    if untracked:
        raise NotInStock([{"product_id": item.id, "name": item.name} for item in untracked])


def _refuse_foreign_lots(lines: Sequence[TransferLine]) -> None:
    wanted = {line.batch_id for line in lines if line.batch_id is not None}
    if not wanted:
        return
    known = {lot.id: lot for lot in db.session.scalars(select(Batch).where(Batch.id.in_(wanted)))}
    if wanted - known.keys():
        raise UnknownLots(sorted(wanted - known.keys()))
    foreign = [
        {"batch_id": lot.id, "batch_number": lot.batch_number, "product_id": line.product_id}
        for line in lines
        if line.batch_id is not None and (lot := known[line.batch_id]).product_id != line.product_id
    ]
    if foreign:
        raise LotOfAnotherProduct(foreign)


# --- Locks and writes -------------------------------------------------------------------------------------------------

_LOCK_BOTH = """
SELECT 1 FROM branch_stocks
WHERE organization_id = %(organization_id)s AND branch_id = ANY (%(branch_ids)s::bigint[])
  AND product_id = ANY (%(product_ids)s::bigint[])
ORDER BY branch_id, product_id FOR UPDATE
"""
_KEEP_VALUES = """
UPDATE stock_transfer_lines AS line SET value = new.value
FROM unnest(%(ids)s::bigint[], %(values)s::numeric[]) AS new (id, value)
WHERE line.organization_id = %(organization_id)s AND line.id = new.id
"""
_KEEP_COUNTS = """
UPDATE stock_transfer_lines AS line SET received_quantity = new.received, note = new.note
FROM unnest(%(ids)s::bigint[], %(received)s::numeric[], %(notes)s::text[]) AS new (id, received, note)
WHERE line.organization_id = %(organization_id)s AND line.id = new.id
"""


def _locked(transfer_id: int, *states: TransferStatus) -> StockTransfer:
    # Two people who act on a transfer at once meet at its row; the second sees what the first has made of it.
    query = select(StockTransfer).where(StockTransfer.id == transfer_id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    transfer = db.session.execute(locked).scalar_one()
    if transfer.status not in states:
        raise TransferInOtherState(transfer.number, transfer.status)
    return transfer


def _lock_stock(product_ids: Sequence[int], branch_id: int, transit_id: int, actor: Actor) -> None:
    # A transfer sent off and another one received may bring the same product in opposite directions. Taken by branch
    # and product in one statement, their rows are never waited for in a circle.
    db.session.flush()
    parameters = {
        "organization_id": actor.organization.id,
        "branch_ids": array((branch_id, transit_id)),
        "product_ids": array(sorted(set(product_ids))),
    }
    send(_LOCK_BOTH, parameters)


def _lines_of(transfer: StockTransfer) -> list[StockTransferLine]:
    query = select(StockTransferLine).where(StockTransferLine.transfer_id == transfer.id)
    return list(db.session.scalars(query.order_by(StockTransferLine.position)))


def _post(
    movements: Sequence[Movement],
    transfer: StockTransfer,
    branch_id: int,
    actor: Actor,
    *,
    expired_last: bool = False,
) -> list[Posted]:
    return post_movements(
        movements,
        origin_kind=TRANSFER_ORIGIN,
        origin_id=transfer.id,
        branch_id=branch_id,
        allow_expired=not expired_last,
        expired_last=expired_last,
        actor=actor,
    )


def _parcels(posted: Posted) -> list[Parcel]:
    """What has left a place, lot by lot, with what it is worth."""
    parcels = [Parcel(posted.product_id, -lot.quantity, -lot.value, lot.batch_id) for lot in posted.lots]
    quantity = -posted.quantity - sum((one.quantity for one in parcels), Decimal(0))
    if quantity:
        value = -posted.value - sum((one.value for one in parcels), Decimal(0))
        parcels.append(Parcel(posted.product_id, quantity, value))
    return parcels


def _keep_values(values: Mapping[int, Decimal], actor: Actor) -> None:
    parameters = {
        "organization_id": actor.organization.id,
        "ids": array(values),
        "values": array(values.values()),
    }
    send(_KEEP_VALUES, parameters)
    _forget_lines()


def _keep_counts(counted: Mapping[int, tuple[Decimal, str | None]], actor: Actor) -> None:
    parameters = {
        "organization_id": actor.organization.id,
        "ids": array(counted),
        "received": array(quantity for quantity, _note in counted.values()),
        "notes": [note for _quantity, note in counted.values()],
    }
    send(_KEEP_COUNTS, parameters)
    _forget_lines()


def _forget_lines() -> None:
    # The statement went past the ORM; a line that somebody has loaded must not answer with its old figures.
    for row in db.session.identity_map.values():
        if isinstance(row, StockTransferLine):
            db.session.expire(row)


def _close(
    transfer: StockTransfer, status: TransferStatus, reason: str | None, actor: Actor
) -> StockTransfer:
    transfer.status = status
    transfer.reason = (reason or "").strip()[:LONGEST_REASON] or None
    transfer.closed_by, transfer.closed_at = actor.user_id, utc_now()
    withdraw(TRANSFER_WAITING, origin_kind=TRANSFER_ORIGIN, origin_id=transfer.id)
    db.session.flush()
    return transfer
