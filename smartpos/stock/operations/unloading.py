"""What happens to the goods of a transfer when they are unloaded: they arrive, are missing, or are too many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from smartpos.stock.queries.transfers import (
    TRANSFER_ORIGIN,
    Parcel,
    act_uuid,
    joined,
    parcels_of_lines,
)

LONGEST_NOTE = 500
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Received:
    """How much of a product has arrived in all, of one lot of it, or of one line; ``note`` says what was wrong.

    A line that was sent first expired, first out may be told lot by lot: lots of it that are not named have arrived in
    full, and where some are named, what is told of it without a lot is of its goods without one.
    """

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
    own = parcels_of_lines(lines, parcels)
    unloaded, counted = _sorted_out(lines, _told(lines, received, own), own)
    _bring_in(transfer, unloaded.arrived, transit_id, actor)
    notes = "\n".join([transfer.number, *(note for _quantity, note in counted.values() if note)])
    if unloaded.missing:
        movements = [leaving(one, notes, MovementType.ADJUST) for one in joined(unloaded.missing)]
        _correct(transfer, transit_id, AdjustmentReason.LOSS, movements, actor=actor)
    if unloaded.found:
        movements = [arriving(one, notes, MovementType.ADJUST) for one in joined(unloaded.found)]
        _correct(transfer, transfer.to_branch_id, AdjustmentReason.FOUND, movements, actor=actor)
    return counted


@dataclass(slots=True)
class _Told:
    """What was told of a line: how much of it arrived in all, or how much of single lots of it."""

    whole: Decimal | None = None
    of_lots: dict[int | None, Decimal] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def arrived(self, line: StockTransferLine, own: Sequence[Parcel]) -> list[tuple[Parcel, Decimal]]:
        """How much arrived of each parcel. Of a line told as a whole, what was sent first has arrived first.

        What is too many is of the lot that was sent last.
        """
        if not self.of_lots:
            left = line.quantity if self.whole is None else self.whole
            parts = []
            for parcel in own:
                quantity = left if parcel is own[-1] else min(left, parcel.quantity)
                left -= quantity
                parts.append((parcel, quantity))
            return parts
        return [(parcel, self.of_lots.get(parcel.batch_id, parcel.quantity)) for parcel in own]


def _told(
    lines: Sequence[StockTransferLine], received: Sequence[Received], own: Mapping[int, Sequence[Parcel]]
) -> dict[int, _Told]:
    """What was told of each line, by its id. A quantity of a product with several lines fills them one by one."""
    unknown = {one.product_id for one in received} - {line.product_id for line in lines}
    if unknown:
        raise UnknownGoods(sorted(unknown))
    told = {line.id: _Told() for line in lines}
    # Single lots come first: where some are told, what is told without a lot is of the goods that have none.
    for one in sorted(received, key=lambda one: one.batch_id is None):
        if not 0 <= one.quantity <= QUANTITY_LIMIT:
            raise Invalid(_("What has arrived cannot be negative."))
        mine = [
            line
            for line in lines
            if line.product_id == one.product_id and one.line_id in {None, line.id} and _has(line, one, own)
        ]
        if not mine:
            raise Invalid(
                _("This lot is not in the transfer.")
                if one.batch_id is not None
                else _("Tell once of every product or lot how much has arrived.")
            )
        note = (one.note or "").strip()[:LONGEST_NOTE]
        left = one.quantity
        for line in mine:
            known = told[line.id]
            lots = {parcel.batch_id: parcel.quantity for parcel in own[line.id]}
            of_lot = bool(known.of_lots) or (one.batch_id is not None and len(lots) > 1)
            if (
                known.whole is not None
                or one.batch_id in known.of_lots
                or (of_lot and one.batch_id not in lots)
            ):
                raise Invalid(_("Tell once of every product or lot how much has arrived."))
            sent = lots[one.batch_id] if of_lot else line.quantity
            arrived = left if line is mine[-1] else min(left, sent)
            left -= arrived
            if of_lot:
                known.of_lots[one.batch_id] = arrived
            else:
                known.whole = arrived
            known.notes += [note] if note and note not in known.notes else []
    return told


def _has(line: StockTransferLine, one: Received, own: Mapping[int, Sequence[Parcel]]) -> bool:
    """Whether a line sent what is told of: its lot, or anything where no lot is named."""
    if one.batch_id is None or one.batch_id == line.batch_id:
        return True
    return any(parcel.batch_id == one.batch_id for parcel in own[line.id])


def _sorted_out(
    lines: Sequence[StockTransferLine],
    told: Mapping[int, _Told],
    own: Mapping[int, Sequence[Parcel]],
) -> tuple[_Unloaded, dict[int, tuple[Decimal, str | None]]]:
    """Which parcels arrived, and what that comes to of each line, with what was wrong."""
    unloaded = _Unloaded([], [], [])
    counted: dict[int, tuple[Decimal, str | None]] = {}
    for line in lines:
        total = NOTHING
        for parcel, arrived in told[line.id].arrived(line, own[line.id]):
            total += arrived
            part, rest = parcel.split(min(arrived, parcel.quantity))
            unloaded.arrived += [part] if part.quantity else []
            unloaded.missing += [rest] if rest.quantity else []
            more = arrived - part.quantity
            if more > 0:
                worth = round_cost((line.value or NOTHING) / line.quantity * more)
                unloaded.found.append(Parcel(line.product_id, more, worth, parcel.batch_id))
        if total > QUANTITY_LIMIT:
            raise Invalid(_("This quantity is too large."))
        counted[line.id] = (total, "\n".join(told[line.id].notes)[:LONGEST_NOTE] or None)
    return unloaded, counted


def _bring_in(
    transfer: StockTransfer,
    parcels: Sequence[Parcel],
    transit_id: int,
    actor: Actor,
) -> None:
    moving = joined(parcels)
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
