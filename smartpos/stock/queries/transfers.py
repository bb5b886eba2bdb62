"""Transfers: their lists, their lines, and what of them lies in the transit place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.errors import NotFound
from smartpos.core.money import round_cost
from smartpos.core.paging import AnySelect
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import is_workplace, transit_branch_id
from smartpos.stock.errors import BranchNotFound
from smartpos.stock.models import (
    AdjustmentReason,
    Batch,
    BatchStock,
    BranchStock,
    InventoryMovement,
    StockAdjustment,
    StockTransfer,
    StockTransferLine,
    TransferStatus,
)

MOST_WAITING = 100
TRANSFER_ORIGIN = "stock_transfer"
# Documents that only carry goods from one branch to another.
CARRIERS = frozenset({TRANSFER_ORIGIN})
DISCREPANCIES = (AdjustmentReason.LOSS, AdjustmentReason.FOUND)
LARGEST_ID = 2**63 - 1
_NONE = Decimal("0.000")


@dataclass(frozen=True, slots=True)
class Parcel:
    """So much of a product, of one lot or of none, with what it is worth as a whole."""

    product_id: int
    quantity: Decimal
    value: Decimal
    batch_id: int | None = None

    def split(self, quantity: Decimal) -> tuple["Parcel", "Parcel"]:
        """So much of it, and the rest; the values of both are the value of the whole."""
        value = self.value if quantity == self.quantity else round_cost(self.value * quantity / self.quantity)
        part = Parcel(self.product_id, quantity, value, self.batch_id)
        return part, Parcel(self.product_id, self.quantity - quantity, self.value - value, self.batch_id)

    def with_more(self, other: "Parcel") -> "Parcel":
        """Both together."""
        quantity, value = self.quantity + other.quantity, self.value + other.value
        return Parcel(self.product_id, quantity, value, self.batch_id)


def transfer_by_client_uuid(client_uuid: UUID) -> StockTransfer | None:
    """The transfer that a client has named before, if any."""
    query = select(StockTransfer).where(StockTransfer.client_uuid == client_uuid)
    return db.session.execute(query).scalar_one_or_none()


def seen_transfers() -> ColumnElement[bool]:
    """Which transfers a person sees: those of whose two branches they see one."""
    branches = select(Branch.id)
    return or_(StockTransfer.from_branch_id.in_(branches), StockTransfer.to_branch_id.in_(branches))


def transfer_for(transfer_id: int) -> StockTransfer:
    """A transfer that the person sees. Raises NotFound."""
    query = select(StockTransfer).where(StockTransfer.id == transfer_id, seen_transfers())
    found = db.session.execute(query).scalar_one_or_none() if 0 < transfer_id <= LARGEST_ID else None
    if found is None:
        raise NotFound
    return found


def seen_branch(branch_id: int) -> int:
    """A branch that the person sees and may choose; one of another workspace is none. Raises BranchNotFound."""
    query = select(Branch.id).where(Branch.id == branch_id, is_workplace())
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise BranchNotFound
    return found


_FROM, _TO = aliased(Branch), aliased(Branch)
_COUNT = (
    select(func.count())
    .where(StockTransferLine.transfer_id == StockTransfer.id)
    .correlate(StockTransfer)
    .scalar_subquery()
)
_TRANSFERS: AnySelect = (
    select(
        StockTransfer.id,
        StockTransfer.number,
        StockTransfer.status,
        StockTransfer.from_branch_id,
        StockTransfer.to_branch_id,
        _FROM.name.label("from_branch"),
        _TO.name.label("to_branch"),
        _COUNT.label("lines"),
        StockTransfer.notes,
        StockTransfer.created_by,
        StockTransfer.created_at,
        StockTransfer.approved_at,
        StockTransfer.shipped_at,
        StockTransfer.completed_at,
        StockTransfer.closed_at,
    )
    # A branch of a workspace that the person does not see has no name for them.
    .outerjoin(_FROM, _FROM.id == StockTransfer.from_branch_id)
    .outerjoin(_TO, _TO.id == StockTransfer.to_branch_id)
    .where(or_(_FROM.id.is_not(None), _TO.id.is_not(None)))
)


def transfers(
    *,
    status: TransferStatus | None = None,
    branch_id: int | None = None,
    from_branch_id: int | None = None,
    to_branch_id: int | None = None,
    product_id: int | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> AnySelect:
    """Transfers of a branch at either end, of one end, with a product; made from ``begin`` on, before ``end``.

    To be paged by ``id``.
    """
    query = _TRANSFERS
    if status is not None:
        query = query.where(StockTransfer.status == status)
    if branch_id is not None:
        query = query.where(
            or_(StockTransfer.from_branch_id == branch_id, StockTransfer.to_branch_id == branch_id)
        )
    if from_branch_id is not None:
        query = query.where(StockTransfer.from_branch_id == from_branch_id)
    if to_branch_id is not None:
        query = query.where(StockTransfer.to_branch_id == to_branch_id)
    if product_id is not None:
        having = select(StockTransferLine.transfer_id).where(StockTransferLine.product_id == product_id)
        query = query.where(StockTransfer.id.in_(having))
    if begin is not None:
        query = query.where(StockTransfer.created_at >= begin)
    if end is not None:
        query = query.where(StockTransfer.created_at < end)
    return query


@dataclass(frozen=True, slots=True)
class TransferItem:
    """A line with the names of what is moved. ``received`` and ``value`` are None until they are known."""

    id: int
    product_id: int
    product: str
    sku: str | None
    unit: str
    unit_digits: int
    quantity: Decimal
    received: Decimal | None
    batch_id: int | None
    batch_number: str | None
    expiration_date: date | None
    value: Decimal | None
    note: str | None

    @property
    def discrepancy(self) -> Decimal | None:
        """What arrived more (positive) or less (negative) than was sent; None until it is known."""
        return None if self.received is None else self.received - self.quantity


def transfer_items(transfer_id: int) -> list[TransferItem]:
    """The lines of a transfer in their order."""
    query: AnySelect = (
        select(
            StockTransferLine.id,
            StockTransferLine.product_id,
            Product.name,
            Product.sku,
            Unit.name,
            Unit.digits,
            StockTransferLine.quantity,
            StockTransferLine.received_quantity,
            StockTransferLine.batch_id,
            Batch.batch_number,
            Batch.expiration_date,
            StockTransferLine.value,
            StockTransferLine.note,
        )
        .join(Product, Product.id == StockTransferLine.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(Batch, Batch.id == StockTransferLine.batch_id)
        .where(StockTransferLine.transfer_id == transfer_id)
        .order_by(StockTransferLine.position)
    )
    return [TransferItem(*row) for row in db.session.execute(query).all()]


def in_transit(transfer_id: int, transit_id: int) -> list[Parcel]:
    """What a transfer has brought into the transit place, in the order in which it was sent."""
    query = (
        select(
            InventoryMovement.product_id,
            InventoryMovement.quantity,
            InventoryMovement.value,
            InventoryMovement.batch_id,
        )
        .where(
            InventoryMovement.origin_kind == TRANSFER_ORIGIN,
            InventoryMovement.origin_id == transfer_id,
            InventoryMovement.branch_id == transit_id,
            InventoryMovement.quantity > 0,
        )
        .order_by(InventoryMovement.id)
    )
    return [Parcel(*row) for row in db.session.execute(query).all()]


def parcels_of_lines(
    lines: Sequence[StockTransferLine | TransferItem], parcels: Sequence[Parcel]
) -> dict[int, list[Parcel]]:
    """What of the parcels of a transfer belongs to each line, by its id; one parcel per lot, in the order of sending.

    Lines that name their lot choose before those that take what there is.
    """
    pool = list(parcels)
    own: dict[int, list[Parcel]] = {}
    for line in sorted(lines, key=lambda line: line.batch_id is None):
        own[line.id] = joined(_take(pool, line))
    return own


def _take(pool: list[Parcel], line: StockTransferLine | TransferItem) -> list[Parcel]:
    taken: list[Parcel] = []
    left = line.quantity
    own = [place for place, one in enumerate(pool) if one.product_id == line.product_id]
    for place in sorted(own, key=lambda place: (pool[place].batch_id != line.batch_id, place)):
        if left <= 0 or not pool[place].quantity:
            continue
        part, pool[place] = pool[place].split(min(left, pool[place].quantity))
        left -= part.quantity
        taken.append(part)
    return taken


def joined(parcels: Iterable[Parcel]) -> list[Parcel]:
    """One parcel per product and lot."""
    found: dict[tuple[int, int | None], Parcel] = {}
    for one in parcels:
        key = (one.product_id, one.batch_id)
        known = found.get(key)
        found[key] = one if known is None else known.with_more(one)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Sent:
    """So much of a lot (None: of none) that a line sent off."""

    batch_id: int | None
    batch_number: str | None
    expiration_date: date | None
    quantity: Decimal


def sent_by_lines(transfer_id: int, items: Sequence[TransferItem]) -> dict[int, list[Sent]]:
    """The lots in which the goods of each line were sent off, by its id; of a transfer not sent yet nothing."""
    transit_id = transit_branch_id()
    parcels = in_transit(transfer_id, transit_id) if transit_id is not None else []
    own = parcels_of_lines(items, parcels)
    wanted = {parcel.batch_id for part in own.values() for parcel in part if parcel.batch_id is not None}
    query = select(Batch.id, Batch.batch_number, Batch.expiration_date).where(Batch.id.in_(wanted))
    lots = {row.id: row for row in db.session.execute(query)} if wanted else {}
    return {
        line_id: [
            Sent(
                parcel.batch_id,
                lots[parcel.batch_id].batch_number if parcel.batch_id is not None else None,
                lots[parcel.batch_id].expiration_date if parcel.batch_id is not None else None,
                parcel.quantity,
            )
            for parcel in part
        ]
        for line_id, part in own.items()
    }


def act_uuid(transfer_id: int, reason: AdjustmentReason) -> str:
    """The name under which the correction of a transfer's discrepancy is kept: one per transfer and reason."""
    return f"{TRANSFER_ORIGIN}-{transfer_id}-{reason.value}"


