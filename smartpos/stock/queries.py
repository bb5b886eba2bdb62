"""Questions about what lies where."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from smartpos.catalog.models import Product, ProductType, Unit
from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.stock.models import BranchStock, InventoryMovement, MovementType, StockAdjustment

WITHOUT_STOCK = frozenset({ProductType.SERVICE, ProductType.DIGITAL})


@dataclass(frozen=True, slots=True)
class Goods:
    """What the ledger needs to know about a product. ``cost_price`` is used where there is no average cost."""

    id: int
    name: str
    is_tracked: bool
    cost_price: Decimal


def is_tracked(kind: ProductType, track_inventory: bool) -> bool:
    """Whether stock is kept of a product: services and digital goods have none."""
    return track_inventory and kind not in WITHOUT_STOCK


def goods_of(product_ids: Collection[int]) -> dict[int, Goods]:
    """The facts about products by id; what does not exist is missing."""
    wanted = literal(sorted(set(product_ids)), ARRAY(BigInteger))
    query = select(Product.id, Product.name, Product.type, Product.track_inventory, Product.cost_price).where(
        Product.id == func.any(wanted)
    )
    return {
        row.id: Goods(row.id, row.name, is_tracked(row.type, row.track_inventory), row.cost_price)
        for row in db.session.execute(query)
    }


def quantities(product_ids: Collection[int], branch_id: int | None = None) -> Mapping[int, Decimal]:
    """What is there of each product, in one branch or in all; products without stock are missing."""
    if not product_ids:
        return {}
    wanted = literal(sorted(set(product_ids)), ARRAY(BigInteger))
    query = (
        select(BranchStock.product_id, func.sum(BranchStock.quantity))
        .where(BranchStock.product_id == func.any(wanted))
        .group_by(BranchStock.product_id)
    )
    if branch_id is not None:
        query = query.where(BranchStock.branch_id == branch_id)
    return dict(db.session.execute(query).tuples().all())


_STOCK: AnySelect = (
    select(
        BranchStock.branch_id,
        BranchStock.product_id,
        Product.name.label("product"),
        Product.sku,
        Unit.name.label("unit"),
        BranchStock.quantity,
        BranchStock.reserved_quantity,
        BranchStock.min_quantity,
        BranchStock.reorder_point,
        BranchStock.max_quantity,
        BranchStock.average_cost,
        BranchStock.value,
        BranchStock.updated_at,
    )
    .join(Product, Product.id == BranchStock.product_id)
    .join(Unit, Unit.id == Product.unit_id)
)
_MOVEMENTS: AnySelect = select(
    InventoryMovement.id,
    InventoryMovement.branch_id,
    InventoryMovement.product_id,
    Product.name.label("product"),
    InventoryMovement.movement_type,
    InventoryMovement.quantity,
    InventoryMovement.unit_cost,
    InventoryMovement.value,
    InventoryMovement.notes,
    InventoryMovement.origin_kind,
    InventoryMovement.origin_id,
    InventoryMovement.created_by,
    InventoryMovement.occurred_at,
).join(Product, Product.id == InventoryMovement.product_id)


def stock_levels(*, branch_id: int | None = None, product_id: int | None = None) -> AnySelect:
    """What lies where, with names; to be paged by ``id``."""
    query = _STOCK
    if branch_id is not None:
        query = query.where(BranchStock.branch_id == branch_id)
    if product_id is not None:
        query = query.where(BranchStock.product_id == product_id)
    return query


def movements(
    *,
    branch_id: int | None = None,
    product_id: int | None = None,
    movement_type: MovementType | None = None,
    origin_kind: str | None = None,
    origin_id: int | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> AnySelect:
    """Movements with the names of their products, to be paged by ``id``; from ``begin`` on, before ``end``."""
    query = _MOVEMENTS
    for column, wanted in (
        (InventoryMovement.branch_id, branch_id),
        (InventoryMovement.product_id, product_id),
        (InventoryMovement.movement_type, movement_type),
        (InventoryMovement.origin_kind, origin_kind),
        (InventoryMovement.origin_id, origin_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if begin is not None:
        query = query.where(InventoryMovement.occurred_at >= begin)
    if end is not None:
        query = query.where(InventoryMovement.occurred_at < end)
    return query


def adjustment_by_client_uuid(client_uuid: str) -> StockAdjustment | None:
    """The correction that a client has named before, if any."""
    query = select(StockAdjustment).where(StockAdjustment.client_uuid == client_uuid)
    return db.session.execute(query).scalar_one_or_none()
