"""The cash ledger."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from smartpos.core.db import (
    CreatedAt,
    HasOrigin,
    Money,
    TenantModel,
    enum_column,
    refers_to,
    related,
    utc_now,
)
from smartpos.identity.models import Branch, Till, User


class CashEntryKind(StrEnum):
    OPENING = "opening"
    SALE = "sale"
    DIFFERENCE = "difference"


class CashEntry(HasOrigin, TenantModel):
    """One signed movement of cash in a till's drawer. Rows are added, never changed.

    The expected cash of a shift is the sum of its entries without the closing difference; with it, what was counted.
    """

    __tablename__ = "cash_entries"
    __table_args__ = (
        Index("ix_cash_entries_shift_id", "organization_id", "shift_id", "kind"),
        Index("ix_cash_entries_origin", "organization_id", "origin_kind", "origin_id"),
    )

    branch_id: Mapped[int] = refers_to("branches")
    till_id: Mapped[int] = refers_to("tills")
    shift_id: Mapped[int] = mapped_column(
        BigInteger, comment="no foreign key: shifts belong to sales, which is upstairs"
    )
    kind: Mapped[CashEntryKind] = enum_column(CashEntryKind)
    amount: Mapped[Money] = mapped_column(comment="signed: into the drawer is positive")
    note: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[int | None] = refers_to("users", optional=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=utc_now)
    created_at: Mapped[CreatedAt]

    branch: Mapped[Branch] = related(branch_id)
    till: Mapped[Till] = related(till_id)
    author: Mapped[User | None] = related(created_by)
