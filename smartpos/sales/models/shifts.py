"""Shifts."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, DateTime, Index, Integer, Numeric, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.core.db import (
    JsonObject,
    Money,
    TenantModel,
    UnitCost,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import Branch, Till, User


class ShiftStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Shift(TenantModel):
    """A cashier's time at a till, from counted opening cash to counted closing cash.

    What must be known at its close is kept while it is open, so that closing takes the same time whatever was sold:
    ``cash_balance`` and ``foreign_balance`` are the sums of the cash ledger, ``totals`` what was sold and how it was
    paid (``sales.totals``). ``flask books verify`` proves all three. A sale that arrives after the close changes
    ``late_count`` and ``late_total`` alone.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        UniqueConstraint("organization_id", "till_id", "number"),
        Index(
            "uq_shifts_open_till",
            "organization_id",
            "till_id",
            unique=True,
            postgresql_where="status = 'open'",
        ),
        Index(
            "uq_shifts_open_cashier",
            "organization_id",
            "cashier_id",
            unique=True,
            postgresql_where="status = 'open'",
        ),
        Index("ix_shifts_opened_at", "organization_id", "opened_at", "id"),
        CheckConstraint("opening_cash >= 0", name="opening_cash"),
        CheckConstraint("opening_foreign >= 0", name="opening_foreign"),
        CheckConstraint("exchange_rate > 0", name="exchange_rate"),
        CheckConstraint("(foreign_currency IS NULL) = (exchange_rate IS NULL)", name="foreign_currency"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int] = refers_to("tills")
    cashier_id: Mapped[int] = refers_to("users")
    number: Mapped[int] = mapped_column(Integer, comment="counts the shifts of the till")
    status: Mapped[ShiftStatus] = enum_column(ShiftStatus, default=ShiftStatus.OPEN, server_default="open")
    last_number: Mapped[int] = mapped_column(Integer, default=0, server_default="0", comment="last receipt")
    opening_cash: Mapped[Money]
    cash_balance: Mapped[Money] = mapped_column(
        Numeric(18, 2), default=Decimal(0), server_default="0", comment="sum of the cash ledger, own currency"
    )
    expected_cash: Mapped[Money | None] = mapped_column(comment="cash_balance when it was closed")
    closing_cash: Mapped[Money | None] = mapped_column(comment="what was counted")
    difference: Mapped[Money | None] = mapped_column(comment="counted minus expected")
    difference_reason: Mapped[str | None] = mapped_column(Text)
    denominations: Mapped[JsonObject] = mapped_column(
        comment='what was counted: {"UZS": {"200000": 3}, "USD": {"100": 1}}'
    )
    foreign_currency: Mapped[str | None] = mapped_column(Text, comment="taken in cash besides the shop's own")
    exchange_rate: Mapped[UnitCost | None] = mapped_column(comment="of one foreign unit, fixed at opening")
    opening_foreign: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    foreign_balance: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    expected_foreign: Mapped[Money | None]
    closing_foreign: Mapped[Money | None]
    foreign_difference: Mapped[Money | None]
    totals: Mapped[JsonObject]
    late_count: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    late_total: Mapped[Money] = mapped_column(Numeric(18, 2), default=Decimal(0), server_default="0")
    is_forced: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default="false", comment="closed by somebody else, perhaps uncounted"
    )
    handed_over_to: Mapped[int | None] = refers_to("shifts", optional=True)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_by: Mapped[int | None] = refers_to("users", optional=True)

    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till] = related(till_id)
    cashier: Mapped[User] = related(cashier_id)

    @property
    def is_open(self) -> bool:
        """Whether sales may be added."""
        return self.status is ShiftStatus.OPEN

    def __str__(self) -> str:
        return f"{self.till.number}-{self.number}"
