"""Promotions: prices that are lower for a reason."""

from datetime import datetime, time
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smartpos.catalog.models.products import Category, Product
from smartpos.core.db import (
    CreatedAt,
    Money,
    Percent,
    Quantity,
    SoftDeleted,
    TenantModel,
    UpdatedAt,
    enum_column,
    refers_to,
    related,
)
from smartpos.identity.models import Branch


class CustomerTier(StrEnum):
    """How much a customer is worth to the shop; promotions may be for one tier alone."""

    STANDARD = "standard"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


class PromotionKind(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"
    FIXED_PRICE = "fixed_price"
    N_FOR_M = "n_for_m"


class Promotion(SoftDeleted, TenantModel):
    """A price that is lower for a reason: a percentage, an amount off, a fixed price, or N for the price of M.

    What it is for: its targets (none: everything), one branch, one tier of customers, some days of the week, some hours
    of the day (in the shop's time zone), some time. ``sales.promotions`` is the law by which it is applied.
    """

    __tablename__ = "promotions"
    __table_args__ = (
        Index("ix_promotions_updated_at", "organization_id", "updated_at", "id"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("pay_quantity >= 0 AND buy_quantity > pay_quantity", name="n_for_m"),
        CheckConstraint(
            "CASE kind WHEN 'percent' THEN percent IS NOT NULL WHEN 'n_for_m' THEN buy_quantity IS NOT NULL "
            "AND pay_quantity IS NOT NULL ELSE amount IS NOT NULL END",
            name="kind_has_value",
        ),
        CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays"),
        CheckConstraint("(time_from IS NULL) = (time_to IS NULL)", name="hours"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from", name="period"),
        CheckConstraint("min_quantity >= 0", name="min_quantity"),
    )

    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[PromotionKind] = enum_column(PromotionKind)
    percent: Mapped[Percent | None]
    amount: Mapped[Money | None] = mapped_column(comment="off one base unit, or the fixed price of one")
    buy_quantity: Mapped[int | None] = mapped_column(Integer, comment="N of N for M")
    pay_quantity: Mapped[int | None] = mapped_column(Integer, comment="M of N for M")
    branch_id: Mapped[int | None] = refers_to("branches", optional=True, on_delete="CASCADE")
    tier: Mapped[CustomerTier | None] = enum_column(CustomerTier, name="promotion_tier")
    valid_from: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    valid_to: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    weekdays: Mapped[int] = mapped_column(
        SmallInteger, default=127, server_default="127", comment="bits: Monday is 1, Sunday is 64"
    )
    time_from: Mapped[time | None] = mapped_column(Time)
    time_to: Mapped[time | None] = mapped_column(Time, comment="before time_from: over midnight")
    min_quantity: Mapped[Quantity] = mapped_column(
        Numeric(14, 3), default=Decimal(0), server_default="0", comment="base units of one line"
    )
    priority: Mapped[int] = mapped_column(
        Integer, default=0, server_default="0", comment="the highest wins; among equals the better price"
    )
    is_active: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[UpdatedAt]

    branch: Mapped[Branch | None] = related(branch_id)
    targets: Mapped[list["PromotionTarget"]] = relationship(
        primaryjoin="PromotionTarget.promotion_id == Promotion.id",
        foreign_keys="PromotionTarget.promotion_id",
        back_populates="promotion",
        cascade="all, delete-orphan",
        order_by="PromotionTarget.id",
    )

    def __str__(self) -> str:
        return self.name


class PromotionTarget(TenantModel):
    """A product, or a category with all below it, that a promotion is for."""

    __tablename__ = "promotion_targets"
    __table_args__ = (
        UniqueConstraint(
            "organization_id", "promotion_id", "product_id", "category_id", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("(product_id IS NULL) <> (category_id IS NULL)", name="one_target"),
    )

    promotion_id: Mapped[int] = refers_to("promotions", on_delete="CASCADE")
    product_id: Mapped[int | None] = refers_to("products", optional=True, on_delete="CASCADE")
    category_id: Mapped[int | None] = refers_to("categories", optional=True, on_delete="CASCADE")

    promotion: Mapped[Promotion] = related(promotion_id, back_populates="targets")
    product: Mapped[Product | None] = related(product_id)
    category: Mapped[Category | None] = related(category_id)
