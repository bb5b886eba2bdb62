"""What happens to the goods of a transfer when they are unloaded: they arrive, are missing, or are too many."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import gettext as _

from smartpos.core.db import db
from smartpos.core.errors import Invalid
from smartpos.core.money import QUANTITY_LIMIT, round_cost
from smartpos.identity.actors import Actor
from smartpos.stock.errors import UnknownGoods
from smartpos.stock.models import (
    AdjustmentReason,
    MovementType,
    StockAdjustment,
    StockTransfer,
    StockTransferLine,
)
from smartpos.stock.operations.adjustments import ADJUSTMENT_ORIGIN
from smartpos.stock.operations.ledger import Movement, post_movements
from smartpos.stock.queries.transfers import TRANSFER_ORIGIN, Parcel, act_uuid

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Received:
    """How much of a product has arrived in all, of one lot of it, or of one line; ``note`` says what was wrong."""

    product_id: int
    quantity: Decimal
    note: str | None = None
    batch_id: int | None = None
    line_id: int | None = None


@dataclass(slots=True)
class _Unloaded:
    """What a transfer came to: parcels that arrived, that are missing, and that are too many."""

    arrived: list[Parcel]
    missing: list[Parcel]
    found: list[Parcel]


def leaving(parcel: Parcel, notes: str, kind: MovementType | None = None) -> Movement:
    """The movement by which a parcel leaves a place, at its own value."""
    return Movement(
        parcel.product_id,
        -parcel.quantity,
        movement_type=kind,
        notes=notes,
        value=-parcel.value,
        batch_id=parcel.batch_id,
        loose=parcel.batch_id is None,
    )


def arriving(parcel: Parcel, notes: str, kind: MovementType | None = None) -> Movement:
    """The movement by which a parcel comes into a place, at its own value."""
    return Movement(
        parcel.product_id,
        parcel.quantity,
        movement_type=kind,
        notes=notes,
        value=parcel.value,
        batch_id=parcel.batch_id,
    )


def unload(
    transfer: StockTransfer,
    lines: Sequence[StockTransferLine],
    received: Sequence[Received],
    parcels: Sequence[Parcel],
    transit_id: int,
    *,
    actor: Actor,
) -> dict[int, tuple[Decimal, str | None]]:
    """Move ``parcels`` from the transit place to where they belong; gives what arrived of each line and what was wrong.

    The stock rows of both places are locked by the caller. Raises UnknownGoods, Invalid.
    """
    counted = _counted(lines, received)
    unloaded = _sorted_out(lines, counted, parcels)
    _bring_in(transfer, unloaded.arrived, transit_id, actor)
    notes = "\n".join([transfer.number, *(note for _quantity, note in counted.values() if note)])
    if unloaded.missing:
        movements = [leaving(one, notes, MovementType.ADJUST) for one in _joined(unloaded.missing)]
        _correct(transfer, transit_id, AdjustmentReason.LOSS, movements, actor=actor)
    if unloaded.found:
        movements = [arriving(one, notes, MovementType.ADJUST) for one in _joined(unloaded.found)]
        _correct(transfer, transfer.to_branch_id, AdjustmentReason.FOUND, movements, actor=actor)
    return counted


def _counted(
    lines: Sequence[StockTransferLine], received: Sequence[Received]
) -> dict[int, tuple[Decimal, str | None]]:
    """What arrived of each line, by its id. A quantity of a product with several lines fills them one by one."""
    unknown = {one.product_id for one in received} - {line.product_id for line in lines}
    if unknown:
        raise UnknownGoods(sorted(unknown))
    counted: dict[int, tuple[Decimal, str | None]] = {line.id: (line.quantity, None) for line in lines}
    told: set[int] = set()
    for one in received:
        if not 0 <= one.quantity <= QUANTITY_LIMIT:
            raise Invalid(_("What has arrived cannot be negative."))
        mine = [
            line
            for line in lines
            if line.product_id == one.product_id
            and one.batch_id in {None, line.batch_id}
            and one.line_id in {None, line.id}
        ]
        if not mine or told & {line.id for line in mine}:
            raise Invalid(_("Tell once of every product or lot how much has arrived."))
        told |= {line.id for line in mine}
        note = (one.note or "").strip()[:LONGEST_NOTE] or None
        left = one.quantity
        for line in mine:
            arrived = left if line is mine[-1] else min(left, line.quantity)
            counted[line.id] = (arrived, note)
            left -= arrived
    return counted


def _sorted_out(
    lines: Sequence[StockTransferLine],
    counted: Mapping[int, tuple[Decimal, str | None]],
    parcels: Sequence[Parcel],
) -> _Unloaded:
    """Which parcels arrived. Of a line that came short, what expires first has arrived first."""
    pool = list(parcels)
    unloaded = _Unloaded([], [], [])
    # Lines that name their lot choose before those that take what there is.
    for line in sorted(lines, key=lambda line: (line.batch_id is None, line.position)):
        own = _take(pool, line)
        arrived = counted[line.id][0]
        left = arrived
        for parcel in own:
            part, rest = parcel.split(min(left, parcel.quantity))
            left -= part.quantity
            unloaded.arrived += [part] if part.quantity else []
            unloaded.missing += [rest] if rest.quantity else []
        if left > 0:
            worth = round_cost((line.value or Decimal(0)) / line.quantity * left)
            lot = own[-1].batch_id if own else None
            unloaded.found.append(Parcel(line.product_id, left, worth, lot))
    return unloaded


def _take(pool: list[Parcel], line: StockTransferLine) -> list[Parcel]:
    """Out of what lies in transit, what belongs to a line: of its lot, or in the order in which it was sent."""
    taken: list[Parcel] = []
    left = line.quantity
    own = [place for place, one in enumerate(pool) if one.product_id == line.product_id]
    for place in sorted(own, key=lambda place: (pool[place].batch_id != line.batch_id, place)):
        part, rest = pool[place].split(min(left, pool[place].quantity))
        pool[place] = rest
        left -= part.quantity
        if part.quantity:
            taken.append(part)
    return taken


def _bring_in(
    transfer: StockTransfer,
    parcels: Sequence[Parcel],
    transit_id: int,
    actor: Actor,
) -> None:
    moving = _joined(parcels)
    if not moving:
        return
    posted = post_movements(
        [leaving(parcel, transfer.number) for parcel in moving],
        origin_kind=TRANSFER_ORIGIN,
        origin_id=transfer.id,
        branch_id=transit_id,
        allow_expired=True,
        actor=actor,
    )
    # What left is what arrives, to the last ten-thousandth.
    coming = [replace(parcel, value=-one.value) for parcel, one in zip(moving, posted, strict=True)]
    post_movements(
        [arriving(parcel, transfer.number) for parcel in coming],
        origin_kind=TRANSFER_ORIGIN,
        origin_id=transfer.id,
        branch_id=transfer.to_branch_id,
        actor=actor,
    )


def _correct(
    transfer: StockTransfer,
    branch_id: int,
    reason: AdjustmentReason,
    movements: Sequence[Movement],
    *,
    actor: Actor,
) -> None:
    """The act of what did not arrive as it was sent: a correction of stock that its transfer finds again."""
    act = StockAdjustment(
        branch_id=branch_id,
        reason=reason,
        notes=movements[0].notes,
        client_uuid=act_uuid(transfer.id, reason),
        created_by=actor.user_id,
    )
    db.session.add(act)
    db.session.flush()
    post_movements(
        movements,
        origin_kind=ADJUSTMENT_ORIGIN,
        origin_id=act.id,
        branch_id=branch_id,
        allow_expired=True,
        actor=actor,
    )


def _joined(parcels: Iterable[Parcel]) -> list[Parcel]:
    """One parcel per product and lot."""
    joined: dict[tuple[int, int | None], Parcel] = {}
    for one in parcels:
        key = (one.product_id, one.batch_id)
        known = joined.get(key)
        joined[key] = one if known is None else known.with_more(one)
    return list(joined.values())