def acts_of(transfer_id: int) -> Sequence[StockAdjustment]:
    """The corrections that a transfer has led to: what was missing, what was too many."""
    names = [act_uuid(transfer_id, reason) for reason in DISCREPANCIES]
    query = select(StockAdjustment).where(StockAdjustment.client_uuid.in_(names))
    return db.session.scalars(query.order_by(StockAdjustment.id)).all()


def lines_of_acts(act_ids: Collection[int], origin_kind: str) -> Mapping[int, list[Any]]:
    """What the corrections of a transfer moved, by their ids: product, lot and quantity.

    ``origin_kind`` is the name of corrections in the ledger.
    """
    query = (
        select(
            InventoryMovement.origin_id,
            InventoryMovement.product_id,
            Product.name.label("product"),
            Unit.name.label("unit"),
            InventoryMovement.batch_id,
            Batch.batch_number,
            InventoryMovement.quantity,
        )
        .join(Product, Product.id == InventoryMovement.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(Batch, Batch.id == InventoryMovement.batch_id)
        .where(InventoryMovement.origin_kind == origin_kind, InventoryMovement.origin_id.in_(act_ids))
        .order_by(InventoryMovement.id)
    )
    found: dict[int, list[Any]] = {number: [] for number in act_ids}
    for row in db.session.execute(query) if act_ids else ():
        found[row.origin_id].append(row)
    return found


def names_of_people(user_ids: Collection[int | None]) -> Mapping[int, str]:
    """How the people are called who acted on something."""
    wanted = {number for number in user_ids if number is not None}
    if not wanted:
        return {}
    return {user.id: user.display for user in db.session.scalars(select(User).where(User.id.in_(wanted)))}


def waiting_transfers() -> int:
    """How many transfers wait for approval, of those that the person sees; counted to 100 and no further."""
    pending = StockTransfer.status == TransferStatus.PENDING
    waiting = select(StockTransfer.id).where(pending, seen_transfers()).limit(MOST_WAITING)
    return db.session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def goods_at(branch_id: int, product_ids: Collection[int]) -> list[dict[str, Any]]:
    """What a branch has of products to send off: quantity, what is not set aside, and its lots, first expired first."""
    if not product_ids:
        return []
    here = and_(BranchStock.product_id == Product.id, BranchStock.branch_id == branch_id)
    query = (
        select(
            Product.id,
            func.coalesce(BranchStock.quantity, literal(Decimal(0))),
            func.coalesce(BranchStock.quantity - BranchStock.reserved_quantity, literal(Decimal(0))),
        )
        .outerjoin(BranchStock, here)
        .where(Product.id.in_(product_ids), Product.deleted_at.is_(None))
        .order_by(Product.id)
    )
    lots = (
        select(
            BatchStock.product_id,
            BatchStock.batch_id,
            Batch.batch_number,
            Batch.expiration_date,
            BatchStock.quantity,
        )
        .join(Batch, Batch.id == BatchStock.batch_id)
        .where(
            BatchStock.branch_id == branch_id,
            BatchStock.product_id.in_(product_ids),
            BatchStock.quantity > 0,
        )
        .order_by(case((Batch.expiration_date.is_(None), 1), else_=0), Batch.expiration_date, Batch.id)
    )
    batches: dict[int, list[dict[str, Any]]] = {}
    for product_id, batch_id, number, expires, quantity in db.session.execute(lots):
        one = {"batch_id": batch_id, "batch_number": number, "expiration_date": expires, "quantity": quantity}
        batches.setdefault(product_id, []).append(one)
    return [
        {
            "product_id": product_id,
            "quantity": quantity + _NONE,
            "available": available + _NONE,
            "batches": batches.get(product_id, []),
        }
        for product_id, quantity, available in db.session.execute(query)
    ]
