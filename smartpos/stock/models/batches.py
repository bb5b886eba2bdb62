"""Lots: goods of one product that came together and expire together."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, Index, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.catalog.models import Product
from smartpos.core.db import CreatedAt, Quantity, TenantModel, UnitCost, UpdatedAt, refers_to, related
from smartpos.crm.models import Supplier
from smartpos.identity.models import Branch


class Batch(TenantModel):
    """A lot of a product, known by the number on its box. What is left of it lies in ``batch_stocks``."""

    __tablename__ = "batches"
    __table_args__ = (
        UniqueConstraint("organization_id", "product_id", "batch_number"),
        Index("ix_batches_expiration_date", "organization_id", "expiration_date", "id"),
        CheckConstraint("char_length(batch_number) BETWEEN 1 AND 100", name="batch_number"),
        CheckConstraint("quantity_received >= 0", name="quantity_received"),
        CheckConstraint("cost_per_unit >= 0", name="cost_per_unit"),
    )

    product_id: Mapped[int] = refers_to("products")
    supplier_id: Mapped[int | None] = refers_to("suppliers", optional=True)
    batch_number: Mapped[str] = mapped_column(Text)
    expiration_date: Mapped[date | None] = mapped_column(Date, comment="the last day on which it may be sold")
    received_date: Mapped[date] = mapped_column(Date, comment="a day in the tenant's time zone")
    quantity_received: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal(0), server_default="0"
    )
    cost_per_unit: Mapped[UnitCost] = mapped_column(Numeric(18, 4), default=Decimal(0), server_default="0")
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    product: Mapped[Product] = related(product_id)
    supplier: Mapped[Supplier | None] = related(supplier_id)

    def __str__(self) -> str:
        return self.batch_number


class BatchStock(TenantModel):
    """How much of a lot lies in a branch: a cache of the ledger's rows of that lot, never below zero.

    What a branch has of a product beyond its lots came in without one, or was sold before it was entered.
    """

    __tablename__ = "batch_stocks"
    __table_args__ = (
        UniqueConstraint("organization_id", "branch_id", "batch_id"),
        Index("ix_batch_stocks_product", "organization_id", "branch_id", "product_id"),
        CheckConstraint("quantity >= 0", name="quantity"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    product_id: Mapped[int] = refers_to("products")
    batch_id: Mapped[int] = refers_to("batches")
    quantity: Mapped[Quantity] = mapped_column(Numeric(14, 3), default=Decimal(0), server_default="0")
    updated_at: Mapped[UpdatedAt]

    branch: Mapped[Branch] = related(branch_id)
    product: Mapped[Product] = related(product_id)
    batch: Mapped[Batch] = related(batch_id)
