"""Questions about lots: what is left of them, where they came from and where they went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.money import round_money
from smartpos.core.paging import AnySelect
from smartpos.crm.models import Supplier
from smartpos.identity.actors import Actor
from smartpos.identity.models import Branch, User
from smartpos.identity.queries import in_sight
from smartpos.stock.markdown import markdown_of, marked_down, read_steps
from smartpos.stock.models import Batch, BatchStock, InventoryMovement


class Expiry(StrEnum):
    """How a lot stands to its last day: it has passed, comes within the days that the shop watches, or neither."""

    EXPIRED = "expired"
    SOON = "soon"
    GOOD = "good"


class Direction(StrEnum):
    """Which way goods of a lot went."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class LotInBranch:
    """What lies of a lot in a branch."""

    batch_id: int
    batch_number: str
    expiration_date: date | None
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be done about a lot today. ``price`` is the suggested one; None where nothing is suggested."""

    days_left: int | None
    expiry: Expiry
    markdown_percent: Decimal | None
    price: Decimal | None


class Watch:
    """How the shop of an actor looks at expiry: today there, the days it watches, the markdowns it wants."""

    def __init__(self, actor: Actor) -> None:
        self.today = actor.organization.today
        self.days: int = actor.setting("near_expiry_days")
        self._steps = read_steps(actor.setting("near_expiry_markdowns"))

    @property
    def until(self) -> date:
        """The last day that counts as soon."""
        return self.today + timedelta(days=self.days)

    def expiry(self, expires: date | None) -> Expiry:
        """How a lot with this last day stands."""
        if expires is None or expires > self.until:
            return Expiry.GOOD
        return Expiry.EXPIRED if expires < self.today else Expiry.SOON

    def test(self, column: Any, wanted: Expiry) -> ColumnElement[bool]:
        """The same as a condition on a column."""
        if wanted is Expiry.EXPIRED:
            return and_(column < self.today)
        if wanted is Expiry.SOON:
            return and_(column >= self.today, column <= self.until)
        return or_(column.is_(None), column > self.until)

    def outlook(
        self, *, received: date, expires: date | None, price: Decimal, shelf_life_days: int | None
    ) -> Outlook:
        """What to do about a lot of goods that cost ``price``."""
        percent = markdown_of(received, expires, self.today, self._steps, shelf_life_days)
        return Outlook(
            days_left=None if expires is None else (expires - self.today).days,
            expiry=self.expiry(expires),
            markdown_percent=None if percent is None else round_money(percent),
            price=None if percent is None else marked_down(price, percent),
        )


def lots_in_branches(places: Collection[tuple[int, int]]) -> dict[tuple[int, int], list[LotInBranch]]:
    """What lies of lots, by branch and product, the first to expire first; one statement whatever the number."""
    if not places:
        return {}
    query = (
        select(
            BatchStock.branch_id,
            BatchStock.product_id,
            BatchStock.batch_id,
            Batch.batch_number,
            Batch.expiration_date,
            BatchStock.quantity,
        )
        .join(Batch, Batch.id == BatchStock.batch_id)
        .where(
            tuple_(BatchStock.branch_id, BatchStock.product_id).in_(sorted(set(places))),
            BatchStock.quantity > 0,
        )
        .order_by(Batch.expiration_date.asc().nulls_last(), Batch.id)
    )
    found: dict[tuple[int, int], list[LotInBranch]] = {}
    for row in db.session.execute(query):
        found.setdefault((row.branch_id, row.product_id), []).append(LotInBranch(*row[2:]))
    return found


def left_of(batch_ids: Sequence[int]) -> dict[int, Decimal]:
    """What is left of lots in all branches that the person sees; lots of which nothing is left are missing."""
    if not batch_ids:
        return {}
    wanted = literal(sorted(set(batch_ids)), ARRAY(BigInteger))
    query = (
        select(BatchStock.batch_id, func.sum(BatchStock.quantity))
        .where(
            BatchStock.batch_id == func.any(wanted), BatchStock.quantity > 0, in_sight(BatchStock.branch_id)
        )
        .group_by(BatchStock.batch_id)
    )
    return dict(db.session.execute(query).all())


def lies_somewhere(branch_id: int | None = None) -> ColumnElement[bool]:
    """A condition on lots: something is left, in a branch or in any."""
    test = exists().where(
        BatchStock.batch_id == Batch.id, BatchStock.quantity > 0, in_sight(BatchStock.branch_id)
    )
    return test if branch_id is None else test.where(BatchStock.branch_id == branch_id)


def lots(
    *,
    product_id: int | None = None,
    branch_id: int | None = None,
    supplier_id: int | None = None,
    expiring_before: date | None = None,
    in_stock: bool = False,
) -> AnySelect:
    """Lots with names and what is left of them, in a branch or in all; to be paged by ``lot_keys``.

    With ``branch_id`` those that lie there, with ``in_stock`` those of which something is left anywhere.
    """
    left = select(func.coalesce(func.sum(BatchStock.quantity), 0).cast(Numeric(14, 3))).where(
        BatchStock.batch_id == Batch.id, in_sight(BatchStock.branch_id)
    )
    if branch_id is not None:
        left = left.where(BatchStock.branch_id == branch_id)
    query: AnySelect = (
        select(
            Batch.id,
            Batch.product_id,
            Product.name.label("product"),
            Product.sku,
            Unit.name.label("unit"),
            Batch.batch_number,
            Batch.expiration_date,
            Batch.received_date,
            Batch.supplier_id,
            Supplier.name.label("supplier"),
            Batch.quantity_received,
            left.scalar_subquery().label("quantity"),
            Batch.cost_per_unit,
            Product.price,
            Product.shelf_life_days,
        )
        .join(Product, Product.id == Batch.product_id)
        .join(Unit, Unit.id == Product.unit_id)
        .outerjoin(Supplier, Supplier.id == Batch.supplier_id)
    )
    if product_id is not None:
        query = query.where(Batch.product_id == product_id)
    if supplier_id is not None:
        query = query.where(Batch.supplier_id == supplier_id)
    if branch_id is not None or in_stock:
        query = query.where(lies_somewhere(branch_id))
    if expiring_before is not None:
        query = query.where(Batch.expiration_date < expiring_before)
    return query


def lot_keys(expiring_before: date | None) -> list[Any]:
    """The order of lots: those that are asked for by their expiry by it, all others by their number."""
    return [Batch.id] if expiring_before is None else [Batch.expiration_date, Batch.id]


def one_lot(batch_id: int) -> AnySelect:
    """The same about one lot."""
    return lots().where(Batch.id == batch_id)


def trace(batch_id: int, direction: Direction | None = None) -> AnySelect:
    """Every movement of a lot with its cause: where it came from and where it went; to be paged by ``id``."""
    query: AnySelect = (
        select(
            InventoryMovement.id,
            InventoryMovement.occurred_at,
            InventoryMovement.branch_id,
            Branch.name.label("branch"),
            InventoryMovement.movement_type,
            InventoryMovement.quantity,
            InventoryMovement.unit_cost,
            InventoryMovement.value,
            InventoryMovement.notes,
            InventoryMovement.origin_kind,
            InventoryMovement.origin_id,
            InventoryMovement.created_by,
            func.coalesce(User.full_name, User.username).label("author"),
        )
        .join(Branch, Branch.id == InventoryMovement.branch_id)
        .outerjoin(User, User.id == InventoryMovement.created_by)
        .where(InventoryMovement.batch_id == batch_id)
    )
    if direction is Direction.IN:
        query = query.where(InventoryMovement.quantity > 0)
    if direction is Direction.OUT:
        query = query.where(InventoryMovement.quantity < 0)
    return query
