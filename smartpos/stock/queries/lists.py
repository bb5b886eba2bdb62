"""Lists of stock, movements and corrections."""

from datetime import datetime

from sqlalchemy import select

from smartpos.catalog.models import Product, Unit
from smartpos.core.db import db
from smartpos.core.paging import AnySelect
from smartpos.identity.queries import in_sight
from smartpos.stock.models import Batch, BranchStock, InventoryMovement, MovementType, StockAdjustment

_STOCK: AnySelect = (
    select(
        BranchStock.branch_id,
        BranchStock.product_id,
        Product.name.label("product"),
        Product.sku,
        Unit.name.label("unit"),
        BranchStock.quantity,
        BranchStock.reserved_quantity,
        BranchStock.reserved_quantity.label("reserved"),
        (BranchStock.quantity - BranchStock.reserved_quantity).label("available"),
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
    InventoryMovement.batch_id,
    Batch.batch_number,
    InventoryMovement.movement_type,
    InventoryMovement.quantity,
    InventoryMovement.unit_cost,
    InventoryMovement.value,
    InventoryMovement.notes,
    InventoryMovement.origin_kind,
    InventoryMovement.origin_id,
    InventoryMovement.created_by,
    InventoryMovement.occurred_at,
)
_MOVEMENTS = _MOVEMENTS.join(Product, Product.id == InventoryMovement.product_id).outerjoin(
    Batch, Batch.id == InventoryMovement.batch_id
)


def stock_levels(*, branch_id: int | None = None, product_id: int | None = None) -> AnySelect:
    """What lies where in the branches that the person sees, with names; to be paged by ``id``."""
    query = _STOCK.where(in_sight(BranchStock.branch_id))
    if branch_id is not None:
        query = query.where(BranchStock.branch_id == branch_id)
    if product_id is not None:
        query = query.where(BranchStock.product_id == product_id)
    return query


def movements(
    *,
    branch_id: int | None = None,
    product_id: int | None = None,
    batch_id: int | None = None,
    movement_type: MovementType | None = None,
    origin_kind: str | None = None,
    origin_id: int | None = None,
    begin: datetime | None = None,
    end: datetime | None = None,
) -> AnySelect:
    """Movements with the names of their products, to be paged by ``id``; from ``begin`` on, before ``end``."""
    query = _MOVEMENTS.where(in_sight(InventoryMovement.branch_id))
    for column, wanted in (
        (InventoryMovement.branch_id, branch_id),
        (InventoryMovement.product_id, product_id),
        (InventoryMovement.batch_id, batch_id),
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
