"""The stock ledger, the levels it adds up to, and what is set aside of them."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, DateTime, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.catalog.models import Product
from smartpos.core.db import (
    CreatedAt,
    HasOrigin,
    Quantity,
    TenantModel,
    UnitCost,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import Branch, User
from smartpos.stock.models.batches import Batch


class LevelState(StrEnum):
    """Where a quantity stands between its levels; what was told about it last."""

    ENOUGH = "enough"
    LOW = "low"
    OUT = "out"

    @classmethod
    def of(cls, quantity: Decimal, min_quantity: Decimal, reorder_point: Decimal | None) -> "LevelState":
        """Where a quantity stands; there is always enough of what nobody has set a level for."""
        if min_quantity <= 0 and reorder_point is None:
            return cls.ENOUGH
        if quantity <= 0:
            return cls.OUT
        return cls.LOW if quantity <= max(min_quantity, reorder_point or min_quantity) else cls.ENOUGH


class BranchStock(TenantModel):
    """How much of a product lies in a branch, and at what value.

    A cache of the ledger: ``quantity`` and ``value`` equal the sums of ``inventory_movements``, always.
    ``average_cost`` is value divided by quantity; at zero quantity it keeps the last one. ``reserved_quantity`` equals
    the sum of ``stock_reservations``. ``level_state`` is what was last told about its levels, so that a crossing is an
    event once and not at every sale.
    """

    __tablename__ = "branch_stocks"
    __table_args__ = (
        UniqueConstraint("organization_id", "branch_id", "product_id"),
        CheckConstraint("reserved_quantity >= 0", name="reserved_quantity"),
        CheckConstraint("min_quantity >= 0", name="min_quantity"),
        CheckConstraint("average_cost >= 0", name="average_cost"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    product_id: Mapped[int] = refers_to("products")
    quantity: Mapped[Quantity] = mapped_column(Numeric(14, 3), default=Decimal(0), server_default="0")
    reserved_quantity: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal(0), server_default="0"
    )
    min_quantity: Mapped[Quantity] = mapped_column(Numeric(14, 3), default=Decimal(0), server_default="0")
    reorder_point: Mapped[Quantity | None] = mapped_column(Numeric(14, 3))
    max_quantity: Mapped[Quantity | None] = mapped_column(Numeric(14, 3))
    average_cost: Mapped[UnitCost] = mapped_column(Numeric(18, 4), default=Decimal(0), server_default="0")
    value: Mapped[UnitCost] = mapped_column(Numeric(18, 4), default=Decimal(0), server_default="0")
    level_state: Mapped[LevelState] = enum_column(
        LevelState, default=LevelState.ENOUGH, server_default="enough"
    )
    updated_at: Mapped[UpdatedAt]

    branch: Mapped[Branch] = related(branch_id)
    product: Mapped[Product] = related(product_id)

    @property
    def available(self) -> Decimal:
        """What may be promised: what is there and not set aside."""
        return self.quantity - self.reserved_quantity


class MovementType(StrEnum):
    IN = "in"
    OUT = "out"
    ADJUST = "adjust"


class InventoryMovement(HasOrigin, TenantModel):
    """One signed movement of a product in a branch, with its cause. Rows are added, never changed.

    ``value`` is signed like ``quantity``. A row with quantity zero revalues what is there. ``batch_id`` is the lot that
    moved, for products of which lots are kept.
    """

    __tablename__ = "inventory_movements"
    __table_args__ = (
        CheckConstraint("unit_cost >= 0", name="unit_cost"),
        # In the order of time, with what is summed up: a balance on any day is read from the index alone.
        Index(
            "ix_inventory_movements_stock",
            "organization_id",
            "branch_id",
            "product_id",
            "occurred_at",
            "id",
            postgresql_include=("quantity", "value"),
        ),
        Index("ix_inventory_movements_origin", "organization_id", "origin_kind", "origin_id"),
        Index(
            "ix_inventory_movements_occurred_at",
            "organization_id",
            "occurred_at",
            "id",
            postgresql_include=("branch_id", "quantity", "value"),
        ),
    )

    branch_id: Mapped[int] = refers_to("branches")
    product_id: Mapped[int] = refers_to("products")
    batch_id: Mapped[int | None] = refers_to("batches", optional=True, on_delete="RESTRICT")
    movement_type: Mapped[MovementType] = enum_column(MovementType)
    quantity: Mapped[Quantity]
    unit_cost: Mapped[UnitCost]
    value: Mapped[UnitCost]
    notes: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)
    product: Mapped[Product] = related(product_id)
    batch: Mapped["Batch | None"] = related(batch_id)
    author: Mapped[User | None] = related(created_by)


class StockReservation(HasOrigin, TenantModel):
    """What is set aside in a branch for something that will take it, an order for example; gone once it is taken."""

    __tablename__ = "stock_reservations"
    __table_args__ = (
        UniqueConstraint("organization_id", "origin_kind", "origin_id", "branch_id", "product_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    product_id: Mapped[int] = refers_to("products")
    quantity: Mapped[Quantity]
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)
    product: Mapped[Product] = related(product_id)


class AdjustmentReason(StrEnum):
    OPENING = "opening"
    COUNT = "count"
    DAMAGE = "damage"
    LOSS = "loss"
    FOUND = "found"
    OWN_USE = "own_use"
    EXPIRED = "expired"
    THEFT = "theft"
    OTHER = "other"


class StockAdjustment(TenantModel):
    """The document behind a manual movement: an opening balance or a correction with its reason."""

    __tablename__ = "stock_adjustments"
    __table_args__ = (UniqueConstraint("organization_id", "client_uuid"),)

    branch_id: Mapped[int] = refers_to("branches")
    reason: Mapped[AdjustmentReason] = enum_column(AdjustmentReason)
    notes: Mapped[str | None] = mapped_column(Text)
    client_uuid: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)
    author: Mapped[User | None] = related(created_by)
