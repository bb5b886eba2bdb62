"""Correcting stock by hand, and entering what is there on the first day."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import func, select

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.idempotency import lock_client_uuid
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch
from smartpos.identity.queries import is_workplace
from smartpos.stock.errors import (
    BranchNotFound,
    ClientUuidReused,
    LotOfAnotherProduct,
    NotInStock,
    UnknownLots,
)
from smartpos.stock.models import AdjustmentReason, Batch, InventoryMovement, MovementType, StockAdjustment
from smartpos.stock.operations.ledger import Movement, prepare_movements
from smartpos.stock.operations.writing import write_movements
from smartpos.stock.queries import adjustment_by_client_uuid, goods_of

ADJUSTMENT_ORIGIN = "stock_adjustment"
MOST_LINES = 1000
WRITE_OFF_REASONS = (
    AdjustmentReason.DAMAGE,
    AdjustmentReason.EXPIRED,
    AdjustmentReason.THEFT,
    AdjustmentReason.OWN_USE,
    AdjustmentReason.LOSS,
    AdjustmentReason.OTHER,
)


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """How much more (positive) or less (negative) there is than the books say, and what one unit costs.

    ``unit_cost`` None means the average cost; it is of no use when goods leave. ``value`` (signed like ``quantity``)
    is what they are worth together, where that is known. ``batch_id`` is the lot, where one is meant;
    ``loose`` tells that the goods have none.
    """

    product_id: int
    quantity: Decimal
    unit_cost: Decimal | None = None
    value: Decimal | None = None
    batch_id: int | None = None
    loose: bool = False


def adjust_stock(
    branch_id: int,
    lines: Sequence[AdjustmentLine],
    *,
    reason: AdjustmentReason,
    notes: str | None = None,
    client_uuid: str | None = None,
    allow_negative: bool = False,
    actor: Actor,
) -> StockAdjustment:
    """Correct the stock of a branch and keep the document that tells why.

    The same ``client_uuid`` again gives the first document and moves nothing. Expired lots may be taken off: nobody
    sells them this way. Raises ClientUuidReused when it stands for another correction, NotEnoughStock when the books
    hold less than is taken off (unless ``allow_negative``), NotInStock for products without stock, UnknownLots
    and LotOfAnotherProduct, UnknownGoods, BranchNotFound and Invalid.
    """
    if client_uuid is not None:
        lock_client_uuid(client_uuid)
        known = adjustment_by_client_uuid(client_uuid)
        if known is not None:
            _refuse_another(known, branch_id, lines, reason)
            return known
    _check(branch_id, lines, reason)
    goods = goods_of([line.product_id for line in lines])
    untracked = [item for item in goods.values() if not item.is_tracked]
    if untracked:
        raise NotInStock([{"product_id": item.id, "name": item.name} for item in untracked])
    _refuse_foreign_lots(lines)
    movements = [
        Movement(
            line.product_id,
            line.quantity,
            line.unit_cost,
            MovementType.IN if reason is AdjustmentReason.OPENING else MovementType.ADJUST,
            notes,
            line.value,
            line.batch_id,
            loose=line.loose,
        )
        for line in lines
    ]
    prepared = prepare_movements(
        movements,
        branch_id=branch_id,
        allow_negative=allow_negative,
        allow_expired=True,
        goods=goods,
        actor=actor,
    )
    document = StockAdjustment(
        branch_id=branch_id, reason=reason, notes=notes, client_uuid=client_uuid, created_by=actor.user_id
    )
    db.session.add(document)
    db.session.flush()
    write_movements(prepared, origin_kind=ADJUSTMENT_ORIGIN, origin_id=document.id, actor=actor)
    return document


def write_off(
    branch_id: int,
    lines: Sequence[AdjustmentLine],
    *,
    reason: AdjustmentReason,
    notes: str | None = None,
    client_uuid: str | None = None,
    actor: Actor,
) -> StockAdjustment:
    """Take goods off the books that are gone: spoilt, stolen, used or lost; quantities are negative.

    Raises Invalid when the reason is none for goods that are gone, or is "other" without a note; and as
    ``adjust_stock`` does.
    """
    if reason not in WRITE_OFF_REASONS or any(line.quantity >= 0 for line in lines):
        raise Invalid(_("This is no reason to write goods off."), errors={"reason": [_("Choose a reason.")]})
    if reason is AdjustmentReason.OTHER and not (notes or "").strip():
        sentence = _("Tell why the goods are written off.")
        raise Invalid(sentence, errors={"notes": [sentence]})
    return adjust_stock(branch_id, lines, reason=reason, notes=notes, client_uuid=client_uuid, actor=actor)


def set_opening_balances(
    branch_id: int,
    balances: Sequence[tuple[int, Decimal, Decimal]],
    *,
    notes: str | None = None,
    actor: Actor,
) -> StockAdjustment:
    """Enter what a branch starts with: (product id, quantity, unit cost) each. Raises as ``adjust_stock`` does."""
    lines = [AdjustmentLine(product_id, quantity, cost) for product_id, quantity, cost in balances]
    return adjust_stock(branch_id, lines, reason=AdjustmentReason.OPENING, notes=notes, actor=actor)


def _refuse_another(
    known: StockAdjustment, branch_id: int, lines: Sequence[AdjustmentLine], reason: AdjustmentReason
) -> None:
    moved = db.session.execute(
        select(InventoryMovement.product_id, func.sum(InventoryMovement.quantity))
        .where(
            InventoryMovement.origin_kind == ADJUSTMENT_ORIGIN,
            InventoryMovement.origin_id == known.id,
            InventoryMovement.quantity != 0,  # a revaluation is nothing that anybody asked for
        )
        .group_by(InventoryMovement.product_id)
    )
    # One line may have become several rows of the ledger, a row for each lot.
    wanted: dict[int, Decimal] = {}
    for line in lines:
        wanted[line.product_id] = wanted.get(line.product_id, Decimal(0)) + line.quantity
    wanted = {product_id: quantity for product_id, quantity in wanted.items() if quantity}
    found = {product_id: quantity for product_id, quantity in moved if quantity}
    if (known.branch_id, known.reason) != (branch_id, reason) or found != wanted:
        raise ClientUuidReused(adjustment_id=known.id)


def _refuse_foreign_lots(lines: Sequence[AdjustmentLine]) -> None:
    # The ledger does not look at lots of products that keep none; a person who names one means something.
    named = {line.batch_id for line in lines if line.batch_id is not None}
    if not named:
        return
    query = select(Batch.id, Batch.batch_number, Batch.product_id).where(Batch.id.in_(sorted(named)))
    lots = {row.id: row for row in db.session.execute(query)}
    if named - lots.keys():
        raise UnknownLots(sorted(named - lots.keys()))
    foreign = [
        {"batch_id": row.id, "batch_number": row.batch_number, "product_id": line.product_id}
        for line in lines
        if line.batch_id is not None and (row := lots[line.batch_id]).product_id != line.product_id
    ]
    if foreign:
        raise LotOfAnotherProduct(foreign)


def _check(branch_id: int, lines: Sequence[AdjustmentLine], reason: AdjustmentReason) -> None:
    if not lines:
        raise Invalid(_("An adjustment needs at least one line."))
    if len(lines) > MOST_LINES:
        raise Invalid(_("An adjustment may have at most %(most)s lines.", most=MOST_LINES))
    if any(line.quantity == 0 for line in lines):
        raise Invalid(_("A quantity of zero changes nothing."))
    if reason is AdjustmentReason.OPENING and any(line.quantity < 0 for line in lines):
        raise Invalid(_("An opening balance cannot be negative."))
    if any(line.unit_cost is not None and line.unit_cost < 0 for line in lines):
        raise Invalid(_("A cost cannot be negative."))
    found = db.session.execute(select(Branch.id).where(Branch.id == branch_id, is_workplace()))
    if found.scalar_one_or_none() is None:
        raise BranchNotFound
