"""Counting what is really there, while the shop goes on selling."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, DateTime, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.catalog.models import Category, Product
from smartpos.core.db import (
    CreatedAt,
    Quantity,
    TenantModel,
    UnitCost,
    enum_column,
    refers_to,
    related,
)
from smartpos.identity.models import Branch, User


class CountStatus(StrEnum):
    """COUNTING takes entries, REVIEW waits for approval; POSTED and CANCELLED are ends."""

    COUNTING = "counting"
    REVIEW = "review"
    POSTED = "posted"
    CANCELLED = "cancelled"


class StockCount(TenantModel):
    """A count of a branch, of everything or of one category with what is below it.

    Blind: who counts does not see what the books expect. ``covers_uncounted``: what nobody has counted is not there.
    """

    __tablename__ = "stock_counts"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_stock_counts_status", "organization_id", "status", "id"),
        CheckConstraint("(status = 'posted') = (posted_at IS NOT NULL)", name="posted"),
    )

    number: Mapped[str] = mapped_column(Text)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    branch_id: Mapped[int] = refers_to("branches")
    category_id: Mapped[int | None] = refers_to("categories", optional=True)
    status: Mapped[CountStatus] = enum_column(
        CountStatus, default=CountStatus.COUNTING, server_default="counting"
    )
    is_blind: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    covers_uncounted: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    notes: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    finished_by: Mapped[int | None] = refers_to("users", optional=True)
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    posted_by: Mapped[int | None] = refers_to("users", optional=True)
    posted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancelled_by: Mapped[int | None] = refers_to("users", optional=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    branch: Mapped[Branch] = related(branch_id)
    category: Mapped[Category | None] = related(category_id)
    author: Mapped[User | None] = related(created_by)
    finisher: Mapped[User | None] = related(finished_by)
    poster: Mapped[User | None] = related(posted_by)
    canceller: Mapped[User | None] = related(cancelled_by)

    def __str__(self) -> str:
        return self.number


class StockCountEntry(TenantModel):
    """What one person counted of a product in one place, at that moment; a mistake is made up for by another entry.

    The entries of a product add up, whoever made them: it may stand on two shelves.
    """

    __tablename__ = "stock_count_entries"
    __table_args__ = (
        UniqueConstraint("organization_id", "client_uuid"),
        Index("ix_stock_count_entries_product", "organization_id", "count_id", "product_id"),
    )

    count_id: Mapped[int] = refers_to("stock_counts", on_delete="CASCADE")
    product_id: Mapped[int] = refers_to("products")
    quantity: Mapped[Quantity] = mapped_column(comment="negative takes back what was counted twice")
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    counted_by: Mapped[int | None] = refers_to("users", optional=True)
    client_uuid: Mapped[UUID | None] = mapped_column(Uuid)
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[CreatedAt]

    count: Mapped[StockCount] = related(count_id)
    product: Mapped[Product] = related(product_id)
    counter: Mapped[User | None] = related(counted_by)


class StockCountLine(TenantModel):
    """What a posted count found of a product: ``expected`` is what the books held when it was counted."""

    __tablename__ = "stock_count_lines"
    __table_args__ = (UniqueConstraint("organization_id", "count_id", "product_id"),)

    count_id: Mapped[int] = refers_to("stock_counts", on_delete="CASCADE")
    product_id: Mapped[int] = refers_to("products")
    expected: Mapped[Quantity]
    counted: Mapped[Quantity]
    difference: Mapped[Quantity]
    value: Mapped[UnitCost] = mapped_column(comment="of the difference, signed like it")
    counted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    count: Mapped[StockCount] = related(count_id)
    product: Mapped[Product] = related(product_id)
