"""Goods on their way from one branch to another."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models import Product
from smartpos.core.db import CreatedAt, Quantity, TenantModel, UnitCost, enum_column, refers_to, related
from smartpos.identity.models import Branch, User
from smartpos.stock.models.batches import Batch


class TransferStatus(StrEnum):
    """PENDING waits for approval, APPROVED for the lorry; REJECTED, CANCELLED and COMPLETED are ends."""

    PENDING = "pending"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class StockTransfer(TenantModel):
    """A document that takes goods from one branch to another; between shipping and receiving they lie in transit."""

    __tablename__ = "stock_transfers"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_stock_transfers_status", "organization_id", "status", "id"),
        CheckConstraint("from_branch_id <> to_branch_id", name="branches"),
        CheckConstraint("(status = 'completed') = (completed_at IS NOT NULL)", name="completed"),
    )

    number: Mapped[str] = mapped_column(Text)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    content_hash: Mapped[str | None] = mapped_column(Text, comment="of what the client sent, for idempotency")
    from_branch_id: Mapped[int] = refers_to("branches")
    to_branch_id: Mapped[int] = refers_to("branches")
    status: Mapped[TransferStatus] = enum_column(
        TransferStatus, default=TransferStatus.PENDING, server_default="pending"
    )
    notes: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text, comment="why it was rejected or cancelled")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    approved_by: Mapped[int | None] = refers_to("users", optional=True)
    approved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    shipped_by: Mapped[int | None] = refers_to("users", optional=True)
    shipped_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_by: Mapped[int | None] = refers_to("users", optional=True)
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[int | None] = refers_to("users", optional=True, comment="who rejected or cancelled it")
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    from_branch: Mapped[Branch] = related(from_branch_id)
    to_branch: Mapped[Branch] = related(to_branch_id)
    author: Mapped[User | None] = related(created_by)
    approver: Mapped[User | None] = related(approved_by)
    lines: Mapped[list["StockTransferLine"]] = relationship(
        primaryjoin="StockTransferLine.transfer_id == StockTransfer.id",
        foreign_keys="StockTransferLine.transfer_id",
        back_populates="transfer",
        order_by="StockTransferLine.position",
    )

    def __str__(self) -> str:
        return self.number


class StockTransferLine(TenantModel):
    """A product of a transfer. ``value`` is what the goods took along; ``received_quantity`` what was unloaded."""

    __tablename__ = "stock_transfer_lines"
    __table_args__ = (
        UniqueConstraint("organization_id", "transfer_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("received_quantity >= 0", name="received_quantity"),
    )

    transfer_id: Mapped[int] = refers_to("stock_transfers", on_delete="CASCADE")
    position: Mapped[int] = mapped_column(Integer)
    product_id: Mapped[int] = refers_to("products")
    batch_id: Mapped[int | None] = refers_to("batches", optional=True, on_delete="RESTRICT")
    quantity: Mapped[Quantity]
    received_quantity: Mapped[Quantity | None]
    value: Mapped[UnitCost | None]
    note: Mapped[str | None] = mapped_column(Text, comment="what was wrong with what arrived")

    transfer: Mapped[StockTransfer] = related(transfer_id, back_populates="lines")
    product: Mapped[Product] = related(product_id)
    batch: Mapped[Batch | None] = related(batch_id)

    @property
    def discrepancy(self) -> Decimal:
        """What arrived more (positive) or less (negative) than was sent; 0 before it is known."""
        return Decimal(0) if self.received_quantity is None else self.received_quantity - self.quantity
